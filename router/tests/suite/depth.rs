//! What recurses runs to its greatest depth on the stack that it has in earnest (JSF AV 119).
//!
//! Requests are served on half the stack of a coroutine; descriptions are loaded and compiled on threads of the operating system,
//! which Rust gives 2 MiB. An overflow ends the process, and so the test. Builds without optimisation have larger frames: they
//! get a stated multiple of the stack.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use std::fmt::Write as _;

use brrtrouter::description::text::TextLimits;
use brrtrouter::limits::{self, json, load, schema, text};
use brrtrouter::schema::instance::{JsonLimits, parse_json};
use brrtrouter::schema::{AccessPolicy, SchemaOptions};
use brrtrouter::{
    Api, ApiOptions, Captures, Description, Handlers, Otherwise, Problem, Response, RouteTable, TestResponse,
    echo,
};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

/// How much larger stacks are where nothing is optimised.
const DEBUG_FACTOR: usize = if cfg!(debug_assertions) { 8 } else { 1 };
/// Half the stack of a coroutine that serves a connection, which has 256 KiB: the other half is the transport's and the
/// handler's.
const SERVE_STACK_BYTES: usize = DEBUG_FACTOR * 128 * 1024;
/// What of it choosing an operation may take.
const MATCH_STACK_BYTES: usize = DEBUG_FACTOR * 16 * 1024;
/// The stack of a thread that builds.
const BUILD_STACK_BYTES: usize = 2 * 1024 * 1024;

fn on_stack<T: Send>(bytes: usize, run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap()
    })
}

fn nested(open: &str, inner: &str, close: &str, count: u32) -> String {
    let count = usize::try_from(count).unwrap();
    format!("{}{inner}{}", open.repeat(count), close.repeat(count))
}

/// Members and items in turn, as deep as a text may be: an object of objects of arrays.
fn deep_json(levels: u32) -> String {
    nested("{\"c\":[", "{\"c\":[]}", "]}", (levels - 2) / 2)
}

const DEEP: &str = r##"
openapi: 3.1.2
info: { title: Deep, version: "1" }
paths:
  /json:
    post:
      operationId: json
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Deep" } } } }
      responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Deep" } } } } }
  /xml:
    post:
      requestBody: { content: { application/xml: { schema: { $ref: "#/components/schemas/Element" } } } }
      responses: { "200": { description: ok, content: { application/json: {} } } }
  /form:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded: { schema: { type: object, properties: { a: { $ref: "#/components/schemas/Deep" } } }, encoding: { a: { contentType: application/json } } }
          multipart/form-data: { schema: { type: object, properties: { a: { $ref: "#/components/schemas/Deep" } } } }
      responses: { "200": { description: ok, content: { application/json: {} } } }
  /query:
    get:
      parameters: [{ name: a, in: query, content: { application/json: { schema: { $ref: "#/components/schemas/Deep" } } } }]
      responses: { "200": { description: ok, content: { application/json: {} } } }
  /problem:
    get:
      operationId: problem
      responses: { default: { description: a problem, content: { application/problem+json: {}, application/problem+xml: {} } } }
components:
  schemas:
    Deep:
      type: object
      unevaluatedProperties: false
      anyOf: [{ $ref: "#/components/schemas/Members" }, { enum: [7, { c: [{ c: [{ c: [] }] }] }] }]
    Members:
      oneOf: [{ type: object, properties: { c: { $ref: "#/components/schemas/List" }, d: { default: { e: [1] } }, r: { readOnly: true }, w: { writeOnly: true } } }, { type: integer }]
    List: { type: array, uniqueItems: true, items: { $ref: "#/components/schemas/Deep" } }
    Element: { type: object, xml: { name: e }, properties: { e: { $ref: "#/components/schemas/Element" } } }
"##;

#[derive(Deserialize, Serialize)]
struct Deep {
    c: Vec<Deep>,
}

fn api() -> Api {
    let description = Description::from_text("deep.yaml", DEEP).unwrap();
    let handlers = Handlers::new()
        .on("json", |cx| Ok(Response::json(&cx.body::<Deep>()?)))
        .on("problem", |_| {
            let levels = nested("[", "1", "]", 120);
            let value: serde_json::Value = serde_json::from_str(&levels).unwrap();
            Err(Problem::new(StatusCode::CONFLICT).with_extension("deep", value))
        })
        .otherwise(Otherwise::Handler(echo()));
    let schema = SchemaOptions {
        read_only: AccessPolicy::Strip,
        write_only: AccessPolicy::Strip,
        fill_defaults: true,
        ..SchemaOptions::default()
    };
    let options = ApiOptions { schema, ..ApiOptions::default() };
    Api::builder(&description).handlers(handlers).options(options).build().unwrap()
}

