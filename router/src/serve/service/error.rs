//! Why a service is not built.

use std::fmt;

/// What stands against a [`Service`](crate::Service).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceError {
    /// The description declares a path where an own path would be; the API always wins.
    Declared {
        /// The own path.
        path: String,
        /// The path template that matches it; the path itself where no operation has one.
        template: String,
    },
    /// An own path is none: it begins with `/`, and holds neither query nor expressions nor what must be encoded.
    Path(String),
    /// Two own paths are the same.
    Repeated(String),
    /// The field that carries request ids is none, or one that the library writes for other reasons.
    RequestIdField(String),
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared { path, template } => write!(
                f,
                "the own path `{path}` would hide `{template}` of the description: give it another path, or leave it out"
            ),
            Self::Path(path) => write!(
                f,
                "the own path `{path}` is none: begin it with `/`, and write neither query nor expressions"
            ),
            Self::Repeated(path) => write!(f, "two own paths are `{path}`: give each its own"),
            Self::RequestIdField(name) => {
                write!(f, "`{name}` cannot carry request ids: name a field such as `X-Request-Id`")
            }
        }
    }
}

impl std::error::Error for ServiceError {}
