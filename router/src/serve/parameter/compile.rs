//! Parameter Object -> plan (build phase).
//!
//! Takes: a Parameter Object, its defaults applied. Gives: a [`ParameterPlan`], with its schema's slot. What
//! the description may not say is reported by the checks of `description::object`; here only what cannot be
//! decoded although it may be said. Never panics.

use super::convert::ScalarTypes;
use super::plan::{ContentKind, ParameterPlan, Source};
use super::structure::{ObjectStructure, Structure};
use crate::description::{Code, Description, Diagnostic, Diagnostics, Location, Parameter, Severity, Style};
use crate::schema::{SchemaCompiler, Shape, TypeSet, shape};
use crate::serve::content::{MediaType, MediaTypeKey, MediaTypePlan};
use std::borrow::Cow;

impl ParameterPlan {
    /// Compiles one parameter and asks `schemas` for its schema's slot. `None` where it has neither
    /// `schema` nor `content`, which the checks of the description refuse (PAR-004).
    ///
    /// ```
    /// use brrtrouter::description::{Description, Diagnostics, OpenApi};
    /// use brrtrouter::parameter::{
    ///     ParameterInput, ParameterLocation, ParameterOptions, ParameterPlan, ParameterPlans, decode,
    /// };
    /// use brrtrouter::schema::{SchemaCompiler, SchemaOptions};
    ///
    /// let text = r#"{
    ///     "openapi": "3.1.2", "info": {"title": "Pets", "version": "1"},
    ///     "paths": {"/pets": {"parameters": [
    ///         {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}
    ///     ]}}
    /// }"#;
    /// let description = Description::from_text("pets.json", text)?;
    /// let mut schemas = SchemaCompiler::new(&description, &SchemaOptions::default());
    /// let mut found = Diagnostics::new();
    /// let paths = OpenApi::new(&description).paths();
    /// let parameters = paths.iter().flat_map(|(_, item)| item.parameters());
    /// let plans = parameters
    ///     .filter_map(|parameter| ParameterPlan::compile(&description, parameter, &mut schemas, &mut found))
    ///     .collect();
    /// let plans = ParameterPlans::new(plans, ParameterOptions::default());
    /// let schemas = schemas.compile()?;
    ///
    /// let input = ParameterInput { captures: &[("", ""); 0], query: Some("ids=7&ids=8"), fields: &[] };
    /// let values = decode(&plans, &input, &schemas).expect("both are integers");
    /// let ids = values.get(&plans, ParameterLocation::Query, "ids").expect("it came");
    /// assert_eq!(ids.items().filter_map(|id| id.as_u64()).sum::<u64>(), 15);
    /// # Ok::<(), Diagnostics>(())
    /// ```
    #[must_use]
    pub fn compile(
        description: &Description,
        parameter: Parameter<'_>,
        schemas: &mut SchemaCompiler<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let (source, schema) = match (parameter.schema(), parameter.content()) {
            (Some(schema), _) => {
                (Source::Styled { style: parameter.style(), explode: parameter.explode() }, Some(schema))
            }
            (None, Some((key, media_type))) => {
                let form = MediaTypeKey::new(key).ok().filter(|key| is_form(&key.media_type()));
                let kind = form.map_or_else(
                    || content_kind(key),
                    |key| {
                        let form = MediaTypePlan::compile(description, key, media_type, schemas, diagnostics);
                        ContentKind::Form(Box::new(form))
                    },
                );
                (Source::Content(kind), media_type.schema())
            }
            (None, None) => return None,
        };
        let shape = schema.map(|at| shape(description, at)).unwrap_or_default();
        let structure = structure(&shape, &source);
        if let Source::Styled { .. } = source {
            report_nested(description, parameter.at(), parameter.name(), &structure.1, diagnostics);
        }
        Some(Self {
            name: parameter.name().into(),
            location: parameter.location(),
            required: parameter.required(),
            allow_empty: parameter.allow_empty_value() && has_empty_value(&source),
            allow_reserved: parameter.allow_reserved(),
            slot: schema.filter(|_| is_judged(&source, &shape)).map(|at| schemas.slot(at)),
            source,
            structure: structure.0,
            default: shape.default,
        })
    }
}

