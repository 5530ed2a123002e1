//! The automaton that requests meet: one arena of words, a look-up for each segment, no backtracking.
//!
//! Takes: a path in normal form. Gives: a leaf and where the segments stand. The work is linear in the path, with a few
//! steps more for a segment that has mixtures. Allocates nothing; never panics.
//!
//! A state is one record or several in a row in the arena, of three words each, and its index is where it starts:
//!
//! | Kind | Records |
//! |---|---|
//! | [`Kind::End`] | header |
//! | [`Kind::Any`] | header, next state |
//! | [`Kind::Run`] | header, two words of text; their masks and a link |
//! | [`Kind::Table`] | header, what follows a segment that is no literal, multiplier; then the slots: two words of text and a link |
//!
//! A [`Header`] tells the kind and the leaf. Two words of text hold the slash that ends a literal as well. A link holds the next
//! state in its lower half and, in its upper half, where the text is kept that the two words do not hold.
//!
//! [`Automaton::walk`] is written for what nearly all requests are; what is rarer takes [`Automaton::rare`], which knows all
//! there is.

use std::sync::Arc;

use super::normalize::is_dot_segment;
use super::pattern::{Part, matches};
use super::words::{Rest, SegmentEnd, WORD, Word};

/// No state, leaf or test.
pub(super) const NONE: u32 = u32::MAX;

/// Marks a next state as a test and not a state.
pub(super) const TEST: u32 = 1 << 31;

/// How many segments a path has whose places are kept; deeper ones are found again when asked for.
pub(super) const SEGMENTS_KEPT: usize = 16;

/// Where segments stand in a path, by their place in it: how many bytes are left at their start, and their length.
pub(super) type Segments = [(usize, usize); SEGMENTS_KEPT];

/// Three words of the arena.
pub(super) type Record = [u64; 3];

/// How the next segment is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No segment may follow.
    End,
    /// One literal, or several in a row.
    Run,
    /// Any segment that is not empty.
    Any,
    /// One of many literals, or else a test or any segment.
    Table,
}

/// The first word of a state: kind, depth and hashing in the lower half, the leaf in the upper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header(pub(super) u64);

impl Header {
    const ANY: u64 = 1;
    const TABLE: u64 = 2;
    const RUN: u64 = 4;
    /// The hash covers more than a segment's first two words.
    const DEEP: u64 = 8;
    /// More than one slot may have to be looked at.
    const PROBING: u64 = 16;

    pub(super) fn new(leaf: u32, kind: Kind) -> Self {
        let kind = match kind {
            Kind::End => 0,
            Kind::Run => Self::RUN,
            Kind::Any => Self::ANY,
            Kind::Table => Self::TABLE,
        };
        Self(u64::from(leaf) << 32 | kind)
    }

    /// Sets how many segments stand before the one that is followed, as far as that is kept.
    pub(super) fn at_depth(self, depth: u8) -> Self {
        Self(self.0 | (u64::from(depth) & 15) << 8)
    }

    /// Sets how a table is looked up: the shift of its hashes, how many slots are looked at, and whether it is deep.
    pub(super) fn with_hashing(self, shift: u8, probes: u8, is_deep: bool) -> Self {
        let deep = if is_deep { Self::DEEP } else { 0 };
        let probing = if probes > 1 { Self::PROBING } else { 0 };
        Self(self.0 | u64::from(shift) << 16 | u64::from(probes) << 24 | deep | probing)
    }

    /// Sets the bytes of a run, with the slash behind it.
    pub(super) fn with_length(self, length: u16) -> Self {
        Self(self.0 | u64::from(length) << 16)
    }

    #[inline(always)]
    const fn is(self, kind: u64) -> bool {
        self.0 & kind != 0
    }

    #[inline(always)]
    fn depth(self) -> usize {
        usize::try_from(self.0 >> 8 & 15).unwrap_or(0)
    }

    #[inline(always)]
    const fn shift(self) -> u64 {
        self.0 >> 16
    }

    fn probes(self) -> usize {
        usize::try_from(self.0 >> 24 & 0xFF).unwrap_or(0)
    }

