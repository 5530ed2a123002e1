//! The counts and the report as Markdown.

use std::fmt::Write as _;

use super::{
    REPRODUCE, Report, loads,
    matcher::GROWTH,
    table::{self, Table},
};
use crate::count::{Counts, MARGIN};

/// `counts.md`: no machine, no day, so that it changes only when the code's cost does.
pub fn counts(counts: &Counts) -> String {
    let mut text = String::from(
        "# Counts\n\nWritten by `cargo run --release -p perf --features peers -- count --write`; `count --check` compares. \
         docs/performance.md says how it is measured.\n\n",
    );
    writeln!(
        text,
        "Instructions of one element (a match, a request), averaged over all of a scenario: x86-64 by callgrind, aarch64 by qemu. \
         Allocations and bytes by DHAT. The same code gives the same counts within {:.0} %.\n",
        MARGIN * 100.0
    )
    .unwrap_or_default();
    body(&mut text, counts, None);
    text
}

/// `report.md`.
pub fn report(report: &Report) -> String {
    let mut text = String::from("# Performance\n\nTo reproduce:\n\n```sh\n");
    for command in REPRODUCE {
        text.push_str(command);
        text.push('\n');
    }
    writeln!(
        text,
        "```\n\nCommit {}, {} UTC. Times are of this machine: {}, {}, Linux {}, rustc {}. Counts hold for every machine of \
         their architecture.\n",
        report.commit,
        report.made,
        report.machine.cpu,
        report.machine.architecture,
        report.machine.kernel,
        report.machine.rustc
    )
    .unwrap_or_default();
    body(&mut text, &report.counts, report.building_ms);
    for part in loads::parts(&report.loads) {
        writeln!(text, "## {}\n\n{}\n\n{}", part.title, part.words, part.table.markdown())
            .unwrap_or_default();
    }
    section(&mut text, "Times on this machine", &table::times(report));
    section(&mut text, "Fuzzing", &table::fuzz(report));
    text
}

fn body(text: &mut String, counts: &Counts, building_ms: Option<f64>) {
    section(text, "The matcher, in instructions per match", &table::matcher(counts));
    if let Some(words) = table::github_on_aarch64(counts) {
        writeln!(text, "{words}\n").unwrap_or_default();
    }
    section(
        text,
        "The routes nearest to the bound of any match, 120 + 7 x bytes + 150 x parameters",
        &table::worst(counts),
    );
    for growth in &GROWTH {
        section(text, growth.title, &table::growing(counts, growth));
    }
    section(text, "Building", &table::built(counts, building_ms));
    for kind in table::kinds(counts) {
        section(text, &format!("Every scenario: {kind}"), &table::scenarios(counts, &kind));
    }
}

fn section(text: &mut String, title: &str, table: &Table) {
    if !table.rows.is_empty() {
        writeln!(text, "## {title}\n\n{}", table.markdown()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;

    #[test]
    fn counts_name_no_machine_and_no_day() {
        let text = counts(&made::report().counts);
        assert!(text.contains("| GitHub, all operations | 262 |"), "{text}");
        for part in ["UTC", "2026", "Linux", "ns"] {
            assert!(!text.split_whitespace().any(|word| word == part), "{part} in {text}");
        }
    }

    #[test]
    fn the_report_says_how_to_make_it_first() {
        let text = report(&made::report());
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} in {text}"));
        assert!(place("To reproduce") < place("Commit abc1234"));
        assert!(place("Commit abc1234") < place("## The matcher"));
        assert!(place("## Load") < place("| 20 users | 60 | 740,736 |"));
        assert!(place("## Ever more users") < place("| match/github | 61 | 16.4 |"));
        assert!(place("| match/github | 61 | 16.4 |") < place("| paths | 1.50 | a < b |"));
    }
}
