//! Response Object: its grammar, its rules and its view.

use super::check::Check;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::header::{self, Header};
use super::link::Link;
use super::media_type::{self, MediaType};
use super::value::Value;
use crate::description::{Code, Location};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Response Object",
    "RSP-006",
    &[
        Field::string("summary").since(Edition::V3_2),
        Field::string("description").required_until("RSP-006", Edition::V3_1),
        Field::new("headers", header::MAP),
        Field::new("content", media_type::MAP),
        Field::new(
            "links",
            Shape::Map(&Shape::OrReference(ObjectType::Link), Names::Component(Code::new("RSP-017"))),
        ),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    header::check_map(cx, at);
    media_type::check_map(cx, at, media_type::Holder::Response);
}

/// A response (OpenAPI §Response Object).
#[derive(Clone, Copy, Debug)]
pub struct Response<'d> {
    value: Value<'d>,
}

impl<'d> Response<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// Its description; optional since 3.2.
    #[must_use]
    pub fn description(self) -> &'d str {
        self.value.text("description").unwrap_or_default()
    }

    /// The declared headers, references followed, without `Content-Type` (`RSP-010`).
    #[must_use]
    pub fn headers(self) -> Vec<(&'d str, Header<'d>)> {
        header::list(self.value)
    }

    /// The media type keys as written, with their Media Type Objects, references followed.
    #[must_use]
    pub fn content(self) -> Vec<(&'d str, MediaType<'d>)> {
        media_type::list(self.value)
    }

    /// The links with their names, references followed.
    #[must_use]
    pub fn links(self) -> Vec<(&'d str, Link<'d>)> {
        self.value.map("links").map(|(name, value)| (name, Link::new(value.followed()))).collect()
    }
}
