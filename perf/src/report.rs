//! The report: `reports/performance/` as JSON for programs, Markdown for terminals and reviews, and one HTML page that
//! needs nothing else.
//!
//! What is committed are the counts alone (`counts.json`, `counts.md`), which do not know a machine or a day. The report
//! adds times, and so names the machine.

mod chart;
mod compared;
#[cfg(any(feature = "load", feature = "server"))]
mod file;
mod html;
mod loads;
mod markdown;
mod matcher;
mod table;

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use perf::scenario;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    baseline::Time,
    built,
    count::Counts,
    fault::Fault,
    gate::{CONTROL, Paced, paired, pin},
    machine::{Identity, Readings, Source},
};

#[cfg(feature = "load")]
pub use chart::Lines;
#[cfg(feature = "server")]
pub use chart::{Bars, Row, number};
#[cfg(all(test, feature = "server"))]
pub use compared::Comparison;
use loads::Measured;
#[cfg(feature = "load")]
pub use loads::Step;
pub use markdown::counts as counts_markdown;
#[cfg(any(feature = "load", feature = "server"))]
pub use {
    chart::escape,
    file::{around, check, report_file},
    table::Table,
};

/// The version of `report.json`.
const FORMAT: u32 = 1;

/// How to reproduce the report, in the order of doing.
const REPRODUCE: [&str; 3] = [
    "apt-get install valgrind qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross && rustup target add aarch64-unknown-linux-gnu",
    "cargo run --release -p perf --features peers -- count --write",
    "cargo run --release -p perf --features peers -- report",
];

/// `report.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub format: u32,
    /// The commit that was measured, with `+` when the tree was changed.
    pub commit: String,
    /// The day and minute, UTC.
    pub made: String,
    pub machine: Identity,
    pub readings: Readings,
    pub counts: Counts,
    /// By scenario; empty when no times were asked for.
    pub times: BTreeMap<String, Time>,
    /// Milliseconds of building a large route table.
    pub building_ms: Option<f64>,
    /// `fuzz/ledger.toml`: an object for each target.
    pub fuzz: Vec<toml::Table>,
    /// What loads found; empty where none were given.
    #[serde(default)]
    loads: Vec<Measured>,
}

/// What to report from and where to.
pub struct Sources {
    pub workspace: PathBuf,
    pub counts: PathBuf,
    pub history: Vec<PathBuf>,
    /// What loads wrote as JSON.
    pub loads: Vec<PathBuf>,
    pub folder: PathBuf,
    /// The CPU to time on; without it there are no times.
    pub cpu: Option<u32>,
}

/// Writes the report and gives the paths of its files.
pub fn write(sources: &Sources) -> Result<Vec<PathBuf>, Fault> {
    let history =
        sources.history.iter().map(|path| Report::read(path)).collect::<Result<Vec<Report>, Fault>>()?;
    let report = Report::make(sources)?;
    let json = serde_json::to_string_pretty(&report)
        .map_err(|error| Fault::new(format!("the report cannot be written as JSON: {error}")))?;
    fs::create_dir_all(&sources.folder).map_err(|error| Fault::at(&sources.folder, &error))?;
    let files = [
        ("report.json", json + "\n"),
        ("report.md", markdown::report(&report)),
        ("report.html", html::page(&report, &history)),
    ];
    files
        .into_iter()
        .map(|(name, text)| {
            let path = sources.folder.join(name);
            fs::write(&path, text).map_err(|error| Fault::at(&path, &error))?;
            Ok(path)
        })
        .collect()
}

impl Report {
    fn make(sources: &Sources) -> Result<Self, Fault> {
        // Before anything is timed: a wrong path is told at once.
        let loads = sources.loads.iter().map(|path| Measured::read(path)).collect::<Result<_, Fault>>()?;
        let source = Source::here();
        let readings = Readings::read(&source, sources.cpu.unwrap_or(0));
        Ok(Self {
            format: FORMAT,
            commit: commit(&source, &sources.workspace),
            made: source.ask("date", &["-u", "+%F %H:%M"]).unwrap_or_default(),
            machine: Identity::read(&source),
            readings,
            counts: Counts::read(&sources.counts)?,
            times: sources.cpu.map(times).transpose()?.unwrap_or_default(),
            building_ms: sources.cpu.map(|_| building_ms()),
            fuzz: ledger(&sources.workspace.join("fuzz/ledger.toml"))?,
            loads,
        })
    }

    fn read(path: &Path) -> Result<Self, Fault> {
        let report: Self = given(path, "--history takes earlier report.json files")?;
        if report.format == FORMAT {
            return Ok(report);
        }
        Err(Fault::usage(format!(
            "{}: format {}, this program reads {FORMAT}; leave it out, or make that report anew",
            path.display(),
            report.format
        )))
    }
}

