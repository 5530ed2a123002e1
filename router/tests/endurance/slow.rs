//! Clients that are slow on purpose: that send an octet a second, and that never read.

use std::io::{ErrorKind, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::client::{Client, get};
use crate::load::Load;
use crate::served::{Served, kib};
use crate::server::LARGE_BYTES;
use crate::{Extent, Figures, assured};

/// How many answers of ten megabytes are asked for, of each kind.
const LARGE_ANSWERS: usize = 32;
/// How much the server may grow by, whatever is asked for.
const GROWTH_BYTES_MAX: u64 = 1024 * 1024;

/// Half of them send a head, half a body, an octet a second; others must not notice.
pub fn tricklers(extent: &Extent) -> Figures {
    let served = Served::start()?;
    let without = Load::watch(served.address, extent.watched)?;
    let mut slow = Vec::with_capacity(extent.tricklers);
    for number in 0..extent.tricklers {
        let mut client = Client::open(served.address)?;
        if number % 2 == 0 {
            client.stream.write_all(b"POST /nodes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")?;
        }
        slow.push(client);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let trickle = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || trickle(&stop, slow)
    });
    let with = Load::watch(served.address, extent.watched)?;
    stop.store(true, Ordering::Relaxed);
    let sent = trickle.join().map_err(|_| "the tricklers panicked")?;
    assured(sent >= extent.tricklers, || format!("{sent} octets trickled"))?;
    Ok(format!("others without {} tricklers: {without}; with them: {with}; none failed", extent.tricklers))
}

/// Gives how many octets the server took. One that is refused in time is no longer of interest.
fn trickle(stop: &AtomicBool, mut clients: Vec<Client>) -> usize {
    let (mut sent, mut round) = (0, 0_usize);
    let head = b"GET /small HTTP/1.1\r\nHost: a\r\nX-Long: ";
    while !stop.load(Ordering::Relaxed) {
        for (number, client) in clients.iter_mut().enumerate() {
            let octet = if number % 2 == 0 { b' ' } else { *head.get(round).unwrap_or(&b'x') };
            sent += usize::from(client.stream.write_all(&[octet]).is_ok());
        }
        round += 1;
        std::thread::sleep(Duration::from_secs(1));
    }
    sent
}

/// Asks for much, and reads nothing.
pub fn never_reads(_extent: &Extent) -> Figures {
    let served = Served::start()?;
    // The first answer of each kind warms up what every answer needs.
    let mut first = Client::open(served.address)?;
    for _ in 0..20 {
        assured(first.ask(&get("/large"))? == 200, || "no large answer".to_owned())?;
    }
    let before = served.rss()?;
    let mut clients = Vec::new();
    for path in ["/large", "/made"] {
        let mut client = Client::open(served.address)?;
        client.stream.set_write_timeout(Some(Duration::from_millis(200)))?;
        let asked = get(path).repeat(LARGE_ANSWERS);
        match client.stream.write_all(&asked) {
            Ok(()) => {}
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => {}
            Err(fault) => return Err(fault.into()),
        }
        clients.push(client);
    }
    let mut grown = 0;
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        grown = grown.max(served.rss()?.saturating_sub(before));
    }
    assured(first.ask(&get("/small"))? == 200, || "others are not served".to_owned())?;
    assured(grown < GROWTH_BYTES_MAX, || format!("grown by {}", kib(grown)))?;
    let asked = LARGE_ANSWERS * LARGE_BYTES * clients.len() / 1_000_000;
    Ok(format!(
        "{asked} MB asked for over {} connections and never read: grown by {} at the most",
        clients.len(),
        kib(grown)
    ))
}
