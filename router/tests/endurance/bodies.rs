//! Bodies that are deep, wide, huge or malformed: refused, within bounded memory, while others are served.

use std::error::Error;
use std::time::{Duration, Instant};

use crate::client::{Client, post};
use crate::idle::nested;
use crate::load::Load;
use crate::served::{Served, kib};
use crate::{Extent, Figures, assured};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=edge";
/// What all of it may take at once, in octets.
const GROWTH_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Name, request, and the status codes that refuse it.
type Hostile = (&'static str, Vec<u8>, &'static [u16]);

fn hostile() -> Vec<Hostile> {
    let wide = |count: usize| format!("{{\"id\":0,\"list\":[{}0]}}", "0,".repeat(count));
    let refused: &[u16] = &[400, 422];
    let huge = "POST /nodes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", "1".repeat(0x10000)).repeat(20);
    let chunked = format!(
        "POST /nodes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"
    );
    let part = "--edge\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n";
    vec![
        ("deep arrays", post("/nodes", JSON, "[".repeat(500_000).as_bytes()), refused),
        ("deep objects", post("/nodes", JSON, nested(30_000).as_bytes()), refused),
        ("wide, and too many values", post("/nodes", JSON, wide(400_000).as_bytes()), refused),
        (
            "wide, and wrong at the end",
            post("/nodes", JSON, wide(100_000).replace("0]}", "\"\"]}").as_bytes()),
            refused,
        ),
        ("many errors", post("/nodes", JSON, wide(100_000).replace("0,", "\"\",").as_bytes()), refused),
        ("many unknown members", post("/nodes", JSON, unknown_members(50_000).as_bytes()), refused),
        (
            "one long string without an end",
            post("/nodes", JSON, format!("\"{}", "a".repeat(900_000)).as_bytes()),
            refused,
        ),
        ("a long number", post("/nodes", JSON, "9".repeat(900_000).as_bytes()), refused),
        ("no JSON", post("/nodes", JSON, b"\xff\xfe{"), refused),
        ("cut off", post("/nodes", JSON, b"{\"id\":"), refused),
        ("announced as huge", huge.into(), &[413]),
        ("huge in chunks", chunked.into_bytes(), &[413]),
        ("a form of many fields", post("/forms", FORM, "b=1&".repeat(200_000).as_bytes()), refused),
        ("a form with one long name", post("/forms", FORM, "b".repeat(900_000).as_bytes()), refused),
        ("a form that is no form", post("/forms", FORM, b"%zz=%"), refused),
        ("many parts", post("/forms", MULTIPART, part.repeat(10_000).as_bytes()), refused),
        (
            "a part without an end",
            post("/forms", MULTIPART, format!("{part}--edge\r\n{}", "a".repeat(900_000)).as_bytes()),
            refused,
        ),
    ]
}

fn unknown_members(count: usize) -> String {
    let members: String = (0..count).map(|number| format!("\"m{number}\":0,")).collect();
    format!("{{{members}\"id\":0}}")
}

pub fn run(extent: &Extent) -> Figures {
    let served = Served::start()?;
    let hostile = hostile();
    let slowest = slowest(&served, &hostile)?;
    let without = Load::watch(served.address, extent.watched)?;
    let before = served.rss()?;
    let others = Load::start(served.address);
    let began = Instant::now();
    let (mut rounds, mut peak) = (0, 0);
    while rounds == 0 || began.elapsed() < extent.watched {
        round(&served, &hostile, extent.senders)?;
        peak = peak.max(served.rss()?.saturating_sub(before));
        rounds += 1;
    }
    let with = others.stop()?;
    assured(served.ticks_of("brrtrouter-content")? > 0, || "large bodies were not judged apart".to_owned())?;
    assured(peak < GROWTH_BYTES_MAX, || format!("grown by {}", kib(peak)))?;
    Ok(format!(
        "{} bodies of {} kinds refused, the slowest alone after {:?} ({}); grown by {} at the most; others without them: {without}; with them: {with}; none failed",
        rounds * extent.senders * hostile.len(),
        hostile.len(),
        slowest.0,
        slowest.1,
        kib(peak)
    ))
}

/// The body that takes longest to be refused, sent alone.
fn slowest(served: &Served, hostile: &[Hostile]) -> Result<(Duration, &'static str), Box<dyn Error>> {
    let mut slowest = (Duration::ZERO, "none");
    for (name, request, _) in hostile {
        let mut client = Client::open(served.address)?;
        let began = Instant::now();
        client.ask(request)?;
        slowest = slowest.max((began.elapsed(), name));
    }
    Ok(slowest)
}

/// Several send all of them at once.
fn round(served: &Served, hostile: &[Hostile], senders: usize) -> Result<(), Box<dyn Error>> {
    let wrong = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..senders).map(|_| scope.spawn(|| send_all(served, hostile))).collect();
        threads
            .into_iter()
            .find_map(|thread| thread.join().unwrap_or_else(|_| Some("a client panicked".to_owned())))
    });
    wrong.map_or(Ok(()), |why| Err(why.into()))
}

/// What was not refused.
fn send_all(served: &Served, hostile: &[Hostile]) -> Option<String> {
    hostile.iter().find_map(|(name, request, refusals)| {
        let status = Client::open(served.address).and_then(|mut client| client.ask(request));
        match status {
            Ok(status) if refusals.contains(&status) => None,
            Ok(status) => Some(format!("{name}: status {status}")),
            Err(fault) => Some(format!("{name}: {fault}")),
        }
    })
}
