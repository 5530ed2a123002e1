//! How the connections of a listener are protected: not at all, or by TLS where that feature is built.

/// Whether clients must show a certificate, under TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificates {
    /// They may: one that is shown must be valid, and a `mutualTLS` scheme refuses requests without.
    Optional,
    /// They must: there is no connection without.
    Required,
}

/// What stands between the socket and HTTP.
#[derive(Clone, Debug, Default)]
pub(super) enum Protection {
    /// Nothing.
    #[default]
    Plain,
    /// TLS with this configuration.
    #[cfg(feature = "tls")]
    Tls(super::tls::TlsConfig),
}

#[cfg(feature = "tls")]
impl Protection {
    /// What is shown to clients, where anything is.
    pub(super) fn certificates(&self) -> Option<super::tls::TlsCertificates> {
        match self {
            Self::Plain => None,
            Self::Tls(config) => Some(config.certificates()),
        }
    }
}
