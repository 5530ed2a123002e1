//! axum and actix-web let in and refuse what our server does: they are compared while they do the same work.

#[path = "../../src/compare/probe.rs"]
mod probe;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A server that runs until this is dropped.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait().map(drop)).unwrap_or_default();
    }
}

fn check(framework: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perf-peers"));
    let child = command.arg(framework).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut served = Served(child.expect("it starts"));
    let mut line = String::new();
    BufReader::new(served.0.stdout.take().expect("it is read")).read_line(&mut line).expect("an address");
    let address = line.trim().parse().expect("an address");
    assert_eq!(probe::differences(address, true), Vec::<String>::new());
    // It ends with its standard input.
    drop(served.0.stdin.take());
    assert!(served.0.wait().expect("it ends").success());
}

#[test]
fn axum_does_the_work() {
    check("axum");
}

#[test]
fn actix_web_does_the_work() {
    check("actix-web");
}
