//! One document of a description, and the handles by which the build phase names its values.
//!
//! Takes: a parsed tree with its text and URIs. Gives: read access and places. Never panics: a handle of
//! another description reads as `null`.

use super::text::Source;
use super::{NodeId, Tree, Uri};

/// Which document of its description; the default is the entry document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(u32);

impl DocumentId {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A value of the description: which document, which node. The handle that the whole build phase passes
/// about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The document.
    pub document: DocumentId,
    /// The value in the document's tree.
    pub node: NodeId,
}

/// The rules by which a document is read (DOC-003, DOC-004).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// OpenAPI 3.1, every patch version alike.
    V3_1,
    /// OpenAPI 3.2, every patch version alike.
    V3_2,
}

impl Version {
    /// The version as `openapi` writes it, without patch number.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V3_1 => "3.1",
            Self::V3_2 => "3.2",
        }
    }
}

/// One document, parsed completely (REF-001).
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) uri: Uri,
    pub(crate) retrieval_uri: Uri,
    pub(crate) version: Version,
    pub(crate) upgraded_from_3_0: bool,
    pub(crate) tree: Tree,
    pub(crate) source: Source,
}

impl Document {
    /// The document as the user named it: a file path or a URI.
    #[must_use]
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// The base URI: `$self` (or, in a schema document, the root's `$id`) resolved against the retrieval URI,
    /// else the retrieval URI itself.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Where the document came from.
    #[must_use]
    pub fn retrieval_uri(&self) -> &Uri {
        &self.retrieval_uri
    }

    /// The rules by which it is read. A document without `openapi` follows the document that led to it.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Whether it was written for 3.0 and upgraded while loading.
    #[must_use]
    pub const fn upgraded_from_3_0(&self) -> bool {
        self.upgraded_from_3_0
    }

    /// Its values.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The text it was parsed from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }
}
