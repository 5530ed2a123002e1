//! Schema Object: which keywords hold schemas, and the fixed fields of OpenAPI's own vocabulary.
//!
//! The keywords of the dialect are checked against its meta-schema when schemas are compiled; the
//! walk only has to know where subschemas stand.

use super::grammar::{Field, Grammar, ObjectType, Patterned, Shape};

const fn subschema(name: &'static str) -> Field {
    Field::new(name, Shape::Subschema)
}

const fn subschemas(name: &'static str) -> Field {
    Field::new(name, Shape::Subschemas)
}

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Schema Object",
    "SCH-002",
    &[
        subschema("items"),
        subschemas("properties"),
        subschemas("allOf"),
        subschemas("oneOf"),
        subschemas("anyOf"),
        subschema("not"),
        subschema("additionalProperties"),
        subschemas("prefixItems"),
        subschemas("patternProperties"),
        subschema("propertyNames"),
        subschema("contains"),
        subschema("if"),
        subschema("then"),
        subschema("else"),
        subschemas("dependentSchemas"),
        subschemas("dependencies"),
        subschema("unevaluatedItems"),
        subschema("unevaluatedProperties"),
        subschema("contentSchema"),
        subschema("additionalItems"),
        subschemas("$defs"),
        subschemas("definitions"),
        Field::new("discriminator", Shape::Object(ObjectType::Discriminator)),
        Field::new("xml", Shape::Object(ObjectType::Xml)),
        Field::new("externalDocs", Shape::Object(ObjectType::ExternalDocumentation)),
    ],
)
.patterned(Patterned::Annotations);
