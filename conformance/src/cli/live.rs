//! `live`: the same cases and documents in process and over sockets, side by side.
//!
//! Takes: a corpus. Gives: `live.md` in the report folder. Exit code 0: nothing differs; 1: something does; the others as everywhere. Never panics.

use std::path::{Path, PathBuf};

use super::arguments::Bounds;
use super::perform::pool;
use super::progress::progress;
use super::say::{say, show};
use super::{End, Setting};
use crate::case::Case;
use crate::documents;
use crate::generate;
use crate::live::{self, Compared, Difference, Standing, Way};
use crate::outcome::Outcome;
use crate::peers::area_of;
use crate::pool::{Pool, Session};
use crate::recording;
use crate::redact::Redactor;
use crate::report;

#[derive(Debug, clap::Args)]
pub struct LiveArguments {
    /// A corpus: cases below `cases/`, descriptions anywhere else.
    #[arg(default_value = "specs-corpus")]
    corpus: PathBuf,
    /// Only cases and documents whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Seed of the traffic that is made from descriptions.
    #[arg(long, value_name = "N", default_value_t = generate::SEED)]
    seed: u64,
    /// Where `live.md` goes.
    #[arg(long, value_name = "DIR", default_value = "target/reports/live")]
    report_dir: PathBuf,
    #[command(flatten)]
    bounds: Bounds,
}

pub fn run(arguments: &LiveArguments) -> Result<u8, End> {
    let mut setting = super::setting(&arguments.corpus, None)?;
    let wanted = |name: &str| arguments.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    setting.corpus.cases.retain(|case| wanted(&case.id));
    setting.corpus.documents.retain(|path| wanted(&path.to_string_lossy()));
    let process = pool(None, &arguments.bounds)?;
    let mut socket = process.clone();
    socket.launch.command.push("--live".to_owned());
    let mut compared = cases(&process, &socket, &setting, &arguments.corpus)?;
    compared.extend(of_documents(&process, &socket, &setting, arguments)?);
    let folder = &arguments.report_dir;
    let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    let path = folder.join("live.md");
    std::fs::write(&path, report::live_page(&compared)).map_err(fault)?;
    show(report::live_summary(&compared));
    let different: Vec<&Compared> =
        compared.iter().filter(|one| matches!(one.standing, Standing::Different(_))).collect();
    for one in &different {
        say!("different: {}", one.name);
        one.shown.iter().for_each(|shown| say!("{shown}"));
    }
    say!("report: {}", path.display());
    Ok(u8::from(!different.is_empty()))
}

fn cases(process: &Pool, socket: &Pool, setting: &Setting, root: &Path) -> Result<Vec<Compared>, End> {
    let cases = &setting.corpus.cases;
    let both = both(process, socket, cases, "cases", |session, case: &Case| {
        Outcome::of_check(crate::run::case(session, root, case))
    })?;
    let compared = cases.iter().zip(both).map(|(case, (inside, over))| {
        let standing = live::compare(&inside, &over);
        Compared {
            name: case.id.clone(),
            level: Some(case.level.name()),
            area: area_of(case).to_owned(),
            shown: shown(&standing, &inside, &over, &Redactor::of(root, case)),
            exchanges: live::exchanges(&over.spoken),
            standing,
        }
    });
    Ok(compared.collect())
}

fn of_documents(
    process: &Pool,
    socket: &Pool,
    setting: &Setting,
    arguments: &LiveArguments,
) -> Result<Vec<Compared>, End> {
    let paths = &setting.corpus.documents;
    let both = both(process, socket, paths, "documents", |session, path: &PathBuf| {
        documents::document(session, &arguments.corpus, path, arguments.seed).map(|result| result.outcome)
    })?;
    let compared = paths.iter().zip(both).map(|(path, (inside, over))| {
        let standing = live::compare(&inside, &over);
        Compared {
            name: path.to_string_lossy().into_owned(),
            level: None,
            area: "documents".to_owned(),
            shown: shown(&standing, &inside, &over, &Redactor::default()),
            exchanges: live::exchanges(&over.spoken),
            standing,
        }
    });
    Ok(compared.collect())
}

/// Runs `work` for each task through both pools.
fn both<T: Sync>(
    process: &Pool,
    socket: &Pool,
    tasks: &[T],
    what: &'static str,
    work: impl Fn(&mut Session<'_>, &T) -> Result<Outcome, String> + Sync,
) -> Result<Vec<(Way, Way)>, End> {
    let one = |session: &mut Session<'_>, task: &T| -> Result<Way, String> {
        session.record();
        let outcome = work(session, task)?;
        Ok(Way { outcome, spoken: session.take_spoken() })
    };
    let progress = progress(tasks.len().saturating_mul(2), what);
    let inside = process.run(tasks, one, || progress.inc(1));
    let over = socket.run(tasks, one, || progress.inc(1));
    progress.finish_and_clear();
    let pairs = inside.into_iter().zip(over).map(|(inside, over)| Ok((inside?, over?)));
    pairs.collect::<Result<_, String>>().map_err(End::Harness)
}

/// Each difference in words, with the question and both answers behind it.
fn shown(standing: &Standing, inside: &Way, over: &Way, redactor: &Redactor) -> Vec<String> {
    let Standing::Different(differences) = standing else { return Vec::new() };
    let one = |difference: &Difference| {
        let what = redactor.text(&difference.what);
        let pair = difference.question.and_then(|at| Some((inside.spoken.get(at)?, over.spoken.get(at)?)));
        let Some((inside, over)) = pair else { return what };
        let (inside, over) = (recording::shown(inside, redactor), recording::shown(over, redactor));
        let (question, inside, over) = (inside.question, inside.answer, over.answer);
        format!("{what}\n-> {question}\n<- in process: {inside}\n<- over a socket: {over}")
    };
    differences.iter().map(one).collect()
}
