//! The command line: what to run, how, and what the exit code says.
//!
//! Exit codes: 0 as expected, 1 regressions, 2 usage, 3 unreadable corpus, 4 harness fault. Never panics.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::accounting::{Account, Evidence};
use crate::adapter::{self, FaultMode};
use crate::case::{Case, CaseError};
use crate::catalogue::Catalogue;
use crate::documents::{self, DocumentResult};
use crate::expectations::Expectations;
use crate::outcome::Outcome;
use crate::pool::Pool;
use crate::report::{self, Run};
use crate::worker::Launch;
use crate::{corpus, external};

mod peers;

/// Runs OpenAPI conformance cases and whole descriptions, and writes a gap analysis.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArguments,
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// A corpus: cases below `cases/`, descriptions anywhere else.
    #[arg(default_value = "specs-corpus")]
    corpus: PathBuf,
    /// Command line of another worker that speaks the protocol; ours where absent.
    #[arg(long, value_name = "COMMAND")]
    adapter: Option<String>,
    /// Only cases and documents whose name contains this; the account of rows is then left out.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Folder of the suites that others wrote.
    #[arg(long, value_name = "DIR", env = "BRRTROUTER_CORPORA")]
    external: Option<PathBuf>,
    /// Of them, only those whose folder's name contains this; rulings are then left out.
    #[arg(long, value_name = "TEXT", requires = "external")]
    suite: Option<String>,
    /// Where the reports go.
    #[arg(long, value_name = "DIR", default_value = "reports/conformance")]
    report_dir: PathBuf,
    /// Known gaps; `expectations.yaml` of the corpus where absent.
    #[arg(long, value_name = "FILE")]
    expectations: Option<PathBuf>,
    /// Write nothing; fail when the gap analysis that is there is stale.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    bounds: Bounds,
}

/// Bounds on workers.
#[derive(Debug, clap::Args)]
struct Bounds {
    /// Workers at a time.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Seconds for one case.
    #[arg(long, value_name = "SECONDS", default_value_t = 20.0)]
    seconds: f64,
    /// Address space of one worker.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    memory_mib: u64,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Be a worker: questions on standard input, answers on standard output.
    Adapter {
        /// Misbehave on purpose.
        #[arg(long, hide = true)]
        fault: Option<FaultMode>,
    },
    /// The same cases, asked of our worker and of others, side by side.
    Peers(peers::PeersArguments),
    /// Set the address-space limit, then become COMMAND.
    #[command(hide = true)]
    Confine {
        #[arg(long)]
        memory_mib: u64,
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

/// Why a run ends early, by exit code.
#[derive(Debug)]
enum End {
    Usage(String),
    Unreadable(Vec<CaseError>),
    Harness(String),
}

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            return match error.print() {
                Ok(()) => ExitCode::from(code),
                Err(_) => ExitCode::from(4),
            };
        }
    };
    let end = match arguments.command {
        Some(Command::Adapter { fault }) => {
            adapter::serve(fault).map(|()| 0).map_err(|error| End::Harness(error.to_string()))
        }
        Some(Command::Confine { memory_mib, command }) => Err(confine(memory_mib, &command)),
        Some(Command::Peers(arguments)) => peers::run(&arguments),
        None => run(&arguments.run),
    };
    match end {
        Ok(code) => ExitCode::from(code),
        Err(End::Usage(message)) => {
            eprintln!("conformance: {message}");
            ExitCode::from(2)
        }
        Err(End::Unreadable(errors)) => {
            for error in &errors {
                eprintln!("{error}");
            }
            eprintln!("conformance: the corpus cannot be read ({} faults)", errors.len());
            ExitCode::from(3)
        }
        Err(End::Harness(message)) => {
            eprintln!("conformance: {message}");
            ExitCode::from(4)
        }
    }
}

/// Becomes `command` with an address-space limit; only returns when it cannot.
#[cfg(unix)]
fn confine(memory_mib: u64, command: &[String]) -> End {
    use std::os::unix::process::CommandExt as _;
    let bytes = memory_mib.saturating_mul(1 << 20);
    let limit = rustix::process::Rlimit { current: Some(bytes), maximum: Some(bytes) };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::As, limit) {
        return End::Harness(format!("cannot limit the address space to {memory_mib} MiB: {error}"));
    }
    let Some((program, arguments)) = command.split_first() else {
        return End::Usage("no command to confine".to_owned());
    };
    let error = std::process::Command::new(program).args(arguments).exec();
    End::Harness(format!("cannot start {program}: {error}"))
}

#[cfg(not(unix))]
fn confine(_memory_mib: u64, _command: &[String]) -> End {
    End::Harness("an address-space limit needs Unix".to_owned())
}

