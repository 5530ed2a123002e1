//! Parameters as a description declares them: conversion by schema, validation, options, errors.

use brrtrouter::FieldLine;
use brrtrouter::Problem;
use brrtrouter::description::{Description, Diagnostics, OpenApi};
use brrtrouter::parameter::{
    self, ParameterErrors, ParameterInput, ParameterOptions, ParameterPlan, ParameterPlans, UnknownKeys,
};
use brrtrouter::schema::instance::{Instance, InstanceNode};
use brrtrouter::schema::{SchemaCompiler, SchemaOptions, Schemas};
use serde_json::{Map, Value, json};

/// A compiled operation `GET /things/{id}` with the parameters given.
pub struct Compiled {
    pub plans: ParameterPlans,
    pub schemas: Schemas,
    pub found: Diagnostics,
}

pub fn compile(version: &str, parameters: &Value, options: ParameterOptions) -> Compiled {
    let in_path = |parameter: &&Value| parameter["in"] == "path";
    let names =
        parameters.as_array().expect("a list").iter().filter(in_path).filter_map(|one| one["name"].as_str());
    let path: String =
        std::iter::once("/things".to_owned()).chain(names.map(|name| format!("/{{{name}}}"))).collect();
    let document = json!({
        "openapi": version, "info": {"title": "Things", "version": "1"},
        "paths": {path: {"get": {"parameters": parameters, "responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": {"Id": {"type": "integer"}, "Text": {"type": "string"}}}
    });
    let description =
        Description::from_text("things.json", &document.to_string()).expect("a valid description");
    let mut schemas = SchemaCompiler::new(&description, &SchemaOptions::default());
    let mut found = Diagnostics::new();
    let plans = OpenApi::new(&description)
        .paths()
        .iter()
        .flat_map(|(_, item)| item.operations())
        .flat_map(|(_, operation)| operation.parameters())
        .filter_map(|parameter| ParameterPlan::compile(&description, parameter, &mut schemas, &mut found))
        .collect();
    Compiled {
        plans: ParameterPlans::new(plans, options),
        schemas: schemas.compile().expect("valid schemas"),
        found,
    }
}

impl Compiled {
    /// `{"in": {"name": value}}` for every parameter that is there.
    fn decode(
        &self,
        captures: &[(String, String)],
        query: &str,
        fields: &[(&str, &str)],
    ) -> Result<Value, ParameterErrors> {
        let captures = captures.to_vec();
        let fields: Vec<_> = fields.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
        let input = ParameterInput { captures: &captures, query: Some(query), fields: &fields };
        let values = parameter::decode(&self.plans, &input, &self.schemas)?;
        let mut all = Map::new();
        for (position, plan) in self.plans.as_slice().iter().enumerate() {
            let Some(value) = values.at(position).map(InstanceNode::to_json) else { continue };
            all.entry(plan.location().name()).or_insert_with(|| json!({}))[plan.name()] = value;
        }
        Ok(Value::Object(all))
    }

    fn query(&self, query: &str) -> Result<Value, Vec<String>> {
        let all = self.decode(&[], query, &[]).map_err(|errors| {
            errors
                .iter()
                .map(|error| format!("{} {}{}", error.rule.name(), error.name, error.pointer))
                .collect::<Vec<_>>()
        })?;
        Ok(all.get("query").cloned().unwrap_or(json!({})))
    }
}

fn query_parameter(schema: &Value) -> Value {
    json!([{"name": "q", "in": "query", "schema": schema}])
}

#[test]
fn text_is_converted_by_the_findable_types() {
    let id = json!({"$ref": "#/components/schemas/Id"});
    let cases: Vec<(Value, &str, Result<Value, &str>)> = vec![
        (id.clone(), "7", Ok(json!(7))),
        (id.clone(), "7.5", Err("type q")),
        (json!({"allOf": [&id, {"minimum": 5}]}), "7", Ok(json!(7))),
        (json!({"allOf": [&id, {"minimum": 5}]}), "4", Err("schema q")),
        (json!({"minimum": 5}), "4", Ok(json!("4"))),
        (json!({"type": ["integer", "string"]}), "7", Ok(json!(7))),
        (json!({"type": ["integer", "string"]}), "7a", Ok(json!("7a"))),
        (
            json!({"type": ["string", "number"], "allOf": [{"$ref": "#/components/schemas/Text"}]}),
            "7",
            Ok(json!("7")),
        ),
        (json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), "7", Ok(json!(7))),
        (json!({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}), "7", Err("schema q")),
        (json!({"enum": ["7", 8]}), "7", Ok(json!("7"))),
        (json!({"enum": ["7", 8]}), "8", Err("schema q")),
        (json!({"type": "integer", "maximum": 9007199254740993_u64}), "9007199254740994", Err("schema q")),
        (json!({"type": "boolean"}), "TRUE", Err("type q")),
        (
            json!({"type": "array", "items": {"type": "integer", "maximum": 5}, "minItems": 2}),
            "3&q=6",
            Err("schema q/1"),
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
            "a&q=b",
            Ok(json!(["a", "b"])),
        ),
        (json!({"type": "string", "minLength": 1}), "", Err("schema q")),
        (json!({"type": "string", "maxLength": 1}), "%F0%9F%A6%80", Ok(json!("\u{1F980}"))),
        (json!(false), "a", Err("schema q")),
    ];
    for (schema, text, expected) in cases {
        let compiled = compile("3.1.2", &query_parameter(&schema), ParameterOptions::default());
        let expected = expected.map(|value| json!({"q": value})).map_err(|error| vec![error.to_owned()]);
        assert_eq!(compiled.query(&format!("q={text}")), expected, "{schema} {text}");
    }
}

#[test]
fn objects_in_a_query() {
    let integer = json!({"type": "integer"});
    let closed = json!({"type": "object", "properties": {"a": integer}, "required": ["a"], "additionalProperties": false});
    let silent = json!({"type": "object", "properties": {"a": integer}});
    let open = json!({"type": "object", "properties": {"a": integer}, "additionalProperties": integer});
    let free = json!({"type": "object"});
    let cases: Vec<(&Value, &str, Result<Value, &str>)> = vec![
        (&closed, "a=1&b=2", Ok(json!({"q": {"a": 1}}))),
        (&closed, "b=2", Ok(json!({}))),
        (&silent, "a=1&b=2", Ok(json!({"q": {"a": 1}}))),
        (&open, "a=1&b=2", Ok(json!({"q": {"a": 1, "b": 2}}))),
        (&open, "a=1&b=x", Err("type q/b")),
        (&free, "x=1&y", Ok(json!({"q": {"x": "1", "y": ""}}))),
    ];
    for (schema, text, expected) in cases {
        let compiled = compile("3.1.2", &query_parameter(schema), ParameterOptions::default());
        assert_eq!(compiled.query(text), expected.map_err(|error| vec![error.to_owned()]), "{schema} {text}");
    }
}

#[test]
fn one_name_in_every_location() {
    let schema = json!({"type": "integer"});
    let parameters: Vec<_> = ["path", "query", "header", "cookie"]
        .into_iter()
        .map(|location| json!({"name": "id", "in": location, "required": true, "schema": schema}))
        .collect();
    let compiled = compile("3.1.2", &Value::Array(parameters), ParameterOptions::default());
    let captures = [("id".to_owned(), "1".to_owned())];
    let values = compiled.decode(&captures, "id=2", &[("ID", "3"), ("cookie", "id=4")]).unwrap();
    assert_eq!(
        values,
        json!({"path": {"id": 1}, "query": {"id": 2}, "header": {"id": 3}, "cookie": {"id": 4}})
    );

    let errors = compiled.decode(&captures, "ID=2", &[("Cookie", "Id=4; id=x")]).unwrap_err();
    let all: Vec<_> = errors.iter().map(|error| (error.location.name(), error.rule.code())).collect();
    assert_eq!(all, [("query", "PAR-007"), ("header", "PAR-007"), ("cookie", "SER-028")]);
    let malformed = compiled.decode(&captures, "id=%zz", &[("ID", "3"), ("cookie", "id=4")]).unwrap_err();
    assert_eq!(Problem::from(malformed).type_uri(), "urn:brrtrouter:problem:invalid-target");
    let problem = Problem::from(errors);
    assert_eq!(problem.type_uri(), "urn:brrtrouter:problem:invalid-parameters");
    assert_eq!(problem.errors().len(), 3);
    assert_eq!(problem.errors()[0].rule, "missing");
}

#[test]
fn options() {
    let parameters = json!([
        {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 10}},
        {"name": "must", "in": "query", "required": true, "schema": {"type": "integer", "default": 1}},
        {"name": "empty", "in": "query", "allowEmptyValue": true, "schema": {"type": "integer"}}
    ]);
    let plain = compile("3.1.2", &parameters, ParameterOptions::default());
    assert_eq!(plain.query("must=1&empty=&x=1"), Ok(json!({"must": 1})));
    let filling = ParameterOptions {
        fill_defaults: true,
        unknown_query_keys: UnknownKeys::Reject,
        ..ParameterOptions::default()
    };
    let mut filled = compile("3.1.2", &parameters, filling);
    assert_eq!(filled.query("must=1"), Ok(json!({"must": 1, "limit": 10})));
    assert_eq!(filled.query("limit=2&x=1"), Err(vec!["missing must".to_owned(), "unknown x".to_owned()]));
    filled.plans.know_query_key("x");
    assert_eq!(filled.query("must=1&x=1"), Ok(json!({"must": 1, "limit": 10})));
}

