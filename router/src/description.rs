//! Text -> spanned tree -> OpenAPI Objects as typed values.

mod diagnostic;
mod document;
mod kind;
mod known;
mod loader;
mod object;
pub(crate) mod reference;
mod retrieve;
mod runtime_expression;
mod set;
mod template;
pub mod text;
pub(crate) mod token;
mod tree;
mod upgrade;
mod uri;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Place, Severity};
pub use document::{Document, DocumentId, Location, Version};
pub use kind::{Holding, ObjectKind};
pub use loader::{LoadLimits, Loader};
pub use object::{
    Callback, Encoding, Example, Header, Link, MediaType, OAuthFlow, OpenApi, Operation, Parameter,
    ParameterLocation, PathItem, RequestBody, Response, SecurityRequirement, SecurityScheme, Server,
    ServerVariable, StatusKey, Style, Tag, check, check_strictly,
};
pub use reference::ReferenceError;
pub use retrieve::{AllowList, Retrieve, RetrieveError, RetrieveLimits, Retrieved};
pub use runtime_expression::{Expression, ExpressionError, ExpressionTemplate, Piece, Source};
pub use set::Description;
pub use template::{Part, PathTemplate, Segment, ServerTemplate, TemplateError, TemplateFault};
pub use tree::{Kind, NodeId, NodeRef, Span, Tree, TreeBuilder};
pub use uri::{Uri, UriError};
