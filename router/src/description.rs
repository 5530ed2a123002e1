//! Text -> spanned tree -> OpenAPI Objects as typed values.

mod diagnostic;
mod tree;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Place, Severity};
pub use tree::{Kind, NodeId, NodeRef, Span, Tree, TreeBuilder};
