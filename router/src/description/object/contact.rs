//! Contact Object: its grammar (`DOC-007`).

use super::grammar::{Field, Grammar, Shape};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Contact Object",
    "DOC-007",
    &[Field::string("name"), Field::uri("url"), Field::new("email", Shape::Email)],
);
