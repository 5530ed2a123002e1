//! Certificates that are read again by themselves: when their files change, on SIGHUP, and not where they cannot be used.

use std::fmt::{Debug, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use brrtrouter::{Config, Metrics, ServerHandle, ServerOptions, Service, TlsConfig};
use brrtrouter_tls_tests::{Authority, Identity, asked, connect, serve};
use rustls::version::TLS13;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::configuration::Folder;
use crate::{served, shown, soon};

/// Held by the test that sends a signal to this process, and by the one that counts what is told: a signal has it told again.
static QUIET: Mutex<()> = Mutex::new(());

/// A server whose certificate lies in files of its own.
struct Kept {
    folder: PathBuf,
    authority: Authority,
    running: Option<ServerHandle>,
    certificate: Box<dyn Fn(&Authority) -> Vec<u8>>,
}

impl Kept {
    fn of(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("brrtrouter-renewal-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let authority = Authority::new("servers");
        let mut kept = Self { folder, authority, running: None, certificate: Box::new(|_| Vec::new()) };
        kept.write(&kept.authority.issue("localhost"));
        let config = TlsConfig::from_pem_files(kept.folder.join("chain.pem"), kept.folder.join("key.pem"));
        let (running, address) = serve(config.unwrap(), ServerOptions::default());
        kept.running = Some(running.renew_certificates().unwrap());
        kept.certificate = Box::new(move |authority| {
            let mut client = connect(address, &authority.client(None, &TLS13));
            asked(&mut client, "/seen").unwrap();
            shown(&client)
        });
        kept
    }

    /// Puts others in their places, as those do who want no half of a file to be read.
    fn write(&self, identity: &Identity) {
        for (name, text) in [("chain.pem", &identity.chain), ("key.pem", &identity.key)] {
            let new = self.folder.join("new");
            std::fs::write(&new, text).unwrap();
            std::fs::rename(&new, self.folder.join(name)).unwrap();
        }
    }

    /// What a new handshake gets.
    fn certificate(&self) -> Vec<u8> {
        (self.certificate)(&self.authority)
    }

    /// How long it takes until a new handshake gets another one.
    fn time_until_not(&self, old: &[u8]) -> Duration {
        let began = Instant::now();
        assert!(soon(|| self.certificate() != old), "the certificate stays");
        began.elapsed()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

#[test]
fn new_files_are_shown_without_a_call_and_broken_ones_are_not() {
    let _no_signal = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let warnings = Warnings::told();
    let kept = Kept::of("files");
    let first = kept.certificate();
    kept.write(&kept.authority.issue("localhost"));
    let time = kept.time_until_not(&first);
    assert!(time < Duration::from_secs(8), "{time:?}");

    let second = kept.certificate();
    let place = kept.folder.display().to_string();
    let other = kept.authority.issue("localhost");
    // The key is not that of the chain: somebody is in the midst of it, or has taken the wrong one.
    std::fs::write(kept.folder.join("chain.pem"), &other.chain).unwrap();
    assert!(soon(|| warnings.of(&place) > 0), "it is told");
    std::thread::sleep(Duration::from_millis(4500));
    assert_eq!(warnings.of(&place), 1, "once, though it was tried again");
    assert_eq!(kept.certificate(), second, "what cannot be used changes nothing");

    std::fs::write(kept.folder.join("key.pem"), &other.key).unwrap();
    kept.time_until_not(&second);
    let third = kept.certificate();
    std::fs::remove_file(kept.folder.join("chain.pem")).unwrap();
    assert!(soon(|| warnings.of(&place) == 2), "that is told too");
    assert_eq!(kept.certificate(), third);
}

#[test]
fn what_changed_before_is_read_and_a_signal_waits_for_nothing() {
    let _no_others = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = Kept::of("signal");
    let first = kept.certificate();
    kept.write(&kept.authority.issue("localhost"));
    signal_hook::low_level::raise(signal_hook::consts::SIGHUP).unwrap();
    let time = kept.time_until_not(&first);
    assert!(time < Duration::from_millis(1500), "{time:?}");
}

/// By the server and by metrics: once, though two addresses show the same certificates.
#[test]
fn renewals_are_counted() {
    let folder = Folder::of("counted");
    let authority = Authority::new("servers");
    let write = |identity: &Identity| {
        folder.file("key.pem", &identity.key);
        folder.file("chain.pem", &identity.chain);
    };
    write(&authority.issue("localhost"));
    let place = folder.0.display();
    let text = format!(
        "listen: ['127.0.0.1:0', '127.0.0.1:0']\ntls: {{ certificate: {place}/chain.pem, key: {place}/key.pem }}\n"
    );
    let server = Config::from_text("server.yaml", &text).unwrap().bind().unwrap();
    let running =
        server.serve(Service::admin().unwrap().build().unwrap()).unwrap().renew_certificates().unwrap();
    let metrics = Metrics::new().unwrap();
    running.report_to(&metrics);
    let counts = || {
        let counts = running.connections();
        (counts.certificates_renewed, counts.certificate_renewals_failed)
    };
    assert_eq!(counts(), (0, 0), "the first ones replace none");
    write(&authority.issue("localhost"));
    assert!(soon(|| counts().0 > 0), "a renewal is counted");
    assert_eq!(counts(), (1, 0));
    folder.file("chain.pem", "");
    assert!(soon(|| counts().1 > 0), "so is one that fails");
    drop(running);
    let page = metrics.to_text().unwrap();
    assert!(page.contains("brrtrouter_certificate_renewals_total{result=\"ok\"} 1\n"), "{page}");
    assert!(!page.contains("brrtrouter_certificate_renewals_total{result=\"failed\"} 0\n"), "{page}");
}

#[test]
fn without_files_there_is_nothing_to_renew() {
    let fault = served(ServerOptions::default()).running.renew_certificates().unwrap_err();
    assert!(fault.to_string().contains("came from no files"), "{fault}");
}

/// The texts of all warnings of the library in this process.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    /// What is told from now on; there is one subscriber for all threads.
    fn told() -> Self {
        static TOLD: OnceLock<Warnings> = OnceLock::new();
        TOLD.get_or_init(|| {
            let warnings = Self::default();
            tracing::subscriber::set_global_default(warnings.clone()).unwrap();
            warnings
        })
        .clone()
    }

    /// How many name this.
    fn of(&self, part: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|text| text.contains(part)).count()
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        write!(self.0, "{value:?} ").unwrap();
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
