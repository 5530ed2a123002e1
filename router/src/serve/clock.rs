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

/// Whether there is a deadline and it has passed; without one the clock is not read.
pub(crate) fn has_passed(deadline: Option<Instant>, clock: &dyn Clock) -> bool {
    deadline.is_some_and(|deadline| clock.now() >= deadline)
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock, for those who pass it"
    )]
    fn now(&self) -> Instant {
        Instant::now()
    }
}
