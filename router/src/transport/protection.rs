//! How the connections of a listener are protected: not at all, or by TLS where that feature is built.

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
