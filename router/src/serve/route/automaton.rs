//! The automaton that requests meet: one arena of words, a look-up for each segment, no backtracking.
//!
//! Takes: a path in normal form. Gives: a leaf and where the segments stand that expressions may take. The work is linear in the path, with a few
//! steps more for a segment that has mixtures. Allocates nothing; never panics.
//!
//! A state is one record or several in a row in the arena, of four words each, and its index is where it starts: a header, and
//! then the literals of its table, or the one literal of a run, which may hold slashes.
//!
//! | Record | Words |
//! |---|---|
//! | header | a [`Header`]; what follows a segment that is no literal, where that is known at once, and otherwise; the multiplier of the table's hash; its shift |
//! | literal | the two words of its text, see [`words`](super::words); its length and the next state; what lies between the two words |
//!
//! What lies between is a third word, or, where that is not all, the place of the whole text. The header takes the first slot of its
//! table: no literal hashes there, and no segment has such words.

use std::sync::Arc;

use brrtrouter_delimiters::{LongRoom, Room, WINDOW};

use super::normalize::is_dot_segment;
use super::pattern::{self, matches};
use super::view::{Far, Middle, Near, ODD_SLASH, Part, View};
use super::words::{WORD, words};
use crate::limits;

/// No state, leaf or test.
pub(super) const NONE: u32 = u32::MAX;

/// Neither: the path is to be looked at more closely, since it holds a `%`, or a dot segment that an expression would take.
pub(super) const ODD: u32 = NONE - 1;

/// Marks a next state as a test and not a state.
pub(super) const TEST: u32 = 1 << 31;

/// How many segments have a place of their own in [`Segments`]; deeper ones are found again when asked for.
pub(super) const SEGMENTS_KEPT: usize = 63;

/// First byte and byte after the last.
pub(super) type Span = (u16, u16);

/// Where segments stand in a path that expressions may take, by their place in it. All that are too deep share the last place.
pub(super) type Segments = [Span; SEGMENTS_KEPT + 1];

/// Before any path was walked.
pub(super) const NO_SEGMENTS: Segments = [(0, 0); SEGMENTS_KEPT + 1];

const _: () = assert!(SEGMENTS_KEPT == 63, "headers keep six bits of a depth");

/// Four words of the arena.
pub(super) type Record = [u64; 4];

/// Up to this length the first and the last word of a text are all of it.
pub(super) const TWO_WORDS: usize = 2 * WORD;

/// Up to this length they are with a third word between them.
pub(super) const THREE_WORDS: usize = 3 * WORD;

/// The first word of a state: kind and depth in the lower half, the leaf in the upper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header(pub(super) u64);

impl Header {
    const RUN: u64 = 1;
    const TABLE: u64 = 2;
    /// More than one slot may have to be looked at.
    const PROBING: u64 = 4;
    /// A table whose hash covers all of a text, since literals share their two words.
    const DEEP: u64 = 8;
    /// What a literal takes, an expression may take as well.
    const SHARED: u64 = 16;
    /// The lowest octet of every header, but for the bits above: it continues a character of UTF-8, so that no segment begins with
    /// it, nor does the word of a short one, whose lowest octet is a slash or zero.
    const NO_TEXT: u64 = 0x80;

    /// A state at this depth, as far as that is kept, that only something else than a literal follows, or nothing.
    pub(super) fn new(leaf: u32, depth: usize) -> Self {
        let depth = u64::try_from(depth.min(SEGMENTS_KEPT)).unwrap_or(0);
        Self(u64::from(leaf) << 32 | depth << 8 | Self::NO_TEXT)
    }

    /// One literal follows, or several in a row.
    pub(super) const fn with_run(self) -> Self {
        Self(self.0 | Self::RUN)
    }

    /// Literals follow, and something else may as well.
    pub(super) const fn with_others(self) -> Self {
        Self(self.0 | Self::SHARED)
    }

