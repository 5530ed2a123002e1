//! A client of one thread: one request in flight on each connection, and the next one as soon as that is answered.
//!
//! It waits for all connections at once (epoll), writes a request in one piece and reads an answer mostly in one, so that it takes less of its processor than
//! most servers take of theirs; how much it takes is told beside each figure.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use super::answer;
use crate::fault::Fault;
use crate::transport::Asked;

/// How long no connection may have anything to read.
const PATIENCE: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };
/// The most that is read at once.
const READ_BYTES: usize = 16 << 10;

/// Connections that are open.
pub struct Client {
    poll: OwnedFd,
    connections: Vec<Connection>,
    request: String,
}

struct Connection {
    stream: TcpStream,
    /// When the request that is in flight was written.
    begun: Instant,
    /// What came of its answer.
    answer: Vec<u8>,
}

/// What is being sent.
struct Flight {
    begun: usize,
    /// How many are begun at most.
    most: usize,
    latencies: Vec<u32>,
}

/// What was sent and answered.
pub struct Sent {
    pub answers: usize,
    pub wall: Duration,
    /// Of each answer, in microseconds, sorted.
    pub latencies: Vec<u32>,
}

fn broken(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(format!("the server does not answer: {error}"))
}

impl Client {
    /// Opens connections.
    ///
    /// # Errors
    /// A server that takes none.
    pub fn connect(address: SocketAddr, connections: usize, asked: Asked) -> Result<Self, Fault> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(|error| broken(&error))?;
        let connections = (0_u64..).take(connections).map(|at| {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            epoll::add(&poll, &stream, epoll::EventData::new_u64(at), epoll::EventFlags::IN)?;
            Ok(Connection { stream, begun: Instant::now(), answer: Vec::new() })
        });
        let connections = connections.collect::<std::io::Result<_>>();
        let connections = connections.map_err(|error| Fault::new(format!("{address}: {error}")))?;
        Ok(Self { poll, connections, request: asked.request() })
    }

    /// Sends so many requests, and waits for an answer to each. None is begun after `longest`.
    ///
    /// # Errors
    /// A server that closes, falls silent, or answers otherwise than with success.
    pub fn send(&mut self, requests: usize, longest: Duration) -> Result<Sent, Fault> {
        let mut buffer = vec![0; READ_BYTES];
        let mut events = Vec::with_capacity(self.connections.len());
        let mut flight = Flight { begun: 0, most: requests, latencies: Vec::with_capacity(requests) };
        let began = Instant::now();
        for at in 0..requests.min(self.connections.len()) {
            self.begin(at, &mut flight)?;
        }
        while flight.latencies.len() < flight.begun {
            self.wait(&mut events)?;
            // Looked at once for all that are ready together: the clock costs, too.
            if began.elapsed() >= longest {
                flight.most = flight.begun;
            }
            for event in &events {
                let at = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
                self.read(at, &mut buffer, &mut flight)?;
            }
        }
        let wall = began.elapsed();
        flight.latencies.sort_unstable();
        Ok(Sent { answers: flight.begun, wall, latencies: flight.latencies })
    }

    /// Waits until some connections have something to read.
    fn wait(&self, events: &mut Vec<epoll::Event>) -> Result<(), Fault> {
        events.clear();
        epoll::wait(&self.poll, spare_capacity(events), Some(&PATIENCE)).map_err(|error| broken(&error))?;
        if events.is_empty() { Err(broken(&"nothing came for 10 s")) } else { Ok(()) }
    }

    fn begin(&mut self, at: usize, flight: &mut Flight) -> Result<(), Fault> {
        flight.begun += 1;
        self.connections.get_mut(at).map_or(Ok(()), |connection| connection.begin(&self.request))
    }

    /// Reads what came; once the answer is whole, the next request is begun.
    fn read(&mut self, at: usize, buffer: &mut [u8], flight: &mut Flight) -> Result<(), Fault> {
        let Some(connection) = self.connections.get_mut(at) else { return Ok(()) };
        let Some(latency) = connection.read(buffer)? else { return Ok(()) };
        flight.latencies.push(latency);
        if flight.begun < flight.most { self.begin(at, flight) } else { Ok(()) }
    }
}

impl Connection {
    fn begin(&mut self, request: &str) -> Result<(), Fault> {
        self.begun = Instant::now();
        self.stream.write_all(request.as_bytes()).map_err(|error| broken(&error))
    }

    /// Reads what is there; gives the latency once the answer is whole.
    fn read(&mut self, buffer: &mut [u8]) -> Result<Option<u32>, Fault> {
        let count = self.stream.read(buffer).map_err(|error| broken(&error))?;
        if count == 0 {
            return Err(broken(&"it closed a connection"));
        }
        self.answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if !answer::is_whole(&self.answer)? {
            return Ok(None);
        }
        self.answer.clear();
        Ok(Some(u32::try_from(self.begun.elapsed().as_micros()).unwrap_or(u32::MAX)))
    }
}

impl Sent {
    pub fn per_second(&self) -> f64 {
        self.answers as f64 / self.wall.as_secs_f64().max(1e-9)
    }

    /// The latency that so many per mille of all answers kept to, in microseconds.
    pub fn latency(&self, per_mille: usize) -> f64 {
        let at = self.latencies.len().saturating_mul(per_mille).div_ceil(1000).saturating_sub(1);
        self.latencies.get(at).copied().map_or(f64::NAN, f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_what_was_measured() {
        let sent = |latencies: Vec<u32>| Sent { answers: 0, wall: Duration::ZERO, latencies };
        let hundred = sent((1..=100).collect());
        assert_eq!((hundred.latency(500), hundred.latency(990)), (50.0, 99.0));
        assert_eq!(sent(vec![7]).latency(990), 7.0);
        assert!(sent(Vec::new()).latency(500).is_nan());
    }
}
