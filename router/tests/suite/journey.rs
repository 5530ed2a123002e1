//! The whole journey from outside: what it allocates, what it does with handlers that fail, and what it refuses to build.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use brrtrouter::schema::{AccessPolicy, SchemaOptions};
use brrtrouter::{
    Api, ApiKeys, ApiOptions, BodySource, BytesBody, Connection, Description, EmptyBody, FieldLine, Handlers,
    Otherwise, Principal, Problem, RequestHead, Response, SecurityProviders, echo,
};
use http::Method;

const PETS: &str = r##"
openapi: 3.1.2
info: { title: Pets, version: "1" }
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
        - { name: verbose, in: query, schema: { type: boolean } }
        - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
        - { name: X-Trace, in: header, schema: { type: string, maxLength: 40 } }
      responses: { "204": { description: nothing } }
  /secret:
    get:
      operationId: getSecret
      security: [{ key: [] }]
      responses: { "204": { description: nothing } }
  /pets:
    post:
      operationId: addPet
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "204": { description: nothing } }
components:
  schemas:
    Pet:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: { type: string, minLength: 1, maxLength: 60 }
        tags: { type: array, maxItems: 8, items: { type: string } }
        weight: { type: number, exclusiveMinimum: 0 }
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
"##;

fn pets(handlers: Handlers) -> Api {
    let description = Description::from_text("pets.yaml", PETS).unwrap();
    let providers =
        SecurityProviders::new().on("key", ApiKeys::new().with_key("right", Principal::new("ada")));
    Api::builder(&description).handlers(handlers).security(providers).build().unwrap()
}

fn answering() -> Handlers {
    Handlers::new()
        .on("getPet", |_| Ok(Response::no_content()))
        .on("getSecret", |_| Ok(Response::no_content()))
        .on("addPet", |_| Ok(Response::no_content()))
}

