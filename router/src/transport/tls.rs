//! TLS for a listener, by `rustls` over aws-lc: what it shows, what it asks of clients, and how it gets new certificates while it serves.
//!
//! Takes: certificates and keys as PEM, from files or memory. Gives: a [`TlsConfig`] for [`Server::tls`](super::Server::tls), and a
//! [`TlsCertificates`] that exchanges them. HTTP/1.1 is all that is offered to clients that ask (ALPN), over TLS 1.2 and 1.3.
//!
//! | File | From | To |
//! |---|---|---|
//! | `pem`, `validity` | PEM texts | a chain and its key, which belong together |
//! | `handshake` | a connection | a connection that is protected, and the certificate of its client |
//! | `line` | octets of TLS | octets of HTTP, and back |
//! | `renewal` | files that change | certificates that are read again |
//!
//! Never panics.

mod error;
mod handshake;
mod line;
mod pem;
mod renewal;
mod validity;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{
    ClientHello, NoServerSessionStorage, ResolvesServerCert, ServerSessionMemoryCache, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::{ConfigBuilder, ServerConfig, WantsVerifier, version};

pub use error::{PemOrigin, TlsError};
pub(super) use handshake::secure;
pub(super) use renewal::Renewal;

use super::counts::RenewalCounts;
use super::protection::ClientCertificates;
use crate::limits::http::TLS_SESSIONS_MAX;

/// How a listener speaks TLS.
///
/// ```no_run
/// use brrtrouter::{Api, ClientCertificates, Description, Handlers, Response, Server, TlsConfig};
///
/// let description = Description::from_text("up.yaml", "
/// openapi: 3.1.2
/// info: { title: Up, version: '1' }
/// paths:
///   /up: { get: { responses: { '204': { description: up } } } }
/// ")?;
/// let api = Api::builder(&description).handlers(Handlers::new().on("get_up", |_| Ok(Response::no_content()))).build()?;
///
/// let tls = TlsConfig::from_pem_files("chain.pem", "key.pem")?
///     .client_certificates(&std::fs::read("clients.pem")?, ClientCertificates::Optional)?;
/// // TLS for the first address, none for the second.
/// let server = Server::bind("[::]:8443")?.tls(tls).and("127.0.0.1:8080")?;
/// // When the files are new ones, within five seconds or at once on SIGHUP, the next connection gets them.
/// let running = server.serve(api)?.renew_certificates()?;
/// # running.stop();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct TlsConfig {
    certificates: TlsCertificates,
    server: Arc<ServerConfig>,
}

impl TlsConfig {
    /// Reads a certificate chain, the server's own first, and its private key (PKCS #8, PKCS #1 or SEC 1) from PEM files, which
    /// [`TlsCertificates::reload`] reads again.
    ///
    /// # Errors
    /// A [`TlsError`] where a file cannot be read, holds no such thing, or the key is not that of the certificate. A certificate that has expired is
    /// no error, and warned of.
    pub fn from_pem_files(chain: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self, TlsError> {
        let files = Files { chain: chain.as_ref().into(), key: key.as_ref().into() };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let shown = files.read(&provider)?;
        Self::new(TlsCertificates::new(Some(files), shown, provider))
    }

    /// Takes a certificate chain and its private key as PEM texts.
    ///
    /// # Errors
    /// A [`TlsError`] as for [`Self::from_pem_files`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let shown =
            pem::certified_key(&PemOrigin::GIVEN_CHAIN.of(chain), &PemOrigin::GIVEN_KEY.of(key), &provider)?;
        Self::new(TlsCertificates::new(None, shown, provider))
    }

    /// Asks clients for a certificate that one of these authorities has issued. What was verified is
    /// [`Connection::client_certificate`](crate::Connection::client_certificate), and the credential of a `mutualTLS` scheme. Sessions are
    /// not resumed then, so that each connection is judged by the certificate that it shows.
    ///
    /// # Errors
    /// A [`TlsError`] where the text holds no certificate of an authority.
    pub fn client_certificates(self, roots: &[u8], asked: ClientCertificates) -> Result<Self, TlsError> {
        self.trusting(&PemOrigin::GIVEN_ROOTS.of(roots), asked)
    }

    /// The same with authorities from a PEM file, which is read once.
    ///
    /// # Errors
    /// A [`TlsError`] where the file cannot be read, or holds no certificate of an authority.
    pub fn client_certificates_from_pem_file(
        self,
        roots: impl AsRef<Path>,
        asked: ClientCertificates,
    ) -> Result<Self, TlsError> {
        self.trusting(&pem::Pem::read(roots.as_ref())?, asked)
    }

