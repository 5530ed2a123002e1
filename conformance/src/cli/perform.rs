//! Runs cases and documents over the pool. Never panics.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::arguments::{Bounds, RunArguments};
use super::over_sockets::{self, OverSockets};
use super::progress::progress;
use super::write::Events;
use super::{End, Setting};
use crate::accounting::Regression;
use crate::case::Case;
use crate::documents::{self, DocumentResult};
use crate::expectations::Expectations;
use crate::outcome::{Outcome, Verdict};
use crate::pool::{Pool, Session};
use crate::recording::{self, Record};
use crate::redact::Redactor;
use crate::report::Run;
use crate::reproduce::{self, Reproduction};
use crate::worker::Launch;

/// How many failures get a minimal reproduction; the cause of the first few is that of the rest.
const REPRODUCTIONS_MAX: usize = 20;

/// What a run gave.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) records: Vec<Record>,
    pub(super) documents: Vec<DocumentResult>,
    /// `--fail-fast` stopped it; what did not run is no longer in the setting.
    pub(super) stopped: bool,
}

pub(super) fn pool(adapter: Option<&str>, bounds: &Bounds) -> Result<Pool, End> {
    let own = std::env::current_exe().map_err(|error| End::Harness(error.to_string()))?;
    let command = match adapter {
        Some(command) => command.split_whitespace().map(str::to_owned).collect(),
        None => vec![own.to_string_lossy().into_owned(), "adapter".to_owned()],
    };
    let patience = Duration::try_from_secs_f64(bounds.seconds)
        .map_err(|error| End::Usage(format!("--seconds: {error}")))?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Pool {
        launch: Launch { command, confine: own, memory_mib: bounds.memory_mib },
        jobs: bounds.jobs.unwrap_or(cores).max(1),
        patience,
    })
}

/// Runs the cases and documents of the setting.
pub(super) fn run(
    arguments: &RunArguments,
    pool: &Pool,
    setting: &mut Setting,
    events: &Events,
) -> Result<Ran, End> {
    let brake = Brake { on: arguments.fail_fast, pulled: AtomicBool::new(false) };
    let mut ran = Ran::default();
    let root = &arguments.corpus;
    events.begin(setting.corpus.cases.len(), setting.corpus.documents.len());
    // Another server is asked as its adapter asks it.
    let over = match arguments.adapter {
        Some(_) => OverSockets::new(),
        None => over_sockets::ask(pool, root, &setting.corpus.cases)?,
    };
    let progress = progress(setting.corpus.cases.len(), "cases");
    let cases = pool.run(
        &setting.corpus.cases,
        |session, case| {
            brake.unless(|| one_case(session, root, case, (&setting.expectations, &over), (&brake, events)))
        },
        || progress.inc(1),
    );
    progress.finish_and_clear();
    let mut kept = cases.iter().map(Option::is_some).collect::<Vec<_>>().into_iter();
    setting.corpus.cases.retain(|_| kept.next().unwrap_or_default());
    for result in cases.into_iter().flatten() {
        let (outcome, record) = result.map_err(End::Harness)?;
        ran.outcomes.push(outcome);
        ran.records.push(record);
    }
    ran.documents = run_documents(pool, arguments, setting, (&brake, events))?;
    ran.stopped = brake.pulled.into_inner();
    Ok(ran)
}

fn run_documents(
    pool: &Pool,
    arguments: &RunArguments,
    setting: &Setting,
    (brake, events): (&Brake, &Events),
) -> Result<Vec<DocumentResult>, End> {
    let paths: &[PathBuf] = &setting.corpus.documents;
    let progress = progress(paths.len(), "documents");
    let one = |session: &mut Session<'_>, path: &PathBuf| {
        let result = documents::document(session, &arguments.corpus, path, arguments.seed)?;
        brake.look(&path.to_string_lossy(), &result.outcome, &setting.expectations);
        events.document(&result);
        Ok(result)
    };
    let results = pool.run(paths, |session, path| brake.unless(|| one(session, path)), || progress.inc(1));
    progress.finish_and_clear();
    results.into_iter().flatten().collect::<Result<_, String>>().map_err(End::Harness)
}

/// `--fail-fast`: once pulled, nothing more begins.
struct Brake {
    on: bool,
    pulled: AtomicBool,
}

impl Brake {
    fn unless<R>(&self, work: impl FnOnce() -> R) -> Option<R> {
        (!self.pulled.load(Ordering::Relaxed)).then(work)
    }

    fn look(&self, name: &str, outcome: &Outcome, expectations: &Expectations) {
        let expected = (outcome.verdict == Verdict::Passed) == expectations.of_case(name).is_none();
        if self.on && !expected {
            self.pulled.store(true, Ordering::Relaxed);
        }
    }
}

fn one_case(
    session: &mut Session<'_>,
    root: &Path,
    case: &Case,
    (expectations, over): (&Expectations, &OverSockets),
    (brake, events): (&Brake, &Events),
) -> Result<(Outcome, Record), String> {
    let started = Instant::now();
    let (outcome, mut record) = over_sockets::join(of_case(session, root, case)?, over.get(&case.id));
    record.seconds = started.elapsed().as_secs_f64();
    brake.look(&case.id, &outcome, expectations);
    events.case(case, &outcome, record.seconds);
    Ok((outcome, record))
}

/// Runs one case; what it leaves shows no credentials.
pub(super) fn of_case(
    session: &mut Session<'_>,
    root: &Path,
    case: &Case,
) -> Result<(Outcome, Record), String> {
    session.record();
    let mut outcome = Outcome::of_check(crate::run::case(session, root, case))?;
    let redactor = Redactor::of(root, case);
    let exchanges = session.take_spoken().iter().map(|spoken| recording::shown(spoken, &redactor)).collect();
    for line in &mut outcome.detail {
        *line = redactor.text(line);
    }
    Ok((outcome, Record { exchanges, ..Record::default() }))
}

/// Minimal reproductions of what failed unexpectedly.
pub(super) fn reproductions(pool: &Pool, root: &Path, run: &Run) -> Vec<Reproduction> {
    let unexpected = |case: &&Case| {
        let is = |regression: &Regression| matches!(regression, Regression::UnexpectedFailure(name, _) if *name == case.id);
        run.account.regressions.iter().any(is)
    };
    let failing: Vec<&Case> = run.cases.iter().filter(unexpected).take(REPRODUCTIONS_MAX).collect();
    if failing.is_empty() {
        return Vec::new();
    }
    pool.run(&failing, |session, case| reproduce::reproduce(session, root, case), || ())
}
