//! Operations -> the tree that requests are matched with.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::diagnose::error;
use super::operation::Declared;
use super::overlap;
use crate::description::{self, Description, Diagnostics, PathTemplate};
use crate::serve::Operation;
use crate::serve::route::{
    Leaf, Part, RouteTable, RouteTree, RouteTreeBuilder, RouteTreeError, Segment, allow_value,
    normalize_literal,
};

/// The tree and its leaves; `None` where a diagnostic says why not.
pub(super) fn build(
    declared: &[Declared<'_>],
    operations: &[Operation],
    (description, served_from): (&Description, &str),
    diagnostics: &mut Diagnostics,
) -> Option<RouteTable> {
    overlap::lint(declared, description, diagnostics);
    let mut builder = Builder { tree: RouteTreeBuilder::new(), leaves: Vec::new(), description, diagnostics };
    for (index, (declared, operation)) in declared.iter().zip(operations).enumerate() {
        for path in operation.paths() {
            builder.add(path, index, declared, operations);
        }
    }
    for (path, at) in empty_items(declared, description, served_from) {
        builder.leaf(&path, at);
    }
    builder.finish(operations)
}

struct Builder<'b> {
    tree: RouteTreeBuilder,
    leaves: Vec<Leaf<u32>>,
    description: &'b Description,
    diagnostics: &'b mut Diagnostics,
}

impl Builder<'_> {
    fn leaf(&mut self, path: &str, at: description::Location) -> Option<&mut Leaf<u32>> {
        let Some(segments) = segments(path) else {
            self.diagnostics.push(error(
                self.description,
                "PTH-012",
                at,
                format!("the template `{path}` cannot be matched"),
                (
                    "two expressions side by side leave open where the first ends",
                    "put a literal between the expressions, or make them one",
                ),
            ));
            return None;
        };
        match self.tree.leaf(&segments) {
            Ok(id) => {
                if self.leaves.len() <= id.index() {
                    self.leaves.resize_with(id.index().saturating_add(1), Leaf::default);
                }
                self.leaves.get_mut(id.index())
            }
            Err(fault) => {
                self.refuse(fault);
                None
            }
        }
    }

    fn add(&mut self, path: &str, index: usize, declared: &Declared<'_>, operations: &[Operation]) {
        let (Some(leaf), Ok(index)) = (self.leaf(path, declared.view.at()), u32::try_from(index)) else {
            return;
        };
        if let Err(existing) = leaf.declare(declared.method.clone(), index) {
            let other = usize::try_from(existing).ok().and_then(|at| operations.get(at));
            let other = other.map_or_else(String::new, |operation| format!(" and by `{}`", operation.name()));
            self.diagnostics.push(error(
                self.description,
                "SRV-003",
                declared.view.at(),
                format!("{} {path} is served by `{}`{other}", declared.method, declared.name),
                (
                    "servers and templates of both give the same path, and only one operation can answer",
                    "change the servers or the template of one of them",
                ),
            ));
        }
    }

    fn refuse(&mut self, fault: RouteTreeError) {
        let what = match fault {
            RouteTreeError::OverlapTooCostly { visits } => format!(
                "the templates overlap so much that one path could cost {visits} steps; {} are allowed",
                crate::limits::MATCH_VISITS_MAX
            ),
            RouteTreeError::TooManyNodes => "there are more templates than can be counted".to_owned(),
        };
        self.diagnostics.push(error(
            self.description,
            "PTH-005",
            self.description.entry(),
            what,
            ("a request must not be able to cause unbounded work", "make the templates less alike"),
        ));
    }

    fn finish(mut self, operations: &[Operation]) -> Option<RouteTable> {
        let leaves = std::mem::take(&mut self.leaves).into_boxed_slice();
        let allow_all: Arc<str> = allow_all(operations);
        match std::mem::replace(&mut self.tree, RouteTreeBuilder::new()).build() {
            Ok(tree) => Some(table(tree, leaves, allow_all)),
            Err(fault) => {
                self.refuse(fault);
                None
            }
        }
    }
}

fn table(tree: RouteTree, leaves: Box<[Leaf<u32>]>, allow_all: Arc<str>) -> RouteTable {
    RouteTable { tree, leaves, allow_all }
}

/// What `OPTIONS *` answers: every method that some path has (RFC 9110 §9.3.7).
fn allow_all(operations: &[Operation]) -> Arc<str> {
    let methods: BTreeMap<&str, &http::Method> =
        operations.iter().map(|operation| (operation.method().as_str(), operation.method())).collect();
    allow_value(methods.into_values())
}

fn segments(path: &str) -> Option<Vec<Segment>> {
    let template = PathTemplate::parse(path).ok()?;
    let of_part = |part: &description::Part| match part {
        description::Part::Literal(text) => Part::Literal(normalize_literal(text).into()),
        description::Part::Expression(_) => Part::Expression,
    };
    template
        .segments
        .iter()
        .map(|segment| Segment::new(segment.parts.iter().map(of_part).collect()))
        .collect()
}

/// Path Items without operations: known paths that allow nothing (DOC-024, HTTP-003).
fn empty_items(
    declared: &[Declared<'_>],
    description: &Description,
    served_from: &str,
) -> Vec<(String, description::Location)> {
    let openapi = description::OpenApi::new(description);
    let with_operations: HashSet<&str> = declared.iter().map(|operation| operation.template).collect();
    let mut empty = Vec::new();
    for (template, item) in openapi.paths() {
        if with_operations.contains(template) {
            continue;
        }
        let own = item.servers();
        let servers = if own.is_empty() { openapi.servers() } else { own };
        for base in super::operation::base_paths_of(&servers, served_from).unwrap_or_default() {
            empty.push((format!("{base}{template}"), item.at()));
        }
    }
    empty
}
