//! `wire`: octets over sockets to a server that serves the suite's description.
//!
//! Exit code 0: every case that ran passed; 1: some did not; the others as everywhere. Never panics.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::End;
use super::progress::progress;
use super::say::{say, show};
use crate::catalogue::Catalogue;
use crate::wire::read::{self, DESCRIPTION, WireCase};
use crate::wire::report::Report;
use crate::wire::server::{self, Bounds, OwnServer};
use crate::wire::suite::{self, Settings, Verdict};

#[derive(Debug, clap::Args)]
pub struct WireArguments {
    /// A folder of wire cases, and the description that the server serves.
    #[arg(default_value = "specs-corpus/wire")]
    corpus: PathBuf,
    /// A server that is running and serves the description, such as http://127.0.0.1:8080; ours where absent.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Cases with these ids, or of these groups (several: separate with commas, or repeat).
    #[arg(long, value_name = "ID|GROUP", value_delimiter = ',')]
    only: Vec<String>,
    /// Cases at a time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: usize,
    /// List the cases that are selected, and run none.
    #[arg(long)]
    list: bool,
    /// Where `wire.json` goes; written nowhere where absent.
    #[arg(long, value_name = "DIR")]
    report_dir: Option<PathBuf>,
    /// After how long the server gives up on a slow request; cases about it are skipped with --url where absent. Ours is told 2000.
    #[arg(long, value_name = "MS")]
    deadline_ms: Option<u64>,
    /// The largest content that the server reads, in octets; cases about it are skipped with --url where absent. Ours is told 1048576.
    #[arg(long, value_name = "OCTETS")]
    body_bytes_max: Option<u64>,
    /// How long one step may take.
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    patience_ms: u64,
    /// The server has no clock, and so need not write Date (RFC 9110 §6.6.1).
    #[arg(long)]
    clockless: bool,
}

/// What the child process is told.
#[derive(Debug, clap::Args)]
pub struct WireServerArguments {
    description: PathBuf,
    #[arg(long)]
    deadline_ms: u64,
    #[arg(long)]
    body_bytes_max: u64,
}

pub fn serve(arguments: &WireServerArguments) -> Result<u8, End> {
    let bounds = Bounds {
        deadline: Duration::from_millis(arguments.deadline_ms),
        body_bytes_max: arguments.body_bytes_max,
    };
    server::child(&arguments.description, bounds).map(|()| 0).map_err(End::Usage)
}

pub fn run(arguments: &WireArguments) -> Result<u8, End> {
    let catalogue = Catalogue::builtin().map_err(End::Harness)?;
    let mut cases = read::read(&arguments.corpus, &catalogue).map_err(End::Unreadable)?;
    if cases.is_empty() {
        let folder = arguments.corpus.display();
        return Err(End::Usage(format!(
            "{folder} holds no wire cases: name a folder such as specs-corpus/wire"
        )));
    }
    select(&mut cases, &arguments.only)?;
    if arguments.list {
        cases.iter().for_each(|case| {
            say!("{:<56} {:<7} {:<18} {}", case.id, case.requirement.name(), case.rfc, case.title);
        });
        say!("{} cases", cases.len());
        return Ok(0);
    }
    let (settings, mut own) = settings(arguments)?;
    let bar = progress(cases.len(), "wire cases");
    let outcomes = suite::run(&cases, &settings, arguments.jobs, |case, outcome| {
        if matches!(outcome.verdict, Verdict::Failed { .. }) {
            bar.println(format!("failed: {}", case.id));
        }
        bar.inc(1);
    })
    .map_err(End::Harness)?;
    bar.finish_and_clear();
    let url = format!("http://{}", settings.address);
    let report = Report { url: &url, cases: &cases, outcomes: &outcomes };
    show(report.summary());
    if let Some(folder) = &arguments.report_dir {
        write(folder, &report)?;
    }
    if own.as_mut().is_some_and(|own| !own.is_running()) {
        say!("our own server has ended during the run");
        return Ok(1);
    }
    Ok(u8::from(!report.is_clean()))
}

fn select(cases: &mut Vec<WireCase>, only: &[String]) -> Result<(), End> {
    let is = |case: &WireCase, word: &String| case.id == *word || case.group == *word;
    if let Some(unknown) = only.iter().find(|word| !cases.iter().any(|case| is(case, word))) {
        return Err(End::Usage(format!("--only {unknown}: no case and no group; --list shows all")));
    }
    cases.retain(|case| only.is_empty() || only.iter().any(|word| is(case, word)));
    Ok(())
}

/// The server that was named, or our own with the bounds that it is told.
fn settings(arguments: &WireArguments) -> Result<(Settings, Option<OwnServer>), End> {
    let mut settings = Settings {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        patience: Duration::from_millis(arguments.patience_ms),
        deadline: arguments.deadline_ms.map(Duration::from_millis),
        body_bytes_max: arguments.body_bytes_max,
        clock: !arguments.clockless,
    };
    if let Some(url) = &arguments.url {
        settings.address = address(url)?;
        // Said once, and not by every case.
        TcpStream::connect_timeout(&settings.address, settings.patience).map_err(|why| {
            End::Usage(format!("--url {url}: nobody answers there ({why}); start the server first"))
        })?;
        return Ok((settings, None));
    }
    let bounds = Bounds {
        deadline: settings.deadline.unwrap_or(Duration::from_secs(2)),
        body_bytes_max: settings.body_bytes_max.unwrap_or(1 << 20),
    };
    let own = OwnServer::start(&arguments.corpus.join(DESCRIPTION), bounds).map_err(End::Usage)?;
    settings.address = own.address;
    settings.deadline = Some(bounds.deadline);
    settings.body_bytes_max = Some(bounds.body_bytes_max);
    Ok((settings, Some(own)))
}

fn address(url: &str) -> Result<SocketAddr, End> {
    let fault = |why: &str| End::Usage(format!("--url {url}: {why}, such as http://127.0.0.1:8080"));
    let rest = url.strip_prefix("http://").ok_or_else(|| fault("write an http URL with a port"))?;
    let authority = rest.trim_end_matches('/');
    let mut found = authority.to_socket_addrs().map_err(|_| fault("write host and port"))?;
    found.next().ok_or_else(|| fault("the host has no address"))
}

fn write(folder: &Path, report: &Report<'_>) -> Result<(), End> {
    let fault = |error: std::io::Error| End::Harness(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    let text =
        serde_json::to_string_pretty(&report.json()).map_err(|error| End::Harness(error.to_string()))?;
    let path = folder.join("wire.json");
    std::fs::write(&path, text + "\n").map_err(fault)?;
    say!("report: {}", path.display());
    Ok(())
}
