//! What a server counts of its connections; metrics are made of it.
//!
//! Never panics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseCause {
    /// The peer closed it, or it broke.
    Peer,
    /// No further request came in time.
    Idle,
    /// The head of a request did not come in time, the first one of a connection included.
    LateHead,
    /// The body of a request came too slowly.
    LateBody,
    /// The peer took an answer too slowly.
    LateWrite,
    /// The peer and the server did not agree on TLS.
    Handshake,
    /// What came was no request, or the connection's own code failed.
    Fault,
    /// The last answer said so: as the request asked, as HTTP/1.0 has it, or because of what was left unread or panicked.
    Asked,
    /// The server was stopped, and had no more to answer.
    Drained,
    /// The server was stopped, and its time was over.
    CutOff,
}

impl CloseCause {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Peer,
        Self::Idle,
        Self::LateHead,
        Self::LateBody,
        Self::LateWrite,
        Self::Handshake,
        Self::Fault,
        Self::Asked,
        Self::Drained,
        Self::CutOff,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Idle => "idle",
            Self::LateHead => "late_head",
            Self::LateBody => "late_body",
            Self::LateWrite => "late_write",
            Self::Handshake => "handshake",
            Self::Fault => "fault",
            Self::Asked => "asked",
            Self::Drained => "drained",
            Self::CutOff => "cut_off",
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Peer => 0,
            Self::Idle => 1,
            Self::LateHead => 2,
            Self::LateBody => 3,
            Self::LateWrite => 4,
            Self::Handshake => 5,
            Self::Fault => 6,
            Self::Asked => 7,
            Self::Drained => 8,
            Self::CutOff => 9,
        }
    }
}

/// Counts since the server started.
#[derive(Debug, Default)]
pub(super) struct ServerCounts {
    accepted: AtomicU64,
    refused: AtomicU64,
    accept_failures: AtomicU64,
    replaced: AtomicU64,
    closed: [AtomicU64; CloseCause::ALL.len()],
    handshakes_failed: AtomicU64,
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

    pub(super) fn replaced(&self) {
        self.replaced.fetch_add(1, Ordering::Relaxed);
    }

    fn closed(&self, cause: CloseCause) {
        if let Some(count) = self.closed.get(cause.place()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[cfg(feature = "tls")]
    pub(super) fn handshake_failed(&self) {
        self.handshakes_failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self, open: usize) -> ConnectionCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ConnectionCounts {
            open,
            accepted: read(&self.accepted),
            refused: read(&self.refused),
            accept_failures: read(&self.accept_failures),
            replaced: read(&self.replaced),
            handshakes_failed: read(&self.handshakes_failed),
            // Counted where certificates are.
            certificates_renewed: 0,
            certificate_renewals_failed: 0,
            closed: self.closed.each_ref().map(read),
        }
    }
}

/// What came of certificates that were to replace others.
#[cfg(feature = "tls")]
#[derive(Debug, Default)]
pub(super) struct RenewalCounts {
    renewed: AtomicU64,
    failed: AtomicU64,
}

#[cfg(feature = "tls")]
impl RenewalCounts {
    pub(super) fn renewed(&self) {
        self.renewed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were taken, and how many were not.
    pub(super) fn read(&self) -> (u64, u64) {
        (self.renewed.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

/// Counts the end of a connection when it is dropped: a fault, unless another cause was told, or that it has not ended.
pub(super) struct Ending<'s> {
    counts: &'s ServerCounts,
    cause: Option<CloseCause>,
}

impl<'s> Ending<'s> {
    pub(super) const fn of(counts: &'s ServerCounts) -> Self {
        Self { counts, cause: Some(CloseCause::Fault) }
    }

    pub(super) fn by(mut self, cause: CloseCause) {
        self.cause = Some(cause);
    }

    /// The connection goes on elsewhere.
    pub(super) fn put_off(mut self) {
        self.cause = None;
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if let Some(cause) = self.cause {
            self.counts.closed(cause);
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
    /// How often what is served was replaced.
    pub replaced: u64,
    /// How often the server's certificates were exchanged for others, by files that changed or by the program.
    pub certificates_renewed: u64,
    /// How often others could not be used. Files that cannot are tried every two seconds, and each try counts.
    pub certificate_renewals_failed: u64,
    /// How many TLS handshakes failed, for want of time, trust or a peer that speaks TLS.
    pub handshakes_failed: u64,
    closed: [u64; CloseCause::ALL.len()],
}

impl ConnectionCounts {
    /// How many ended for this reason.
    #[must_use]
    pub fn closed(&self, cause: CloseCause) -> u64 {
        self.closed.get(cause.place()).copied().unwrap_or_default()
    }

    /// With the renewals of these certificates.
    #[cfg(feature = "tls")]
    pub(super) fn with_renewals(mut self, certificates: &[super::tls::TlsCertificates]) -> Self {
        for (renewed, failed) in certificates.iter().map(super::tls::TlsCertificates::renewals) {
            self.certificates_renewed = self.certificates_renewed.saturating_add(renewed);
            self.certificate_renewals_failed = self.certificate_renewals_failed.saturating_add(failed);
        }
        self
    }

    /// Adds those of another server.
    #[cfg(feature = "metrics")]
    pub(crate) fn add(&mut self, other: &Self) {
        self.open = self.open.saturating_add(other.open);
        self.accepted = self.accepted.saturating_add(other.accepted);
        self.refused = self.refused.saturating_add(other.refused);
        self.accept_failures = self.accept_failures.saturating_add(other.accept_failures);
        self.replaced = self.replaced.saturating_add(other.replaced);
        self.handshakes_failed = self.handshakes_failed.saturating_add(other.handshakes_failed);
        self.certificates_renewed = self.certificates_renewed.saturating_add(other.certificates_renewed);
        self.certificate_renewals_failed =
            self.certificate_renewals_failed.saturating_add(other.certificate_renewals_failed);
        for (count, more) in self.closed.iter_mut().zip(other.closed) {
            *count = count.saturating_add(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_place() {
        for (place, cause) in CloseCause::ALL.into_iter().enumerate() {
            assert_eq!(cause.place(), place, "{cause:?}");
            let counts = ServerCounts::default();
            Ending::of(&counts).by(cause);
            assert_eq!(counts.read(0).closed(cause), 1, "{cause:?}");
        }
    }
}
