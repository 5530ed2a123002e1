//! The clock as an input: the library reads no other, so that tests can say what time it is.

use std::time::Instant;

/// Tells the time. Shared by all requests.
pub trait Clock: Send + Sync {
    /// The present moment of a clock that never goes back.
    fn now(&self) -> Instant;
}

impl<F: Fn() -> Instant + Send + Sync> Clock for F {
    fn now(&self) -> Instant {
        self()
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}
