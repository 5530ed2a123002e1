//! Whole OpenAPI documents: the OAI's pass and fail documents, example collections, real descriptions.
//!
//! `oracle.json` holds an independent verdict and operation count for each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Context, Item, SecondOpinion, Work, files, item, relative, style};
use crate::case::Limits;
use crate::documents::refusal;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Load, Loaded, Options};

/// What the oracle says about one document.
#[derive(Debug, Deserialize)]
pub struct Opinion {
    file: String,
    oas_schema: String,
    #[serde(default)]
    oas_schema_base: Option<String>,
    #[serde(default)]
    first_error: Option<String>,
    operations: usize,
}

impl Opinion {
    fn valid(&self) -> bool {
        self.oas_schema_base.as_ref().unwrap_or(&self.oas_schema) == "valid"
    }
}

pub type Oracle = BTreeMap<String, Opinion>;

/// Reads the oracle; empty when there is none.
pub fn oracle(path: &Path) -> Oracle {
    let list: Vec<Opinion> = super::read_json(path).unwrap_or_default();
    list.into_iter().map(|opinion| (opinion.file.clone(), opinion)).collect()
}

pub fn gather_oai(folder: &Path) -> Vec<(PathBuf, Work)> {
    let pass_fail: Work = pass_or_fail;
    let mut all: Vec<(PathBuf, Work)> = files(&folder.join("schema-tests"), &["yaml", "json"])
        .into_iter()
        .map(|path| (path, pass_fail))
        .collect();
    let table = folder.join("style-examples.json");
    if table.is_file() {
        all.push((table, style::run));
    }
    all
}

pub fn gather_documents(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = against_oracle;
    files(folder, &["yaml", "json"])
        .into_iter()
        .filter(|path| path.file_name().is_none_or(|name| name != "origins.json"))
        .map(|path| (path, work))
        .collect()
}

fn load(session: &mut Session<'_>, path: &Path, options: Options) -> Result<Loaded, Stop> {
    // The suites ask for verdicts alone.
    let options = Options { lint: Some(false), ..options };
    let path = Some(path.to_string_lossy().into_owned());
    session.load(Box::new(Load { id: "document".to_owned(), path, options, ..Load::default() }))
}

fn pass_or_fail(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let name = relative(&context.corpora.join("oai/schema-tests"), path);
    let must_pass = name.contains("/pass/");
    let part = if name.starts_with("v3.1") { "schema-tests 3.1" } else { "schema-tests 3.2" };
    let mut ours = false;
    let mut result = item(part, name, session, |session| {
        let loaded = load(session, path, Options::default())?;
        ours = loaded.is_valid();
        Ok(match (must_pass, loaded.is_valid()) {
            (true, false) => vec![refusal(&loaded)],
            (false, true) => vec!["accepted, and should be refused".to_owned()],
            (true, true) | (false, false) => Vec::new(),
        })
    })?;
    result.second = Some(SecondOpinion::on(&relative(context.corpora, path), path, ours)?);
    Ok(vec![result])
}

/// What a real description may take to load and compile (address space): 150 MiB and 20 times its size.
fn memory_bound(name: &str, path: &Path) -> Limits {
    if !name.starts_with("real-world/") {
        return Limits::default();
    }
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    Limits { seconds: None, memory_mib: Some(150 + (20 * bytes).div_ceil(1 << 20)) }
}

fn against_oracle(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let name = relative(context.corpora, path);
    let Some(opinion) = context.oracle.get(&name) else { return Ok(Vec::new()) };
    let mut loaded = None;
    let bound = memory_bound(&name, path);
    let mut verdict = item("verdict", name.clone(), session, |session| {
        session.begin(bound);
        let mut found = load(session, path, Options::default())?;
        if only_duplicate_keys(&found) {
            // The oracle's reader lets duplicate keys pass, as our lenient mode does.
            found = load(session, path, Options { lenient: Some(true), ..Options::default() })?;
        }
        // Some rules hold for serving alone: a wrong description may load, but must not be served.
        let wrong = match opinion.valid() {
            true if !found.is_valid() => vec![refusal(&found)],
            false if found.ok => {
                let error = opinion.first_error.as_deref().unwrap_or_default();
                vec![format!("served, and the oracle refuses it: {error}")]
            }
            true | false => Vec::new(),
        };
        loaded = Some(found);
        Ok(wrong)
    })?;
    let ours = loaded.as_ref().is_some_and(Loaded::is_valid);
    verdict.second = Some(SecondOpinion::on(&name, path, ours)?);
    let mut items = vec![verdict];
    if let Some(found) = loaded.filter(|found| opinion.valid() && found.is_valid()) {
        items.push(item("served", format!("{name} (served)"), session, |_| Ok(served(&found, opinion)))?);
    }
    Ok(items)
}

/// Whether the description can be served, with every operation that the oracle counts.
fn served(found: &Loaded, opinion: &Opinion) -> Vec<String> {
    if !found.ok {
        return vec![format!("cannot be served: {}", refusal(found))];
    }
    let (count, operations) = (count(found), opinion.operations);
    if count == operations {
        return Vec::new();
    }
    vec![format!("{count} operations, the oracle counts {operations}")]
}

fn only_duplicate_keys(loaded: &Loaded) -> bool {
    let mut errors = loaded.diagnostics.iter().filter(|finding| finding.severity == "error").peekable();
    errors.peek().is_some() && errors.all(|finding| finding.code == "DOC-010")
}

/// Operations by name: one that is served below several base paths counts once.
fn count(loaded: &Loaded) -> usize {
    loaded.operations.iter().map(|operation| operation.name.as_str()).collect::<BTreeSet<_>>().len()
}
