//! Providers: the code of one's own that knows which credentials are valid.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Credential, Principal, SchemeKind};
use crate::serve::{Connection, RequestHead};

/// What a provider is asked.
#[derive(Debug)]
pub struct SecurityRequest<'r> {
    /// The name of the scheme in the description.
    pub scheme: &'r str,
    /// The kind of the scheme.
    pub kind: &'r SchemeKind,
    /// What the request carries for it.
    pub credential: Credential<'r>,
    /// The scopes or roles that the requirement lists. The library itself checks that the principal
    /// has them; a provider may need them to ask for the right token.
    pub scopes: &'r [Box<str>],
    /// The request head, for schemes that sign it.
    pub head: &'r RequestHead<'r>,
    /// The connection.
    pub connection: &'r Connection,
}

/// What a provider answers.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The credential is valid and stands for this principal.
    Granted(Principal),
    /// The credential is not valid: 401.
    Denied,
    /// The credential is valid and does not suffice: 403.
    InsufficientScope,
    /// It cannot be told at the moment: 503.
    Unavailable,
}

/// Checks the credentials of one scheme. Closures that take a [`SecurityRequest`] are providers.
///
/// A provider runs for every request of an operation that asks for its scheme, in the thread that
/// serves it; it decides from the head alone and should not block.
pub trait SecurityProvider: Send + Sync {
    /// Whether the credential is valid.
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict;

    /// Whether this provider can check credentials of this kind at all; asked while building, so that
    /// a provider registered for the wrong scheme is an error there.
    fn supports(&self, kind: &SchemeKind) -> bool {
        let _: &SchemeKind = kind;
        true
    }
}

impl<F> SecurityProvider for F
where
    F: Fn(&SecurityRequest<'_>) -> Verdict + Send + Sync,
{
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        self(request)
    }
}

/// What happens to operations that require a scheme for which there is no provider (SEC-017).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingProvider {
    /// Nothing is built: an error names the scheme.
    #[default]
    RefuseToBuild,
    /// A warning names the scheme, and every request that needs it is refused.
    RefuseRequests,
}

/// The providers of an API, by the name of their scheme. There is none by default.
///
/// ```
/// use brrtrouter::{ApiKeys, Principal, SecurityProviders};
///
/// let keys = ApiKeys::new().with_key("correct horse", Principal::new("ida"));
/// let providers = SecurityProviders::new().on("apiKey", keys).with_realm("pets");
/// # drop(providers);
/// ```
#[derive(Clone)]
pub struct SecurityProviders {
    by_scheme: BTreeMap<Box<str>, Arc<dyn SecurityProvider>>,
    missing: MissingProvider,
    realm: Box<str>,
}

impl SecurityProviders {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self { by_scheme: BTreeMap::new(), missing: MissingProvider::default(), realm: "api".into() }
    }

    /// The same providers and one for the scheme called `scheme`, in place of an earlier one.
    #[must_use]
    pub fn on(mut self, scheme: impl Into<Box<str>>, provider: impl SecurityProvider + 'static) -> Self {
        self.by_scheme.insert(scheme.into(), Arc::new(provider));
        self
    }

    /// The same providers with another rule for schemes that have none.
    #[must_use]
    pub const fn with_missing(mut self, missing: MissingProvider) -> Self {
        self.missing = missing;
        self
    }

    /// The same providers with this realm in their challenges (RFC 9110 §11.5); `api` by default.
    #[must_use]
    pub fn with_realm(mut self, realm: impl Into<Box<str>>) -> Self {
        self.realm = realm.into();
        self
    }

    /// The provider for the scheme called `scheme`.
    #[must_use]
    pub fn provider(&self, scheme: &str) -> Option<&Arc<dyn SecurityProvider>> {
        self.by_scheme.get(scheme)
    }

    /// The names for which there is a provider.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_scheme.keys().map(AsRef::as_ref)
    }

    /// The rule for schemes that have no provider.
    #[must_use]
    pub const fn missing(&self) -> MissingProvider {
        self.missing
    }

    /// The realm.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }
}

impl Default for SecurityProviders {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SecurityProviders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityProviders")
            .field("names", &self.by_scheme.keys())
            .field("missing", &self.missing)
            .field("realm", &self.realm)
            .finish()
    }
}
