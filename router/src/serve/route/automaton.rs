//! The automaton that requests meet: one arena of words, a look-up for each segment, no backtracking.
//!
//! Takes: a path in normal form. Gives: a leaf and where the segments stand that expressions may take. The work is linear in the path, with a few
//! steps more for a segment that has mixtures. Allocates nothing; never panics.
//!
//! The arena holds one [`Record`] after the other. A record is a literal and the state that it leads to, in one, so that a literal
//! that was found need not be followed any further: a state says where the records of its literals lie, as a table that a hash of
//! the segment is the place in, or as a single one. States that something else than a literal leads to have a record without one.

use std::sync::Arc;

use brrtrouter_delimiters::{Room, WINDOW, short_words};

use super::normalize::is_dot_segment;
use super::pattern::{self, matches};
use super::shorts::Shorts;
use super::view::{Far, Middle, Near, Part, View};
use super::words::{WORD, words};
use crate::limits;

/// No state, leaf or test.
pub(super) const NONE: u32 = u32::MAX;

/// Neither: the path is to be looked at more closely, since it holds a `%`, or a dot segment that an expression would take.
pub(super) const ODD: u32 = NONE - 1;

/// Marks a next state as a test and not a state.
pub(super) const TEST: u32 = 1 << 31;

/// How many segments have a place of their own in [`Ends`]; deeper ones are found again when asked for.
pub(super) const SEGMENTS_KEPT: usize = DEPTH_KEPT - 1;

/// The depth that all states share that are as deep or deeper.
const DEPTH_KEPT: usize = 63;

/// First byte and byte after the last.
pub(super) type Span = (u16, u16);

/// Where segments end, by how many there are up to and with them; the first place is that of the leading slash. All that are too deep
/// share the last place but one; the last one is there so that every place has one behind it.
pub(super) type Ends = [u16; DEPTH_KEPT + 2];

const _: () = assert!(DEPTH_KEPT == 63, "places of segments are told by six bits");

/// What a walk writes down.
#[derive(Clone, Debug)]
pub(super) struct Notes {
    pub(super) ends: Ends,
    /// A path that is not far.
    room: Room,
}

impl Notes {
    /// Before any path was walked.
    pub(super) const fn new() -> Self {
        Self { ends: [0; DEPTH_KEPT + 2], room: Room::new() }
    }
}

/// Up to this length the first and the last word of a text are all of it.
pub(super) const TWO_WORDS: usize = 2 * WORD;

/// Up to this length they are with a third word between them.
pub(super) const THREE_WORDS: usize = 3 * WORD;

/// Up to this length they are with a third and a fourth word between them, of which the latter ends where the last begins.
pub(super) const FOUR_WORDS: usize = 4 * WORD;

/// A literal, and the state that it leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// The literal's, see [`words`](super::words).
    pub(super) words: [u64; 2],
    /// What lies between the words: nothing, one or two words, or the place of the whole text.
    pub(super) between: [u64; 2],
    /// The literal's; more octets than any segment has where there is none.
    pub(super) length: u32,
    /// What a path has reached that ends here.
    pub(super) leaf: u32,
    /// Where the records of the literals lie that may follow.
    pub(super) base: u32,
    /// What follows any other segment, where that is known at once.
    pub(super) otherwise: u32,
    /// The same, or the test that tells it.
    pub(super) others: u32,
    /// How many segments lead here.
    pub(super) depth: u8,
    /// A sum of kinds.
    pub(super) kind: u8,
    /// How many records of the table are looked at.
    pub(super) probes: u8,
    /// The shift of the table's hash.
    pub(super) shift: u8,
    /// Its multiplier.
    pub(super) multiplier: u64,
}

const _: () =
    assert!(size_of::<Record>() == 64, "places are found by a shift, and a record is one line of a cache");

impl Record {
    /// One literal follows, or several in a row, and nothing else.
    pub(super) const RUN: u8 = 1;
    /// Several literals follow.
    pub(super) const TABLE: u8 = 2;
    /// More than one record may have to be looked at.
    pub(super) const PROBING: u8 = 4;
    /// A table whose hash covers all of a text, since literals share their two words.
    pub(super) const DEEP: u8 = 8;

    /// A state at this depth, as far as that is kept, that no literal leads to and nothing follows.
    pub(super) fn new(leaf: u32, depth: usize) -> Self {
        Self {
            words: [0, 0],
            between: [0, 0],
            length: NONE,
            leaf,
            base: 0,
            otherwise: NONE,
            others: NONE,
            depth: u8::try_from(depth.min(DEPTH_KEPT)).unwrap_or(0),
            kind: 0,
            probes: 0,
            shift: 0,
            multiplier: 0,
        }
    }

    #[inline(always)]
    const fn is(&self, kind: u8) -> bool {
        self.kind & kind != 0
    }

