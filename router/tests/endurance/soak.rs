//! A mixed load for a long time, while the `Api` is replaced again and again: no request fails, and memory stays where it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use crate::client::{Client, get, post};
use crate::idle::nested;
use crate::served::{Served, kib};
use crate::{Extent, Figures, assured};

const CLIENTS: usize = 4;
/// How much memory may drift between the first third and the end, in hundredths.
const DRIFT_MAX: u64 = 5;

pub fn run(extent: &Extent) -> Figures {
    let mut served = Served::start()?;
    let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let one = |_| {
        let (stop, answers, address) = (Arc::clone(&stop), Arc::clone(&answers), served.address);
        std::thread::spawn(move || mixed(&stop, &answers, address))
    };
    let clients: Vec<_> = (0..CLIENTS).map(one).collect();
    let began = Instant::now();
    let (mut settled, mut replaced) = (0, 0);
    while began.elapsed() < extent.soak {
        std::thread::sleep(extent.replaced_every);
        served.replace()?;
        replaced += 1;
        if began.elapsed() < extent.soak / 3 {
            settled = settled.max(served.rss()?);
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().map_err(|_| "a client panicked")??;
    }
    let last = served.rss()?;
    let drift = last.saturating_sub(settled);
    let answers = answers.load(Ordering::Relaxed);
    assured(drift * 100 <= settled * DRIFT_MAX, || format!("from {} to {}", kib(settled), kib(last)))?;
    Ok(format!(
        "{answers} answers in {:?} while the Api was replaced {replaced} times, none failed; from {} after a third to {} at the end",
        extent.soak,
        kib(settled),
        kib(last)
    ))
}

/// Requests of every kind, one after the other, each with the status that it must have.
fn mixed(stop: &AtomicBool, answers: &AtomicUsize, address: SocketAddr) -> Result<(), String> {
    let chunked = "POST /nodes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"i\r\n6\r\nd\": 1}\r\n0\r\n\r\n";
    let parts = "--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--edge--\r\n";
    let kinds: [(Vec<u8>, u16); 9] = [
        (get("/small"), 200),
        (post("/nodes", "application/json", nested(30).as_bytes()), 200),
        (post("/nodes", "application/json", b"{\"id\":\"x\"}"), 400),
        (chunked.into(), 200),
        (get("/nowhere"), 404),
        (post("/forms", "application/x-www-form-urlencoded", b"a=1&b=x"), 200),
        (post("/forms", "multipart/form-data; boundary=edge", parts.as_bytes()), 200),
        (post("/small", "text/plain", b"x"), 405),
        (get("/panic"), 500),
    ];
    let mut client = Client::open(address).map_err(|fault| fault.to_string())?;
    while !stop.load(Ordering::Relaxed) {
        for (request, expected) in &kinds {
            if client.has_ended {
                client = Client::open(address).map_err(|fault| fault.to_string())?;
            }
            let status = client.ask(request).map_err(|fault| format!("a request failed: {fault}"))?;
            if status != *expected {
                return Err(format!("status {status}, expected {expected}"));
            }
            answers.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}
