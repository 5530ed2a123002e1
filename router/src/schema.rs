//! Schema Objects -> compiled validators, and the instances that they judge.
//!
//! Takes: a loaded description (build phase), decoded values (serve phase). Gives: verdicts and
//! error reports (JSON Schema 2020-12 and the dialects of OAS 3.1 §Schema Object). Never panics.
//!
//! How it works: the schemas that operations use, and all that they refer to, are written as entries of one document in one
//! dialect (`closure`, `scope`, `lower`), which is compiled once. A slot is a member of a one-member object that is never
//! built: the instance is judged in place (`view`). Numbers are judged by their digits (`exact`). Verdicts on schemas that say only what
//! most schemas say are ours alone (`plain`).

mod access;
mod check;
mod closure;
mod compiler;
mod content;
mod dialect;
mod exact;
pub mod instance;
mod keyword;
mod level;
mod lint;
mod lower;
mod meta;
mod options;
mod pattern;
mod plain;
mod report;
mod scope;
mod shape;
mod union;
mod validator;
mod view;

pub use access::{Access, AccessPlan};
pub use check::{check_schema, check_schemas, outermost_schemas};
pub use compiler::{SchemaCompiler, SchemaSlot};
pub(crate) use level::{Level, level};
pub(crate) use meta::oas_meta_schema;

pub use lint::{lint_examples, lint_schemas};
pub use options::{AccessPolicy, FormatPolicy, SchemaOptions};
pub use report::SchemaError;
pub use shape::{Shape, TypeSet, shape, shape_within};
pub use validator::Schemas;
