//! Tables, written once for Markdown and HTML.

use std::fmt::Write as _;

use super::{
    Report,
    chart::{escape, number},
    matcher::{GITHUB_ON_AARCH64, Growth, PROMISES, peers},
};
use crate::count::{Architecture, Counted, Counts, Instructions};

/// A table of texts; the first column is words, the others are numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

pub(super) const NOTHING: &str = "–";

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let ruler: Vec<&str> = (0..self.head.len()).map(|at| if at == 0 { "---" } else { "--:" }).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}| {} |\n{rows}", line(&self.head), ruler.join(" | "))
    }

    pub fn html(&self) -> String {
        let mut text = String::from("<div class=\"wide\"><table>\n<tr>");
        for name in &self.head {
            write!(text, "<th>{}</th>", escape(name)).unwrap_or_default();
        }
        text.push_str("</tr>\n");
        for row in &self.rows {
            text.push_str("<tr>");
            for cell in row {
                let class = match &**cell {
                    "aim" | "commit" => " class=\"good\"",
                    "missed" => " class=\"bad\"",
                    _ => "",
                };
                write!(text, "<td{class}>{}</td>", escape(cell)).unwrap_or_default();
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</table></div>\n");
        text
    }
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), number)
}

/// The matcher beside its promises and its peers.
pub fn matcher(counts: &Counts) -> Table {
    let peers = peers(counts);
    let mut table = Table::new(&[
        "table",
        "x86-64",
        "commit to",
        "aim at",
        "reached",
        "aarch64",
        "allocations",
        "allocated bytes",
    ]);
    table.head.extend(peers.iter().map(|peer| peer.trim_start_matches('@').to_owned()));
    for promise in &PROMISES {
        let ours = promise.cost(counts, Architecture::X86_64, "");
        let counted = counts.named(promise.scenario);
        let mut row = vec![
            promise.title.to_owned(),
            cell(ours),
            number(promise.commit),
            number(promise.aim),
            ours.map_or(NOTHING, |cost| promise.standing(cost)).to_owned(),
            cell(promise.cost(counts, Architecture::Aarch64, "")),
            cell(counted.map(|counted| counted.allocations)),
            cell(counted.map(|counted| counted.allocated_bytes)),
        ];
        row.extend(peers.iter().map(|peer| cell(promise.cost(counts, Architecture::X86_64, peer))));
        table.rows.push(row);
    }
    table
}

/// What the GitHub table takes on aarch64, in words.
pub fn github_on_aarch64(counts: &Counts) -> Option<String> {
    let cost = counts.named("match/github")?.per_element(Architecture::Aarch64)?;
    let standing = if cost <= GITHUB_ON_AARCH64 { "kept" } else { "missed" };
    Some(format!(
        "On aarch64 the GitHub table may take {GITHUB_ON_AARCH64}: it takes {}, {standing}.",
        number(cost)
    ))
}

/// The worst routes: which element of a table is nearest to the bound on any match.
pub fn worst(counts: &Counts) -> Table {
    let mut table = Table::new(&[
        "route",
        "table",
        "architecture",
        "instructions",
        "bytes",
        "parameters",
        "bound",
        "share of the bound",
    ]);
    for counted in counts.scenarios.iter().filter(|counted| counted.name.starts_with("match/")) {
        for (architecture, instructions) in &counted.instructions {
            let Some(element) = &instructions.nearest_bound else { continue };
            table.rows.push(vec![
                element.label.clone(),
                counted.name.clone(),
                architecture.clone(),
                number(crate::count::float(element.instructions)),
                element.bytes.to_string(),
                element.parameters.to_string(),
                number(crate::count::float(element.bound())),
                format!("{:.0} %", element.share() * 100.0),
            ]);
        }
    }
    table
}

/// Every scenario of a kind (`match`, `stage`): its counts, each of one element.
pub fn scenarios(counts: &Counts, kind: &str) -> Table {
    let mut table = Table::new(&[
        "scenario",
        "what",
        "elements",
        "x86-64",
        "aarch64",
        "allocations",
        "allocated bytes",
        "dearest element",
    ]);
    for counted in counts.scenarios.iter().filter(|counted| is_of(counted, kind)) {
        let dearest = counted
            .instructions
            .get(Architecture::X86_64.name())
            .and_then(|Instructions { worst, .. }| worst.as_ref())
            .map(|element| crate::count::float(element.instructions));
        table.rows.push(vec![
            counted.name.clone(),
            counted.what.clone(),
            counted.elements.to_string(),
            cell(counted.per_element(Architecture::X86_64)),
            cell(counted.per_element(Architecture::Aarch64)),
            cell(Some(counted.allocations)),
            cell(Some(counted.allocated_bytes)),
            cell(dearest),
        ]);
    }
    table
}

