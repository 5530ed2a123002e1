//! Why a server cannot speak TLS as it was asked: each error names where the fault lies, what it is and what mends it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a PEM text came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemOrigin {
    /// A file.
    File(PathBuf),
    /// An argument, by what it was to hold.
    Given(&'static str),
}

impl PemOrigin {
    pub(super) const GIVEN_CHAIN: Self = Self::Given("certificate chain");
    pub(super) const GIVEN_KEY: Self = Self::Given("private key");
    pub(super) const GIVEN_ROOTS: Self = Self::Given("list of client authorities");
}

impl fmt::Display for PemOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Given(what) => write!(f, "the given {what}"),
        }
    }
}

/// Why certificates or keys cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    Read {
        /// Which.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A text is no PEM (RFC 7468).
    Malformed {
        /// Which.
        origin: PemOrigin,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A text holds no certificate.
    NoCertificate {
        /// Which.
        origin: PemOrigin,
    },
    /// A text holds no private key.
    NoPrivateKey {
        /// Which.
        origin: PemOrigin,
    },
    /// A certificate or a key is of a kind or form that cannot be used.
    Unsuitable {
        /// In which text.
        origin: PemOrigin,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The private key is not that of the first certificate.
    KeyMismatch {
        /// Where the chain is.
        chain: PemOrigin,
        /// Where the key is.
        key: PemOrigin,
    },
    /// There are no files to read again.
    NoFiles,
    /// The cryptography that was built in speaks neither TLS 1.2 nor 1.3.
    Versions {
        /// What it says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { file, source } => write!(
                f,
                "`{}` cannot be read: {source}. Check its path, and that this program's user may read it",
                file.display()
            ),
            Self::Malformed { origin, source } => write!(
                f,
                "{origin} is no PEM: {source}. Convert it, or take a copy that is whole, from `-----BEGIN …-----` to `-----END …-----`"
            ),
            Self::NoCertificate { origin } => write!(
                f,
                "{origin} holds no certificate: it needs a `-----BEGIN CERTIFICATE-----`, the server's own before those of its issuers"
            ),
            Self::NoPrivateKey { origin } => write!(
                f,
                "{origin} holds no private key that is readable without a pass phrase: it needs a `-----BEGIN PRIVATE KEY-----` (or `RSA`, or `EC`)"
            ),
            Self::Unsuitable { origin, source } => write!(
                f,
                "{origin} cannot be used: {source}. Certificates are X.509 version 3, keys RSA (2048 bits and more), ECDSA (P-256, P-384, P-521) or Ed25519"
            ),
            Self::KeyMismatch { chain, key } => write!(
                f,
                "the key in {key} does not belong to the first certificate in {chain}: take the key that it was issued for, and put the server's own certificate first"
            ),
            Self::NoFiles => f.write_str(
                "the certificates came from no files: give new ones to `TlsCertificates::replace`, or start with `TlsConfig::from_pem_files`",
            ),
            Self::Versions { source } => {
                write!(f, "the cryptography that was built in lacks TLS 1.2 or 1.3: {source}")
            }
        }
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Malformed { source, .. } | Self::Unsuitable { source, .. } | Self::Versions { source } => {
                Some(source.as_ref())
            }
            Self::NoCertificate { .. }
            | Self::NoPrivateKey { .. }
            | Self::KeyMismatch { .. }
            | Self::NoFiles => None,
        }
    }
}
