//! What is wrong with the parameters of one request, each rule its own variant.
//!
//! Takes: faults of the decoders. Gives: a list, cut at [`limits::parameter::ERRORS_MAX`], that names
//! location, parameter, rule and the place within the value. Never panics.

use super::plan::ParameterPlan;
use crate::description::ParameterLocation;
use crate::limits;
use crate::schema::SchemaError;
use crate::serve::problem::{Problem, ProblemError, ProblemKind};
use std::borrow::Cow;
use std::fmt;

/// The rule that a parameter breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterRule {
    /// A required parameter is absent.
    Missing,
    /// Percent-encoding is malformed, or the octets are not UTF-8.
    Encoding,
    /// The text does not have the delimiters of its style.
    Style,
    /// The text is of none of the types that the schema allows.
    Type,
    /// A key holds arrays or objects within a `deepObject`, which the specification leaves undefined.
    Nested,
    /// A key or member comes more than once where one is expected.
    Repeated,
    /// A query key that no parameter declares, where the API refuses those.
    Unknown,
    /// The text is not of the media type of `content`.
    Content,
    /// The value is not valid against its schema.
    Schema,
    /// There is more than a bound of [`limits`] allows.
    Limit,
}

impl ParameterRule {
    /// The catalogue ID of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "PAR-007",
            Self::Encoding => "PTH-016",
            Self::Style => "SER-017",
            Self::Type => "SER-028",
            Self::Nested => "SER-014",
            Self::Repeated => "PAR-023",
            Self::Unknown => "PAR-022",
            Self::Content => "PAR-021",
            Self::Schema => "SCH-001",
            Self::Limit => "HTTP-015",
        }
    }

    /// The stable name of the rule in problem details.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Encoding => "encoding",
            Self::Style => "style",
            Self::Type => "type",
            Self::Nested => "nested",
            Self::Repeated => "repeated",
            Self::Unknown => "unknown",
            Self::Content => "content",
            Self::Schema => "schema",
            Self::Limit => "limit",
        }
    }

    /// What is wrong, in words that fit every parameter.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Missing => "the parameter is required",
            Self::Encoding => "the text is not valid percent-encoded UTF-8",
            Self::Style => "the text is not serialized in the parameter's style",
            Self::Type => "the text is of none of the allowed types",
            Self::Nested => "nested values are not allowed",
            Self::Repeated => "the name occurs more than once",
            Self::Unknown => "the name is not declared",
            Self::Content => "the text is not of the parameter's media type",
            Self::Schema => "the value is not valid",
            Self::Limit => "there is more than allowed",
        }
    }
}

/// One error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError {
    /// Where the parameter is.
    pub location: ParameterLocation,
    /// The parameter's name; for [`ParameterRule::Unknown`] the key as received, cut to a readable length.
    pub name: Box<str>,
    /// The rule.
    pub rule: ParameterRule,
    /// The JSON Pointer (RFC 6901) of the offending value within the parameter; empty for the whole.
    pub pointer: String,
    /// The schema keyword that refuses the value, such as `minimum`; `None` for every other rule.
    pub keyword: Option<Cow<'static, str>>,
    /// What is wrong, in words; for [`ParameterRule::Schema`] the validator's own.
    pub detail: Cow<'static, str>,
}

impl ParameterError {
    /// Whether the request target itself is at fault.
    fn is_malformed_target(&self) -> bool {
        let in_target = match self.location {
            ParameterLocation::Path | ParameterLocation::Query | ParameterLocation::QueryString => true,
            ParameterLocation::Header | ParameterLocation::Cookie => false,
        };
        in_target && self.rule == ParameterRule::Encoding
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} parameter {:?}", self.location.name(), self.name)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// Every error of one request's parameters, up to [`limits::parameter::ERRORS_MAX`]; at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterErrors {
    list: Vec<ParameterError>,
}

impl ParameterErrors {
    /// The errors in the order of the plans, undeclared keys last.
    #[must_use]
    pub fn as_slice(&self) -> &[ParameterError] {
        &self.list
    }

    /// The errors in the order of the plans, undeclared keys last.
    pub fn iter(&self) -> std::slice::Iter<'_, ParameterError> {
        self.list.iter()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many more errors are told.
    pub(super) const fn room(&self) -> usize {
        limits::parameter::ERRORS_MAX.saturating_sub(self.list.len())
    }

    pub(super) fn push(&mut self, error: ParameterError) {
        if self.room() > 0 {
            self.list.push(error);
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        for error in other.list {
            self.push(error);
        }
    }

    pub(super) fn push_schema_errors(&mut self, plan: &ParameterPlan, errors: Vec<SchemaError>) {
        for error in errors {
            self.push(ParameterError {
                location: plan.location,
                name: plan.name.clone(),
                rule: ParameterRule::Schema,
                pointer: error.instance_pointer,
                keyword: Some(error.keyword),
                detail: Cow::Owned(error.message),
            });
        }
    }

    pub(super) fn push_fault(&mut self, location: ParameterLocation, name: &str, fault: &Fault) {
        self.push(ParameterError {
            location,
            name: readable(name),
            rule: fault.rule,
            pointer: fault.step.pointer(),
            keyword: None,
            detail: Cow::Borrowed(fault.rule.message()),
        });
    }
}

impl<'e> IntoIterator for &'e ParameterErrors {
    type Item = &'e ParameterError;
    type IntoIter = std::slice::Iter<'e, ParameterError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ParameterErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.list.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ParameterErrors {}

/// The problem `invalid-parameters`, with an entry for each error; `invalid-target` where the target is not even
/// percent-encoded text, which is 400 whatever status the API gives to invalid parameters (PTH-016).
impl From<ParameterErrors> for Problem {
    fn from(errors: ParameterErrors) -> Self {
        let entry = |error: ParameterError| {
            let rule = error.keyword.unwrap_or(Cow::Borrowed(error.rule.name()));
            ProblemError::parameter(error.location.name(), error.name, rule, error.detail)
                .with_pointer(error.pointer)
        };
        let kind = if errors.list.iter().any(ParameterError::is_malformed_target) {
            ProblemKind::InvalidTarget
        } else {
            ProblemKind::InvalidParameters
        };
        Self::of(kind).with_errors(errors.list.into_iter().map(entry))
    }
}

/// A name cut to a bounded length, so that an answer does not grow with what a peer sends.
fn readable(name: &str) -> Box<str> {
    let end = (0..=limits::parameter::NAME_SHOWN_BYTES_MAX)
        .rev()
        .find(|end| name.is_char_boundary(*end))
        .unwrap_or_default();
    name.get(..end).unwrap_or(name).into()
}

/// A broken rule within one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rule: ParameterRule,
    pub(crate) step: Step,
}

impl From<ParameterRule> for Fault {
    fn from(rule: ParameterRule) -> Self {
        Self { rule, step: Step::Whole }
    }
}

impl From<super::percent::Malformed> for Fault {
    fn from(_: super::percent::Malformed) -> Self {
        ParameterRule::Encoding.into()
    }
}

/// Where in a parameter: styles reach one level deep and no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Whole,
    Item(usize),
    Member(Box<str>),
}

impl Step {
    fn pointer(&self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Item(position) => format!("/{position}"),
            Self::Member(name) => format!("/{}", readable(name).replace('~', "~0").replace('/', "~1")),
        }
    }
}