fn run(arguments: &RunArguments) -> Result<u8, End> {
    if !arguments.corpus.is_dir() {
        let mend = "name the folder of a corpus, such as `specs-corpus/`, or one that holds descriptions";
        return Err(End::Usage(format!("{} is no folder: {mend}", arguments.corpus.display())));
    }
    if let Some(folder) = &arguments.external
        && !folder.is_dir()
    {
        let mend = "name the folder that holds the suites, or leave the option out";
        return Err(End::Usage(format!("--external {} is no folder: {mend}", folder.display())));
    }
    let catalogue = Catalogue::builtin().map_err(End::Harness)?;
    let mut corpus = corpus::read(&arguments.corpus, &catalogue);
    let file = arguments.expectations.clone().unwrap_or_else(|| arguments.corpus.join("expectations.yaml"));
    let expectations = Expectations::read(&file, &catalogue).unwrap_or_else(|errors| {
        corpus.errors.extend(errors);
        Expectations::default()
    });
    if !corpus.errors.is_empty() {
        return Err(End::Unreadable(corpus.errors));
    }
    let whole = arguments.only.is_none() && !corpus.cases.is_empty();
    if let Some(only) = &arguments.only {
        corpus.cases.retain(|case| case.id.contains(only));
        corpus.documents.retain(|path| path.to_string_lossy().contains(only.as_str()));
        if corpus.cases.is_empty() && corpus.documents.is_empty() {
            return Err(End::Usage(format!("nothing in the corpus is named `{only}`")));
        }
    }
    let pool = pool(arguments.adapter.as_deref(), &arguments.bounds)?;
    let outcomes = run_cases(&pool, &arguments.corpus, &corpus.cases).map_err(End::Harness)?;
    let documents = run_documents(&pool, &arguments.corpus, &corpus.documents).map_err(End::Harness)?;
    let external = if arguments.only.is_some() { None } else { arguments.external.as_deref() };
    let external = external::run(external, arguments.suite.as_deref(), &pool).map_err(End::Harness)?;
    let evidence = Evidence {
        catalogue: &catalogue,
        expectations: &expectations,
        cases: &corpus.cases,
        outcomes: &outcomes,
        documents: &documents,
    };
    let account = Account::make(evidence, whole);
    let run =
        Run { catalogue, expectations, cases: corpus.cases, outcomes, documents, external, account, whole };
    finish(arguments, &run)
}

fn pool(adapter: Option<&str>, bounds: &Bounds) -> Result<Pool, End> {
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

fn run_cases(pool: &Pool, root: &Path, cases: &[Case]) -> Result<Vec<Outcome>, String> {
    let progress = progress(cases.len(), "cases");
    let results = pool.run(
        cases,
        |session, case| Outcome::of_check(crate::run::case(session, root, case)),
        || progress.inc(1),
    );
    progress.finish_and_clear();
    results.into_iter().collect()
}

fn run_documents(pool: &Pool, root: &Path, paths: &[PathBuf]) -> Result<Vec<DocumentResult>, String> {
    let progress = progress(paths.len(), "documents");
    let results =
        pool.run(paths, |session, path| documents::document(session, root, path), || progress.inc(1));
    progress.finish_and_clear();
    results.into_iter().collect()
}

/// A progress bar, which draws nothing when standard error is no terminal.
pub(crate) fn progress(count: usize, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{msg:24} {bar:40} {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
}

/// Prints, writes or checks the reports, and answers the exit code.
fn finish(arguments: &RunArguments, run: &Run) -> Result<u8, End> {
    print!("{}", report::summary(run));
    let page = report::gap_analysis(run);
    let folder = &arguments.report_dir;
    let path = folder.join("gap-analysis.md");
    let regressed = !run.account.regressions.is_empty() || !run.external.regressions().is_empty();
    if arguments.check {
        let stale = std::fs::read_to_string(&path).ok().as_deref() != Some(page.as_str());
        if stale {
            println!("{} is stale: run without --check and commit it", path.display());
        }
        return Ok(u8::from(stale || regressed));
    }
    if arguments.only.is_some() {
        for (case, outcome) in run.pairs() {
            println!("{} {} ({})", outcome.verdict.name(), case.id, case.place);
            for line in &outcome.detail {
                println!("    {line}");
            }
        }
        return Ok(u8::from(regressed));
    }
    let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    let json =
        serde_json::to_string_pretty(&report::json(run)).map_err(|error| End::Harness(error.to_string()))?;
    std::fs::write(folder.join("report.json"), json + "\n").map_err(fault)?;
    std::fs::write(&path, page).map_err(fault)?;
    if arguments.external.is_some() {
        let json = serde_json::to_string_pretty(&report::external_json(&run.external))
            .map_err(|error| End::Harness(error.to_string()))?;
        std::fs::write(folder.join("external.json"), json + "\n").map_err(fault)?;
        std::fs::write(folder.join("external.md"), report::external_page(&run.external)).map_err(fault)?;
    }
    println!("reports: {} and report.json beside it", path.display());
    Ok(u8::from(regressed))
}