/// The kinds of scenarios, in order of appearance.
pub fn kinds(counts: &Counts) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for counted in &counts.scenarios {
        let kind = kind(&counted.name);
        if !kinds.iter().any(|known| known == kind) {
            kinds.push(kind.to_owned());
        }
    }
    kinds
}

pub fn is_of(counted: &Counted, wanted: &str) -> bool {
    kind(&counted.name) == wanted
}

fn kind(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

/// One growth series as numbers.
pub fn growing(counts: &Counts, growth: &Growth) -> Table {
    let mut table = Table::new(&[growth.what, "x86-64", "aarch64", "allocations"]);
    for (at, counted) in growth.points(counts, "") {
        table.rows.push(vec![
            number(at),
            cell(counted.per_element(Architecture::X86_64)),
            cell(counted.per_element(Architecture::Aarch64)),
            cell(Some(counted.allocations)),
        ]);
    }
    table
}

/// Times on the machine that made the report.
pub fn times(report: &Report) -> Table {
    let mut table = Table::new(&["scenario", "ns", "million per second", "× control", "spread"]);
    for (name, time) in &report.times {
        table.rows.push(vec![
            name.clone(),
            number(time.nanoseconds),
            number(1e3 / time.nanoseconds),
            format!("{:.5}", time.ratio),
            format!("{:.1} %", time.spread * 100.0),
        ]);
    }
    table
}

/// What building a large route table takes, beside what it may.
pub fn built(counts: &Counts, milliseconds: Option<f64>) -> Table {
    let mut table = Table::new(&["building a route table", "measured", "at most"]);
    let Some(built) = &counts.built else { return table };
    let mut row =
        |what: String, value: f64, most: &str| table.rows.push(vec![what, number(value), most.to_owned()]);
    row(format!("bytes a path, of {}", number(f64::from(built.paths))), built.bytes_per_path, "300");
    for (architecture, instructions) in &built.instructions_per_path {
        row(format!("instructions a path, {architecture}"), *instructions, NOTHING);
    }
    if let Some(milliseconds) = milliseconds {
        row("milliseconds, on this machine".to_owned(), milliseconds, "about 10");
    }
    table
}

/// The fuzzers' ledger, with the columns it has.
pub fn fuzz(report: &Report) -> Table {
    let mut table = Table { head: Vec::new(), rows: Vec::new() };
    for entry in &report.fuzz {
        for key in entry.keys().filter(|key| *key != "target" && *key != "name") {
            if !table.head.contains(key) {
                table.head.push(key.clone());
            }
        }
    }
    for entry in &report.fuzz {
        let name = entry.get("target").or_else(|| entry.get("name"));
        let values = table.head.iter().map(|key| entry.get(key));
        table.rows.push(
            std::iter::once(name)
                .chain(values)
                .map(|value| value.map_or_else(|| NOTHING.to_owned(), words))
                .collect(),
        );
    }
    table.head = table.head.iter().map(|key| key.replace('_', " ")).collect();
    table.head.insert(0, "target".to_owned());
    table
}

fn words(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join("; "),
        toml::Value::Float(value) => number(*value),
        toml::Value::Integer(value) => number(value.to_string().parse().unwrap_or(f64::NAN)),
        toml::Value::Boolean(value) => if *value { "yes" } else { "no" }.to_owned(),
        toml::Value::Datetime(value) => value.to_string(),
        toml::Value::Table(entries) => entries
            .iter()
            .map(|(key, value)| format!("{key}: {}", words(value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_both_forms() {
        let mut table = Table::new(&["route", "cost"]);
        table.rows.push(vec!["GET /a|b<c>".to_owned(), "missed".to_owned()]);
        assert_eq!(table.markdown(), "| route | cost |\n| --- | --: |\n| GET /a\\|b<c> | missed |\n");
        let html = table.html();
        assert!(html.contains("<td>GET /a|b&lt;c&gt;</td><td class=\"bad\">missed</td>"), "{html}");
    }

    #[test]
    fn the_matchers_table_has_ours_and_theirs() {
        let counts =
            crate::report::made::counts(&[("match/github", 262.0), ("match/github@matchit", 1_032.0)]);
        let table = matcher(&counts);
        assert_eq!(table.head.last().map(String::as_str), Some("matchit"));
        let github = ["GitHub, all operations", "262", "350", "270", "aim", "–", "0", "0", "1,032"];
        assert_eq!(table.rows.first().map(Vec::as_slice), Some(&github.map(str::to_owned)[..]));
        assert_eq!(table.rows.len(), PROMISES.len());
    }

    #[test]
    fn kinds_are_the_first_words() {
        let counts = crate::report::made::counts(&[
            ("control", 1.0),
            ("match/a", 1.0),
            ("match/b", 1.0),
            ("stage/c", 1.0),
        ]);
        assert_eq!(kinds(&counts), ["control", "match", "stage"]);
        assert_eq!(scenarios(&counts, "match").rows.len(), 2);
    }
}
