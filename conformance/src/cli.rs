//! The command line: what to run, how, and what the exit code says.
//!
//! Exit codes: 0 as expected, 1 regressions, 2 usage, 3 unreadable corpus, 4 harness fault. Never panics.

mod arguments;
mod compare;
mod confine;
mod explain;
mod faults;
mod live;
mod merge;
mod over_sockets;
mod peers;
mod perform;
mod progress;
mod replay;
mod say;
mod select;
mod wire;
mod write;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::accounting::{Account, Evidence};
use crate::adapter;
use crate::case::CaseError;
use crate::catalogue::Catalogue;
use crate::corpus::{self, Corpus};
use crate::expectations::Expectations;
use crate::external::{self, External};
use crate::report::Run;
use arguments::{Arguments, Command, RunArguments};
use perform::Ran;
pub(crate) use progress::progress;

/// Why a run ends early, by exit code.
#[derive(Debug)]
enum End {
    Usage(String),
    NoCorpus(String),
    Unreadable(Vec<CaseError>),
    Harness(String),
}

/// What a run starts from.
#[derive(Debug)]
struct Setting {
    catalogue: Catalogue,
    corpus: Corpus,
    expectations: Expectations,
}

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Whoever should have read it may have left.
            error.print().unwrap_or_default();
            return ExitCode::from(code);
        }
    };
    let end = match arguments.command {
        Some(Command::Adapter { fault, live }) => {
            adapter::serve(fault, live).map(|()| 0).map_err(|error| End::Harness(error.to_string()))
        }
        Some(Command::Confine { memory_mib, command }) => Err(confine::confine(memory_mib, &command)),
        Some(Command::Faults(arguments)) => faults::run(&arguments),
        Some(Command::Live(arguments)) => live::run(&arguments),
        Some(Command::Merge(merge)) => merge::run(&merge),
        Some(Command::Peers(arguments)) => peers::run(&arguments),
        Some(Command::Wire(arguments)) => wire::run(&arguments),
        Some(Command::WireServer(arguments)) => wire::serve(&arguments),
        None => run(&arguments.run),
    };
    ExitCode::from(end.unwrap_or_else(|end| tell(&end)))
}

/// Says why the run ended early, and gives its exit code.
fn tell(end: &End) -> u8 {
    let (code, message) = match end {
        End::Usage(message) => (2, message.clone()),
        End::NoCorpus(message) => (3, message.clone()),
        End::Unreadable(errors) => {
            errors.iter().for_each(|error| say::warn(format_args!("{error}\n")));
            (3, format!("the corpus cannot be read ({} faults)", errors.len()))
        }
        End::Harness(message) => (4, message.clone()),
    };
    say::warn(format_args!("conformance: {message}\n"));
    code
}

/// Reads the corpus and its known gaps.
fn setting(root: &Path, expectations: Option<&Path>) -> Result<Setting, End> {
    if !root.is_dir() {
        let mend = "name the folder of a corpus, such as `specs-corpus/`, or one that holds descriptions";
        return Err(End::NoCorpus(format!("{} is no folder: {mend}", root.display())));
    }
    let catalogue = Catalogue::builtin().map_err(End::Harness)?;
    let mut corpus = corpus::read(root, &catalogue);
    let file = expectations.map_or_else(|| root.join("expectations.yaml"), Path::to_owned);
    let expectations = Expectations::read(&file, &catalogue).unwrap_or_else(|errors| {
        corpus.errors.extend(errors);
        Expectations::default()
    });
    if !corpus.errors.is_empty() {
        return Err(End::Unreadable(corpus.errors));
    }
    if corpus.cases.is_empty() && corpus.documents.is_empty() {
        let mend = "name a folder with OpenAPI descriptions in JSON or YAML";
        return Err(End::NoCorpus(format!("{} holds no description: {mend}", root.display())));
    }
    Ok(Setting { catalogue, corpus, expectations })
}

fn run(arguments: &RunArguments) -> Result<u8, End> {
    if let Some(folder) = &arguments.external
        && !folder.is_dir()
    {
        let mend = "name the folder that holds the suites, or leave the option out";
        return Err(End::Usage(format!("--external {} is no folder: {mend}", folder.display())));
    }
    let mut setting = setting(&arguments.corpus, arguments.expectations.as_deref())?;
    if let Some(id) = &arguments.explain {
        return explain::explain(&setting, id);
    }
    if let Some(what) = &arguments.replay {
        return replay::replay(arguments, &setting, what);
    }
    let selected = select::select(&arguments.selection, &mut setting)?;
    if arguments.list {
        return Ok(select::list(&setting.corpus));
    }
    perform(arguments, setting, selected)
}

/// Runs what was selected, and reports it.
fn perform(arguments: &RunArguments, mut setting: Setting, selected: bool) -> Result<u8, End> {
    let pool = perform::pool(arguments.adapter.as_deref(), &arguments.bounds)?;
    let writes = arguments.output.folder(selected);
    let events = write::events(writes.as_deref(), &arguments.output)?;
    let ran = perform::run(arguments, &pool, &mut setting, &events)?;
    let external = if selected || ran.stopped { None } else { arguments.external.as_deref() };
    let external = external::run(external, arguments.suite.as_deref(), &pool).map_err(End::Harness)?;
    let extent = Extent {
        part: selected,
        strict: arguments.output.strict,
        shard: arguments.selection.shard.map(|shard| shard.to_string()),
        seed: arguments.seed,
    };
    let mut run = judge(setting, ran, external, extent);
    run.reproductions = perform::reproductions(&pool, &arguments.corpus, &run);
    if let Some(old) = &arguments.output.compare {
        run.comparison = Some(compare::compare(&pool, &arguments.corpus, &run, old)?);
    }
    events.end(&run);
    write::finish(&arguments.output, writes.as_deref(), &run, arguments.external.is_some())
}

/// How much ran, and how it is judged.
struct Extent {
    part: bool,
    strict: bool,
    shard: Option<String>,
    seed: u64,
}

/// What ran, with the account of all rows.
fn judge(setting: Setting, ran: Ran, external: External, extent: Extent) -> Run {
    let Setting { catalogue, corpus, expectations } = setting;
    let evidence = Evidence {
        catalogue: &catalogue,
        expectations: &expectations,
        cases: &corpus.cases,
        outcomes: &ran.outcomes,
        documents: &ran.documents,
    };
    let whole = !extent.part && !ran.stopped && !corpus.cases.is_empty();
    let account = Account::make(evidence, whole);
    Run {
        root: corpus.root,
        catalogue,
        expectations,
        cases: corpus.cases,
        outcomes: ran.outcomes,
        records: ran.records,
        seed: extent.seed,
        documents: ran.documents,
        external,
        account,
        whole,
        part: extent.part,
        strict: extent.strict,
        shard: extent.shard,
        reproductions: Vec::new(),
        comparison: None,
    }
}
