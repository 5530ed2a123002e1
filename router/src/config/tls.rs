//! Which files TLS is spoken with.
//!
//! Takes: paths, as the configuration has them. Gives: TLS for a server, or the key that is missing, the file that cannot be used, or the feature that was
//! not built. Never panics.

use std::path::PathBuf;

use crate::transport::{ClientCertificates, ListenAddress, Server, ServerError};

/// The files of TLS, all PEM; relative paths count from the working directory. Where there are any, every Internet address speaks TLS and nothing else;
/// Unix sockets stay as they are. TLS needs the feature `tls`.
///
/// [`ServerHandle::renew_certificates`](crate::ServerHandle) (feature `tls`) reads certificate and key again when their files change.
///
/// ```
/// use brrtrouter::{ClientCertificates, Config, ServerError, TlsFiles};
///
/// let mut config = Config { listen: vec!["127.0.0.1:0".parse()?], ..Config::default() };
/// assert!(!config.tls.is_given());
/// config.tls = TlsFiles {
///     certificate: Some("/etc/pets/chain.pem".into()),
///     client_certificates: Some(ClientCertificates::Optional),
///     ..TlsFiles::default()
/// };
/// assert!(config.tls.is_given());
/// // A certificate is of no use without its key.
/// assert!(config.bind().unwrap_err().to_string().contains("without `tls.key`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, the server's own first.
    pub certificate: Option<PathBuf>,
    /// The private key of the first certificate (PKCS #8, PKCS #1 or SEC 1), without a pass phrase.
    pub key: Option<PathBuf>,
    /// The authorities whose certificates clients may show; without them no client is asked. This file is read once.
    pub client_authorities: Option<PathBuf>,
    /// Whether clients must show a certificate of these authorities; where it is left open, they must.
    pub client_certificates: Option<ClientCertificates>,
}

/// A key, and whether it is given.
type Given = (&'static str, bool);

impl TlsFiles {
    /// Whether TLS is asked for: any of these is given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        *self != Self::default()
    }

    /// Opens the addresses, with TLS where it is asked for. Files are read before an address is taken.
    pub(super) fn open(&self, addresses: &[ListenAddress]) -> Result<Server, ServerError> {
        let (first, others) = addresses.split_first().ok_or(ServerError::NoAddress)?;
        let protection = self.protection(addresses)?;
        let first = protection.on(Server::bind(first.clone())?, first);
        others.iter().try_fold(first, |server, address| {
            Ok(protection.on(Server::and(server, address.clone())?, address))
        })
    }

    fn protection(&self, addresses: &[ListenAddress]) -> Result<Protection, ServerError> {
        if !self.is_given() {
            return Ok(Protection::default());
        }
        if let Some(((given, _), (missing, _))) = self.missing() {
            return Err(ServerError::TlsIncomplete { given, missing });
        }
        if !addresses.iter().any(|address| matches!(address, ListenAddress::Tcp(_))) {
            return Err(ServerError::TlsNowhere);
        }
        self.read()
    }

    /// A key that is given, and the one that is not and without which it means nothing.
    fn missing(&self) -> Option<(Given, Given)> {
        let certificate = ("tls.certificate", self.certificate.is_some());
        let key = ("tls.key", self.key.is_some());
        let authorities = ("tls.clientAuthorities", self.client_authorities.is_some());
        let asked = ("tls.clientCertificates", self.client_certificates.is_some());
        let needs =
            [(certificate, key), (key, certificate), (authorities, certificate), (asked, authorities)];
        needs.into_iter().find(|((_, given), (_, needed))| *given && !needed)
    }

    #[cfg(feature = "tls")]
    fn read(&self) -> Result<Protection, ServerError> {
        use crate::transport::TlsConfig;
        let (Some(chain), Some(key)) = (&self.certificate, &self.key) else {
            // Never served without TLS where it is asked for.
            return Err(ServerError::TlsIncomplete { given: "tls", missing: "tls.certificate" });
        };
        let mut tls = TlsConfig::from_pem_files(chain, key).map_err(ServerError::Tls)?;
        if let Some(authorities) = &self.client_authorities {
            let asked = self.client_certificates.unwrap_or(ClientCertificates::Required);
            tls = tls.client_certificates_from_pem_file(authorities, asked).map_err(ServerError::Tls)?;
        }
        Ok(Protection(Some(tls)))
    }

    #[cfg(not(feature = "tls"))]
    const fn read(&self) -> Result<Protection, ServerError> {
        Err(ServerError::TlsNotBuilt)
    }
}

/// What Internet addresses speak.
#[derive(Default)]
struct Protection(#[cfg(feature = "tls")] Option<crate::transport::TlsConfig>);

impl Protection {
    /// The server, of which this is the last address.
    #[cfg(feature = "tls")]
    fn on(&self, server: Server, last: &ListenAddress) -> Server {
        match (&self.0, last) {
            (Some(tls), ListenAddress::Tcp(_)) => server.tls(tls.clone()),
            (Some(_) | None, ListenAddress::Tcp(_) | ListenAddress::Unix(_)) => server,
        }
    }

    #[cfg(not(feature = "tls"))]
    fn on(&self, server: Server, _last: &ListenAddress) -> Server {
        server
    }
}
