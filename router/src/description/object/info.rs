//! Info Object: its grammar (`DOC-006`).

use super::grammar::{Edition, Field, Grammar, ObjectType, Shape};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Info Object",
    "DOC-006",
    &[
        Field::string("title").required("DOC-006"),
        Field::string("summary").since(Edition::V3_1),
        Field::string("description"),
        Field::uri("termsOfService").code("DOC-007"),
        Field::new("contact", Shape::Object(ObjectType::Contact)),
        Field::new("license", Shape::Object(ObjectType::License)),
        Field::string("version").required("DOC-006"),
    ],
);
