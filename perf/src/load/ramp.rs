//! Users up to the breaking point: twice as many at each step, until requests fail, wait too long, or there are as many as were asked for.
//!
//! What broke first is named by what the server had of what it may have at that step: descriptors, areas of memory, CPU. Where none of them was near its
//! bound it is latency itself.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::limits::{self, Held};
use super::options::{LoadArguments, duration};
use super::server::{Server, ServerArguments};
use super::table::millis;
use crate::Outcome;
use crate::fault::Fault;
use crate::machine::{Identity, Source};
use crate::report::{Lines, Step, Table, escape};

/// How far the load goes.
#[derive(Args, Clone, Debug)]
pub struct RampArguments {
    #[command(flatten)]
    pub load: LoadArguments,
    #[command(flatten)]
    pub server: ServerArguments,
    /// Users of the last step; the first has those of --users, and each takes --time.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub users_max: u32,
    /// A 99th percentile beyond which the server is broken.
    #[arg(long, default_value = "1s", value_parser = duration)]
    pub broken_p99: Duration,
    /// Ends with exit code 1 where the server breaks before so many users.
    #[arg(long, default_value_t = 0)]
    pub users_min: u32,
}

/// A share of what may be had, from which on it counts as used up.
const USED_UP: f64 = 0.95;
/// A share of the processors' time, from which on they are busy.
const BUSY: f64 = 0.85;
/// Failures in a hundred requests that are no accident.
const FAILED_PERCENT: f64 = 1.0;

/// All that is told of a ramp.
#[derive(Debug, Serialize)]
struct Report {
    /// What tells this file from those of other verbs.
    kind: &'static str,
    format: u32,
    made: String,
    machine: Identity,
    description: String,
    words: String,
    broke: Option<Broke>,
    steps: Vec<Step>,
}

/// What broke first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Broke {
    Descriptors,
    Areas,
    ServerCpu,
    /// The machine was busy with the client.
    MachineCpu,
    Latency,
    Failures,
}

/// Goes up, and tells where it ends.
pub fn ramp(arguments: &RampArguments) -> Result<Outcome, Fault> {
    arguments.load.report_file.iter().try_for_each(|path| super::report::check(path))?;
    let server = Server::find(&arguments.server, &arguments.load.traffic)?;
    Held::read(server.pid)?;
    let mut steps: Vec<Step> = Vec::new();
    let mut users = arguments.load.users.min(arguments.users_max);
    let broke = loop {
        let step = step(arguments, server.pid, users)?;
        perf::say!(
            "{users} users: {:.0} requests a second, p99 {:.1} ms",
            step.requests_per_second,
            step.p99_ms
        );
        let broke = broke(&step, arguments.broken_p99);
        steps.push(step);
        if broke.is_some() || users >= arguments.users_max {
            break broke;
        }
        users = users.saturating_mul(2).min(arguments.users_max);
    };
    let words = words(&steps, broke);
    perf::say!("{}\n{words}", table(&steps).markdown());
    let source = Source::here();
    let told = Report {
        kind: "ramp",
        format: 1,
        made: source.ask("date", &["-u", "+%F %H:%M"]).unwrap_or_default(),
        machine: Identity::read(&source),
        description: arguments.load.traffic.description.display().to_string(),
        words,
        broke,
        steps,
    };
    for path in &arguments.load.report_file {
        write(path, &told)?;
        perf::say!("wrote {}", path.display());
    }
    let held = told.steps.iter().rev().find(|_| broke.is_none()).or(told.steps.iter().rev().nth(1));
    let enough = held.map_or(0, |step| step.users) >= arguments.users_min;
    Ok(if enough { Outcome::Held } else { Outcome::Broken })
}

