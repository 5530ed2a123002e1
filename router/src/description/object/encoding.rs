//! Encoding Object: its grammar, `ENC-016` and its view.

use super::check::Check;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::header::{self, Header};
use super::parameter::Style;
use super::value::Value;
use crate::description::Location;

pub(super) const MAP: Shape = Shape::Map(&Shape::Object(ObjectType::Encoding), Names::Any);
pub(super) const LIST: Shape = Shape::List(&Shape::Object(ObjectType::Encoding));

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Encoding Object",
    "ENC-005",
    &[
        Field::string("contentType"),
        Field::new("headers", header::MAP),
        Field::new("style", Shape::OneOf(&["form", "spaceDelimited", "pipeDelimited", "deepObject"])),
        Field::boolean("explode"),
        Field::boolean("allowReserved"),
        Field::new("encoding", MAP).since(Edition::V3_2),
        Field::new("prefixEncoding", LIST).since(Edition::V3_2),
        Field::new("itemEncoding", Shape::Object(ObjectType::Encoding)).since(Edition::V3_2),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    check_exclusions(cx, at, "Encoding Object");
}

/// `ENC-016`: by name and by position exclude each other.
pub(super) fn check_exclusions(cx: &mut Check<'_>, at: Location, object: &str) {
    if cx.edition(at.document) == Edition::V3_2 {
        cx.exclusive("ENC-016", at, ["encoding", "prefixEncoding"], object);
        cx.exclusive("ENC-016", at, ["encoding", "itemEncoding"], object);
    }
}

/// How one property or part is encoded (OpenAPI §Encoding Object).
#[derive(Clone, Copy, Debug)]
pub struct Encoding<'d> {
    value: Value<'d>,
}

impl<'d> Encoding<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The media types of the part, separated by commas; the default depends on the property's type
    /// (`ENC-005`).
    #[must_use]
    pub fn content_type(self) -> Option<&'d str> {
        self.value.text("contentType")
    }

    /// The headers of the part, references followed, without `Content-Type` (`ENC-011`).
    #[must_use]
    pub fn headers(self) -> Vec<(&'d str, Header<'d>)> {
        header::list(self.value)
    }

    /// `style`, if explicit: any of the three selects RFC 6570 forms (`ENC-008`).
    #[must_use]
    pub fn style(self) -> Option<Style> {
        self.value.text("style").and_then(Style::from_name)
    }

    /// `explode`, if explicit.
    #[must_use]
    pub fn explode(self) -> Option<bool> {
        self.value.flag("explode")
    }

    /// `allowReserved`, if explicit.
    #[must_use]
    pub fn allow_reserved(self) -> Option<bool> {
        self.value.flag("allowReserved")
    }

    /// Nested Encoding Objects by property name, new in 3.2.
    #[must_use]
    pub fn encoding(self) -> Vec<(&'d str, Encoding<'d>)> {
        self.value.map("encoding").map(|(name, value)| (name, Self::new(value))).collect()
    }
}
