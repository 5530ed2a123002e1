//! The report as one page: no script, no font, no address to load from.

use std::fmt::Write as _;

use super::super::memory::Growth;
use super::Report;
use crate::report::{Lines, Table, around, escape};

/// The page of a load.
pub fn page(report: &Report) -> String {
    let mut text = format!("<p>{}</p>\n", escape(&report.opening()));
    for words in report.words().lines().filter(|line| !line.starts_with("FAILED") && !line.starts_with("  "))
    {
        writeln!(text, "<p>{}</p>", escape(words)).unwrap_or_default();
    }
    section(&mut text, "By operation", &report.table.html());
    section(&mut text, "Requests in each second", &by_second(report));
    if let Some(growth) = &report.memory {
        section(&mut text, "The server's memory", &memory(growth));
    }
    section(&mut text, "Statuses", &statuses(report).html());
    if !report.failed.is_empty() {
        section(&mut text, "Failures", &failures(report));
    }
    if !report.not_asked.is_empty() {
        let rows = report.not_asked.iter().map(|(name, why)| vec![name.clone(), why.clone()]).collect();
        section(&mut text, "Not asked", &Table { head: vec!["operation".into(), "why".into()], rows }.html());
    }
    around("Load", &text)
}

fn section(text: &mut String, title: &str, html: &str) {
    writeln!(text, "<section>\n<h2>{}</h2>\n{html}</section>", escape(title)).unwrap_or_default();
}

fn by_second(report: &Report) -> String {
    let points = report.by_second.iter().enumerate();
    // Some hundreds of points are as many as a plot can show.
    let every = report.by_second.len().div_ceil(300).max(1);
    let points: Vec<(f64, f64)> =
        points.step_by(every).map(|(second, count)| (second as f64, *count as f64)).collect();
    if points.len() < 2 {
        return String::new();
    }
    let plot = Lines {
        description: "Requests in each second of the run".to_owned(),
        x: "second".to_owned(),
        y: "requests".to_owned(),
        series: vec![("requests".to_owned(), points)],
        words: Vec::new(),
    };
    plot.svg()
}

fn memory(growth: &Growth) -> String {
    let points = growth.samples.iter().map(|sample| (sample.seconds, sample.bytes / 1024.0));
    let plot = Lines {
        description: "Resident memory of the server".to_owned(),
        x: "second".to_owned(),
        y: "KiB".to_owned(),
        series: vec![("resident".to_owned(), points.collect())],
        words: Vec::new(),
    };
    plot.svg()
}

fn statuses(report: &Report) -> Table {
    let rows = report.operations.iter().filter(|one| !one.statuses.is_empty()).map(|one| {
        let counts = one.statuses.iter().map(|(status, count)| format!("{status}: {count}"));
        vec![one.name.clone(), counts.collect::<Vec<_>>().join(", ")]
    });
    Table { head: vec!["operation".to_owned(), "answers by status".to_owned()], rows: rows.collect() }
}

fn failures(report: &Report) -> String {
    let mut text = String::new();
    for failed in &report.failed {
        writeln!(
            text,
            "<p><b>{} times: {}</b>: {}</p>\n<pre>{}</pre>",
            failed.count,
            escape(&failed.operation),
            escape(&failed.why),
            escape(&failed.curl)
        )
        .unwrap_or_default();
    }
    text
}
