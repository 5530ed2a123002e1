//! A path of fewer than 128 octets, copied to where any eight octets of it can be read at once.

use super::block::{BLOCK, Block};
use super::{Native, WINDOW, Window, block_at, shift, shifted_up, short_path};

/// The octets of a word.
const WORD: usize = 8;

/// How many octets a path may not have that a room takes.
const LONG: usize = 2 * WINDOW;

/// Room for a path of fewer than 128 octets, where any eight octets of it can be read at once.
///
/// ```
/// use brrtrouter_delimiters::Room;
///
/// let mut room = Room::new();
/// let window = room.take(b"/pets/7").unwrap();
/// assert_eq!(window.slashes, 0b1010_0001);
/// assert_eq!(room.word(1).to_le_bytes()[..6], *b"pets/7");
/// assert_eq!(room.word_before(5).to_le_bytes()[3..], *b"/pets");
/// assert!(room.take(&[b'/'; 64]).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Room([u8; LONG + 2 * WORD]);

/// What is known of a path of 64 to 127 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// The slashes of the first window and of the second one, as in [`Window`].
    pub slashes: [u64; 2],
    /// Whether one of the octets is a `%`.
    pub has_percent: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

impl Room {
    /// No path yet.
    #[inline(always)]
    #[must_use]
    pub const fn new() -> Self {
        Self([0; LONG + 2 * WORD])
    }

    /// The eight octets from this one on, the first one lowest; behind the end of the path they may be any. Only seven bits of the
    /// place count.
    #[inline(always)]
    #[must_use]
    pub fn word(&self, at: usize) -> u64 {
        self.word_at((at & (LONG - 1)).wrapping_add(WORD))
    }

    /// The eight octets before this one, the first one lowest; before the path they may be any. Only seven bits of the place
    /// count.
    #[inline(always)]
    #[must_use]
    pub fn word_before(&self, end: usize) -> u64 {
        self.word_at(end & (LONG - 1))
    }

    #[inline(always)]
    fn word_at(&self, at: usize) -> u64 {
        let word = self.0.get(at..at.wrapping_add(WORD)).and_then(|word| word.first_chunk::<WORD>());
        word.map_or(0, |word| u64::from_le_bytes(*word))
    }

    /// Copies a path and gives its window; `None` for a path of sixty-four octets or more.
    #[inline(always)]
    #[must_use]
    pub fn take(&mut self, path: &[u8]) -> Option<Window> {
        self.take_by::<Native>(path)
    }

    #[inline(always)]
    fn take_by<B: Block>(&mut self, path: &[u8]) -> Option<Window> {
        let length = path.len();
        if length < BLOCK {
            let (low, high) = short_path(path, length);
            return Some(self.take_words_by::<B>([low, high], length));
        }
        if length >= WINDOW {
            return None;
        }
        let first = self.copy::<B>(path, 0);
        let (mut slashes, mut percents) = (first.slashes(), first.percents());
        if length > 2 * BLOCK {
            let block = self.copy::<B>(path, 16);
            slashes |= block.slashes() << 16;
            percents = percents.or(block.percents());
            if length > 3 * BLOCK {
                let block = self.copy::<B>(path, 32);
                slashes |= block.slashes() << 32;
                percents = percents.or(block.percents());
            }
        }
        // The last block overlaps the one before it.
        let at = length.wrapping_sub(BLOCK);
        let last = self.copy::<B>(path, at);
        slashes |= shifted_up(last.slashes(), at) | shifted_up(1, length);
        Some(Window { slashes, has_percent: percents.or(last.percents()).is_any() })
    }

    /// The same as [`Room::take`] for a path of so many octets that is given as its [`short_words`](super::short_words).
    #[inline(always)]
    #[must_use]
    pub fn take_words(&mut self, words: [u64; 2], length: usize) -> Window {
        self.take_words_by::<Native>(words, length & (BLOCK - 1))
    }

    #[inline(always)]
    fn take_words_by<B: Block>(&mut self, [low, high]: [u64; 2], length: usize) -> Window {
        self.put(WORD, &low.to_le_bytes());
        self.put(2 * WORD, &high.to_le_bytes());
        let block = B::new(low, high);
        let slashes = block.slashes() | shifted_up(1, length);
        Window { slashes, has_percent: block.percents().is_any() }
    }

    /// Copies a path and gives its windows; `None` for a path of fewer than sixty-four octets, or more than 127.
    #[inline(always)]
    #[must_use]
    pub fn take_long(&mut self, path: &[u8]) -> Option<Windows> {
        self.take_long_by::<Native>(path)
    }

    #[inline(always)]
    fn take_long_by<B: Block>(&mut self, path: &[u8]) -> Option<Windows> {
        let length = path.len();
        if !(WINDOW..LONG).contains(&length) {
            return None;
        }
        let [a, b, c, d] = [0, 16, 32, 48].map(|at| self.copy::<B>(path, at));
        let first = a.slashes() | b.slashes() << 16 | c.slashes() << 32 | d.slashes() << 48;
        let mut percents = a.percents().or(b.percents()).or(c.percents().or(d.percents()));
        let mut second = 0;
        for at in [64_usize, 80, 96] {
            if length <= at.wrapping_add(BLOCK) {
                break;
            }
            let block = self.copy::<B>(path, at);
            second |= block.slashes() << (at & 63);
            percents = percents.or(block.percents());
        }
        // The last block overlaps the one before it, perhaps that of the first window.
        let last = self.copy::<B>(path, length.wrapping_sub(BLOCK));
        second |= (last.slashes() << 47).wrapping_shr(shift(!length & 63)) | shifted_up(1, length & 63);
        let has_percent = percents.or(last.percents()).is_any();
        Some(Windows { slashes: [first, second], has_percent })
    }

