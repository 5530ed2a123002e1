//! The command line of the measurements: `cargo run --release -p perf -- --help`.

mod baseline;
mod built;
#[cfg(feature = "server")]
mod compare;
mod count;
mod fault;
mod gate;
#[cfg(feature = "load")]
mod load;
mod machine;
#[cfg(any(feature = "load", feature = "server"))]
mod process;
mod report;
#[cfg(feature = "server")]
mod transport;

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use perf::scenario;

use count::{Architecture, Counts, Plan};
use fault::Fault;
use gate::{Gate, Profile};

/// Whether other routers are built in.
const PEERS: bool = cfg!(feature = "peers");

#[derive(Parser)]
#[command(
    name = "perf",
    about = "Measures what requests cost: counts that gate, times that inform",
    after_help = "Exit codes:
  0  all held
  1  broken: a count, a time or a baseline is worse than allowed, or committed counts are stale
  2  usage
  3  inconclusive: the machine is not fit, the times spread, or there is no baseline
  4  a tool is missing or fails

Examples:
  perf count --write                       count everything and write reports/performance/counts.*
  perf count --check                       does the code still cost what was committed?
  perf count --only match/github --architecture x86-64
  perf gate --profile pi5 --cpu 3 --save-baseline
  perf gate --profile pi5 --cpu 3          is this commit as fast as the baseline?
  perf report --history old/report.json    reports/performance/report.{json,md,html}

docs/performance.md tells what is measured and how to set up a machine."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs one scenario, for a tool that counts: nothing but its passes differs between two counts.
    Run {
        /// The scenario's name.
        scenario: String,
        /// How many passes to run after preparing.
        #[arg(long, default_value_t = 1)]
        times: u64,
        /// Runs every element by itself instead: perf::scenario::Prepared::run_element once for each.
        #[arg(long, conflicts_with = "times")]
        each: bool,
        /// Writes a byte to standard error before and after what is counted, for the plugin in perf/qemu.
        #[arg(long)]
        marks: bool,
    },
    /// Builds a route table and keeps it, for a tool that counts.
    #[command(hide = true)]
    Build {
        /// How many paths it has.
        paths: u32,
        /// Writes a byte to standard error before and after.
        #[arg(long)]
        marks: bool,
    },
    /// Lists the scenarios.
    List,
    /// CPU time of a request to our server, over that of a bare server's, paired in one run.
    #[cfg(feature = "server")]
    Cpu(CpuArguments),
    /// Our server beside others that do the same work: requests a second, CPU time, latency, memory, paired in one run.
    #[cfg(feature = "server")]
    Compare(compare::CompareArguments),
    /// Serves until standard input ends, for `cpu` and `compare`.
    #[cfg(feature = "server")]
    #[command(hide = true)]
    Serve {
        /// Which server.
        kind: transport::ServerKind,
    },
    /// Puts load on a server: every operation of its description, by users or at a rate; tells what came of each.
    #[cfg(feature = "load")]
    Load(Box<load::LoadArguments>),
    /// Puts a sustained load on a server of this machine, and tells whether its memory grows without end.
    #[cfg(feature = "load")]
    Leak(Box<load::LeakArguments>),
    /// Puts ever more users on a server of this machine, until it breaks, and names what broke first.
    #[cfg(feature = "load")]
    Ramp(Box<load::RampArguments>),
    /// Counts instructions, allocations and bytes of every scenario, on x86-64 and aarch64.
    Count(CountArguments),
    /// Compares times and counts with a baseline of this machine; refuses on a machine that is not fit.
    Gate(GateArguments),
    /// Writes the report: JSON, Markdown and one HTML page.
    Report(ReportArguments),
}

#[cfg(feature = "server")]
#[derive(Args)]
struct CpuArguments {
    /// Connections that are kept open.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Requests in each round, to each server.
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    /// Rounds.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
}