fn served(api: &Api, run: impl FnOnce(&Api) -> TestResponse + Send) -> TestResponse {
    on_stack(SERVE_STACK_BYTES, || run(api))
}

/// Decoding, validation, stripping, filling, deserialization, serialization and the response's check in one go.
#[test]
fn the_deepest_json_is_served() {
    let api = api();
    let post =
        |body: String| served(&api, |api| api.test().post("/json").content("application/json", body).send());
    let response = post(deep_json(json::NESTING_MAX));
    assert_eq!(response.status(), 200, "{}", response.text());
    let wrong = deep_json(json::NESTING_MAX).replace("[]", "[false]");
    assert_eq!(post(wrong).status(), 400);
    let deeper = nested("{\"c\":[", "", "]}", json::NESTING_MAX);
    assert_eq!(post(deeper).status(), 400);
}

#[test]
fn the_deepest_xml_is_served() {
    let api = api();
    let post =
        |body: String| served(&api, |api| api.test().post("/xml").content("application/xml", body).send());
    let deep = nested("<e>", "", "</e>", json::NESTING_MAX - 2);
    let response = post(deep.clone());
    assert_eq!(response.status(), 200, "{}", response.text());
    assert_eq!(post(deep.replace("<e></e>", "<e>text</e>")).status(), 400);
    assert_eq!(post(nested("<e>", "", "</e>", 10 * json::NESTING_MAX)).status(), 400);
}

#[test]
fn the_deepest_parts_of_forms_are_served() {
    let api = api();
    let deep = deep_json(json::NESTING_MAX - 2);
    let form = format!("a={}", deep.replace('"', "%22"));
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: application/json\r\n\r\n{deep}\r\n--b--\r\n"
    );
    for (media_type, body) in
        [("application/x-www-form-urlencoded", form), ("multipart/form-data; boundary=b", multipart)]
    {
        for (body, status) in [(body.replace("[]", "[false]"), 400), (body, 200)] {
            let response = served(&api, |api| api.test().post("/form").content(media_type, body).send());
            assert_eq!(response.status(), status, "{media_type}: {}", response.text());
        }
    }
}

#[test]
fn the_deepest_parameter_is_served() {
    let api = api();
    let deep = deep_json(json::NESTING_MAX - 2);
    for (value, status) in [(deep.replace("[]", "[false]"), 400), (deep, 200)] {
        let target =
            format!("/query?a={}", value.replace('"', "%22").replace('{', "%7B").replace('}', "%7D"));
        let target = target.replace('[', "%5B").replace(']', "%5D");
        assert!(target.len() < limits::TARGET_BYTES_MAX);
        let response = served(&api, |api| api.test().get(target).send());
        assert_eq!(response.status(), status, "{}", response.text());
    }
}

#[test]
fn the_deepest_problem_is_written() {
    let api = api();
    for accept in ["application/problem+json", "application/problem+xml"] {
        let response = served(&api, |api| api.test().get("/problem").field("Accept", accept).send());
        assert_eq!((response.status().as_u16(), response.field("Content-Type")), (409, Some(accept)));
    }
}

/// Every way in which serde comes back to a value: options, newtypes, tuples, structs and variants inside one another.
#[test]
fn deep_values_are_deserialized() {
    #[derive(Deserialize, Debug)]
    enum Choice {
        Newtype(Box<Choice>),
        Tuple(Box<Choice>, ()),
        Struct { inner: Option<Box<Choice>> },
        End,
    }
    fn depth(choice: &Choice) -> u32 {
        match choice {
            Choice::Newtype(inner) | Choice::Tuple(inner, _) => 1 + depth(inner),
            Choice::Struct { inner } => 1 + inner.as_deref().map_or(0, depth),
            Choice::End => 0,
        }
    }
    // A round takes five levels of the text, and three of the value.
    let open = r#"{"Newtype":{"Tuple":[{"Struct":{"inner":"#;
    let rounds = (json::NESTING_MAX - 1) / 5;
    let text = nested(open, "\"End\"", "}},null]}}", rounds);
    let levels = nested("[", "1", "]", json::NESTING_MAX);
    on_stack(SERVE_STACK_BYTES, || {
        let limits = JsonLimits::default();
        let instance = parse_json(text.as_bytes(), &limits).unwrap();
        assert_eq!(depth(&Choice::deserialize(instance.root()).unwrap()), 3 * rounds);
        let instance = parse_json(levels.as_bytes(), &limits).unwrap();
        let value = serde_json::Value::deserialize(instance.root()).unwrap();
        assert_eq!(value.to_string(), levels);
        assert_eq!(instance.root().to_json(), value);
        assert_eq!(serde_json::to_string(&instance.root()).unwrap(), levels);
        let mut copied = String::new();
        instance.root().write_json(&mut copied);
        assert_eq!(copied, levels);
    });
}

