//! What kind of credential a Security Scheme Object asks for (OAS 3.1 §4.8.27).

/// Where an API key is sent (SEC-008).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApiKeyLocation {
    /// In a field of the header section; its name compares without case.
    Header,
    /// In the query.
    Query,
    /// In a cookie.
    Cookie,
}

impl ApiKeyLocation {
    /// The word of the `in` member.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Cookie => "cookie",
        }
    }
}

/// The kind of a security scheme.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SchemeKind {
    /// `apiKey`.
    ApiKey {
        /// Where the key is sent.
        location: ApiKeyLocation,
        /// The name of the field, query parameter or cookie.
        name: Box<str>,
    },
    /// `http` with the scheme `basic` (RFC 7617).
    Basic,
    /// `http` with the scheme `bearer` (RFC 6750).
    Bearer,
    /// `http` with another scheme, which only a provider of one's own can read (SEC-010).
    Http {
        /// The authentication scheme's name as the description has it.
        scheme: Box<str>,
    },
    /// `mutualTLS`.
    MutualTls,
    /// `oauth2`: a bearer token.
    OAuth2,
    /// `openIdConnect`: a bearer token.
    OpenIdConnect {
        /// The discovery URL.
        url: Box<str>,
    },
}

impl SchemeKind {
    /// The kind of an `http` scheme; the name compares without case (SEC-009).
    #[must_use]
    pub fn http(scheme: &str) -> Self {
        if scheme.eq_ignore_ascii_case("basic") {
            return Self::Basic;
        }
        if scheme.eq_ignore_ascii_case("bearer") {
            return Self::Bearer;
        }
        Self::Http { scheme: scheme.into() }
    }

    /// Whether the credential is a bearer token.
    #[must_use]
    pub const fn is_bearer(&self) -> bool {
        match self {
            Self::Bearer | Self::OAuth2 | Self::OpenIdConnect { .. } => true,
            Self::ApiKey { .. } | Self::Basic | Self::Http { .. } | Self::MutualTls => false,
        }
    }

    /// The scheme's name in an Authorization field, where it is sent there.
    pub(super) fn authorization(&self) -> Option<&str> {
        match self {
            Self::Basic => Some("Basic"),
            Self::Bearer | Self::OAuth2 | Self::OpenIdConnect { .. } => Some("Bearer"),
            Self::Http { scheme } => Some(scheme),
            Self::ApiKey { .. } | Self::MutualTls => None,
        }
    }
}
