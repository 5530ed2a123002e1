//! Prints, writes or checks the reports, and answers the exit code. Never panics.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use serde_json::Value;

use super::End;
use super::arguments::{Form, OutputArguments};
use super::say::{say, show, warn};
use crate::case::Case;
use crate::documents::DocumentResult;
use crate::outcome::Outcome;
use crate::report::{self, Run, event};

/// The file that GitHub shows beside a job.
const JOB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// A stream of events, one JSON object per line, written by a thread of its own.
#[derive(Debug, Default)]
pub(super) struct Events {
    lines: Option<(Sender<Value>, JoinHandle<()>)>,
}

/// Opens the stream below `folder`, where there is one and the form is wanted.
pub(super) fn events(folder: Option<&Path>, output: &OutputArguments) -> Result<Events, End> {
    let Some(folder) = folder.filter(|_| output.wants(Form::Ndjson)) else { return Ok(Events::default()) };
    let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    let mut file = File::create(folder.join("events.ndjson")).map_err(fault)?;
    let (sender, lines) = channel::<Value>();
    let thread = std::thread::spawn(move || {
        for line in lines {
            if writeln!(file, "{line}").is_err() {
                warn("conformance: events.ndjson cannot be written to\n");
                return;
            }
        }
    });
    Ok(Events { lines: Some((sender, thread)) })
}

impl Events {
    fn send(&self, make: impl FnOnce() -> Value) {
        if let Some((sender, _)) = &self.lines {
            // A writer that gave up has said so.
            let _unheard = sender.send(make());
        }
    }

    pub(super) fn begin(&self, cases: usize, documents: usize) {
        self.send(|| event::begin(cases, documents));
    }

    pub(super) fn case(&self, case: &Case, outcome: &Outcome, seconds: f64) {
        self.send(|| event::case(case, outcome, seconds));
    }

    pub(super) fn document(&self, document: &DocumentResult) {
        self.send(|| event::document(document));
    }

    /// Says how the run ended, and waits until all is written.
    pub(super) fn end(self, run: &Run) {
        self.send(|| event::end(run));
        if let Some((sender, thread)) = self.lines {
            drop(sender);
            // It ends when the last line is written.
            let _ended = thread.join();
        }
    }
}

/// Prints, writes or checks the reports, and answers the exit code.
pub(super) fn finish(
    output: &OutputArguments,
    folder: Option<&Path>,
    run: &Run,
    external: bool,
) -> Result<u8, End> {
    show(report::summary(run));
    if run.part && run.shard.is_none() {
        show(report::verdicts(run));
    }
    job_summary(run)?;
    let regressed = run.regressed();
    if output.check {
        return Ok(u8::from(is_stale(output, run) || regressed));
    }
    if let Some(folder) = folder {
        let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(fault)?;
        write_all(output, folder, run, external).map_err(fault)?;
        write_failures(folder, run).map_err(fault)?;
        say!("reports: {}", folder.display());
    }
    show(report::reproductions(run, folder));
    Ok(u8::from(regressed))
}

fn is_stale(output: &OutputArguments, run: &Run) -> bool {
    let path = output.folder_or_default().join("gap-analysis.md");
    let stale = std::fs::read_to_string(&path).ok() != Some(report::gap_analysis(run));
    if stale {
        say!("{} is stale: run without --check and commit it", path.display());
    }
    show(report::reproductions(run, None));
    stale
}

fn write_all(output: &OutputArguments, folder: &Path, run: &Run, external: bool) -> std::io::Result<()> {
    let write = |form: Form, name: &str, make: &dyn Fn(&Run) -> String| match output.wants(form) {
        true => std::fs::write(folder.join(name), make(run)),
        false => Ok(()),
    };
    write(Form::Json, "report.json", &|run| pretty(&report::json(run)))?;
    write(Form::Markdown, "gap-analysis.md", &report::gap_analysis)?;
    write(Form::Html, "report.html", &report::html)?;
    write(Form::Junit, "junit.xml", &report::junit)?;
    write(Form::Sarif, "diagnostics.sarif", &|run| pretty(&report::sarif(run)))?;
    write(Form::Badge, "badge.json", &|run| pretty(&report::badge_json(run)))?;
    write(Form::Badge, "badge.svg", &report::badge_svg)?;
    if external {
        std::fs::write(folder.join("external.json"), pretty(&report::external_json(&run.external)))?;
        std::fs::write(folder.join("external.md"), report::external_page(&run.external))?;
    }
    Ok(())
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// A case file for each failure that has a minimal reproduction.
fn write_failures(folder: &Path, run: &Run) -> std::io::Result<()> {
    let folder = folder.join("failures");
    if run.reproductions.is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    run.reproductions
        .iter()
        .try_for_each(|one| std::fs::write(folder.join(format!("{}.json", one.case)), &one.file))
}

fn job_summary(run: &Run) -> Result<(), End> {
    let Some(path) = std::env::var_os(JOB_SUMMARY).filter(|path| !path.is_empty()) else { return Ok(()) };
    let fault = |error: std::io::Error| End::Harness(format!("{JOB_SUMMARY}: {error}"));
    let mut file = File::options().create(true).append(true).open(path).map_err(fault)?;
    file.write_all(report::job_summary(run).as_bytes()).map_err(fault)
}
