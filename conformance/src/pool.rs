//! Runs many tasks over a few workers and keeps the results in order.
//!
//! Takes: tasks, each of which asks its questions through a [`Session`]. Gives: one result per task, in task order
//! whatever the number of workers. A worker that ends is replaced before the next question. No lock is shared: a thread
//! takes its next task from an atomic counter, and keeps its worker, its record and its results to itself. Never panics.

#![deny(clippy::disallowed_types)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::case::Limits;
use crate::offer::Offers;
use crate::outcome::{Fault, Stop};
use crate::protocol::{
    Answer, Decode, Decoded, Encode, Encoded, Exchange, ExchangeResult, Load, Loaded, Parse, Parsed,
    Question, Resolve, Resolved, Validate, Validated,
};
use crate::worker::{Launch, Worker};

/// How many workers there are, and their bounds where a case names none.
#[derive(Debug, Clone)]
pub struct Pool {
    /// How workers are started.
    pub launch: Launch,
    /// Workers at a time.
    pub jobs: usize,
    /// Wall time of a case.
    pub patience: Duration,
}

/// What a task speaks through.
#[derive(Debug)]
pub struct Session<'p> {
    pool: &'p Pool,
    worker: Option<Worker>,
    deadline: Instant,
    patience: Duration,
    memory_mib: Option<u64>,
    spoken: Option<Vec<Spoken>>,
}

/// A question and what came of it.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// What was asked.
    pub question: Question,
    /// What was answered, or how the worker ended.
    pub answer: Result<Answer, String>,
}

impl<'p> Session<'p> {
    /// What the running worker's answers can show.
    #[must_use]
    pub fn offers(&self) -> Offers {
        self.worker.as_ref().map(|worker| worker.offers.clone()).unwrap_or_default()
    }

    /// Who is under test; starts a worker to hear its name.
    ///
    /// # Errors
    /// That it cannot be started, or greets wrongly.
    pub fn name(&mut self) -> Result<String, Stop> {
        let worker = Worker::start(&self.pool.launch)?;
        Ok(self.worker.insert(worker).name.clone())
    }

    /// A worker that does not start within a case's own bound of memory cannot be asked the case.
    fn within_bound(&self, stop: Stop) -> Stop {
        match (stop, self.memory_mib) {
            (Stop::Harness(why), Some(bound)) => {
                Stop::Unsupported(format!("it does not start within the case's {bound} MiB: {why}"))
            }
            (stop, _) => stop,
        }
    }

    fn new(pool: &'p Pool) -> Self {
        let patience = pool.patience;
        Self {
            pool,
            worker: None,
            deadline: Instant::now() + patience,
            patience,
            memory_mib: None,
            spoken: None,
        }
    }

    /// Keeps what is spoken from here on, case by case.
    pub fn record(&mut self) {
        self.spoken = Some(Vec::new());
    }

    /// What was spoken since the case began.
    pub fn take_spoken(&mut self) -> Vec<Spoken> {
        self.spoken.replace(Vec::new()).unwrap_or_default()
    }

    /// Begins a case: its time starts now, and a memory bound of its own gets a worker of its own.
    pub fn begin(&mut self, limits: Limits) {
        let seconds = limits.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        self.patience = seconds.unwrap_or(self.pool.patience);
        if let Some(spoken) = &mut self.spoken {
            spoken.clear();
        }
        self.deadline = Instant::now() + self.patience;
        if limits.memory_mib != self.memory_mib {
            self.memory_mib = limits.memory_mib;
            self.worker = None;
        }
    }

    /// Asks the worker, starting one where there is none.
    ///
    /// # Errors
    /// How the worker ended, that it does not offer what was asked, or that none can be started.
    pub fn ask(&mut self, question: &Question) -> Result<Answer, Stop> {
        let answer = self.put(question);
        if let Some(spoken) = &mut self.spoken {
            let answer = answer.as_ref().map_err(ToString::to_string).cloned();
            spoken.push(Spoken { question: question.clone(), answer });
        }
        answer
    }

    fn put(&mut self, question: &Question) -> Result<Answer, Stop> {
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => {
                let mut launch = self.pool.launch.clone();
                launch.memory_mib = self.memory_mib.unwrap_or(launch.memory_mib);
                let started = Instant::now();
                let worker = Worker::start(&launch).map_err(|stop| self.within_bound(stop))?;
                // Starting a worker is not the case's own time.
                self.deadline += started.elapsed();
                worker
            }
        };
        let left = self.deadline.saturating_duration_since(Instant::now());
        let answer = worker.ask(question, left);
        if matches!(answer, Ok(_) | Err(Stop::Unsupported(_))) {
            self.worker = Some(worker);
        }
        if let Err(Stop::Fault(Fault::Hang, _)) = answer {
            return Err(Stop::Fault(Fault::Hang, format!("no answer within {:?}", self.patience)));
        }
        answer
    }
}

/// One method per question: asks, and takes no answer but its own.
macro_rules! questions {
    ($($method:ident, $question:ident($ask:ty) => $answer:ident($found:ty);)*) => {
        impl Session<'_> {
            $(
                /// Asks this question.
                ///
                /// # Errors
                /// As [`Session::ask`]; another answer than to this question is a fault of the worker.
                pub fn $method(&mut self, ask: $ask) -> Result<$found, Stop> {
                    let Answer::$answer(found) = self.ask(&Question::$question(ask))? else {
                        let detail = concat!("another answer than to `", stringify!($method), "`");
                        return Err(Stop::Fault(Fault::Garbage, detail.to_owned()));
                    };
                    Ok(found)
                }
            )*
        }
    };
}

questions! {
    load, Load(Box<Load>) => Loaded(Loaded);
    exchange, Exchange(Exchange) => Result(Box<ExchangeResult>);
    validate, Validate(Validate) => Validated(Validated);
    resolve, Resolve(Resolve) => Resolved(Resolved);
    decode, Decode(Decode) => Decoded(Decoded);
    encode, Encode(Encode) => Encoded(Encoded);
    parse, Parse(Parse) => Parsed(Parsed);
}

impl Pool {
    /// Runs `work` for each of `tasks`; `done` hears of each that is finished.
    pub fn run<T, R>(
        &self,
        tasks: &[T],
        work: impl Fn(&mut Session<'_>, &T) -> R + Sync,
        done: impl Fn() + Sync,
    ) -> Vec<R>
    where
        T: Sync,
        R: Send,
    {
        let next = AtomicUsize::new(0);
        let one = |session: &mut Session<'_>, task: &T| {
            let result = work(session, task);
            done();
            result
        };
        let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.jobs.clamp(1, tasks.len().max(1)))
                .map(|_| scope.spawn(|| self.work_off(&next, tasks, one)))
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Takes tasks until there are none left; gives the results of this thread.
    fn work_off<T, R>(
        &self,
        next: &AtomicUsize,
        tasks: &[T],
        work: impl Fn(&mut Session<'_>, &T) -> R,
    ) -> Vec<(usize, R)> {
        let mut session = Session::new(self);
        let mut results = Vec::new();
        while let Some((index, task)) = take(next, tasks) {
            session.begin(Limits::default());
            results.push((index, work(&mut session, task)));
        }
        results
    }
}

fn take<'t, T>(next: &AtomicUsize, tasks: &'t [T]) -> Option<(usize, &'t T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    tasks.get(index).map(|task| (index, task))
}
