//! Where the expressions of a matched template stand in the path.

use arrayvec::ArrayVec;

use super::automaton::{Notes, Span};
use super::leaf::{DEPTHS, Depths};
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
/// assert_eq!(captures.span(2), Some((23, 26)));
/// # Ok::<(), brrtrouter::RouteTableError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Captures {
    /// Where the segments of the path are.
    pub(super) notes: Notes,
    /// Which of the segments the expressions are.
    depths: Depths,
    /// How many expressions are segments that are kept: all of them or none.
    kept: u8,
    /// The spans of the expressions otherwise.
    spans: Spans,
}

/// The spans of all expressions.
pub(super) type Spans = ArrayVec<Span, { limits::PATH_EXPRESSIONS_MAX }>;

impl Default for Captures {
    fn default() -> Self {
        Self::new()
    }
}

impl Captures {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { notes: Notes::new(), depths: [0; DEPTHS], kept: 0, spans: Spans::new_const() }
    }

    /// How many there are.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        usize::from(self.kept).wrapping_add(self.spans.len())
    }

    /// Whether the template has no expression.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// First byte and byte after the last, in the path that was looked up, of the expression at this place of the template's
    /// order.
    #[must_use]
    #[inline]
    pub fn span(&self, at: usize) -> Option<(usize, usize)> {
        self.span_of(at, self.kept.into())
    }

    #[inline(always)]
    fn span_of(&self, at: usize, kept: usize) -> Option<(usize, usize)> {
        if at < kept {
            return self.depths.get(at & (DEPTHS - 1)).map(|depth| self.segment(*depth));
        }
        let (from, to) = self.spans.get(at.wrapping_sub(kept))?;
        Some(((*from).into(), (*to).into()))
    }

    /// The span of the segment with this many before it, where those of that depth are kept.
    #[inline(always)]
    pub(super) fn segment(&self, depth: u8) -> (usize, usize) {
        let at = usize::from(depth & 63);
        match self.notes.ends.get(at..at.wrapping_add(2)) {
            Some([before, end]) => (usize::from(*before).wrapping_add(1), (*end).into()),
            _ => (0, 0),
        }
    }

    /// The text of the expression at this place of the template's order, in `path`, which must be the one that was
    /// looked up.
    #[must_use]
    #[inline(always)]
    pub fn get<'p>(&self, path: &'p str, at: usize) -> Option<&'p str> {
        let (from, to) = self.span(at)?;
        path.get(from..to)
    }

    /// The texts of all expressions in `path`, which must be the one that was looked up.
    #[inline]
    pub fn of<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        Texts { path, captures: self, kept: self.kept.into(), at: 0 }
    }

    /// Takes as expressions segments that a walk has kept.
    #[inline(always)]
    pub(super) fn set(&mut self, depths: Depths, count: u8) {
        (self.depths, self.kept) = (depths, count);
        self.spans.clear();
    }

    /// Takes these spans.
    pub(super) fn set_spans(&mut self, spans: Spans) {
        self.kept = 0;
        self.spans = spans;
    }

    pub(super) fn clear(&mut self) {
        self.kept = 0;
        self.spans.clear();
    }
}

/// See [`Captures::of`].
struct Texts<'c, 'p> {
    path: &'p str,
    captures: &'c Captures,
    kept: usize,
    at: usize,
}

impl<'p> Iterator for Texts<'_, 'p> {
    type Item = &'p str;

    #[inline(always)]
    fn next(&mut self) -> Option<&'p str> {
        let (from, to) = self.captures.span_of(self.at, self.kept)?;
        self.at = self.at.wrapping_add(1);
        self.path.get(from..to)
    }
}
