//! `report.html`: the whole report as one page with a search, light or dark by the reader's preference, fit to be printed.
//!
//! It fetches nothing: style and script stand in it, and its policy forbids all else. Exchanges come redacted. The page is
//! well-formed XML too, so that a test can read it. Never panics.

use super::{Decision, Run};
use crate::accounting::RowState;
use crate::case::{Case, Level, Profile};
use crate::catalogue::Row;
use crate::documents::DocumentResult;
use crate::outcome::{Outcome, Tally, Verdict};
use crate::recording::{Record, Recorded};
use crate::reproduce::Reproduction;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page.
#[must_use]
pub fn page(run: &Run) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>\n\
         <title>Conformance of BRRTRouter</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Conformance of BRRTRouter</h1>\n"
    );
    opening(&mut text, run);
    controls(&mut text);
    tallies(&mut text, run);
    regressions(&mut text, run);
    run.reproductions.iter().for_each(|one| reproduction(&mut text, one));
    gaps(&mut text, run);
    decisions(&mut text, run);
    documents(&mut text, run);
    rows(&mut text, run);
    cases(&mut text, run);
    text.push_str(&format!("</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    text
}

/// Text for HTML and XML alike; control characters are shown by their pictures.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\0'..='\x1f' => escaped.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or(' ')),
            '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn opening(text: &mut String, run: &Run) {
    let (word, class) = if run.regressed() { ("not as expected", "bad") } else { ("as expected", "good") };
    let part = if run.whole { "" } else { " Only a part of a corpus ran, so rows are not accounted for." };
    text.push_str(&format!(
        "<p>{} cases and {} whole documents ran: <b class=\"{class}\">{word}</b>. A known gap counts as failed; \
         applicable = passed + failed, total = applicable + skipped. Literal rows of the specification, derived rows and rows of \
         companion RFCs are counted apart. Credentials are redacted.{part}</p>\n",
        run.cases.len(),
        run.documents.len()
    ));
}

fn controls(text: &mut String) {
    text.push_str(
        "<p class=\"controls\"><input id=\"search\" type=\"search\" placeholder=\"Search: a row, a case, words, a status\" aria-label=\"Search\"/> \
         <select id=\"verdict\" aria-label=\"Verdict\"><option value=\"\">all verdicts</option><option>passed</option>\
         <option>failed</option><option>skipped</option><option>known gap</option></select> <span id=\"count\"></span></p>\n",
    );
}

fn table(text: &mut String, head: &[&str], rows: impl IntoIterator<Item = (String, Vec<String>)>) {
    text.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    head.iter().for_each(|name| text.push_str(&format!("<th>{name}</th>")));
    text.push_str("</tr></thead>\n<tbody>\n");
    for (word, cells) in rows {
        text.push_str(&format!("<tr class=\"item\" data-verdict=\"{}\">", escape(&word)));
        cells.iter().for_each(|cell| text.push_str(&format!("<td>{}</td>", escape(cell))));
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table></div>\n");
}

fn tallies(text: &mut String, run: &Run) {
    let cells = |label: String, tally: Tally| {
        let Tally { passed, failed, skipped, applicable, total } = tally;
        let mut cells = vec![label];
        cells.extend([passed, failed, skipped, applicable, total].map(|count| count.to_string()));
        cells
    };
    let head = ["", "passed", "failed", "skipped", "applicable", "total"];
    let levels =
        Level::ALL.map(|level| cells(format!("{} {}", level.name(), level.title()), run.level(level)));
    let profiles = Profile::ALL.map(|profile| {
        cells(format!("{}: {}", profile.name(), run.profile_verdict(profile)), run.profile(profile))
    });
    for (title, rows) in [("Levels", levels.to_vec()), ("Profiles", profiles.to_vec())] {
        text.push_str(&format!(
            "<section class=\"counts\"><h2>{title}</h2>\n<div class=\"wide\"><table>\n<thead><tr>"
        ));
        head.iter().for_each(|name| text.push_str(&format!("<th>{name}</th>")));
        text.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            text.push_str("<tr>");
            row.iter().for_each(|cell| text.push_str(&format!("<td>{}</td>", escape(cell))));
            text.push_str("</tr>\n");
        }
        text.push_str("</tbody>\n</table></div></section>\n");
    }
}

fn section(text: &mut String, title: &str, body: impl FnOnce(&mut String)) {
    text.push_str(&format!("<section><h2>{title}</h2>\n"));
    body(text);
    text.push_str("</section>\n");
}

fn regressions(text: &mut String, run: &Run) {
    let mut lines: Vec<String> = run.account.regressions.iter().map(ToString::to_string).collect();
    lines.extend(run.comparison.iter().flat_map(super::Comparison::lines));
    if lines.is_empty() {
        return;
    }
    section(text, "Not as expected", |text| {
        text.push_str("<ul>\n");
        lines.iter().for_each(|line| {
            text.push_str(&format!("<li class=\"item\" data-verdict=\"failed\">{}</li>\n", escape(line)))
        });
        text.push_str("</ul>\n");
    });
}

