//! The referencing suite: a registry, a base URI, and where references lead.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Context, Item, Work, files, read_json, relative};
use crate::check;
use crate::outcome::{Outcome, Stop};
use crate::pool::Session;
use crate::protocol::{Document, Resolve, present};

#[derive(Deserialize)]
struct File {
    registry: BTreeMap<String, Box<RawValue>>,
    tests: Vec<LookUp>,
}

#[derive(Deserialize)]
struct LookUp {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default)]
    base_uri: Option<String>,
    #[serde(default, deserialize_with = "present")]
    target: Option<Value>,
    #[serde(default)]
    then: Option<Box<LookUp>>,
}

impl LookUp {
    fn chain(&self) -> Vec<&Self> {
        let mut chain = vec![self];
        let mut at = self;
        while let Some(then) = at.then.as_deref() {
            chain.push(then);
            at = then;
        }
        chain
    }
}

pub fn gather(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = run_file;
    files(&folder.join("tests"), &["json"]).into_iter().map(|path| (path, work)).collect()
}

fn run_file(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let file: File = read_json(path)?;
    let name = relative(&context.corpora.join("referencing-suite/tests"), path);
    let documents: Vec<Document> = file
        .registry
        .iter()
        .map(|(uri, document)| Document {
            uri: uri.clone(),
            document: Some(document.clone()),
            ..Document::default()
        })
        .collect();
    let mut items = Vec::new();
    for (index, test) in file.tests.iter().enumerate() {
        let chain = test.chain();
        let ask = Resolve {
            id: "look-up".to_owned(),
            documents: documents.clone(),
            base_uri: test.base_uri.clone(),
            steps: chain.iter().map(|step| step.reference.clone()).collect(),
        };
        session.begin(crate::case::Limits::default());
        let answer = session.resolve(ask);
        for (depth, step) in chain.into_iter().enumerate() {
            let wrong = match &answer {
                Ok(found) => Ok(judge(step, found.steps.get(depth))),
                Err(stop) => Err(stop.clone()),
            };
            let outcome = Outcome::of_check(wrong).map_err(Stop::Harness)?;
            items.push(Item::new(
                "draft2020-12",
                format!("{name}: {index}.{depth} {}", step.reference),
                outcome,
            ));
        }
    }
    Ok(items)
}

fn judge(step: &LookUp, found: Option<&crate::protocol::Step>) -> Vec<String> {
    let target = found.and_then(|found| found.target.as_ref());
    let error = found.and_then(|found| found.error.as_deref());
    match (&step.target, target) {
        (Some(wanted), Some(target)) if check::same(wanted, target) => Vec::new(),
        (None, None) if error.is_some() => Vec::new(),
        (wanted, target) => vec![format!(
            "leads to {}, expected {}",
            target.map_or_else(|| error.unwrap_or("nothing").to_owned(), ToString::to_string),
            wanted.as_ref().map_or_else(|| "an error".to_owned(), ToString::to_string),
        )],
    }
}
