//! JSON-Schema-Test-Suite: draft 2020-12 (required, optional, format) and draft 4.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Context, Item, Work, files, item, read_json, relative};
use crate::outcome::{Outcome, Stop};
use crate::pool::Session;
use crate::protocol::{Document, Validate, Verdict};

#[derive(Deserialize)]
struct Group {
    description: String,
    schema: Box<RawValue>,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    description: String,
    data: Box<RawValue>,
    valid: bool,
}

/// Where the suite says its remote documents are.
const REMOTE_BASE: &str = "http://localhost:1234/";

pub fn gather(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = run_file;
    files(&folder.join("tests"), &["json"]).into_iter().map(|path| (path, work)).collect()
}

/// The documents that the suite's schemas refer to.
pub fn remotes(folder: &Path) -> Vec<Document> {
    let mut documents = Vec::new();
    for path in files(folder, &["json"]) {
        let uri = format!("{REMOTE_BASE}{}", relative(folder, &path));
        let text = std::fs::read_to_string(&path).ok();
        if let Some(document) = text.and_then(|text| RawValue::from_string(text.trim().to_owned()).ok()) {
            documents.push(Document { uri, document: Some(document), ..Document::default() });
        }
    }
    documents
}

fn run_file(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let groups: Vec<Group> = read_json(path)?;
    let file = relative(&context.corpora.join("json-schema-test-suite/tests"), path);
    let part = part(&file);
    let mut items = Vec::new();
    for group in &groups {
        let name = |test: &Test| format!("{file}: {}: {}", group.description, test.description);
        session.begin(crate::case::Limits::default());
        match session.validate(question(&file, group, context)) {
            Ok(found) if found.ok && found.verdicts.len() == group.tests.len() => {
                let verdicts = group.tests.iter().zip(&found.verdicts);
                items.extend(verdicts.map(|(test, verdict)| judge(part, name(test), test, verdict)));
            }
            Ok(found) => {
                let error = format!("did not compile: {}", found.error.unwrap_or_default());
                let all = group.tests.iter();
                items.extend(all.map(|test| Item::new(part, name(test), Outcome::of(vec![error.clone()]))));
            }
            Err(stop) => {
                for test in &group.tests {
                    items.push(item(part, name(test), session, |_| Err(stop.clone()))?);
                }
            }
        }
    }
    Ok(items)
}

fn part(file: &str) -> &'static str {
    match file {
        _ if file.starts_with("draft4") => "draft4",
        _ if file.contains("/optional/format/") => "draft2020-12 format",
        _ if file.contains("/optional/") => "draft2020-12 optional",
        _ => "draft2020-12 required",
    }
}

fn question(file: &str, group: &Group, context: &Context<'_>) -> Validate {
    let (draft, dialect) = if file.starts_with("draft4") {
        ("draft4", "http://json-schema.org/draft-04/schema#")
    } else {
        ("draft2020-12", "https://json-schema.org/draft/2020-12/schema")
    };
    Validate {
        id: "group".to_owned(),
        schema: group.schema.clone(),
        instances: group.tests.iter().map(|test| test.data.clone()).collect(),
        dialect: Some(dialect.to_owned()),
        format_assertion: Some(file.contains("/optional/format/")),
        retrieval_uri: None,
        documents: needed(group.schema.get(), draft, &context.remotes),
    }
}

/// The documents whose file name occurs in the schema, or in a document so found; of this draft, or of one that is named.
fn needed(schema: &str, draft: &str, remotes: &[Document]) -> Vec<Document> {
    if !schema.contains(REMOTE_BASE) {
        return Vec::new();
    }
    let mut found: Vec<&Document> = Vec::new();
    let mut texts = vec![schema];
    while let Some(text) = texts.pop() {
        for document in remotes.iter().filter(|document| is_named(document, draft, text, schema)) {
            if !found.iter().any(|known| known.uri == document.uri) {
                found.push(document);
                texts.extend(document.document.as_deref().map(RawValue::get));
            }
        }
    }
    found.into_iter().cloned().collect()
}

fn is_named(document: &Document, draft: &str, text: &str, schema: &str) -> bool {
    let path = document.uri.strip_prefix(REMOTE_BASE).unwrap_or_default();
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    let file = path.rsplit('/').next().unwrap_or_default();
    let of_a_draft = folder.starts_with("draft") || folder == "v1";
    text.contains(file) && (!of_a_draft || folder == draft || schema.contains(folder))
}

fn judge(part: &str, name: String, test: &Test, verdict: &Verdict) -> Item {
    let word = |valid| if valid { "valid" } else { "invalid" };
    let wrong = if test.valid == verdict.valid {
        Vec::new()
    } else {
        vec![format!("{}, expected {}", word(verdict.valid), word(test.valid))]
    };
    Item::new(part, name, Outcome::of(wrong))
}
