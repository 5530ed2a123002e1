//! The load as its users run it, on servers that have the faults which it must find.

mod faulty;

use std::path::PathBuf;
use std::process::{Command, Output};

use faulty::{Faulty, Kind};

/// Runs `perf VERB` on a server, with these flags.
fn perf(verb: &str, server: &Faulty, flags: &[&str]) -> Output {
    let description = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/load/things.yaml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_perf"));
    command.arg(verb).arg(description).args(["--url", &server.url(), "--own-paths", "", "--time", "5s"]);
    command.args(flags).output().expect("perf runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_server_without_fault_holds() {
    let server = Faulty::start(Kind::Sound);
    let output = perf("load", &server, &["--users", "4", "--all-visited", "--validate", "all"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("0 failures; 3 of 3 operations"), "{said}");
}

#[test]
fn failures_of_two_in_a_hundred_are_caught() {
    let server = Faulty::start(Kind::FailsTwoInHundred);
    let output = perf("load", &server, &["--users", "4"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("status 500") && said.contains("curl -g -X"), "{said}");
}

#[test]
fn content_that_is_not_as_described_is_caught() {
    let server = Faulty::start(Kind::AnswersOtherwise);
    let output = perf("load", &server, &["--users", "2"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("is not as described"), "{said}");
    // Nobody looks where nobody is asked to.
    let output = perf("load", &server, &["--users", "2", "--validate", "none"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_stall_is_not_hidden_by_those_who_wait() {
    // All that should have been asked during the stall had to wait, though no more than four requests did.
    let server = Faulty::start(Kind::StallsOnce);
    let flags = ["--users", "4", "--rate", "200", "--p99", "200ms", "--no-reset-metrics"];
    let open = perf("load", &server, &flags);
    assert_eq!(open.status.code(), Some(1), "{}", said(&open));
    assert!(said(&open).contains("p99 is"), "{}", said(&open));
    let server = Faulty::start(Kind::StallsOnce);
    let closed = perf("load", &server, &["--users", "4", "--p99", "200ms", "--no-reset-metrics"]);
    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
}

#[test]
fn a_leak_of_a_kibibyte_a_request_is_caught() {
    let leaks = |kind| {
        let server = Faulty::start(kind);
        let pid = std::process::id().to_string();
        let own = ["--pid", &pid, "--users", "4", "--rate", "1000"];
        let output = perf("leak", &server, &own);
        (output.status.code(), said(&output))
    };
    // In one test, so that no other server of this process leaks meanwhile.
    let (code, said) = leaks(Kind::Sound);
    assert!(code != Some(1) && !said.contains("LEAK:"), "{said}");
    let (code, said) = leaks(Kind::Leaks);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("LEAK:"), "{said}");
}
