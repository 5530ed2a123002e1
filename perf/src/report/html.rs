//! The report as one page: no script, no font, no address; light and dark by the reader's preference.

use std::fmt::Write as _;

use super::{
    REPRODUCE, Report,
    chart::{Bars, Lines, Row, escape},
    loads::{Measured, parts},
    matcher::{GROWTH, Growth, PROMISES, peers},
    table::{self, Table},
};
use crate::count::{Architecture, Counts};

const STYLE: &str = include_str!("page.css");
const ARCHITECTURES: [Architecture; 2] = [Architecture::X86_64, Architecture::Aarch64];
/// Colours that the style sheet knows.
const SERIES_MAX: usize = 6;
/// What is followed from report to report, besides the first whole journeys.
const FOLLOWED: [&str; 3] = ["match/github", "match/stripe", "match/kubernetes"];

/// The page, with a plot over earlier reports when there are some.
pub fn page(report: &Report, history: &[Report]) -> String {
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Performance of BRRTRouter</title>\n<style>\n{STYLE}</style>\n<main>\n<h1>Performance of BRRTRouter</h1>\n"
    );
    opening(&mut text, report);
    let counts = &report.counts;
    section(
        &mut text,
        "The matcher",
        "Instructions per match: method dispatch and reading of every parameter included, averaged over the whole table. The marks are what we commit to.",
        &matcher_plot(counts).svg(),
        &table::matcher(counts),
    );
    if let Some(words) = table::github_on_aarch64(counts) {
        writeln!(text, "<p>{}</p>", escape(&words)).unwrap_or_default();
    }
    for growth in &GROWTH {
        if let Some(plot) = growth_plot(counts, growth) {
            section(
                &mut text,
                growth.title,
                "Instructions per match.",
                &plot.svg(),
                &table::growing(counts, growth),
            );
        }
    }
    for kind in table::kinds(counts).into_iter().filter(|kind| kind != "match" && kind != "control") {
        let plot = kind_plot(counts, &kind);
        section(
            &mut text,
            &format!("Cost: {kind}"),
            "Instructions of one element.",
            &plot.svg(),
            &table::scenarios(counts, &kind),
        );
    }
    section(
        &mut text,
        "The routes nearest to the bound",
        "No match may take more than 120 + 7 × bytes + 150 × parameters instructions.",
        "",
        &table::worst(counts),
    );
    section(&mut text, "Building", "", "", &table::built(counts, report.building_ms));
    if !history.is_empty() {
        let plot = history_plot(report, history);
        section(
            &mut text,
            "History",
            "Instructions of one element on x86-64, by commit.",
            &plot.svg(),
            &history_table(&plot),
        );
    }
    loads(&mut text, &report.loads);
    section(
        &mut text,
        "Times on this machine",
        "Medians; each is also given as a multiple of the control that ran right before it.",
        "",
        &table::times(report),
    );
    section(&mut text, "Fuzzing", "", "", &table::fuzz(report));
    section(&mut text, "Every scenario of the matcher", "", "", &table::scenarios(counts, "match"));
    text.push_str("</main>\n</html>\n");
    text
}

fn loads(text: &mut String, measured: &[Measured]) {
    for part in parts(measured) {
        let plots: String =
            part.plots.iter().map(Lines::svg).chain(part.bars.iter().map(Bars::svg)).collect();
        section(text, &part.title, &part.words, &plots, &part.table);
    }
}

fn opening(text: &mut String, report: &Report) {
    text.push_str("<p>To reproduce:</p>\n<pre>");
    for command in REPRODUCE {
        writeln!(text, "{}", escape(command)).unwrap_or_default();
    }
    let machine = &report.machine;
    writeln!(
        text,
        "</pre>\n<p>Commit <b>{}</b>, {} UTC. Times are of this machine: <b>{}</b>, {}, Linux {}, rustc {}. Counts hold for \
         every machine of their architecture: x86-64 by valgrind's callgrind, aarch64 by qemu.</p>",
        escape(&report.commit),
        escape(&report.made),
        escape(&machine.cpu),
        escape(&machine.architecture),
        escape(&machine.kernel),
        escape(&machine.rustc)
    )
    .unwrap_or_default();
}

/// A plot with its numbers below it, folded; a table without a plot stays open.
fn section(text: &mut String, title: &str, words: &str, plot: &str, table: &Table) {
    if table.rows.is_empty() {
        return;
    }
    writeln!(text, "<section>\n<h2>{}</h2>", escape(title)).unwrap_or_default();
    if !words.is_empty() {
        writeln!(text, "<p>{}</p>", escape(words)).unwrap_or_default();
    }
    let html = table.html();
    if plot.is_empty() || title == "The matcher" {
        writeln!(text, "{plot}{html}</section>").unwrap_or_default();
    } else {
        writeln!(text, "{plot}<details><summary>The numbers</summary>\n{html}</details>\n</section>")
            .unwrap_or_default();
    }
}

