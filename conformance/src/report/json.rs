//! `report.json`: stable keys for machines.
//!
//! `levels`, `profiles`, `suites`, `catalogue` and `documents` hold `passed failed skipped applicable total`; a known gap
//! counts as failed. `schemas/report.schema.json` is the published form. Never panics.

use serde_json::{Map, Value, json};

use super::Run;
use crate::accounting::RowState;
use crate::case::{Level, Profile};
use crate::catalogue::{Basis, Row};
use crate::external::Suite;
use crate::outcome::Tally;

/// The report.
#[must_use]
pub fn report(run: &Run) -> Value {
    json!({
        "format": 1,
        "shard": run.shard,
        "whole": run.whole,
        "levels": levels(run),
        "profiles": profiles(run),
        "suites": suites(run),
        "catalogue": catalogue(run),
        "documents": documents(run),
        "generated": super::generated::json(run, tally),
        "missing": super::generated::missing_json(run),
        "cases": cases(run),
        "regressions": run.account.regressions.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "known_gaps": run.known_gaps().into_iter().map(|(name, reason)| json!({"name": name, "reason": reason})).collect::<Vec<_>>(),
        "comparison": run.comparison,
    })
}

fn tally(tally: Tally) -> Map<String, Value> {
    let Tally { passed, failed, skipped, applicable, total } = tally;
    [
        ("passed", passed),
        ("failed", failed),
        ("skipped", skipped),
        ("applicable", applicable),
        ("total", total),
    ]
    .into_iter()
    .map(|(key, count)| (key.to_owned(), Value::from(count)))
    .collect()
}

fn levels(run: &Run) -> Map<String, Value> {
    Level::ALL
        .into_iter()
        .map(|level| (level.name().to_owned(), Value::from(tally(run.level(level)))))
        .collect()
}

fn profiles(run: &Run) -> Map<String, Value> {
    let one = |profile| {
        let mut entry = tally(run.profile(profile));
        entry.insert("verdict".to_owned(), Value::from(run.profile_verdict(profile)));
        Value::from(entry)
    };
    Profile::ALL.into_iter().map(|profile| (profile.name().to_owned(), one(profile))).collect()
}

fn suites(run: &Run) -> Map<String, Value> {
    run.external.suites.iter().map(|suite| (suite.folder.to_owned(), suite_entry(suite))).collect()
}

/// One external suite.
#[must_use]
pub fn suite_entry(suite: &Suite) -> Value {
    let mut entry = tally(suite.tally());
    entry.insert("run".to_owned(), Value::from(suite.not_run.is_none()));
    entry.insert("ruled".to_owned(), Value::from(suite.ruled()));
    if let Some(reason) = &suite.not_run {
        entry.insert("reason".to_owned(), Value::from(reason.as_str()));
    }
    let parts: Map<String, Value> =
        suite.parts().into_iter().map(|(name, part)| (name, Value::from(tally(part)))).collect();
    entry.insert("parts".to_owned(), Value::from(parts));
    Value::from(entry)
}

fn catalogue(run: &Run) -> Value {
    let rows = run.catalogue.rows();
    let state = |row: &Row| run.account.rows.get(&row.id).map(|account| account.state);
    let count = |wanted: &dyn Fn(&Row) -> bool| {
        tally(Tally::of(rows.iter().filter(|row| wanted(row)).filter_map(state).map(RowState::verdict)))
    };
    let mut entry = count(&|_| true);
    for basis in Basis::ALL {
        entry.insert(basis.name().to_owned(), Value::from(count(&|row| row.basis == basis)));
    }
    let must = |row: &Row| row.must_be_accounted_for();
    let mut accounting = Map::new();
    for state in RowState::ALL {
        let key = state.name().replace(' ', "_");
        accounting.insert(key, Value::from(run.account.count(&run.catalogue, state, must)));
    }
    let unaccounted = run.account.unaccounted().count();
    accounting.insert("unaccounted".to_owned(), Value::from(unaccounted));
    accounting.insert("total".to_owned(), Value::from(rows.iter().filter(|row| must(row)).count()));
    entry.insert("must_3_1".to_owned(), Value::from(accounting));
    let states: Map<String, Value> = rows
        .iter()
        .filter_map(|row| state(row).map(|state| (row.id.clone(), Value::from(state.name()))))
        .collect();
    entry.insert("rows".to_owned(), Value::from(states));
    Value::from(entry)
}

fn documents(run: &Run) -> Value {
    let mut entry = tally(run.documents_tally());
    let list: Vec<Value> = run
        .documents
        .iter()
        .map(|document| {
            json!({
                "path": document.path.to_string_lossy(),
                "verdict": document.outcome.verdict.name(),
                "must_be_refused": document.must_be_refused,
                "operations": document.operations,
                "reached": document.reached,
                "blocked": document.blocked(),
                "fault": document.outcome.fault.map(crate::outcome::Fault::name),
                "detail": document.outcome.detail,
                "diagnostics": document.diagnostics,
                "generated": document.generated,
            })
        })
        .collect();
    entry.insert("list".to_owned(), Value::from(list));
    Value::from(entry)
}

fn cases(run: &Run) -> Vec<Value> {
    run.pairs()
        .zip(&run.records)
        .map(|((case, outcome), record)| {
            json!({
                "id": case.id,
                "ids": case.ids,
                "title": case.title,
                "level": case.level.name(),
                "profiles": case.profiles.iter().map(|profile| profile.name()).collect::<Vec<_>>(),
                "polarity": case.polarity.name(),
                "verdict": outcome.verdict.name(),
                "known_gap": run.expectations.of_case(&case.id).is_some(),
                "fault": outcome.fault.map(crate::outcome::Fault::name),
                "detail": outcome.detail,
                "file": case.place.to_string(),
                "exchanges": record.exchanges,
                "over_socket": record.over_socket,
            })
        })
        .collect()
}
