//! Routing: which operation a request's path and method name (PTH, SRV, HTTP-001 to HTTP-006).
//!
//! Takes: the path of a [`RequestHead`](crate::RequestHead). Gives: a [`RouteOutcome`] and the spans of the
//! template's expressions. Allocates only for a path that needs normalising. Never panics.

mod automaton;
mod builder;
mod captures;
mod determinise;
mod leaf;
mod locate;
mod normalize;
mod pack;
mod pattern;
mod shorts;
#[cfg(test)]
mod tests;
mod trie;
mod view;
mod words;

use std::sync::Arc;

use http::Method;

use automaton::{Automaton, NONE, ODD};
pub use builder::{RouteTableBuilder, RouteTableError};
pub use captures::Captures;
use leaf::{Known, Leaf, Leaves, MethodMatch};
pub use normalize::PathError;
use normalize::{NormalPath, normalize_path};

use crate::limits;

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
    automaton: Automaton,
    leaves: Leaves,
    allow_all: Arc<str>,
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

impl RouteTable {
    /// Starts a table.
    #[must_use]
    pub fn builder() -> RouteTableBuilder {
        RouteTableBuilder::new()
    }

    /// Finds what answers `method` on `path`, which is given as sent, percent-encoded, without the query.
    ///
    /// `captures` then holds the spans of the template's expressions in `path`, in the template's order; none where no
    /// template matches.
    #[inline]
    pub fn find(&self, method: &Method, path: &str, captures: &mut Captures) -> RouteOutcome<'_> {
        let Some(known) = leaf::known(method) else { return self.find_additional(method, path, captures) };
        let number = self.automaton.walk(path.as_bytes(), &mut captures.notes);
        let Some(leaf) = self.leaves.get(number) else {
            return self.find_odd(known, (path, number), captures);
        };
        captures.set(leaf.depths, leaf.count);
        match leaf.declared(known) {
            Some(operation) => RouteOutcome::Found(operation),
            None => self.answer(leaf, leaf.find(known)),
        }
    }

    /// The number of the template that a path leads to, whatever the method; `None` where it leads nowhere.
    pub(crate) fn path_number(&self, path: &str) -> Option<usize> {
        let mut captures = Captures::new();
        let number = self.automaton.walk(path.as_bytes(), &mut captures.notes);
        if number == NONE {
            return None;
        }
        if self.leaves.get(number).is_some() {
            return usize::try_from(number).ok();
        }
        let (id, _) = self.leaf_of_odd(path, number, &mut captures).ok()?;
        usize::try_from(id).ok()
    }

    /// The declared methods of each path, in the order of their numbers, with their operations.
    pub(crate) fn declared_methods(&self) -> impl Iterator<Item = Vec<(&Method, u32)>> {
        self.leaves.declared_methods()
    }

    #[cold]
    #[inline(never)]
    fn find_odd(
        &self,
        known: Known,
        (path, number): (&str, u32),
        captures: &mut Captures,
    ) -> RouteOutcome<'_> {
        if number == NONE {
            captures.clear();
            return RouteOutcome::NotFound;
        }
        match self.leaf_of_odd(path, number, captures) {
            Ok((_, leaf)) => self.answer(leaf, leaf.find(known)),
            Err(outcome) => outcome,
        }
    }

    /// A method that HTTP does not know is known where an operation declares it (HTTP-004).
    #[cold]
    fn find_additional(&self, method: &Method, path: &str, captures: &mut Captures) -> RouteOutcome<'_> {
        if !self.leaves.declares_additional(method) {
            captures.clear();
            return RouteOutcome::UnknownMethod;
        }
        let number = self.automaton.walk(path.as_bytes(), &mut captures.notes);
        match self.leaf_of_odd(path, number, captures) {
            Ok((id, leaf)) => self.answer(leaf, self.leaves.find_additional(id, method)),
            Err(outcome) => outcome,
        }
    }

    #[cold]
    fn answer(&self, leaf: &Leaf, found: MethodMatch) -> RouteOutcome<'_> {
        let allow = || self.leaves.allow(leaf).unwrap_or(&self.allow_all);
        match found {
            MethodMatch::Declared(operation) => RouteOutcome::Found(operation),
            MethodMatch::AutomaticHead(operation) => RouteOutcome::AutomaticHead(operation),
            MethodMatch::AutomaticOptions => RouteOutcome::AutomaticOptions(allow()),
            MethodMatch::NotAllowed => RouteOutcome::MethodNotAllowed(allow()),
        }
    }

    /// What matches rarely need: paths with triplets or dot segments, mixtures, long templates, and the proof that a path that
    /// leads nowhere is well formed.
    #[cold]
    #[inline(never)]
    fn leaf_of_odd(
        &self,
        path: &str,
        number: u32,
        captures: &mut Captures,
    ) -> Result<(u32, &Leaf), RouteOutcome<'_>> {
        captures.clear();
        if path.len() > limits::TARGET_BYTES_MAX {
            return Err(RouteOutcome::Refused(PathError::TooLong));
        }
        if number != ODD {
            return self.locate(number, path, captures);
        }
        if !path.starts_with('/') {
            let is_all = path == "*";
            return Err(if is_all {
                RouteOutcome::AutomaticOptions(&self.allow_all)
            } else {
                RouteOutcome::NotFound
            });
        }
        let mut room = NormalPath::new_const();
        let normal = normalize_path(path, &mut room).map_err(RouteOutcome::Refused)?;
        let followed = normal.unwrap_or(path);
        let number = self.automaton.walk_normal(followed.as_bytes(), &mut captures.notes);
        let found = self.locate(number, followed, captures)?;
        if let Some(normal) = normal {
            locate::as_sent(path, normal, captures);
        }
        Ok(found)
    }

    /// The leaf, with its expressions captured.
    fn locate(
        &self,
        leaf: u32,
        path: &str,
        captures: &mut Captures,
    ) -> Result<(u32, &Leaf), RouteOutcome<'_>> {
        if let Some(found) = self.leaves.get(leaf) {
            captures.set(found.depths, found.count);
            return Ok((leaf, found));
        }
        let (leaf, found) = self.leaves.located(leaf).ok_or(RouteOutcome::NotFound)?;
        locate::locate(self.leaves.captured(found), path, captures);
        Ok((leaf, found))
    }
}
