//! `perf compare` as its users run it, and the servers of this program against the requests that every compared server has to let in and to refuse.

#[path = "../../src/compare/probe.rs"]
mod probe;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// A server that runs until this is dropped.
struct Served(Child, SocketAddr);

impl Served {
    fn start(kind: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perf"));
        let child = command.args(["serve", kind]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is read")).read_line(&mut line).expect("an address");
        Self(child, line.trim().parse().expect("an address"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait().map(drop)).unwrap_or_default();
    }
}

#[test]
fn ours_and_the_mounted_one_do_the_work() {
    for kind in ["ours", "mounted"] {
        let served = Served::start(kind);
        assert_eq!(probe::differences(served.1, true), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn a_server_that_does_not_do_the_work_is_found() {
    // It answers every request with a constant: what has to be refused is let in.
    let served = Served::start("bare");
    assert_eq!(probe::differences(served.1, false), Vec::<String>::new());
    let differences = probe::differences(served.1, true);
    for name in ["an item without a key", "an id of 0", "an order", "a media type that is not taken"] {
        assert!(differences.iter().any(|one| one.starts_with(name)), "{name}: {differences:?}");
    }
    assert!(!differences.iter().any(|one| one.starts_with("an item (")), "{differences:?}");
}

#[test]
fn wrong_flags_are_told() {
    for (flags, part) in [
        (["--connections", "0"], "0 is not in"),
        (["--rounds", "0"], "0 is not in"),
        (["--only", "apache"], "possible values"),
        (["--report-file", "r.pdf"], ".html"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_perf")).arg("compare").args(flags).output();
        let output = output.expect("perf runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {said}");
        assert!(said.contains(part), "{flags:?}: {said}");
    }
}
