//! External Documentation Object: its grammar.

use super::grammar::{Field, Grammar};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "External Documentation Object",
    "DOC-007",
    &[Field::string("description"), Field::uri("url").required("DOC-007")],
);