    /// Literals follow: how many slots are looked at, and whether all of a text is hashed.
    pub(super) fn with_table(self, probes: u8, is_deep: bool) -> Self {
        let kind = if is_deep { Self::DEEP } else { Self::TABLE };
        let probing = if probes > 1 { Self::PROBING } else { 0 };
        Self(self.0 | u64::from(probes) << 24 | kind | probing)
    }

    #[inline(always)]
    const fn is(self, kind: u64) -> bool {
        self.0 & kind != 0
    }

    #[inline(always)]
    fn depth(self) -> usize {
        index(low(self.0 >> 8 & 63))
    }

    /// Whether a literal that is not in its slot may still be in the table.
    pub(super) const fn is_rare(self) -> bool {
        self.is(Self::DEEP | Self::PROBING)
    }

    fn probes(self) -> usize {
        index(low(self.0 >> 24 & 0xFF))
    }

    #[inline(always)]
    fn leaf(self) -> u32 {
        low(self.0 >> 32)
    }
}

/// Whether a segment matches a mixture, and what follows.
#[derive(Clone, Debug)]
pub(super) struct PackedTest {
    pub(super) parts: Arc<[pattern::Part]>,
    pub(super) yes: u32,
    pub(super) no: u32,
}

/// The packed automaton; it starts with the state at 0.
#[derive(Debug)]
pub(super) struct Automaton {
    pub(super) arena: Box<[Record]>,
    /// Long literals, all in a row.
    pub(super) text: Box<[u8]>,
    pub(super) tests: Box<[PackedTest]>,
}

#[inline(always)]
pub(super) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

#[inline(always)]
fn low(word: u64) -> u32 {
    u32::try_from(word & 0xFFFF_FFFF).unwrap_or(0)
}

/// Paths that are walked have no more octets than 16 bits count.
#[inline(always)]
fn place(at: usize) -> u16 {
    u16::try_from(at & 0xFFFF).unwrap_or(0)
}

/// What tables hash: both words, and the length where there is a second one.
#[inline(always)]
pub(super) fn hash_input([first, second]: [u64; 2], length: usize) -> u64 {
    if length < WORD {
        return first;
    }
    (first ^ second.rotate_left(23)).wrapping_add(u64::try_from(length).unwrap_or(0))
}

/// What deep tables hash: both words and all octets.
pub(super) fn deep_hash_input(words: [u64; 2], octets: &[u8]) -> u64 {
    let mix =
        |all: u64, octet: &u8| (all.rotate_left(5) ^ u64::from(*octet)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    octets.iter().fold(hash_input(words, octets.len()), mix)
}

/// The slot that a literal would rather have.
#[inline(always)]
pub(super) fn slot(input: u64, multiplier: u64, shift: u64) -> usize {
    let shift = u32::try_from(shift & 63).unwrap_or(0);
    usize::try_from(input.wrapping_mul(multiplier).wrapping_shr(shift)).unwrap_or(0)
}

/// A state of the arena, and where it starts.
#[derive(Clone, Copy)]
struct State<'a> {
    record: &'a Record,
    at: usize,
}

impl State<'_> {
    #[inline(always)]
    const fn is(self, kind: u64) -> bool {
        Header(self.record[0]).is(kind)
    }

    /// The slot of the table where a literal would rather be.
    #[inline(always)]
    fn slot(self, hash_input: u64) -> usize {
        self.at.wrapping_add(slot(hash_input, self.record[2], self.record[3]))
    }
}

impl Automaton {
    /// The leaf that a path leads to, or [`NONE`], or [`ODD`].
    #[inline(always)]
    pub(super) fn walk(&self, path: &[u8], segments: &mut Segments) -> u32 {
        if path.len() >= WINDOW {
            let is_far = path.len() >= 2 * WINDOW;
            return if is_far { self.walk_far(path, segments) } else { self.walk_middle(path, segments) };
        }
        let mut room = Room::new();
        let Some(window) = room.take(path) else { return NONE };
        if window.has_percent {
            return ODD;
        }
        Near::new(&room, window.slashes).map_or(NONE, |view| self.follow(path, segments, view))
    }

