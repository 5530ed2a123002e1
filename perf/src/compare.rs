//! Servers side by side, doing the same work: `perf compare`.
//!
//! In the order of the work: `server` (which ones), `installed` (which of them are here), `place` (on which processors), `probe` (whether they do the
//! work), `client` and `answer` (how they are asked), `rounds` and `measured` (what is measured), `figures` (what that comes to), `goals` and
//! `report` (how it is told).

mod answer;
mod client;
mod figures;
mod goals;
mod installed;
mod measured;
mod place;
mod probe;
mod report;
mod rounds;
mod server;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::Outcome;
use crate::fault::Fault;
use crate::report::{check, report_file};
use crate::transport::Subject;
use place::Places;
use report::{LeftOut, Report, Version};
use rounds::Plan;
use server::{Compared, Program};

/// Everything, in the order in which it is told; what comes first is what the others are compared with.
const ALL: [Compared; 9] = [
    Compared::Ours,
    Compared::Mounted,
    Compared::Bare,
    Compared::Axum,
    Compared::ActixWeb,
    Compared::Go,
    Compared::Express,
    Compared::Fastapi,
    Compared::Nginx,
];
/// What is measured always, since the others are told by it.
const ALWAYS: [Compared; 2] = [Compared::Ours, Compared::Bare];
/// Descriptors that are needed: one for each connection, and some.
const DESCRIPTORS: u64 = 4096;

#[derive(Args)]
#[command(
    after_help = "Every server has the same operations in its framework's own manner, with the same validation, and is first asked requests that it
has to let in and to refuse. Each gets one processor and one worker, the client another processor. Rounds go through all
servers and kinds of requests; the first one warms up. Ratios are taken within a round.

Built beside this program: cargo build --release -p perf -p perf-peers
What is not installed is left out, with the command that mends it. Exit code 4: a server does not start or answers wrongly."
)]
pub struct CompareArguments {
    /// Connections that are kept open.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=4000))]
    connections: u32,
    /// Requests in each round, of each kind, to each server; fewer to one that needs more than a second for them.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// Rounds that count.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only these beside our server and the bare one, which are always measured. May be repeated.
    #[arg(long, value_enum, value_name = "SERVER")]
    only: Vec<Compared>,
    /// Writes a report; its format by its ending: .html, .md or .json. May be repeated.
    #[arg(long, value_parser = report_file)]
    report_file: Vec<PathBuf>,
}

/// Measures all that is here, and tells what came of it.
///
/// # Errors
/// A server that does not start or does not answer as it should; one that was asked for by name and is not installed.
pub fn compare(arguments: &CompareArguments, workspace: &Path) -> Result<Outcome, Fault> {
    arguments.report_file.iter().try_for_each(|path| check(path))?;
    raise_descriptors();
    let (programs, versions, left_out) = choose(&arguments.only, workspace)?;
    for one in &left_out {
        perf::warn!("left out: {}: {}\n  mend: {}", one.name, one.why, one.mend);
    }
    let places = Places::here()?;
    places.as_client()?;
    let servers = start(&programs, places)?;
    let plan = plan(arguments);
    let measured = rounds::measure(&servers, &programs, places, plan)?;
    let report = Report::new(&measured, (plan, places), versions, left_out);
    perf::say!("{}", report.markdown());
    for path in &arguments.report_file {
        report.write(path)?;
        perf::say!("wrote {}", path.display());
    }
    Ok(Outcome::Held)
}

fn plan(arguments: &CompareArguments) -> Plan {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Plan {
        connections: count(arguments.connections),
        requests: count(arguments.requests),
        rounds: count(arguments.rounds),
    }
}

/// Those that are here, and why others are not.
type Chosen = (Vec<(Compared, Program)>, Vec<Version>, Vec<LeftOut>);

fn choose(only: &[Compared], workspace: &Path) -> Result<Chosen, Fault> {
    let wanted = |server: &Compared| only.is_empty() || ALWAYS.contains(server) || only.contains(server);
    let (mut programs, mut versions, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for server in ALL.into_iter().filter(wanted) {
        let name = server.name();
        match installed::find(server, workspace) {
            Ok(installed) => {
                programs.push((server, installed.program));
                versions.push(Version { server, name, version: installed.version });
            }
            Err(missing) if only.contains(&server) => {
                return Err(Fault::usage(format!("{name}: {}; mend: {}", missing.why, missing.mend)));
            }
            Err(missing) => left_out.push(LeftOut { name, why: missing.why, mend: missing.mend.to_owned() }),
        }
    }
    Ok((programs, versions, left_out))
}

/// Starts all, and asks each whether it does the work.
fn start(programs: &[(Compared, Program)], places: Places) -> Result<Vec<(Compared, Subject)>, Fault> {
    let mut servers = Vec::new();
    for (server, program) in programs {
        let subject = server.start(program, places)?;
        let differences = probe::differences(subject.address(), server.does_the_work());
        if !differences.is_empty() {
            return Err(Fault::new(format!("{server} answers otherwise:\n  {}", differences.join("\n  "))));
        }
        servers.push((*server, subject));
    }
    Ok(servers)
}

/// Idle connections need more than some systems give at first; where they cannot be had, connecting tells.
fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < DESCRIPTORS) {
        let current = limit.maximum.map_or(DESCRIPTORS, |maximum| maximum.min(DESCRIPTORS));
        setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit }).unwrap_or_default();
    }
}
