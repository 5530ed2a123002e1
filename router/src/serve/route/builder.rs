//! Templates and methods -> a [`RouteTable`].

use std::collections::BTreeMap;

use http::Method;

use super::leaf::{Leaf, allow_value};
use super::normalize::normalize_literal;
use super::pattern::{Part, Segment};
use super::tree::{LeafId, RouteTreeBuilder, RouteTreeError};
use super::{KNOWN_METHODS, RouteTable};
use crate::description::{self, PathTemplate, TemplateError};

/// Why a route table could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTableError {
    /// The text is no path template.
    Template(TemplateError),
    /// Two expressions stand side by side, so that nothing says where the first ends (PTH-012).
    AdjacentExpressions,
    /// Template and method already lead to this operation.
    Taken(u32),
    /// The templates overlap so much that matching one path could cost this many steps (PTH-005).
    TooMuchOverlap(u64),
    /// More templates than can be counted.
    TooManyTemplates,
}

impl std::fmt::Display for RouteTableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Template(fault) => write!(f, "not a path template: {fault}"),
            Self::AdjacentExpressions => f.write_str(
                "two expressions side by side leave open where the first ends; put a literal between them",
            ),
            Self::Taken(operation) => {
                write!(f, "the same path and method already lead to operation {operation}")
            }
            Self::TooMuchOverlap(steps) => {
                write!(f, "the templates overlap so much that one path could cost {steps} steps")
            }
            Self::TooManyTemplates => f.write_str("there are more templates than can be counted"),
        }
    }
}

impl std::error::Error for RouteTableError {}

impl From<RouteTreeError> for RouteTableError {
    fn from(fault: RouteTreeError) -> Self {
        match fault {
            RouteTreeError::OverlapTooCostly { visits } => Self::TooMuchOverlap(visits),
            RouteTreeError::TooManyNodes => Self::TooManyTemplates,
        }
    }
}

/// Collects templates and methods; see [`RouteTable`].
#[derive(Debug)]
pub struct RouteTableBuilder {
    tree: RouteTreeBuilder,
    leaves: Vec<Leaf<u32>>,
    methods: BTreeMap<String, Method>,
}

impl RouteTableBuilder {
    pub(super) fn new() -> Self {
        Self { tree: RouteTreeBuilder::new(), leaves: Vec::new(), methods: BTreeMap::new() }
    }

    /// Adds an operation.
    ///
    /// # Errors
    /// The template is none that can be matched, or template and method are taken.
    pub fn add(&mut self, method: &Method, template: &str, operation: u32) -> Result<(), RouteTableError> {
        self.leaf(template)?.declare(method.clone(), operation).map_err(RouteTableError::Taken)?;
        self.methods.entry(method.as_str().to_owned()).or_insert_with(|| method.clone());
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
    /// The templates overlap too much.
    pub fn build(self) -> Result<RouteTable, RouteTableError> {
        let additional = |method: &&Method| !KNOWN_METHODS.contains(&method.as_str());
        Ok(RouteTable {
            tree: self.tree.build()?,
            leaves: self.leaves.into_boxed_slice(),
            // What `OPTIONS *` answers: every method that some path has (RFC 9110 §9.3.7).
            allow_all: allow_value(self.methods.values()),
            additional_methods: self.methods.values().filter(additional).cloned().collect(),
        })
    }

    fn leaf(&mut self, template: &str) -> Result<&mut Leaf<u32>, RouteTableError> {
        let id: LeafId = self.tree.leaf(&segments(template)?)?;
        if self.leaves.len() <= id.index() {
            self.leaves.resize_with(id.index().saturating_add(1), Leaf::default);
        }
        self.leaves.get_mut(id.index()).ok_or(RouteTableError::TooManyTemplates)
    }
}

fn segments(template: &str) -> Result<Vec<Segment>, RouteTableError> {
    let template = PathTemplate::parse(template).map_err(RouteTableError::Template)?;
    let of_part = |part: &description::Part| match part {
        description::Part::Literal(text) => Part::Literal(normalize_literal(text).into()),
        description::Part::Expression(_) => Part::Expression,
    };
    template
        .segments
        .iter()
        .map(|segment| Segment::new(segment.parts.iter().map(of_part).collect()))
        .collect::<Option<_>>()
        .ok_or(RouteTableError::AdjacentExpressions)
}
