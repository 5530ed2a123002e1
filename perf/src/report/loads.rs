//! What loads found: the JSON that `perf load`, `perf leak`, `perf ramp` and `perf compare` write, told in the report of all.
//!
//! A load needs a server and minutes, so the report does not run it: it takes the files of loads that were run, each of which names its machine.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::chart::{Bars, Lines, number};
use super::compared::Comparison;
use super::given;
use super::table::{NOTHING, Table};
use crate::fault::Fault;
use crate::machine::Identity;

/// One file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measured {
    Load(Load),
    Ramp(Ramp),
    Compare(Comparison),
}

/// Of the report of a load, what is told here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Load {
    made: String,
    machine: Identity,
    description: String,
    users: u32,
    rate: Option<f64>,
    seconds: f64,
    requests_per_second: f64,
    failures: u64,
    all: All,
    memory: Option<Memory>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct All {
    served: u64,
    declined: u64,
    failed: u64,
    latency_ms: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    verdict: String,
    slope: f64,
    slope_least: f64,
    slope_most: f64,
    samples: Vec<Sample>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Sample {
    seconds: f64,
    bytes: f64,
}

/// Of the report of a ramp, what is told here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ramp {
    made: String,
    machine: Identity,
    description: String,
    words: String,
    steps: Vec<Step>,
}

/// One step of a ramp.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Step {
    pub users: u32,
    pub requests_per_second: f64,
    pub failed_percent: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub descriptors: u64,
    pub descriptors_max: u64,
    pub areas: u64,
    pub areas_max: u64,
    /// Of all processors, from 0 to 1.
    pub server_cpu: f64,
    pub client_cpu: f64,
    /// Of everybody, others' processes among them.
    pub machine_cpu: f64,
    pub resident_kib: u64,
}

/// A part of the report.
pub struct Part {
    pub title: String,
    pub words: String,
    pub plots: Vec<Lines>,
    pub bars: Vec<Bars>,
    pub table: Table,
}

const QUANTILES: [&str; 5] = ["p50", "p99", "p99.9", "p99.99", "max"];
const KIB: f64 = 1024.0;

impl Measured {
    /// Reads a file that a load wrote.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        given(path, "--load takes what --report-file NAME.json of perf load, leak, ramp or compare wrote")
    }
}

/// All parts, in the order of telling: loads side by side, latency by load, each memory that was looked at, each ramp, each comparison.
pub fn parts(measured: &[Measured]) -> Vec<Part> {
    let loads: Vec<&Load> = measured.iter().filter_map(Measured::load).collect();
    let ramps = measured.iter().filter_map(Measured::ramp);
    let mut parts = Vec::new();
    if !loads.is_empty() {
        parts.push(side_by_side(&loads));
    }
    parts.extend(loads.iter().filter_map(|load| Some(remembered(load, load.memory.as_ref()?))));
    parts.extend(ramps.map(ramp));
    parts.extend(measured.iter().filter_map(Measured::comparison).flat_map(Comparison::parts));
    parts
}

impl Measured {
    const fn load(&self) -> Option<&Load> {
        if let Self::Load(load) = self { Some(load) } else { None }
    }

    const fn ramp(&self) -> Option<&Ramp> {
        if let Self::Ramp(ramp) = self { Some(ramp) } else { None }
    }

    const fn comparison(&self) -> Option<&Comparison> {
        if let Self::Compare(comparison) = self { Some(comparison) } else { None }
    }
}

fn side_by_side(loads: &[&Load]) -> Part {
    let mut table = Table::new(&["load", "seconds", "requests", "declined", "failures", "req/s"]);
    table.head.extend(QUANTILES.iter().map(|name| format!("{name} ms")));
    table.rows.extend(loads.iter().map(|load| {
        let requests = [load.all.served, load.all.declined, load.all.failed].iter().sum::<u64>();
        let mut row = vec![load.name(), number(load.seconds)];
        row.extend([requests, load.all.declined, load.failures].map(|count| number(count as f64)));
        row.push(number(load.requests_per_second));
        row.extend(QUANTILES.map(|name| load.quantile(name).map_or_else(|| NOTHING.to_owned(), number)));
        row
    }));
    let words = "Every operation of the description in turn, with client and server on one machine. An open model counts latency from the moment at which a request was to begin. ";
    Part {
        title: "Load".to_owned(),
        words: words.to_owned() + &machines(loads.iter().map(|load| (&load.machine, &*load.made))),
        plots: by_rate(loads).into_iter().collect(),
        bars: Vec::new(),
        table,
    }
}

