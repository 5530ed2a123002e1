//! A sustained load with the server's memory looked at meanwhile: does it grow without end?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::Args;

use super::memory::{self, Growth, Sample, Verdict};
use super::options::LoadArguments;
use super::server::{Server, ServerArguments};
use crate::Outcome;
use crate::fault::Fault;

/// How memory is judged.
#[derive(Args, Clone, Debug)]
pub struct LeakArguments {
    #[command(flatten)]
    pub load: LoadArguments,
    #[command(flatten)]
    pub server: ServerArguments,
    /// KiB that the server may grow by in the last two thirds of the run.
    #[arg(long, default_value_t = 1024)]
    pub tolerance: u32,
}

/// Samples of a run, however long it is.
const SAMPLES: u32 = 240;

/// Runs the load, and tells whether the server leaks.
pub fn leak(arguments: &LeakArguments) -> Result<Outcome, Fault> {
    let server = Server::find(&arguments.server, &arguments.load.traffic)?;
    memory::resident(server.pid)?;
    let every = (arguments.load.time / SAMPLES).max(Duration::from_millis(50));
    let sampler = Sampler::start(server.pid, every);
    let loaded = super::run_load(&arguments.load);
    let samples = sampler.finish();
    let mut loaded = loaded?;
    let growth = Growth::of(samples?, f64::from(arguments.tolerance) * 1024.0);
    let rate = loaded.report.requests_per_second();
    super::show(&loaded)?;
    perf::say!("{growth}");
    perf::say!("of each request: {:.1} octets stay", growth.slope / rate.max(1e-9));
    let verdict = growth.verdict;
    loaded.report.set_memory(growth);
    let outcome = super::end(&arguments.load, &loaded)?;
    Ok(match verdict {
        Verdict::Leak => Outcome::Broken,
        Verdict::NoLeak => outcome,
        Verdict::Inconclusive if outcome == Outcome::Held => Outcome::Inconclusive,
        Verdict::Inconclusive => outcome,
    })
}

/// A thread that looks at a process.
struct Sampler {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<Sample>, Fault>>,
}

impl Sampler {
    fn start(pid: u32, every: Duration) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let sample = move || {
            let (begun, mut samples) = (Instant::now(), Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                let bytes = memory::resident(pid)? as f64;
                samples.push(Sample { seconds: begun.elapsed().as_secs_f64(), bytes });
                std::thread::sleep(every);
            }
            Ok(samples)
        };
        Self { stop, thread: std::thread::spawn(sample) }
    }

    fn finish(self) -> Result<Vec<Sample>, Fault> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_else(|_| Err(Fault::new("what was seen of the memory is lost")))
    }
}
