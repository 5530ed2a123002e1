//! Who a credential stands for.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// Who a credential stands for, and what they may do. Cloning shares it, without heap allocation.
///
/// ```
/// use brrtrouter::Principal;
///
/// let ida = Principal::new("ida").with_scopes(["pets:read"]);
/// assert!(ida.has_scope("pets:read") && !ida.has_scope("pets:write"));
/// ```
#[derive(Clone)]
pub struct Principal(Arc<Facts>);

#[derive(Clone)]
struct Facts {
    name: Box<str>,
    scopes: Vec<Box<str>>,
    claims: Value,
    data: Option<Arc<dyn Any + Send + Sync>>,
}

impl Principal {
    /// A principal without scopes.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Facts { name: name.into(), scopes: Vec::new(), claims: Value::Null, data: None }))
    }

    /// The same principal with these scopes or roles besides.
    #[must_use]
    pub fn with_scopes<S: Into<Box<str>>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        Arc::make_mut(&mut self.0).scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// The same principal with these claims, such as those of a token.
    #[must_use]
    pub fn with_claims(mut self, claims: Value) -> Self {
        Arc::make_mut(&mut self.0).claims = claims;
        self
    }

    /// The same principal with a value of one's own, for the handler.
    #[must_use]
    pub fn with_data<T: Any + Send + Sync>(mut self, data: T) -> Self {
        Arc::make_mut(&mut self.0).data = Some(Arc::new(data));
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The scopes or roles.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(AsRef::as_ref)
    }

    /// Whether `scope` is among the scopes or roles; they compare with case (RFC 6749 §3.3).
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }

    /// The claims; null where the provider gave none.
    #[must_use]
    pub fn claims(&self) -> &Value {
        &self.0.claims
    }

    /// The value that [`with_data`](Self::with_data) took, if it is a `T`.
    #[must_use]
    pub fn data<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.0.data.as_deref().and_then(<dyn Any + Send + Sync>::downcast_ref)
    }
}

/// Claims and data may be secret; they are not printed.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("name", &self.name())
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}
