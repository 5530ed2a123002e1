//! Parameters of every style: what is encoded is decoded to the same value, and what is decoded can be encoded and decoded
//! again.

use crate::vocabulary;
use arbitrary::{Result, Unstructured};
use brrtrouter::FieldLine;
use brrtrouter::description::{Description, Diagnostics, OpenApi};
use brrtrouter::limits;
use brrtrouter::parameter::{
    EncodeError, ParameterErrors, ParameterInput, ParameterOptions, ParameterPlan, ParameterPlans,
    ParameterValues, decode, encode,
};
use brrtrouter::schema::instance::{Instance, InstanceNode};
use brrtrouter::schema::{SchemaCompiler, SchemaOptions, Schemas};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The kinds of values that a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Integer,
    Texts,
    Integers,
    Free,
    Colour,
}

const SHAPES: [Shape; 6] =
    [Shape::Text, Shape::Integer, Shape::Texts, Shape::Integers, Shape::Free, Shape::Colour];

impl Shape {
    fn schema(self) -> Value {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Integer => json!({"type": "integer"}),
            Self::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Self::Integers => json!({"type": "array", "items": {"type": "integer"}}),
            Self::Free => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            Self::Colour => {
                json!({"type": "object", "properties": {"R": {"type": "integer"}, "name": {"type": "string"}}})
            }
        }
    }

    fn value(self, input: &mut Unstructured<'_>) -> Result<Value> {
        let length = input.int_in_range(0..=4)?;
        Ok(match self {
            Self::Text => text(input)?.into(),
            Self::Integer => input.arbitrary::<i64>()?.into(),
            Self::Texts => (0..length).map(|_| text(input)).collect::<Result<Vec<_>>>()?.into(),
            Self::Integers => {
                (0..length).map(|_| input.arbitrary::<i64>()).collect::<Result<Vec<_>>>()?.into()
            }
            Self::Free => {
                let members = (0..length).map(|_| Ok((text(input)?, text(input)?.into())));
                Value::Object(members.collect::<Result<Map<_, _>>>()?)
            }
            Self::Colour => json!({"R": input.arbitrary::<i8>()?, "name": text(input)?}),
        })
    }
}

/// Texts with delimiters in them.
fn text(input: &mut Unstructured<'_>) -> Result<String> {
    const PIECES: &[&str] =
        &["a", ",", ";", ".", "=", "&", "|", "%", "+", " ", "[", "]", "/", "?", "#", "\"", "%20", "color"];
    if input.ratio(1, 4)? {
        return vocabulary::text_of_its_own(input);
    }
    let length = input.int_in_range(0..=4)?;
    (0..length).map(|_| Ok(*input.choose(PIECES)?)).collect()
}

/// One parameter, called `color`.
struct Cell {
    location: &'static str,
    style: &'static str,
    explode: bool,
    reserved: bool,
    shape: Shape,
    plans: ParameterPlans,
    schemas: Schemas,
}

const STYLES: [(&str, &str); 10] = [
    ("path", "matrix"),
    ("path", "label"),
    ("path", "simple"),
    ("header", "simple"),
    ("query", "form"),
    ("cookie", "form"),
    ("cookie", "cookie"),
    ("query", "spaceDelimited"),
    ("query", "pipeDelimited"),
    ("query", "deepObject"),
];

static CELLS: LazyLock<Vec<Cell>> = LazyLock::new(|| {
    let mut cells = Vec::new();
    for (location, style) in STYLES {
        for (shape, (explode, reserved)) in SHAPES.iter().flat_map(|shape| {
            [(false, false), (true, false), (false, true), (true, true)].map(|flags| (*shape, flags))
        }) {
            if reserved && location != "query" {
                continue;
            }
            let parameter = json!([{"name": "color", "in": location, "style": style, "explode": explode,
                "allowReserved": reserved, "required": location == "path", "schema": shape.schema()}]);
            let Some((plans, schemas)) = compile(&parameter) else { continue };
            cells.push(Cell { location, style, explode, reserved, shape, plans, schemas });
        }
    }
    cells
});