/// More items than are compared in pairs are told apart by hashes of all they hold.
#[test]
fn the_deepest_unique_items_are_judged() {
    let levels = json::NESTING_MAX - 1;
    let items: Vec<_> = (0..20).map(|at| nested("[", &at.to_string(), "]", levels)).collect();
    let twice = [items.clone(), items.clone()].concat();
    on_stack(SERVE_STACK_BYTES, || {
        for (items, are_unique) in [(items, true), (twice, false)] {
            let text = format!("[{}]", items.join(","));
            let instance = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
            assert_eq!(instance.root().items_are_unique(), are_unique);
        }
    });
}

#[test]
fn the_deepest_constant_is_compared() {
    let constant = nested("[", "1", "]", json::NESTING_MAX);
    let text = DEEP
        .replace("xml: { name: e }", &format!("const: {constant}"))
        .replace("type: object, const", "const");
    let text = text.replace("application/xml", "application/json");
    let description = Description::from_text("deep.yaml", &text).unwrap();
    let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    for (body, status) in [(constant.replace('1', "2"), 400), (constant, 200)] {
        let response = served(&api, |api| api.test().post("/xml").content("application/json", body).send());
        assert_eq!(response.status(), status, "{}", response.text());
    }
}

/// As many templates with several expressions in one segment as may be tried on it, no two of which fit one path.
#[test]
fn the_most_mixtures_are_built() {
    let mut builder = RouteTable::builder();
    for at in 0..limits::MATCH_MIXTURES_MAX {
        let template = format!("/m/{at:03}{{a}}-{{b}}");
        builder.add(&Method::GET, &template, u32::try_from(at).unwrap()).unwrap();
    }
    let table = on_stack(BUILD_STACK_BYTES, || builder.build()).unwrap();
    on_stack(MATCH_STACK_BYTES, || {
        let outcome = table.find(&Method::GET, "/m/127x-y", &mut Captures::new());
        assert!(matches!(outcome, brrtrouter::RouteOutcome::Found(_)), "{outcome:?}");
    });
}

/// A path may have as many segments as octets, and a template as many expressions as there may be: matching needs a stack
/// that depends on neither.
#[test]
fn matching_needs_a_bounded_stack() {
    let mut builder = RouteTable::builder();
    let expressions = (0..limits::PATH_EXPRESSIONS_MAX).fold(String::new(), |mut template, at| {
        write!(template, "/{{p{at}}}").unwrap();
        template
    });
    let literals = "/a".repeat(limits::TARGET_BYTES_MAX / 2);
    let mixtures = (0..6).map(|at| format!("/m/{}{{a}}-{{b}}", "x".repeat(at)));
    let templates = [expressions, literals.clone()].into_iter().chain(mixtures);
    for (operation, template) in (0..).zip(templates) {
        builder.add(&Method::GET, &template, operation).unwrap();
    }
    let table = on_stack(BUILD_STACK_BYTES, || builder.build()).unwrap();
    let long = format!("/{}", "b".repeat(limits::TARGET_BYTES_MAX - 1));
    let slashes = "/".repeat(limits::TARGET_BYTES_MAX);
    let escaped = "/%61".repeat(limits::TARGET_BYTES_MAX / 4);
    let many = "/b".repeat(limits::PATH_EXPRESSIONS_MAX);
    let mixed = format!("/m/{}", "x-".repeat(1000));
    let paths = [
        (&literals, true),
        (&many, true),
        (&mixed, true),
        (&long, false),
        (&slashes, false),
        (&escaped, false),
    ];
    on_stack(MATCH_STACK_BYTES, || {
        for (path, is_found) in paths {
            let mut captures = Captures::new();
            let outcome = table.find(&Method::GET, path, &mut captures);
            let found = matches!(outcome, brrtrouter::RouteOutcome::Found(_));
            assert_eq!(found, is_found, "{} bytes: {outcome:?}", path.len());
        }
    });
}

/// Loading what is nested as deep as a text may be, 3.0 with its upgrade, and building an API of it.
#[test]
fn the_deepest_description_is_built() {
    let depth_max = text::DEPTH_MAX;
    assert_eq!(TextLimits::default().depth_max, depth_max);
    for (version, levels) in [("3.1.2", depth_max - 6), ("3.0.4", depth_max - 6)] {
        let schema = nested("{\"not\":", "{}", "}", levels);
        let example = nested("[", "1", "]", levels);
        let text = format!(
            r##"{{"openapi": "{version}", "info": {{"title": "t", "version": "1"}}, "paths": {{"/x": {{"post": {{
                "requestBody": {{"content": {{"application/json": {{"schema": {{"$ref": "#/components/schemas/A"}}}}}}}},
                "responses": {{"200": {{"description": "d"}}}}}}}}}},
                "components": {{"schemas": {{"A": {schema}, "B": {{"type": "array", "enum": [{example}]}}}}}}}}"##
        );
        on_stack(BUILD_STACK_BYTES, || {
            let description = Description::from_text("deep.json", text.as_str()).unwrap();
            let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
            Api::builder(&description).handlers(handlers).build().map(drop).unwrap();
        });
    }
}

