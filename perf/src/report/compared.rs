//! What a comparison found: the JSON that `perf compare` writes, told in the report of all.

use serde::{Deserialize, Serialize};

use super::chart::{Bars, Row, number};
use super::loads::{Part, machines};
use super::table::{NOTHING, Table};
use crate::machine::Identity;

/// Of the report of a comparison, what is told here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comparison {
    made: String,
    machine: Identity,
    processors: String,
    versions: Vec<Version>,
    requests: Vec<Kind>,
    memory: Vec<Memory>,
    goals: Vec<Goal>,
}

/// A server, with the key that figures name it by.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Version {
    server: String,
    name: String,
    version: String,
}

/// The figures of one kind of request.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kind {
    request: String,
    servers: Vec<Figures>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Figures {
    server: String,
    requests_per_second: Spread,
    requests_over_ours: Option<Spread>,
    cpu_nanos: Spread,
    cpu_over_bare: Option<Spread>,
    p99_micros: Spread,
}

/// The median of the rounds, with the least and the most.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    server: String,
    resident: Spread,
    idle_connection: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Goal {
    what: String,
    goal: String,
    measured: Option<String>,
    verdict: String,
}

const KIB: f64 = 1024.0;

impl Comparison {
    /// A part for each kind of request, one of memory, one of goals.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = self.requests.iter().map(|kind| self.kind(kind)).collect();
        parts.extend([self.memory(), self.goals()]);
        parts
    }

    fn kind(&self, kind: &Kind) -> Part {
        let mut table =
            Table::new(&["server", "req/s", "over ours", "CPU µs a request", "over bare hello", "p99 µs"]);
        table.rows.extend(kind.servers.iter().map(|one| {
            vec![
                self.name(&one.server),
                number(one.requests_per_second.median.round()),
                ratio(one.requests_over_ours),
                number(one.cpu_nanos.median / 1e3),
                ratio(one.cpu_over_bare),
                number(one.p99_micros.median),
            ]
        }));
        let bars = |description: &str, unit: &str, value: fn(&Figures) -> f64| {
            let rows = kind.servers.iter().map(|one| (self.name(&one.server), Some(value(one))));
            bars(&format!("{description}: {}", kind.request), unit, rows.collect())
        };
        Part {
            title: format!("Servers side by side: {}", kind.request),
            words: format!("{} ", self.processors)
                + "Medians over the rounds; ratios within one, with the least and the most. "
                + &machines([(&self.machine, &*self.made)].into_iter()),
            plots: Vec::new(),
            bars: vec![
                bars("Requests a second", "requests a second", |one| one.requests_per_second.median),
                bars("CPU time of a request", "µs", |one| one.cpu_nanos.median / 1e3),
            ],
            table,
        }
    }

    fn memory(&self) -> Part {
        let mut table = Table::new(&["server", "version", "MiB after a round", "KiB of an idle connection"]);
        table.rows.extend(self.memory.iter().map(|one| {
            let version = self.versions.iter().find(|version| version.server == one.server);
            let idle = one.idle_connection.map_or_else(nothing, |bytes| number(bytes / KIB));
            let resident = number(one.resident.median / KIB / KIB);
            vec![
                self.name(&one.server),
                version.map_or_else(nothing, |one| one.version.clone()),
                resident,
                idle,
            ]
        }));
        let rows = self
            .memory
            .iter()
            .map(|one| (self.name(&one.server), one.idle_connection.map(|bytes| bytes / KIB)));
        Part {
            title: "Servers side by side: memory".to_owned(),
            words: "Resident, at the end of a round, and what a connection at rest keeps of it.".to_owned(),
            plots: Vec::new(),
            bars: vec![bars("Memory of an idle connection", "KiB", rows.collect())],
            table,
        }
    }

    fn goals(&self) -> Part {
        let mut table = Table::new(&["our server", "goal", "measured", "verdict"]);
        table.rows.extend(self.goals.iter().map(|goal| {
            let measured = goal.measured.clone().unwrap_or_else(nothing);
            vec![goal.what.clone(), goal.goal.clone(), measured, goal.verdict.replace('_', " ")]
        }));
        Part {
            title: "Servers side by side: goals".to_owned(),
            words: String::new(),
            plots: Vec::new(),
            bars: Vec::new(),
            table,
        }
    }

    fn name(&self, server: &str) -> String {
        let version = self.versions.iter().find(|version| version.server == server);
        version.map_or(server, |version| &version.name).to_owned()
    }
}

