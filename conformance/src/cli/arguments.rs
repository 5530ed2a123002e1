//! The arguments, as clap reads them. Never panics.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand, ValueEnum};

use crate::adapter::FaultMode;
use crate::generate;

use super::faults::FaultsArguments;
use super::peers::PeersArguments;
use super::wire::{WireArguments, WireServerArguments};

const EXAMPLES: &str = "\
Examples:
  conformance specs-corpus/                          run everything, write the reports
  conformance my/descriptions/ --report-dir out      any folder: load, lint, route, generate traffic, rank what is missing
  conformance my/descriptions/ --seed 7              the same with other requests
  conformance --area PTH,PAR --level L4              some cases only, with details
  conformance --explain PTH-003                      what a row says, which cases show it, what is known
  conformance --replay pth-003-identical-templates   one case, every exchange in full
  conformance --replay out/failures/some-case.json   the minimal reproduction that a failure left
  conformance --list --profile Security              what would run
  conformance --compare old/report.json              new failures, fixes and flakes since then
  conformance --shard 2/8 --report-dir out/2         an eighth of it; then
  conformance merge out/1 out/2 ... --report-dir out all of it, as if it had been one run
  conformance faults --only security specs-corpus/   plant the faults of a stage in a copy of the library: is each caught?

Exit codes: 0 as expected, 1 regressions, 2 usage, 3 the corpus cannot be read, 4 a fault of the harness.";

/// Runs OpenAPI conformance cases and whole descriptions, and writes a gap analysis.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) run: RunArguments,
}

#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    /// A corpus: cases below `cases/`, descriptions anywhere else.
    #[arg(default_value = "specs-corpus")]
    pub(super) corpus: PathBuf,
    /// Print what is selected, and run nothing.
    #[arg(long)]
    pub(super) list: bool,
    /// Print what a catalogue row or a case is about, and run nothing.
    #[arg(long, value_name = "ID")]
    pub(super) explain: Option<String>,
    /// Run one case, or the cases of a file, and print every exchange in full, credentials included.
    #[arg(long, value_name = "FILE|CASE-ID")]
    pub(super) replay: Option<String>,
    /// Stop at the first thing that is not as expected.
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Command line of another worker that speaks the protocol; ours where absent.
    #[arg(long, value_name = "COMMAND")]
    pub(super) adapter: Option<String>,
    /// Folder of the suites that others wrote; left out when only a part is selected.
    #[arg(long, value_name = "DIR", env = "BRRTROUTER_CORPORA")]
    pub(super) external: Option<PathBuf>,
    /// Of them, only those whose folder's name contains this; rulings are then left out.
    #[arg(long, value_name = "TEXT", requires = "external")]
    pub(super) suite: Option<String>,
    /// Known gaps; `expectations.yaml` of the corpus where absent.
    #[arg(long, value_name = "FILE")]
    pub(super) expectations: Option<PathBuf>,
    /// Seed of the traffic that is made from descriptions.
    #[arg(long, value_name = "N", default_value_t = generate::SEED)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) bounds: Bounds,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