#[test]
fn content() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
    let query =
        |media_type: &str| json!([{"name": "q", "in": "query", "content": {media_type: {"schema": schema}}}]);
    let json = compile("3.1.2", &query("application/json"), ParameterOptions::default());
    assert_eq!(json.query("q=%7B%22a%22:1%7D"), Ok(json!({"q": {"a": 1}})));
    assert_eq!(json.query("q={\"a\":\"x\"}"), Err(vec!["schema q/a".to_owned()]));
    assert_eq!(json.query("q={a:1}"), Err(vec!["content q".to_owned()]));
    let opaque = compile("3.1.2", &query("application/xml"), ParameterOptions::default());
    assert_eq!(opaque.query("q=%3Ca/%3E"), Ok(json!({"q": "<a/>"})));

    let text = compile(
        "3.1.2",
        &json!([{
            "name": "q", "in": "query", "content": {"text/csv": {"schema": {"type": "string", "maxLength": 3}}}
        }]),
        ParameterOptions::default(),
    );
    assert_eq!(text.query("q=a%2Cb"), Ok(json!({"q": "a,b"})));
    assert_eq!(text.query("q=a%2Cbc"), Err(vec!["schema q".to_owned()]));
}

#[test]
fn forms() {
    let form = json!({"application/x-www-form-urlencoded": {
        "schema": {"type": "object", "required": ["a"], "properties": {
            "a": {"type": "integer"}, "list": {"type": "array", "items": {"type": "integer"}},
            "piped": {"type": "array", "items": {"type": "string"}}
        }},
        "encoding": {"piped": {"style": "pipeDelimited"}}
    }});
    let whole = json!([{"name": "q", "in": "querystring", "content": form}]);
    let whole = compile("3.2.0", &whole, ParameterOptions::default());
    let decoded = |query| {
        let all = whole.decode(&[], query, &[]).map_err(|errors| errors.to_string())?;
        Ok::<_, String>(all["querystring"]["q"].clone())
    };
    let value = json!({"a": 1, "b": " ", "list": [7], "piped": ["x", "y"]});
    assert_eq!(decoded("list=7&a=1&b=+&piped=x%7Cy"), Ok(value));
    assert_eq!(decoded(""), Ok(Value::Null));
    for (query, error) in [
        ("b=1", "querystring parameter \"q\": "),
        ("a=1&a=2", "querystring parameter \"q\" at /a: the name occurs more than once"),
        ("a=%zz", "querystring parameter \"q\": the text is not valid percent-encoded UTF-8"),
    ] {
        let found = decoded(query).unwrap_err();
        assert!(found.starts_with(error), "{found}");
    }
    let value = Instance::from(&json!({"a": 1, "list": [1, 2], "b": "x y"}));
    assert_eq!(
        parameter::encode(&whole.plans.as_slice()[0], value.root()).as_deref(),
        Ok("a=1&b=x%20y&list=1&list=2")
    );

    let inside = compile(
        "3.1.2",
        &json!([{"name": "q", "in": "query", "content": form}]),
        ParameterOptions::default(),
    );
    assert_eq!(inside.query("q=a%3D1%26b%3Da%2520b"), Ok(json!({"q": {"a": 1, "b": "a b"}})));
}