/// Whether the style has a cell for the empty value; `allowEmptyValue` is ignored where it has none (PAR-012).
const fn has_empty_value(source: &Source) -> bool {
    !matches!(
        source,
        Source::Styled { style: Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject, .. }
    )
}

/// Whether the value is one that a schema can judge: text of a media type that we do not parse is judged
/// as a string, and not where the schema allows none.
pub(super) const fn is_judged(source: &Source, shape: &Shape) -> bool {
    !matches!(source, Source::Content(ContentKind::Opaque)) || shape.types.contains(TypeSet::STRING)
}

/// How text of the media type `key` is parsed, forms aside.
pub(super) fn content_kind(key: &str) -> ContentKind {
    let Ok(media_type) = MediaType::parse(key) else { return ContentKind::Opaque };
    if media_type.is_json() {
        ContentKind::Json
    } else if media_type.is("text", "plain") {
        ContentKind::Text
    } else {
        ContentKind::Opaque
    }
}

fn is_form(media_type: &MediaType<'_>) -> bool {
    media_type.is("application", "x-www-form-urlencoded")
}

/// The structure that the style gives to the shape.
pub(super) fn structure(shape: &Shape, source: &Source) -> (Structure, Vec<Box<str>>) {
    let mut nested = Vec::new();
    let mut inner = |place: &str, shape: &Shape| {
        let types = scalar_types(shape.types);
        if types.is_empty() && shape.types != TypeSet::NONE {
            nested.push(place.into());
        }
        types
    };
    let array = shape
        .types
        .contains(TypeSet::ARRAY)
        .then(|| shape.items.as_ref().map_or(ScalarTypes::STRING, |items| inner("items", items)));
    let object = shape.types.contains(TypeSet::OBJECT).then(|| {
        let properties =
            shape.properties.iter().map(|(name, shape)| (name.clone(), inner(name, shape))).collect();
        let others =
            shape.additional.as_ref().map_or(ScalarTypes::STRING, |others| scalar_types(others.types));
        ObjectStructure::new(properties, others, takes_leftovers(shape))
    });
    let scalar = scalar_types(shape.types);
    let structure = match source {
        Source::Styled { style: Style::DeepObject, .. } => {
            Structure { object: Some(object.unwrap_or_default()), ..Structure::default() }
        }
        Source::Styled { style: Style::SpaceDelimited | Style::PipeDelimited, .. } => {
            Structure { scalar: ScalarTypes::default(), array, object }
        }
        Source::Styled { .. } | Source::Content(_) => Structure { scalar, array, object },
    };
    (structure, nested)
}

/// PAR-022: what a schema says of other properties, or that it says nothing of any.
fn takes_leftovers(shape: &Shape) -> bool {
    shape.additional.as_ref().map_or(shape.properties.is_empty(), |others| others.types != TypeSet::NONE)
}

/// A schema without a findable type leaves a string (SER-030).
fn scalar_types(types: TypeSet) -> ScalarTypes {
    if types == TypeSet::ALL {
        return ScalarTypes::STRING;
    }
    ScalarTypes {
        null: types.contains(TypeSet::NULL),
        boolean: types.contains(TypeSet::BOOLEAN),
        integer: types.contains(TypeSet::INTEGER),
        number: types.contains(TypeSet::NUMBER),
        string: types.contains(TypeSet::STRING),
    }
}

/// Arrays and objects inside an array or object have no serialization: no request can be valid there.
fn report_nested(
    description: &Description,
    at: Location,
    name: &str,
    nested: &[Box<str>],
    diagnostics: &mut Diagnostics,
) {
    for inner in nested {
        diagnostics.push(Diagnostic {
            code: Code::new("SER-014"),
            severity: Severity::Warning,
            what: format!("parameter `{name}`: `{inner}` is an array or object inside another one"),
            why: Cow::Borrowed(
                "styles serialize one level; what lies deeper is undefined (OAS Appendix C) and refused",
            ),
            mend: Cow::Borrowed("use `content` with `application/json`, or make the inner value a scalar"),
            place: description.place(at),
            related: Vec::new(),
        });
    }
}