/// How many heap allocations a request costs, from its head to the end of the response value.
fn allocations(
    api: &Api,
    (method, target): (&Method, &str),
    fields: &[FieldLine<'_>],
    body: &mut dyn BodySource,
) -> (u16, u64) {
    let connection = Connection::default();
    let mut status = 0;
    let info = allocation_counter::measure(|| {
        let head = RequestHead::new(method.clone(), target, fields).unwrap();
        let response = api.answer(&head, &connection, body);
        status = black_box(response).status().as_u16();
    });
    (status, info.count_total)
}

#[test]
fn simple_requests_and_refusals_allocate_nothing() {
    let api = pets(answering());
    let fields = [FieldLine::new("Host", "localhost"), FieldLine::new("X-Trace", "abc-123")];
    let cases = [
        (Method::GET, "/pets/7?verbose=true&limit=20", 204),
        (Method::HEAD, "/pets/7", 204),
        (Method::GET, "/nowhere/at/all", 404),
        (Method::DELETE, "/pets/7", 405),
        (Method::GET, "/secret", 401),
        (Method::OPTIONS, "/pets/7", 204),
    ];
    for (method, target, expected) in cases {
        let counted = allocations(&api, (&method, target), &fields, &mut EmptyBody);
        assert_eq!(counted, (expected, 0), "{method} {target}");
    }
    let fields = [FieldLine::new("X-Key", "right")];
    assert_eq!(
        allocations(&api, (&Method::GET, "/secret"), &fields, &mut EmptyBody),
        (204, 0),
        "a credential"
    );
}

/// The octets of the body and the text of its tree, whose first nodes lie inline; validation and the answer add nothing.
#[test]
fn a_json_post_allocates_its_content_alone() {
    let api = pets(answering());
    let count = |text: &str, length: &str| {
        let fields =
            [FieldLine::new("Content-Type", "application/json"), FieldLine::new("Content-Length", length)];
        allocations(&api, (&Method::POST, "/pets"), &fields, &mut BytesBody::new(text.as_bytes()))
    };
    let small = r#"{"name":"Ada","weight":3.5,"tags":["a"]}"#;
    assert_eq!(count(small, &small.len().to_string()), (204, 2));
    let large =
        format!(r#"{{"name":"{}","weight":3.5,"tags":["a","b","c","d","e","f","g","h"]}}"#, "A".repeat(60));
    assert_eq!(count(&large, &large.len().to_string()), (204, 2), "as many as for the small one");
    // A refusal lists its errors, most of it the validator's work.
    let (status, refused) = count("{}", "2");
    assert_eq!(status, 400);
    assert!(refused <= 19, "{refused} allocations");
}

/// HTTP-005 holds for targets that never reach a route as well.
#[test]
fn an_answer_to_head_has_no_content() {
    let api = pets(answering());
    for target in ["/pets/7", "/nowhere", "no path", "/pets/%", "*"] {
        let response = api.test().request(Method::HEAD, target).send();
        assert!(response.bytes().is_empty(), "{target}: {}", response.text());
    }
}

#[test]
fn a_handler_that_panics_is_a_500_that_tells_nothing() {
    let api = pets(answering().otherwise(Otherwise::NotImplemented));
    assert_eq!(api.test().get("/pets/7").send().status(), 204);
    let handlers = Handlers::new()
        .on("getPet", |cx| match cx.path::<u32>("id")? {
            1 => panic!("the secret is 42"),
            2 => Err(Problem::internal(&std::io::Error::other("the secret is 42"))),
            3 => Ok(Response::json(&cx.query::<Option<u32>>("limit")?)),
            4 => Ok(Response::text("an undeclared status").with_status(http::StatusCode::IM_A_TEAPOT)),
            _ => Ok(Response::no_content()),
        })
        .otherwise(Otherwise::NotImplemented);
    let api = pets(handlers);
    for (id, status) in [(1, 500), (2, 500), (3, 500), (4, 500), (5, 204)] {
        let response = api.test().get(format!("/pets/{id}")).send();
        assert_eq!(response.status(), status, "{id}");
        assert!(!response.text().contains("secret"), "{id}: {}", response.text());
    }
    assert_eq!(api.test().get("/secret").field("X-Key", "right").send().status(), 501);
    assert_eq!(api.test().get("/secret").field("X-Key", "wrong").send().status(), 401);
}

#[test]
fn a_handler_sees_the_decoded_request() {
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let handlers = answering_but_get(move |cx| {
        let parts = (
            cx.path::<u64>("id")?,
            cx.query::<Option<bool>>("verbose")?,
            cx.query::<Option<u8>>("limit")?,
            cx.header::<Option<&str>>("x-trace")?.map(str::to_owned),
        );
        sink.lock().map_err(|_| Problem::internal(&std::fmt::Error))?.push(parts);
        Ok(Response::no_content())
    });
    let api = pets(handlers);
    assert_eq!(api.test().get("/pets/7?limit=9").field("X-Trace", "t").send().status(), 204);
    assert_eq!(api.test().get("/pets/8?verbose=false").send().status(), 204);
    let expected = [(7, None, Some(9), Some("t".to_owned())), (8, Some(false), None, None)];
    assert_eq!(*seen.lock().unwrap(), expected);
}

fn answering_but_get(
    get: impl Fn(&brrtrouter::Context<'_>) -> Result<Response, Problem> + Send + Sync + 'static,
) -> Handlers {
    Handlers::new()
        .on("getPet", get)
        .on("getSecret", |_| Ok(Response::no_content()))
        .on("addPet", |_| Ok(Response::no_content()))
}

#[test]
fn registry_and_description_must_fit() {
    let description = Description::from_text("pets.yaml", PETS).unwrap();
    let providers = || SecurityProviders::new().on("key", ApiKeys::new());
    let build = |handlers: Handlers| {
        Api::builder(&description)
            .handlers(handlers)
            .security(providers())
            .build()
            .map(|_| ())
            .map_err(|faults| faults.to_string())
    };
    let others = Handlers::new()
        .on("getSecret", |_| Ok(Response::no_content()))
        .on("addPet", |_| Ok(Response::no_content()));
    let missing = build(others).unwrap_err();
    assert!(missing.contains("no handler is registered for `getPet`"), "{missing}");
    let unknown = build(answering().on("getPets", |_| Ok(Response::no_content()))).unwrap_err();
    assert!(unknown.contains("`getPets`") && unknown.contains("did you mean `getPet`"), "{unknown}");
    let twice = build(answering().on("getPet", |_| Ok(Response::no_content()))).unwrap_err();
    assert!(twice.contains("two handlers are registered for `getPet`"), "{twice}");
    let no_provider = Api::builder(&description).handlers(answering()).build().unwrap_err().to_string();
    assert!(no_provider.contains("`key`"), "{no_provider}");
    assert_eq!(build(Handlers::new().otherwise(Otherwise::Handler(echo()))), Ok(()));
}

#[test]
fn handlers_are_named_by_extensions() {
    let text = r#"
openapi: 3.1.2
info: { title: Names, version: "1" }
paths:
  /a:
    x-handler-get: fromItem
    get: { operationId: a, responses: { "204": { description: ok } } }
    put: { operationId: b, x-handler: fromOperation, responses: { "204": { description: ok } } }
    post: { operationId: c, x-handler: other, x-brrtrouter-handler: ours, responses: { "204": { description: ok } } }
    delete: { operationId: d, responses: { "204": { description: ok } } }
"#;
    let description = Description::from_text("names.yaml", text).unwrap();
    let named = ["fromItem", "fromOperation", "ours", "d"];
    let handlers = named.into_iter().fold(Handlers::new(), |handlers, name| {
        handlers.on(name, move |_| Ok(Response::no_content().with_field("X-Name", name)))
    });
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    for (method, name) in [
        (Method::GET, "fromItem"),
        (Method::PUT, "fromOperation"),
        (Method::POST, "ours"),
        (Method::DELETE, "d"),
    ] {
        assert_eq!(api.test().request(method, "/a").send().field("X-Name"), Some(name));
    }
    let broken = text.replace("x-handler: fromOperation", "x-handler: 7");
    let description = Description::from_text("names.yaml", broken.as_str()).unwrap();
    let faults =
        Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::NotImplemented)).build();
    assert!(faults.unwrap_err().to_string().contains("DOC-017"));
}

#[test]
fn read_only_members_and_defaults_follow_the_policy() {
    let text = r#"
openapi: 3.1.2
info: { title: Access, version: "1" }
paths:
  /x:
    post:
      operationId: x
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                id: { type: integer, readOnly: true }
                size: { type: integer, default: 3 }
                name: { type: string }
      responses: { "200": { description: ok, content: { application/json: {} } } }
"#;
    let description = Description::from_text("access.yaml", text).unwrap();
    let sent = serde_json::json!({ "id": 1, "name": "a" });
    let cases = [
        (AccessPolicy::Ignore, false, Some(serde_json::json!({ "id": 1, "name": "a" }))),
        (AccessPolicy::Strip, false, Some(serde_json::json!({ "name": "a" }))),
        (AccessPolicy::Strip, true, Some(serde_json::json!({ "name": "a", "size": 3 }))),
        (AccessPolicy::Reject, true, None),
    ];
    for (read_only, fill_defaults, expected) in cases {
        let schema = SchemaOptions { read_only, fill_defaults, ..SchemaOptions::default() };
        let api = Api::builder(&description)
            .handlers(Handlers::new().otherwise(Otherwise::Handler(echo())))
            .options(ApiOptions { schema, ..ApiOptions::default() })
            .build()
            .unwrap();
        let response = api.test().post("/x").json(&sent).send();
        match expected {
            Some(expected) => {
                let seen: serde_json::Value = response.json().unwrap();
                assert_eq!(seen["body"], expected, "{read_only:?} {fill_defaults}");
            }
            None => {
                assert_eq!(response.status(), 400);
                assert!(response.text().contains("\"/id\""), "{}", response.text());
            }
        }
    }
}

#[test]
fn unregistered_operations_answer_with_their_examples() {
    let text = r#"
openapi: 3.1.2
info: { title: Examples, version: "1" }
paths:
  /json: { get: { responses: { "404": { description: no }, "201": { description: ok, content: { application/json: { example: { a: [1, 2.50] } } } } } } }
  /text: { get: { responses: { "200": { description: ok, content: { text/plain: { examples: { b: { value: plain } } }, application/json: { example: "quoted" } } } } } }
  /none: { get: { responses: { "200": { description: ok, content: { application/json: {} } } } } }
  /bare: { get: { responses: { "204": { description: ok } } } }
"#;
    let description = Description::from_text("examples.yaml", text).unwrap();
    let api =
        Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::Example)).build().unwrap();
    for (target, accept, status, content) in [
        ("/json", "*/*", 201, r#"{"a":[1,2.50]}"#),
        ("/text", "text/*", 200, "plain"),
        ("/text", "application/json", 200, r#""quoted""#),
        ("/bare", "*/*", 204, ""),
    ] {
        let response = api.test().get(target).field("Accept", accept).send();
        assert_eq!((response.status().as_u16(), &*response.text()), (status, content), "{target} {accept}");
    }
    assert_eq!(api.test().get("/none").send().status(), 501);
}

#[test]
fn deadlines_are_measured_with_the_given_clock() {
    let start = Instant::now();
    let readings = AtomicU64::new(0);
    // Each reading is a second after the one before.
    let clock = move || start + Duration::from_secs(readings.fetch_add(1, Ordering::Relaxed));
    let description = Description::from_text("pets.yaml", PETS).unwrap();
    let handlers = answering_but_get(move |cx| {
        let seen = (cx.deadline().map(|deadline| deadline - start), cx.is_cancelled(), cx.is_cancelled());
        assert_eq!(seen, (Some(Duration::from_secs(2)), false, true));
        Ok(Response::no_content())
    });
    let options = ApiOptions { request_time_max: Some(Duration::from_secs(2)), ..ApiOptions::default() };
    let providers = SecurityProviders::new().on("key", ApiKeys::new());
    let api = Api::builder(&description).handlers(handlers).security(providers).options(options).clock(clock);
    assert_eq!(api.build().unwrap().test().get("/pets/7").send().status(), 204);
}

/// HTTP-014: what a response says is the handler's affair, whatever its media type; a problem speaks the client's language.
#[test]
fn only_a_problem_has_the_format_that_the_request_prefers() {
    let text = r#"
openapi: 3.1.2
info: { title: Formats, version: "1" }
paths:
  /{kind}:
    get:
      operationId: get
      parameters: [{ name: kind, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: ok, content: { "*/*": {} } }, default: { description: else, content: { "*/*": {} } } }
"#;
    let description = Description::from_text("formats.yaml", text).unwrap();
    let handlers = Handlers::new().on("get", |cx| match cx.path::<&str>("kind")? {
        "json" => Ok(Response::json(&1)),
        "own" => Ok(Response::bytes("application/problem+json", b"{}".to_vec())),
        "problem" => Err(Problem::new(http::StatusCode::CONFLICT)),
        "fault" => Ok(Response::text("a").with_field("X-A", "a\r\nb")),
        _ => Ok(Response::no_content()),
    });
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    let (json, xml) = (Some("application/problem+json"), Some("application/problem+xml"));
    for (target, status, preferring_xml, preferring_json) in [
        ("/json", 200, Some("application/json"), Some("application/json")),
        ("/own", 200, json, json),
        ("/empty", 204, None, None),
        ("/problem", 409, xml, json),
        ("/fault", 500, xml, json),
        ("/not/found", 404, xml, json),
    ] {
        for (accept, expected) in [
            ("application/problem+xml, */*;q=0.1", preferring_xml),
            ("application/json, */*;q=0.1", preferring_json),
        ] {
            let response = api.test().get(target).field("Accept", accept).send();
            assert_eq!(response.status(), status, "{target}");
            assert_eq!(response.field("Content-Type"), expected, "{target} {accept}");
            assert_eq!(response.text().starts_with("<?xml"), expected == xml, "{target} {accept}");
        }
    }
}

/// A schema that only a reference reaches is looked at when it is compiled, and no sooner.
#[test]
fn what_the_schema_compiler_finds_is_told_by_the_api() {
    let text = r##"
openapi: 3.1.2
info: { title: Warned, version: "1" }
paths:
  /x:
    get:
      parameters: [{ name: a, in: query, schema: { $ref: "#/components/schemas/S/x-own/inner" } }]
      responses: { "204": { description: ok } }
components:
  schemas:
    S: { x-own: { inner: { type: string, pattern: '^a\-b$' } } }
"##;
    let description = Description::from_text("warned.yaml", text).unwrap();
    let handlers = Handlers::new().on("get_x", |_| Ok(Response::no_content()));
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    let told: Vec<_> =
        api.diagnostics().iter().map(|one| (one.code.to_string(), &*one.place.pointer)).collect();
    assert_eq!(told, [("SCH-022".to_owned(), "/components/schemas/S/x-own/inner/pattern")]);
    assert_eq!(api.test().get("/x?a=a-b").send().status(), 204);
}

/// An API with one operation that takes JSON content of the component schema `S0`; `None` where it is refused.
fn taking(schemas: &serde_json::Value) -> Option<Api> {
    let text = serde_json::json!({
        "openapi": "3.1.2", "info": { "title": "Hostile", "version": "1" },
        "paths": { "/x": { "post": {
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S0" } } } },
            "responses": { "200": { "description": "ok", "content": { "application/json": {} } } } } } },
        "components": { "schemas": schemas },
    });
    let description = Description::from_text("hostile.json", text.to_string().as_str()).unwrap();
    Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::Handler(echo()))).build().ok()
}

