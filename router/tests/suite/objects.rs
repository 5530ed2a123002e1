//! What is said about each Object: a row per rule, with code, severity and place.

mod any_value;
mod callback;
mod content;
mod document;
mod info;
mod parameter;
mod path;
mod reference;
mod response;
mod schema;
mod security;
mod server;
mod whole;

use brrtrouter::description::{Description, Diagnostics};

/// Severity, code and JSON Pointer of every finding; the form in which the rows expect them.
fn told(diagnostics: &Diagnostics) -> Vec<String> {
    let mut told: Vec<String> = diagnostics
        .iter()
        .map(|one| format!("{} {} {}", one.severity.name(), one.code, one.place.pointer))
        .collect();
    told.sort();
    told.dedup();
    told
}

fn load(version: &str, members: &str) -> Result<Description, Diagnostics> {
    let text = format!("openapi: {version}\ninfo: {{title: t, version: '1'}}\n{members}\n");
    Description::from_text("api.yaml", &text)
}

#[track_caller]
fn check(version: &str, members: &str, expected: &[&str]) {
    let found = match load(version, members) {
        Ok(description) => told(description.diagnostics()),
        Err(diagnostics) => told(&diagnostics),
    };
    assert_eq!(found, expected, "{version}: {members}");
}

/// Rows of one version: members of the document, and all that is told of them.
#[track_caller]
fn rows(version: &str, rows: &[(&str, &[&str])]) {
    for (members, expected) in rows {
        check(version, members, expected);
    }
}
