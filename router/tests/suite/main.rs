//! The integration tests of the crate, in one binary.

mod access_log;
mod content;
mod corpora;
mod depth;
mod documents;
mod instance_json;
mod journey;
mod json_schema;
mod matcher_properties;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(all(feature = "metrics", feature = "server"))]
mod metrics_server;
mod mock;
mod objects;
mod own_errors;
mod parameters;
mod pool;
mod real_schemas;
mod reference_matcher;
mod references;
mod referencing;
mod responses;
mod retrieval;
mod schema_properties;
mod schemas;
mod security;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "server")]
mod server_crowd;
#[cfg(feature = "server")]
mod server_end;
#[cfg(feature = "server")]
mod server_rest;
mod style_table;
mod text_bounds;
mod text_json;
mod text_properties;
mod text_yaml;
mod uri_template;
