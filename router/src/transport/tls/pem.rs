//! PEM texts become a chain with its key, or the authorities of clients.
//!
//! Takes: texts, and where they came from. Gives: what `rustls` shows or trusts, or a [`TlsError`] that names the text. Sections of other kinds are
//! passed over. Never panics.

use std::borrow::Cow;
use std::path::Path;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, RootCertStore};

use super::error::{PemOrigin, TlsError};
use super::validity::Validity;

/// A text and where it came from.
pub(super) struct Pem<'p> {
    origin: PemOrigin,
    text: Cow<'p, [u8]>,
}

impl PemOrigin {
    pub(super) const fn of(self, text: &[u8]) -> Pem<'_> {
        Pem { origin: self, text: Cow::Borrowed(text) }
    }
}

impl Pem<'static> {
    pub(super) fn read(file: &Path) -> Result<Self, TlsError> {
        match std::fs::read(file) {
            Ok(text) => Ok(Self { origin: PemOrigin::File(file.into()), text: Cow::Owned(text) }),
            Err(source) => Err(TlsError::Read { file: file.into(), source }),
        }
    }
}

impl Pem<'_> {
    pub(super) const fn origin(&self) -> &PemOrigin {
        &self.origin
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.text).collect();
        let certificates = read.map_err(|fault| self.malformed(fault))?;
        if certificates.is_empty() {
            return Err(TlsError::NoCertificate { origin: self.origin.clone() });
        }
        Ok(certificates)
    }

    fn private_key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        match PrivateKeyDer::pem_slice_iter(&self.text).next() {
            Some(read) => read.map_err(|fault| self.malformed(fault)),
            None => Err(TlsError::NoPrivateKey { origin: self.origin.clone() }),
        }
    }

    fn malformed(&self, fault: pem::Error) -> TlsError {
        TlsError::Malformed { origin: self.origin.clone(), source: fault.into() }
    }

    fn unsuitable(&self, fault: Error) -> TlsError {
        TlsError::Unsuitable { origin: self.origin.clone(), source: fault.into() }
    }
}

/// A chain and the private key of its first certificate.
pub(super) fn certified_key(
    chain: &Pem<'_>,
    key: &Pem<'_>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let certificates = chain.certificates()?;
    let private = provider.key_provider.load_private_key(key.private_key()?);
    let shown = CertifiedKey::new(certificates, private.map_err(|fault| key.unsuitable(fault))?);
    match shown.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {
            warn_of_dates(&shown.cert, &chain.origin);
            Ok(shown)
        }
        Err(Error::InconsistentKeys(_)) => {
            Err(TlsError::KeyMismatch { chain: chain.origin.clone(), key: key.origin.clone() })
        }
        Err(fault) => Err(chain.unsuitable(fault)),
    }
}

/// The authorities in a text.
pub(super) fn roots(text: &Pem<'_>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in text.certificates()? {
        roots.add(certificate).map_err(|fault| text.unsuitable(fault))?;
    }
    Ok(roots)
}

/// Clients refuse certificates out of their time, but a server that does not start helps nobody: its clock may be wrong as well.
fn warn_of_dates(certificates: &[CertificateDer<'_>], origin: &PemOrigin) {
    let now = crate::transport::ticker::wall_clock();
    for (place, certificate) in certificates.iter().enumerate() {
        let Some(validity) = Validity::of(certificate) else { continue };
        if validity.has_ended(now) {
            tracing::warn!(%origin, place, not_after = %validity.not_after, "a certificate has expired: renew it");
        }
        if validity.is_to_begin(now) {
            tracing::warn!(%origin, place, not_before = %validity.not_before, "a certificate is not valid yet: check the clock");
        }
    }
}
