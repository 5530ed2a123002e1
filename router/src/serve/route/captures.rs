//! Where the expressions of a matched template stand in the path.

use arrayvec::ArrayVec;

use super::automaton::{SEGMENTS_KEPT, Segments};
use crate::limits;

/// The spans of a template's expressions in the path as it was sent, in the template's order.
///
/// Reusable: each look-up overwrites it. Values are as sent, percent-encoded.
///
/// ```
/// use brrtrouter::{Captures, RouteTable};
/// use http::Method;
///
/// let mut builder = RouteTable::builder();
/// builder.add(&Method::GET, "/flights/{from}-{to}/seats/{seat}", 0)?;
/// let table = builder.build()?;
/// let (path, mut captures) = ("/flights/ams-ber/seats/12a", Captures::new());
/// let _ = table.find(&Method::GET, path, &mut captures);
/// assert_eq!(captures.of(path).collect::<Vec<_>>(), ["ams", "ber", "12a"]);
/// assert_eq!(captures.span(path, 2), Some((23, 26)));
/// # Ok::<(), brrtrouter::RouteTableError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Captures {
    /// For each place, how many bytes of the path are left at its start, and its length.
    pub(super) segments: Segments,
    /// Which of the places the expressions are, four bits for each.
    depths: u64,
    count: usize,
    /// Those that find no room above.
    further: ArrayVec<(usize, usize), FURTHER>,
}

const FURTHER: usize = limits::PATH_EXPRESSIONS_MAX - SEGMENTS_KEPT;

/// The places in their own order.
const IN_ORDER: u64 = 0xFEDC_BA98_7654_3210;

/// The spans of all expressions.
pub(super) type Spans = ArrayVec<(usize, usize), { limits::PATH_EXPRESSIONS_MAX }>;

impl Default for Captures {
    fn default() -> Self {
        Self::new()
    }
}

impl Captures {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { segments: [(0, 0); SEGMENTS_KEPT], depths: 0, count: 0, further: ArrayVec::new_const() }
    }

    /// How many there are.
    #[must_use]
    #[inline]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether the template has no expression.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// First byte and byte after the last, in `path`, which must be the one that was looked up, of the expression at this
    /// place of the template's order.
    #[must_use]
    #[inline]
    pub fn span(&self, path: &str, at: usize) -> Option<(usize, usize)> {
        if at >= self.count {
            return None;
        }
        let kept = match at.checked_sub(SEGMENTS_KEPT) {
            None => self.segments.get(usize::try_from(self.depths >> (at << 2 & 63) & 15).unwrap_or(0)),
            Some(further) => self.further.get(further),
        };
        kept.map(|kept| span_of(path, *kept))
    }

    /// The text of the expression at this place of the template's order, in `path`, which must be the one that was
    /// looked up.
    #[must_use]
    #[inline]
    pub fn get<'p>(&self, path: &'p str, at: usize) -> Option<&'p str> {
        let (from, to) = self.span(path, at)?;
        path.get(from..to)
    }

    /// The texts of all expressions in `path`, which must be the one that was looked up.
    #[inline]
    pub fn of<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        Texts { path, captures: self, depths: self.depths, at: 0 }
    }

    pub(super) fn spans(&self, path: &str) -> impl Iterator<Item = (usize, usize)> {
        (0..self.count).map_while(move |at| self.span(path, at))
    }

    /// Takes the expressions from the segments that a walk has kept.
    #[inline(always)]
    pub(super) fn set(&mut self, depths: u64, count: u8) {
        (self.depths, self.count) = (depths, usize::from(count));
    }

    pub(super) fn clear(&mut self) {
        self.further.clear();
        (self.depths, self.count) = (IN_ORDER, 0);
    }

    /// Adds a span of `path`. Templates have no more expressions than there is room for, so that none is lost.
    pub(super) fn push(&mut self, path: &str, from: usize, to: usize) {
        let kept = (path.len().saturating_sub(from), to.saturating_sub(from));
        match self.segments.get_mut(self.count) {
            Some(place) => *place = kept,
            None if self.further.is_full() => return,
            None => self.further.push(kept),
        }
        self.count = self.count.saturating_add(1);
    }
}

/// First byte and byte after the last, from how many bytes are left at the start and the length.
#[inline(always)]
fn span_of(path: &str, (left, length): (usize, usize)) -> (usize, usize) {
    let from = path.len().wrapping_sub(left);
    (from, from.wrapping_add(length))
}

/// See [`Captures::of`].
struct Texts<'c, 'p> {
    path: &'p str,
    captures: &'c Captures,
    /// The places that are left.
    depths: u64,
    at: usize,
}

impl<'p> Iterator for Texts<'_, 'p> {
    type Item = &'p str;

    #[inline(always)]
    fn next(&mut self) -> Option<&'p str> {
        if self.at >= self.captures.count {
            return None;
        }
        let span = match self.at.checked_sub(SEGMENTS_KEPT) {
            None => self.captures.segments.get(usize::try_from(self.depths & 15).unwrap_or(0)),
            Some(further) => self.captures.further.get(further),
        };
        self.depths >>= 4;
        self.at = self.at.wrapping_add(1);
        let (from, to) = span_of(self.path, *span?);
        self.path.get(from..to)
    }
}
