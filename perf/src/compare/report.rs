//! The report of a comparison: for the terminal and reviews as Markdown, for programs as JSON, and as one page that needs nothing else.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;

use super::figures::{Figures, Memory};
use super::goals::{self, Goal};
use super::measured::Spread;
use super::place::Places;
use super::rounds::{ASKED, IDLE, Measured, Plan};
use super::server::Compared;
use crate::fault::Fault;
use crate::machine::{Identity, Source};
use crate::report::{Bars, Row, Table, around, escape, number};

/// The version of the JSON form.
const FORMAT: u32 = 1;
/// From where on the client is taken for what bounds a figure.
const BUSY: f64 = 0.95;
/// Requests a second that others told of.
const HISTORY: &str = "Historical figures of the project that this one is named after, by its own word: 40,000 and 81,000 requests a second, and a goal of \
                       100,000. They are of other machines and other clients: beside the figures above they say nothing of either.";

/// A server that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    pub server: Compared,
    pub name: &'static str,
    pub version: String,
}

/// A server that was not.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    pub name: &'static str,
    pub why: String,
    pub mend: String,
}

/// The figures of one kind of request.
#[derive(Debug, Serialize)]
struct Kind {
    request: &'static str,
    servers: Vec<Figures>,
}

/// All that a report tells.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What tells this file from those of other verbs.
    kind: &'static str,
    format: u32,
    made: String,
    command: String,
    machine: Identity,
    processors: &'static str,
    plan: Plan,
    versions: Vec<Version>,
    left_out: Vec<LeftOut>,
    requests: Vec<Kind>,
    memory: Vec<Memory>,
    goals: Vec<Goal>,
    history: &'static str,
}

impl Report {
    pub fn new(
        measured: &Measured,
        (plan, places): (Plan, Places),
        versions: Vec<Version>,
        left_out: Vec<LeftOut>,
    ) -> Self {
        let servers = || versions.iter().map(|version| version.server);
        let kind = |(asked, request)| Kind {
            request,
            servers: servers().filter_map(|server| measured.figures(server, asked)).collect(),
        };
        let source = Source::here();
        Self {
            kind: "compare",
            format: FORMAT,
            made: source.ask("date", &["-u", "+%F %H:%M"]).unwrap_or_default(),
            command: std::env::args().collect::<Vec<_>>().join(" "),
            machine: Identity::read(&source),
            processors: places.words(),
            plan,
            requests: ASKED.into_iter().map(kind).collect(),
            memory: servers().filter_map(|server| measured.memory(server)).collect(),
            goals: goals::all(measured),
            history: HISTORY,
            versions,
            left_out,
        }
    }

