//! `faults`: plants small faults in a copy of the library, one at a time, and sees whether a case catches each.
//!
//! Takes: a corpus and `conformance/faults/`. Gives: `faults.md` in the report folder. Exit code 0: at least 95 of a hundred are caught,
//! and every survivor is listed as one; 1: not so; 4: the cases are not met even without a fault. Never panics.

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use super::arguments::Bounds;
use super::perform::pool;
use super::progress::progress;
use super::say::{say, show};
use super::{End, Setting, setting};
use crate::case::Case;
use crate::planted::judgement::{Finding, Judgement};
use crate::planted::store::Store;
use crate::planted::tree::Tree;
use crate::planted::{self, Planted, Stage, trial};
use crate::pool::Pool;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  conformance faults specs-corpus/                                    all faults, write reports/conformance/faults.md
  conformance faults --only security specs-corpus/                    those of one stage, write nothing
  conformance faults --only route-captures-swapped specs-corpus/      one fault, with the case that catches it
  conformance faults --check specs-corpus/                            all faults; fail when the committed page is stale";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct FaultsArguments {
    /// A corpus: cases below `cases/`.
    #[arg(default_value = "specs-corpus")]
    corpus: PathBuf,
    /// Only these faults: ids or stages. The page is then not written.
    #[arg(long, value_name = "ID|STAGE", value_delimiter = ',')]
    only: Vec<String>,
    /// The library's workspace, which is copied and otherwise left alone.
    #[arg(long, value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// Where `faults.md` goes.
    #[arg(long, value_name = "DIR", default_value = "reports/conformance")]
    report_dir: PathBuf,
    /// Run every fault, whatever is known of it from an earlier run.
    #[arg(long)]
    fresh: bool,
    /// Write nothing; fail when the page that is there is stale.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    bounds: Bounds,
}

/// What every trial needs.
struct Bench<'a> {
    arguments: &'a FaultsArguments,
    setting: &'a Setting,
    tree: Tree,
}

pub fn run(arguments: &FaultsArguments) -> Result<u8, End> {
    let setting = setting(&arguments.corpus, None)?;
    let faults = planted::read(&arguments.workspace, &setting.catalogue).map_err(End::Unreadable)?;
    let faults = select(faults, &arguments.only).map_err(End::Usage)?;
    let jobs = pool(None, &arguments.bounds)?.jobs;
    let tree = Tree::make(&arguments.workspace, jobs).map_err(End::Usage)?;
    let bench = Bench { arguments, setting: &setting, tree };
    let progress = progress(faults.len(), "faults");
    bench.sound()?;
    let mut store = Store::open(&arguments.workspace, bench.tree.files(), arguments.fresh);
    let mut findings = Vec::new();
    for fault in faults {
        let finding = bench.finding(&fault, &mut store)?;
        tell(&progress, &fault, &finding);
        findings.push((fault, finding));
    }
    progress.finish_and_clear();
    finish(arguments, &Judgement { findings, is_whole: arguments.only.is_empty() })
}

/// The faults that are asked for.
fn select(faults: Vec<Planted>, only: &[String]) -> Result<Vec<Planted>, String> {
    let is = |fault: &Planted, name: &String| fault.entry.id == *name || fault.stage.name() == name;
    if let Some(name) = only.iter().find(|name| !faults.iter().any(|fault| is(fault, name))) {
        let stages = Stage::ALL.map(Stage::name).join(", ");
        return Err(format!(
            "there is no fault or stage `{name}`; stages: {stages}; faults: {}",
            planted::FOLDER
        ));
    }
    let wanted = |fault: &Planted| only.is_empty() || only.iter().any(|name| is(fault, name));
    Ok(faults.into_iter().filter(wanted).collect())
}

impl Bench<'_> {
    /// Without a fault every case is met; otherwise nothing would be shown.
    fn sound(&self) -> Result<(), End> {
        let program = self.tree.build().map_err(|why| End::Harness(format!("without a fault: {why}")))?;
        let cases = &self.setting.corpus.cases;
        let cases: Vec<_> =
            cases.iter().filter(|case| self.setting.expectations.of_case(&case.id).is_none()).collect();
        let root = &self.arguments.corpus;
        match trial::first_unmet(&self.pool(&program)?, root, &cases).map_err(End::Harness)? {
            None => Ok(()),
            Some(catch) => {
                let why = format!("without any fault {} is not met: {}", catch.case, catch.detail);
                Err(End::Harness(why))
            }
        }
    }

    /// What is known of the fault, or what a trial shows.
    fn finding(&self, fault: &Planted, store: &mut Store) -> Result<Finding, End> {
        let root = &self.arguments.corpus;
        let cases = trial::order(fault, &self.setting.corpus.cases, &self.setting.expectations);
        if let Some(known) = store.get(fault, root, &cases) {
            return Ok(known);
        }
        let finding = self.trial(fault, &cases)?;
        store.put(fault, root, &cases, &finding).map_err(End::Harness)?;
        Ok(finding)
    }

    fn trial(&self, fault: &Planted, cases: &[&Case]) -> Result<Finding, End> {
        self.tree.plant(fault).map_err(End::Harness)?;
        let built = self.tree.build();
        self.tree.restore(&fault.entry.file).map_err(End::Harness)?;
        let program = match built {
            Ok(program) => program,
            Err(why) => return Ok(Finding::NotBuilt(why)),
        };
        let first = trial::first_unmet(&self.pool(&program)?, &self.arguments.corpus, cases);
        Ok(first.map_err(End::Harness)?.map_or(Finding::Survived, Finding::Caught))
    }

    /// Workers with the fault, confined by this program, which has none.
    fn pool(&self, program: &Path) -> Result<Pool, End> {
        let mut pool = pool(None, &self.arguments.bounds)?;
        pool.launch.command = vec![program.to_string_lossy().into_owned(), "adapter".to_owned()];
        Ok(pool)
    }
}

fn tell(progress: &ProgressBar, fault: &Planted, finding: &Finding) {
    progress.suspend(|| say!("{}", report::fault_line(fault, finding)));
    progress.inc(1);
}

fn finish(arguments: &FaultsArguments, judgement: &Judgement) -> Result<u8, End> {
    let mut wrong = judgement.wrong();
    show(report::faults_summary(judgement));
    if judgement.is_whole {
        let path = arguments.report_dir.join("faults.md");
        let page = report::faults_page(judgement);
        if !arguments.check {
            write(&arguments.report_dir, &path, &page)?;
            say!("report: {}", path.display());
        } else if std::fs::read_to_string(&path).ok().as_deref() != Some(page.as_str()) {
            wrong.push(format!("{} is stale: run without --check and commit it", path.display()));
        }
    }
    wrong.iter().for_each(|line| say!("{line}"));
    Ok(u8::from(!wrong.is_empty()))
}

fn write(folder: &Path, path: &Path, page: &str) -> Result<(), End> {
    let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", path.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    std::fs::write(path, page).map_err(fault)
}