/// Which cases and documents; the account of rows is left out when any is given.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What to run (several values: separate with commas, or repeat)")]
pub(super) struct Selection {
    /// Cases of these levels, L0 to L7.
    #[arg(long, value_name = "LEVEL", value_delimiter = ',')]
    pub(super) level: Vec<String>,
    /// Cases of these catalogue areas, such as PTH, or of `robustness`.
    #[arg(long, value_name = "AREA", value_delimiter = ',')]
    pub(super) area: Vec<String>,
    /// Cases that give evidence for these catalogue rows, or have these ids.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(super) id: Vec<String>,
    /// Cases of these profiles.
    #[arg(long, value_name = "PROFILE", value_delimiter = ',')]
    pub(super) profile: Vec<String>,
    /// Cases and documents whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub(super) only: Option<String>,
    /// The I-th of N parts of what is selected; `conformance merge` puts them together.
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct OutputArguments {
    /// Where the reports go [default: reports/conformance; a part of a corpus writes none unless this is given]
    #[arg(long, value_name = "DIR")]
    pub(super) report_dir: Option<PathBuf>,
    /// Which forms are written; all where absent.
    #[arg(long, value_name = "FORM", value_delimiter = ',')]
    pub(super) format: Vec<Form>,
    /// Write nothing; fail when the gap analysis that is there is stale.
    #[arg(long)]
    pub(super) check: bool,
    /// Known gaps are failures.
    #[arg(long)]
    pub(super) strict: bool,
    /// Compare with an earlier report.json: new failures, fixes, flakes. New failures and flakes fail the run.
    #[arg(long, value_name = "OLD.json")]
    pub(super) compare: Option<PathBuf>,
}

impl OutputArguments {
    /// Where reports are written, if they are. `part`: only a part of the corpus runs.
    pub(super) fn folder(&self, part: bool) -> Option<PathBuf> {
        match &self.report_dir {
            _ if self.check => None,
            Some(folder) => Some(folder.clone()),
            None if part => None,
            None => Some(self.folder_or_default()),
        }
    }

    pub(super) fn folder_or_default(&self) -> PathBuf {
        self.report_dir.clone().unwrap_or_else(|| PathBuf::from("reports/conformance"))
    }

    pub(super) fn wants(&self, form: Form) -> bool {
        self.format.is_empty() || self.format.contains(&form)
    }
}

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// `report.json`
    Json,
    /// `events.ndjson`, written while the run goes on
    Ndjson,
    /// `gap-analysis.md`
    Markdown,
    /// `report.html`
    Html,
    /// `junit.xml`
    Junit,
    /// `diagnostics.sarif`
    Sarif,
    /// `badge.svg` and `badge.json`
    Badge,
}

/// Bounds on workers.
#[derive(Debug, clap::Args)]
pub(super) struct Bounds {
    /// Workers at a time.
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<usize>,
    /// Seconds for one case.
    #[arg(long, value_name = "SECONDS", default_value_t = 20.0)]
    pub(super) seconds: f64,
    /// Address space of one worker.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub(super) memory_mib: u64,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put the reports of shards together, as if they had been one run.
    Merge(MergeArguments),
    /// Be a worker: questions on standard input, answers on standard output.
    Adapter {
        /// Misbehave on purpose.
        #[arg(long, hide = true)]
        fault: Option<FaultMode>,
    },
    /// The same cases, asked of our worker and of others, side by side.
    Peers(PeersArguments),
    /// Octets over sockets, to any server that serves the description of the wire suite (docs/wire.md).
    Wire(WireArguments),
    /// Be the server under test of the wire suite.
    #[command(hide = true)]
    WireServer(WireServerArguments),
    /// Plant small faults in a copy of the library, and see that a case catches each.
    Faults(FaultsArguments),
    /// Set the address-space limit, then become COMMAND.
    #[command(hide = true)]
    Confine {
        #[arg(long)]
        memory_mib: u64,
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct MergeArguments {
    /// The report.json of each shard, or the folder that holds it.
    #[arg(required = true, value_name = "REPORT")]
    pub(super) reports: Vec<PathBuf>,
    /// The corpus that the shards ran.
    #[arg(long, value_name = "DIR", default_value = "specs-corpus")]
    pub(super) corpus: PathBuf,
    /// Known gaps; `expectations.yaml` of the corpus where absent.
    #[arg(long, value_name = "FILE")]
    pub(super) expectations: Option<PathBuf>,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

/// The I-th of N parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Whether the task at `position` belongs to it.
    pub(super) const fn takes(self, position: usize) -> bool {
        position % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((index, count)) if 1 <= index && index <= count => Ok(Self { index, count }),
            Some(_) | None => Err("a shard is I/N with I from 1 to N, such as 2/8".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_take_each_task_once() {
        for wrong in ["", "0/2", "3/2", "1", "a/b", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        let shards: Vec<Shard> =
            ["1/3", "2/3", "3/3"].iter().map(|text| text.parse().expect("a shard")).collect();
        for position in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.takes(position)).count(), 1);
        }
    }
}
