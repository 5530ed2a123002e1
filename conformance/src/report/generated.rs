//! Generated traffic and what is missing, in `report.json`, in the gap analysis and on the terminal.
//!
//! Takes: a finished run. Gives: figures of a suite of their own, never blended with cases. What was not generated is never counted as
//! passed. Never panics.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Run;
use crate::generate::{Finding, Generated};
use crate::outcome::Tally;

/// Findings that the page and the terminal show.
const FINDINGS_SHOWN: usize = 20;

/// The sum over all documents.
#[must_use]
pub fn sum(run: &Run) -> Generated {
    Generated::sum(each(run))
}

fn each(run: &Run) -> impl Iterator<Item = &Generated> {
    run.documents.iter().map(|document| &document.generated)
}

/// What is missing, most operations first: kind, what, operations, documents.
#[must_use]
pub fn ranking(run: &Run) -> Vec<(&str, String, usize, usize)> {
    let mut found: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for missing in each(run).flat_map(|generated| &generated.missing) {
        let entry = found.entry((&missing.kind, &missing.what)).or_default();
        *entry = (entry.0 + missing.operations, entry.1 + 1);
    }
    let statement = |what: &str| match run.catalogue.row(what) {
        Some(row) => format!("{what}: {}", row.statement),
        None => what.to_owned(),
    };
    let entry = |((kind, what), (operations, documents))| (kind, statement(what), operations, documents);
    let mut list: Vec<(&str, String, usize, usize)> = found.into_iter().map(entry).collect();
    list.sort_by(|left, right| right.2.cmp(&left.2).then_with(|| left.1.cmp(&right.1)));
    list
}

/// The entry `generated` of `report.json`.
#[must_use]
pub fn json(run: &Run, tally: impl Fn(Tally) -> Map<String, Value>) -> Value {
    let sum = self::sum(run);
    let mut entry = tally(sum.tally());
    let documents = run.documents.iter().filter(|document| document.generated.operations > 0);
    let documents: Vec<Value> = documents
        .map(|document| {
            let generated = &document.generated;
            json!({
                "path": document.path.to_string_lossy(),
                "operations": generated.operations,
                "exercised": generated.exercised,
                "positive": tally(generated.positive),
                "negative": tally(generated.negative),
                "round_trips": generated.round_trips,
                "not_generated": generated.not_generated,
                "findings": generated.findings.iter().map(finding).collect::<Vec<_>>(),
            })
        })
        .collect();
    entry.insert("seed".to_owned(), json!(run.seed));
    entry.insert("operations".to_owned(), json!(sum.operations));
    entry.insert("exercised".to_owned(), json!(sum.exercised));
    entry.insert("positive".to_owned(), Value::from(tally(sum.positive)));
    entry.insert("negative".to_owned(), Value::from(tally(sum.negative)));
    let mutations = sum.mutations.iter().map(|(label, one)| (label.to_string(), Value::from(tally(*one))));
    entry.insert("mutations".to_owned(), Value::Object(mutations.collect()));
    entry.insert("round_trips".to_owned(), json!(sum.round_trips));
    entry.insert("not_generated".to_owned(), json!(sum.not_generated));
    entry.insert("documents".to_owned(), Value::from(documents));
    Value::from(entry)
}

fn finding(finding: &Finding) -> Value {
    json!({
        "operation": finding.operation, "request": finding.label, "why": finding.why, "curl": finding.curl,
    })
}

/// The entry `missing` of `report.json`.
#[must_use]
pub fn missing_json(run: &Run) -> Value {
    let entry = |(kind, what, operations, documents)| json!({ "kind": kind, "what": what, "operations": operations, "documents": documents });
    ranking(run).into_iter().map(entry).collect()
}

/// The sections of the gap analysis.
#[must_use]
pub fn page(run: &Run) -> String {
    let mut text = String::from("## Generated traffic\n\n");
    let sum = self::sum(run);
    let mut put = |line: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        if text.write_fmt(line).is_ok() {
            text.push('\n');
        }
    };
    put(format_args!(
        "Requests made from the documents themselves (seed {}), a suite of its own: {} of {} operations with a request at least,\n\
         {} parameters and contents that came back as they were sent.\n",
        run.seed, sum.exercised, sum.operations, sum.round_trips
    ));
    put(format_args!("| requests | passed | failed | total |\n|---|---|---|---|"));
    for (name, tally) in [("positive", sum.positive), ("negative", sum.negative)] {
        put(format_args!("| {name} | {} | {} | {} |", tally.passed, tally.failed, tally.total));
    }
    for (label, tally) in &sum.mutations {
        put(format_args!("| negative: {label} | {} | {} | {} |", tally.passed, tally.failed, tally.total));
    }
    put(format_args!(""));
    if !sum.not_generated.is_empty() {
        put(format_args!("Not generated, and never counted as passed:\n"));
        put(format_args!("| reason | operations |\n|---|---|"));
        for (reason, count) in by_count(&sum.not_generated) {
            put(format_args!("| {} | {count} |", cell(reason)));
        }
        put(format_args!(""));
    }
    for (path, finding) in findings(run).take(FINDINGS_SHOWN) {
        let why: String = finding.why.chars().take(400).collect();
        put(format_args!("- {path}: {} ({}): {}", finding.operation, finding.label, plain(&why)));
        put(format_args!("  `{}`", plain(&finding.curl)));
    }
    let ranking = ranking(run);
    put(format_args!("## What is missing\n"));
    if ranking.is_empty() {
        put(format_args!("Nothing that blocks an operation.\n"));
        return text;
    }
    put(format_args!("By the operations that it blocks, or leaves in part.\n"));
    put(format_args!("| kind | what | operations | documents |\n|---|---|---|---|"));
    for (kind, what, operations, documents) in ranking {
        put(format_args!("| {kind} | {} | {operations} | {documents} |", cell(&what)));
    }
    put(format_args!(""));
    text
}

fn findings(run: &Run) -> impl Iterator<Item = (String, &Finding)> {
    run.documents.iter().flat_map(|document| {
        let path = document.path.to_string_lossy().into_owned();
        document.generated.findings.iter().map(move |finding| (path.clone(), finding))
    })
}

fn by_count(counts: &BTreeMap<String, usize>) -> Vec<(&String, &usize)> {
    let mut list: Vec<_> = counts.iter().collect();
    list.sort_by(|left, right| right.1.cmp(left.1).then_with(|| left.0.cmp(right.0)));
    list
}

/// Lines for the terminal.
#[must_use]
pub fn lines(run: &Run) -> String {
    let sum = self::sum(run);
    let mut out = format!(
        "{:<36} {} of {} operations, {} round trips, seed {}\n",
        "", sum.exercised, sum.operations, sum.round_trips, run.seed
    );
    for (reason, count) in by_count(&sum.not_generated).into_iter().take(FINDINGS_SHOWN) {
        out.push_str(&format!("{:<36} not generated: {reason} ({count} operations)\n", ""));
    }
    for (path, finding) in findings(run).take(FINDINGS_SHOWN) {
        let why: String = finding.why.chars().take(400).collect();
        let curl: String = finding.curl.chars().take(600).collect();
        out.push_str(&format!(
            "finding: {path}: {} ({}): {why}\n    {curl}\n",
            finding.operation, finding.label
        ));
    }
    out
}

/// Text for a table's cell.
fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// Text on one line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