fn chain(
    length: usize,
    link: impl Fn(serde_json::Value) -> serde_json::Value,
    last: serde_json::Value,
) -> serde_json::Value {
    let mut schemas = serde_json::Map::new();
    for at in 0..length {
        let next = serde_json::json!({ "$ref": format!("#/components/schemas/S{}", at + 1) });
        schemas.insert(format!("S{at}"), link(next));
    }
    schemas.insert(format!("S{length}"), last);
    serde_json::Value::Object(schemas)
}

#[test]
fn a_report_about_a_deep_value_fits_a_small_stack() {
    let last = serde_json::json!({ "type": ["object", "integer"], "properties": { "c": { "$ref": "#/components/schemas/S0" } } });
    for length in [2, 12, 16, 40, 62] {
        let api =
            taking(&chain(length, |next| serde_json::json!({ "allOf": [next] }), last.clone())).unwrap();
        let body = format!("{}\"x\"{}", "{\"c\":".repeat(62), "}".repeat(62));
        // Debug builds need several times the stack of the shipped profile.
        let stack = if cfg!(debug_assertions) { 2 * 1024 * 1024 } else { 256 * 1024 };
        let status = std::thread::scope(|scope| {
            let run = || {
                api.test().post("/x").content("application/json", body.as_bytes()).send().status().as_u16()
            };
            std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, run).unwrap().join().unwrap()
        });
        assert_eq!(status, 400, "{length}");
    }
}