    #[inline(always)]
    fn length(self) -> usize {
        usize::try_from(self.0 >> 16 & 0xFFFF).unwrap_or(0)
    }

    #[inline(always)]
    fn leaf(self) -> u32 {
        low(self.0 >> 32)
    }
}

/// Whether a segment matches a mixture, and what follows.
#[derive(Clone, Debug)]
pub(super) struct PackedTest {
    pub(super) parts: Arc<[Part]>,
    pub(super) yes: u32,
    pub(super) no: u32,
}

/// The packed automaton; it starts with the state at 0.
#[derive(Debug)]
pub(super) struct Automaton {
    pub(super) arena: Box<[Record]>,
    /// What literals hold behind their first two words, all in a row.
    pub(super) text: Box<[u8]>,
    /// Where each of them begins and ends.
    pub(super) spans: Box<[(u32, u32)]>,
    pub(super) tests: Box<[PackedTest]>,
}

/// How far a path led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    /// The leaf, or [`NONE`].
    pub(super) leaf: u32,
    /// Whether a segment that an expression takes holds a `%` or is a dot segment: the path is then to be
    /// looked at more closely.
    pub(super) is_odd: bool,
}

#[inline(always)]
pub(super) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

#[inline(always)]
fn low(word: u64) -> u32 {
    u32::try_from(word & 0xFFFF_FFFF).unwrap_or(0)
}

/// One segment or several, followed.
struct Followed {
    next: u32,
    /// Their bytes, without the slash behind them.
    length: usize,
    is_odd: bool,
}

const MISS: Followed = Followed { next: NONE, length: 0, is_odd: false };

/// No next state.
const MISSED: (u32, usize) = (NONE, 0);

/// What tables hash: a segment's first two words.
#[inline(always)]
pub(super) const fn hash_input(words: [u64; 2]) -> u64 {
    let [first, second] = words;
    first ^ second.rotate_left(23)
}

/// What deep tables hash: all words of the segment, whose third begins at `rest`.
pub(super) fn deep_hash_input(first: u64, mut rest: Rest<'_>) -> u64 {
    let mut all = first;
    loop {
        let word = rest.word();
        let end = word.segment_end();
        let key = end.map_or(word, |end| end.key);
        all = (all.rotate_left(5) ^ key.0).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        match rest.after(WORD) {
            Some(after) if end.is_none() => rest = after,
            _ => return all,
        }
    }
}

/// The slot that a literal would rather have.
#[inline(always)]
pub(super) fn slot(input: u64, multiplier: u64, shift: u64) -> usize {
    let shift = u32::try_from(shift & 63).unwrap_or(0);
    usize::try_from(input.wrapping_mul(multiplier).wrapping_shr(shift)).unwrap_or(0)
}

impl Automaton {
    /// Follows a path; one that does not begin with a slash leads nowhere.
    #[inline(always)]
    pub(super) fn walk(&self, path: &str, segments: &mut Segments) -> Walk {
        let (mut state, mut is_odd) = (0, false);
        let rest = Rest::new(path.as_bytes());
        let Some(mut rest) = rest.after(1).filter(|_| path.starts_with('/')) else {
            return Walk { leaf: NONE, is_odd };
        };
        let leaf = loop {
            let Some(record) = self.arena.get(state) else { break NONE };
            let (next, length) = match self.common(record, state, rest, segments) {
                Some(followed) => followed,
                None => {
                    let rare = self.rare(state, path, rest.len(), segments);
                    is_odd |= rare.is_odd;
                    (rare.next, rare.length)
                }
            };
            state = index(next);
            let Some(after) = rest.after(length.wrapping_add(1)) else {
                break self.arena.get(state).map_or(NONE, |[header, ..]| Header(*header).leaf());
            };
            rest = after;
        };
        Walk { leaf, is_odd }
    }

