//! The wire suite's command line: what is listed, refused and reported, against a server that answers everything alike.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

fn run(arguments: &[&str]) -> (i32, String) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs-corpus/wire");
    let Output { status, stdout, stderr } =
        crate::program().arg("wire").arg(corpus).args(arguments).output().expect("the program starts");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (status.code().expect("a code"), text)
}

#[track_caller]
fn check(arguments: &[&str], code: i32, mentions: &[&str]) {
    let (found, text) = run(arguments);
    assert_eq!(found, code, "{text}");
    for mention in mentions {
        assert!(text.contains(mention), "`{mention}` is not in:\n{text}");
    }
}

/// Answers each request head with the item 1, and looks at nothing.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a connection");
            std::thread::spawn(move || answer(stream));
        }
    });
    url
}

fn answer(mut stream: std::net::TcpStream) {
    const CONTENT: &str = r#"{"operation": "getItem", "parameters": {"path": {"id": 1}}}"#;
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT";
    let length = CONTENT.len();
    let text = format!("HTTP/1.1 200 OK\r\n{date}\r\nContent-Length: {length}\r\n\r\n{CONTENT}");
    let mut seen = Vec::new();
    let mut octet = [0];
    let mut open = true;
    while open && stream.read(&mut octet).is_ok_and(|count| count > 0) {
        seen.push(octet[0]);
        if seen.ends_with(b"\r\n\r\n") {
            open = stream.write_all(text.as_bytes()).is_ok();
        }
    }
}

#[test]
fn cases_are_listed_and_selected() {
    check(&["--list"], 0, &["request-line-plain", "RFC 9112 §2.1"]);
    check(&["--list", "--only", "http-1-0,host-missing"], 0, &["host-missing", "14 cases"]);
    check(&["--only", "no-such-case"], 2, &["no-such-case", "--list"]);
}

#[test]
fn what_cannot_be_asked_is_told() {
    check(&["--url", "https://127.0.0.1:1", "--only", "host"], 2, &["http URL"]);
    check(&["--url", "http://127.0.0.1", "--only", "host"], 2, &["host and port"]);
    check(
        &["--url", "http://127.0.0.1:1", "--only", "host"],
        2,
        &["nobody answers there", "start the server"],
    );
}

#[test]
fn a_run_is_told_and_reported() {
    let url = serve();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("wire-{}", std::process::id()));
    let folder = folder.to_str().expect("a name");
    let ask = |only: &str, code: i32, mentions: &[&str]| {
        check(
            &["--url", &url, "--only", only, "--patience-ms", "500", "--report-dir", folder],
            code,
            mentions,
        );
        let text = std::fs::read_to_string(PathBuf::from(folder).join("wire.json")).expect("a report");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let right =
        ask("request-line-plain,slow-head-stops", 0, &["skipped", "--deadline-ms", "slow-head-stops"]);
    assert_eq!([&right["all"]["passed"], &right["all"]["skipped"], &right["all"]["failed"]], [1, 1, 0]);
    let wrong = ask(
        "host-missing",
        1,
        &["FAILED host-missing", "RFC 9112 §3.2", "in one piece", r"HTTP/1.1\r\n\r\n"],
    );
    assert_eq!(wrong["cases"][0]["verdict"], "failed");
    assert_eq!(wrong["cases"][0]["found"], "the status code is 200, expected 400");
    let smuggled = ask("smuggling-get-with-length", 1, &["FAILED smuggling-get-with-length"]);
    assert_eq!(smuggled["groups"]["smuggling"]["failed"], 1);
    std::fs::remove_dir_all(folder).expect("removed");
}