    fn trusting(self, text: &pem::Pem<'_>, asked: ClientCertificates) -> Result<Self, TlsError> {
        let roots = pem::roots(text)?;
        let provider = Arc::clone(&self.certificates.0.provider);
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        let verifier = match asked {
            ClientCertificates::Optional => verifier.allow_unauthenticated(),
            ClientCertificates::Required => verifier,
        };
        let verifier = verifier
            .build()
            .map_err(|fault| TlsError::Unsuitable { origin: text.origin().clone(), source: fault.into() })?;
        let certificates = self.certificates;
        let builder = builder(&certificates)?.with_client_cert_verifier(verifier);
        let mut server = builder.with_cert_resolver(certificates.resolver());
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        Ok(Self { server: offering_http(server), certificates })
    }

    /// What exchanges the certificates while they are in use.
    #[must_use]
    pub fn certificates(&self) -> TlsCertificates {
        self.certificates.clone()
    }

    pub(super) const fn server(&self) -> &Arc<ServerConfig> {
        &self.server
    }

    fn new(certificates: TlsCertificates) -> Result<Self, TlsError> {
        let builder = builder(&certificates)?.with_no_client_auth();
        let mut server = builder.with_cert_resolver(certificates.resolver());
        server.session_storage = ServerSessionMemoryCache::new(TLS_SESSIONS_MAX);
        Ok(Self { server: offering_http(server), certificates })
    }
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig").field("certificates", &self.certificates).finish_non_exhaustive()
    }
}

fn builder(certificates: &TlsCertificates) -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, TlsError> {
    ServerConfig::builder_with_provider(Arc::clone(&certificates.0.provider))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(|fault| TlsError::Versions { source: fault.into() })
}

fn offering_http(mut server: ServerConfig) -> Arc<ServerConfig> {
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(server)
}

/// The certificates that a listener shows; all clones are one. New ones count from the next handshake on, connections keep what they began with.
#[derive(Clone)]
pub struct TlsCertificates(Arc<Shown>);

struct Shown {
    files: Option<Files>,
    present: ArcSwap<CertifiedKey>,
    renewals: RenewalCounts,
    provider: Arc<CryptoProvider>,
}

impl TlsCertificates {
    fn new(files: Option<Files>, shown: CertifiedKey, provider: Arc<CryptoProvider>) -> Self {
        let present = ArcSwap::from_pointee(shown);
        Self(Arc::new(Shown { files, present, renewals: RenewalCounts::default(), provider }))
    }

    /// Reads the files again. [`ServerHandle::renew_certificates`](super::ServerHandle::renew_certificates) does it by itself; this is for a program that
    /// knows better when. It blocks, so it belongs on a thread.
    ///
    /// # Errors
    /// A [`TlsError`] where they cannot be used, or there are none; the present certificates stay then.
    pub fn reload(&self) -> Result<(), TlsError> {
        let files = self.0.files.as_ref().ok_or(TlsError::NoFiles)?;
        self.show(self.counted(files.read(&self.0.provider))?);
        Ok(())
    }

    /// Shows another chain, given as PEM with its private key.
    ///
    /// # Errors
    /// A [`TlsError`] where they cannot be used; the present certificates stay then.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
        let (chain, key) = (PemOrigin::GIVEN_CHAIN.of(chain), PemOrigin::GIVEN_KEY.of(key));
        self.show(self.counted(pem::certified_key(&chain, &key, &self.0.provider))?);
        Ok(())
    }

    /// Whether both are clones of one.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::<Shown>::clone(&self.0)
    }

    /// How often others were shown, and how often others could not be used.
    pub(super) fn renewals(&self) -> (u64, u64) {
        self.0.renewals.read()
    }

    fn counted(&self, read: Result<CertifiedKey, TlsError>) -> Result<CertifiedKey, TlsError> {
        if read.is_err() {
            self.0.renewals.failed();
        }
        read
    }

    fn show(&self, shown: CertifiedKey) {
        self.0.present.store(Arc::new(shown));
        self.0.renewals.renewed();
        tracing::info!(files = ?self.0.files, "new handshakes get new certificates");
    }
}

impl fmt::Debug for TlsCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsCertificates").field("files", &self.files).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.present.load_full())
    }
}

/// Where certificates are read from.
#[derive(Debug)]
struct Files {
    chain: PathBuf,
    key: PathBuf,
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let (chain, key) = (pem::Pem::read(&self.chain)?, pem::Pem::read(&self.key)?);
        pem::certified_key(&chain, &key, provider)
    }
}
