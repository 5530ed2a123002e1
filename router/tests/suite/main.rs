//! The integration tests of the crate, in one binary.

mod corpora;
mod json_schema;
mod references;
mod referencing;
mod retrieval;
mod text_json;
mod text_yaml;
