//! Tag Object: its grammar and its view. Uniqueness of names is checked with the OpenAPI Object.

use super::grammar::{Edition, Field, Grammar, ObjectType, Shape};
use super::value::Value;
use crate::description::Location;

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Tag Object",
    "DOC-019",
    &[
        Field::string("name").required("DOC-019"),
        Field::string("summary").since(Edition::V3_2),
        Field::string("description"),
        Field::new("externalDocs", Shape::Object(ObjectType::ExternalDocumentation)),
        Field::string("parent").since(Edition::V3_2),
        Field::string("kind").since(Edition::V3_2),
    ],
);

/// A tag that operations can carry (OpenAPI §Tag Object).
#[derive(Clone, Copy, Debug)]
pub struct Tag<'d> {
    value: Value<'d>,
}

impl<'d> Tag<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'d str {
        self.value.text("name").unwrap_or_default()
    }

    /// Its description (CommonMark).
    #[must_use]
    pub fn description(self) -> Option<&'d str> {
        self.value.text("description")
    }
}