    #[inline(never)]
    fn walk_middle(&self, path: &[u8], segments: &mut Segments) -> u32 {
        let mut room = LongRoom::new();
        let Some([first, second]) = room.take(path) else { return NONE };
        if first.has_percent || second.has_percent {
            return ODD;
        }
        let view = Middle::new(&room, [first.slashes, second.slashes]);
        view.map_or(NONE, |view| self.follow(path, segments, view))
    }

    #[inline(never)]
    fn walk_far(&self, path: &[u8], segments: &mut Segments) -> u32 {
        match Far::<false>::new(path) {
            _ if path.len() > limits::TARGET_BYTES_MAX => ODD,
            Some(view) => self.follow(path, segments, view),
            None => NONE,
        }
    }

    /// The same for a path in normal form, which may hold a `%`.
    pub(super) fn walk_normal(&self, path: &[u8], segments: &mut Segments) -> u32 {
        Far::<true>::new(path).map_or(NONE, |view| self.follow(path, segments, view))
    }

    #[inline(always)]
    fn follow(&self, path: &[u8], segments: &mut Segments, mut view: impl View) -> u32 {
        let (mut at, mut from) = (0, 1);
        while let Some(record) = self.arena.get(at) {
            let state = State { record, at };
            let end;
            (at, end) = if state.is(Header::TABLE) {
                let end = view.next(path, from);
                (self.look_up(state, (&view, path), (from, end), segments), end)
            } else if state.is(Header::RUN) {
                let (next, end) = self.run(state, (&view, path), from);
                view.skip(end);
                (next, end)
            } else {
                let end = view.next(path, from);
                (self.other(state, path, (from, end), segments), end)
            };
            if end == ODD_SLASH {
                return ODD;
            }
            from = end.wrapping_add(1);
            if view.is_done() {
                break;
            }
        }
        match self.arena.get(at) {
            Some([header, ..]) => Header(*header).leaf(),
            None if at == index(ODD) => ODD,
            None => NONE,
        }
    }

    /// Where a segment leads from a table.
    #[inline(always)]
    fn look_up(
        &self,
        state: State<'_>,
        (view, path): (&impl View, &[u8]),
        part: Part,
        segments: &mut Segments,
    ) -> usize {
        let Some(next) = self.literal(state, (view, path), part) else {
            return self.other(state, path, part, segments);
        };
        if state.is(Header::SHARED) {
            keep(segments, state, part);
        }
        next
    }

    /// Where a segment leads that no literal names.
    #[inline(always)]
    fn other(&self, state: State<'_>, path: &[u8], (from, end): Part, segments: &mut Segments) -> usize {
        keep(segments, state, (from, end));
        let otherwise = low(state.record[1]);
        let is_rare = otherwise & TEST != 0 || end.wrapping_sub(from) <= 2;
        index(if is_rare && otherwise != NONE { self.rare(state.at, path, (from, end)) } else { otherwise })
    }

    /// Where the literal leads that this segment is, if it lies in the slot where it would rather be.
    #[inline(always)]
    fn literal(
        &self,
        state: State<'_>,
        (view, path): (&impl View, &[u8]),
        (from, end): Part,
    ) -> Option<usize> {
        let length = end.wrapping_sub(from);
        if length < WORD {
            let word = view.short_word(path, (from, end))?;
            let [first, _, link, _] = self.arena.get(state.slot(word))?;
            return (*first == word).then_some(index(low(*link >> 32)));
        }
        let words = [view.word(path, from)?, view.word(path, end.wrapping_sub(WORD))?];
        self.is_at(state.slot(hash_input(words, length)), words, (view, path), (from, end))
    }

