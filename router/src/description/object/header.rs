//! Header Object: its grammar, its rules (`RSP-010`, `RSP-011`) and its view.

use super::check::{Check, beside};
use super::example;
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::media_type::{self, MediaType};
use super::parameter_rules;
use super::value::Value;
use crate::description::{Code, Location};

/// The map that Response and Encoding Objects call `headers`.
pub(super) const MAP: Shape =
    Shape::Map(&Shape::OrReference(ObjectType::Header), Names::FieldName(Code::new("RSP-010")));

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Header Object",
    "RSP-011",
    &[
        Field::string("description"),
        Field::boolean("required"),
        Field::boolean("deprecated"),
        Field::boolean("allowEmptyValue").until(Edition::V3_0),
        Field::new("style", Shape::OneOf(&["simple"])),
        Field::boolean("explode"),
        Field::boolean("allowReserved").until(Edition::V3_0),
        Field::new("schema", Shape::Object(ObjectType::Schema)),
        Field::new("example", Shape::Any),
        Field::new("examples", example::MAP),
        Field::new("content", media_type::MAP),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    parameter_rules::check_schema_or_content(cx, at, "Header Object");
}

/// `RSP-010`: a declared `Content-Type` header is ignored.
pub(super) fn check_map(cx: &mut Check<'_>, holder: Location) {
    let Some(headers) = cx.node(holder).get("headers") else { return };
    for (name, _) in headers.members() {
        if name.eq_ignore_ascii_case("content-type") {
            cx.report(
                Finding::lint("RSP-010", beside(holder, headers))
                    .named(name)
                    .what("a declared `Content-Type` header is ignored")
                    .why("the keys of `content` say it already (§Response Object)")
                    .mend("remove it"),
            );
        }
    }
}

/// The headers, references followed, without `Content-Type`.
pub(super) fn list<'d>(holder: Value<'d>) -> Vec<(&'d str, Header<'d>)> {
    let headers = holder.map("headers").filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    headers.map(|(name, value)| (name, Header { value: value.followed() })).collect()
}

/// A header of a response or of a part (OpenAPI §Header Object). Its style is always `simple`.
#[derive(Clone, Copy, Debug)]
pub struct Header<'d> {
    value: Value<'d>,
}

impl<'d> Header<'d> {
    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// Whether a response without it breaks the description (`RSP-012`).
    #[must_use]
    pub fn required(self) -> bool {
        self.value.flag("required").unwrap_or(false)
    }

    /// `explode`, false by default.
    #[must_use]
    pub fn explode(self) -> bool {
        self.value.flag("explode").unwrap_or(false)
    }

    /// The schema of its value; absent when it has `content`.
    #[must_use]
    pub fn schema(self) -> Option<Location> {
        self.value.get("schema").map(|schema| schema.at)
    }

    /// The media type of its value; absent when it has a `schema`.
    #[must_use]
    pub fn content(self) -> Option<(&'d str, MediaType<'d>)> {
        media_type::list(self.value).into_iter().next()
    }
}
