//! Whether a service takes requests: told by the server, read by `/ready`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a service takes requests. Clones share the one state, so that a server keeps one and flips it when it drains.
///
/// ```
/// use brrtrouter::Readiness;
///
/// let readiness = Readiness::new();
/// let shared = readiness.clone();
/// shared.drain();
/// assert!(!readiness.is_ready());
/// ```
#[derive(Clone, Debug)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Ready.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// From now on nothing new should be sent here: `/ready` answers 503. Requests that come are still served.
    pub fn drain(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Requests are welcome again.
    pub fn resume(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether requests are welcome.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Default for Readiness {
    fn default() -> Self {
        Self::new()
    }
}
