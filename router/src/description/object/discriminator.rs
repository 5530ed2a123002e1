//! Discriminator Object: its grammar. Its rules (`DIS-002` to `DIS-010`) stand in `schema_rules.rs`.

use super::grammar::{Edition, Field, Grammar, Names, Shape};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Discriminator Object",
    "DIS-002",
    &[
        Field::string("propertyName").required("DIS-002"),
        Field::new("mapping", Shape::Map(&Shape::String, Names::Any)),
        Field::string("defaultMapping").since(Edition::V3_2),
    ],
);