/// Latency over the rate that was asked for, where there is more than one rate.
fn by_rate(loads: &[&Load]) -> Option<Lines> {
    let mut open: Vec<(f64, &Load)> = loads.iter().filter_map(|load| Some((load.rate?, *load))).collect();
    open.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let series = ["p50", "p99", "p99.9"].map(|name| {
        let points = open.iter().filter_map(|(rate, load)| Some((*rate, load.quantile(name)?)));
        (name.to_owned(), points.collect())
    });
    (open.len() > 1).then(|| Lines {
        description: "Latency by requests a second".to_owned(),
        x: "requests a second".to_owned(),
        y: "milliseconds".to_owned(),
        series: series.into(),
        words: Vec::new(),
    })
}

impl Load {
    fn name(&self) -> String {
        match self.rate {
            Some(rate) => format!("{} a second, at most {} at once", number(rate), number(self.users.into())),
            None => format!("{} users", number(self.users.into())),
        }
    }

    fn quantile(&self, name: &str) -> Option<f64> {
        self.all.latency_ms.get(name).copied()
    }
}

/// The server's memory during a load.
fn remembered(load: &Load, memory: &Memory) -> Part {
    let kib_a_minute = |slope: f64| number(slope / KIB * 60.0);
    let at = |sample: Option<&Sample>| {
        sample.map_or_else(|| NOTHING.to_owned(), |sample| number(sample.bytes / KIB))
    };
    let mut table =
        Table::new(&["load", "verdict", "KiB a minute", "95 %: from", "to", "KiB at first", "KiB at last"]);
    table.rows.push(vec![
        load.name(),
        memory.verdict.replace('_', " "),
        kib_a_minute(memory.slope),
        kib_a_minute(memory.slope_least),
        kib_a_minute(memory.slope_most),
        at(memory.samples.first()),
        at(memory.samples.last()),
    ]);
    let points = memory.samples.iter().map(|sample| (sample.seconds, sample.bytes / KIB));
    Part {
        title: "Memory under load".to_owned(),
        words: format!("Resident memory of the server during {} s. ", number(load.seconds))
            + &machines([(&load.machine, &*load.made)].into_iter()),
        plots: vec![Lines {
            description: "Resident memory of the server".to_owned(),
            x: "second".to_owned(),
            y: "KiB".to_owned(),
            series: vec![("resident".to_owned(), points.collect())],
            words: Vec::new(),
        }],
        bars: Vec::new(),
        table,
    }
}

fn ramp(ramp: &Ramp) -> Part {
    let mut table = Table::new(&[
        "users",
        "req/s",
        "failed %",
        "p50 ms",
        "p99 ms",
        "server CPU",
        "client CPU",
        "resident KiB",
    ]);
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    table.rows.extend(ramp.steps.iter().map(|step| {
        vec![
            number(step.users.into()),
            number(step.requests_per_second),
            number(step.failed_percent),
            number(step.p50_ms),
            number(step.p99_ms),
            percent(step.server_cpu),
            percent(step.client_cpu),
            number(step.resident_kib as f64),
        ]
    }));
    Part {
        title: "Ever more users".to_owned(),
        words: format!("The server {}. ", ramp.words) + &machines([(&ramp.machine, &*ramp.made)].into_iter()),
        plots: vec![
            ramp.by_users(
                "Latency by users",
                "milliseconds",
                &[("p50", |step| step.p50_ms), ("p99", |step| step.p99_ms)],
            ),
            ramp.by_users(
                "Resident memory by users",
                "KiB",
                &[("resident", |step| step.resident_kib as f64)],
            ),
        ],
        bars: Vec::new(),
        table,
    }
}

type Figure = (&'static str, fn(&Step) -> f64);

impl Ramp {
    fn by_users(&self, description: &str, y: &str, figures: &[Figure]) -> Lines {
        let series = figures.iter().map(|(name, of)| {
            let points = self.steps.iter().map(|step| (f64::from(step.users), of(step)));
            ((*name).to_owned(), points.collect())
        });
        Lines {
            description: description.to_owned(),
            x: "users".to_owned(),
            y: y.to_owned(),
            series: series.collect(),
            words: Vec::new(),
        }
    }
}

/// The machines that were measured on, each once.
pub(super) fn machines<'m>(of: impl Iterator<Item = (&'m Identity, &'m str)>) -> String {
    let mut told: Vec<String> = Vec::new();
    for (machine, made) in of {
        let words = format!("{}, Linux {}, {} UTC", machine.cpu, machine.kernel, made);
        if !told.contains(&words) {
            told.push(words);
        }
    }
    format!("Measured on {}.", told.join("; "))
}