fn step(arguments: &RampArguments, pid: u32, users: u32) -> Result<Step, Fault> {
    let mut load = arguments.load.clone();
    (load.users, load.report_file) = (users, Vec::new());
    // A table for each step would hide what the steps tell.
    load.every = Duration::from_secs(24 * 3600);
    let own = std::process::id();
    let (before, before_own) = (Held::read(pid)?, Held::read(own)?);
    let (begun, machine) = (std::time::Instant::now(), limits::machine());
    let watch = Watch::start(pid);
    let loaded = super::run_load(&load);
    let held = watch.finish(before);
    let loaded = loaded?;
    let processors = std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64);
    let share = |spent: f64| spent / begun.elapsed().as_secs_f64() / processors;
    let (after, after_own) = (Held::read(pid).unwrap_or(before), Held::read(own)?);
    let machine_now = limits::machine();
    let total = loaded.collected.tally.total()?;
    Ok(Step {
        users,
        requests_per_second: loaded.report.requests_per_second(),
        failed_percent: 100.0 * total.failed as f64 / (total.requests() as f64).max(1.0),
        p50_ms: total.latency.at(0.5).as_secs_f64() * 1e3,
        p99_ms: total.latency.at(0.99).as_secs_f64() * 1e3,
        descriptors: held.descriptors,
        descriptors_max: held.descriptors_max,
        areas: held.areas,
        areas_max: held.areas_max,
        server_cpu: share(after.cpu_seconds - before.cpu_seconds),
        client_cpu: share(after_own.cpu_seconds - before_own.cpu_seconds),
        machine_cpu: (machine_now.0 - machine.0) / (machine_now.1 - machine.1).max(1.0),
        resident_kib: held.resident / 1024,
    })
}

/// Looks at what the server has while a step runs, and keeps the most.
struct Watch {
    stop: std::sync::mpsc::Sender<()>,
    thread: std::thread::JoinHandle<Held>,
}

impl Watch {
    fn start(pid: u32) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let look = move || {
            let (mut most, every) = (Held::default(), Duration::from_millis(500));
            while stopped.recv_timeout(every) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                // A server that has ended is told by its failures.
                most = Held::read(pid).map_or(most, |held| most.or_more(&held));
            }
            most
        };
        Self { stop, thread: std::thread::spawn(look) }
    }

    fn finish(self, otherwise: Held) -> Held {
        drop(self.stop);
        let held = self.thread.join().unwrap_or_default();
        if held.descriptors == 0 { otherwise } else { held }
    }
}

/// What broke at this step, if anything.
fn broke(step: &Step, p99: Duration) -> Option<Broke> {
    let failing = step.failed_percent > FAILED_PERCENT;
    let late = step.p99_ms > p99.as_secs_f64() * 1e3;
    if !failing && !late {
        return None;
    }
    let near = |has: u64, most: u64| has as f64 >= most as f64 * USED_UP;
    Some(if near(step.descriptors, step.descriptors_max) {
        Broke::Descriptors
    } else if near(step.areas, step.areas_max) {
        Broke::Areas
    } else if failing {
        Broke::Failures
    } else if step.server_cpu >= BUSY {
        Broke::ServerCpu
    } else if step.machine_cpu >= BUSY {
        Broke::MachineCpu
    } else {
        Broke::Latency
    })
}

impl fmt::Display for Broke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Descriptors => "file descriptors: raise `ulimit -n` of the server",
            Self::Areas => "areas of memory (VMA): raise vm.max_map_count",
            Self::ServerCpu => "the server's CPU",
            Self::MachineCpu => "this machine's CPU, which the client and others share: the server may hold more with them elsewhere",
            Self::Latency => "latency, with no bound of the system near",
            Self::Failures => "requests that failed, with no bound of the system near",
        })
    }
}

fn words(steps: &[Step], broke: Option<Broke>) -> String {
    let Some(last) = steps.last() else { return String::new() };
    let most = steps.iter().map(|step| step.requests_per_second).fold(0.0, f64::max);
    match broke {
        Some(broke) => format!(
            "broke at {} users (p99 {:.0} ms, {:.1} % failed); what broke first: {broke}. At most {most:.0} requests a second",
            last.users, last.p99_ms, last.failed_percent
        ),
        None => format!(
            "held {} users, as many as were asked for. At most {most:.0} requests a second",
            last.users
        ),
    }
}

