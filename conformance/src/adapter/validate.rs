//! `validate`: instances against one Schema Object, which stands in a document of its own beside a description.

use brrtrouter::description::{Description, Diagnostics, Loader, Location};
use brrtrouter::schema::instance::{JsonLimits, parse_json};
use brrtrouter::schema::{FormatPolicy, SchemaCompiler, SchemaOptions, SchemaSlot, Schemas};
use serde_json::value::RawValue;

use super::convert::text_of;
use crate::protocol::{SchemaError, Validate, Validated, Verdict};

const ENTRY_URI: &str = "https://conformance.invalid/entry.json";
const SCHEMA_URI: &str = "https://conformance.invalid/schema.json";
const ERRORS_MAX: usize = 32;

pub fn validate(ask: &Validate) -> Validated {
    let id = ask.id.clone();
    match compile(ask) {
        Ok((schemas, slot)) => {
            let verdicts = ask.instances.iter().map(|instance| judge(&schemas, slot, instance)).collect();
            Validated { id, ok: true, error: None, verdicts }
        }
        Err(error) => Validated { id, ok: false, error: Some(error), verdicts: Vec::new() },
    }
}

fn compile(ask: &Validate) -> Result<(Schemas, SchemaSlot), String> {
    let uri = ask.retrieval_uri.as_deref().unwrap_or(SCHEMA_URI);
    let entry = format!(
        r#"{{"openapi": "3.1.2", "info": {{"title": "schema", "version": "1"}},
            "components": {{"schemas": {{"subject": {{"$ref": "{uri}"}}}}}}}}"#
    );
    let mut loader = Loader::new()
        .document(ENTRY_URI, entry)
        .schema_document(uri, with_dialect(ask.schema.get(), ask.dialect.as_deref()));
    for document in &ask.documents {
        loader = loader.schema_document(&document.uri, text_of(document));
    }
    let description = loader.load(ENTRY_URI).map_err(|found| first_error(&found))?;
    let at = subject(&description).ok_or("the schema is not where it was put")?;
    let mut options = SchemaOptions::default();
    if ask.format_assertion == Some(true) {
        options.formats = FormatPolicy::Assert;
    }
    let mut compiler = SchemaCompiler::new(&description, &options);
    let slot = compiler.slot(at);
    let schemas = compiler.compile().map_err(|found| first_error(&found))?;
    Ok((schemas, slot))
}

fn subject(description: &Description) -> Option<Location> {
    description.at_pointer(description.entry().document, "/components/schemas/subject")
}

fn first_error(found: &Diagnostics) -> String {
    let texts: Vec<String> =
        found.iter().map(|finding| format!("{}: {}", finding.code, finding.what)).take(3).collect();
    texts.join("; ")
}

/// Says the dialect where the schema, an object, does not say it itself.
fn with_dialect(schema: &str, dialect: Option<&str>) -> String {
    let named = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(schema)
        .map_or(true, |members| members.contains_key("$schema"));
    match (dialect, schema.trim_start().strip_prefix('{')) {
        (Some(dialect), Some(rest)) if !named => {
            let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
            format!("{{\"$schema\": \"{dialect}\"{comma}{rest}")
        }
        _ => schema.to_owned(),
    }
}

fn judge(schemas: &Schemas, slot: SchemaSlot, instance: &RawValue) -> Verdict {
    let instance = match parse_json(instance.get().as_bytes(), &JsonLimits::default()) {
        Ok(instance) => instance,
        Err(error) => {
            let error = SchemaError { message: error.to_string(), ..SchemaError::default() };
            return Verdict { valid: false, errors: vec![error] };
        }
    };
    if schemas.is_valid(slot, instance.root()) {
        return Verdict { valid: true, errors: Vec::new() };
    }
    let errors = schemas.errors(slot, instance.root(), ERRORS_MAX).into_iter().map(|error| SchemaError {
        instance: error.instance_pointer,
        keyword: error.keyword_pointer,
        message: error.message,
    });
    Verdict { valid: false, errors: errors.collect() }
}
