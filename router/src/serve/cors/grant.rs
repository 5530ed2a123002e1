//! What origins that are let in may do: the same for a whole API, or for one operation.

use std::sync::Arc;

/// The values of the fields, computed once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    /// `Access-Control-Allow-Credentials`.
    pub(crate) credentials: bool,
    /// `Access-Control-Expose-Headers`.
    pub(crate) exposed: Option<Arc<str>>,
    /// `Access-Control-Max-Age`, in seconds.
    pub(crate) max_age: Option<Arc<str>>,
    /// `Access-Control-Allow-Headers`.
    pub(crate) headers: AllowedHeaders,
}

/// Which fields a request may carry.
#[derive(Clone, Debug, Default)]
pub(crate) enum AllowedHeaders {
    /// Those that are always allowed (Fetch §2.2.2, "CORS-safelisted request-header").
    #[default]
    Safelisted,
    /// These as well.
    Listed(Arc<str>),
    /// Those that the preflight asks for.
    Mirrored,
}

impl AllowedHeaders {
    pub(super) const fn are_mirrored(&self) -> bool {
        matches!(self, Self::Mirrored)
    }
}
