//! Others: clients that ask for little, steadily, and note how long each answer took.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::client::{Client, get};

const CLIENTS: usize = 4;
/// How long a client rests between two requests: their number, not their speed, is what others meet.
const REST: Duration = Duration::from_millis(2);

/// Clients that ask until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<std::io::Result<Vec<Duration>>>>,
}

/// How long answers took.
pub struct Latencies(Vec<Duration>);

impl Load {
    pub fn start(address: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let one = |_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || ask_until(&stop, address))
        };
        let threads = (0..CLIENTS).map(one).collect();
        Self { stop, threads }
    }

    /// Watches others for this long.
    pub fn watch(address: SocketAddr, time: Duration) -> Result<Latencies, Box<dyn Error>> {
        let load = Self::start(address);
        std::thread::sleep(time);
        load.stop()
    }

    /// Fails where any request failed.
    pub fn stop(self) -> Result<Latencies, Box<dyn Error>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for thread in self.threads {
            let latencies = thread.join().map_err(|_| "a client panicked")?;
            all.extend(latencies.map_err(|fault| format!("a request of others failed: {fault}"))?);
        }
        all.sort();
        Ok(Latencies(all))
    }
}

fn ask_until(stop: &AtomicBool, address: SocketAddr) -> std::io::Result<Vec<Duration>> {
    let (mut client, mut latencies) = (Client::open(address)?, Vec::new());
    let request = get("/small");
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        let status = client.ask(&request)?;
        latencies.push(began.elapsed());
        if status != 200 {
            return Err(std::io::Error::other(format!("status {status}")));
        }
        std::thread::sleep(REST);
    }
    Ok(latencies)
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |hundredths: usize| self.0.get(self.0.len() * hundredths / 100).copied().unwrap_or_default();
        write!(f, "{} answers, p50 {:?}, p99 {:?}", self.0.len(), at(50), at(99))
    }
}
