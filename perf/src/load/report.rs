//! The report of a run: as JSON for programs, as Markdown for reviews, and as one page that needs nothing else.

mod page;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;

use super::collect::Collected;
use super::memory::Growth;
use super::options::LoadArguments;
use super::table::{self, QUANTILES};
use super::tally::{Latencies, Row};
use super::visit::Run;
use crate::fault::Fault;
use crate::machine::{Identity, Source};
use crate::report::Table;
pub use crate::report::{around, check};

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// All that a report tells.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What tells this file from those of other verbs.
    kind: &'static str,
    format: u32,
    made: String,
    machine: Identity,
    url: String,
    description: String,
    seed: u64,
    users: u32,
    /// Requests in each second, of an open model.
    rate: Option<f64>,
    seconds: f64,
    requests_per_second: f64,
    /// All failures, those while users were beginning among them.
    failures: u64,
    all: Figures,
    operations: Vec<Figures>,
    not_asked: BTreeMap<String, String>,
    failed: Vec<Failed>,
    by_second: Vec<u64>,
    /// The server's memory, where it was looked at.
    memory: Option<Growth>,
    #[serde(skip)]
    table: Table,
}

/// One operation, or all.
#[derive(Debug, Serialize)]
struct Figures {
    name: String,
    served: u64,
    declined: u64,
    failed: u64,
    statuses: BTreeMap<u16, u64>,
    /// Milliseconds by quantile, and the most; from the moment at which a request was to begin.
    latency_ms: BTreeMap<&'static str, f64>,
    /// The same from the moment at which it did begin.
    service_ms: BTreeMap<&'static str, f64>,
}

#[derive(Debug, Serialize)]
struct Failed {
    operation: String,
    why: String,
    count: u64,
    curl: String,
}

impl Report {
    pub fn new(run: &Run, arguments: &LoadArguments, collected: &Collected) -> Result<Self, Fault> {
        let (source, tally) = (Source::here(), &collected.tally);
        let total = tally.total()?;
        let seconds = collected.measured.as_secs_f64();
        let failed = tally.failures.iter().map(|((job, why), failure)| Failed {
            operation: run.work.jobs.get(*job).map(|job| job.name.clone()).unwrap_or_default(),
            why: why.clone(),
            count: failure.count,
            curl: failure.curl.clone(),
        });
        let jobs = run.work.jobs.iter().zip(&tally.rows);
        Ok(Self {
            kind: "load",
            format: FORMAT,
            made: source.ask("date", &["-u", "+%F %H:%M"]).unwrap_or_default(),
            machine: Identity::read(&source),
            url: run.work.origin.clone(),
            description: arguments.traffic.description.display().to_string(),
            seed: arguments.traffic.seed,
            users: arguments.users,
            rate: arguments.rate,
            seconds,
            requests_per_second: total.requests() as f64 / seconds.max(1e-3),
            failures: tally.failed(),
            all: Figures::of("all", &total),
            operations: jobs.map(|(job, row)| Figures::of(&job.name, row)).collect(),
            not_asked: run.work.left_out.iter().cloned().collect(),
            failed: failed.collect(),
            by_second: collected.by_second.clone(),
            memory: None,
            table: Table {
                head: table::HEAD.map(str::to_owned).to_vec(),
                rows: table::rows(&run.work, tally, collected.measured)?,
            },
        })
    }

    pub const fn requests_per_second(&self) -> f64 {
        self.requests_per_second
    }

    /// Adds how the server's memory grew.
    pub fn set_memory(&mut self, growth: Growth) {
        self.memory = Some(growth);
    }

    /// What the table does not tell.
    pub fn words(&self) -> String {
        let mut text = String::new();
        let mut line = |words: String| writeln!(text, "{words}").unwrap_or_default();
        let never: Vec<&str> =
            self.operations.iter().filter(|one| one.served == 0).map(|one| &*one.name).collect();
        line(format!(
            "{} failures; {} of {} operations and paths were served at least once",
            self.failures,
            self.operations.len().saturating_sub(never.len()),
            self.operations.len()
        ));
        if !never.is_empty() {
            line(format!("never served while it was measured: {}", never.join(", ")));
        }
        if let Some(rate) = self.rate {
            let of = |figures: &BTreeMap<&str, f64>| figures.get("p99").copied().unwrap_or(f64::NAN);
            line(format!(
                "open model of {rate} requests a second: p99 {:.2} ms from the intended moment, {:.2} ms from the actual one; {:.1} a second were reached",
                of(&self.all.latency_ms),
                of(&self.all.service_ms),
                self.requests_per_second
            ));
        }
        if let Some(growth) = &self.memory {
            line(growth.to_string());
        }
        for failed in &self.failed {
            line(format!(
                "FAILED {} times: {}: {}\n  {}",
                failed.count, failed.operation, failed.why, failed.curl
            ));
        }
        text
    }

    /// Writes the form that the path's ending names.
    pub fn write(&self, path: &Path) -> Result<(), Fault> {
        let text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") => serde_json::to_string_pretty(self)
                .map_err(|error| Fault::new(format!("the report cannot be written as JSON: {error}")))?,
            Some("md") => self.markdown(),
            _ => page::page(self),
        };
        fs::write(path, text + "\n").map_err(|error| Fault::at(path, &error))
    }

    fn opening(&self) -> String {
        let model = match self.rate {
            Some(rate) => {
                format!("an open model of {rate} requests a second, at most {} at once", self.users)
            }
            None => format!("a closed model of {} users", self.users),
        };
        format!(
            "{} at {}, {model}, for {:.0} s; seed {}. Client and machine: {}, Linux {}, {} UTC.",
            self.description,
            self.url,
            self.seconds,
            self.seed,
            self.machine.cpu,
            self.machine.kernel,
            self.made
        )
    }

    fn markdown(&self) -> String {
        let mut text = format!("# Load\n\n{}\n\n{}\n", self.opening(), self.table.markdown());
        write!(text, "{}", self.words().replace('\n', "\n\n")).unwrap_or_default();
        for (name, why) in &self.not_asked {
            writeln!(text, "Not asked: {name}: {why}\n").unwrap_or_default();
        }
        text
    }
}

impl Figures {
    fn of(name: &str, row: &Row) -> Self {
        Self {
            name: name.to_owned(),
            served: row.served,
            declined: row.declined,
            failed: row.failed,
            statuses: row.statuses.clone(),
            latency_ms: quantiles(&row.latency),
            service_ms: quantiles(&row.service),
        }
    }
}

fn quantiles(latencies: &Latencies) -> BTreeMap<&'static str, f64> {
    let millis = |duration: std::time::Duration| duration.as_secs_f64() * 1e3;
    let mut figures: BTreeMap<_, _> =
        QUANTILES.iter().map(|(name, quantile)| (*name, millis(latencies.at(*quantile)))).collect();
    figures.insert("max", millis(latencies.max()));
    figures
}
