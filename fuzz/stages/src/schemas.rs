//! Schemas: the verdict of the validator below, a report exactly when a value is not valid, and pointers that lead to values.

use crate::vocabulary;
use arbitrary::{Result, Unstructured};
use brrtrouter::description::Description;
use brrtrouter::schema::instance::Instance;
use brrtrouter::schema::{SchemaCompiler, SchemaOptions};
use serde_json::{Map, Value, json};

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, check);
}

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let document = json!({
        "openapi": "3.1.2", "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"S0": schema(input, 3)?, "S1": schema(input, 2)?, "S2": schema(input, 2)?}}
    });
    let Ok(description) = Description::from_text("schemas.json", &document.to_string()) else {
        return Ok(());
    };
    let at = description.at_pointer(description.entry().document, "/components/schemas/S0");
    let Some(at) = at else { return Ok(()) };
    let mut compiler = SchemaCompiler::new(&description, &SchemaOptions::default());
    let slot = compiler.slot(at);
    let Ok(schemas) = compiler.compile() else { return Ok(()) };
    for _ in 0..input.int_in_range(1..=6)? {
        let value = instance(input, 3)?;
        let instance = Instance::from(&value);
        let max = input.int_in_range(1..=4)?;
        let valid = schemas.is_valid(slot, instance.root());
        let errors = schemas.errors(slot, instance.root(), max);
        assert_eq!(errors.is_empty(), valid, "{document} {value} {errors:?}");
        assert!(errors.len() <= max, "{errors:?}");
        for error in errors {
            assert!(value.pointer(&error.instance_pointer).is_some(), "{document} {value} {error:?}");
            let keyword = description.at_pointer(description.entry().document, &error.keyword_pointer);
            assert!(keyword.is_some(), "{document} {value} {error:?}");
            assert!(!error.message.is_empty() && error.message.chars().count() < 300, "{error:?}");
        }
    }
    Ok(())
}

/// A schema whose keywords have values of the right form, most of the time.
fn schema(input: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    if depth == 0 || !input.ratio(11, 12)? {
        return Ok(input
            .choose(&[json!(true), json!(false), json!({}), json!({"$ref": "#/components/schemas/S1"})])?
            .clone());
    }
    let mut schema = Map::new();
    for _ in 0..input.int_in_range(1..=3)? {
        let (keyword, value) = keyword(input, depth - 1)?;
        schema.insert(keyword.to_owned(), value);
    }
    Ok(schema.into())
}

fn keyword(input: &mut Unstructured<'_>, depth: u8) -> Result<(&'static str, Value)> {
    const SCHEMAS: &[&str] = &[
        "items",
        "additionalProperties",
        "unevaluatedProperties",
        "unevaluatedItems",
        "not",
        "if",
        "then",
        "else",
        "contains",
        "propertyNames",
    ];
    const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
    const COUNTS: &[&str] = &[
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minContains",
        "maxContains",
    ];
    const NUMBERS: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    const REFERENCES: &[&str] =
        &["#/components/schemas/S0", "#/components/schemas/S1", "#/components/schemas/S2"];
    Ok(match input.int_in_range(0..=12)? {
        0 | 1 => (*input.choose(SCHEMAS)?, schema(input, depth)?),
        2 | 3 => {
            let length = input.int_in_range(1..=3)?;
            let branches = (0..length).map(|_| schema(input, depth)).collect::<Result<Vec<_>>>()?;
            (*input.choose(LISTS)?, branches.into())
        }
        4 => ("type", types(input)?),
        5 => ("enum", Value::Array(vec![instance(input, 1)?, instance(input, 1)?])),
        6 => ("const", instance(input, 2)?),
        7 => (*input.choose(COUNTS)?, input.int_in_range(0..=3_u8)?.into()),
        8 => (*input.choose(NUMBERS)?, number(input)?),
        9 => ("$ref", (*input.choose(REFERENCES)?).into()),
        10 => {
            let name = *input.choose(&["properties", "patternProperties", "dependentSchemas"])?;
            (name, json!({"a": schema(input, depth)?, "b": schema(input, depth)?}))
        }
        11 => ("required", json!([input.choose(&["a", "b"])?])),
        _ => input
            .choose(&[
                ("uniqueItems", json!(true)),
                ("pattern", json!("^[ab]+$")),
                ("dependentRequired", json!({"a": ["b"]})),
                ("discriminator", json!({"propertyName": "a"})),
                ("multipleOf", json!(1.5)),
                ("format", json!("int32")),
            ])?
            .clone(),
    })
}

fn types(input: &mut Unstructured<'_>) -> Result<Value> {
    let one = *input.choose(&["null", "boolean", "integer", "number", "string", "array", "object"])?;
    Ok(if one == "null" { json!(["null", "array", "object"]) } else { one.into() })
}

fn number(input: &mut Unstructured<'_>) -> Result<Value> {
    Ok(input
        .choose(&[
            json!(0),
            json!(1),
            json!(2.5),
            json!(-1),
            json!(1e300),
            json!(18_446_744_073_709_551_615_u64),
        ])?
        .clone())
}

fn instance(input: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    Ok(match input.int_in_range(0..=if depth == 0 { 3 } else { 7 })? {
        0 => Value::Null,
        1 => Value::Bool(input.arbitrary()?),
        2 => number(input)?,
        3 => Value::String(vocabulary::text(input)?),
        4 | 5 => {
            let length = input.int_in_range(0..=4)?;
            (0..length).map(|_| instance(input, depth - 1)).collect::<Result<Vec<_>>>()?.into()
        }
        _ => {
            let mut object = Map::new();
            for _ in 0..input.int_in_range(0..=3)? {
                object.insert(
                    (*input.choose(&["a", "b", "c", "a/~b"])?).to_owned(),
                    instance(input, depth - 1)?,
                );
            }
            object.into()
        }
    })
}
