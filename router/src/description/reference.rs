//! References: what a `$ref` names, and why it may name nothing.
//!
//! Takes: a location and a URI reference. Gives: the location meant, or an error that says how far the
//! reference leads. Following is bounded and cycle-safe. Never panics.

mod index;
mod keywords;
mod pointer;
mod walk;

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use smallvec::SmallVec;

pub(crate) use index::{Index, ResourceId};
pub(crate) use walk::{Fault, Site, SiteKind, Walk, Walked};

use super::{Code, Description, Kind, Location, NodeId, NodeRef, Uri, UriError};
use crate::limits::load::{REFERENCE_CHAIN_MAX, TEXT_SHOWN_CHARS_MAX as SHOWN};
use index::Resource;
pub(crate) use keywords::{Draft, Subschemas};
use pointer::Break;
pub(crate) use pointer::near_names;

/// Why a reference leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// The text is no URI reference, or cannot be resolved against its base (REF-013).
    Form(UriError),
    /// No document and no schema resource has that URI (REF-001).
    NoDocument {
        /// The absolute URI.
        uri: Uri,
    },
    /// The fragment is a JSON Pointer that breaks off (REF-011).
    NoMember {
        /// The URI of the document or schema resource.
        uri: Uri,
        /// The whole pointer, percent-decoded.
        pointer: String,
        /// The deepest part of it that exists.
        found: String,
        /// The name or index that is missing there.
        missing: String,
        /// What stands at `found`.
        kind: Kind,
    },
    /// The fragment is a name that no `$anchor` of the resource has (REF-012).
    NoAnchor {
        /// The URI of the document or schema resource.
        uri: Uri,
        /// The name.
        anchor: String,
    },
    /// The fragment is no valid percent-encoded UTF-8 (REF-011).
    Fragment {
        /// The fragment as written.
        fragment: String,
    },
    /// The references lead back to where they began (REF-019).
    Cycle {
        /// The reference that closes the circle.
        at: Location,
    },
    /// More references lead to one another than are followed (REF-019).
    TooLong {
        /// The limit.
        chain_max: usize,
    },
}

impl ReferenceError {
    /// The rule that is broken.
    #[must_use]
    pub const fn code(&self) -> Code {
        Code::new(match self {
            Self::Form(_) => "REF-013",
            Self::NoDocument { .. } => "REF-001",
            Self::NoMember { .. } | Self::Fragment { .. } => "REF-011",
            Self::NoAnchor { .. } => "REF-012",
            Self::Cycle { .. } | Self::TooLong { .. } => "REF-019",
        })
    }

    /// How the mistake may be mended, when nothing else comes near.
    #[must_use]
    pub fn mend(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Form(_) => "write a URI reference such as `#/components/schemas/Pet` or `./pets.yaml#/Pet`",
            Self::NoDocument { .. } => "name a document that is loaded, or add it to the loader",
            Self::NoMember { .. } => "point at a value that exists, or add the missing one",
            Self::NoAnchor { .. } => {
                "add the `$anchor` to a schema, or write a JSON Pointer, which begins with `#/`"
            }
            Self::Fragment { .. } => "percent-encode the fragment as UTF-8",
            Self::Cycle { .. } => "let one of the references stand for a value of its own",
            Self::TooLong { .. } => "point at the value itself",
        })
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::NoDocument { uri, .. } => {
                write!(
                    f,
                    "there is no document or schema with the URI `{:.SHOWN$}`",
                    uri.relative_to_default()
                )
            }
            Self::NoMember { uri, found, missing, kind, .. } => {
                match kind {
                    Kind::Object => write!(f, "`#{found:.SHOWN$}` has no member `{missing:.SHOWN$}`")?,
                    Kind::Array => write!(f, "`#{found:.SHOWN$}` has no item `{missing:.SHOWN$}`")?,
                    Kind::Null | Kind::Boolean | Kind::Number | Kind::String => {
                        write!(f, "`#{found:.SHOWN$}` is a {} and has no `{missing:.SHOWN$}`", kind.name())?;
                    }
                }
                write!(f, " in `{:.SHOWN$}`", uri.relative_to_default())
            }
            Self::NoAnchor { uri, anchor, .. } => {
                write!(
                    f,
                    "no schema of `{:.SHOWN$}` has the anchor `{anchor:.SHOWN$}`",
                    uri.relative_to_default()
                )
            }
            Self::Fragment { fragment } => write!(f, "`{fragment:.SHOWN$}` is not percent-encoded UTF-8"),
            Self::Cycle { .. } => write!(f, "the references lead round in a circle"),
            Self::TooLong { chain_max } => write!(f, "more than {chain_max} references lead to one another"),
        }
    }
}

impl std::error::Error for ReferenceError {}

