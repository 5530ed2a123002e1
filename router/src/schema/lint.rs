//! Advice about schemas and their examples.
//!
//! Takes: a loaded description. Gives: lints about keywords of 3.0 that mean nothing any more (SCH-015) and examples that their
//! schema refuses (EXA-002), and errors for `dataValue`s that it refuses (EXA-003). Belongs to the build phase. Never panics.

use super::check::{cut, outermost_schemas};
use super::closure::subschemas;
use super::compiler::{SchemaCompiler, SchemaSlot};
use super::dialect::{Dialect, Draft};
use super::instance::Instance;
use super::keyword::rule;
use super::options::SchemaOptions;
use crate::description::{
    Code, Description, Diagnostic, Diagnostics, Kind, Location, NodeRef, ObjectKind, Severity,
};
use crate::limits::schema::FINDINGS_MAX;

/// Keywords that had a meaning in 3.0 and have none, or another, since 3.1 (SCH-015). A document that was upgraded from
/// 3.0 has lost them already.
#[must_use]
pub fn lint_schemas(description: &Description) -> Diagnostics {
    let mut found = Diagnostics::new();
    for at in outermost_schemas(description) {
        let upgraded = description.document(at.document).is_some_and(|document| document.upgraded_from_3_0());
        let dialect = Dialect::at(description, at).unwrap_or(Dialect::OAS);
        if upgraded || dialect.draft < Draft::TwentyTwenty {
            continue;
        }
        let mut stack = vec![description.at(at)];
        while let Some(node) = stack.pop() {
            lint_keywords(description, Location { node: node.id(), ..at }, node, &mut found);
            let inner = node.members().filter_map(|(name, value)| Some((value, rule(name, dialect)?.form)));
            stack.extend(inner.flat_map(|(value, form)| subschemas(value, form)));
        }
    }
    found
}

fn lint_keywords(description: &Description, at: Location, node: NodeRef<'_>, found: &mut Diagnostics) {
    if found.len() >= FINDINGS_MAX {
        return;
    }
    let mut lint = |name: &str, what: String, mend: &'static str| {
        found.push(Diagnostic {
            code: Code::new("SCH-015"),
            severity: Severity::Lint,
            what,
            why: "it belongs to OpenAPI 3.0; since 3.1 schemas are JSON Schema 2020-12".into(),
            mend: mend.into(),
            place: description.place_of_name(at, name),
            related: Vec::new(),
        });
    };
    if node.get("nullable").and_then(NodeRef::as_bool).is_some() {
        lint("nullable", "`nullable` means nothing".to_owned(), "add `null` to the schema's `type`");
    }
    match node.get("format").and_then(NodeRef::as_str) {
        Some("binary") => lint(
            "format",
            "`format: binary` means nothing".to_owned(),
            "leave `type` and `format` out, or write `contentMediaType: application/octet-stream`",
        ),
        Some("byte") => {
            lint("format", "`format: byte` means nothing".to_owned(), "write `contentEncoding: base64`");
        }
        Some(_) | None => {}
    }
}

/// An example and the schema that it belongs to.
struct Sample {
    schema: Location,
    value: Location,
    /// `dataValue` must be valid (EXA-003); any other should (EXA-002).
    must: bool,
}

/// Judges every example of Media Type, Parameter and Header Objects, and every `default`, `example` and `examples` of schemas that
/// stand there, by its schema. Examples in serialized form are not looked at.
#[must_use]
pub fn lint_examples(description: &Description, options: &SchemaOptions) -> Diagnostics {
    let samples = samples(description);
    let mut compiler = SchemaCompiler::new(description, options);
    let slots: Vec<SchemaSlot> = samples.iter().map(|sample| compiler.slot(sample.schema)).collect();
    let Ok(schemas) = compiler.compile() else { return Diagnostics::new() };
    let mut found = Diagnostics::new();
    for (sample, slot) in samples.iter().zip(slots) {
        if found.len() >= FINDINGS_MAX {
            break;
        }
        let mut instance = Instance::new();
        instance.copy_description(description.at(sample.value));
        let errors = schemas.errors(slot, instance.root(), 1);
        let Some(error) = errors.first() else { continue };
        found.push(Diagnostic {
            code: Code::new(if sample.must { "EXA-003" } else { "EXA-002" }),
            severity: if sample.must { Severity::Error } else { Severity::Lint },
            what: format!("the example is not valid: `{}` {}", cut(&error.instance_pointer), error.message),
            why: "an example shows what the schema allows".into(),
            mend: "correct the example or the schema".into(),
            place: description.place(sample.value),
            related: vec![("the schema".into(), description.place(sample.schema))],
        });
    }
    found
}

