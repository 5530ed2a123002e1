//! Certificates are read again by themselves: when their files change, and on SIGHUP.
//!
//! Takes: what listeners show. Gives: a thread of its own, since reading files blocks, until this is dropped. Files are looked at every
//! [`TLS_FILES_LOOK_MILLIS`], and read once a change has stood for one look: who writes a chain is about to write its key. What cannot be used changes
//! nothing; it is tried with every look, and told once. Never panics.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use signal_hook::consts::SIGHUP;
use signal_hook::iterator::{Handle, Signals};

use super::{TlsCertificates, TlsError};
use crate::limits::http::{TLS_FILES_LOOK_MILLIS, TLS_SIGNAL_LOOK_MILLIS};

/// A thread that keeps certificates new until this is dropped.
pub(in crate::transport) struct Renewal(Handle);

impl Renewal {
    /// Reads all once, and watches them from then on.
    pub(in crate::transport) fn start(certificates: &[TlsCertificates]) -> io::Result<Self> {
        let mut watched: Vec<_> = certificates.iter().filter_map(Watched::new).collect();
        if watched.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, TlsError::NoFiles));
        }
        let mut signals = Signals::new([SIGHUP])?;
        let handle = signals.handle();
        watched.iter_mut().for_each(Watched::refresh);
        let thread = std::thread::Builder::new().name("brrtrouter-certificates".to_owned());
        let run = move || {
            while !signals.is_closed() {
                watch(&mut signals, &mut watched);
            }
        };
        thread.spawn(run)?;
        Ok(Self(handle))
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Waits for signals until it is time to look at the files.
fn watch(signals: &mut Signals, watched: &mut [Watched]) {
    let mut waited = 0;
    while waited < TLS_FILES_LOOK_MILLIS && !signals.is_closed() {
        std::thread::park_timeout(Duration::from_millis(TLS_SIGNAL_LOOK_MILLIS));
        waited = waited.saturating_add(TLS_SIGNAL_LOOK_MILLIS);
        if signals.pending().next().is_some() {
            watched.iter_mut().for_each(Watched::refresh_as_asked);
        }
    }
    watched.iter_mut().for_each(Watched::look);
}

/// Certificates and what is known of their files.
struct Watched {
    certificates: TlsCertificates,
    /// The state of the files that is shown.
    shown: Option<Marks>,
    /// Their state when they were last looked at.
    seen: Option<Marks>,
    /// What was told of files that cannot be used.
    told: Option<String>,
}

impl Watched {
    fn new(certificates: &TlsCertificates) -> Option<Self> {
        certificates.0.files.as_ref()?;
        Some(Self { certificates: certificates.clone(), shown: None, seen: None, told: None })
    }

    /// Reads the files if they are in another state than what is shown, and were in it the last time.
    fn look(&mut self) {
        let seen = self.certificates.marks();
        let has_settled = seen == self.seen;
        self.seen = seen;
        if has_settled && self.seen != self.shown {
            self.refresh();
        }
    }

    fn refresh_as_asked(&mut self) {
        self.told = None;
        self.refresh();
    }

    fn refresh(&mut self) {
        // What changes while it is read is another state, and is read again.
        self.seen = self.certificates.marks();
        match self.certificates.renew() {
            Ok(()) => (self.shown, self.told) = (self.seen, None),
            Err(fault) => self.tell(&fault),
        }
    }

    fn tell(&mut self, fault: &TlsError) {
        let text = fault.to_string();
        if self.told.as_ref() != Some(&text) {
            tracing::warn!(fault = %text, "the certificates as they were are still shown");
            self.told = Some(text);
        }
    }
}

/// What tells one state of a chain and its key from another.
type Marks = (Option<Mark>, Option<Mark>);

/// What tells one state of a file from another: device and number, length, and the moments of its last change in seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    place: (u64, u64),
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Mark {
    /// `None` where there is no such file.
    fn of(file: &Path) -> Option<Self> {
        let known = std::fs::metadata(file).ok()?;
        Some(Self {
            place: (known.dev(), known.ino()),
            bytes: known.size(),
            modified: (known.mtime(), known.mtime_nsec()),
            changed: (known.ctime(), known.ctime_nsec()),
        })
    }
}

impl TlsCertificates {
    fn marks(&self) -> Option<Marks> {
        let files = self.0.files.as_ref()?;
        Some((Mark::of(&files.chain), Mark::of(&files.key)))
    }

    /// Reads the files again, and shows what they hold if that is something else.
    fn renew(&self) -> Result<(), TlsError> {
        let files = self.0.files.as_ref().ok_or(TlsError::NoFiles)?;
        let read = self.counted(files.read(&self.0.provider))?;
        // A chain has one key.
        if read.cert != self.0.present.load().cert {
            self.show(read);
        }
        Ok(())
    }
}
