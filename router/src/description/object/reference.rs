//! Reference Object: its grammar. What it leads to is followed by the walk (`object/check.rs`).

use super::grammar::{Edition, Field, Grammar};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Reference Object",
    "REF-013",
    &[
        Field::uri("$ref").required("REF-013"),
        Field::string("summary").since(Edition::V3_1),
        Field::string("description").since(Edition::V3_1),
    ],
)
.closed();
