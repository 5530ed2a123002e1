//! The one place where coroutines of the transport start, and what is kept of them for a while when they have ended.
//!
//! Takes: what a coroutine does. Gives: nothing; it runs for itself, or is dropped where the system has no room for its stack. Never panics.
//!
//! `may` lets a coroutine sleep by giving it to its timer and then still writing into it, from the worker that it slept on. Should it wake, go on and end on another thread
//! before that worker gets to write, what is written to is gone (`Sleep::subscribe` and `Park::subscribe` of 0.3.51 borrow it). A handler may sleep and be the last that its
//! coroutine does, so the part that is written to is kept: for more ticks than a worker is ever held up between two instructions.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard, PoisonError};

use may::coroutine::{Builder, Coroutine};

use crate::limits::http::ENDED_COROUTINE_TICKS;

/// Starts coroutines.
#[derive(Debug, Default)]
pub(super) struct Coroutines {
    ended: SharedEnded,
}

/// The lock is held for a few instructions, and never across a wait.
#[expect(clippy::disallowed_types, reason = "coroutines end on every worker, and the ticker forgets them")]
type SharedEnded = std::sync::Mutex<Ended>;

/// Those that have ended, with the tick at which each did, the first in front.
#[derive(Debug, Default)]
struct Ended {
    coroutines: VecDeque<(u64, Coroutine)>,
    /// How many ticks there were.
    tick: u64,
}

impl Coroutines {
    /// Starts one, on whichever worker.
    pub(super) fn start(self: &Arc<Self>, task: impl FnOnce() + Send + 'static) {
        self.build(Builder::new(), task);
    }

    /// Starts one in the queue of a worker, which others do not look into.
    pub(super) fn start_on(self: &Arc<Self>, worker: usize, task: impl FnOnce() + Send + 'static) {
        self.build(Builder::new().id(worker), task);
    }

    fn build(self: &Arc<Self>, builder: Builder, task: impl FnOnce() + Send + 'static) {
        let kept = Kept(Arc::clone(self));
        let body = move || {
            let _kept = kept;
            task();
        };
        // `may` panics where it gets no stack: who starts a coroutine has others to care for, and goes on.
        match catch_unwind(AssertUnwindSafe(|| may::go!(builder, body))) {
            Ok(Ok(_detached)) => {}
            Ok(Err(fault)) => tracing::error!(%fault, "a coroutine cannot be started"),
            Err(_) => tracing::error!("a coroutine cannot be started: the system has no room for its stack"),
        }
    }

    /// Forgets those that have ended long ago.
    pub(super) fn tick(&self) {
        let mut ended = self.lock();
        ended.tick = ended.tick.saturating_add(1);
        let ended_by = ended.tick.saturating_sub(ENDED_COROUTINE_TICKS);
        let count = ended.coroutines.partition_point(|(tick, _)| *tick < ended_by);
        let forgotten: Vec<_> = ended.coroutines.drain(..count).collect();
        drop(ended);
        // Outside the lock, which who ends waits for.
        drop(forgotten);
    }

    fn lock(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps what is to be kept of the coroutine that drops it.
struct Kept(Arc<Coroutines>);

impl Drop for Kept {
    fn drop(&mut self) {
        // One that never ran is dropped by who would have started it.
        if may::coroutine::is_coroutine() {
            let coroutine = may::coroutine::current();
            let mut ended = self.0.lock();
            let tick = ended.tick;
            ended.coroutines.push_back((tick, coroutine));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_for_its_stack_is_dropped() {
        let coroutines = Arc::<Coroutines>::default();
        let held = Arc::new(());
        let taken = Arc::clone(&held);
        coroutines.build(Builder::new().stack_size(usize::MAX >> 8), move || drop(taken));
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn what_has_ended_is_kept_for_some_ticks() {
        let coroutines = Arc::<Coroutines>::default();
        let (told, tells) = std::sync::mpsc::channel();
        coroutines.start(move || told.send(()).unwrap_or_default());
        tells.recv().unwrap();
        while coroutines.lock().coroutines.is_empty() {
            std::thread::yield_now();
        }
        for _ in 0..ENDED_COROUTINE_TICKS {
            coroutines.tick();
            assert_eq!(coroutines.lock().coroutines.len(), 1);
        }
        coroutines.tick();
        assert_eq!(coroutines.lock().coroutines.len(), 0);
    }
}
