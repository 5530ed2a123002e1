//! The threads on which large content is decoded and judged, so that the coroutines of other connections get their turn meanwhile.
//!
//! Takes: computations. Gives: their end, to a coroutine that waits. The system shares its processors between these threads and those of the coroutines. Never panics; a
//! computation that panics is lost, its thread is not.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender, unbounded};
use may::sync::mpsc;

use crate::serve::Computation;

/// A computation, and whom to tell that it is over.
type Work = (Computation, mpsc::Sender<()>);

/// The threads, as many as processors; they end when this is dropped.
#[derive(Debug)]
pub(super) struct Apart {
    /// A connection has one computation at a time, so that there are never more of them than connections.
    work: Sender<Work>,
}

impl Apart {
    pub(super) fn start() -> io::Result<Self> {
        let (work, to_do) = unbounded();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            let to_do = to_do.clone();
            let thread = std::thread::Builder::new().name("brrtrouter-content".to_owned());
            thread.spawn(move || run_all(&to_do))?;
        }
        Ok(Self { work })
    }

    /// Has it done, and waits. Where there is no thread any more it is not done.
    pub(super) fn compute(&self, computation: Computation) {
        let (over, is_over) = mpsc::channel();
        if self.work.send((computation, over)).is_ok() {
            // An error would be a thread that has ended: then it is over all the same.
            is_over.recv().unwrap_or_default();
        }
    }
}

fn run_all(to_do: &Receiver<Work>) {
    for (computation, over) in to_do {
        if catch_unwind(AssertUnwindSafe(computation)).is_err() {
            tracing::error!("the decoding of a body panicked");
        }
        // Whoever asked may be gone.
        over.send(()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::Apart;
    use std::sync::mpsc;

    #[test]
    fn what_is_asked_for_is_done_elsewhere_and_a_panic_harms_nobody() {
        let apart = Apart::start().unwrap();
        let (told, tells) = mpsc::channel();
        for round in 0..16 {
            let told = told.clone();
            apart.compute(Box::new(move || {
                assert!(round % 2 == 0, "as planned");
                told.send((round, std::thread::current().id())).unwrap();
            }));
        }
        let done: Vec<_> = tells.try_iter().collect();
        assert_eq!(done.iter().map(|(round, _)| *round).collect::<Vec<_>>(), [0, 2, 4, 6, 8, 10, 12, 14]);
        assert!(done.iter().all(|(_, thread)| *thread != std::thread::current().id()));
    }
}
