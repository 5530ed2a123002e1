//! Suites that others wrote: run from a folder that is given, never copied, and never counted when absent.
//!
//! Takes: the folder of the corpora. Gives: one [`Suite`] per corpora folder, run or not run with the reason. A
//! failure that is right by the specification has a written ruling in `data/external-rulings.json`; it still counts as
//! failed. Never panics.

mod json_schema;
mod openapi;
mod prism;
mod referencing;
mod second;
mod style;
mod texts;
mod twins;
mod uri_template;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::case::Limits;
use crate::outcome::{Outcome, Stop, Tally, Verdict};
use crate::pool::{Pool, Session};
pub use second::SecondOpinion;

/// Wall time of one question; the largest descriptions are read by a debug build.
const PATIENCE: Duration = Duration::from_secs(120);

/// One result of a suite.
#[derive(Debug, Clone)]
pub struct Item {
    /// The part of the suite, such as `required`.
    pub part: String,
    /// File and test.
    pub name: String,
    /// The verdict.
    pub outcome: Outcome,
    /// Why a failure is right.
    pub ruling: Option<String>,
    /// The suite's reader left it out; the outcome's detail says why. It is skipped, and nothing to be mended.
    pub excluded: bool,
    /// What another reader says of the document that the item is about.
    pub second: Option<SecondOpinion>,
}

impl Item {
    fn new(part: &str, name: String, outcome: Outcome) -> Self {
        Self { part: part.to_owned(), name, outcome, ruling: None, excluded: false, second: None }
    }

    /// A row that cannot be asked of a server, and why.
    fn excluded(part: &str, name: String, reason: &str) -> Self {
        let outcome = Outcome { verdict: Verdict::Skipped, detail: vec![reason.to_owned()], fault: None };
        Self { excluded: true, ..Self::new(part, name, outcome) }
    }

    /// Whether it neither passed nor was left out on purpose.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.outcome.verdict != Verdict::Passed && !self.excluded
    }
}

/// One corpora folder.
#[derive(Debug)]
pub struct Suite {
    /// The folder's name, which is the report's key.
    pub folder: &'static str,
    /// Its results.
    pub items: Vec<Item>,
    /// Why it was not run.
    pub not_run: Option<String>,
}

impl Suite {
    /// The tally of all its results.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::of(self.items.iter().map(|item| item.outcome.verdict))
    }

    /// The tallies of its parts.
    #[must_use]
    pub fn parts(&self) -> BTreeMap<String, Tally> {
        let mut parts: BTreeMap<String, Tally> = BTreeMap::new();
        for item in &self.items {
            parts.entry(item.part.clone()).or_default().add(item.outcome.verdict);
        }
        parts
    }

    /// Marks the failures that have a ruling; answers the rulings that were used.
    fn rule(&mut self, rulings: &[Ruling]) -> Vec<usize> {
        let mut used = Vec::new();
        for item in self.items.iter_mut().filter(|item| item.is_open()) {
            let matches = |ruling: &Ruling| ruling.suite == self.folder && ruling.name == item.name;
            if let Some(index) = rulings.iter().position(matches) {
                used.push(index);
                item.ruling = rulings.get(index).map(|ruling| ruling.reason.clone());
            }
        }
        used
    }

    /// Failures with a ruling.
    #[must_use]
    pub fn ruled(&self) -> usize {
        self.items.iter().filter(|item| item.ruling.is_some()).count()
    }
}

/// A failure that is right, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    suite: String,
    name: String,
    reason: String,
}

/// What the suites gave.
#[derive(Debug, Default)]
pub struct External {
    /// One per folder.
    pub suites: Vec<Suite>,
    /// Rulings whose item passes, or is not there.
    pub stale_rulings: Vec<String>,
}

/// One stretch of a suite: a file, as a rule.
struct Task {
    suite: usize,
    path: PathBuf,
    work: Work,
}

type Work = fn(&mut Session<'_>, &Context<'_>, &Path) -> Result<Vec<Item>, Stop>;

/// What every task may look at.
struct Context<'a> {
    corpora: &'a Path,
    remotes: Vec<crate::protocol::Document>,
    oracle: openapi::Oracle,
}

type Gather = fn(&Path) -> Vec<(PathBuf, Work)>;

const SUITES: [(&str, Gather); 10] = [
    ("json-schema-test-suite", json_schema::gather),
    ("referencing-suite", referencing::gather),
    ("oai", openapi::gather_oai),
    ("json-parsing", texts::gather_json),
    ("yaml-test-suite", texts::gather_yaml),
    ("oai-learn-examples", twins::gather),
    ("readme-oas-examples", openapi::gather_documents),
    ("real-world", openapi::gather_documents),
    ("prism-harness", prism::gather),
    ("uritemplate-test", uri_template::gather),
];

/// Folders that no runner here drives yet; listed so that nobody takes them for passes.
const NOT_DRIVEN: [(&str, &str); 3] = [
    ("wycheproof-jose", "bearer tokens are verified by the caller's own verifier"),
    ("jose-cookbook", "bearer tokens are verified by the caller's own verifier"),
    ("route-tables", "input of the matcher benchmarks"),
];

