//! A handler that panics, again and again: 500 each time, and nobody else notices.

use crate::client::{Client, get};
use crate::load::Load;
use crate::served::{Served, kib};
use crate::{Extent, Figures, assured};

/// How much the server may grow by.
const GROWTH_BYTES_MAX: u64 = 2 * 1024 * 1024;

pub fn run(extent: &Extent) -> Figures {
    let served = Served::start()?;
    panic_often(&served, extent.panics / 10)?;
    let before = served.rss()?;
    let others = Load::start(served.address);
    panic_often(&served, extent.panics)?;
    let others = others.stop()?;
    let grown = served.rss()?.saturating_sub(before);
    assured(grown < GROWTH_BYTES_MAX, || format!("grown by {}", kib(grown)))?;
    Ok(format!(
        "{} panics, each a 500; others: {others}, none failed; grown by {}",
        extent.panics,
        kib(grown)
    ))
}

fn panic_often(served: &Served, times: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::open(served.address)?;
    for number in 0..times {
        if client.has_ended {
            client = Client::open(served.address)?;
        }
        let status = client.ask(&get("/panic")).map_err(|fault| format!("panic {number}: {fault}"))?;
        assured(status == 500, || format!("panic {number}: status {status}"))?;
    }
    Ok(())
}