    /// Writes the form that the path's ending names.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Fault> {
        let text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") => serde_json::to_string_pretty(self)
                .map_err(|error| Fault::new(format!("the report cannot be written as JSON: {error}")))?,
            Some("md") => format!("# Servers side by side\n\n{}", self.markdown()),
            _ => self.page(),
        };
        fs::write(path, text + "\n").map_err(|error| Fault::at(path, &error))
    }

    fn opening(&self) -> String {
        let Plan { connections, requests, rounds } = self.plan;
        format!(
            "{rounds} rounds, in each of which every server was asked up to {requests} requests of each kind over {connections} connections, one after the other. {} \
             Figures are medians over the rounds; ratios are taken within a round, with the least and the most of them in brackets. Machine: {}, {}, Linux {}, rustc {}. Command: {}",
            self.processors,
            self.machine.cpu,
            self.machine.architecture,
            self.machine.kernel,
            self.machine.rustc,
            self.command
        )
    }

    /// Everything, as the terminal shows it.
    pub fn markdown(&self) -> String {
        let mut text = format!("{}\n", self.opening());
        let mut section = |title: &str, told: &str| {
            write!(text, "\n## {title}\n\n{told}").unwrap_or_default();
        };
        for kind in &self.requests {
            section(kind.request, &kind.table().markdown());
        }
        section("memory", &self.memory_table().markdown());
        section("goals", &self.goals_table().markdown());
        section("versions", &self.versions_table().markdown());
        for words in self.remarks() {
            write!(text, "\n{words}\n").unwrap_or_default();
        }
        text
    }

    fn page(&self) -> String {
        let mut text = format!("<p>{}</p>\n", escape(&self.opening()));
        let mut section = |title: &str, told: &str| {
            writeln!(text, "<section>\n<h2>{}</h2>\n{told}</section>", escape(title)).unwrap_or_default();
        };
        for kind in &self.requests {
            section(kind.request, &(kind.rates().svg() + &kind.cpu_times().svg() + &kind.table().html()));
        }
        section("memory", &(self.idle_plot().svg() + &self.memory_table().html()));
        section("goals", &self.goals_table().html());
        section("versions", &self.versions_table().html());
        for words in self.remarks() {
            writeln!(text, "<p>{}</p>", escape(&words)).unwrap_or_default();
        }
        around("Servers side by side", &text)
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = vec![HISTORY.to_owned()];
        for kind in &self.requests {
            remarks.extend(kind.bounded_by_client());
            remarks.extend(kind.held_up());
        }
        let left_out = self.left_out.iter();
        remarks
            .extend(left_out.map(|one| format!("Left out: {}: {}. Mend: {}", one.name, one.why, one.mend)));
        remarks
    }

    fn memory_table(&self) -> Table {
        let idle = format!("KiB of an idle connection, of {IDLE}");
        let head = ["server", "MiB after a round", "over ours", &idle];
        let rows = self.memory.iter().map(|memory| {
            vec![
                memory.server.name().to_owned(),
                format!("{:.1}", memory.resident.median / 1_048_576.0),
                ratio(memory.resident_over_ours),
                memory.idle_connection.map_or_else(nothing, |bytes| format!("{:.1}", bytes / 1024.0)),
            ]
        });
        table(&head, rows)
    }

    fn idle_plot(&self) -> Bars {
        let rows = self.memory.iter().map(|memory| {
            let mark = (memory.server == Compared::Ours).then_some((8.0, "goal"));
            Row {
                label: memory.server.name().to_owned(),
                values: vec![memory.idle_connection.map(|bytes| bytes / 1024.0)],
                marks: mark.into_iter().collect(),
            }
        });
        bars("Memory of an idle connection", "KiB", rows.collect())
    }

    fn goals_table(&self) -> Table {
        let rows = self.goals.iter().map(|goal| {
            let measured = goal.measured.clone().unwrap_or_else(nothing);
            vec![goal.what.clone(), goal.goal.clone(), measured, goal.verdict.words().to_owned()]
        });
        table(&["our server", "goal", "measured", "verdict"], rows)
    }

    fn versions_table(&self) -> Table {
        let rows = self.versions.iter().map(|one| vec![one.name.to_owned(), one.version.clone()]);
        table(&["server", "version"], rows)
    }
}

impl Kind {
    fn table(&self) -> Table {
        let head = [
            "server",
            "requests/s",
            "over ours",
            "CPU µs a request",
            "over ours",
            "over bare hello",
            "p50 µs",
            "p99 µs",
            "server busy",
            "client busy",
        ];
        let rows = self.servers.iter().map(|figures| {
            vec![
                figures.server.name().to_owned(),
                number(figures.requests_per_second.median.round()),
                ratio(figures.requests_over_ours),
                format!("{:.1}", figures.cpu_nanos.median / 1e3),
                ratio(figures.cpu_over_ours),
                ratio(figures.cpu_over_bare),
                number(figures.p50_micros.median),
                number(figures.p99_micros.median),
                share(figures.server_busy),
                share(figures.client_busy),
            ]
        });
        table(&head, rows)
    }

    fn rates(&self) -> Bars {
        let rows = self.servers.iter().map(|one| row(one, one.requests_per_second.median));
        bars(&format!("Requests a second: {}", self.request), "requests a second", rows.collect())
    }

    fn cpu_times(&self) -> Bars {
        let rows = self.servers.iter().map(|one| row(one, one.cpu_nanos.median / 1e3));
        bars(&format!("CPU time of a request: {}", self.request), "µs", rows.collect())
    }

    /// A figure that tells of the client says so.
    fn bounded_by_client(&self) -> Option<String> {
        let bounded =
            |one: &&Figures| one.client_busy.median > BUSY && one.client_busy.median > one.server_busy.median;
        let names: Vec<&str> =
            self.servers.iter().filter(bounded).map(|figures| figures.server.name()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "The client was busier than the server, so that requests a second tell of it ({}): {}. CPU times do not depend on it.",
                self.request,
                names.join(", ")
            )
        })
    }

    /// And so does one that tells of the machine.
    fn held_up(&self) -> Option<String> {
        let held_up = self.servers.iter().filter(|one| one.is_held_up());
        let names: Vec<&str> = held_up.map(|figures| figures.server.name()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "Neither the server nor the client was busy, so that requests a second and latencies tell of what else this machine did ({}): {}. CPU times do not depend on it much.",
                self.request,
                names.join(", ")
            )
        })
    }
}

