//! A path of fewer than 128 octets, copied to where any eight octets of it can be read at once.

use super::block::{BLOCK, Block};
use super::{Native, WINDOW, Window, block_at, shifted_up, whole_window, word_of};

/// Room for a path of fewer octets than one window has, and a word behind it.
pub type Room = RoomOf<{ WINDOW + BLOCK }>;

/// Room for a path of fewer octets than two windows have, and a word behind it.
pub type LongRoom = RoomOf<{ 2 * WINDOW + BLOCK }>;

/// Room for a path, where any eight octets of it can be read at once: a [`Room`] or a [`LongRoom`].
///
/// ```
/// use brrtrouter_delimiters::Room;
///
/// let mut room = Room::new();
/// let window = room.take(b"/pets/7").unwrap();
/// assert_eq!(window.slashes, 0b1010_0001);
/// assert_eq!(room.word(1), u64::from_le_bytes(*b"pets/7\0\0"));
/// assert!(Room::new().take(&[b'/'; 64]).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct RoomOf<const OCTETS: usize>([u8; OCTETS]);

impl<const OCTETS: usize> Default for RoomOf<OCTETS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const OCTETS: usize> RoomOf<OCTETS> {
    /// The bits of a place.
    const PLACES: usize = OCTETS - BLOCK - 1;

    /// Zeros.
    #[inline(always)]
    #[must_use]
    pub const fn new() -> Self {
        Self([0; OCTETS])
    }

    /// The eight octets from this one on, the first one lowest; behind the end of the path they are zero. Only as many bits of the
    /// place count as there are places: six or seven.
    #[inline(always)]
    #[must_use]
    pub fn word(&self, at: usize) -> u64 {
        let at = at & Self::PLACES;
        let word = self.0.get(at..at.wrapping_add(8)).and_then(|word| word.first_chunk::<8>());
        word.map_or(0, |word| u64::from_le_bytes(*word))
    }

    #[inline(always)]
    fn block<B: Block>(&self, at: usize) -> B {
        block_at::<B>(&self.0, at)
    }

    /// Copies a block of the path.
    #[inline(always)]
    fn copy(&mut self, path: &[u8], at: usize) {
        let block = path.get(at..at.wrapping_add(BLOCK)).and_then(|block| block.first_chunk::<BLOCK>());
        if let Some(block) = block {
            self.put(at & Self::PLACES, block);
        }
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, at: usize, octets: &[u8; N]) {
        let room = self.0.get_mut(at..at.wrapping_add(N)).and_then(|room| room.first_chunk_mut::<N>());
        if let Some(room) = room {
            *room = *octets;
        }
    }
}

impl Room {
    /// Copies a path and gives its window; `None` for a path of sixty-four octets or more. The room must be new: what it held
    /// before stays behind a shorter path.
    #[inline(always)]
    #[must_use]
    pub fn take(&mut self, path: &[u8]) -> Option<Window> {
        self.take_by::<Native>(path)
    }

    #[inline(always)]
    fn take_by<B: Block>(&mut self, path: &[u8]) -> Option<Window> {
        let length = path.len();
        if length < BLOCK {
            self.put_short(path);
            let block = self.block::<B>(0);
            let slashes = block.slashes() | shifted_up(1, length);
            return Some(Window { slashes, has_percent: block.percents().is_any() });
        }
        if length >= WINDOW {
            return None;
        }
        // The last block overlaps the one before it.
        let last = length.wrapping_sub(BLOCK);
        self.copy(path, 0);
        for at in [16_usize, 32] {
            if last > at {
                self.copy(path, at);
            }
        }
        self.copy(path, last);
        let blocks = [self.block::<B>(0), self.block::<B>(16)];
        let mut slashes = shifted_up(1, length) | blocks[0].slashes() | blocks[1].slashes() << 16;
        let mut percents = blocks[0].percents().or(blocks[1].percents());
        for at in [32_usize, 48] {
            if length > at {
                let block = self.block::<B>(at);
                slashes |= block.slashes() << at;
                percents = percents.or(block.percents());
            }
        }
        Some(Window { slashes, has_percent: percents.is_any() })
    }

