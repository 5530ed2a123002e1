//! Text -> spanned tree -> OpenAPI Objects as typed values.

mod diagnostic;
mod document;
mod kind;
mod known;
mod loader;
mod reference;
mod retrieve;
mod set;
pub mod text;
mod tree;
mod uri;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Place, Severity};
pub use document::{Document, DocumentId, Location, Version};
pub use kind::{Holding, ObjectKind};
pub use loader::{LoadLimits, Loader};
pub use reference::ReferenceError;
pub use retrieve::{AllowList, Retrieve, RetrieveError, RetrieveLimits, Retrieved};
pub use set::Description;
pub use tree::{Kind, NodeId, NodeRef, Span, Tree, TreeBuilder};
pub use uri::{Uri, UriError};
