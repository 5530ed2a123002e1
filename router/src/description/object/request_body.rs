//! Request Body Object: its grammar, `BOD-001` and its view.

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Field, Grammar, Shape};
use super::media_type::{self, MediaType};
use super::value::Value;
use crate::description::Location;

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Request Body Object",
    "BOD-001",
    &[
        Field::string("description"),
        Field::new("content", media_type::MAP).required("BOD-001"),
        Field::new("required", Shape::Boolean),
    ],
);

/// `BOD-001`: with an empty `content` any media type is refused, which is seldom meant.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let Some(content) = cx.node(at).get("content") else { return };
    if content.is_empty() {
        cx.report(
            Finding::lint("BOD-001", beside(at, content))
                .what("`content` names no media type")
                .why("what an empty map means is left open; here no content is accepted (§Request Body Object)")
                .mend("add a media type, or `*/*: {}` for any"),
        );
    }
    media_type::check_map(cx, at, media_type::Holder::Request);
}

/// A request body (OpenAPI §Request Body Object).
#[derive(Clone, Copy, Debug)]
pub struct RequestBody<'d> {
    value: Value<'d>,
}

impl<'d> RequestBody<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// Whether a request without content is refused (`BOD-002`).
    #[must_use]
    pub fn required(self) -> bool {
        self.value.flag("required").unwrap_or(false)
    }

    /// The media type keys as written, with their Media Type Objects, references followed.
    #[must_use]
    pub fn content(self) -> Vec<(&'d str, MediaType<'d>)> {
        media_type::list(self.value)
    }
}
