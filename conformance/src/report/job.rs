//! The job summary: what GitHub shows beside a job, in Markdown. Never panics.

use super::Run;
use crate::case::{Level, Profile};
use crate::outcome::Tally;

/// How many regressions are listed.
const REGRESSIONS_SHOWN: usize = 30;

/// The summary.
#[must_use]
pub fn summary(run: &Run) -> String {
    let word = if run.regressed() { "not as expected" } else { "as expected" };
    let shard = run.shard.as_ref().map_or_else(String::new, |shard| format!(", shard {shard}"));
    let mut text = format!("## Conformance{shard}: {word}\n\n");
    text.push_str("| | passed | failed | skipped | total |\n|---|---|---|---|---|\n");
    for level in Level::ALL {
        row(&mut text, &format!("{} {}", level.name(), level.title()), run.level(level));
    }
    for profile in Profile::ALL {
        let label = format!("{} ({})", profile.name(), run.profile_verdict(profile));
        row(&mut text, &label, run.profile(profile));
    }
    row(&mut text, "whole documents", run.documents_tally());
    text.push_str("\nA known gap counts as failed.\n\n");
    let regressions = &run.account.regressions;
    for regression in regressions.iter().take(REGRESSIONS_SHOWN) {
        let words: String = regression.to_string().chars().take(300).collect();
        text.push_str(&format!("- {}\n", words.replace('\n', " ").replace('<', "&lt;")));
    }
    if regressions.len() > REGRESSIONS_SHOWN {
        text.push_str(&format!("- and {} more\n", regressions.len() - REGRESSIONS_SHOWN));
    }
    for one in run.comparison.iter().flat_map(super::Comparison::lines) {
        text.push_str(&format!("- {one}\n"));
    }
    for one in &run.reproductions {
        let curl = one.curl.as_deref().unwrap_or("");
        text.push_str(&format!(
            "\n```sh\n# {}\n{curl}\ncargo run -p conformance -- --replay {}\n```\n",
            one.case, one.case
        ));
    }
    text.push('\n');
    text
}

fn row(text: &mut String, label: &str, tally: Tally) {
    let Tally { passed, failed, skipped, total, .. } = tally;
    text.push_str(&format!("| {label} | {passed} | {failed} | {skipped} | {total} |\n"));
}
