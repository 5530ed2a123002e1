//! Whether a server does the work that is compared: requests that it has to let in and requests that it has to refuse.
//!
//! Takes the address of a server. Gives what it answered otherwise. The tests of `perf/peers` include this file, too: nothing in it needs the rest
//! of `perf`.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server has to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Let in: this status.
    Is(u16),
    /// Refused: a 4xx that says nothing of credentials.
    Refused,
}

impl Verdict {
    fn holds(self, status: u16) -> bool {
        match self {
            Self::Is(expected) => status == expected,
            Self::Refused => (400..500).contains(&status) && status != 401,
        }
    }
}

/// One request: what it is about, method and target, field lines, content, and what has to become of it.
type Probe = (&'static str, &'static str, &'static str, &'static str, Verdict);

const KEYED: &str = "X-Key: s3cret\r\n";
const KEYED_JSON: &str = "X-Key: s3cret\r\nContent-Type: application/json\r\n";
const ORDER: &str = r#"{"name":"pen","count":3,"tags":["a","b","c"]}"#;

/// What every server answers.
const HELLO: Probe = ("hello", "GET /hello", "", "", Verdict::Is(200));

/// What every server that does the whole work answers.
const WORK: [Probe; 20] = [
    ("an item", "GET /orders/17/items/pen", KEYED, "", Verdict::Is(200)),
    ("an item of 20 characters", "GET /orders/1/items/abcdefghijklmnopqrst", KEYED, "", Verdict::Is(200)),
    ("an item without a key", "GET /orders/17/items/pen", "", "", Verdict::Is(401)),
    ("an item with a wrong key", "GET /orders/17/items/pen", "X-Key: secret\r\n", "", Verdict::Is(401)),
    ("a wrong id without a key", "GET /orders/0/items/pen", "", "", Verdict::Is(401)),
    ("an id of 0", "GET /orders/0/items/pen", KEYED, "", Verdict::Refused),
    ("an id of -1", "GET /orders/-1/items/pen", KEYED, "", Verdict::Refused),
    ("an id that is no number", "GET /orders/x/items/pen", KEYED, "", Verdict::Refused),
    ("an item of 21 characters", "GET /orders/1/items/abcdefghijklmnopqrstu", KEYED, "", Verdict::Refused),
    ("no such path", "GET /orders/17/items", KEYED, "", Verdict::Refused),
    ("an order", "POST /orders", KEYED_JSON, ORDER, Verdict::Is(201)),
    ("an order without tags", "POST /orders", KEYED_JSON, r#"{"count":1,"name":"p"}"#, Verdict::Is(201)),
    ("an order without a key", "POST /orders", "Content-Type: application/json\r\n", ORDER, Verdict::Is(401)),
    ("an order without a name", "POST /orders", KEYED_JSON, r#"{"count":3}"#, Verdict::Refused),
    ("an order with an empty name", "POST /orders", KEYED_JSON, r#"{"name":"","count":3}"#, Verdict::Refused),
    ("an order with a count of 0", "POST /orders", KEYED_JSON, r#"{"name":"p","count":0}"#, Verdict::Refused),
    ("a count that is text", "POST /orders", KEYED_JSON, r#"{"name":"p","count":"3"}"#, Verdict::Refused),
    (
        "tags that are numbers",
        "POST /orders",
        KEYED_JSON,
        r#"{"name":"p","count":3,"tags":[1]}"#,
        Verdict::Refused,
    ),
    ("content that is no JSON", "POST /orders", KEYED_JSON, r#"{"name":"#, Verdict::Refused),
    (
        "a media type that is not taken",
        "POST /orders",
        "X-Key: s3cret\r\nContent-Type: text/csv\r\n",
        ORDER,
        Verdict::Refused,
    ),
];

/// What a server answers otherwise than it has to; empty is right. Servers of a constant are asked `hello` alone.
pub fn differences(address: SocketAddr, whole_work: bool) -> Vec<String> {
    let work: &[Probe] = if whole_work { &WORK } else { &[] };
    std::iter::once(&HELLO).chain(work).filter_map(|probe| difference(address, probe)).collect()
}

fn difference(address: SocketAddr, (name, line, fields, content, verdict): &Probe) -> Option<String> {
    match status(address, line, fields, content) {
        Ok(status) if verdict.holds(status) => None,
        Ok(status) => Some(format!("{name} ({line}): {status}, but {verdict:?} is expected")),
        Err(error) => Some(format!("{name} ({line}): {error}")),
    }
}

/// Asks over a connection of its own, which the server closes.
fn status(address: SocketAddr, line: &str, fields: &str, content: &str) -> io::Result<u16> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length =
        if content.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", content.len()) };
    write!(
        stream,
        "{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{fields}{length}\r\n{content}"
    )?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    let status = std::str::from_utf8(&head).ok().and_then(|head| head.strip_prefix("HTTP/1.1 "));
    status
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::other(format!("`{}` is no status line", head.escape_ascii())))
}
