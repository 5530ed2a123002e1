//! The runner against small servers that answer right, wrong, late, or not at all.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use super::*;
use crate::catalogue::Catalogue;
use crate::wire::read::read_text;

const RIGHT: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 32\r\n\r\n\
    {\"parameters\":{\"path\":{\"id\":1}}}";

/// How a planted server behaves.
#[derive(Clone, Copy)]
struct Planted {
    /// The answer to each request head.
    answer: &'static str,
    /// It serves one head and closes.
    closes: bool,
    /// It ends with its first connection.
    dies: bool,
}

/// A server that looks for empty lines and reads nothing else; it ends with the test.
fn serve(planted: Planted) -> Settings {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.expect("a connection"), planted);
            if planted.dies {
                return;
            }
        }
    });
    Settings {
        address,
        patience: Duration::from_millis(300),
        deadline: None,
        body_bytes_max: None,
        clock: true,
    }
}

fn answer(mut stream: TcpStream, planted: Planted) {
    let mut seen = Vec::new();
    let mut octet = [0];
    let mut open = true;
    while open && stream.read(&mut octet).is_ok_and(|count| count > 0) {
        seen.push(octet[0]);
        if seen.ends_with(b"\r\n\r\n") {
            open = stream.write_all(planted.answer.as_bytes()).is_ok() && !planted.closes;
        }
    }
}

fn outcome(planted: Planted, case: &str) -> Verdict {
    let text = format!(
        "about: Some words.\nrfc: RFC 9112 §3\nrequirement: MUST\ncases:\n- {{id: a-b, title: A case., {case}}}"
    );
    let cases = read_text(std::path::Path::new("a.yaml"), &text, &Catalogue::builtin().expect("catalogue"))
        .expect(case);
    let outcomes = run(&cases, &serve(planted), 2, |_, _| {}).expect("outcomes");
    outcomes.into_iter().next().expect("one").verdict
}

#[track_caller]
fn fails(planted: Planted, case: &str, mention: &str) {
    match outcome(planted, case) {
        Verdict::Failed { failure, .. } => {
            let told = format!("{} / {}", failure.expected, failure.found);
            assert!(told.contains(mention), "{told}");
        }
        Verdict::Passed | Verdict::Skipped(_) => panic!("{case}: did not fail"),
    }
}

const KEEPS: Planted = Planted { answer: RIGHT, closes: false, dies: false };
const CLOSES: Planted = Planted { answer: RIGHT, closes: true, dies: false };
const GET: &str = r#"{send: "GET / HTTP/1.1\r\n\r\n"}"#;

#[test]
fn what_is_right_passes_however_it_is_cut() {
    for mode in ["whole", "each-byte", "split-everywhere"] {
        let steps =
            format!("modes: [{mode}], steps: [{GET}, {{expect: {{status: 200}}}}, {{silence_ms: 5}}]");
        assert_eq!(outcome(KEEPS, &steps), Verdict::Passed, "{mode}");
    }
    for end in ["{open: true}", "{open_or_closed: true}"] {
        let steps = format!("steps: [{GET}, {{expect: {{status: 200}}}}, {end}]");
        assert_eq!(outcome(KEEPS, &steps), Verdict::Passed, "{end}");
    }
    for end in ["{closed: true}", "{open_or_closed: true}"] {
        let steps = format!("steps: [{GET}, {{expect: {{status: 200}}}}, {end}]");
        assert_eq!(outcome(CLOSES, &steps), Verdict::Passed, "{end}");
    }
    assert_eq!(outcome(CLOSES, &format!("steps: [{GET}, {{reset: true}}]")), Verdict::Passed);
}

#[test]
fn what_is_wrong_fails() {
    let then = |planted, step: &str, mention: &str| {
        fails(planted, &format!("steps: [{GET}, {{expect: {{status: 200}}}}, {step}]"), mention);
    };
    then(KEEPS, "{closed: 50}", "stays open");
    then(CLOSES, "{open: true}", "closed the connection");
    then(CLOSES, "{silence_ms: 50}", "closed the connection");
    then(CLOSES, "{expect: {status: 200}}", "closed the connection");
    then(KEEPS, "{expect: {status: 200}}", "nothing within");
    fails(
        KEEPS,
        &format!("steps: [{GET}, {GET}, {{expect: {{status: 200}}}}, {{closed: true}}]"),
        "more octets",
    );
    fails(
        KEEPS,
        &format!("steps: [{GET}, {{expect: {{status: [400, 501]}}}}]"),
        "is 200, expected 400 or 501",
    );
    fails(KEEPS, &format!("steps: [{GET}, {{interim: 100}}]"), "the interim response 100");
    let twice =
        Planted { answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", ..KEEPS };
    fails(twice, &format!("steps: [{GET}, {{expect: {{status: 200}}}}]"), "several Content-Length");
    let undated = Planted { answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ..KEEPS };
    fails(undated, &format!("steps: [{GET}, {{expect: {{status: 200}}}}]"), "no Date");
}

#[test]
fn a_server_that_is_gone_fails_the_case() {
    let dies = Planted { answer: RIGHT, closes: true, dies: true };
    fails(dies, &format!("steps: [{GET}, {{expect: {{status: 200}}}}]"), "the server still serves");
}

#[test]
fn what_was_not_told_skips() {
    for assumes in ["deadline: true", "body_bytes_max: 7"] {
        let verdict = outcome(KEEPS, &format!("assumes: {{{assumes}}}, steps: [{GET}]"));
        assert!(matches!(verdict, Verdict::Skipped(_)), "{assumes}");
    }
}

/// A smuggled answer and a close at once are no close in silence.
#[test]
fn what_comes_before_a_close_is_not_overlooked() {
    let undated = Planted { answer: "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", ..CLOSES };
    fails(undated, &format!("steps: [{GET}, {{expect: {{status: 400, or_closed: true}}}}]"), "no Date");
    let two = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n\
               HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n";
    let twice = Planted { answer: two, ..CLOSES };
    for end in ["closed: true", "open_or_closed: true", "open: true", "silence_ms: 50"] {
        fails(twice, &format!("steps: [{GET}, {{expect: {{status: 200}}}}, {{{end}}}]"), "HTTP/1.1 200");
    }
}
