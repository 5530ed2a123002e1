//! Runs the cases, several at a time, each in a thread of its own. Never panics.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::format::{Mode, Step};
use super::play::{Cut, Failure, is_alive, play};
use super::read::WireCase;

/// What the runner was told of the server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub address: SocketAddr,
    /// How long one step may take.
    pub patience: Duration,
    /// After how long it gives up on a slow request.
    pub deadline: Option<Duration>,
    /// The largest content that it reads, in octets.
    pub body_bytes_max: Option<u64>,
    /// It has a clock, and so writes Date.
    pub clock: bool,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All was right.
    Passed,
    /// Something was wrong.
    Failed {
        /// How the octets were cut.
        cut: Cut,
        /// What was wrong.
        failure: Failure,
    },
    /// It was not run, for this reason.
    Skipped(String),
}

/// A case's verdict and time.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What came of it.
    pub verdict: Verdict,
    /// How long it took.
    pub time: Duration,
}

/// Runs `cases`, `jobs` at a time; the outcomes stand in their order. `done` is called after each.
///
/// # Errors
/// A fault of the runner.
pub fn run(
    cases: &[WireCase],
    settings: &Settings,
    jobs: usize,
    done: impl Fn(&WireCase, &Outcome) + Sync,
) -> Result<Vec<Outcome>, String> {
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; cases.len()]);
    let work = || {
        while let Some((index, case)) = take(cases, &next) {
            // A thread for each case, so that a fault of the runner is the verdict of one case alone.
            let outcome = std::thread::scope(|scope| scope.spawn(|| one(case, settings)).join())
                .unwrap_or_else(|_| panicked());
            done(case, &outcome);
            if let Ok(mut all) = outcomes.lock()
                && let Some(place) = all.get_mut(index)
            {
                *place = Some(outcome);
            }
        }
    };
    std::thread::scope(|scope| (0..jobs.max(1)).for_each(|_| drop(scope.spawn(work))));
    let outcomes = outcomes.into_inner().map_err(|error| error.to_string())?;
    outcomes.into_iter().collect::<Option<_>>().ok_or_else(|| "a case was not run".to_owned())
}

fn take<'a>(cases: &'a [WireCase], next: &AtomicUsize) -> Option<(usize, &'a WireCase)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    cases.get(index).map(|case| (index, case))
}

fn panicked() -> Outcome {
    let failure = Failure {
        expected: "a runner without faults".to_owned(),
        found: "it panicked: report this as a fault".to_owned(),
        sent: String::new(),
        came: String::new(),
    };
    Outcome { verdict: Verdict::Failed { cut: Cut::None, failure }, time: Duration::ZERO }
}

fn one(case: &WireCase, settings: &Settings) -> Outcome {
    let began = Instant::now();
    let verdict = match not_fit(case, settings) {
        Some(reason) => Verdict::Skipped(reason),
        None => verdict(case, settings),
    };
    Outcome { verdict, time: began.elapsed() }
}

/// Why the case says nothing about this server.
fn not_fit(case: &WireCase, settings: &Settings) -> Option<String> {
    if case.assumes.deadline && settings.deadline.is_none() {
        return Some("the server's deadline is not known: tell it by --deadline-ms".to_owned());
    }
    let wanted = case.assumes.body_bytes_max?;
    (settings.body_bytes_max != Some(wanted)).then(|| {
        format!("it needs a server that reads {wanted} octets of content: tell so by --body-bytes-max")
    })
}

fn verdict(case: &WireCase, settings: &Settings) -> Verdict {
    for mode in &case.modes {
        for cut in cuts(*mode, &case.steps) {
            if let Err(failure) = play(&case.steps, cut, settings) {
                return Verdict::Failed { cut, failure };
            }
        }
        if let Err(failure) = is_alive(settings) {
            return Verdict::Failed { cut: Cut::None, failure };
        }
    }
    Verdict::Passed
}

fn cuts(mode: Mode, steps: &[Step]) -> Vec<Cut> {
    match mode {
        Mode::Whole => vec![Cut::None],
        Mode::EachByte => vec![Cut::Everywhere],
        Mode::SplitEverywhere => (1..octets_of(steps)).map(Cut::After).collect(),
    }
}

/// How many octets the steps send.
#[must_use]
pub fn octets_of(steps: &[Step]) -> usize {
    let of = |step: &Step| match step {
        Step::Send(octets) => octets.expand().map_or(0, |octets| octets.len()),
        Step::Trickle(_)
        | Step::PauseMs(_)
        | Step::HalfClose(_)
        | Step::Reset(_)
        | Step::Interim(_)
        | Step::Expect(_)
        | Step::Closed(_)
        | Step::Open(_)
        | Step::OpenOrClosed(_)
        | Step::SilenceMs(_) => 0,
    };
    steps.iter().map(of).sum()
}

#[cfg(test)]
#[path = "suite_tests.rs"]
mod tests;
