//! What is built before the first request, and what it holds afterwards: route tables, descriptions, whole Apis.

use std::any::Any;

use brrtrouter::{Api, Description, Handlers, Otherwise, RouteTable, echo};

use super::made;
use crate::budget::BuiltBudget;
use crate::description;

/// The numbers of operations that descriptions are made with.
pub const OPERATIONS: [usize; 3] = [10, 100, 1_000];
/// The numbers of paths that tables are made with.
pub const PATHS: [usize; 3] = [100, 1_000, 10_000];

/// Something to build.
pub struct Built {
    /// Its name.
    pub name: String,
    /// How many paths or operations it has.
    pub elements: u64,
    /// Builds it; what it is built from is not part of it.
    pub build: Box<dyn Fn() -> Box<dyn Any>>,
    /// Its budget of heap bytes for each element, where it has one.
    pub budget: fn(&BuiltBudget) -> Option<u64>,
}

impl Built {
    fn new<T: Any>(kind: &str, elements: usize, build: impl Fn() -> T + 'static) -> Self {
        Self {
            name: format!("{kind} {elements}"),
            elements: elements as u64,
            build: Box::new(move || Box::new(build())),
            budget: |_| None,
        }
    }

    fn with_budget(mut self, budget: fn(&BuiltBudget) -> Option<u64>) -> Self {
        self.budget = budget;
        self
    }
}

/// Everything that is built; the largest table and the largest `Api` are held to a budget.
#[must_use]
pub fn all() -> Vec<Built> {
    let mut all = Vec::new();
    for paths in PATHS {
        let templates = table_templates(paths);
        all.push(Built::new("table, paths:", paths, move || table(&templates)));
    }
    limit_last(&mut all, |budget| Some(budget.table_bytes_per_path));
    for operations in OPERATIONS {
        let text = description::of_operations(operations);
        all.push(Built::new("description, operations:", operations, move || load(&text)));
    }
    for operations in OPERATIONS {
        let description = load(&description::of_operations(operations));
        all.push(Built::new("api, operations:", operations, move || compile(&description)));
    }
    limit_last(&mut all, |budget| Some(budget.api_bytes_per_operation));
    all
}

fn limit_last(all: &mut Vec<Built>, budget: fn(&BuiltBudget) -> Option<u64>) {
    let last = all.pop().map(|last| last.with_budget(budget));
    all.extend(last);
}

/// The templates of a table with this many paths.
#[must_use]
pub fn table_templates(paths: usize) -> Vec<String> {
    made::routes(paths).operations.into_iter().map(|operation| operation.template).collect()
}

/// A table of these templates, each with GET.
///
/// # Panics
/// When the templates cannot stand in one table.
#[must_use]
pub fn table(templates: &[String]) -> RouteTable {
    let mut builder = RouteTable::builder();
    for (number, template) in (0_u32..).zip(templates) {
        builder.add(&http::Method::GET, template, number).expect("the templates have no faults");
    }
    builder.build().expect("the table can be built")
}

/// Loads a description.
///
/// # Panics
/// When it is not sound.
#[must_use]
pub fn load(text: &str) -> Description {
    Description::from_text("made.yaml", text).expect("only a sound description is worth measuring")
}

/// Compiles a description, with a handler for everything.
///
/// # Panics
/// When it cannot be served.
#[must_use]
pub fn compile(description: &Description) -> Api {
    let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
    Api::builder(description).handlers(handlers).build().expect("the description can be served")
}
