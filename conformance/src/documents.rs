//! Whole documents: every description of a folder is loaded and linted, and every operation asked for once.
//!
//! Takes: a description file. Gives: whether it was accepted or refused as its folder says, how many of its
//! operations were reached, and its findings by code. Never panics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::check::one_line;
use crate::generate::{self, Generated};
use crate::outcome::{Outcome, Stop};
use crate::pool::Session;
use crate::protocol::{Diagnostic, Exchange, Load, Loaded, Operation, Request};
use crate::source::Source;

/// What came of one document.
#[derive(Debug, Clone)]
pub struct DocumentResult {
    /// Relative to the corpus root.
    pub path: PathBuf,
    /// Whether it must be refused.
    pub must_be_refused: bool,
    /// The verdict.
    pub outcome: Outcome,
    /// Operations that it declares.
    pub operations: usize,
    /// Operations that a request reached.
    pub reached: usize,
    /// Findings by severity and code.
    pub findings: BTreeMap<(String, String), usize>,
    /// The findings themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// What came of the traffic that was made from it.
    pub generated: Generated,
}

impl DocumentResult {
    /// Operations that cannot be served.
    #[must_use]
    pub const fn blocked(&self) -> usize {
        self.operations.saturating_sub(self.reached)
    }

    /// Keeps what was found, and counts it.
    pub fn find(&mut self, diagnostics: Vec<Diagnostic>) {
        for finding in &diagnostics {
            *self.findings.entry((finding.severity.clone(), finding.code.clone())).or_default() += 1;
        }
        self.diagnostics = diagnostics;
    }
}

/// Runs the document `root`/`path`, with traffic made from it under `seed`.
///
/// # Errors
/// A fault of the harness.
pub fn document(
    session: &mut Session<'_>,
    root: &Path,
    path: &Path,
    seed: u64,
) -> Result<DocumentResult, String> {
    let must_be_refused = path.components().any(|part| part.as_os_str() == "invalid");
    let mut result = DocumentResult {
        path: path.to_owned(),
        must_be_refused,
        outcome: Outcome::of(Vec::new()),
        operations: 0,
        reached: 0,
        findings: BTreeMap::new(),
        diagnostics: Vec::new(),
        generated: Generated::default(),
    };
    let check = load_and_route(session, root, &mut result, seed);
    if result.operations == 0 {
        result.operations = count_operations(&root.join(path));
    }
    result.outcome = Outcome::of_check(check)?;
    Ok(result)
}

fn load_and_route(
    session: &mut Session<'_>,
    root: &Path,
    result: &mut DocumentResult,
    seed: u64,
) -> Result<Vec<String>, Stop> {
    let loaded = load(session, &root.join(&result.path))?;
    result.find(loaded.diagnostics.iter().map(|one| below(root, one)).collect());
    result.operations = loaded.operations.len();
    if !loaded.ok && !result.must_be_refused {
        let operations = count_operations(&root.join(&result.path));
        result.generated.missing = generate::refusals(&loaded, operations);
    }
    if loaded.ok == result.must_be_refused {
        return Ok(vec![if loaded.ok {
            "accepted, and should be refused".to_owned()
        } else {
            refusal(&loaded)
        }]);
    }
    if !loaded.ok {
        return Ok(Vec::new());
    }
    let mut wrong = Vec::new();
    for operation in &loaded.operations {
        match route(session, operation)? {
            None => result.reached += 1,
            Some(mismatch) => wrong.push(mismatch),
        }
    }
    traffic(session, &root.join(&result.path), &loaded, result, seed)?;
    Ok(wrong)
}

/// The finding without the way to the corpus, which is another on every machine.
fn below(root: &Path, finding: &Diagnostic) -> Diagnostic {
    let whole = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let ways = [
        format!("file://{}/", whole.display()),
        format!("{}/", whole.display()),
        root.join("").display().to_string(),
    ];
    let short = |text: &str| ways.iter().fold(text.to_owned(), |text, way| text.replace(way.as_str(), ""));
    Diagnostic {
        message: short(&finding.message),
        mend: short(&finding.mend),
        document: short(&finding.document),
        ..finding.clone()
    }
}

/// Generates traffic; a worker that knows no exchanges has none.
fn traffic(
    session: &mut Session<'_>,
    path: &Path,
    loaded: &Loaded,
    result: &mut DocumentResult,
    seed: u64,
) -> Result<(), Stop> {
    match generate::document(session, path, loaded, seed) {
        Ok(generated) => result.generated = generated,
        Err(Stop::Unsupported(reason)) => {
            result.generated.not_generated.insert(format!("not offered: {reason}"), loaded.operations.len());
        }
        Err(stop) => return Err(stop),
    }
    Ok(())
}

