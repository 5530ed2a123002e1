//! Example Object: its grammar, `EXA-001` and its view.

use super::check::Check;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::value::Value;
use crate::description::{Location, NodeRef};

/// The map that several Objects call `examples`.
pub(super) const MAP: Shape = Shape::Map(&Shape::OrReference(ObjectType::Example), Names::Any);

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Example Object",
    "EXA-001",
    &[
        Field::string("summary"),
        Field::string("description"),
        Field::new("dataValue", Shape::Any).since(Edition::V3_2),
        Field::string("serializedValue").since(Edition::V3_2),
        Field::uri("externalValue"),
        Field::new("value", Shape::Any),
    ],
);

/// `EXA-001`: which fields exclude each other.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    cx.exclusive("EXA-001", at, ["value", "externalValue"], "Example Object");
    if cx.edition(at.document) == Edition::V3_2 {
        for pair in
            [["value", "dataValue"], ["value", "serializedValue"], ["serializedValue", "externalValue"]]
        {
            cx.exclusive("EXA-001", at, pair, "Example Object");
        }
    }
}

/// The examples of a holder, references followed.
pub(super) fn list<'d>(holder: Value<'d>) -> Vec<(&'d str, Example<'d>)> {
    holder.map("examples").map(|(name, value)| (name, Example { value: value.followed() })).collect()
}

/// An example (OpenAPI §Example Object).
#[derive(Clone, Copy, Debug)]
pub struct Example<'d> {
    value: Value<'d>,
}

impl<'d> Example<'d> {
    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// `value`: the embedded example.
    #[must_use]
    pub fn value(self) -> Option<NodeRef<'d>> {
        self.value.node().get("value")
    }

    /// `dataValue`, new in 3.2: must be valid by the schema (`EXA-003`).
    #[must_use]
    pub fn data_value(self) -> Option<NodeRef<'d>> {
        self.value.node().get("dataValue")
    }

    /// `serializedValue`, new in 3.2.
    #[must_use]
    pub fn serialized_value(self) -> Option<&'d str> {
        self.value.text("serializedValue")
    }

    /// `externalValue`: the URI of the serialized example.
    #[must_use]
    pub fn external_value(self) -> Option<&'d str> {
        self.value.text("externalValue")
    }
}