/// Runs the suites below `corpora`.
///
/// # Errors
/// A fault of the harness.
pub fn run(corpora: Option<&Path>, only: Option<&str>, pool: &Pool) -> Result<External, String> {
    let mut external = External::default();
    let mut tasks = Vec::new();
    for (index, (folder, gather)) in SUITES.into_iter().enumerate() {
        let wanted = only.is_none_or(|only| folder.contains(only));
        let (files, not_run) = match corpora {
            None => (Vec::new(), Some("no --external folder given".to_owned())),
            Some(_) if !wanted => (Vec::new(), Some("left out by --only".to_owned())),
            Some(corpora) if !corpora.join(folder).is_dir() => {
                (Vec::new(), Some(format!("there is no {folder} in the --external folder")))
            }
            Some(corpora) => (gather(&corpora.join(folder)), None),
        };
        tasks.extend(files.into_iter().map(|(path, work)| Task { suite: index, path, work }));
        external.suites.push(Suite { folder, items: Vec::new(), not_run });
    }
    if let Some(corpora) = corpora {
        run_tasks(corpora, &tasks, pool, &mut external)?;
        if only.is_none() {
            external.rule()?;
        }
    }
    for (folder, reason) in NOT_DRIVEN {
        external.suites.push(Suite { folder, items: Vec::new(), not_run: Some(reason.to_owned()) });
    }
    Ok(external)
}

fn run_tasks(corpora: &Path, tasks: &[Task], pool: &Pool, external: &mut External) -> Result<(), String> {
    let context = Context {
        corpora,
        remotes: json_schema::remotes(&corpora.join("json-schema-test-suite/remotes")),
        oracle: openapi::oracle(&corpora.join("oracle.json")),
    };
    let pool = Pool { patience: PATIENCE.max(pool.patience), ..pool.clone() };
    let progress = crate::cli::progress(tasks.len(), "external suites");
    let results =
        pool.run(tasks, |session, task| (task.work)(session, &context, &task.path), || progress.inc(1));
    progress.finish_and_clear();
    for (task, result) in tasks.iter().zip(results) {
        let items = match result {
            Ok(items) => items,
            Err(Stop::Harness(message)) => return Err(message),
            Err(stop) => {
                let name = relative(corpora, &task.path);
                let outcome = Outcome::of_check(Err(stop))?;
                vec![Item::new("files", name, outcome)]
            }
        };
        if let Some(suite) = external.suites.get_mut(task.suite) {
            suite.items.extend(items);
        }
    }
    Ok(())
}

impl External {
    /// Marks the failures that have a ruling.
    fn rule(&mut self) -> Result<(), String> {
        let text = include_str!("../data/external-rulings.json");
        let rulings: Vec<Ruling> = serde_json::from_str(text)
            .map_err(|error| format!("conformance/data/external-rulings.json: {error}"))?;
        let mut used = HashSet::new();
        for suite in &mut self.suites {
            used.extend(suite.rule(&rulings));
            let opinions = suite.items.iter_mut().filter_map(|item| item.second.as_mut());
            used.extend(opinions.filter_map(|opinion| opinion.rule(&rulings)));
        }
        let mut ran: HashSet<&str> =
            self.suites.iter().filter(|suite| suite.not_run.is_none()).map(|suite| suite.folder).collect();
        ran.extend(self.second_opinions().next().map(|_| second::NAME));
        self.stale_rulings = rulings
            .iter()
            .enumerate()
            .filter(|(index, ruling)| !used.contains(index) && ran.contains(ruling.suite.as_str()))
            .map(|(_, ruling)| format!("{}: {}", ruling.suite, ruling.name))
            .collect();
        Ok(())
    }

    /// What another reader says of the documents.
    pub fn second_opinions(&self) -> impl Iterator<Item = &SecondOpinion> {
        self.suites.iter().flat_map(|suite| &suite.items).filter_map(|item| item.second.as_ref())
    }

    /// Failures and skips without a ruling, and rulings without a failure.
    #[must_use]
    pub fn regressions(&self) -> Vec<String> {
        let mut list: Vec<String> =
            self.stale_rulings.iter().map(|name| format!("stale ruling: {name}")).collect();
        for suite in &self.suites {
            let open = suite.items.iter().filter(|item| item.is_open() && item.ruling.is_none());
            list.extend(open.map(|item| {
                let detail = item.outcome.detail.first().map_or("", String::as_str);
                format!("{} {}: {} {detail}", item.outcome.verdict.name(), suite.folder, item.name)
            }));
        }
        list.extend(self.second_opinions().filter_map(SecondOpinion::open));
        list
    }
}

/// Asks within a fresh time limit, and makes a result of what comes of it.
fn item(
    part: &str,
    name: String,
    session: &mut Session<'_>,
    ask: impl FnOnce(&mut Session<'_>) -> Result<Vec<String>, Stop>,
) -> Result<Item, Stop> {
    session.begin(Limits::default());
    let outcome = Outcome::of_check(ask(session)).map_err(Stop::Harness)?;
    Ok(Item::new(part, name, outcome))
}

/// The path below the corpora folder, with `/`.
fn relative(corpora: &Path, path: &Path) -> String {
    let path = path.strip_prefix(corpora).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// All files below `folder` with one of `endings`, in path order.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if endings.contains(&ending) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Reads a data file of a suite.
fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Stop> {
    let fault = |error: String| Stop::Harness(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| fault(error.to_string()))
}
