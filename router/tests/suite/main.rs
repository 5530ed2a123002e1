//! The integration tests of the crate, in one binary.

mod json_schema;
mod references;
mod referencing;
mod retrieval;
