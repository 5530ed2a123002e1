//! What a server counts of its connections; metrics are made of it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the server started.
#[derive(Debug, Default)]
pub(super) struct ServerCounts {
    accepted: AtomicU64,
    refused: AtomicU64,
    accept_failures: AtomicU64,
}

impl ServerCounts {
    pub(super) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn accept_failed(&self) {
        self.accept_failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> ConnectionCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ConnectionCounts {
            open: 0,
            accepted: read(&self.accepted),
            refused: read(&self.refused),
            accept_failures: read(&self.accept_failures),
        }
    }
}

/// The connections of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionCounts {
    /// How many are open.
    pub open: usize,
    /// How many were accepted since the server started.
    pub accepted: u64,
    /// How many were refused for want of room.
    pub refused: u64,
    /// How often the system had no connection to give though one was there.
    pub accept_failures: u64,
}
