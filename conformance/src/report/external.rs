//! `external.json` and `external.md`: the suites that others wrote. Not to be committed. Never panics.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::json::suite_entry;
use crate::external::{External, Item, SecondOpinion, Suite};
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
    let opinions: Vec<Value> = external.second_opinions().map(opinion).collect();
    json!({
        "format": 1, "suites": suites, "stale_rulings": external.stale_rulings, "second_opinions": opinions,
    })
}

fn opinion(opinion: &SecondOpinion) -> Value {
    json!({
        "document": opinion.document, "ours": opinion.ours, "oas3": opinion.refusal.is_none(),
        "oas3_refusal": opinion.refusal, "ruling": opinion.ruling,
    })
}

fn item(item: &Item) -> Value {
    json!({
        "part": item.part, "name": item.name, "verdict": item.outcome.verdict.name(),
        "fault": item.outcome.fault.map(Fault::name), "detail": item.outcome.detail, "ruling": item.ruling,
        "excluded": item.excluded,
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
        findings(&mut text, suite);
    }
    second_opinions(&mut text, external);
    text
}

/// What did not pass, each result with its ruling, and what was left out, by reason.
fn findings(text: &mut String, suite: &Suite) {
    if not_passed(&suite.items).next().is_none() {
        return;
    }
    text.push_str(&format!("\n## {}\n\n", suite.folder));
    let mut left_out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in not_passed(&suite.items) {
        let reason = item.outcome.detail.first().map_or("", String::as_str);
        if item.excluded {
            left_out.entry(reason).or_default().push(&item.name);
            continue;
        }
        let detail: String = item.outcome.detail.join("; ").chars().take(500).collect();
        let ruling = item.ruling.as_ref().map(|ruling| format!(" **Ruling:** {ruling}")).unwrap_or_default();
        text.push_str(&format!("- {} `{}`: {detail}{ruling}\n", item.outcome.verdict.name(), item.name));
    }
    for (reason, names) in left_out {
        text.push_str(&format!("\nLeft out ({}): {reason}.\n\n", names.len()));
        text.extend(names.iter().map(|name| format!("- `{name}`\n")));
    }
}

/// A column for us, one for `oas3`, and who is right where they differ.
fn second_opinions(text: &mut String, external: &External) {
    let all: Vec<&SecondOpinion> = external.second_opinions().collect();
    if all.is_empty() {
        return;
    }
    let differing = all.iter().filter(|opinion| opinion.differs()).count();
    text.push_str(&format!(
        "\n## Second opinion: oas3\n\n{} documents, {differing} disagreements.\n\n\
         | document | here | oas3 | disagreement |\n|---|---|---|---|\n",
        all.len()
    ));
    for opinion in all {
        let ours = if opinion.ours { "right" } else { "wrong" };
        let theirs = opinion.refusal.as_ref().map_or_else(
            || "read".to_owned(),
            |why| format!("refused: {}", why.replace('|', "\\|").replace('\n', " ")),
        );
        let ruling =
            if opinion.differs() { opinion.ruling.as_deref().unwrap_or("**not ruled**") } else { "" };
        text.push_str(&format!("| `{}` | {ours} | {theirs} | {ruling} |\n", opinion.document));
    }
}