#[derive(Args)]
struct CountArguments {
    /// Architectures; both without it.
    #[arg(long, value_enum)]
    architecture: Vec<Architecture>,
    /// Only scenarios whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Writes counts.json and counts.md into --output-dir.
    #[arg(long, conflicts_with_all = ["check", "only"])]
    write: bool,
    /// Compares with counts.json in --output-dir instead: instructions within 3 %, allocations exactly.
    #[arg(long)]
    check: bool,
    /// Writes the counts as JSON to this file as well.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where counts.json and counts.md are.
    #[arg(long, default_value_os_t = workspace().join("reports/performance"))]
    output_dir: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum ProfileName {
    /// Any PC or server on bare metal.
    Host,
    /// A Raspberry Pi 5 set up as docs/performance.md says.
    Pi5,
}

#[derive(Args)]
struct GateArguments {
    /// What the machine must be like.
    #[arg(long, value_enum, default_value = "host")]
    profile: ProfileName,
    /// The CPU to measure on; without it 0 on a host and 3, the isolated one, on a Pi 5.
    #[arg(long)]
    cpu: Option<u32>,
    /// The folder of baselines, one file for each CPU, kernel, rustc and valgrind.
    #[arg(long, default_value_os_t = workspace().join("perf/baselines"))]
    baselines: PathBuf,
    /// Saves what is measured as this machine's baseline, when the machine is fit.
    #[arg(long)]
    save_baseline: bool,
    /// Only counts: for machines whose times mean nothing.
    #[arg(long, conflicts_with = "times_only")]
    counts_only: bool,
    /// Only times.
    #[arg(long)]
    times_only: bool,
    /// Only scenarios whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Waits at most so many seconds for heat and load to pass.
    #[arg(long, default_value_t = 0)]
    settle: u64,
}

#[derive(Args)]
struct ReportArguments {
    /// The counts to report; perf count --write makes them.
    #[arg(long, default_value_os_t = workspace().join("reports/performance/counts.json"))]
    counts: PathBuf,
    /// Earlier report.json files, oldest first.
    #[arg(long, num_args = 1..)]
    history: Vec<PathBuf>,
    /// What loads found: files that --report-file NAME.json of perf load, leak, ramp and compare wrote.
    #[arg(long, num_args = 1..)]
    load: Vec<PathBuf>,
    /// Where the report goes.
    #[arg(long, default_value_os_t = workspace().join("reports/performance"))]
    output_dir: PathBuf,
    /// The CPU to time on.
    #[arg(long, default_value_t = 0)]
    cpu: u32,
    /// Leaves times out.
    #[arg(long)]
    no_times: bool,
}

/// How a verb ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Held,
    Broken,
    Inconclusive,
}

impl Outcome {
    fn code(self) -> ExitCode {
        match self {
            Self::Held => ExitCode::SUCCESS,
            Self::Broken => ExitCode::from(1),
            Self::Inconclusive => ExitCode::from(3),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Inconclusive => "inconclusive",
        })
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run { scenario, times, each, marks } => run(&scenario, (!each).then_some(times), marks),
        Command::Build { paths, marks } => build(paths, marks),
        Command::List => list(),
        #[cfg(feature = "server")]
        Command::Cpu(arguments) => cpu(&arguments),
        #[cfg(feature = "server")]
        Command::Compare(arguments) => {
            release_only().and_then(|()| compare::compare(&arguments, &workspace()))
        }
        #[cfg(feature = "server")]
        Command::Serve { kind } => transport::serve(kind).map(|()| Outcome::Held),
        #[cfg(feature = "load")]
        Command::Load(arguments) => load::load(&arguments),
        #[cfg(feature = "load")]
        Command::Leak(arguments) => load::leak(&arguments),
        #[cfg(feature = "load")]
        Command::Ramp(arguments) => load::ramp(&arguments),
        Command::Count(arguments) => counts(&arguments),
        Command::Gate(arguments) => gate(arguments),
        Command::Report(arguments) => report(arguments),
    };
    match done {
        Ok(outcome) => outcome.code(),
        Err(fault) => {
            perf::warn!("perf: {fault}");
            ExitCode::from(fault.code())
        }
    }
}

/// The workspace this program was built in.
fn workspace() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_owned()
}

/// Passes, or each element by itself when no number of passes is given.
fn run(name: &str, times: Option<u64>, marks: bool) -> Result<Outcome, Fault> {
    let scenario = scenario::named(name)
        .ok_or_else(|| Fault::new(format!("no scenario is called `{name}`; `perf list` names them all")))?;
    let mut prepared = scenario.prepare();
    let marks = Marks::begin(marks)?;
    let Some(times) = times else {
        for at in 0..prepared.elements() {
            prepared.run_element(at);
            marks.mark()?;
        }
        return Ok(Outcome::Held);
    };
    (0..times).for_each(|_| prepared.run());
    marks.mark().map(|()| Outcome::Held)
}

fn build(paths: u32, marks: bool) -> Result<Outcome, Fault> {
    let templates = built::templates(paths);
    let marks = Marks::begin(marks)?;
    let table = built::build_route_table(&templates);
    marks.mark()?;
    // What is kept to the end is what a tool finds there.
    std::mem::forget(table);
    Ok(Outcome::Held)
}

/// Bytes written to standard error, by which the plugin in perf/qemu knows where counting begins and ends.
struct Marks(bool);

impl Marks {
    /// Two marks with nothing between them tell the cost of one.
    fn begin(wanted: bool) -> Result<Self, Fault> {
        let marks = Self(wanted);
        marks.mark()?;
        marks.mark()?;
        Ok(marks)
    }

    fn mark(&self) -> Result<(), Fault> {
        let written = if self.0 { io::stderr().write_all(b".") } else { Ok(()) };
        written.map_err(|error| Fault::new(format!("a mark cannot be written to standard error: {error}")))
    }
}

#[cfg(feature = "server")]
fn cpu(arguments: &CpuArguments) -> Result<Outcome, Fault> {
    release_only()?;
    let CpuArguments { connections, requests, rounds } = *arguments;
    perf::say!("{}", transport::measure(transport::CpuPlan { connections, requests, rounds })?);
    Ok(Outcome::Held)
}

