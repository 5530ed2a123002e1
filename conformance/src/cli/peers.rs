//! `peers`: the same cases, asked of our worker and of others, side by side.
//!
//! Takes: a corpus and command lines of workers that speak the protocol. Gives: `peers.md` in the report folder. Exit code 0: what others
//! fail is no fault of ours; 1: we differ from a peer without passing ourselves. Never panics.

use std::path::{Path, PathBuf};

use super::End;
use super::arguments::Bounds;
use super::perform::pool;
use super::progress::progress;
use super::say::{say, show};
use crate::case::Case;
use crate::catalogue::Catalogue;
use crate::outcome::{Outcome, Stop};
use crate::peers::{Comparison, Peer};
use crate::pool::Pool;
use crate::{corpus, report};

#[derive(Debug, clap::Args)]
pub struct PeersArguments {
    /// A corpus: cases below `cases/`.
    #[arg(default_value = "specs-corpus")]
    corpus: PathBuf,
    /// A worker and the name of its column; once for each.
    #[arg(long = "peer", value_name = "NAME=COMMAND", required = true)]
    peers: Vec<String>,
    /// Only cases whose id contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Where `peers.md` goes.
    #[arg(long, value_name = "DIR", default_value = "reports/conformance")]
    report_dir: PathBuf,
    #[command(flatten)]
    bounds: Bounds,
}

pub fn run(arguments: &PeersArguments) -> Result<u8, End> {
    let catalogue = Catalogue::builtin().map_err(End::Harness)?;
    let mut corpus = corpus::read(&arguments.corpus, &catalogue);
    if !corpus.errors.is_empty() {
        return Err(End::Unreadable(corpus.errors));
    }
    corpus.cases.retain(|case| arguments.only.as_ref().is_none_or(|only| case.id.contains(only)));
    let mut columns = Vec::new();
    for (label, command) in named(&arguments.peers)? {
        let pool = pool(command, &arguments.bounds)?;
        let name = greeting(&pool)?;
        let outcomes = outcomes(&pool, &arguments.corpus, &corpus.cases).map_err(End::Harness)?;
        columns.push(Peer { label, name, outcomes });
    }
    let peers = columns.split_off(1);
    let Some(ours) = columns.pop() else { return Err(End::Usage("no column".to_owned())) };
    let comparison = Comparison::make(catalogue, corpus.cases, ours, peers).map_err(End::Harness)?;
    let page = report::peers_page(&comparison);
    let folder = &arguments.report_dir;
    let path = folder.join("peers.md");
    let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    std::fs::write(&path, page).map_err(fault)?;
    show(report::peers_summary(&comparison));
    say!("report: {}", path.display());
    Ok(u8::from(comparison.disagreements().iter().any(|one| !one.we_pass)))
}

fn outcomes(pool: &Pool, root: &Path, cases: &[Case]) -> Result<Vec<Outcome>, String> {
    let progress = progress(cases.len(), "cases");
    let results = pool.run(
        cases,
        |session, case| Outcome::of_check(crate::run::case(session, root, case)),
        || progress.inc(1),
    );
    progress.finish_and_clear();
    results.into_iter().collect()
}

/// Our column first, without a command of its own, then the others.
fn named(peers: &[String]) -> Result<Vec<(String, Option<&str>)>, End> {
    let mut all = vec![("brrtrouter".to_owned(), None)];
    for peer in peers {
        let Some((name, command)) = peer.split_once('=') else {
            return Err(End::Usage(format!(
                "--peer {peer}: write NAME=COMMAND, such as `prism=node adapter.mjs`"
            )));
        };
        all.push((name.to_owned(), Some(command)));
    }
    Ok(all)
}

/// The worker's name and version; also shows that it can be started before hundreds of cases ask it.
fn greeting(pool: &Pool) -> Result<String, End> {
    let mut names = pool.run(&[()], |session, ()| session.name(), || ());
    let name = names.pop().unwrap_or_else(|| Err(Stop::Harness("no worker".to_owned())));
    name.map_err(|stop| End::Harness(stop.to_string()))
}
