//! The policy for requests of other origins, as a case states it.

use serde::{Deserialize, Serialize};

/// A policy; what is absent is not allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
    /// Regular expressions that match an origin as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<String>,
    /// Every origin but `null`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub any: bool,
    /// The origin `null`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub null: bool,
    /// Credentials are allowed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub credentials: bool,
    /// How long a preflight is kept, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// Fields of responses that pages may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// Fields that requests may carry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<String>,
    /// Requests may carry whatever their preflight asks for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mirror_headers: bool,
}