fn list() -> Result<Outcome, Fault> {
    for scenario in scenario::all() {
        perf::say!("{:40} {:6} {}", scenario.name, scenario.elements, scenario.what);
    }
    Ok(Outcome::Held)
}

/// Whoever measures a debug build learns nothing.
fn release_only() -> Result<(), Fault> {
    if cfg!(debug_assertions) {
        return Err(Fault::new("this is a debug build; run it as cargo run --release -p perf"));
    }
    Ok(())
}

fn counts(arguments: &CountArguments) -> Result<Outcome, Fault> {
    release_only()?;
    let architectures = if arguments.architecture.is_empty() {
        vec![Architecture::X86_64, Architecture::Aarch64]
    } else {
        arguments.architecture.clone()
    };
    let plan = Plan { workspace: workspace(), architectures, only: arguments.only.clone() };
    let counts = count::count(&plan)?;
    print(&counts);
    if let Some(path) = &arguments.json {
        fs::write(path, counts.to_json()?).map_err(|error| Fault::at(path, &error))?;
    }
    let committed = arguments.output_dir.join("counts.json");
    if arguments.check {
        return Ok(compare(&Counts::read(&committed)?, &counts, &plan));
    }
    if arguments.write {
        fs::create_dir_all(&arguments.output_dir)
            .map_err(|error| Fault::at(&arguments.output_dir, &error))?;
        fs::write(&committed, counts.to_json()?).map_err(|error| Fault::at(&committed, &error))?;
        let words = arguments.output_dir.join("counts.md");
        fs::write(&words, report::counts_markdown(&counts)).map_err(|error| Fault::at(&words, &error))?;
        perf::say!("wrote {} and {}", committed.display(), words.display());
    }
    Ok(Outcome::Held)
}

fn print(counts: &Counts) {
    perf::say!(
        "{:40} {:>14} {:>14} {:>12} {:>14}",
        "per element",
        "x86-64",
        "aarch64",
        "allocations",
        "bytes"
    );
    for counted in &counts.scenarios {
        let on = |architecture| {
            counted.per_element(architecture).map_or_else(|| "-".to_owned(), |count| format!("{count:.1}"))
        };
        perf::say!(
            "{:40} {:>14} {:>14} {:>12} {:>14}",
            counted.name,
            on(Architecture::X86_64),
            on(Architecture::Aarch64),
            counted.allocations,
            counted.allocated_bytes
        );
    }
    if let Some(built) = &counts.built {
        let on = |architecture: Architecture| built.instructions_per_path.get(architecture.name()).copied();
        perf::say!(
            "building {} paths, of each: {:.0} instructions on x86-64, {:.0} on aarch64; {} bytes stay",
            built.paths,
            on(Architecture::X86_64).unwrap_or(f64::NAN),
            on(Architecture::Aarch64).unwrap_or(f64::NAN),
            built.bytes_per_path
        );
    }
}

fn compare(committed: &Counts, now: &Counts, plan: &Plan) -> Outcome {
    let mut committed = committed.clone();
    committed
        .scenarios
        .retain(|counted| plan.includes(&counted.name) && (PEERS || !count::is_peer(&counted.name)));
    let differences = committed.differences(now);
    for difference in &differences {
        perf::say!("STALE: {difference}");
    }
    if differences.is_empty() {
        perf::say!("the committed counts hold");
        return Outcome::Held;
    }
    perf::say!(
        "a change of ours made it dearer or cheaper: look why, then write the counts anew with perf count --write"
    );
    Outcome::Broken
}

fn gate(arguments: GateArguments) -> Result<Outcome, Fault> {
    release_only()?;
    let here = if cfg!(target_arch = "aarch64") { Architecture::Aarch64 } else { Architecture::X86_64 };
    let (profile, usual_cpu) = match arguments.profile {
        ProfileName::Host => (Profile::HOST, 0),
        ProfileName::Pi5 => (Profile::PI5, 3),
    };
    Gate {
        profile,
        cpu: arguments.cpu.unwrap_or(usual_cpu),
        baselines: arguments.baselines,
        save: arguments.save_baseline,
        counts_only: arguments.counts_only,
        times_only: arguments.times_only,
        settle: Duration::from_secs(arguments.settle),
        plan: Plan { workspace: workspace(), architectures: vec![here], only: arguments.only },
    }
    .run()
}

fn report(arguments: ReportArguments) -> Result<Outcome, Fault> {
    release_only()?;
    let files = report::write(&report::Sources {
        workspace: workspace(),
        counts: arguments.counts,
        history: arguments.history,
        loads: arguments.load,
        folder: arguments.output_dir,
        cpu: (!arguments.no_times).then_some(arguments.cpu),
    })?;
    for file in files {
        perf::say!("wrote {}", file.display());
    }
    Ok(Outcome::Held)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
