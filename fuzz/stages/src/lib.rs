//! What the fuzz targets do: one function per stage of the journey, from the octets that a fuzzer gives.
//!
//! Takes: any octets. Gives: nothing, or a panic that names the broken rule. The targets of `fuzz/fuzz_targets/` call
//! these under libFuzzer; `tests/replay.rs` calls them on stable with every committed input. Everything goes through
//! the public API of the library.

use arbitrary::{Result, Unstructured};

mod api;
mod bodies;
mod cookies;
mod description;
mod documents;
mod forms;
mod journey;
mod json;
mod matcher;
mod media_types;
mod multipart;
mod parameters;
mod problems;
mod query;
#[path = "../../../router/tests/suite/reference_matcher.rs"]
mod reference_matcher;
mod references;
mod responses;
mod schemas;
mod security;
mod text;
mod vocabulary;
mod xml;

/// A target: its name, which is that of its corpus, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, in the order of the stages: those of a description, then those of a request.
pub const TARGETS: [Target; 18] = [
    ("text", text::run),
    ("description", description::run),
    ("references", references::run),
    ("schemas", schemas::run),
    ("matcher", matcher::run),
    ("security", security::run),
    ("parameters", parameters::run),
    ("query", query::run),
    ("media_types", media_types::run),
    ("json", json::run),
    ("xml", xml::run),
    ("forms", forms::run),
    ("multipart", multipart::run),
    ("responses", responses::run),
    ("cookies", cookies::run),
    ("problems", problems::run),
    ("journey", journey::run),
    ("api", api::run),
];

/// Reads octets as structure; octets that end too early are no input.
///
/// An input that has run out gives the first of every choice, and `ratio` is then true: what is rare stands behind its
/// negation, so that a short input is a plain one.
fn structured(data: &[u8], read: impl Fn(&mut Unstructured<'_>) -> Result<()>) {
    match read(&mut Unstructured::new(data)) {
        Ok(()) | Err(_) => {}
    }
}

/// Runs the target called `name`.
///
/// # Panics
/// When a rule of the stage is broken, and when there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let found = TARGETS.iter().find(|(target, _)| *target == name);
    let (_, target) = found.unwrap_or_else(|| panic!("there is no target `{name}`"));
    target(data);
}