    /// Where this slot leads, if its literal, of eight octets or more, is this part of the path.
    #[inline(always)]
    fn is_at(
        &self,
        place: usize,
        words: [u64; 2],
        (view, path): (&impl View, &[u8]),
        (from, end): Part,
    ) -> Option<usize> {
        let [first, second, link, third] = self.arena.get(place)?;
        let length = end.wrapping_sub(from);
        if *first != words[0] || *second != words[1] || index(low(*link)) != length {
            return None;
        }
        let is_whole = if length <= TWO_WORDS {
            true
        } else if length <= THREE_WORDS {
            view.word(path, from.wrapping_add(WORD)) == Some(*third)
        } else {
            self.is_long(*third, path, (from, end))
        };
        is_whole.then_some(index(low(*link >> 32)))
    }

    #[inline(never)]
    fn is_long(&self, at: u64, path: &[u8], (from, end): Part) -> bool {
        let part = path.get(from..end).unwrap_or_default();
        let at = index(low(at));
        self.text.get(at..at.wrapping_add(part.len())) == Some(part)
    }

    /// Where a run leads, and where it ends; nowhere, where the path does not go on like this.
    #[inline(always)]
    fn run(&self, state: State<'_>, (view, path): (&impl View, &[u8]), from: usize) -> (usize, usize) {
        let place = state.at.wrapping_add(1);
        let length = self.arena.get(place).map_or(0, |[_, _, link, _]| index(low(*link)));
        let end = from.wrapping_add(length);
        let is_end = end == path.len() || path.get(end) == Some(&b'/');
        let next = if is_end { self.is_run(place, (view, path), (from, end)) } else { None };
        (next.unwrap_or(index(NONE)), end)
    }

    #[inline(always)]
    fn is_run(&self, place: usize, (view, path): (&impl View, &[u8]), (from, end): Part) -> Option<usize> {
        let length = end.wrapping_sub(from);
        if length > THREE_WORDS {
            let [_, _, link, third] = self.arena.get(place)?;
            return self.is_long(*third, path, (from, end)).then_some(index(low(*link >> 32)));
        }
        let words = if length < WORD {
            [view.short_word(path, (from, end))?, 0]
        } else {
            [view.word(path, from)?, view.word(path, end.wrapping_sub(WORD))?]
        };
        self.is_at(place, words, (view, path), (from, end))
    }

    /// Where any segment leads: what is not in the slot where it would rather be, what tests decide, what no expression may
    /// take.
    #[inline(never)]
    fn rare(&self, at: usize, path: &[u8], (from, end): Part) -> u32 {
        let Some(record) = self.arena.get(at) else { return NONE };
        if let Some(next) = self.further(State { record, at }, path, (from, end)) {
            return u32::try_from(next).unwrap_or(NONE);
        }
        let segment = path.get(from..end).unwrap_or_default();
        let mut next = low(record[1] >> 32);
        if segment.is_empty() || next == NONE {
            return NONE;
        }
        if is_dot_segment(segment) {
            return ODD;
        }
        while next & TEST != 0 && next != NONE {
            let Some(test) = self.tests.get(index(next & !TEST)) else { return NONE };
            next = if matches(&test.parts, segment, |_, _| {}) { test.yes } else { test.no };
        }
        next
    }

    /// Looks at all slots where a literal may be.
    fn further(&self, state: State<'_>, path: &[u8], (from, end): Part) -> Option<usize> {
        if !state.is(Header::TABLE | Header::DEEP) {
            return None;
        }
        let (words, segment) = (words(path, from, end)?, path.get(from..end)?);
        let is_deep = state.is(Header::DEEP);
        let input = if is_deep { deep_hash_input(words, segment) } else { hash_input(words, segment.len()) };
        let place = state.slot(input);
        let is_at =
            |step| self.is_at(place.wrapping_add(step), words, (&Far::words_alone(), path), (from, end));
        (0..Header(state.record[0]).probes()).find_map(is_at)
    }
}

/// Keeps the place of a segment that an expression may take.
#[inline(always)]
fn keep(segments: &mut Segments, state: State<'_>, (from, end): Part) {
    if let Some(kept) = segments.get_mut(Header(state.record[0]).depth()) {
        *kept = (place(from), place(end));
    }
}