fn samples(description: &Description) -> Vec<Sample> {
    let mut found = Vec::new();
    let documents: Vec<_> = description.documents().map(|(id, _)| id).collect();
    for document in documents {
        let mut stack = vec![(description.at(description.root(document)), "")];
        while let Some((node, name)) = stack.pop() {
            let at = Location { document, node: node.id() };
            let kind = description.kind(at);
            if kind == Some(ObjectKind::Schema) {
                continue;
            }
            if matches!(kind, Some(ObjectKind::MediaType | ObjectKind::Parameter | ObjectKind::Header)) {
                let text_only = kind == Some(ObjectKind::MediaType) && !is_json(name);
                holder_samples(description, at, text_only, &mut found);
            }
            stack.extend(node.members().map(|(name, value)| (value, name)));
            stack.extend(node.items().map(|value| (value, "")));
        }
    }
    found.sort_by_key(|sample| sample.value);
    found
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

fn holder_samples(description: &Description, at: Location, text_only: bool, found: &mut Vec<Sample>) {
    let Some(schema) = description.child(at, "schema") else { return };
    let mut add = |value: Location, must: bool| {
        // A string may be the serialized form where the content is no JSON.
        let serialized = text_only && description.at(value).kind() == Kind::String;
        if must || !serialized {
            found.push(Sample { schema, value, must });
        }
    };
    if let Some(example) = description.child(at, "example") {
        add(example, false);
    }
    let Some(examples) = description.child(at, "examples") else { return };
    for (_, example) in description.at(examples).members() {
        let place = Location { node: example.id(), ..at };
        let Ok(example) = description.follow(place) else { continue };
        if let Some(value) = description.child(example, "value") {
            add(value, false);
        }
        if let Some(value) = description.child(example, "dataValue") {
            add(value, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{lint_examples, lint_schemas};
    use crate::description::{Description, Diagnostics};
    use crate::schema::SchemaOptions;

    const TEXT: &str = r##"{
        "openapi": "3.2.0", "info": {"title": "t", "version": "1"},
        "paths": {"/": {"get": {
            "parameters": [{"name": "a", "in": "query", "schema": {"type": "integer"}, "example": "x"}],
            "responses": {"200": {"description": "", "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/X"}, "examples": {
                    "good": {"value": {"a": "b"}}, "bad": {"value": {"a": 1}}, "data": {"dataValue": 7},
                    "shared": {"$ref": "#/components/examples/Shared"}
                }},
                "application/xml": {"schema": {"$ref": "#/components/schemas/X"}, "example": "<a>b</a>"}
            }}}
        }}},
        "components": {
            "examples": {"Shared": {"value": []}},
            "schemas": {"X": {"type": "object", "properties": {
                "a": {"type": "string", "nullable": true, "format": "binary"}, "nullable": {"enum": [{"nullable": true}]}
            }}}
        }
    }"##;

    fn listed(found: &Diagnostics) -> Vec<String> {
        let mut listed: Vec<_> = found
            .iter()
            .map(|one| format!("{} {} {}", one.severity.name(), one.code, one.place.pointer))
            .collect();
        listed.sort();
        listed
    }

    #[test]
    fn keywords_of_3_0_are_told() {
        let description = Description::from_text("t.json", TEXT).unwrap();
        assert_eq!(
            listed(&lint_schemas(&description)),
            [
                "lint SCH-015 /components/schemas/X/properties/a/format",
                "lint SCH-015 /components/schemas/X/properties/a/nullable",
            ]
        );
    }

    #[test]
    fn examples_are_judged() {
        let description = Description::from_text("t.json", TEXT).unwrap();
        let content = "/paths/~1/get/responses/200/content/application~1json/examples";
        assert_eq!(
            listed(&lint_examples(&description, &SchemaOptions::default())),
            [
                format!("error EXA-003 {content}/data/dataValue"),
                "lint EXA-002 /components/examples/Shared/value".to_owned(),
                "lint EXA-002 /paths/~1/get/parameters/0/example".to_owned(),
                format!("lint EXA-002 {content}/bad/value"),
            ]
        );
    }
}
