//! Who is let in: origins by name, by pattern, by the user's own rule.

use std::fmt;
use std::sync::Arc;

use regex::bytes::Regex;

use super::origin::is_serialized;
use super::policy::OriginRule;
use crate::serve::handler::contain;
use crate::serve::{FieldText, RequestHead};

/// The origins of a policy, compiled.
#[derive(Default)]
pub(crate) struct Origins {
    /// By name, sorted.
    pub(crate) listed: Box<[Arc<str>]>,
    pub(crate) patterns: Box<[Regex]>,
    pub(crate) rules: Box<[OriginRule]>,
    pub(crate) any: bool,
    pub(crate) null: bool,
}

/// An origin that is let in.
#[derive(Clone, Copy, Debug)]
pub(super) enum AllowedOrigin<'r> {
    /// Whichever it is.
    Any,
    /// `null`.
    Null,
    /// One that is listed.
    Listed(&'r Arc<str>),
    /// One that a pattern or a rule lets in, as it was sent.
    Sent(&'r str),
}

impl AllowedOrigin<'_> {
    /// The value of `Access-Control-Allow-Origin`.
    pub(super) fn text(self) -> FieldText {
        match self {
            Self::Any => FieldText::Static("*"),
            Self::Null => FieldText::Static("null"),
            Self::Listed(origin) => FieldText::from(origin),
            Self::Sent(origin) => FieldText::Owned(origin.into()),
        }
    }

    pub(super) const fn is_any(self) -> bool {
        matches!(self, Self::Any)
    }
}

impl Origins {
    /// Whether requests of different origins get different answers, those without an origin included.
    pub(super) const fn tell_apart(&self) -> bool {
        !(self.any && self.null)
    }

    /// Decides about a request. Where all origins are let in, the answer says so whether or not there is one, so that caches
    /// may give it to anyone (Fetch §3.3.5, "CORS protocol and HTTP caches").
    pub(super) fn admit<'r>(&'r self, head: &RequestHead<'r>) -> Option<AllowedOrigin<'r>> {
        if !self.tell_apart() {
            return Some(AllowedOrigin::Any);
        }
        let mut lines = head.fields_named("Origin");
        let origin = lines.next()?.text()?;
        // A browser sends one line; whoever sends several is none.
        if lines.next().is_some() { None } else { self.decide(origin) }
    }

    fn decide<'r>(&'r self, origin: &'r str) -> Option<AllowedOrigin<'r>> {
        if origin == "null" {
            return self.null.then_some(AllowedOrigin::Null);
        }
        if self.any {
            return Some(AllowedOrigin::Any);
        }
        if let Ok(at) = self.listed.binary_search_by(|listed| (**listed).cmp(origin)) {
            return self.listed.get(at).map(AllowedOrigin::Listed);
        }
        if (self.patterns.is_empty() && self.rules.is_empty()) || !is_serialized(origin) {
            return None;
        }
        let by_pattern = self.patterns.iter().any(|pattern| pattern.is_match(origin.as_bytes()));
        let holds =
            |rule: &OriginRule| contain("the rule for origins", None, || rule(origin)).unwrap_or_default();
        let by_rule = || self.rules.iter().any(holds);
        (by_pattern || by_rule()).then_some(AllowedOrigin::Sent(origin))
    }
}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origins")
            .field("listed", &self.listed)
            .field("patterns", &self.patterns)
            .field("rules", &self.rules.len())
            .field("any", &self.any)
            .field("null", &self.null)
            .finish()
    }
}
