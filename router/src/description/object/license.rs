//! License Object: its grammar and `DOC-008`.

use super::check::Check;
use super::grammar::{Edition, Field, Grammar};
use crate::description::Location;

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "License Object",
    "DOC-007",
    &[
        Field::string("name").required("DOC-007"),
        Field::string("identifier").since(Edition::V3_1),
        Field::uri("url"),
    ],
);

/// `DOC-008`: `identifier` and `url` exclude each other.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    cx.exclusive("DOC-008", at, ["identifier", "url"], "License Object");
}
