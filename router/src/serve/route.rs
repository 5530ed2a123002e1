//! Routing: which operation a request's path and method name (PTH, SRV, HTTP-001 to HTTP-006).
//!
//! Takes: the path of a [`RequestHead`](crate::RequestHead). Gives: a [`RouteOutcome`] and the spans of the
//! template's expressions. Allocates only for a path that needs normalising. Never panics.

mod builder;
mod captures;
mod leaf;
mod normalize;
mod pattern;
mod tree;

use std::borrow::Cow;
use std::sync::Arc;

use http::Method;

pub use builder::{RouteTableBuilder, RouteTableError};
pub use captures::Captures;
use leaf::{Leaf, MethodMatch};
pub use normalize::PathError;
use normalize::{normalize_path, raw_spans};
use tree::RouteTree;

/// Path templates and methods, compiled: what a request's path and method are matched with.
///
/// An [`Api`](crate::Api) holds one. It stands alone as well, for whoever wants to route by OpenAPI's rules without the rest:
///
/// ```
/// use brrtrouter::{Captures, RouteOutcome, RouteTable};
/// use http::Method;
///
/// let mut builder = RouteTable::builder();
/// builder.add(&Method::GET, "/pets/{id}", 0)?;
/// builder.add(&Method::GET, "/pets/mine", 1)?;
/// let table = builder.build()?;
///
/// let mut captures = Captures::new();
/// assert_eq!(table.find(&Method::GET, "/pets/7", &mut captures), RouteOutcome::Found(0));
/// assert_eq!(captures.of("/pets/7").collect::<Vec<_>>(), ["7"]);
/// assert_eq!(table.find(&Method::GET, "/pets/mine", &mut captures), RouteOutcome::Found(1));
/// assert_eq!(table.find(&Method::GET, "/toys", &mut captures), RouteOutcome::NotFound);
/// # Ok::<(), brrtrouter::RouteTableError>(())
/// ```
#[derive(Debug)]
pub struct RouteTable {
    tree: RouteTree,
    leaves: Box<[Leaf<u32>]>,
    allow_all: Arc<str>,
    additional_methods: Box<[Method]>,
}

/// Where a path and a method lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteOutcome<'t> {
    /// To the operation with this number.
    Found(u32),
    /// HEAD, to the operation that is declared for GET (RFC 9110 §9.3.2).
    AutomaticHead(u32),
    /// OPTIONS, to nothing declared: to be answered with this `Allow` value (RFC 9110 §9.3.7).
    AutomaticOptions(&'t Arc<str>),
    /// The path is known and the method is not declared there: 405 with this `Allow` value (HTTP-002).
    MethodNotAllowed(&'t Arc<str>),
    /// The method is neither known to HTTP nor declared anywhere: 501 (HTTP-004).
    UnknownMethod,
    /// No template matches: 404 (HTTP-001).
    NotFound,
    /// The path is not one that may be matched: 400.
    Refused(PathError),
}

/// The methods that every server knows: those of RFC 9110 §9, PATCH (RFC 5789) and QUERY. Any other is
/// unknown unless an operation declares it (HTTP-004).
const KNOWN_METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];

impl RouteTable {
    /// Starts a table.
    #[must_use]
    pub fn builder() -> RouteTableBuilder {
        RouteTableBuilder::new()
    }

    /// Finds what answers `method` on `path`, which is given as sent, percent-encoded, without the query.
    ///
    /// `captures` then holds the spans of the template's expressions in `path`, in the template's order.
    pub fn find(&self, method: &Method, path: &str, captures: &mut Captures) -> RouteOutcome<'_> {
        captures.spans.clear();
        if !self.knows(method) {
            return RouteOutcome::UnknownMethod;
        }
        if path == "*" {
            return RouteOutcome::AutomaticOptions(&self.allow_all);
        }
        let normal = match normalize_path(path) {
            Ok(normal) => normal,
            Err(fault) => return RouteOutcome::Refused(fault),
        };
        let leaf =
            self.tree.find(&normal, &mut captures.spans).and_then(|leaf| self.leaves.get(leaf.index()));
        let Some(leaf) = leaf else { return RouteOutcome::NotFound };
        if let Cow::Owned(normal) = &normal {
            raw_spans(path, normal.len(), &mut captures.spans);
        }
        match leaf.find(method) {
            MethodMatch::Declared(operation) => RouteOutcome::Found(operation),
            MethodMatch::AutomaticHead(operation) => RouteOutcome::AutomaticHead(operation),
            MethodMatch::AutomaticOptions => RouteOutcome::AutomaticOptions(leaf.allow()),
            MethodMatch::NotAllowed => RouteOutcome::MethodNotAllowed(leaf.allow()),
        }
    }

    fn knows(&self, method: &Method) -> bool {
        KNOWN_METHODS.contains(&method.as_str()) || self.additional_methods.contains(method)
    }
}
