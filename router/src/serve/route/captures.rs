//! Where the expressions of a matched template stand in the path.

use smallvec::SmallVec;

/// The spans of a template's expressions in the path as it was sent, in the template's order.
///
/// Reusable: each look-up clears it. Values are as sent, percent-encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    pub(super) spans: SmallVec<[(u16, u16); 8]>,
}

impl Captures {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// First byte and byte after the last of each, within the path.
    #[must_use]
    pub fn spans(&self) -> &[(u16, u16)] {
        &self.spans
    }

    /// The texts that the expressions stand for in `path`, which must be the one that was looked up.
    pub fn of<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        self.spans.iter().map(move |span| text(path, *span))
    }

    /// The text of the expression at this place of the template's order.
    #[must_use]
    pub fn get<'p>(&self, path: &'p str, at: usize) -> Option<&'p str> {
        self.spans.get(at).map(|span| text(path, *span))
    }
}

fn text(path: &str, (from, to): (u16, u16)) -> &str {
    path.get(usize::from(from)..usize::from(to)).unwrap_or_default()
}
