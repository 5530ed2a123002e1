//! What the rounds come to: for each kind of request and each server its figures, and their ratios to those of our server and of the bare one,
//! each within one round.

use serde::Serialize;

use super::measured::{Slice, Spread};
use super::rounds::{Measured, Taken};
use super::server::Compared;
use crate::transport::Asked;

/// One server, asked one kind of request.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    pub server: Compared,
    pub requests_per_second: Spread,
    /// The same over our server's, within a round.
    pub requests_over_ours: Option<Spread>,
    pub cpu_nanos: Spread,
    pub cpu_over_ours: Option<Spread>,
    /// CPU time over that of the bare server's constant answer, within a round.
    pub cpu_over_bare: Option<Spread>,
    pub p50_micros: Spread,
    pub p99_micros: Spread,
    pub server_busy: Spread,
    pub client_busy: Spread,
}

/// Below this share, neither the server nor the client is what bounds requests a second.
const BUSY: f64 = 0.8;

impl Figures {
    /// Whether both waited: for processors that others had, not for each other.
    pub fn is_held_up(&self) -> bool {
        self.server_busy.median.max(self.client_busy.median) < BUSY
    }
}

/// The memory of one server.
#[derive(Clone, Debug, Serialize)]
pub struct Memory {
    pub server: Compared,
    /// Octets at the end of each round.
    pub resident: Spread,
    pub resident_over_ours: Option<Spread>,
    /// Octets that an idle connection keeps.
    pub idle_connection: Option<f64>,
}

/// A figure of a measurement.
type Figure = fn(&Slice) -> f64;

const RATE: Figure = |slice| slice.requests_per_second;
const CPU: Figure = |slice| slice.cpu_nanos;

fn slice(round: &[Taken], server: Compared, asked: Asked) -> Option<&Slice> {
    let found = round.iter().find(|taken| taken.server == server && taken.asked == asked);
    found.map(|taken| &taken.slice)
}

impl Measured {
    /// A server's figure of all rounds.
    fn spread(&self, server: Compared, asked: Asked, figure: Figure) -> Option<Spread> {
        Spread::of(self.rounds.iter().filter_map(|round| slice(round, server, asked)).map(figure))
    }

    /// A server's figure over another one's, of all rounds that have both.
    pub fn ratio(
        &self,
        (server, asked): (Compared, Asked),
        (other, other_asked): (Compared, Asked),
        figure: Figure,
    ) -> Option<Spread> {
        let ratio = |round: &Vec<Taken>| {
            let (one, other) = (slice(round, server, asked)?, slice(round, other, other_asked)?);
            Some(figure(one) / figure(other))
        };
        Spread::of(self.rounds.iter().filter_map(ratio))
    }

    /// Requests a second over another server's.
    pub fn rate_over(&self, server: Compared, other: Compared, asked: Asked) -> Option<Spread> {
        self.ratio((server, asked), (other, asked), RATE)
    }

    /// CPU time over that of the bare server's constant answer.
    pub fn cpu_over_bare(&self, server: Compared, asked: Asked) -> Option<Spread> {
        self.ratio((server, asked), (Compared::Bare, Asked::Hello), CPU)
    }

    /// The figures of a server; nothing where it is not asked this.
    pub fn figures(&self, server: Compared, asked: Asked) -> Option<Figures> {
        let spread = |figure: Figure| self.spread(server, asked, figure);
        Some(Figures {
            server,
            requests_per_second: spread(RATE)?,
            requests_over_ours: self.rate_over(server, Compared::Ours, asked),
            cpu_nanos: spread(CPU)?,
            cpu_over_ours: self.ratio((server, asked), (Compared::Ours, asked), CPU),
            cpu_over_bare: self.cpu_over_bare(server, asked),
            p50_micros: spread(|slice| slice.p50_micros)?,
            p99_micros: spread(|slice| slice.p99_micros)?,
            server_busy: spread(|slice| slice.server_busy)?,
            client_busy: spread(|slice| slice.client_busy)?,
        })
    }

    /// The memory of a server.
    pub fn memory(&self, server: Compared) -> Option<Memory> {
        const RESIDENT: Figure = |slice| slice.resident;
        // What is asked last in a round is the last that a server does in it.
        let last = if server.does_the_work() { Asked::Post } else { Asked::Hello };
        let idle = self.idle.iter().find(|(one, _)| *one == server);
        Some(Memory {
            server,
            resident: self.spread(server, last, RESIDENT)?,
            resident_over_ours: self.ratio((server, last), (Compared::Ours, Asked::Post), RESIDENT),
            idle_connection: idle.map(|(_, bytes)| *bytes),
        })
    }
}

#[cfg(test)]
pub mod made {
    //! Rounds with figures that can be reckoned in the head.

    use super::*;

    pub fn taken(server: Compared, asked: Asked, requests_per_second: f64, cpu_nanos: f64) -> Taken {
        let slice = Slice {
            requests_per_second,
            cpu_nanos,
            p50_micros: 100.0,
            p99_micros: 200.0,
            server_busy: 0.9,
            client_busy: 0.5,
            resident: 4096.0,
        };
        Taken { server, asked, slice }
    }

    /// Three rounds of a machine that gets slower and slower.
    pub fn measured() -> Measured {
        let round = |slower: f64| {
            let made = [
                (Compared::Bare, Asked::Hello, 100_000.0, 8_000.0),
                (Compared::Ours, Asked::Hello, 90_000.0, 9_000.0),
                (Compared::Ours, Asked::Get, 80_000.0, 10_000.0),
                (Compared::Ours, Asked::Post, 60_000.0, 14_000.0),
                (Compared::Axum, Asked::Get, 40_000.0, 20_000.0),
            ];
            made.map(|(server, asked, rate, cpu)| taken(server, asked, rate / slower, cpu * slower)).to_vec()
        };
        let idle = vec![(Compared::Ours, 8192.0), (Compared::Bare, 20_000.0)];
        Measured { rounds: [1.0, 2.0, 3.0].map(round).to_vec(), idle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_a_round() {
        let measured = made::measured();
        let axum = measured.figures(Compared::Axum, Asked::Get).expect("measured");
        // The machine became three times slower meanwhile; the ratio did not move.
        assert_eq!(axum.requests_per_second.median, 20_000.0);
        let half = Spread { median: 0.5, least: 0.5, most: 0.5 };
        assert_eq!(axum.requests_over_ours, Some(half));
        assert_eq!(axum.cpu_over_bare.map(|ratio| ratio.median), Some(2.5));
        assert_eq!(axum.cpu_over_ours.map(|ratio| ratio.median), Some(2.0));
    }

    #[test]
    fn what_was_not_measured_has_no_figures() {
        let measured = made::measured();
        assert!(measured.figures(Compared::Axum, Asked::Post).is_none());
        assert!(measured.figures(Compared::Go, Asked::Hello).is_none());
        assert!(measured.memory(Compared::Go).is_none());
        assert_eq!(measured.memory(Compared::Ours).expect("measured").idle_connection, Some(8192.0));
    }
}
