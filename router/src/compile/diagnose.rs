//! Findings of the compile stage, in one form.

use std::borrow::Cow;

use crate::description::{Code, Description, Diagnostic, Location, Severity};

/// An error at a value of the description.
pub(super) fn error(
    description: &Description,
    code: &'static str,
    at: Location,
    what: String,
    why_and_mend: (&'static str, &'static str),
) -> Diagnostic {
    let (why, mend) = why_and_mend;
    Diagnostic {
        code: Code::new(code),
        severity: Severity::Error,
        what,
        why: Cow::Borrowed(why),
        mend: Cow::Borrowed(mend),
        place: description.place(at),
        related: Vec::new(),
    }
}
