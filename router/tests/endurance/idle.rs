//! Many connections at once: idle ones after a request, active ones beside them, and what each keeps of the server's memory.

use std::error::Error;
use std::io::Write as _;

use crate::client::{Client, get, post};
use crate::served::{Served, kib};
use crate::{Extent, Figures, assured};

/// What an idle connection may keep after a GET, in octets, once it is parked: what tells who it is.
const IDLE_BYTES_MAX: u64 = 2 * 1024;
/// What an idle connection may keep after the deepest body that is accepted: the same, and its share of the stacks that are kept for all.
const DEEP_BYTES_MAX: u64 = 4 * 1024;
/// Code that is not optimised uses more stack: by this factor, at the most.
const UNOPTIMISED: u64 = if cfg!(debug_assertions) { 2 } else { 1 };
const THREADS: usize = 4;
const ROUNDS: usize = 20;
/// How deep the default bound lets JSON be.
const DEPTH_MAX: usize = 64;

pub fn run(extent: &Extent) -> Figures {
    let served = Served::start()?;
    // What is there once, whatever the number of connections, is not theirs.
    open(&served, 300)?;
    let bare = served.rested_rss()?;
    let mut idle = open(&served, extent.idle)?;
    let count = u64::try_from(extent.idle)?;
    let after_get = served.rested_rss()?.saturating_sub(bare) / count;
    let active = ask_all_the_time(&served, extent.active)?;
    for client in &mut idle {
        assured(client.ask(&get("/small"))? == 200, || "an idle connection has ended".to_owned())?;
    }
    drop(idle);
    drop(served);
    let after_deep = deep(extent)?;
    assured(after_get <= IDLE_BYTES_MAX * UNOPTIMISED, || format!("{} per idle connection", kib(after_get)))?;
    assured(after_deep <= DEEP_BYTES_MAX * UNOPTIMISED, || format!("{} after a deep body", kib(after_deep)))?;
    Ok(format!(
        "{count} idle and {} active connections ({active} answers), none failed; {} per idle connection after a GET, {} after a body of {DEPTH_MAX} levels",
        extent.active,
        kib(after_get),
        kib(after_deep)
    ))
}

/// Connections that have asked once.
fn open(served: &Served, count: usize) -> Result<Vec<Client>, Box<dyn Error>> {
    let mut clients = Vec::with_capacity(count);
    for number in 0..count {
        let mut client =
            Client::open(served.address).map_err(|fault| format!("connection {number}: {fault}"))?;
        let status = client.ask(&get("/small")).map_err(|fault| format!("connection {number}: {fault}"))?;
        assured(status == 200, || format!("connection {number}: status {status}"))?;
        clients.push(client);
    }
    Ok(clients)
}

/// All have a request under way at the same time, again and again.
fn ask_all_the_time(served: &Served, count: usize) -> Result<usize, Box<dyn Error>> {
    let mut clients = open(served, count)?;
    let share = clients.len().div_ceil(THREADS).max(1);
    let failed = std::thread::scope(|scope| {
        let threads: Vec<_> = clients.chunks_mut(share).map(|own| scope.spawn(|| rounds(own))).collect();
        threads.into_iter().find_map(|thread| match thread.join() {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("a client panicked".to_owned()),
        })
    });
    match failed {
        Some(why) => Err(format!("an active connection failed: {why}").into()),
        None => Ok(count * ROUNDS),
    }
}

fn rounds(clients: &mut [Client]) -> std::io::Result<()> {
    let request = get("/small");
    for _ in 0..ROUNDS {
        for client in &mut *clients {
            client.stream.write_all(&request)?;
        }
        for client in &mut *clients {
            match client.answer()? {
                200 => {}
                status => return Err(std::io::Error::other(format!("status {status}"))),
            }
        }
    }
    Ok(())
}

/// What a connection keeps after the deepest body.
fn deep(extent: &Extent) -> Result<u64, Box<dyn Error>> {
    let served = Served::start()?;
    open(&served, 300)?;
    let bare = served.rested_rss()?;
    let mut clients = open(&served, extent.idle)?;
    let request = post("/nodes", "application/json", nested(DEPTH_MAX).as_bytes());
    for client in &mut clients {
        let status = client.ask(&request)?;
        assured(status == 200, || format!("a body of {DEPTH_MAX} levels: status {status}"))?;
    }
    let status = clients
        .first_mut()
        .map(|client| client.ask(&post("/nodes", "application/json", nested(DEPTH_MAX + 1).as_bytes())));
    assured(matches!(status, Some(Ok(400))), || format!("one level more: {status:?}"))?;
    Ok(served.rested_rss()?.saturating_sub(bare) / u64::try_from(extent.idle)?)
}

/// Objects inside one another.
pub fn nested(levels: usize) -> String {
    let inside = levels.saturating_sub(1);
    format!("{}{{\"id\":0}}{}", "{\"id\":0,\"next\":".repeat(inside), "}".repeat(inside))
}