#[cfg(test)]
pub mod made {
    //! Made files of loads.

    use super::*;

    /// A closed load with its memory, two open ones, a ramp, and a comparison.
    pub fn all() -> Vec<Measured> {
        let machine =
            r#"{"cpu":"Made <CPU>","architecture":"x86_64","kernel":"6","rustc":"1","valgrind":"3"}"#;
        let load = |rate: &str, p99: f64, memory: &str| {
            format!(
                r#"{{"kind":"load","format":1,"made":"2026-11-27 09:00","machine":{machine},"description":"a.yaml","users":20,"rate":{rate},
                "seconds":60.0,"requests_per_second":12345.6,"failures":0,"memory":{memory},
                "all":{{"name":"all","served":740000,"declined":736,"failed":0,"latency_ms":{{"p50":0.5,"p99":{p99},"p99.9":9.5}}}}}}"#
            )
        };
        let memory = r#"{"verdict":"no_leak","slope":17.066666666666666,"slope_least":-1.0,"slope_most":40.0,"samples":[{"seconds":0.0,"bytes":1048576.0},{"seconds":60.0,"bytes":1049600.0}]}"#;
        let held = r#""descriptors":9,"descriptors_max":90,"areas":9,"areas_max":90,"server_cpu":0.2,"client_cpu":0.3,"machine_cpu":0.6"#;
        let ramp = format!(
            r#"{{"kind":"ramp","format":1,"made":"2026-11-27 09:00","machine":{machine},"description":"a.yaml","words":"held 20 users","steps":[
            {{"users":10,"requests_per_second":100.0,"failed_percent":0.0,"p50_ms":1.0,"p99_ms":2.0,{held},"resident_kib":900}},
            {{"users":20,"requests_per_second":190.0,"failed_percent":0.0,"p50_ms":1.5,"p99_ms":3.0,{held},"resident_kib":950}}]}}"#
        );
        let texts =
            [load("null", 1.5, memory), load("2000.0", 2.5, "null"), load("1000.0", 1.25, "null"), ramp];
        let mut measured: Vec<Measured> =
            texts.iter().map(|text| serde_json::from_str(text).expect(text)).collect();
        measured.push(Measured::Compare(super::super::compared::made::comparison()));
        measured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_stand_side_by_side_and_rates_make_a_line() {
        let parts = parts(&made::all());
        let titles: Vec<&str> = parts.iter().map(|part| &*part.title).collect();
        assert_eq!(titles[..3], ["Load", "Memory under load", "Ever more users"]);
        let load = parts.first().expect("loads");
        let row = ["20 users", "60", "740,736", "736", "0", "12,346", "0.50", "1.50", "9.50", "–", "–"];
        assert_eq!(load.table.rows.first().map(Vec::as_slice), Some(&row.map(str::to_owned)[..]));
        let p99 = load.plots.first().and_then(|plot| plot.series.get(1)).map(|(_, points)| points.clone());
        assert_eq!(p99, Some(vec![(1000.0, 1.25), (2000.0, 2.5)]));
        assert_eq!(load.words.matches("Made <CPU>").count(), 1, "{}", load.words);
    }

    #[test]
    fn memory_and_ramps_have_their_lines() {
        let parts = parts(&made::all());
        let memory = parts.get(1).expect("memory");
        let row = ["20 users", "no leak", "1", "-0.06", "2.34", "1,024", "1,025"];
        assert_eq!(memory.table.rows.first().map(Vec::as_slice), Some(&row.map(str::to_owned)[..]));
        let ramp = parts.get(2).expect("a ramp");
        assert!(ramp.words.contains("held 20 users"), "{}", ramp.words);
        assert_eq!(ramp.plots.iter().map(|plot| plot.series.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(ramp.table.rows.len(), 2);
    }

    #[test]
    fn one_rate_makes_no_line() {
        let files = made::all();
        assert!(by_rate(&files.iter().filter_map(Measured::load).take(2).collect::<Vec<_>>()).is_none());
    }
}
