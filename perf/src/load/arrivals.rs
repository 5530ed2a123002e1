//! When requests are to begin: at once for each user (a closed model), or in equal steps whatever the server does (an open one).
//!
//! In an open model users take the next moment from a common count. A user that is late because all of them were busy counts from that
//! moment on, so that a server which stalls cannot hide what it kept waiting (coordinated omission).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The moments at which requests are to begin.
#[derive(Debug)]
pub struct Arrivals {
    begun: Instant,
    step: Duration,
    next: AtomicU64,
}

impl Arrivals {
    /// `rate` requests in a second, from `begun` on.
    pub fn new(rate: f64, begun: Instant) -> Self {
        Self { begun, step: Duration::from_secs_f64(1.0 / rate), next: AtomicU64::new(0) }
    }

    /// The next moment; nobody else is given it.
    pub fn take(&self) -> Instant {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let nanos = self.step.as_nanos().saturating_mul(u128::from(at));
        self.begun + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_equal_steps_apart() {
        let begun = Instant::now();
        let arrivals = Arrivals::new(500.0, begun);
        let moments: Vec<Duration> = (0..4).map(|_| arrivals.take() - begun).collect();
        assert_eq!(moments, [0, 2, 4, 6].map(Duration::from_millis));
    }
}