fn row(figures: &Figures, value: f64) -> Row {
    Row { label: figures.server.name().to_owned(), values: vec![Some(value)], marks: Vec::new() }
}

fn bars(description: &str, unit: &str, rows: Vec<Row>) -> Bars {
    Bars { description: description.to_owned(), unit: unit.to_owned(), series: vec![unit.to_owned()], rows }
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    Table { head: head.iter().map(|&name| name.to_owned()).collect(), rows: rows.collect() }
}

fn ratio(spread: Option<Spread>) -> String {
    spread.map_or_else(nothing, |one| format!("{:.2}x ({:.2} to {:.2})", one.median, one.least, one.most))
}

fn share(spread: Spread) -> String {
    format!("{:.0} %", spread.median * 100.0)
}

fn nothing() -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::figures::made;
    use super::*;

    fn report() -> Report {
        let version = |server: Compared| Version { server, name: server.name(), version: "1.2.3".to_owned() };
        let left_out = LeftOut { name: "Go net/http", why: "no <go>".to_owned(), mend: "get it".to_owned() };
        let plan = Plan { connections: 32, requests: 100, rounds: 3 };
        let versions = [Compared::Ours, Compared::Bare, Compared::Axum].map(version).to_vec();
        Report::new(&made::measured(), (plan, Places::Together), versions, vec![left_out])
    }

    #[test]
    fn the_report_of_all_takes_its_json() {
        let text = serde_json::to_string(&report()).expect("JSON");
        assert!(text.starts_with(r#"{"kind":"compare","format":1,"made":""#), "{text}");
        serde_json::from_str::<crate::report::Comparison>(&text).expect(&text);
    }

    #[test]
    fn the_words_tell_figures_goals_and_what_is_left_out() {
        let text = report().markdown();
        for expected in [
            "| axum | 20,000 | 0.50x (0.50 to 0.50) | 40.0 | 2.00x (2.00 to 2.00) | 2.50x (2.50 to 2.50) |",
            "| at least 1.00x | 2.00x | met |",
            "| at most 1.6x | 1.75x | not met |",
            "Left out: Go net/http: no <go>. Mend: get it",
            "40,000 and 81,000",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        assert!(!text.contains("The client was busier"), "{text}");
    }

    #[test]
    fn a_figure_that_tells_of_the_client_says_so() {
        let mut measured = made::measured();
        let all = measured.rounds.iter_mut().flatten();
        all.filter(|taken| taken.server == Compared::Bare).for_each(|taken| taken.slice.client_busy = 0.99);
        let version = Version { server: Compared::Bare, name: Compared::Bare.name(), version: String::new() };
        let plan = Plan { connections: 1, requests: 1, rounds: 3 };
        let text = Report::new(&measured, (plan, Places::Together), vec![version], Vec::new()).markdown();
        assert!(text.contains("tell of it (a constant): bare may_minihttp."), "{text}");
        assert!(!text.contains("Neither the server nor"), "{text}");
        measured.rounds.iter_mut().flatten().for_each(|taken| {
            taken.slice.client_busy = 0.5;
            taken.slice.server_busy = 0.5;
        });
        let version = Version { server: Compared::Bare, name: Compared::Bare.name(), version: String::new() };
        let text = Report::new(&measured, (plan, Places::Together), vec![version], Vec::new()).markdown();
        assert!(text.contains("what else this machine did (a constant): bare may_minihttp."), "{text}");
    }

    #[test]
    fn the_page_and_the_json_tell_the_same() {
        let report = report();
        let page = report.page();
        assert!(page.contains("<svg") && page.contains("no &lt;go&gt;") && page.contains("1.75x"), "{page}");
        let json = serde_json::to_value(&report).expect("JSON");
        assert_eq!(json["requests"][1]["servers"][1]["cpu_over_bare"]["median"], 2.5);
        assert_eq!(json["goals"][1]["verdict"], "not_met");
    }
}
