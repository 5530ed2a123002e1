//! The server's sense of time: a thread that counts milliseconds, writes the date and looks at deadlines.
//!
//! Gives: the present moment for one load of an atomic. Deadlines are kept to [`TICK_MILLIS`]; requests read no clock. Never panics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;

use super::coroutine::Coroutines;
use super::date::DateText;
use super::server::Shared;
use crate::limits::http::{ENDED_COROUTINE_TICKS, TICK_MILLIS};
use crate::serve::{Clock, SystemClock};

/// The moment of the last tick.
#[derive(Debug)]
pub(super) struct Ticker {
    began: Instant,
    millis: AtomicU64,
    ticks: AtomicU64,
    seconds: AtomicU64,
    date: ArcSwap<DateText>,
}

impl Ticker {
    pub(super) fn new() -> Self {
        let now = wall_clock();
        Self {
            began: SystemClock.now(),
            millis: AtomicU64::new(1),
            ticks: AtomicU64::new(0),
            seconds: AtomicU64::new(0),
            date: ArcSwap::from_pointee(DateText::of(now)),
        }
    }

    /// Milliseconds since the server began.
    pub(super) fn millis(&self) -> u64 {
        self.millis.load(Ordering::Relaxed)
    }

    /// How often it ticked.
    pub(super) fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    /// The moment that is so much later.
    pub(super) fn after(&self, time: Duration) -> u64 {
        // A tick more, since the present one may be nearly over.
        self.millis().saturating_add(whole_millis(time)).saturating_add(TICK_MILLIS)
    }

    /// Lets `writer` have the date.
    pub(super) fn with_date(&self, writer: impl FnOnce(&[u8])) {
        writer(self.date.load().as_bytes());
    }

    fn tick(&self) {
        let now = SystemClock.now();
        self.millis.store(whole_millis(now.saturating_duration_since(self.began)).max(1), Ordering::Relaxed);
        self.ticks.fetch_add(1, Ordering::Relaxed);
        let wall = wall_clock();
        let seconds = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        if self.seconds.swap(seconds, Ordering::Relaxed) != seconds {
            self.date.store(Arc::new(DateText::of(wall)));
        }
    }
}

/// Ticks until the server is gone.
pub(super) fn run(server: &Weak<Shared>) {
    while let Some(server) = server.upgrade() {
        server.ticker.tick();
        server.tick();
        drop(server);
        std::thread::park_timeout(Duration::from_millis(TICK_MILLIS));
    }
}

/// Ticks on for those coroutines that were the last of a server.
pub(super) fn forget(coroutines: &Coroutines) {
    for _ in 0..=ENDED_COROUTINE_TICKS.saturating_add(1) {
        std::thread::park_timeout(Duration::from_millis(TICK_MILLIS));
        coroutines.tick();
    }
}

pub(super) fn whole_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the date of an answer is the machine's")]
pub(super) fn wall_clock() -> SystemTime {
    SystemTime::now()
}