/// The parameters of an operation; `None` where the description refuses them.
pub(crate) fn compile(parameters: &Value) -> Option<(ParameterPlans, Schemas)> {
    let document = json!({
        "openapi": "3.2.0", "info": {"title": "t", "version": "1"},
        "paths": {"/x/{color}": {"get": {"parameters": parameters, "responses": {"200": {"description": "ok"}}}}}
    });
    let description = Description::from_text("parameters.json", &document.to_string()).ok()?;
    let mut schemas = SchemaCompiler::new(&description, &SchemaOptions::default());
    let mut found = Diagnostics::new();
    let plans = OpenApi::new(&description)
        .paths()
        .iter()
        .flat_map(|(_, item)| item.operations())
        .flat_map(|(_, operation)| operation.parameters())
        .filter_map(|parameter| ParameterPlan::compile(&description, parameter, &mut schemas, &mut found))
        .collect();
    Some((ParameterPlans::new(plans, ParameterOptions::default()), schemas.compile().ok()?))
}

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, check);
}

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let cell = input.choose(&CELLS)?;
    // With `allowReserved` text passes as it is, delimiters and triplets included (RFC 6570 §3.2.3).
    if input.arbitrary()? && !cell.reserved {
        let value = cell.shape.value(input)?;
        cell.round_trip(&value);
    } else {
        let length = input.len();
        cell.decode_again(&String::from_utf8_lossy(input.bytes(length)?));
    }
    Ok(())
}

impl Cell {
    fn encode(&self, value: &Value) -> std::result::Result<String, EncodeError> {
        encode(&self.plans.as_slice()[0], Instance::from(value).root())
    }

    fn decode(&self, text: &str) -> std::result::Result<ParameterValues, ParameterErrors> {
        let captures = [("color", text)];
        let fields = [FieldLine::new(if self.location == "cookie" { "Cookie" } else { "color" }, text)];
        let input = ParameterInput { captures: &captures, query: Some(text), fields: &fields };
        decode(&self.plans, &input, &self.schemas)
    }

    fn round_trip(&self, value: &Value) {
        let Ok(text) = self.encode(value) else {
            assert!(self.may_refuse(value), "{} refuses {value}", self.name());
            return;
        };
        let contributes_nothing =
            matches!(self.location, "query" | "cookie") && (value == &json!([]) || value == &json!({}));
        let expected = if contributes_nothing { None } else { Some(value.clone()) };
        match self.decode(&text) {
            Ok(decoded) => {
                let decoded = decoded.at(0).map(InstanceNode::to_json);
                assert_eq!(decoded, expected, "{} {text:?}", self.name());
            }
            Err(errors) => panic!("{} {text:?}: {errors:?}, but it is {value}", self.name()),
        }
    }

    /// Which values have no serialization; everything else has one.
    fn may_refuse(&self, value: &Value) -> bool {
        let verbatim = self.location == "header" || self.style == "cookie";
        let list = value.is_array() || value.is_object();
        let not_applicable = match self.style {
            "spaceDelimited" | "pipeDelimited" => !list,
            "deepObject" => !value.is_object(),
            _ => false,
        };
        let text = value.to_string();
        let unrepresentable = match self.style {
            "spaceDelimited" => text.contains(' '),
            "pipeDelimited" => text.contains('|'),
            "deepObject" => text.contains(['[', ']']),
            "form" => value.get("").is_some(),
            _ => verbatim,
        };
        not_applicable || unrepresentable || verbatim || value == &json!([""])
    }

    /// Any text: errors are counted and told; a value is one that can be written and read again.
    fn decode_again(&self, text: &str) {
        let values = match self.decode(text) {
            Ok(values) => values,
            Err(errors) => return told(&errors),
        };
        let Some(value) = values.at(0).filter(|_| !self.reserved) else { return };
        let Ok(written) = encode(&self.plans.as_slice()[0], value) else { return };
        let contributes_nothing = written.is_empty() && matches!(self.location, "query" | "cookie");
        match self.decode(&written) {
            Ok(again) if contributes_nothing => assert!(again.at(0).is_none(), "{} {text:?}", self.name()),
            Ok(again) => {
                assert_eq!(
                    again.at(0).map(json_text),
                    Some(json_text(value)),
                    "{} {text:?} {written:?}",
                    self.name()
                );
            }
            Err(errors) => panic!("{} {text:?} {written:?}: {errors:?}", self.name()),
        }
    }

    fn name(&self) -> String {
        format!(
            "{} {} explode {} reserved {} {:?}",
            self.location, self.style, self.explode, self.reserved, self.shape
        )
    }
}

/// The value as JSON with its numbers as they were sent, however large.
fn json_text(value: InstanceNode<'_>) -> String {
    let mut text = String::new();
    value.write_json(&mut text);
    text
}

/// Errors are within their bound, and each names a rule and a place.
pub(crate) fn told(errors: &ParameterErrors) {
    assert!(!errors.as_slice().is_empty() && errors.as_slice().len() <= limits::parameter::ERRORS_MAX);
    for error in errors.iter() {
        assert!(error.pointer.is_empty() || error.pointer.starts_with('/'), "{error:?}");
        assert!(!error.rule.name().is_empty() && !error.rule.message().is_empty());
    }
}
