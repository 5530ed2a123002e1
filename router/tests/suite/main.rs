//! The integration tests of the crate, in one binary.

mod references;
mod referencing;
mod retrieval;