impl Description {
    /// What `reference`, standing at `from`, names: one step, against the base URI of `from` (RFC 3986 §5;
    /// percent-decoded JSON Pointer, REF-011; `$anchor`, REF-012; `$id` and `$self`, REF-005, REF-006).
    ///
    /// # Errors
    /// [`ReferenceError`], never `Cycle` or `TooLong`.
    pub fn resolve(&self, from: Location, reference: &str) -> Result<Location, ReferenceError> {
        let resource = self.index.resource_of(&self.documents, from).and_then(|id| self.index.resource(id));
        let Some(resource) = resource else {
            let text = reference.to_owned();
            return Err(ReferenceError::Form(UriError::Relative { text }));
        };
        // Most references stay inside their resource and need no URI arithmetic.
        if let Some(fragment) = reference.strip_prefix('#').filter(|fragment| !fragment.contains('#')) {
            return self.fragment(resource, fragment);
        }
        self.resolve_against(&resource.uri, reference)
    }

    /// What `reference` names when it is resolved against an absolute base URI.
    ///
    /// # Errors
    /// [`ReferenceError`], never `Cycle` or `TooLong`.
    pub fn resolve_uri(&self, base: &str, reference: &str) -> Result<Location, ReferenceError> {
        let base = Uri::parse(base).map_err(ReferenceError::Form)?;
        self.resolve_against(&base, reference)
    }

    fn resolve_against(&self, base: &Uri, reference: &str) -> Result<Location, ReferenceError> {
        let (uri, fragment) = base.join(reference).map_err(ReferenceError::Form)?;
        let Some(resource) = self.index.by_uri(&uri).and_then(|id| self.index.resource(id)) else {
            return Err(ReferenceError::NoDocument { uri });
        };
        self.fragment(resource, fragment.unwrap_or(""))
    }

    fn fragment(&self, resource: &Resource, fragment: &str) -> Result<Location, ReferenceError> {
        let at = resource.at;
        let inside = |node: NodeId| Location { document: at.document, node };
        if fragment.is_empty() {
            return Ok(at);
        }
        let text = percent_decode_str(fragment)
            .decode_utf8()
            .map_err(|_| ReferenceError::Fragment { fragment: fragment.to_owned() })?;
        if !text.starts_with('/') {
            let anchor = resource.anchors.get(&*text).map(|anchor| inside(anchor.node));
            return anchor.ok_or_else(|| ReferenceError::NoAnchor {
                uri: resource.uri.clone(),
                anchor: text.into_owned(),
            });
        }
        let root = self.at(at);
        root.at_pointer(&text).map(|node| inside(node.id())).ok_or_else(|| no_member(resource, root, &text))
    }

    /// Follows Reference Objects (`$ref` after `$ref`) to the value that stands at the end; a value without
    /// `$ref` is its own end.
    ///
    /// # Errors
    /// [`ReferenceError`] of the first step that fails; `Cycle` when the references lead in a circle, `TooLong`
    /// when there are more than [`REFERENCE_CHAIN_MAX`] of them (REF-019).
    pub fn follow(&self, at: Location) -> Result<Location, ReferenceError> {
        let mut here = at;
        let mut seen: SmallVec<[Location; 4]> = SmallVec::new();
        while let Some(reference) = self.at(here).get("$ref").and_then(NodeRef::as_str) {
            if seen.contains(&here) {
                return Err(ReferenceError::Cycle { at: here });
            }
            if seen.len() >= REFERENCE_CHAIN_MAX {
                return Err(ReferenceError::TooLong { chain_max: REFERENCE_CHAIN_MAX });
            }
            seen.push(here);
            here = self.resolve(here, reference)?;
        }
        Ok(here)
    }

    /// What may have been meant by a reference that leads nowhere, the nearest first; a few names at most.
    #[must_use]
    pub fn near(&self, error: &ReferenceError) -> Vec<String> {
        let resource = |uri| self.index.by_uri(uri).and_then(|id| self.index.resource(id));
        match error {
            ReferenceError::NoDocument { uri } => {
                let known = self.index.resources().iter().map(|resource| resource.uri.relative_to_default());
                near_names(uri.relative_to_default(), known)
            }
            ReferenceError::NoMember { uri, found, missing, .. } => {
                let holder = resource(uri).and_then(|resource| self.at(resource.at).at_pointer(found));
                let names = holder.into_iter().flat_map(|holder| holder.members().map(|(name, _)| name));
                near_names(missing, names)
            }
            ReferenceError::NoAnchor { uri, anchor } => {
                let names = resource(uri).into_iter().flat_map(|resource| resource.anchors.keys());
                near_names(anchor, names.map(|name| &**name))
            }
            ReferenceError::Form(_)
            | ReferenceError::Fragment { .. }
            | ReferenceError::Cycle { .. }
            | ReferenceError::TooLong { .. } => Vec::new(),
        }
    }

    pub(crate) fn resource_id(&self, at: Location) -> Option<ResourceId> {
        self.index.resource_of(&self.documents, at)
    }
}

fn no_member(resource: &Resource, root: NodeRef<'_>, pointer: &str) -> ReferenceError {
    let Break { found, missing, kind } = pointer::break_of(root, pointer).unwrap_or(Break {
        found: String::new(),
        missing: pointer.to_owned(),
        kind: root.kind(),
    });
    ReferenceError::NoMember { uri: resource.uri.clone(), pointer: pointer.to_owned(), found, missing, kind }
}
