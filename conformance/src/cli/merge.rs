//! `merge`: the reports of shards as one run. Never panics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments::MergeArguments;
use super::{End, Extent, Ran, compare, judge, setting, write};
use crate::case::Case;
use crate::documents::DocumentResult;
use crate::external::{self, External};
use crate::outcome::Outcome;
use crate::pool::Pool;
use crate::recording::Record;
use crate::report::Stored;
use crate::worker::Launch;

/// What the shards gave, by name.
#[derive(Default)]
struct Parts {
    cases: BTreeMap<String, (Outcome, Record)>,
    documents: BTreeMap<PathBuf, DocumentResult>,
    /// The seed of their traffic.
    seed: Option<u64>,
}

pub(super) fn run(arguments: &MergeArguments) -> Result<u8, End> {
    let setting = setting(&arguments.corpus, arguments.expectations.as_deref())?;
    let parts = read(&arguments.reports).map_err(End::Usage)?;
    let seed = parts.seed.unwrap_or_default();
    let (outcomes, records) = in_order(&setting.corpus.cases, parts.cases).map_err(End::Usage)?;
    let documents = documents_in_order(&setting.corpus.documents, parts.documents).map_err(End::Usage)?;
    let ran = Ran { outcomes, records, documents, stopped: false };
    let extent = Extent { part: false, strict: arguments.output.strict, shard: None, seed };
    let mut run = judge(setting, ran, not_run()?, extent);
    if let Some(old) = &arguments.output.compare {
        run.comparison = Some(compare::against(&run, old)?.0);
    }
    let folder = arguments.output.folder(false);
    let events = write::events(folder.as_deref(), &arguments.output)?;
    events.begin(run.cases.len(), run.documents.len());
    run.pairs()
        .zip(&run.records)
        .for_each(|((case, outcome), record)| events.case(case, outcome, record.seconds));
    run.documents.iter().for_each(|document| events.document(document));
    events.end(&run);
    write::finish(&arguments.output, folder.as_deref(), &run, false)
}

/// The suites that others wrote, none of which a shard runs.
fn not_run() -> Result<External, End> {
    let launch = Launch { command: Vec::new(), confine: PathBuf::new(), memory_mib: 0 };
    let idle = Pool { launch, jobs: 1, patience: Duration::ZERO };
    external::run(None, None, &idle).map_err(End::Harness)
}

fn read(reports: &[PathBuf]) -> Result<Parts, String> {
    let mut parts = Parts::default();
    for report in reports {
        let path = if report.is_dir() { report.join("report.json") } else { report.clone() };
        add(&mut parts, &path)?;
    }
    Ok(parts)
}

fn add(parts: &mut Parts, path: &Path) -> Result<(), String> {
    let twice =
        |name: &str| format!("{}: `{name}` is in another report too; give each shard once", path.display());
    let stored = Stored::read(path)?;
    if parts.seed.replace(stored.generated.seed).is_some_and(|seed| seed != stored.generated.seed) {
        return Err(format!("{}: its traffic has another seed; run every shard with one", path.display()));
    }
    for case in stored.cases {
        let id = case.id.clone();
        if parts.cases.insert(id.clone(), case.restored()?).is_some() {
            return Err(twice(&id));
        }
    }
    for document in stored.documents.list {
        let document = document.restored()?;
        let path = document.path.clone();
        if parts.documents.insert(path.clone(), document).is_some() {
            return Err(twice(&path.to_string_lossy()));
        }
    }
    Ok(())
}

fn in_order(
    cases: &[Case],
    mut parts: BTreeMap<String, (Outcome, Record)>,
) -> Result<(Vec<Outcome>, Vec<Record>), String> {
    let missing =
        |case: &Case| format!("no report has the case {}; give every shard, of this corpus", case.id);
    let found: Result<Vec<_>, String> =
        cases.iter().map(|case| parts.remove(&case.id).ok_or_else(|| missing(case))).collect();
    let found = found?;
    match parts.first_key_value() {
        Some((id, _)) => Err(format!("the corpus has no case {id}; give reports of this corpus")),
        None => Ok(found.into_iter().unzip()),
    }
}

fn documents_in_order(
    paths: &[PathBuf],
    mut parts: BTreeMap<PathBuf, DocumentResult>,
) -> Result<Vec<DocumentResult>, String> {
    let missing = |path: &Path| format!("no report has the document {}; give every shard", path.display());
    paths.iter().map(|path| parts.remove(path).ok_or_else(|| missing(path))).collect()
}
