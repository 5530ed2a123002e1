//! Header Objects, and form properties with explicit style fields, as plans of their own (build phase).
//!
//! Takes: what a Header Object or an Encoding Object says. Gives: a [`ParameterPlan`], so that headers of
//! parts and responses (ENC-011, RSP-003) and styled properties (ENC-008) are decoded as parameters are. Never panics.

use super::compile::{content_kind, is_judged, structure};
use super::plan::{ParameterPlan, Source};
use crate::description::{Description, Header, ParameterLocation, Style};
use crate::schema::{SchemaCompiler, Shape, shape};

impl ParameterPlan {
    /// A property of a form whose Encoding Object has `style`, `explode` or `allowReserved`: a query parameter
    /// of the same name, which is how the specification defines it. Its value is validated with the whole form.
    #[must_use]
    pub(crate) fn compile_field(name: &str, style: Style, explode: bool, shape: &Shape) -> Self {
        let source = Source::Styled { style, explode };
        Self {
            name: name.into(),
            location: ParameterLocation::Query,
            required: false,
            allow_empty: false,
            allow_reserved: false,
            slot: None,
            structure: structure(shape, &source).0,
            source,
            default: None,
        }
    }

    /// A header of a part or response, in style `simple`. `None` where it has neither `schema` nor `content`.
    #[must_use]
    pub(crate) fn compile_header(
        description: &Description,
        name: &str,
        header: Header<'_>,
        schemas: &mut SchemaCompiler<'_>,
    ) -> Option<Self> {
        let (source, schema) = match (header.schema(), header.content()) {
            (Some(schema), _) => {
                (Source::Styled { style: Style::Simple, explode: header.explode() }, Some(schema))
            }
            (None, Some((key, media_type))) => (Source::Content(content_kind(key)), media_type.schema()),
            (None, None) => return None,
        };
        let shape = schema.map(|at| shape(description, at)).unwrap_or_default();
        Some(Self {
            name: name.into(),
            location: ParameterLocation::Header,
            required: header.required(),
            allow_empty: false,
            allow_reserved: false,
            slot: schema.filter(|_| is_judged(&source, &shape)).map(|at| schemas.slot(at)),
            structure: structure(&shape, &source).0,
            source,
            default: shape.default,
        })
    }
}
