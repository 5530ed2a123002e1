//! `events.ndjson`: one JSON object per line, while the run goes on. Never panics.

use serde_json::{Value, json};

use super::Run;
use crate::case::Case;
use crate::documents::DocumentResult;
use crate::outcome::{Fault, Outcome};

/// A run begins.
#[must_use]
pub fn begin(cases: usize, documents: usize) -> Value {
    json!({ "event": "begin", "format": 1, "cases": cases, "documents": documents })
}

/// A case is finished.
#[must_use]
pub fn case(case: &Case, outcome: &Outcome, seconds: f64) -> Value {
    json!({
        "event": "case", "id": case.id, "ids": case.ids, "level": case.level.name(), "verdict": outcome.verdict.name(),
        "fault": outcome.fault.map(Fault::name), "detail": outcome.detail, "seconds": seconds,
    })
}

/// A document is finished.
#[must_use]
pub fn document(document: &DocumentResult) -> Value {
    json!({
        "event": "document", "path": document.path.to_string_lossy(), "verdict": document.outcome.verdict.name(),
        "operations": document.operations, "reached": document.reached, "detail": document.outcome.detail,
    })
}

/// The run is over.
#[must_use]
pub fn end(run: &Run) -> Value {
    let regressions: Vec<String> = run.account.regressions.iter().map(ToString::to_string).collect();
    json!({ "event": "end", "regressed": run.regressed(), "regressions": regressions })
}
