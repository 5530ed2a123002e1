//! `external.json` and `external.md`: the suites that others wrote. Not to be committed. Never panics.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::json::suite_entry;
use crate::external::{External, Item};
use crate::outcome::{Fault, Verdict};

/// For machines: every suite's counts, and every result that is no pass.
#[must_use]
pub fn json(external: &External) -> Value {
    let mut suites = Map::new();
    for suite in &external.suites {
        let mut entry = suite_entry(suite);
        let items: Vec<Value> = not_passed(&suite.items).map(item).collect();
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("not_passed".to_owned(), Value::from(items));
        }
        suites.insert(suite.folder.to_owned(), entry);
    }
    json!({ "format": 1, "suites": suites, "stale_rulings": external.stale_rulings })
}

fn item(item: &Item) -> Value {
    json!({
        "part": item.part, "name": item.name, "verdict": item.outcome.verdict.name(),
        "fault": item.outcome.fault.map(Fault::name), "detail": item.outcome.detail, "ruling": item.ruling,
    })
}

fn not_passed(items: &[Item]) -> impl Iterator<Item = &Item> {
    items.iter().filter(|item| item.outcome.verdict != Verdict::Passed)
}

/// For people.
#[must_use]
pub fn page(external: &External) -> String {
    let mut text = String::from(
        "# External suites\n\nNot committed: the suites are others' work and live elsewhere.\n\n",
    );
    text.push_str("| suite | part | passed | failed | of them ruled | skipped | total |\n|---|---|---|---|---|---|---|\n");
    for suite in &external.suites {
        let line = match &suite.not_run {
            Some(reason) => writeln!(text, "| {} | not run: {reason} | | | | | |", suite.folder),
            None => suite.parts().into_iter().try_for_each(|(part, tally)| {
                let ruled =
                    suite.items.iter().filter(|item| item.part == part && item.ruling.is_some()).count();
                let (passed, failed, skipped) = (tally.passed, tally.failed, tally.skipped);
                let total = tally.total;
                let folder = suite.folder;
                writeln!(text, "| {folder} | {part} | {passed} | {failed} | {ruled} | {skipped} | {total} |")
            }),
        };
        // Writing to a String cannot fail.
        debug_assert!(line.is_ok());
    }
    for suite in &external.suites {
        if not_passed(&suite.items).next().is_some() {
            text.push_str("\n## ");
            text.push_str(suite.folder);
            text.push_str("\n\n");
        }
        for item in not_passed(&suite.items) {
            let detail: String = item.outcome.detail.join("; ").chars().take(500).collect();
            let ruling =
                item.ruling.as_ref().map(|ruling| format!(" **Ruling:** {ruling}")).unwrap_or_default();
            text.push_str(&format!("- {} `{}`: {detail}{ruling}\n", item.outcome.verdict.name(), item.name));
        }
    }
    text
}
