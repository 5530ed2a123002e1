//! Endurance over sockets: many connections, slow ones, hostile ones, a handler that panics, an end under load, a long time under load.
//!
//! `cargo test -p brrtrouter --test endurance` runs the short form, which asserts counts and generous bounds of memory and belongs into CI;
//! `cargo test --release -p brrtrouter --test endurance -- --long` the long one, which asserts what docs/performance.md states. Words behind `--` that begin
//! with no dash select scenarios by name. Each scenario has a server of its own, in a child process (this program with the word `serve`), so that what is
//! measured of the server's memory holds nothing of its clients. Every figure is printed; what is asserted is said by the scenario.

mod bodies;
mod client;
mod end;
mod idle;
mod load;
mod panics;
mod served;
mod server;
mod slow;
mod soak;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What a scenario gives: its figures in words, or what is wrong.
type Figures = Result<String, Box<dyn Error>>;

/// How much a scenario does.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Connections that are idle.
    pub idle: usize,
    /// Connections that ask all the time.
    pub active: usize,
    /// Clients that send an octet a second.
    pub tricklers: usize,
    /// How often a handler panics.
    pub panics: usize,
    /// How many send hostile bodies at once.
    pub senders: usize,
    /// How long others are watched in each state.
    pub watched: Duration,
    /// How long the mixed load goes on.
    pub soak: Duration,
    /// How often the description is replaced meanwhile.
    pub replaced_every: Duration,
}

/// For CI.
const SHORT: Extent = Extent {
    idle: 1000,
    active: 200,
    tricklers: 250,
    panics: 500,
    senders: 1,
    watched: Duration::from_secs(3),
    soak: Duration::from_secs(5),
    replaced_every: Duration::from_millis(200),
};

/// By hand: what the documentation states.
const LONG: Extent = Extent {
    idle: 10_000,
    active: 2_000,
    tricklers: 250,
    panics: 10_000,
    senders: 4,
    watched: Duration::from_secs(15),
    soak: Duration::from_secs(600),
    replaced_every: Duration::from_secs(5),
};

type Scenario = (&'static str, fn(&Extent) -> Figures);

const SCENARIOS: [Scenario; 7] = [
    ("idle", idle::run),
    ("tricklers", slow::tricklers),
    ("never-reads", slow::never_reads),
    ("end", end::run),
    ("panics", panics::run),
    ("bodies", bodies::run),
    ("soak", soak::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "serve") {
        return server::serve();
    }
    let extent = if arguments.iter().any(|word| word == "--long") { LONG } else { SHORT };
    let only: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    client::raise_descriptors();
    let mut failed = 0;
    for (name, scenario) in SCENARIOS {
        if !only.is_empty() && !only.iter().any(|word| *word == name) {
            continue;
        }
        let began = Instant::now();
        let figures = scenario(&extent);
        let seconds = began.elapsed().as_secs_f64();
        match figures {
            Ok(figures) => println!("{name} ({seconds:.1} s): {figures}"),
            Err(why) => {
                failed += 1;
                println!("{name} ({seconds:.1} s): FAILED: {why}");
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `Err` with these words unless `holds`.
fn assured(holds: bool, why: impl FnOnce() -> String) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(why().into()) }
}