/// Ours and the peers, on x86-64. Multiples, rows beyond the scale and peers that cannot take every row are left to the
/// table: a linear search over a large table would hide all others.
fn matcher_plot(counts: &Counts) -> Bars {
    let takes_all = |peer: &String| {
        PROMISES.iter().all(|promise| promise.cost(counts, Architecture::X86_64, peer).is_some())
    };
    let peers: Vec<String> = peers(counts).into_iter().filter(takes_all).take(SERIES_MAX - 2).collect();
    let mut series = vec!["ours".to_owned(), "ours on aarch64".to_owned()];
    series.extend(peers.iter().map(|peer| peer.trim_start_matches('@').to_owned()));
    let rows = PROMISES
        .iter()
        .filter(|promise| promise.relative_to.is_none() && !promise.scenario.contains("overlap"))
        .map(|promise| {
            let mut values: Vec<Option<f64>> =
                ARCHITECTURES.iter().map(|architecture| promise.cost(counts, *architecture, "")).collect();
            values.extend(peers.iter().map(|peer| promise.cost(counts, Architecture::X86_64, peer)));
            Row { label: promise.title.to_owned(), values, marks: vec![(promise.commit, "commit to")] }
        })
        .collect();
    Bars {
        description: "Instructions per match: ours beside other routers".to_owned(),
        unit: "instructions per match".to_owned(),
        series,
        rows,
    }
}

fn growth_plot(counts: &Counts, growth: &Growth) -> Option<Lines> {
    let mut series: Vec<(String, Vec<(f64, f64)>)> = ARCHITECTURES
        .iter()
        .map(|architecture| {
            let points = growth.points(counts, "");
            let points =
                points.into_iter().filter_map(|(x, counted)| Some((x, counted.per_element(*architecture)?)));
            (format!("ours, {}", architecture.name()), points.collect())
        })
        .collect();
    for peer in peers(counts) {
        let points = growth.points(counts, &peer);
        let points = points
            .into_iter()
            .filter_map(|(x, counted)| Some((x, counted.per_element(Architecture::X86_64)?)));
        series.push((peer.trim_start_matches('@').to_owned(), points.collect()));
    }
    series.retain(|(_, points)| points.len() > 1);
    series.truncate(SERIES_MAX);
    (!series.is_empty()).then(|| Lines {
        description: growth.title.to_owned(),
        x: growth.what.to_owned(),
        y: "instructions per match".to_owned(),
        series,
        words: Vec::new(),
    })
}

fn kind_plot(counts: &Counts, kind: &str) -> Bars {
    let rows = counts.scenarios.iter().filter(|counted| table::is_of(counted, kind)).map(|counted| Row {
        label: counted.name.trim_start_matches(kind).trim_start_matches('/').to_owned(),
        values: ARCHITECTURES.iter().map(|architecture| counted.per_element(*architecture)).collect(),
        marks: Vec::new(),
    });
    Bars {
        description: format!("Instructions of one element: {kind}"),
        unit: "instructions".to_owned(),
        series: ARCHITECTURES.iter().map(|architecture| architecture.name().to_owned()).collect(),
        rows: rows.collect(),
    }
}

fn history_plot(report: &Report, history: &[Report]) -> Lines {
    let journeys = report
        .counts
        .scenarios
        .iter()
        .map(|counted| &*counted.name)
        .filter(|name| name.starts_with("journey/"));
    let names: Vec<&str> = FOLLOWED.into_iter().chain(journeys).take(SERIES_MAX).collect();
    let all: Vec<&Report> = history.iter().chain([report]).collect();
    let series = names.into_iter().map(|name| {
        let points = all.iter().enumerate().filter_map(|(at, report)| {
            let cost = report.counts.named(name)?.per_element(Architecture::X86_64)?;
            Some((f64::from(u32::try_from(at).ok()?), cost))
        });
        (name.to_owned(), points.collect())
    });
    Lines {
        description: "Instructions by commit".to_owned(),
        x: "commit".to_owned(),
        y: "instructions".to_owned(),
        series: series.filter(|(_, points): &(String, Vec<_>)| !points.is_empty()).collect(),
        words: all.iter().map(|report| report.commit.clone()).collect(),
    }
}

fn history_table(plot: &Lines) -> Table {
    let mut head = vec!["scenario".to_owned()];
    head.extend(plot.words.iter().cloned());
    let rows = plot.series.iter().map(|(name, points)| {
        let mut row = vec![name.clone()];
        row.extend((0..plot.words.len()).map(|at| {
            let found = points
                .iter()
                .find(|(x, _)| u32::try_from(at).is_ok_and(|at| (f64::from(at) - x).abs() < 0.5));
            found.map_or_else(String::new, |(_, y)| super::chart::number(*y))
        }));
        row
    });
    Table { head, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;

    #[test]
    fn the_page_needs_nothing_else() {
        let report = made::report();
        let page = page(&report, std::slice::from_ref(&report));
        for part in ["http://", "https://", "<script", "url(", "NaN", "@import"] {
            assert!(!page.contains(part), "{part}");
        }
        for part in [
            "To reproduce",
            "GitHub, all operations",
            "made &lt;for&gt; a test",
            "History",
            "a &lt; b",
            "Latency by requests a second",
            "Made &lt;CPU&gt;",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(page.find("To reproduce") < page.find("<svg"));
    }

    #[test]
    fn without_history_there_is_no_such_plot() {
        assert!(!page(&made::report(), &[]).contains("History"));
    }
}