/// Reads the JSON of a file that was named by a flag; `takes` says what that takes.
fn given<T: DeserializeOwned>(path: &Path, takes: &str) -> Result<T, Fault> {
    let unfit = |error: &dyn Display| Fault::usage(format!("{}: {error}; {takes}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| unfit(&error))?;
    serde_json::from_str(&text).map_err(|error| unfit(&error))
}

/// The commit of a work tree, with `+` when the tree was changed.
pub fn commit(source: &Source, workspace: &Path) -> String {
    let at = workspace.to_string_lossy();
    let name = source.ask("git", &["-C", &at, "rev-parse", "--short", "HEAD"]);
    let changed = source.ask("git", &["-C", &at, "status", "--porcelain", "--untracked-files=no"]).is_some();
    name.map_or_else(|| "unknown".to_owned(), |name| if changed { name + "+" } else { name })
}

/// Times of all scenarios, each beside the control. Nothing is refused here: a report informs.
fn times(cpu: u32) -> Result<BTreeMap<String, Time>, Fault> {
    pin(cpu)?;
    let mut times = BTreeMap::new();
    let Some(control) = scenario::named(CONTROL) else { return Ok(times) };
    let mut prepared_control = control.prepare();
    let mut control = Paced::new(&mut prepared_control, control.elements);
    for name in scenario::names().into_iter().filter(|name| name != CONTROL) {
        perf::warn!("timing {name}");
        let Some(scenario) = scenario::named(&name) else { continue };
        let mut prepared = scenario.prepare();
        let mut paced = Paced::new(&mut prepared, scenario.elements);
        let (time, _) = paired(&mut control, &mut paced);
        times.insert(name, time);
    }
    Ok(times)
}

/// The quickest of a few builds: what building takes when nothing else disturbs it.
fn building_ms() -> f64 {
    const BUILDS: usize = 7;
    let templates = built::templates(built::PATHS);
    let times = (0..BUILDS).map(|_| {
        let start = Instant::now();
        let table = built::build_route_table(&templates);
        let took = start.elapsed();
        drop(table);
        took
    });
    times.min().unwrap_or_default().as_secs_f64() * 1e3
}

/// The fuzzers' ledger: the tables of its first array of tables; an absent file is an empty ledger.
fn ledger(path: &Path) -> Result<Vec<toml::Table>, Fault> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    let ledger: toml::Table =
        text.parse().map_err(|error| Fault::new(format!("{}: no TOML: {error}", path.display())))?;
    let entries = ledger.values().find_map(toml::Value::as_array).into_iter().flatten();
    Ok(entries.filter_map(toml::Value::as_table).cloned().collect())
}

#[cfg(test)]
pub mod made {
    //! Made counts and reports.

    use super::*;
    use crate::count::{Counted, Instructions};

    /// Counts on x86-64 alone.
    pub fn counts(figures: &[(&str, f64)]) -> Counts {
        let scenarios = figures.iter().map(|(name, per_element)| Counted {
            name: (*name).to_owned(),
            what: "made <for> a test".to_owned(),
            elements: 1,
            bytes: 1,
            parameters: 0,
            instructions: BTreeMap::from([(
                "x86-64".to_owned(),
                Instructions { per_element: *per_element, worst: None, nearest_bound: None },
            )]),
            allocations: 0.0,
            allocated_bytes: 0.0,
        });
        Counts { format: 1, scenarios: scenarios.collect(), built: None }
    }

    pub fn report() -> Report {
        let figures = [
            ("control", 9.0),
            ("match/github", 262.0),
            ("match/github@matchit", 1_032.0),
            ("match/routes-10", 200.0),
            ("match/routes-10000", 220.0),
            ("stage/head", 90.0),
        ];
        let ledger = "[[target]]\nname = \"paths\"\ncpu_hours = 1.5\nfindings = [\"a < b\"]\n";
        let ledger: toml::Table = ledger.parse().expect("TOML");
        let Some(toml::Value::Array(entries)) = ledger.get("target") else { panic!("an array") };
        Report {
            format: FORMAT,
            commit: "abc1234".to_owned(),
            made: "2026-11-21 09:00".to_owned(),
            machine: Identity::read(&Source::made(Path::new("/absent"), |_, _| None)),
            readings: Readings::default(),
            counts: counts(&figures),
            times: BTreeMap::from([(
                "match/github".to_owned(),
                Time { ratio: 0.01, spread: 0.02, nanoseconds: 61.0 },
            )]),
            building_ms: Some(9.5),
            fuzz: entries.iter().filter_map(|entry| entry.as_table().cloned()).collect(),
            loads: loads::made::all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::made::Made;

    #[test]
    fn the_ledger_may_be_absent_but_not_broken() {
        let folder = Made::with(
            "ledger",
            &[
                ("good.toml", "since = \"x\"\n[[target]]\nname = \"a\"\n[[target]]\nname = \"b\"\n"),
                ("bad.toml", "= 1"),
            ],
        );
        assert_eq!(ledger(&folder.path().join("absent.toml")).map(|entries| entries.len()).ok(), Some(0));
        assert_eq!(ledger(&folder.path().join("good.toml")).map(|entries| entries.len()).ok(), Some(2));
        assert!(ledger(&folder.path().join("bad.toml")).is_err());
    }

    #[test]
    fn earlier_reports_are_read_by_their_format() {
        let text = serde_json::to_string(&made::report()).expect("plain values");
        let other = text.replacen("\"format\":1", "\"format\":9", 1);
        let folder =
            Made::with("history", &[("same.json", &text), ("other.json", &other), ("no.json", "{}")]);
        assert!(Report::read(&folder.path().join("same.json")).is_ok());
        for name in ["other.json", "no.json", "absent.json"] {
            let fault = Report::read(&folder.path().join(name)).expect_err(name);
            assert_eq!(fault.code(), 2);
            let mended =
                ["--history takes", "leave it out"].iter().any(|mend| fault.to_string().contains(mend));
            assert!(fault.to_string().contains(name) && mended, "{fault}");
        }
    }
}
