//! `--explain ID`: what a row or a case is about, what shows it, what is known of it. Never panics.

use super::say::say;
use super::{End, Setting, select};
use crate::case::Case;
use crate::catalogue::Row;
use crate::choices::Choices;

/// Prints it.
pub(super) fn explain(setting: &Setting, id: &str) -> Result<u8, End> {
    select::known_id(id, setting).map_err(End::Usage)?;
    match setting.catalogue.row(&id.to_ascii_uppercase()) {
        Some(row) => explain_row(setting, row),
        None => setting
            .corpus
            .cases
            .iter()
            .filter(|case| case.id == id)
            .for_each(|case| explain_case(setting, case)),
    }
    Ok(0)
}

fn explain_row(setting: &Setting, row: &Row) {
    say!("{}  {}, kind {}, {}", row.id, row.strength.name(), kind(row), row.basis.name());
    say!("    applies to {}; section: {}", row.versions, row.section);
    say!("    {}", row.statement);
    if let Some(choice) = Choices::builtin().of(&row.id) {
        say!("our choice (docs/choices.md):\n    {choice}");
    }
    let cases: Vec<&Case> = setting.corpus.cases.iter().filter(|case| case.ids.contains(&row.id)).collect();
    say!("evidence: {}", if cases.is_empty() { "no case" } else { "these cases" });
    for case in cases {
        say!("    {} {} ({}): {}", case.polarity.name(), case.id, case.place, case.title);
        gap(setting, &case.id);
    }
    match setting.expectations.of_row(&row.id) {
        Some(entry) => say!(
            "known ({:?}, since {}):\n    {}",
            entry.state.unwrap_or_default(),
            entry.since,
            entry.reason
        ),
        None => say!("no known gap of the row as a whole"),
    }
}

fn explain_case(setting: &Setting, case: &Case) {
    say!("{}  {} {}: {}", case.id, case.level.name(), case.polarity.name(), case.title);
    say!("    written in {}", case.place);
    for row in case.ids.iter().filter_map(|id| setting.catalogue.row(id)) {
        say!("    gives evidence for {} ({}): {}", row.id, row.strength.name(), row.statement);
    }
    gap(setting, &case.id);
    say!("    run it: conformance --replay {}", case.id);
}

fn gap(setting: &Setting, case: &str) {
    if let Some(entry) = setting.expectations.of_case(case) {
        say!("        known gap since {}: {}", entry.since, entry.reason);
    }
}

const fn kind(row: &Row) -> &'static str {
    match row.kind {
        crate::catalogue::Kind::L => "L (loader and linter)",
        crate::catalogue::Kind::R => "R (requests)",
        crate::catalogue::Kind::E => "E (responses)",
        crate::catalogue::Kind::X => "X (tools)",
    }
}
