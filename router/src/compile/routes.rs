//! Operations -> the table that requests are matched with.

use std::collections::HashSet;

use super::diagnose::error;
use super::operation::Declared;
use super::overlap;
use crate::description::{self, Description, Diagnostics};
use crate::limits;
use crate::serve::Operation;
use crate::serve::route::{RouteTable, RouteTableBuilder, RouteTableError};

/// The table; `None` where a diagnostic says why not.
pub(super) fn build(
    declared: &[Declared<'_>],
    operations: &[Operation],
    (description, served_from): (&Description, &str),
    diagnostics: &mut Diagnostics,
) -> Option<RouteTable> {
    overlap::lint(declared, description, diagnostics);
    let mut builder = Builder { table: RouteTable::builder(), operations, description, diagnostics };
    for (index, (declared, operation)) in (0_u32..).zip(declared.iter().zip(operations)) {
        for path in operation.paths() {
            if path.len() > limits::TARGET_BYTES_MAX {
                builder.refuse_long(declared);
                continue;
            }
            if let Err(fault) = builder.table.add(&declared.method, path, index) {
                builder.refuse(path, declared, fault);
            }
        }
    }
    for (path, at) in empty_items(declared, description, served_from) {
        if let Err(fault) = builder.table.add_path(&path) {
            builder.refuse_path(&path, at, fault);
        }
    }
    builder.finish()
}

struct Builder<'b> {
    table: RouteTableBuilder,
    operations: &'b [Operation],
    description: &'b Description,
    diagnostics: &'b mut Diagnostics,
}

impl Builder<'_> {
    fn refuse(&mut self, path: &str, declared: &Declared<'_>, fault: RouteTableError) {
        let RouteTableError::Taken(existing) = fault else {
            return self.refuse_path(path, declared.view.at(), fault);
        };
        let other = usize::try_from(existing).ok().and_then(|at| self.operations.get(at));
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

    fn refuse_long(&mut self, declared: &Declared<'_>) {
        self.diagnostics.push(error(
            self.description,
            "PTH-005",
            declared.view.at(),
            format!("the template is longer than {} bytes", limits::TARGET_BYTES_MAX),
            ("no request target of that length is accepted", "shorten the template"),
        ));
    }

    fn refuse_path(&mut self, path: &str, at: description::Location, fault: RouteTableError) {
        let (code, why_and_mend) = match fault {
            RouteTableError::Template(_) | RouteTableError::AdjacentExpressions => (
                "PTH-012",
                (
                    "two expressions side by side leave open where the first ends",
                    "put a literal between the expressions, or make them one",
                ),
            ),
            RouteTableError::DotSegment => (
                "PTH-026",
                ("`.` and `..` say where to go and name nothing", "take the dot segment out of the template"),
            ),
            RouteTableError::TooManyExpressions => (
                "PTH-005",
                ("their places in a path are kept without a heap", "make some of them query parameters"),
            ),
            RouteTableError::Taken(_)
            | RouteTableError::TooMuchOverlap
            | RouteTableError::TooManyTemplates => (
                "PTH-005",
                ("a request must not be able to cause unbounded work", "make the templates less alike"),
            ),
        };
        let what = format!("the template `{path}` cannot be matched: {fault}");
        self.diagnostics.push(error(self.description, code, at, what, why_and_mend));
    }

    fn finish(self) -> Option<RouteTable> {
        let refused = |fault: RouteTableError| {
            self.diagnostics.push(error(
                self.description,
                "PTH-005",
                self.description.entry(),
                fault.to_string(),
                ("a request must not be able to cause unbounded work", "make the templates less alike"),
            ));
        };
        self.table.build().map_err(refused).ok()
    }
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
