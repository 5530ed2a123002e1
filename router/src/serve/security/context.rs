//! What security found out about a request, for the handler.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Principal;

/// A scheme that was satisfied, and by whom.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(super) scheme: Arc<str>,
    pub(super) principal: Principal,
}

impl Grant {
    /// The name of the scheme in the description.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Who the credential stands for.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }
}

/// What security found out about a request: the schemes that let it in.
#[derive(Clone, Debug, Default)]
pub struct SecurityContext {
    pub(super) grants: SmallVec<[Grant; 2]>,
    pub(super) refused: bool,
}

impl SecurityContext {
    /// The satisfied schemes of the requirement that let the request in, in the order of the
    /// description; none where access is open or anonymous.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// What the scheme called `scheme` granted.
    #[must_use]
    pub fn grant(&self, scheme: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.scheme() == scheme)
    }

    /// Who the first scheme stands for; `None` where access is open or anonymous.
    #[must_use]
    pub fn principal(&self) -> Option<&Principal> {
        self.grants.first().map(Grant::principal)
    }

    /// The name of the first scheme.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        self.grants.first().map(Grant::scheme)
    }

    /// Whether no scheme was satisfied.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.grants.is_empty()
    }

    /// Whether credentials came that were malformed, refused, insufficient or could not be checked,
    /// and access is anonymous nevertheless because the description allows it (SEC-006).
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        self.refused
    }
}