fn table(steps: &[Step]) -> Table {
    let head = [
        "users",
        "req/s",
        "failed %",
        "p50 ms",
        "p99 ms",
        "descriptors",
        "areas",
        "server CPU",
        "client CPU",
        "machine CPU",
        "resident KiB",
    ];
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let millis = |value: f64| millis(Duration::from_secs_f64(value / 1e3));
    let rows = steps.iter().map(|step| {
        vec![
            step.users.to_string(),
            format!("{:.0}", step.requests_per_second),
            format!("{:.2}", step.failed_percent),
            millis(step.p50_ms),
            millis(step.p99_ms),
            format!("{} of {}", step.descriptors, step.descriptors_max),
            format!("{} of {}", step.areas, step.areas_max),
            percent(step.server_cpu),
            percent(step.client_cpu),
            percent(step.machine_cpu),
            step.resident_kib.to_string(),
        ]
    });
    Table { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}

fn write(path: &Path, report: &Report) -> Result<(), Fault> {
    let Report { words, steps, .. } = report;
    let text = match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => serde_json::to_string_pretty(report)
            .map_err(|error| Fault::new(format!("the report cannot be written as JSON: {error}")))?,
        Some("md") => format!("# Ramp\n\n{words}.\n\n{}", table(steps).markdown()),
        _ => super::report::around(
            "Ramp",
            &format!("<p>{}.</p>\n{}{}", escape(words), plot(steps).svg(), table(steps).html()),
        ),
    };
    fs::write(path, text + "\n").map_err(|error| Fault::at(path, &error))
}

fn plot(steps: &[Step]) -> Lines {
    let series = |name: &str, of: fn(&Step) -> f64| {
        (name.to_owned(), steps.iter().map(|step| (f64::from(step.users), of(step))).collect())
    };
    Lines {
        description: "Latency by users".to_owned(),
        x: "users".to_owned(),
        y: "milliseconds".to_owned(),
        series: vec![series("p50", |step| step.p50_ms), series("p99", |step| step.p99_ms)],
        words: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Step {
        Step {
            users: 10,
            requests_per_second: 100.0,
            failed_percent: 0.0,
            p50_ms: 1.0,
            p99_ms: 2.0,
            descriptors: 10,
            descriptors_max: 1000,
            areas: 10,
            areas_max: 1000,
            server_cpu: 0.2,
            client_cpu: 0.2,
            machine_cpu: 0.4,
            resident_kib: 1,
        }
    }

    #[test]
    fn what_broke_first_is_named() {
        let check = |change: fn(&mut Step), expected: Option<Broke>| {
            let mut step = made();
            change(&mut step);
            assert_eq!(broke(&step, Duration::from_millis(100)), expected, "{step:?}");
        };
        check(|_| {}, None);
        check(|step| step.server_cpu = 1.0, None);
        check(|step| step.p99_ms = 101.0, Some(Broke::Latency));
        check(|step| (step.p99_ms, step.server_cpu) = (101.0, 0.9), Some(Broke::ServerCpu));
        check(|step| (step.p99_ms, step.machine_cpu) = (101.0, 0.9), Some(Broke::MachineCpu));
        check(|step| (step.p99_ms, step.descriptors) = (101.0, 960), Some(Broke::Descriptors));
        check(|step| (step.failed_percent, step.areas) = (2.0, 960), Some(Broke::Areas));
        check(|step| step.failed_percent = 2.0, Some(Broke::Failures));
    }

    #[test]
    fn words_and_tables_tell_where_it_ended() {
        let steps = [made()];
        assert!(words(&steps, None).starts_with("held 10 users"));
        let said = words(&steps, Some(Broke::Descriptors));
        assert!(said.contains("broke at 10 users") && said.contains("ulimit -n"), "{said}");
        assert!(table(&steps).markdown().contains("10 of 1000"));
    }
}