#[test]
fn nested_values_are_reported_at_build() {
    let nested = json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}});
    let found = compile("3.1.2", &query_parameter(&nested), ParameterOptions::default()).found;
    let codes: Vec<_> = found.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["SER-014"]);
}

#[test]
fn errors_are_capped() {
    let names: Vec<_> = (0..100)
        .map(|number| json!({"name": format!("p{number}"), "in": "query", "required": true, "schema": {}}))
        .collect();
    let compiled = compile("3.1.2", &Value::Array(names), ParameterOptions::default());
    assert_eq!(compiled.query("").unwrap_err().len(), brrtrouter::limits::parameter::ERRORS_MAX);
}

#[test]
fn primitive_parameters_decode_and_validate_without_allocating() {
    let parameters = json!([
        {"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}},
        {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 20}},
        {"name": "page", "in": "query", "schema": {"type": "integer", "maximum": 1000}},
        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
        {"name": "session", "in": "cookie", "schema": {"type": "string"}}
    ]);
    let compiled = compile("3.1.2", &parameters, ParameterOptions::default());
    let fields = [FieldLine::new("x-trace", "abc"), FieldLine::new("cookie", "a=b; session=xyz")];
    let input =
        ParameterInput { captures: &[("id", "42")], query: Some("page=3&q=a+b%21&other=1"), fields: &fields };
    let mut values = None;
    let counted = allocation_counter::measure(|| {
        values = parameter::decode(&compiled.plans, &input, &compiled.schemas).ok()
    });
    assert_eq!(counted.count_total, 0);
    let values = values.unwrap();
    let read: Vec<_> = (0..5).filter_map(|position| values.at(position)).map(InstanceNode::to_json).collect();
    assert_eq!(Value::Array(read), json!([42, "a b!", 3, "abc", "xyz"]));
}
