//! One finding of the checks, from its parts to a diagnostic.
//!
//! Takes: a rule, how much it matters, a location, words. Gives: a diagnostic with places. Never panics.

use std::borrow::Cow;

use super::check::Check;
use crate::description::{Code, Description, Diagnostic, Location, Severity};

/// One finding before it has places.
#[derive(Debug)]
pub(super) struct Finding {
    code: Code,
    severity: Severity,
    at: Location,
    name: Option<String>,
    what: String,
    why: Cow<'static, str>,
    mend: Cow<'static, str>,
    related: Vec<(&'static str, Location, Option<String>)>,
}

impl Finding {
    pub(super) const fn new(code: Code, severity: Severity, at: Location) -> Self {
        Self {
            code,
            severity,
            at,
            name: None,
            what: String::new(),
            why: Cow::Borrowed(""),
            mend: Cow::Borrowed(""),
            related: Vec::new(),
        }
    }

    pub(super) const fn error(code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), Severity::Error, at)
    }

    pub(super) const fn warning(code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), Severity::Warning, at)
    }

    pub(super) const fn lint(code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), Severity::Lint, at)
    }

    /// The place is the name of this member, not the value.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    pub(super) fn what(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    pub(super) fn why(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.why = why.into();
        self
    }

    pub(super) fn mend(mut self, mend: impl Into<Cow<'static, str>>) -> Self {
        self.mend = mend.into();
        self
    }

    pub(super) fn related(mut self, role: &'static str, at: Location) -> Self {
        self.related.push((role, at, None));
        self
    }

    /// The related place is the name of that member.
    pub(super) fn related_name(mut self, role: &'static str, at: Location, name: &str) -> Self {
        self.related.push((role, at, Some(name.to_owned())));
        self
    }

    /// A rule that only those who serve the description need, most often because it ties Objects together: how much it
    /// matters depends on the phase.
    pub(super) const fn connection(cx: &Check<'_>, code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), cx.connections(), at)
    }

    pub(super) const fn code(&self) -> Code {
        self.code
    }

    /// The finding with its places.
    pub(super) fn placed(self, description: &Description) -> Diagnostic {
        let place_of = |at: Location, name: &Option<String>| match name {
            Some(name) => description.place_of_name(at, name),
            None => description.place(at),
        };
        let place = place_of(self.at, &self.name);
        let related = self.related.iter();
        let related = related.map(|(role, at, name)| (Cow::Borrowed(*role), place_of(*at, name))).collect();
        Diagnostic {
            code: self.code,
            severity: self.severity,
            what: self.what,
            why: self.why,
            mend: self.mend,
            place,
            related,
        }
    }
}