    /// Whether a dot follows one of these slashes of the path that was taken, which are all its slashes.
    #[must_use]
    pub fn has_dot_behind(&self, slashes: [u64; 2]) -> bool {
        self.has_dot_behind_by::<Native>(slashes)
    }

    fn has_dot_behind_by<B: Block>(&self, [first, second]: [u64; 2]) -> bool {
        let dots = |from: usize| {
            let dots =
                |at: usize| block_at::<B>(&self.0, from.wrapping_add(at).wrapping_add(WORD)).dots() << at;
            dots(0) | dots(16) | dots(32) | dots(48)
        };
        // The last slash is the end: what stands there and behind it is none of this path.
        if second == 0 {
            return dots(0) & first << 1 & below_highest(first) != 0;
        }
        let behind_second = second << 1 | first >> 63;
        dots(0) & first << 1 | dots(WINDOW) & behind_second & below_highest(second) != 0
    }

    /// Copies a block of the path.
    #[inline(always)]
    fn copy<B: Block>(&mut self, path: &[u8], at: usize) -> B {
        let block = path.get(at..at.wrapping_add(BLOCK)).and_then(|block| block.first_chunk::<BLOCK>());
        let Some(octets) = block.copied() else { return B::new(0, 0) };
        let block = block_at::<B>(&octets, 0);
        self.put((at & (LONG - 1)).wrapping_add(WORD), &octets);
        block
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, at: usize, octets: &[u8; N]) {
        let room = self.0.get_mut(at..at.wrapping_add(N)).and_then(|room| room.first_chunk_mut::<N>());
        if let Some(room) = room {
            *room = *octets;
        }
    }
}

/// All bits below the highest one that is set.
#[inline(always)]
const fn below_highest(bits: u64) -> u64 {
    (u64::MAX >> 1).wrapping_shr(bits.leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::super::block::Words;
    use super::super::portable;
    use super::super::tests::lengths;
    use super::*;

    /// A room that a path of slashes, dots and triplets has filled before.
    fn used_room() -> Room {
        let mut room = Room::new();
        let path: Vec<u8> = (0..LONG - 1).map(|at| b"/.%"[at % 3]).collect();
        assert!(room.take_long(&path).is_some());
        room
    }

    fn check(path: &[u8]) {
        let (expected, text) = (portable(path, 0), String::from_utf8_lossy(path));
        for take in [Room::take_by::<Native>, Room::take_by::<Words>] {
            let mut room = used_room();
            assert_eq!(take(&mut room, path), Some(expected), "{text}");
            check_room(&room, path, [expected.slashes, 0]);
        }
    }

    fn check_long(path: &[u8]) {
        let (expected, text) = ([portable(path, 0), portable(path, WINDOW)], String::from_utf8_lossy(path));
        let slashes = expected.map(|window| window.slashes);
        let has_percent = expected.iter().any(|window| window.has_percent);
        for take in [Room::take_long_by::<Native>, Room::take_long_by::<Words>] {
            let mut room = used_room();
            assert_eq!(take(&mut room, path), Some(Windows { slashes, has_percent }), "{text}");
            check_room(&room, path, slashes);
        }
    }

    fn check_room(room: &Room, path: &[u8], slashes: [u64; 2]) {
        let (text, has_dot) = (String::from_utf8_lossy(path), path.windows(2).any(|pair| pair == b"/."));
        assert_eq!(room.has_dot_behind_by::<Native>(slashes), has_dot, "{text}");
        assert_eq!(room.has_dot_behind_by::<Words>(slashes), has_dot, "portable: {text}");
        for at in lengths(path.len() + 1) {
            let behind = &path[at..path.len().min(at + 8)];
            assert_eq!(&room.word(at).to_le_bytes()[..behind.len()], behind, "{text} at {at}");
            let before = &path[at.saturating_sub(8)..at];
            assert_eq!(&room.word_before(at).to_le_bytes()[8 - before.len()..], before, "{text} before {at}");
        }
    }

    #[test]
    fn every_length() {
        for length in lengths(LONG) {
            let check = if length < WINDOW { check } else { check_long };
            let path: Vec<u8> = (0..length).map(|at| b"/ab%c/.xyz"[at % 10]).collect();
            check(&path);
            check(&vec![b'/'; length]);
            check(&vec![b'x'; length]);
            for at in lengths(length) {
                let mut path = vec![b'x'; length];
                path[at] = b'%';
                check(&path);
                path[at] = b'.';
                path[at.saturating_sub(1)] = b'/';
                check(&path);
            }
        }
        assert!(Room::new().take(&[b'/'; WINDOW]).is_none());
        assert!(Room::new().take_long(&[b'/'; LONG]).is_none());
        assert!(Room::new().take_long(&[b'/'; WINDOW - 1]).is_none());
    }
}