fn bars(description: &str, unit: &str, rows: Vec<(String, Option<f64>)>) -> Bars {
    let rows = rows.into_iter().map(|(label, value)| Row { label, values: vec![value], marks: Vec::new() });
    Bars {
        description: description.to_owned(),
        unit: unit.to_owned(),
        series: vec![description.to_owned()],
        rows: rows.collect(),
    }
}

fn ratio(spread: Option<Spread>) -> String {
    spread.map_or_else(nothing, |one| format!("{:.2}x ({:.2} to {:.2})", one.median, one.least, one.most))
}

fn nothing() -> String {
    NOTHING.to_owned()
}

#[cfg(test)]
pub mod made {
    //! A made comparison.

    use super::*;

    /// Ours beside another server that keeps idle connections to itself.
    pub fn comparison() -> Comparison {
        let machine = r#"{"cpu":"Made","architecture":"x86_64","kernel":"6","rustc":"1","valgrind":"3"}"#;
        let spread = |median: f64| format!(r#"{{"median":{median},"least":0.5,"most":200000.0}}"#);
        let figures = |server: &str, rate: f64, over: &str| {
            format!(
                r#"{{"server":"{server}","requests_per_second":{},"requests_over_ours":{over},"cpu_nanos":{},"cpu_over_bare":null,"p99_micros":{}}}"#,
                spread(rate),
                spread(8000.0),
                spread(500.0)
            )
        };
        let text = format!(
            r#"{{"kind":"compare","format":1,"made":"2026-11-27 12:00","machine":{machine},"processors":"One each.",
            "versions":[{{"server":"ours","name":"our server","version":"0.1.0"}},{{"server":"other","name":"Other <1>","version":"2"}}],
            "requests":[{{"request":"a constant","servers":[{},{}]}}],
            "memory":[{{"server":"ours","resident":{},"idle_connection":1024.0}},{{"server":"other","resident":{},"idle_connection":null}}],
            "goals":[{{"what":"memory","goal":"at most 8 KiB","measured":"1.0 KiB","verdict":"not_met"}}]}}"#,
            figures("ours", 100_000.0, &spread(1.0)),
            figures("other", 90_000.4, "null"),
            spread(1_048_576.0),
            spread(2_097_152.0)
        );
        serde_json::from_str(&text).expect(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_stand_side_by_side_by_their_names() {
        let parts = made::comparison().parts();
        let [kind, memory, goals] = &parts[..] else { panic!("{} parts", parts.len()) };
        assert_eq!(kind.title, "Servers side by side: a constant");
        let rows: Vec<String> = kind.table.rows.iter().map(|row| row.join("; ")).collect();
        assert_eq!(
            rows,
            ["our server; 100,000; 1.00x (0.50 to 200000.00); 8; –; 500", "Other <1>; 90,000; –; 8; –; 500"]
        );
        assert_eq!(kind.bars.iter().map(|bars| bars.rows.len()).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(
            memory.table.rows.iter().map(|row| row.join("; ")).collect::<Vec<_>>(),
            ["our server; 0.1.0; 1; 1", "Other <1>; 2; 2; –"]
        );
        assert_eq!(
            goals.table.rows.first().map(|row| row.join("; ")).as_deref(),
            Some("memory; at most 8 KiB; 1.0 KiB; not met")
        );
    }
}
