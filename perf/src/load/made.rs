//! What the tests of the load begin with: the pet store and its command line.

use std::path::Path;

use clap::Parser;
use conformance::generate::{Prepared, PreparedOperation};

use super::options::{LoadArguments, Traffic};
use super::work::Work;

/// Credentials for everything.
pub const ALL: &[&str] =
    &["--credential", "apiKey=k", "--credential", "staff=s", "--credential", "admin=a:b"];

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    load: LoadArguments,
}

/// The command line with these flags besides the description and a URL.
pub fn arguments(flags: &[&str]) -> LoadArguments {
    let description = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pet_store/openapi.yaml");
    let description = description.to_string_lossy().into_owned();
    let line = ["load", &description, "--url", "http://127.0.0.1:1"];
    Line::parse_from(line.iter().chain(flags)).load
}

pub fn traffic(flags: &[&str]) -> Traffic {
    arguments(flags).traffic
}

/// An operation of the pet store.
pub fn operation(name: &str) -> PreparedOperation {
    let prepared = Prepared::read(&traffic(&[]).description, 1).expect("the pet store");
    prepared.operations.into_iter().find(|operation| operation.name == name).expect(name)
}

/// The pet store's work, with all credentials.
pub fn work(flags: &[&str]) -> Work {
    Work::of(&traffic(&[ALL, flags].concat())).expect("the pet store")
}
