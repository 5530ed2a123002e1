//! All servers in rounds, each asked every kind of request in each: what is compared with one another was measured within seconds.

use std::time::Duration;

use serde::Serialize;

use super::client::Client;
use super::measured::Slice;
use super::place::Places;
use super::server::{Compared, Program};
use crate::fault::Fault;
use crate::transport::{Asked, Subject};

/// The kinds of requests, with their names.
pub const ASKED: [(Asked, &str); 3] = [
    (Asked::Hello, "a constant"),
    (Asked::Get, "authenticated GET with two path parameters"),
    (Asked::Post, "validated JSON POST"),
];

/// Connections that are open before idle ones are counted, so that what a server makes once is not counted with them.
const IDLE_BEFORE: usize = 100;
/// Idle connections that are counted.
pub const IDLE: usize = 1_000;
/// How long they rest before memory is looked at.
const REST: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

/// How much is sent.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Plan {
    pub connections: usize,
    /// In each measurement, at most.
    pub requests: usize,
    pub rounds: usize,
}

/// One figure of one round.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub server: Compared,
    pub asked: Asked,
    pub slice: Slice,
}

/// What was measured.
pub struct Measured {
    /// By round, the first one that counts first.
    pub rounds: Vec<Vec<Taken>>,
    /// Octets that an idle connection keeps, by server.
    pub idle: Vec<(Compared, f64)>,
}

/// Measures, telling of each round.
///
/// # Errors
/// A server that does not start or does not answer as it should.
pub fn measure(
    servers: &[(Compared, Subject)],
    programs: &[(Compared, Program)],
    places: Places,
    plan: Plan,
) -> Result<Measured, Fault> {
    let mut rounds = Vec::new();
    for number in 0..=plan.rounds {
        let round = round(servers, number, plan)?;
        // The first round warms up.
        if number > 0 {
            rounds.push(round);
        }
        perf::warn!("round {number} of {}", plan.rounds);
    }
    let idle = programs.iter().map(|(server, program)| {
        perf::warn!("idle connections: {server}");
        idle(*server, program, places).map(|bytes| (*server, bytes))
    });
    Ok(Measured { idle: idle.collect::<Result<_, _>>()?, rounds })
}

/// Each round begins with another server, so that none always follows the same one.
fn round(servers: &[(Compared, Subject)], number: usize, plan: Plan) -> Result<Vec<Taken>, Fault> {
    let mut taken = Vec::new();
    for (asked, _) in ASKED {
        let (before, first) = servers.split_at(number % servers.len().max(1));
        for (server, subject) in first.iter().chain(before).filter(|(server, _)| server.is_asked(asked)) {
            let slice = Slice::take(subject, asked, plan.connections, plan.requests)
                .map_err(|fault| Fault::new(format!("{server}: {fault}")))?;
            taken.push(Taken { server: *server, asked, slice });
        }
    }
    Ok(taken)
}

/// What a fresh server's memory grows by for each connection that is open, was answered once, and rests.
fn idle(server: Compared, program: &Program, places: Places) -> Result<f64, Fault> {
    let subject = server.start(program, places)?;
    let asked = if server.does_the_work() { Asked::Get } else { Asked::Hello };
    let open = |count: usize| {
        let mut client = Client::connect(subject.address(), count, asked)?;
        client.send(count, PATIENCE)?;
        std::thread::sleep(REST);
        Ok(client)
    };
    let told = |fault: Fault| Fault::new(format!("{server}, idle connections: {fault}"));
    let before = open(IDLE_BEFORE).map_err(told)?;
    let resident = subject.resident()? as f64;
    let after = open(IDLE).map_err(told)?;
    let grown = subject.resident()? as f64 - resident;
    drop((before, after));
    Ok(grown / IDLE as f64)
}
