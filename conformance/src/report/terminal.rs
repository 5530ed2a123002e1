//! The summary for the terminal. Never panics.

use std::fmt::Write as _;
use std::path::Path;

use super::Run;
use crate::accounting::{Regression, RowState};
use crate::case::{Level, Profile};
use crate::outcome::Tally;

/// How many unexpected things are listed before the rest is only counted.
const REGRESSIONS_SHOWN: usize = 60;

/// How much of a small description is shown; the case file has all of it.
const DESCRIPTION_LINES_SHOWN: usize = 50;

/// How many external failures are listed.
const EXTERNAL_SHOWN: usize = 20;

/// The summary.
#[must_use]
pub fn summary(run: &Run) -> String {
    let mut out = String::new();
    if run.cases.is_empty() {
        put(&mut out, format_args!("no cases"));
    } else {
        put(
            &mut out,
            format_args!(
                "{:<36} {:>7} {:>7} {:>7} {:>10} {:>7}",
                "", "passed", "failed", "skipped", "applicable", "total"
            ),
        );
        for level in Level::ALL {
            row(&mut out, &format!("{} {}", level.name(), level.title()), run.level(level));
        }
        for profile in Profile::ALL {
            let label = format!("{} ({})", profile.name(), run.profile_verdict(profile));
            row(&mut out, &label, run.profile(profile));
        }
    }
    if !run.documents.is_empty() {
        row(&mut out, "whole documents", run.documents_tally());
        documents(&mut out, run);
        row(&mut out, "generated traffic", super::generated::sum(run).tally());
        out.push_str(&super::generated::lines(run));
    }
    suites(&mut out, run);
    if run.whole {
        accounting(&mut out, run);
    }
    let unaccounted: Vec<&str> = run.account.unaccounted().collect();
    if !unaccounted.is_empty() && run.whole {
        put(&mut out, format_args!("unaccounted rows: {}", unaccounted.join(" ")));
    }
    let regressions: Vec<_> = run
        .account
        .regressions
        .iter()
        .filter(|regression| !matches!(regression, Regression::Unaccounted(..)))
        .collect();
    for regression in regressions.iter().take(REGRESSIONS_SHOWN) {
        let text: String = regression.to_string().chars().take(600).collect();
        put(&mut out, format_args!("{text}"));
    }
    if regressions.len() > REGRESSIONS_SHOWN {
        put(&mut out, format_args!("... and {} more", regressions.len() - REGRESSIONS_SHOWN));
    }
    strict(&mut out, run);
    if let Some(comparison) = &run.comparison {
        comparison.lines().iter().for_each(|line| put(&mut out, format_args!("{line}")));
    }
    out
}

fn strict(out: &mut String, run: &Run) {
    let gaps = if run.strict { run.known_gaps() } else { Vec::new() };
    for (name, reason) in gaps {
        put(out, format_args!("known gap, a failure by --strict: {name}: {reason}"));
    }
}

/// One line for each case that ran, with what was not as its case says.
#[must_use]
pub fn verdicts(run: &Run) -> String {
    let mut out = String::new();
    for (case, outcome) in run.pairs() {
        put(&mut out, format_args!("{} {} ({})", outcome.verdict.name(), case.id, case.place));
        outcome.detail.iter().for_each(|line| put(&mut out, format_args!("    {line}")));
    }
    out
}

/// How to see each unexpected failure again. `folder`: where its case file was written, if it was.
#[must_use]
pub fn reproductions(run: &Run, folder: Option<&Path>) -> String {
    let mut out = String::new();
    for one in &run.reproductions {
        put(&mut out, format_args!("\nto reproduce {} ({}):\n    {}", one.case, one.place, one.mismatch));
        if let Some(curl) = &one.curl {
            put(&mut out, format_args!("    {curl}"));
        }
        let lines = one.description.lines().take(DESCRIPTION_LINES_SHOWN);
        lines.for_each(|line| put(&mut out, format_args!("    | {line}")));
        if one.description.lines().count() > DESCRIPTION_LINES_SHOWN {
            put(&mut out, format_args!("    | ..."));
        }
        let file = folder.map(|folder| folder.join("failures").join(format!("{}.json", one.case)));
        let named = file.map_or_else(|| one.case.clone(), |file| file.display().to_string());
        put(&mut out, format_args!("    conformance {} --replay {named}", run.root.display()));
    }
    out
}

fn suites(out: &mut String, run: &Run) {
    let (ran, not_run): (Vec<_>, Vec<_>) =
        run.external.suites.iter().partition(|suite| suite.not_run.is_none());
    for suite in &ran {
        row(out, suite.folder, suite.tally());
        for (part, tally) in suite.parts() {
            row(out, &format!("  {part}"), tally);
        }
    }
    if ran.is_empty() {
        put(out, format_args!("external suites: not run (no --external folder given)"));
        return;
    }
    for suite in &not_run {
        let reason = suite.not_run.as_deref().unwrap_or_default();
        put(out, format_args!("{:<36} not run: {reason}", suite.folder));
    }
    let opinions = run.external.second_opinions().count();
    if opinions > 0 {
        let differing = run.external.second_opinions().filter(|opinion| opinion.differs());
        let (ruled, open): (Vec<_>, Vec<_>) = differing.partition(|opinion| opinion.ruling.is_some());
        let (ruled, open) = (ruled.len(), open.len());
        put(
            out,
            format_args!(
                "{:<36} {opinions} documents, {ruled} disagreements ruled, {open} not",
                "oas3 (second opinion)"
            ),
        );
    }
    let open = run.external.regressions();
    for line in open.iter().take(EXTERNAL_SHOWN) {
        let text: String = line.chars().take(300).collect();
        put(out, format_args!("{text}"));
    }
    if open.len() > EXTERNAL_SHOWN {
        put(out, format_args!("... and {} more in external.md", open.len() - EXTERNAL_SHOWN));
    }
}

fn documents(out: &mut String, run: &Run) {
    let operations: usize = run.documents.iter().map(|document| document.operations).sum();
    let blocked: usize = run
        .documents
        .iter()
        .filter(|document| !document.must_be_refused)
        .map(crate::documents::DocumentResult::blocked)
        .sum();
    put(out, format_args!("{:<36} {operations} operations, {blocked} blocked", ""));
}

fn accounting(out: &mut String, run: &Run) {
    let count =
        |state| run.account.count(&run.catalogue, state, crate::catalogue::Row::must_be_accounted_for);
    let unaccounted = run.account.unaccounted().count();
    put(
        out,
        format_args!(
            "MUST rows of 3.1 (L, R, E): {} met, {} known gaps, {} failing, {} shown elsewhere, {} not yet ({unaccounted} unaccounted for)",
            count(RowState::Met),
            count(RowState::KnownGap),
            count(RowState::Failing),
            count(RowState::Elsewhere),
            count(RowState::NotYet),
        ),
    );
}

fn row(out: &mut String, label: &str, tally: Tally) {
    let Tally { passed, failed, skipped, applicable, total } = tally;
    put(out, format_args!("{label:<36} {passed:>7} {failed:>7} {skipped:>7} {applicable:>10} {total:>7}"));
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    if out.write_fmt(line).is_ok() {
        out.push('\n');
    }
}
