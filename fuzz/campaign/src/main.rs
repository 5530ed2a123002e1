//! Runs the fuzz targets one after the other: for seconds in CI, for hours at night.
//!
//! Needs a nightly compiler and cargo-fuzz. New inputs go to `fuzz/work/`, what breaks a rule to `fuzz/artifacts/`; both
//! stay out of the repository. Ends with 1 when a target found something.

mod ledger;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use clap::Parser;
use fuzz_stages::TARGETS;
use ledger::Ledger;

/// Ticks per second of the times in `/proc/self/stat`, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Parser)]
#[command(about = "Runs the fuzz targets one after the other")]
struct Options {
    /// How long each target runs, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Adds what was run to `fuzz/ledger.toml`.
    #[arg(long)]
    record: bool,
    /// Builds without optimisation: much sooner ready, and slower at work.
    #[arg(long)]
    quick: bool,
    /// The sanitizer; the library has no unsafe code, so that none is needed to find its faults.
    #[arg(long, default_value = "none")]
    sanitizer: String,
    /// The toolchain.
    #[arg(long, default_value = "nightly")]
    toolchain: String,
    /// The targets; all of them when none is named.
    targets: Vec<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let campaign = Campaign { fuzz, options };
    match campaign.run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(found) => {
            eprintln!("{found} targets found something");
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("the fuzz targets cannot run: {reason}");
            ExitCode::FAILURE
        }
    }
}

struct Campaign {
    /// The folder `fuzz/`.
    fuzz: PathBuf,
    options: Options,
}

/// What one run of one target was.
struct Run {
    executions: u64,
    cpu_seconds: f64,
    is_clean: bool,
}

impl Campaign {
    /// Runs everything asked for; how many targets found something.
    fn run(&self) -> Result<usize, String> {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        if let Some(unknown) = self.options.targets.iter().find(|name| !names.contains(&name.as_str())) {
            return Err(format!("there is no target `{unknown}`; there are {}", names.join(", ")));
        }
        let asked_for = |name: &&&str| {
            self.options.targets.is_empty() || self.options.targets.iter().any(|one| one == **name)
        };
        self.build()?;
        let mut found = 0;
        for name in names.iter().filter(asked_for) {
            let run = self.run_one(name)?;
            let per_second = run.executions as f64 / run.cpu_seconds.max(0.01);
            let verdict = if run.is_clean { "clean" } else { "FOUND SOMETHING, see fuzz/artifacts" };
            println!("{name:12} {:>10} executions, {per_second:>6.0} a second: {verdict}", run.executions);
            found += usize::from(!run.is_clean);
            if self.options.record {
                self.record(name, &run)?;
            }
        }
        Ok(found)
    }

    /// `cargo fuzz` with the options that build and run share.
    fn cargo_fuzz(&self, verb: &str) -> Command {
        let mut command = Command::new("cargo");
        command.arg(format!("+{}", self.options.toolchain)).args([
            "fuzz",
            verb,
            "--sanitizer",
            &self.options.sanitizer,
        ]);
        if self.options.quick {
            command.arg("--dev");
        }
        command.current_dir(&self.fuzz).stdin(Stdio::null());
        // Cargo tells its children which toolchain runs; the fuzzers have another.
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        command
    }

    fn build(&self) -> Result<(), String> {
        let built = self.cargo_fuzz("build").status().map_err(|error| error.to_string())?;
        if built.success() {
            return Ok(());
        }
        Err(format!(
            "`cargo +{0} fuzz build` failed; `rustup toolchain install {0} --profile minimal` and `cargo install \
             cargo-fuzz --locked` give what it needs",
            self.options.toolchain
        ))
    }

    fn run_one(&self, name: &str) -> Result<Run, String> {
        let work = self.fuzz.join("work").join(name);
        fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
        let mut command = self.cargo_fuzz("run");
        command.arg(name).arg(&work);
        let kept = ["corpus", "findings"].map(|kind| self.fuzz.join(kind).join(name));
        command.args(kept.iter().filter(|folder| folder.is_dir()));
        command.args(["--", "-rss_limit_mb=2048", "-timeout=25", "-print_final_stats=1", "-verbosity=0"]);
        command.arg(format!("-max_total_time={}", self.options.seconds));
        let dictionary = self.fuzz.join(format!("dictionaries/{name}.dict"));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        let (began, cpu_before) = (Instant::now(), cpu_seconds_of_children());
        let output = command.output().map_err(|error| error.to_string())?;
        let told = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            eprintln!("{told}");
        }
        let cpu_seconds = match (cpu_before, cpu_seconds_of_children()) {
            (Some(before), Some(after)) => after - before,
            _ => began.elapsed().as_secs_f64(),
        };
        Ok(Run { executions: executions(&told), cpu_seconds, is_clean: output.status.success() })
    }

    fn record(&self, name: &str, run: &Run) -> Result<(), String> {
        let path = self.fuzz.join("ledger.toml");
        let fault = |reason: String| format!("{}: {reason}", path.display());
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut ledger = Ledger::parse(&text).map_err(fault)?;
        let entry = ledger.entry(name);
        entry.cpu_minutes += run.cpu_seconds / 60.0;
        entry.executions += run.executions;
        entry.executions_per_second = (run.executions as f64 / run.cpu_seconds.max(0.01)).round() as u64;
        fs::write(&path, ledger.to_text().map_err(fault)?).map_err(|error| fault(error.to_string()))
    }
}

/// What libFuzzer says in the end.
fn executions(told: &str) -> u64 {
    let count = told.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    count.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

/// The processor time of all children that have ended, with theirs; `None` where there is no `/proc`.
fn cpu_seconds_of_children() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold spaces; `cutime` and `cstime` are the fields 16 and 17 of all.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(|ticks| ticks.parse::<f64>().ok());
    Some(ticks.sum::<Option<f64>>()? / TICKS_PER_SECOND)
}