/// The shape of a schema is looked for through as many references, on as many levels, as the bounds allow.
#[test]
fn the_deepest_shape_is_found() {
    let levels = u32::from(schema::ACCESS_LEVELS_MAX);
    // Each step is an `allOf` and a `$ref`.
    let steps = u32::from(schema::SHAPE_REFERENCES_MAX) / 2;
    let mut schemas = serde_json::Map::new();
    for level in 0..levels + 2 {
        for step in 0..steps {
            let next = format!("#/components/schemas/L{level}S{}", step + 1);
            schemas.insert(format!("L{level}S{step}"), serde_json::json!({ "allOf": [{ "$ref": next }] }));
        }
        let inside =
            serde_json::json!({ "$ref": format!("#/components/schemas/L{}S0", (level + 1) % (levels + 2)) });
        let last =
            serde_json::json!({ "properties": { "a": inside, "b": { "readOnly": true, "default": [1] } } });
        schemas.insert(format!("L{level}S{steps}"), last);
    }
    let text = serde_json::json!({
        "openapi": "3.1.2", "info": { "title": "t", "version": "1" },
        "paths": { "/x": { "post": {
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/L0S0" } } } },
            "responses": { "200": { "description": "d" } } } } },
        "components": { "schemas": schemas },
    });
    let text = text.to_string();
    on_stack(BUILD_STACK_BYTES, || {
        let description = Description::from_text("shape.json", text.as_str()).unwrap();
        let schema =
            SchemaOptions { read_only: AccessPolicy::Strip, fill_defaults: true, ..SchemaOptions::default() };
        let options = ApiOptions { schema, ..ApiOptions::default() };
        let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
        Api::builder(&description).handlers(handlers).options(options).build().map(drop).unwrap();
    });
}

/// Documents, references and meta-schemas that lead to one another as far as they may.
#[test]
fn the_longest_chains_are_built() {
    const STANDARD: &str = "https://json-schema.org/draft/2020-12/schema";
    let meta = |at: u8| format!("https://example.com/m{at}");
    let references = u32::try_from(load::REFERENCE_CHAIN_MAX).unwrap();
    let mut parameters = serde_json::Map::new();
    for at in 0..references - 1 {
        let next = serde_json::json!({ "$ref": format!("#/components/parameters/P{}", at + 1) });
        parameters.insert(format!("P{at}"), next);
    }
    let last =
        serde_json::json!({ "name": "a", "in": "query", "schema": { "$ref": "#/components/schemas/S0" } });
    parameters.insert(format!("P{}", references - 1), last);
    let mut schemas = serde_json::Map::new();
    // Each link is an `anyOf` and a `$ref`.
    let links = schema::SAME_VALUE_MAX / 2 - 1;
    for at in 0..links {
        let next = serde_json::json!({ "anyOf": [{ "$ref": format!("#/components/schemas/S{}", at + 1) }] });
        schemas.insert(format!("S{at}"), next);
    }
    for at in 0..schema::META_SCHEMA_CHAIN_MAX {
        let above = if at + 1 == schema::META_SCHEMA_CHAIN_MAX { STANDARD.to_owned() } else { meta(at + 1) };
        schemas.insert(format!("M{at}"), serde_json::json!({ "$id": meta(at), "$schema": above }));
    }
    let last = serde_json::json!({ "$id": "https://example.com/s", "$schema": meta(0), "type": "integer" });
    schemas.insert(format!("S{links}"), last);
    let text = serde_json::json!({
        "openapi": "3.1.2", "info": { "title": "t", "version": "1" },
        "paths": { "/x": { "get": {
            "parameters": [{ "$ref": "#/components/parameters/P0" }], "responses": { "204": { "description": "d" } } } } },
        "components": { "schemas": schemas, "parameters": parameters },
    });
    let text = text.to_string();
    let api = on_stack(BUILD_STACK_BYTES, || {
        let description = Description::from_text("chains.json", text.as_str()).unwrap();
        let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
        Api::builder(&description).handlers(handlers).build()
    });
    let api = api.map_err(|faults| faults.to_string()).unwrap();
    let status = |target: &'static str| served(&api, move |api| api.test().get(target).send()).status();
    assert_eq!(status("/x?a=x"), 400);
}
