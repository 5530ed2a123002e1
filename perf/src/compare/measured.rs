//! One measurement of one server, and what many of them come to: the median with the least and the most.

use std::time::Duration;

use serde::Serialize;

use super::client::Client;
use crate::fault::Fault;
use crate::process;
use crate::transport::{Asked, Subject};

/// The longest that one measurement may take: servers that are slow answer fewer requests in it.
const LONGEST: Duration = Duration::from_secs(1);

/// One server, asked one kind of request, in one round.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Slice {
    pub requests_per_second: f64,
    /// CPU time of the server for one request.
    pub cpu_nanos: f64,
    pub p50_micros: f64,
    pub p99_micros: f64,
    /// The share of the time in which the server's threads ran.
    pub server_busy: f64,
    /// The same of the client.
    pub client_busy: f64,
    /// Octets that the server has afterwards.
    pub resident: f64,
}

impl Slice {
    /// Measures.
    ///
    /// # Errors
    /// A server that does not answer as it should.
    pub fn take(subject: &Subject, asked: Asked, connections: usize, requests: usize) -> Result<Self, Fault> {
        let mut client = Client::connect(subject.address(), connections, asked)?;
        let own = std::process::id();
        let (server_before, client_before) = (subject.cpu_nanos()?, process::cpu_nanos(own)?);
        let sent = client.send(requests, LONGEST)?;
        let server = subject.cpu_nanos()?.saturating_sub(server_before) as f64;
        let client = process::cpu_nanos(own)?.saturating_sub(client_before) as f64;
        let wall = sent.wall.as_nanos() as f64;
        Ok(Self {
            requests_per_second: sent.per_second(),
            cpu_nanos: server / sent.answers as f64,
            p50_micros: sent.latency(500),
            p99_micros: sent.latency(990),
            server_busy: server / wall,
            client_busy: client / wall,
            resident: subject.resident()? as f64,
        })
    }
}

/// The middle of some figures, with the least and the most of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// Nothing where there are no figures.
    pub fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self { median: *sorted.get(sorted.len() / 2)?, least: *sorted.first()?, most: *sorted.last()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_middle_and_both_ends() {
        let spread = Spread::of([3.0, 1.0, 2.0].into_iter());
        assert_eq!(spread, Some(Spread { median: 2.0, least: 1.0, most: 3.0 }));
        assert_eq!(Spread::of(std::iter::empty()), None);
    }
}
