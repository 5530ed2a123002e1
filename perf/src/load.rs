//! Load on any server that a description describes: every operation, with requests made from the description.
//!
//! In the order of the work: `options` (what is asked for), `template`, `work`, `credentials` and `values` (what is to be sent), `probe` (whether
//! the server is there), `arrivals`, `attack` and `visit` (when and by whom), `ledger`, `bind` and `learn` (with which identifiers), `judge` (what
//! an answer means), `tally` and `collect` (what came of all), `table` and `report` (how it is told), `threshold` (how it ends).
//! `leak` looks at the server's `memory` meanwhile, `ramp` at what it has of its `limits`; `server` is its process.

mod arrivals;
mod attack;
mod bind;
mod collect;
mod credentials;
mod judge;
mod leak;
mod learn;
mod ledger;
mod limits;
#[cfg(test)]
mod made;
mod memory;
mod options;
mod probe;
mod ramp;
mod report;
mod server;
mod table;
mod tally;
mod template;
mod threshold;
mod values;
mod visit;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Instant;

use crate::Outcome;
use crate::fault::Fault;
use arrivals::Arrivals;
use collect::Collected;
pub use leak::{LeakArguments, leak};
pub use options::LoadArguments;
pub use ramp::{RampArguments, ramp};
use report::Report;
use visit::Run;
use work::Work;

/// A load that has been.
struct Loaded {
    run: Arc<Run>,
    collected: Collected,
    report: Report,
}

/// Runs a load and tells what came of it.
pub fn load(arguments: &LoadArguments) -> Result<Outcome, Fault> {
    let loaded = run_load(arguments)?;
    show(&loaded)?;
    end(arguments, &loaded)
}

/// Shows what came of it.
fn show(loaded: &Loaded) -> Result<(), Fault> {
    let collected = &loaded.collected;
    perf::say!("{}", table::text(&loaded.run.work, &collected.tally, collected.measured)?);
    perf::say!("{}", loaded.report.words().trim_end());
    Ok(())
}

/// Tells what is asked, and asks it.
fn run_load(arguments: &LoadArguments) -> Result<Loaded, Fault> {
    arguments.report_file.iter().try_for_each(|path| report::check(path))?;
    let mut work = Work::of(&arguments.traffic)?;
    let client = probe::client(&arguments.traffic)?;
    probe::probe(&client, &mut work, &arguments.traffic)?;
    perf::say!(
        "seed {}, {} operations and paths at {}",
        arguments.traffic.seed,
        work.jobs.len(),
        work.origin
    );
    for (name, reason) in &work.left_out {
        perf::say!("not asked: {name}: {reason}");
    }
    let run = Arc::new(run(arguments, work, client));
    let collected = attack::attack(&run, arguments)?;
    let report = Report::new(&run, arguments, &collected)?;
    Ok(Loaded { run, collected, report })
}

/// Writes the reports, and tells what is broken.
fn end(arguments: &LoadArguments, loaded: &Loaded) -> Result<Outcome, Fault> {
    for path in &arguments.report_file {
        loaded.report.write(path)?;
        perf::say!("wrote {}", path.display());
    }
    let broken = threshold::broken(arguments, &loaded.run.work, &loaded.collected)?;
    broken.iter().for_each(|why| perf::say!("BROKEN: {why}"));
    Ok(if broken.is_empty() { Outcome::Held } else { Outcome::Broken })
}

fn run(arguments: &LoadArguments, work: Work, client: reqwest::Client) -> Run {
    let jobs = work.jobs.len();
    Run {
        traffic: arguments.traffic.clone(),
        users: usize::try_from(arguments.users).unwrap_or(usize::MAX),
        client,
        ledger: ledger::Ledger::new(arguments.traffic.live_max),
        arrivals: arguments.rate.map(|rate| Arrivals::new(rate, Instant::now())),
        done: (0..jobs).map(|_| AtomicBool::new(false)).collect(),
        asked: (0..jobs).map(|_| AtomicUsize::new(0)).collect(),
        begun: AtomicUsize::new(0),
        work,
    }
}
