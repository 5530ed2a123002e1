//! Serves the description anew when its files change.
//!
//! Takes: the files, and the folders they are in, since editors put a new file in the place of the old one. Gives: another service in place of the
//! one that runs, within a second or two; a description that cannot be served is told, and the old one goes on. It is built on a thread of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

use brrtrouter::ServerHandle;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::api;
use crate::fault::Fault;
use crate::introduce;
use crate::settings::Settings;

/// How long nothing may change before the files are read: who writes one file may be about to write another.
const QUIET: Duration = Duration::from_millis(150);
/// How often the files are looked at though nobody told of a change: some file systems do not.
const LOOK: Duration = Duration::from_secs(1);

/// By how much the time of a change may be told too early.
const ROUNDING: Duration = Duration::from_millis(20);

/// Watches until it is dropped.
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// What tells one state of the files from another.
type Marks = Vec<(PathBuf, Option<(u64, SystemTime)>)>;

impl Watch {
    /// Watches the files of a description that is served.
    pub fn start(
        settings: &Settings,
        (files, began): (Vec<PathBuf>, SystemTime),
        running: &Arc<ServerHandle>,
    ) -> Result<Self, Fault> {
        let unable = |fault: String| Fault::usage(fault, "--watch", "serve without it, and start anew");
        let (tell, told) = channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // That a file is read is no change, and we read them ourselves.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                // Whoever listened has ended.
                tell.send(()).unwrap_or_default();
            }
        })
        .map_err(|fault| unable(fault.to_string()))?;
        for folder in folders(&files) {
            watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|fault| unable(fault.to_string()))?;
        }
        let (settings, running) = (settings.clone(), Arc::downgrade(running));
        let thread = std::thread::Builder::new().name("watch".to_owned());
        let run = move || follow(&settings, (files, began), &running, &told);
        thread.spawn(run).map_err(|fault| unable(fault.to_string()))?;
        Ok(Self { _watcher: watcher })
    }
}

fn folders(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let parent = |file: &PathBuf| file.parent().map(Path::to_path_buf);
    files.iter().filter_map(parent).collect()
}

fn marks(files: &[PathBuf]) -> Marks {
    let mark = |file: &PathBuf| {
        let known = std::fs::metadata(file).ok();
        (file.clone(), known.and_then(|known| Some((known.len(), known.modified().ok()?))))
    };
    files.iter().map(mark).collect()
}

/// Waits until nothing more changes; not for long, since somebody may write to a folder all the time.
fn settle(told: &Receiver<()>) {
    let began = Instant::now();
    while began.elapsed() < LOOK && told.recv_timeout(QUIET).is_ok() {}
}

/// The state of the files that was read; one that changed since is none of them.
fn read(files: &[PathBuf], began: SystemTime) -> Marks {
    // File systems round the time of a change down.
    let began = began.checked_sub(ROUNDING).unwrap_or(began);
    let mut marks = marks(files);
    for (_, mark) in &mut marks {
        *mark = mark.filter(|(_, changed)| *changed < began);
    }
    marks
}

fn follow(
    settings: &Settings,
    (mut files, began): (Vec<PathBuf>, SystemTime),
    running: &Weak<ServerHandle>,
    told: &Receiver<()>,
) {
    let mut served = read(&files, began);
    loop {
        match told.recv_timeout(LOOK) {
            Ok(()) => settle(told),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = marks(&files);
        if now == served {
            continue;
        }
        let Some(running) = running.upgrade() else { return };
        served = now;
        match api::build(settings) {
            Ok(built) => {
                introduce::anew(&built.service, settings);
                running.replace(built.service);
                if built.files != files {
                    files = built.files;
                    served = read(&files, built.began);
                }
            }
            Err(fault) => {
                settings.metrics.count_failed_reload();
                introduce::warn(format_args!("{fault}the description as it was is still served\n"));
            }
        }
    }
}