    /// The place where a literal would rather be.
    #[inline(always)]
    fn slot(&self, hash_input: u64) -> usize {
        index(self.base).wrapping_add(slot(hash_input, self.multiplier, self.shift))
    }
}

/// Whether a segment matches a mixture, and what follows.
#[derive(Clone, Debug)]
pub(super) struct PackedTest {
    pub(super) parts: Arc<[pattern::Part]>,
    pub(super) yes: u32,
    pub(super) no: u32,
}

/// The packed automaton.
#[derive(Debug)]
pub(super) struct Automaton {
    pub(super) start: Record,
    pub(super) shorts: Shorts,
    pub(super) arena: Box<[Record]>,
    /// Long literals, all in a row.
    pub(super) text: Box<[u8]>,
    pub(super) tests: Box<[PackedTest]>,
}

#[inline(always)]
pub(super) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// What a path leads to that nothing matches as it was sent.
#[inline(always)]
fn miss(view: &impl View, path: &[u8]) -> u32 {
    if view.is_plain(path) { NONE } else { ODD }
}

/// Paths that are walked have no more octets than 16 bits count.
#[inline(always)]
fn narrow(at: usize) -> u16 {
    u16::try_from(at & 0xFFFF).unwrap_or(0)
}

/// What tables hash: both words, and the length where there is a second one.
#[inline(always)]
pub(super) fn hash_input([first, second]: [u64; 2], length: usize) -> u64 {
    if length < WORD {
        return first;
    }
    first.wrapping_add(second).wrapping_add(u64::try_from(length).unwrap_or(0))
}