    /// The next state and the length, where one look at a literal or at a segment is enough; `None` for whatever else there is.
    #[inline(always)]
    fn common(
        &self,
        record: &Record,
        state: usize,
        rest: Rest<'_>,
        segments: &mut Segments,
    ) -> Option<(u32, usize)> {
        let header = Header(record[0]);
        if header.is(Header::RUN) {
            // A run is compared in one way only.
            return Some(self.run(record, state, rest).unwrap_or(MISSED));
        }
        let first = rest.word();
        let Some(SegmentEnd { key, length }) = first.segment_end() else {
            return self.common_long(record, state, (first, rest), segments);
        };
        if header.is(Header::TABLE)
            && let Some(link) = self.look(record, state, [key.0, 0])
        {
            keep_if_asked(segments, record, rest, length);
            return Some((low(link), length));
        }
        // Neither a test nor a miss.
        if record[1] >> 31 != 0 {
            return if low(record[1]) == NONE { Some(MISSED) } else { None };
        }
        if key.is_odd() {
            return None;
        }
        keep(segments, header, rest, length);
        Some((low(record[1]), length))
    }

    /// The same for a segment that does not end in its first word.
    #[inline(always)]
    fn common_long(
        &self,
        record: &Record,
        state: usize,
        (first, rest): (Word, Rest<'_>),
        segments: &mut Segments,
    ) -> Option<(u32, usize)> {
        let header = Header(record[0]);
        if header.is(Header::TABLE) {
            let followed = self.long_literal(record, state, (first, rest));
            let Some((_, length)) = followed else {
                let is_miss = low(record[1]) == NONE && !header.is(Header::DEEP);
                return is_miss.then_some(MISSED);
            };
            keep_if_asked(segments, record, rest, length);
            return followed;
        }
        let (length, has_percent) = rest.segment();
        // A dot segment is shorter, and what is no table has neither tests nor slots.
        if has_percent || !header.is(Header::ANY) {
            return None;
        }
        keep(segments, header, rest, length);
        Some((low(record[1]), length))
    }

    /// Where a literal leads that does not end in its first word, and its length.
    #[inline(always)]
    fn long_literal(
        &self,
        record: &Record,
        state: usize,
        (first, rest): (Word, Rest<'_>),
    ) -> Option<(u32, usize)> {
        let second = rest.after(WORD)?.word();
        if let Some(SegmentEnd { key, length }) = second.segment_end() {
            let link = self.look(record, state, [first.0, key.0])?;
            return Some((low(link), length.wrapping_add(WORD)));
        }
        if Header(record[0]).is(Header::DEEP) {
            return None;
        }
        let link = self.look(record, state, [first.0, second.0])?;
        Some((low(link), self.long(link, rest.bytes())?))
    }

    /// The link of the literal with these words.
    #[inline(always)]
    fn look(&self, [header, _, multiplier]: &Record, state: usize, words: [u64; 2]) -> Option<u64> {
        let place = slot(hash_input(words), *multiplier, Header(*header).shift());
        let place = state.wrapping_add(1).wrapping_add(place);
        let [first, second, link] = self.arena.get(place)?;
        if *first == words[0] && *second == words[1] {
            return Some(*link);
        }
        let [first, second] = words;
        if Header(*header).is(Header::PROBING) {
            self.look_further(*header, place, first, second)
        } else {
            None
        }
    }

    /// Looks at the slots behind the one that a literal would rather have.
    #[inline(never)]
    fn look_further(&self, header: u64, place: usize, first: u64, second: u64) -> Option<u64> {
        let further = self.arena.get(place..)?.iter().take(Header(header).probes()).skip(1);
        further.into_iter().find(|slot| slot[0] == first && slot[1] == second).map(|slot| slot[2])
    }

    /// The length of this link's literal, whose first two words have been compared, if the path goes on with it and ends
    /// the segment there.
    #[inline(never)]
    fn long(&self, link: u64, bytes: &[u8]) -> Option<usize> {
        let span = self.spans.get(index(low(link >> 32).wrapping_sub(1)));
        let text = span.and_then(|(from, to)| self.text.get(index(*from)..index(*to)))?;
        let after = bytes.get(2 * WORD..)?.strip_prefix(text)?;
        matches!(after.first(), None | Some(b'/')).then(|| text.len().wrapping_add(2 * WORD))
    }

    /// Where a run leads, and its length.
    #[inline(always)]
    fn run(&self, [header, first, second]: &Record, state: usize, rest: Rest<'_>) -> Option<(u32, usize)> {
        let [first_mask, second_mask, link] = self.arena.get(state.wrapping_add(1))?;
        let length = Header(*header).length().wrapping_sub(1);
        // Only the first slash behind the end stands for it.
        if rest.word().0 & first_mask != *first || length > rest.len() {
            return None;
        }
        if *second_mask != 0 {
            if rest.after(WORD)?.word().0 & second_mask != *second {
                return None;
            }
            if link >> 32 != 0 {
                self.long(*link, rest.bytes())?;
            }
        }
        Some((low(*link), length))
    }

    /// Follows any state on any segment.
    #[inline(never)]
    fn rare(&self, state: usize, path: &str, left: usize, segments: &mut Segments) -> Followed {
        let at = path.len().wrapping_sub(left);
        let (Some(record), Some(rest)) = (self.arena.get(state), Rest::new(path.as_bytes()).after(at)) else {
            return MISS;
        };
        let (header, otherwise) = (Header(record[0]), low(record[1]));
        if header.is(Header::RUN) {
            // A run is compared in one way only.
            return MISS;
        }
        let literal = if header.is(Header::TABLE) { self.probe(record, state, rest) } else { None };
        if let Some((next, length)) = literal {
            keep_if_asked(segments, record, rest, length);
            return Followed { next, length, is_odd: false };
        }
        if otherwise == NONE {
            return MISS;
        }
        let (length, has_percent) = rest.segment();
        keep(segments, header, rest, length);
        let segment = path.get(at..at.wrapping_add(length)).unwrap_or_default();
        let is_odd = has_percent || is_dot_segment(segment.as_bytes());
        Followed { next: self.tested(otherwise, segment), length, is_odd }
    }

    /// Where a segment leads that is one of a table's literals, and its length.
    fn probe(&self, [header, _, multiplier]: &Record, state: usize, rest: Rest<'_>) -> Option<(u32, usize)> {
        let (header, Key { words, length }) = (Header(*header), key(rest)?);
        let mut input = hash_input(words);
        if header.is(Header::DEEP) && length.is_none() {
            input = rest.after(2 * WORD).map_or(input, |rest| deep_hash_input(input, rest));
        }
        let mut place = state.wrapping_add(1).wrapping_add(slot(input, *multiplier, header.shift()));
        for _ in 0..header.probes() {
            let [first, second, link] = self.arena.get(place)?;
            if [*first, *second] == words
                && let Some(length) = length.or_else(|| self.long(*link, rest.bytes()))
            {
                return Some((low(*link), length));
            }
            place = place.wrapping_add(1);
        }
        None
    }

    /// What follows a segment that no literal names.
    fn tested(&self, mut next: u32, segment: &str) -> u32 {
        if segment.is_empty() {
            return NONE;
        }
        while next & TEST != 0 && next != NONE {
            let Some(test) = self.tests.get(index(next & !TEST)) else { return NONE };
            next = if matches(&test.parts, segment, |_, _| {}) { test.yes } else { test.no };
        }
        next
    }
}

#[inline(always)]
fn keep(segments: &mut Segments, header: Header, rest: Rest<'_>, length: usize) {
    if let Some(kept) = segments.get_mut(header.depth()) {
        *kept = (rest.len(), length);
    }
}

/// Keeps the place of a literal where an expression may take it as well.
#[inline(always)]
fn keep_if_asked(segments: &mut Segments, [header, otherwise, _]: &Record, rest: Rest<'_>, length: usize) {
    if low(*otherwise) != NONE {
        keep(segments, Header(*header), rest, length);
    }
}

/// A segment as tables know it: its first two words, with the slash that ends it if it is shorter.
struct Key {
    words: [u64; 2],
    /// Its length in bytes, if it is shorter.
    length: Option<usize>,
}

fn key(rest: Rest<'_>) -> Option<Key> {
    let first = rest.word();
    if let Some(end) = first.segment_end() {
        return Some(Key { words: [end.key.0, 0], length: Some(end.length) });
    }
    let second = rest.after(WORD)?.word();
    Some(match second.segment_end() {
        Some(end) => Key { words: [first.0, end.key.0], length: Some(end.length.wrapping_add(WORD)) },
        None => Key { words: [first.0, second.0], length: None },
    })
}