#[test]
fn references_that_fork_and_join_are_refused() {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let build = |length| {
            let link = |next: serde_json::Value| serde_json::json!({ keyword: [next.clone(), next] });
            taking(&chain(length, link, serde_json::json!({ "type": "integer" })))
        };
        assert!(build(8).is_some(), "{keyword}");
        assert!(build(14).is_none(), "{keyword}");
    }
}

#[test]
fn values_of_an_enum_are_found_by_value() {
    let mut options: Vec<serde_json::Value> = (0..2000).map(Into::into).collect();
    options.extend([
        serde_json::json!("a"),
        serde_json::json!([1]),
        serde_json::json!(null),
        serde_json::json!(2.5),
    ]);
    let api =
        taking(&serde_json::json!({ "S0": { "type": "array", "items": { "enum": options } } })).unwrap();
    for (body, status) in [
        ("[1.0,1999,\"a\",[1.0],null,25e-1]", 200),
        ("[2000]", 400),
        ("[\"b\"]", 400),
        ("[[2]]", 400),
        ("[true]", 400),
    ] {
        assert_eq!(api.test().post("/x").content("application/json", body).send().status(), status, "{body}");
    }
    let many = format!("[{}1999]", "1999,".repeat(100_000));
    assert_eq!(api.test().post("/x").content("application/json", many).send().status(), 200);
}
