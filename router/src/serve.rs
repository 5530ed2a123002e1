//! One request's journey, in order: head -> route -> security -> parameter -> content -> handler -> response.
//!
//! Every stage takes what only the stage before it can give. Nothing here opens a socket.

mod body;
mod connection;
pub mod content;
mod head;
pub mod parameter;
mod problem;
mod response;
pub mod security;

pub use body::{BodyError, BodySource, BytesBody, EmptyBody};
pub use connection::Connection;
pub use head::{FieldLine, HeadError, RequestHead};
pub use problem::{
    Problem, ProblemContent, ProblemError, ProblemFormat, ProblemKind, ProblemPlace, ValidationStatus,
};
pub use response::{
    Body, BodyStream, Cookie, CookieError, FieldError, FieldText, ProblemContext, Response, ResponseFault,
    ResponseField, SameSite,
};