    #[inline(always)]
    fn put_short(&mut self, path: &[u8]) {
        match (path.first_chunk::<8>(), path.last_chunk::<8>()) {
            (Some(first), Some(last)) => {
                self.put(0, first);
                self.put(path.len().wrapping_sub(8) & 7, last);
            }
            _ => self.put(0, &word_of(path).to_le_bytes()),
        }
    }
}

impl LongRoom {
    /// Copies a path and gives its windows; `None` for a path of fewer than sixty-four octets, or more than 127. The room must be
    /// new: what it held before stays behind a shorter path.
    #[inline(always)]
    #[must_use]
    pub fn take(&mut self, path: &[u8]) -> Option<[Window; 2]> {
        self.take_by::<Native>(path)
    }

    #[inline(always)]
    fn take_by<B: Block>(&mut self, path: &[u8]) -> Option<[Window; 2]> {
        let length = path.len();
        if !(WINDOW..2 * WINDOW).contains(&length) {
            return None;
        }
        let last = length.wrapping_sub(BLOCK);
        [0, 16, 32, 48].into_iter().for_each(|at| self.copy(path, at));
        for at in [64_usize, 80, 96] {
            if last > at {
                self.copy(path, at);
            }
        }
        self.copy(path, last);
        let first = whole_window(&[0, 16, 32, 48].map(|at| self.block::<B>(at)));
        let block = self.block::<B>(64);
        let (mut slashes, mut percents) = (block.slashes(), block.percents());
        for at in [80_usize, 96, 112] {
            if length > at {
                let block = self.block::<B>(at);
                slashes |= block.slashes() << (at & 63);
                percents = percents.or(block.percents());
            }
        }
        let slashes = slashes | shifted_up(1, length & 63);
        Some([first, Window { slashes, has_percent: percents.is_any() }])
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Words;
    use super::super::portable;
    use super::super::tests::lengths;
    use super::*;

    fn check(path: &[u8]) {
        let expected = portable(path, 0);
        for take in [Room::take_by::<Native>, Room::take_by::<Words>] {
            let mut room = Room::new();
            assert_eq!(take(&mut room, path), Some(expected), "{}", String::from_utf8_lossy(path));
            check_words(path, WINDOW, |at| room.word(at));
        }
    }

    fn check_long(path: &[u8]) {
        let expected = [portable(path, 0), portable(path, WINDOW)];
        for take in [LongRoom::take_by::<Native>, LongRoom::take_by::<Words>] {
            let mut room = LongRoom::new();
            assert_eq!(take(&mut room, path), Some(expected), "{}", String::from_utf8_lossy(path));
            check_words(path, 2 * WINDOW, |at| room.word(at));
        }
    }

    fn check_words(path: &[u8], places: usize, found: impl Fn(usize) -> u64) {
        for at in lengths(places) {
            let mut word = [0; 8];
            path.iter().skip(at).zip(&mut word).for_each(|(octet, place)| *place = *octet);
            assert_eq!(found(at).to_le_bytes(), word, "{} at {at}", String::from_utf8_lossy(path));
        }
    }

    #[test]
    fn every_length() {
        for length in lengths(2 * WINDOW) {
            let check = if length < WINDOW { check } else { check_long };
            let path: Vec<u8> = (0..length).map(|at| b"/ab%c/.xyz"[at % 10]).collect();
            check(&path);
            check(&vec![b'/'; length]);
            check(&vec![b'x'; length]);
            for at in lengths(length) {
                let mut path = vec![b'x'; length];
                path[at] = b'%';
                check(&path);
            }
        }
        assert!(Room::new().take(&[b'/'; WINDOW]).is_none());
        assert!(LongRoom::new().take(&[b'/'; 2 * WINDOW]).is_none());
        assert!(LongRoom::new().take(&[b'/'; WINDOW - 1]).is_none());
    }
}
