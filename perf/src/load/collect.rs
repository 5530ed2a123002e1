//! Gathers what users tell, on a thread of its own, and shows it meanwhile.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::options::LoadArguments;
use super::table;
use super::tally::Tally;
use super::visit::{Run, Told};
use crate::fault::Fault;

/// What came of a run.
#[derive(Debug)]
pub struct Collected {
    pub tally: Tally,
    /// How long it was measured.
    pub measured: Duration,
    /// Requests in each second that was measured.
    pub by_second: Vec<u64>,
}

/// The thread that gathers.
pub struct Collector(JoinHandle<Result<Collected, Fault>>);

impl Collector {
    pub fn start(told: Receiver<Told>, run: Arc<Run>, arguments: &LoadArguments) -> Result<Self, Fault> {
        let gathering = Gathering {
            tally: Tally::new(run.work.jobs.len())?,
            run,
            resets: !arguments.no_reset_metrics,
            every: arguments.every,
            begun: Instant::now(),
            by_second: Vec::new(),
            drawn: 0,
        };
        Ok(Self(std::thread::spawn(move || gathering.gather(&told))))
    }

    /// Waits for the last word.
    pub fn finish(self) -> Result<Collected, Fault> {
        self.0.join().unwrap_or_else(|_| Err(Fault::new("what the users told was lost")))
    }
}

struct Gathering {
    run: Arc<Run>,
    tally: Tally,
    resets: bool,
    every: Duration,
    begun: Instant,
    by_second: Vec<u64>,
    /// Lines that stand on the terminal and are written over.
    drawn: usize,
}

impl Gathering {
    fn gather(mut self, told: &Receiver<Told>) -> Result<Collected, Fault> {
        let mut next = Instant::now() + self.every;
        let mut last = self.begun;
        loop {
            match told.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(Told::Sample(sample)) => {
                    last = Instant::now();
                    self.count_second(last);
                    self.tally.add(sample);
                }
                Ok(Told::AllBegun) if self.resets => {
                    self.tally.reset()?;
                    (self.begun, self.by_second) = (Instant::now(), Vec::new());
                }
                Ok(Told::AllBegun) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= next {
                self.show()?;
                next = Instant::now() + self.every;
            }
        }
        self.wipe();
        let measured = last.saturating_duration_since(self.begun);
        Ok(Collected { tally: self.tally, measured, by_second: self.by_second })
    }

    fn count_second(&mut self, now: Instant) {
        let second =
            usize::try_from(now.saturating_duration_since(self.begun).as_secs()).unwrap_or(usize::MAX);
        if self.by_second.len() <= second && second < 1_000_000 {
            self.by_second.resize(second.saturating_add(1), 0);
        }
        if let Some(count) = self.by_second.get_mut(second) {
            *count = count.saturating_add(1);
        }
    }

    /// The table, over the one before where this is a terminal.
    fn show(&mut self) -> Result<(), Fault> {
        self.wipe();
        let text = table::text(&self.run.work, &self.tally, self.begun.elapsed())?;
        let mut out = io::stdout();
        // Whoever stopped reading does not stop the run.
        writeln!(out, "{text}").and_then(|()| out.flush()).unwrap_or_default();
        self.drawn = if out.is_terminal() { text.lines().count().saturating_add(1) } else { 0 };
        Ok(())
    }

    fn wipe(&mut self) {
        if self.drawn > 0 {
            let mut out = io::stdout();
            write!(out, "\x1b[{}A\x1b[J", self.drawn).and_then(|()| out.flush()).unwrap_or_default();
        }
        self.drawn = 0;
    }
}
