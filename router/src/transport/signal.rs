//! SIGTERM and SIGINT stop a server; a second one waits for nothing.

use std::io;
use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use super::handle::Stopper;

/// A thread that waits for signals until this is dropped.
pub(super) struct SignalWatch(Handle);

impl SignalWatch {
    pub(super) fn start(stopper: Arc<Stopper>) -> io::Result<Self> {
        let mut signals = Signals::new([SIGTERM, SIGINT])?;
        let handle = signals.handle();
        let thread = std::thread::Builder::new().name("brrtrouter-signals".to_owned());
        thread.spawn(move || {
            for signal in signals.forever() {
                tracing::info!(signal, "the server stops");
                stopper.stop();
            }
        })?;
        Ok(Self(handle))
    }
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        self.0.close();
    }
}