/// What deep tables hash: both words and all octets.
pub(super) fn deep_hash_input(words: [u64; 2], octets: &[u8]) -> u64 {
    let mix =
        |all: u64, octet: &u8| (all.rotate_left(5) ^ u64::from(*octet)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    octets.iter().fold(hash_input(words, octets.len()), mix)
}

/// The slot that a literal would rather have.
#[inline(always)]
pub(super) fn slot(input: u64, multiplier: u64, shift: u8) -> usize {
    usize::try_from(input.wrapping_mul(multiplier).wrapping_shr(u32::from(shift))).unwrap_or(0)
}

impl Automaton {
    /// The leaf that a path leads to; [`NONE`] where it is in normal form and leads nowhere, and [`ODD`] where it is to be looked at
    /// more closely.
    #[inline(always)]
    pub(super) fn walk(&self, path: &[u8], notes: &mut Notes) -> u32 {
        if path.len() >= WINDOW {
            let is_far = path.len() >= 2 * WINDOW;
            return if is_far { self.walk_far(path, notes) } else { self.walk_middle(path, notes) };
        }
        let window = if let Some(words) = short_words(path) {
            if let Some(leaf) = self.shorts.find(words, path.len()) {
                return leaf;
            }
            notes.room.take_words(words, path.len())
        } else {
            if let Some(leaf) = self.shorts.find_longer(path) {
                return leaf;
            }
            let Some(window) = notes.room.take(path) else { return ODD };
            window
        };
        if window.has_percent {
            return ODD;
        }
        let view = Near::new(&notes.room, window.slashes);
        view.map_or(ODD, |view| self.follow(path, &mut notes.ends, view))
    }

    #[inline(never)]
    fn walk_middle(&self, path: &[u8], notes: &mut Notes) -> u32 {
        let Some(windows) = notes.room.take_long(path) else { return ODD };
        if windows.has_percent {
            return ODD;
        }
        let view = Middle::new(&notes.room, windows.slashes);
        view.map_or(ODD, |view| self.follow(path, &mut notes.ends, view))
    }

    #[inline(never)]
    fn walk_far(&self, path: &[u8], notes: &mut Notes) -> u32 {
        match Far::<false>::new(path) {
            Some(view) if path.len() <= limits::TARGET_BYTES_MAX => self.follow(path, &mut notes.ends, view),
            _ => ODD,
        }
    }

    /// The same for a path in normal form, which may hold a `%`.
    pub(super) fn walk_normal(&self, path: &[u8], notes: &mut Notes) -> u32 {
        Far::<true>::new(path).map_or(NONE, |view| self.follow(path, &mut notes.ends, view))
    }

    #[inline(always)]
    fn follow(&self, path: &[u8], ends: &mut Ends, mut view: impl View) -> u32 {
        let (mut state, mut from) = (&self.start, 1);
        while !view.is_done(from) {
            let Some((next, end)) = self.step(state, (&mut view, path), from) else {
                return miss(&view, path);
            };
            (state, from) = (next, end.wrapping_add(1));
            if let Some(place) = ends.get_mut(usize::from(state.depth & 63)) {
                *place = narrow(end);
            }
        }
        state.leaf
    }

    /// Where what begins here leads, and where it ends.
    #[inline(always)]
    fn step(
        &self,
        state: &Record,
        (view, path): (&mut impl View, &[u8]),
        from: usize,
    ) -> Option<(&Record, usize)> {
        if state.is(Record::TABLE) {
            let end = view.next(path, from);
            let next = match self.literal(state, (view, path), (from, end)) {
                Some(next) => next,
                None => self.other(state, path, (from, end))?,
            };
            Some((next, end))
        } else if state.is(Record::RUN) {
            self.run(state, (view, path), from)
        } else {
            let end = view.next(path, from);
            Some((self.other(state, path, (from, end))?, end))
        }
    }

    /// Where a segment leads that no literal names.
    #[inline(always)]
    fn other(&self, state: &Record, path: &[u8], (from, end): Part) -> Option<&Record> {
        let otherwise = state.otherwise;
        let is_rare = otherwise & TEST != 0 || end.wrapping_sub(from) <= 2;
        if is_rare && otherwise != NONE {
            return self.rare(state, path, (from, end));
        }
        self.arena.get(index(otherwise))
    }

    /// Where the literal leads that this segment is, if it lies where it would rather be.
    #[inline(always)]
    fn literal(
        &self,
        state: &Record,
        (view, path): (&impl View, &[u8]),
        (from, end): Part,
    ) -> Option<&Record> {
        let length = end.wrapping_sub(from);
        if length < WORD {
            let word = view.short_word(path, (from, end))?;
            let record = self.arena.get(state.slot(word))?;
            return (record.words[0] == word).then_some(record);
        }
        let words = [view.word(path, from)?, view.word_before(path, end)?];
        let record = self.arena.get(state.slot(hash_input(words, length)))?;
        self.is_at(record, words, (view, path), (from, end)).then_some(record)
    }

    /// Whether this literal, of eight octets or more, is this part of the path.
    #[inline(always)]
    fn is_at(
        &self,
        record: &Record,
        words: [u64; 2],
        (view, path): (&impl View, &[u8]),
        (from, end): Part,
    ) -> bool {
        let length = end.wrapping_sub(from);
        if record.words[0] != words[0] || record.words[1] != words[1] || index(record.length) != length {
            return false;
        }
        if length <= TWO_WORDS {
            return true;
        }
        if length > FOUR_WORDS {
            return self.is_long(record, path, (from, end));
        }
        view.word(path, from.wrapping_add(WORD)) == Some(record.between[0])
            && (length <= THREE_WORDS
                || view.word_before(path, end.wrapping_sub(WORD)) == Some(record.between[1]))
    }

    #[inline(never)]
    fn is_long(&self, record: &Record, path: &[u8], (from, end): Part) -> bool {
        let part = path.get(from..end).unwrap_or_default();
        let at = usize::try_from(record.between[0]).unwrap_or(0);
        self.text.get(at..at.wrapping_add(part.len())) == Some(part)
    }

    /// Where a run leads, and where it ends; nowhere, where the path does not go on like this.
    #[inline(always)]
    fn run(
        &self,
        state: &Record,
        (view, path): (&mut impl View, &[u8]),
        from: usize,
    ) -> Option<(&Record, usize)> {
        let record = self.arena.get(index(state.base))?;
        let length = index(record.length);
        let end = from.wrapping_add(length);
        let is_run = view.skip(path, end)
            && if length < WORD {
                view.short_word(path, (from, end)) == Some(record.words[0])
            } else if length > FOUR_WORDS {
                self.is_long(record, path, (from, end))
            } else {
                let words = [view.word(path, from)?, view.word_before(path, end)?];
                self.is_at(record, words, (view, path), (from, end))
            };
        is_run.then_some((record, end))
    }

    /// Where any segment leads: what is not in the slot where it would rather be, what tests decide, what no expression may
    /// take.
    #[inline(never)]
    fn rare(&self, state: &Record, path: &[u8], (from, end): Part) -> Option<&Record> {
        if let Some(next) = self.further(state, path, (from, end)) {
            return Some(next);
        }
        let segment = path.get(from..end)?;
        if segment.is_empty() || is_dot_segment(segment) {
            return None;
        }
        let mut next = state.others;
        while next & TEST != 0 && next != NONE {
            let test = self.tests.get(index(next & !TEST))?;
            next = if matches(&test.parts, segment, |_, _| {}) { test.yes } else { test.no };
        }
        self.arena.get(index(next))
    }

    /// Looks at all slots where a literal may be.
    fn further(&self, state: &Record, path: &[u8], (from, end): Part) -> Option<&Record> {
        if !state.is(Record::TABLE | Record::DEEP) {
            return None;
        }
        let (words, segment) = (words(path, from, end)?, path.get(from..end)?);
        let is_deep = state.is(Record::DEEP);
        let input = if is_deep { deep_hash_input(words, segment) } else { hash_input(words, segment.len()) };
        let place = state.slot(input);
        let records = self.arena.get(place..place.wrapping_add(usize::from(state.probes)))?;
        let is_at = |record: &&Record| self.is_at(record, words, (&Far::words_alone(), path), (from, end));
        records.iter().find(is_at)
    }
}
