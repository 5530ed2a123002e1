//! What came of each operation, as a table: for the terminal, and as texts for reports.

use std::fmt::Write as _;
use std::time::Duration;

use super::tally::{Row, Tally};
use super::work::Work;
use crate::fault::Fault;

/// The quantiles that are shown.
pub const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)];

/// The head of the table.
pub const HEAD: [&str; 11] = [
    "operation",
    "requests",
    "served",
    "declined",
    "failed",
    "req/s",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "p99.99 ms",
    "max ms",
];

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1e3;
    if millis < 10.0 { format!("{millis:.2}") } else { format!("{millis:.0}") }
}

/// A row as texts, after its name.
pub fn cells(name: &str, row: &Row, measured: Duration) -> Vec<String> {
    let seconds = measured.as_secs_f64().max(1e-3);
    let mut cells = vec![name.to_owned()];
    cells.extend([row.requests(), row.served, row.declined, row.failed].map(|count| count.to_string()));
    cells.push(format!("{:.1}", row.requests() as f64 / seconds));
    cells.extend(QUANTILES.map(|(_, quantile)| millis(row.latency.at(quantile))));
    cells.push(millis(row.latency.max()));
    cells
}

/// All rows and their sum.
pub fn rows(work: &Work, tally: &Tally, measured: Duration) -> Result<Vec<Vec<String>>, Fault> {
    let own = work.jobs.iter().zip(&tally.rows).map(|(job, row)| cells(&job.name, row, measured));
    let mut rows: Vec<Vec<String>> = own.collect();
    rows.push(cells("all", &tally.total()?, measured));
    Ok(rows)
}

/// The table in columns.
pub fn text(work: &Work, tally: &Tally, measured: Duration) -> Result<String, Fault> {
    let rows = rows(work, tally, measured)?;
    let head: Vec<String> = HEAD.map(str::to_owned).to_vec();
    let wide = |at: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(wide).collect();
    let mut text = format!("after {:.0} s\n", measured.as_secs_f64());
    for row in [&head].into_iter().chain(&rows) {
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if at == 0 { write!(text, "{cell:width$}") } else { write!(text, "  {cell:>width$}") }
                .unwrap_or_default();
        }
        text.push('\n');
    }
    Ok(text)
}
