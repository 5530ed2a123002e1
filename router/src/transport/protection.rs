//! How the connections of a listener are protected: not at all, or by TLS where that feature is built.

/// What stands between the socket and HTTP.
#[derive(Clone, Debug, Default)]
pub(super) enum Protection {
    /// Nothing.
    #[default]
    Plain,
    /// TLS with this configuration.
    #[cfg(feature = "tls")]
    Tls(std::sync::Arc<rustls::ServerConfig>),
}
