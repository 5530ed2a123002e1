//! Components Object: its grammar (`DOC-018`).

use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use crate::description::Code;

const NAMES: Names = Names::Component(Code::new("DOC-018"));

const fn map(name: &'static str, value: &'static Shape) -> Field {
    Field::new(name, Shape::Map(value, NAMES))
}

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Components Object",
    "DOC-018",
    &[
        map("schemas", &Shape::Object(ObjectType::Schema)),
        map("responses", &Shape::OrReference(ObjectType::Response)),
        map("parameters", &Shape::OrReference(ObjectType::Parameter)),
        map("examples", &Shape::OrReference(ObjectType::Example)),
        map("requestBodies", &Shape::OrReference(ObjectType::RequestBody)),
        map("headers", &Shape::OrReference(ObjectType::Header)),
        map("securitySchemes", &Shape::OrReference(ObjectType::SecurityScheme)),
        map("links", &Shape::OrReference(ObjectType::Link)),
        map("callbacks", &Shape::OrReference(ObjectType::Callback)),
        map("pathItems", &Shape::Object(ObjectType::PathItem)).since(Edition::V3_1),
        map("mediaTypes", &Shape::OrReference(ObjectType::MediaType)).since(Edition::V3_2),
    ],
);