/// Loads the description at `path`.
///
/// # Errors
/// How the worker ended.
pub fn load(session: &mut Session<'_>, path: &Path) -> Result<Loaded, Stop> {
    let path = path.to_string_lossy().into_owned();
    let load = Load { id: "document".to_owned(), path: Some(path), ..Load::default() };
    session.load(Box::new(load))
}

/// The errors of a refused document in a line.
#[must_use]
pub fn refusal(loaded: &Loaded) -> String {
    let errors: Vec<String> = loaded
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == "error")
        .take(3)
        .map(|finding| format!("{}; mend: {}", one_line(finding), finding.mend))
        .collect();
    format!("refused, and should be accepted: {}", errors.join("; "))
}

/// Asks for `operation`; `None` when it was reached.
fn route(session: &mut Session<'_>, operation: &Operation) -> Result<Option<String>, Stop> {
    let request = Request {
        method: operation.method.clone(),
        target: fill(&operation.path),
        headers: vec![("Host".to_owned(), "localhost".to_owned())],
        ..Request::default()
    };
    let line = format!("{} {}", request.method, request.target);
    let exchange = Exchange {
        id: "route".to_owned(),
        load: "document".to_owned(),
        request,
        response: None,
        credentials: None,
    };
    let result = session.exchange(exchange)?;
    let reached = result.routed.or(result.operation);
    if reached.as_deref() == Some(operation.name.as_str()) {
        return Ok(None);
    }
    let reached = reached.unwrap_or_else(|| format!("none (status {})", result.status));
    Ok(Some(format!("{line} reaches {reached}, expected {}", operation.name)))
}

/// A path of the template: each expression becomes a text that no literal is likely to be.
fn fill(template: &str) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        path.push_str(literal);
        match after.split_once('}') {
            Some((_, after)) => {
                path.push_str("zq7");
                rest = after;
            }
            None => rest = "",
        }
    }
    path.push_str(rest);
    path.replace(' ', "%20")
}

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Counts the operations under `paths` without the library under test; 0 for what cannot be read.
#[must_use]
pub fn count_operations(path: &Path) -> usize {
    let Ok(text) = std::fs::read_to_string(path) else { return 0 };
    let Ok(source) = Source::parse(&text) else { return count_lines(&text) };
    let Ok(value) = serde_json::from_str::<Value>(&source.json) else { return 0 };
    let Some(paths) = value.get("paths").and_then(Value::as_object) else { return 0 };
    paths
        .iter()
        .filter(|(name, _)| name.starts_with('/'))
        .filter_map(|(_, item)| item.as_object())
        .map(|item| {
            let fixed = METHODS.iter().filter(|method| item.contains_key(**method)).count();
            let more = item.get("additionalOperations").and_then(Value::as_object).map_or(0, |map| map.len());
            fixed + more
        })
        .sum()
}

/// Counts the operations of a YAML text in block style that no reader takes as a whole.
fn count_lines(text: &str) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let below = lines.skip_while(|line| line.trim_end() != "paths:").skip(1);
    let paths: Vec<&str> = below.take_while(|line| indent(line) > 0).collect();
    let Some(item) = paths.first().map(|line| indent(line)) else { return 0 };
    let deeper = paths.iter().map(|line| indent(line)).filter(|depth| *depth > item);
    let Some(method) = deeper.min() else { return 0 };
    let is_method = |line: &&&str| {
        indent(line) == method && METHODS.iter().any(|name| line.trim_end().ends_with(&format!(" {name}:")))
    };
    paths.iter().filter(is_method).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted_in_lines() {
        let text = "a: 1\npaths:\n  /a:\n    get:\n      x: 1\n\n    # no\n    post:\n      get:\n  '/b':\n    parameters: []\nb:\n    get:\n";
        assert_eq!(count_lines(text), 2);
        assert_eq!(count_lines("paths: {}"), 0);
    }

    #[test]
    fn templates_are_filled() {
        for (template, path) in [
            ("/pets", "/pets"),
            ("/pets/{id}", "/pets/zq7"),
            ("/{a}-{b}.{c}/x", "/zq7-zq7.zq7/x"),
            ("/a b/{c d}", "/a%20b/zq7"),
        ] {
            assert_eq!(fill(template), path);
        }
    }
}
