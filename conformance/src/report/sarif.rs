//! `diagnostics.sarif` (SARIF 2.1.0): every finding in the whole documents, for code scanning.
//!
//! A rule is a catalogue row. Findings in documents that must be refused are there on purpose, so they are suppressed. Never
//! panics.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use serde_json::{Value, json};

use super::Run;
use crate::documents::DocumentResult;
use crate::protocol::Diagnostic;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The log.
#[must_use]
pub fn log(run: &Run) -> Value {
    let found = || {
        run.documents.iter().flat_map(|document| document.diagnostics.iter().map(move |one| (document, one)))
    };
    let codes: BTreeSet<&str> = found().map(|(_, finding)| finding.code.as_str()).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(run, code)).collect();
    let results: Vec<Value> = found()
        .map(|(document, finding)| {
            let index = codes.iter().position(|code| *code == finding.code);
            result(run, (document, finding), index.unwrap_or_default())
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "conformance", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(run: &Run, code: &str) -> Value {
    let statement = run.catalogue.row(code).map_or("no row of the catalogue", |row| row.statement.as_str());
    json!({ "id": code, "shortDescription": { "text": statement } })
}

fn result(run: &Run, (document, finding): (&DocumentResult, &Diagnostic), rule: usize) -> Value {
    let text = match finding.mend.as_str() {
        "" => finding.message.clone(),
        mend => format!("{} Mend: {mend}", finding.message),
    };
    let level = match finding.severity.as_str() {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    };
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": text },
        "locations": [location(&run.root, document, finding)],
    });
    if document.must_be_refused {
        let why = "the document must be refused: the finding is what it is there for";
        result["suppressions"] = json!([{ "kind": "external", "justification": why }]);
    }
    result
}

fn location(root: &Path, document: &DocumentResult, finding: &Diagnostic) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(root, document) } });
    if finding.line > 0 {
        physical["region"] = json!({ "startLine": finding.line, "startColumn": finding.column.max(1) });
    }
    let pointer = json!([{ "fullyQualifiedName": format!("#{}", finding.pointer) }]);
    json!({ "physicalLocation": physical, "logicalLocations": pointer })
}

/// Relative to where the run was started, unless the corpus was given otherwise; percent-encoded as RFC 3986 asks.
fn uri(root: &Path, document: &DocumentResult) -> String {
    let path = if root.is_relative() { root.join(&document.path) } else { document.path.clone() };
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let parts: Vec<String> = parts.map(|part| encoded(&part.as_os_str().to_string_lossy())).collect();
    parts.join("/")
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
