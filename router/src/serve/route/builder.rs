//! Templates and methods -> a [`RouteTable`].

use std::collections::BTreeMap;

use http::Method;

use super::RouteTable;
use super::determinise::determinise;
use super::leaf::{LeafDraft, Leaves, allow_value};
use super::normalize::{is_dot_segment, normalize_literal};
use super::pack::pack;
use super::pattern::{Part, Segment};
use super::shorts::SHORT_OCTETS;
use super::trie::Trie;
use crate::description::{self, PathTemplate, TemplateError};
use crate::limits;

/// Why a route table could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTableError {
    /// The text is no path template.
    Template(TemplateError),
    /// Two expressions stand side by side, so that nothing says where the first ends (PTH-012).
    AdjacentExpressions,
    /// A segment is `.` or `..`: requests that hold one are refused, so that nothing would ever be routed there (PTH-026).
    DotSegment,
    /// A template has more expressions than [`limits::PATH_EXPRESSIONS_MAX`].
    TooManyExpressions,
    /// Template and method already lead to this operation.
    Taken(u32),
    /// So many templates match the same paths, each in another way, that telling them apart takes more than
    /// [`limits::MATCH_ALTERNATIVES_MAX`] allows (PTH-005).
    TooMuchOverlap,
    /// More templates than can be counted.
    TooManyTemplates,
}

impl std::fmt::Display for RouteTableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Template(fault) => return write!(f, "not a path template: {fault}"),
            Self::Taken(operation) => {
                return write!(f, "the same path and method already lead to operation {operation}");
            }
            Self::TooManyExpressions => {
                return write!(f, "a template may have {} expressions", limits::PATH_EXPRESSIONS_MAX);
            }
            Self::AdjacentExpressions => "two expressions stand side by side",
            Self::DotSegment => "a request with a dot segment is refused, so that none can reach it",
            Self::TooMuchOverlap => "too many templates match the same paths, each in another way",
            Self::TooManyTemplates => "there are more templates than can be counted",
        })
    }
}

impl std::error::Error for RouteTableError {}

/// Collects templates and methods; see [`RouteTable`].
#[derive(Debug)]
pub struct RouteTableBuilder {
    trie: Trie,
    leaves: Vec<LeafDraft>,
    /// Short templates without expressions, and their leaves.
    shorts: Vec<(Box<str>, u32)>,
    methods: BTreeMap<String, Method>,
}

impl RouteTableBuilder {
    pub(super) fn new() -> Self {
        Self { trie: Trie::new(), leaves: Vec::new(), shorts: Vec::new(), methods: BTreeMap::new() }
    }

    /// Adds an operation.
    ///
    /// # Errors
    /// The template is none that can be matched, or template and method are taken.
    pub fn add(&mut self, method: &Method, template: &str, operation: u32) -> Result<(), RouteTableError> {
        self.leaf(template)?.declare(method, operation).map_err(RouteTableError::Taken)?;
        if !self.methods.contains_key(method.as_str()) {
            self.methods.insert(method.as_str().to_owned(), method.clone());
        }
        Ok(())
    }

    /// Adds a path that is known and has no operation, perhaps yet (HTTP-003).
    ///
    /// # Errors
    /// The template is none that can be matched.
    pub fn add_path(&mut self, template: &str) -> Result<(), RouteTableError> {
        self.leaf(template).map(|_| ())
    }

    /// Compiles what was added.
    ///
    /// # Errors
    /// The templates overlap too much, or are too many.
    pub fn build(self) -> Result<RouteTable, RouteTableError> {
        let drafts = determinise(&self.trie).map_err(|_| RouteTableError::TooMuchOverlap)?;
        Ok(RouteTable {
            automaton: pack(&drafts, &self.leaves, &self.shorts)
                .map_err(|_| RouteTableError::TooManyTemplates)?,
            leaves: Leaves::pack(self.leaves).ok_or(RouteTableError::TooManyTemplates)?,
            // What `OPTIONS *` answers: every method that some path has (RFC 9110 §9.3.7).
            allow_all: allow_value(self.methods.values()),
        })
    }

    fn leaf(&mut self, template: &str) -> Result<&mut LeafDraft, RouteTableError> {
        let segments = segments(template)?;
        let id = self.trie.leaf(&segments).ok_or(RouteTableError::TooManyTemplates)?;
        if self.leaves.len() == id.index() {
            self.leaves.push(LeafDraft::new(&segments));
            self.shorts.extend(short(&segments).map(|path| (path, id.0)));
        }
        self.leaves.get_mut(id.index()).ok_or(RouteTableError::TooManyTemplates)
    }
}

/// The only path that these segments match, where they have no expressions and it is short. One with a triplet is left to those
/// who look at triplets.
fn short(segments: &[Segment]) -> Option<Box<str>> {
    let mut path = String::with_capacity(SHORT_OCTETS);
    for segment in segments {
        let Segment::Literal(text) = segment else { return None };
        path.push('/');
        path.push_str(text);
        if path.len() > SHORT_OCTETS || text.contains('%') {
            return None;
        }
    }
    Some(path.into())
}

fn segments(template: &str) -> Result<Vec<Segment>, RouteTableError> {
    let template = PathTemplate::parse(template).map_err(RouteTableError::Template)?;
    if template.expressions().count() > limits::PATH_EXPRESSIONS_MAX {
        return Err(RouteTableError::TooManyExpressions);
    }
    let of_part = |part: &description::Part| match part {
        description::Part::Literal(text) => Part::Literal(normalize_literal(text).into()),
        description::Part::Expression(_) => Part::Expression,
    };
    // Nearly all segments are of the first two kinds, and need no list of parts.
    let segment = |parts: &[description::Part]| match parts {
        [description::Part::Literal(text)] => Some(Segment::Literal(normalize_literal(text).into())),
        [description::Part::Expression(_)] => Some(Segment::Expression),
        parts => Segment::new(parts.iter().map(of_part).collect()),
    };
    let segments: Option<Vec<_>> = template.segments.iter().map(|one| segment(&one.parts)).collect();
    let segments = segments.ok_or(RouteTableError::AdjacentExpressions)?;
    let is_dots =
        |segment: &Segment| matches!(segment, Segment::Literal(text) if is_dot_segment(text.as_bytes()));
    if segments.iter().any(is_dots) { Err(RouteTableError::DotSegment) } else { Ok(segments) }
}
