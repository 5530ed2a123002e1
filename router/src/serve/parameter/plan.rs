//! Parameter plans: one Parameter Object compiled to what decoding needs.
//!
//! Takes: a Parameter Object, its schema's shape. Gives: a [`ParameterPlan`]; those of one operation
//! make [`ParameterPlans`], with every key of the query string and of cookies in one sorted table.
//! Build phase; never panics.

use super::keys::{Claim, KeyTable};
use super::percent::Coding;
use super::structure::Structure;
use crate::description::{ParameterLocation, Style};
use crate::limits;
use crate::schema::SchemaSlot;
use crate::serve::content::MediaTypePlan;

/// What happens with query keys that no parameter declares (PAR-022).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownKeys {
    /// They are ignored.
    #[default]
    Ignore,
    /// They are errors.
    Reject,
}

/// What happens when a key comes more than once and its parameter is not an array (PAR-023).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RepeatedKeys {
    /// It is an error: two readers of one request never see different values.
    #[default]
    Reject,
    /// The first counts.
    First,
    /// The last counts.
    Last,
}

/// The choices that the specification leaves to implementations.
///
/// ```
/// use brrtrouter::parameter::{ParameterOptions, UnknownKeys};
///
/// let strict = ParameterOptions { unknown_query_keys: UnknownKeys::Reject, ..ParameterOptions::default() };
/// assert!(!strict.fill_defaults);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParameterOptions {
    /// Query keys that no parameter declares.
    pub unknown_query_keys: UnknownKeys,
    /// Query keys that come more than once.
    pub repeated_query_keys: RepeatedKeys,
    /// Whether an absent optional parameter gets its schema's `default` (SCH-019). Off, it reaches the
    /// handler as absent; a required parameter is missing either way.
    pub fill_defaults: bool,
}

/// How the text of a parameter becomes a value.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// By `schema`, `style` and `explode`.
    Styled { style: Style, explode: bool },
    /// By `content`, which has one media type.
    Content(ContentKind),
}

/// The media types that a parameter's text is parsed as.
#[derive(Clone, Debug)]
pub(super) enum ContentKind {
    Json,
    /// With its Encoding Objects.
    Form(Box<MediaTypePlan>),
    Text,
    /// Any other: the text stays a string, and no schema judges it.
    Opaque,
}

/// One parameter, compiled.
#[derive(Clone, Debug)]
pub struct ParameterPlan {
    pub(super) name: Box<str>,
    pub(super) location: ParameterLocation,
    pub(super) required: bool,
    pub(super) allow_empty: bool,
    pub(super) allow_reserved: bool,
    pub(super) source: Source,
    pub(super) structure: Structure,
    pub(super) slot: Option<SchemaSlot>,
    pub(super) default: Option<serde_json::Value>,
}

impl ParameterPlan {
    /// The name as declared.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the parameter is.
    #[must_use]
    pub const fn location(&self) -> ParameterLocation {
        self.location
    }

    /// Whether a request without it is refused.
    #[must_use]
    pub const fn required(&self) -> bool {
        self.required
    }

    /// The schema that its value has to be valid against.
    #[must_use]
    pub const fn slot(&self) -> Option<SchemaSlot> {
        self.slot
    }

    /// How text travels at the parameter's place.
    pub(super) const fn coding(&self) -> Coding {
        match (self.location, &self.source) {
            (ParameterLocation::Path, _) => Coding::Percent,
            (ParameterLocation::Query, _) => Coding::FormPercent,
            (ParameterLocation::QueryString, Source::Content(ContentKind::Form(_))) => Coding::FormPercent,
            (ParameterLocation::QueryString, _) => Coding::Percent,
            (ParameterLocation::Cookie, Source::Styled { style: Style::Form, .. }) => Coding::Percent,
            (ParameterLocation::Header | ParameterLocation::Cookie, _) => Coding::Verbatim,
        }
    }
}

/// The plans of one operation.
#[derive(Clone, Debug, Default)]
pub struct ParameterPlans {
    pub(super) list: Vec<ParameterPlan>,
    pub(super) query: KeyTable,
    pub(super) cookies: KeyTable,
    pub(super) options: ParameterOptions,
    /// Whether the whole query string is one parameter.
    pub(super) whole_query: bool,
}

impl ParameterPlans {
    /// The plans of an operation, at most [`limits::parameter::COUNT_MAX`] of them.
    ///
    /// A key that several parameters could claim belongs to the parameter of that name, else to the
    /// first exploded object that declares it, else to the first that takes keys it does not declare.
    #[must_use]
    pub fn new(mut list: Vec<ParameterPlan>, options: ParameterOptions) -> Self {
        list.truncate(limits::parameter::COUNT_MAX);
        let query = KeyTable::of(&list, ParameterLocation::Query);
        let cookies = KeyTable::of(&list, ParameterLocation::Cookie);
        let whole_query = list.iter().any(|plan| plan.location == ParameterLocation::QueryString);
        Self { list, query, cookies, options, whole_query }
    }

    /// Whether there is nothing to decode and nothing to refuse, whatever comes.
    pub(crate) fn is_idle(&self) -> bool {
        let ignores = self.options.unknown_query_keys == UnknownKeys::Ignore;
        self.list.is_empty() && ignores && self.query.is_empty()
    }

    /// Makes a query key known that is no parameter, such as an `apiKey` of a security scheme, so that
    /// [`UnknownKeys::Reject`] lets it pass.
    pub fn know_query_key(&mut self, name: &str) {
        self.query.know(name);
    }

    /// Whether a parameter takes the query key `name`, which is decoded.
    #[must_use]
    pub fn claims_query_key(&self, name: &str) -> bool {
        matches!(self.query.claim(name), Claim::Plan(_))
    }

    /// Whether the text of the plan at `position` is taken as it is.
    pub(super) fn is_verbatim(&self, position: u16) -> bool {
        self.list.get(usize::from(position)).is_some_and(|plan| plan.coding() == Coding::Verbatim)
    }

    /// The plans, in the order given.
    #[must_use]
    pub fn as_slice(&self) -> &[ParameterPlan] {
        &self.list
    }

    /// The position of the parameter called `name`; header names compare without case (PAR-009).
    #[must_use]
    pub fn position(&self, location: ParameterLocation, name: &str) -> Option<usize> {
        let same_name = |plan: &ParameterPlan| match location {
            ParameterLocation::Header => plan.name.eq_ignore_ascii_case(name),
            ParameterLocation::Path
            | ParameterLocation::Query
            | ParameterLocation::QueryString
            | ParameterLocation::Cookie => &*plan.name == name,
        };
        self.list.iter().position(|plan| plan.location == location && same_name(plan))
    }
}