fn reproduction(text: &mut String, one: &Reproduction) {
    let curl = one.curl.as_deref().unwrap_or_default();
    text.push_str(&format!(
        "<details class=\"item\" data-verdict=\"failed\"><summary><b>To reproduce {}</b> {}</summary>\n<pre>{}</pre>\n<pre>{}</pre>\n\
         <pre>conformance --replay {}</pre></details>\n",
        escape(&one.case),
        escape(&one.mismatch),
        escape(curl),
        escape(&one.description),
        escape(&one.case)
    ));
}

fn gaps(text: &mut String, run: &Run) {
    let gaps = run.known_gaps();
    if gaps.is_empty() {
        return;
    }
    section(text, "Known gaps", |text| {
        let rows = gaps.into_iter().map(|(name, reason)| ("known gap".to_owned(), vec![name, reason]));
        table(text, &["row, case or document", "reason"], rows);
    });
}

fn decisions(text: &mut String, run: &Run) {
    section(text, "Decisions", |text| {
        text.push_str(
            "<p>Rows that the specification calls implementation-defined (IMPL) or undefined (UNDEF).</p>\n",
        );
        let rows = run.decisions().into_iter().map(|Decision { row, state, choice }| {
            let cells = [&row.id, row.strength.name(), state.name(), &row.statement, choice];
            (word(state).to_owned(), cells.map(str::to_owned).to_vec())
        });
        table(text, &["row", "level", "state", "statement", "here"], rows);
    });
}

/// The state of a row as a verdict, for the filter.
const fn word(state: RowState) -> &'static str {
    match state {
        RowState::Met => "passed",
        RowState::KnownGap => "known gap",
        RowState::Failing => "failed",
        RowState::Elsewhere | RowState::NotYet => "skipped",
    }
}

fn documents(text: &mut String, run: &Run) {
    if run.documents.is_empty() {
        return;
    }
    section(text, "Whole documents", |text| {
        run.documents.iter().for_each(|one| document(text, run, one));
    });
}

fn document(text: &mut String, run: &Run, one: &DocumentResult) {
    let path = one.path.to_string_lossy();
    let must = if one.must_be_refused { "must be refused" } else { "must be accepted" };
    let numbers = format!("{must}; {} operations, {} reached", one.operations, one.reached);
    summary(text, run, &path, &numbers, &one.outcome);
    details(text, &one.outcome);
    if !one.diagnostics.is_empty() {
        let lines: Vec<String> = one.diagnostics.iter().map(crate::check::one_line).collect();
        text.push_str(&format!("<pre>{}</pre>\n", escape(&lines.join("\n"))));
    }
    text.push_str("</details>\n");
}

fn summary(text: &mut String, run: &Run, name: &str, title: &str, outcome: &Outcome) {
    let word = match run.word(name, outcome) {
        "not offered (known)" => "known gap",
        word => word,
    };
    let class = if outcome.verdict == Verdict::Passed { "good" } else { "bad" };
    text.push_str(&format!(
        "<details class=\"item\" data-verdict=\"{word}\"><summary><span class=\"{class}\">{word}</span> <code>{}</code> {}</summary>\n",
        escape(name),
        escape(title)
    ));
}

fn details(text: &mut String, outcome: &Outcome) {
    if !outcome.detail.is_empty() {
        text.push_str(&format!("<pre class=\"wrong\">{}</pre>\n", escape(&outcome.detail.join("\n"))));
    }
}

fn rows(text: &mut String, run: &Run) {
    section(text, "Every row", |text| {
        let rows = run.catalogue.rows().iter().filter_map(|row| {
            let state = run.account.rows.get(&row.id)?.state;
            Some((word(state).to_owned(), row_cells(row, state)))
        });
        table(text, &["row", "level", "basis", "versions", "state", "statement"], rows);
    });
}

fn row_cells(row: &Row, state: RowState) -> Vec<String> {
    [&row.id, row.strength.name(), row.basis.name(), &row.versions, state.name(), &row.statement]
        .map(str::to_owned)
        .to_vec()
}

fn cases(text: &mut String, run: &Run) {
    for level in Level::ALL {
        let mut of_level =
            run.pairs().zip(&run.records).filter(|((case, _), _)| case.level == level).peekable();
        if of_level.peek().is_some() {
            section(text, &format!("Cases: {} {}", level.name(), level.title()), |text| {
                of_level.for_each(|((case, outcome), record)| one_case(text, run, case, (outcome, record)));
            });
        }
    }
}

fn one_case(text: &mut String, run: &Run, case: &Case, (outcome, record): (&Outcome, &Record)) {
    summary(text, run, &case.id, &case.title, outcome);
    let profiles: Vec<&str> = case.profiles.iter().map(|profile| profile.name()).collect();
    text.push_str(&format!(
        "<p>{} {}, {}, {}</p>\n",
        case.polarity.name(),
        escape(&case.ids.join(" ")),
        profiles.join(" "),
        escape(&case.place.to_string())
    ));
    details(text, outcome);
    record.exchanges.iter().for_each(|one| exchange(text, one));
    text.push_str("</details>\n");
}

fn exchange(text: &mut String, one: &Recorded) {
    text.push_str(&format!(
        "<div class=\"exchange\"><pre>{}</pre><pre>{}</pre></div>\n",
        escape(&one.question),
        escape(&one.answer)
    ));
}
