//! `decode` and `encode`: one Parameter Object by itself.

use brrtrouter::FieldLine;
use brrtrouter::description::{Description, Diagnostics, Loader, OpenApi};
use brrtrouter::parameter::{
    ParameterInput, ParameterLocation, ParameterOptions, ParameterPlan, ParameterPlans, decode, encode,
};
use brrtrouter::schema::instance::{Instance, JsonLimits, parse_json};
use brrtrouter::schema::{SchemaCompiler, SchemaOptions, Schemas};
use serde_json::value::RawValue;

use crate::protocol::{Decode, Decoded, Encode, Encoded};

const ENTRY: &str = "https://conformance.invalid/parameter.json";

struct Compiled {
    plans: ParameterPlans,
    schemas: Schemas,
}

/// Compiles the Parameter Object as the only one of a Path Item.
fn compile(parameter: &RawValue, openapi: Option<&str>) -> Result<Compiled, String> {
    let version = openapi.unwrap_or("3.1.2");
    let text = format!(
        r#"{{"openapi": "{version}", "info": {{"title": "parameter", "version": "1"}},
            "paths": {{"/": {{"parameters": [{}]}}}}}}"#,
        parameter.get()
    );
    let description = Loader::new().document(ENTRY, text).load(ENTRY).map_err(|found| first(&found))?;
    let mut found = description.diagnostics().clone();
    found.extend(brrtrouter::description::check(&description));
    let mut schemas = SchemaCompiler::new(&description, &SchemaOptions::default());
    let plan = plan(&description, &mut schemas, &mut found);
    if found.has_errors() {
        return Err(first(&found));
    }
    let plan = plan.ok_or("the Parameter Object was not compiled")?;
    let plans = ParameterPlans::new(vec![plan], ParameterOptions::default());
    Ok(Compiled { plans, schemas: schemas.compile().map_err(|found| first(&found))? })
}

fn plan(
    description: &Description,
    schemas: &mut SchemaCompiler<'_>,
    found: &mut Diagnostics,
) -> Option<ParameterPlan> {
    let (_, item) = OpenApi::new(description).paths().into_iter().next()?;
    let parameter = item.parameters().into_iter().next()?;
    ParameterPlan::compile(description, parameter, schemas, found)
}

fn first(found: &Diagnostics) -> String {
    let errors = found.iter().filter(|finding| finding.severity == brrtrouter::description::Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.code, finding.what)).take(3).collect::<Vec<_>>().join("; ")
}

pub fn decode_one(ask: &Decode) -> Decoded {
    let id = ask.id.clone();
    match try_decode(ask) {
        Ok(Some(value)) => Decoded { id, value: Some(value), ..Decoded::default() },
        Ok(None) => Decoded { id, absent: true, ..Decoded::default() },
        Err(error) => Decoded { id, error: Some(error), ..Decoded::default() },
    }
}

fn try_decode(ask: &Decode) -> Result<Option<serde_json::Value>, String> {
    let Compiled { plans, schemas } = compile(&ask.parameter, ask.openapi.as_deref())?;
    let plan = plans.as_slice().first().ok_or("the Parameter Object was not compiled")?;
    let (name, location, raw) = (plan.name(), plan.location(), ask.raw.as_str());
    let captures = if location == ParameterLocation::Path { [(name, raw)] } else { [("", "")] };
    let query = matches!(location, ParameterLocation::Query | ParameterLocation::QueryString).then_some(raw);
    let fields = match location {
        ParameterLocation::Header => vec![FieldLine::new(name, raw)],
        ParameterLocation::Cookie => vec![FieldLine::new("Cookie", raw)],
        ParameterLocation::Path | ParameterLocation::Query | ParameterLocation::QueryString => Vec::new(),
    };
    let input = ParameterInput { captures: &captures, query, fields: &fields };
    match decode(&plans, &input, &schemas) {
        Ok(values) => Ok(values.at(0).map(|node| node.to_json())),
        Err(errors) => {
            let texts: Vec<String> = errors.iter().map(|error| format!("{error:?}")).take(3).collect();
            Err(texts.join("; "))
        }
    }
}

pub fn encode_one(ask: &Encode) -> Encoded {
    let id = ask.id.clone();
    match try_encode(ask) {
        Ok(text) => Encoded { id, text: Some(text), error: None },
        Err(error) => Encoded { id, text: None, error: Some(error) },
    }
}

fn try_encode(ask: &Encode) -> Result<String, String> {
    let Compiled { plans, .. } = compile(&ask.parameter, ask.openapi.as_deref())?;
    let plan = plans.as_slice().first().ok_or("the Parameter Object was not compiled")?;
    let value = match &ask.value {
        Some(value) => {
            parse_json(value.get().as_bytes(), &JsonLimits::default()).map_err(|error| error.to_string())?
        }
        // An undefined value contributes what `null` does (SER-027).
        None => undefined(),
    };
    encode(plan, value.root()).map_err(|error| format!("{error:?}"))
}

fn undefined() -> Instance {
    let mut instance = Instance::new();
    instance.null();
    instance
}
