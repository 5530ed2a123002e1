//! The bounded pool of threads on which the handlers of [`Handlers::on_pool`](crate::Handlers::on_pool) run: computations that would keep a worker of coroutines
//! from all its other connections, and calls that block.
//!
//! Takes: jobs, each with its request. Gives: their results, to a coroutine or a thread that waits. A full queue is told at once (503 with `Retry-After`),
//! and a result that nobody waits for any more is dropped. Never panics; a job that panics beyond what its handler may is lost, its thread is not.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use may::sync::mpsc;

use crate::limits::http::{POOL_RETRY_SECONDS, POOL_WAIT_STEP_MILLIS};
use crate::serve::{Executor, ExecutorError, Job, Problem, Response};

type Answer = Result<Response, Problem>;

/// A job, and where its answer goes.
type Work = (Job, mpsc::Sender<Answer>);

/// How many threads and how much room a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSize {
    /// How many jobs run at once.
    pub threads: usize,
    /// How many more may wait.
    pub queue: usize,
}

/// Pools of threads: one for all operations, and one of its own for each operation that is given one.
///
/// ```
/// use brrtrouter::{Api, Description, Handlers, PoolSize, Response, WorkerPool};
///
/// let description = Description::from_text("sums.yaml", "
/// openapi: 3.1.2
/// info: { title: Sums, version: '1' }
/// paths:
///   /sums/{upto}:
///     get:
///       operationId: sum
///       parameters: [{ name: upto, in: path, required: true, schema: { type: integer, maximum: 1000000 } }]
///       responses: { '200': { description: The sum, content: { text/plain: {} } } }
/// ")?;
/// let pool = WorkerPool::new(PoolSize { threads: 2, queue: 64 })?
///     .with_operation("sum", PoolSize { threads: 1, queue: 8 })?;
/// let handlers = Handlers::new().on_pool("sum", |cx| {
///     let sum: u64 = (1..=cx.path::<u64>("upto")?).sum();
///     Ok(Response::text(sum.to_string()))
/// });
/// let api = Api::builder(&description).handlers(handlers).executor(pool).build()?;
/// assert_eq!(api.test().get("/sums/1000").send().text(), "500500");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct WorkerPool {
    shared: Queue,
    own: BTreeMap<Box<str>, Queue>,
}

impl WorkerPool {
    /// Starts the threads that all operations share.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn new(size: PoolSize) -> io::Result<Self> {
        Ok(Self { shared: Queue::start("shared", size)?, own: BTreeMap::new() })
    }

    /// Gives one operation threads and room of its own, so that neither it nor the others wait for each other.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn with_operation(mut self, name: &str, size: PoolSize) -> io::Result<Self> {
        self.own.insert(name.into(), Queue::start(name, size)?);
        Ok(self)
    }

    /// How many jobs wait at this moment, of all operations together.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.own.values().fold(self.shared.jobs.len(), |sum, queue| sum.saturating_add(queue.jobs.len()))
    }
}

impl Executor for WorkerPool {
    fn run(&self, job: Job) -> Answer {
        let queue = self.own.get(job.operation().name()).unwrap_or(&self.shared);
        queue.run(job)
    }

    fn waiting_jobs(&self) -> Option<usize> {
        Some(self.waiting())
    }
}

/// One queue and the threads that empty it; they end when it is dropped and empty.
#[derive(Debug)]
struct Queue {
    jobs: Sender<Work>,
}

impl Queue {
    fn start(name: &str, size: PoolSize) -> io::Result<Self> {
        // One that waits at least: without room a job would need a thread that is looking at this very moment.
        let (jobs, work) = bounded(size.queue.max(1));
        for _ in 0..size.threads.max(1) {
            let work = work.clone();
            let thread = std::thread::Builder::new().name(format!("brrtrouter-pool-{name}"));
            thread.spawn(move || run_all(&work))?;
        }
        Ok(Self { jobs })
    }

    fn run(&self, job: Job) -> Answer {
        let time_left = job.time_left();
        let (answers, answer) = mpsc::channel();
        match self.jobs.try_send((job, answers)) {
            Ok(()) => wait(&answer, time_left),
            Err(TrySendError::Full(_)) => {
                Err(ExecutorError::Full { retry_after: Duration::from_secs(POOL_RETRY_SECONDS) }.into())
            }
            Err(TrySendError::Disconnected(_)) => Err(ExecutorError::Lost.into()),
        }
    }
}

fn wait(answer: &mpsc::Receiver<Answer>, time_left: Option<Duration>) -> Answer {
    let Some(time_left) = time_left else {
        return answer.recv().unwrap_or_else(|_| Err(ExecutorError::Lost.into()));
    };
    // `may` keeps a list for each length of time that was ever waited for: there are few if they are rounded up.
    let millis =
        super::ticker::whole_millis(time_left).saturating_add(1).next_multiple_of(POOL_WAIT_STEP_MILLIS);
    answer.recv_timeout(Duration::from_millis(millis)).unwrap_or_else(|fault| {
        Err(match fault {
            std::sync::mpsc::RecvTimeoutError::Timeout => ExecutorError::DeadlineExceeded,
            std::sync::mpsc::RecvTimeoutError::Disconnected => ExecutorError::Lost,
        }
        .into())
    })
}

fn run_all(work: &Receiver<Work>) {
    for (job, answers) in work {
        let answer =
            catch_unwind(AssertUnwindSafe(|| job.run())).unwrap_or_else(|_| Err(ExecutorError::Lost.into()));
        // Whoever asked may have stopped waiting.
        answers.send(answer).unwrap_or_default();
    }
}
