//! Security, from outside: who is let in, what a refusal says, and that it says nothing else.

use brrtrouter::{
    Api, ApiKeys, BasicVerifier, BearerVerifier, Connection, Description, Diagnostics, EmptyBody, FieldLine,
    Handlers, Principal, RequestHead, Response, SecurityProviders, TestResponse, Verdict, secrets_are_equal,
};
use http::Method;
use serde_json::{Value, json};

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Security, version: '1' }
security: [{ key: [] }]
paths:
  /inherits:
    get: { operationId: inherits, responses: { '200': { $ref: '#/components/responses/who' } } }
  /open:
    get: { operationId: open, security: [], responses: { '200': { $ref: '#/components/responses/who' } } }
  /either:
    get:
      operationId: either
      security: [{ oauth: [read] }, { key: [], basic: [] }, {}]
      responses: { '200': { $ref: '#/components/responses/who' } }
  /write/{id}:
    post:
      operationId: write
      security: [{ oauth: [read, write] }, { basic: [] }]
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [secret] } } } }
      responses: { '200': { $ref: '#/components/responses/who' } }
components:
  responses: { who: { description: who it is, content: { application/json: { schema: { type: object } } } } }
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    basic: { type: http, scheme: BASIC }
    oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: 'https://x.org/t', scopes: { read: r, write: w } } } }
";

fn providers() -> SecurityProviders {
    SecurityProviders::new()
        .on("key", ApiKeys::new().with_key("k1", Principal::new("kim")))
        .on(
            "basic",
            BasicVerifier::new(|user, password| {
                let known = secrets_are_equal(user.as_bytes(), b"bob");
                if secrets_are_equal(password.as_bytes(), b"b:b") & known {
                    Verdict::Granted(Principal::new("bob"))
                } else {
                    Verdict::Denied
                }
            }),
        )
        .on(
            "oauth",
            BearerVerifier::new(|token| match token {
                "reader" => Verdict::Granted(Principal::new("rea").with_scopes(["read"])),
                "writer" => Verdict::Granted(Principal::new("wri").with_scopes(["read", "write"])),
                "later" => Verdict::Unavailable,
                _ => Verdict::Denied,
            }),
        )
        .with_realm("tests")
}

fn api() -> Api {
    let who = |cx: &brrtrouter::Context<'_>| {
        let security = cx.security();
        let grants: Vec<_> = security
            .grants()
            .iter()
            .map(|grant| (grant.scheme().to_owned(), grant.principal().name().to_owned()))
            .collect();
        Ok(Response::json(&json!({"grants": grants, "refused": security.is_refused()})))
    };
    let handlers = Handlers::new().on("inherits", who).on("open", who).on("either", who).on("write", who);
    let description = Description::from_text("security.yaml", DESCRIPTION).expect("a sound description");
    Api::builder(&description).handlers(handlers).security(providers()).build().expect("it compiles")
}

const KEY: (&str, &str) = ("x-KEY", "k1");
const BOB: (&str, &str) = ("Authorization", "Basic Ym9iOmI6Yg==");
const READER: (&str, &str) = ("Authorization", "bearer reader");
const WRITER: (&str, &str) = ("Authorization", "Bearer writer");

fn send(api: &Api, target: &str, fields: &[(&str, &str)]) -> TestResponse {
    let request = if target.starts_with("/write") { api.test().post(target) } else { api.test().get(target) };
    fields.iter().fold(request, |request, (name, value)| request.field(*name, value)).send()
}

#[test]
fn requests_are_let_in_by_the_first_requirement_that_holds() {
    let api = api();
    let cases: &[(&str, &[(&str, &str)], u16, Value)] = &[
        ("/inherits", &[KEY], 200, json!({"grants": [["key", "kim"]], "refused": false})),
        ("/inherits", &[], 401, Value::Null),
        ("/inherits?X-Key=k1", &[("Cookie", "X-Key=k1")], 401, Value::Null),
        ("/inherits", &[WRITER], 401, Value::Null),
        ("/open", &[], 200, json!({"grants": [], "refused": false})),
        ("/open", &[("X-Key", "wrong")], 200, json!({"grants": [], "refused": false})),
        ("/either", &[], 200, json!({"grants": [], "refused": false})),
        ("/either", &[READER], 200, json!({"grants": [["oauth", "rea"]], "refused": false})),
        (
            "/either",
            &[BOB, KEY],
            200,
            json!({"grants": [["key", "kim"], ["basic", "bob"]], "refused": false}),
        ),
        ("/either", &[KEY], 200, json!({"grants": [], "refused": false})),
        ("/either", &[("Authorization", "Bearer wrong")], 200, json!({"grants": [], "refused": true})),
    ];
    for (target, fields, status, expected) in cases {
        let response = send(&api, target, fields);
        assert_eq!(response.status(), *status, "{target} {fields:?}: {}", response.text());
        if *status == 200 {
            assert_eq!(response.json::<Value>().expect("JSON"), *expected, "{target} {fields:?}");
        }
    }
}

#[test]
fn refusals_come_before_anything_else_and_say_nothing_of_it() {
    // SEC-018, SEC-020: the path parameter is wrong and the content is missing or wrong in every case.
    let api = api();
    let plain = "Bearer realm=\"tests\", scope=\"read write\", Basic realm=\"tests\", charset=\"UTF-8\"";
    let invalid = "Bearer realm=\"tests\", scope=\"read write\", error=\"invalid_token\", \
                   Basic realm=\"tests\", charset=\"UTF-8\"";
    let insufficient = "Bearer realm=\"tests\", scope=\"read write\", error=\"insufficient_scope\"";
    let cases: &[(&[(&str, &str)], u16, &str, Option<&str>)] = &[
        (&[], 401, "credentials-missing", Some(plain)),
        (&[("Authorization", "Bearer wrong")], 401, "credentials-invalid", Some(invalid)),
        (&[("Authorization", "Basic !")], 401, "credentials-invalid", Some(plain)),
        (&[WRITER, WRITER], 401, "credentials-invalid", Some(invalid)),
        (&[READER], 403, "insufficient-scope", Some(insufficient)),
        (&[("Authorization", "Bearer later")], 503, "security-unavailable", None),
        (&[WRITER], 400, "invalid-parameters", None),
        (&[BOB], 400, "invalid-parameters", None),
    ];
    for (fields, status, kind, challenge) in cases {
        let response = send(&api, "/write/x", fields);
        assert_eq!(response.status(), *status, "{fields:?}: {}", response.text());
        assert_eq!(response.field("www-authenticate"), *challenge, "{fields:?}");
        let problem: Value = response.json().expect("a problem");
        assert_eq!(problem["type"], format!("urn:brrtrouter:problem:{kind}"), "{fields:?}");
        assert_eq!(problem.get("errors").is_some(), *status == 400, "{fields:?}");
    }
}

#[test]
fn nothing_is_built_that_would_let_strangers_in() {
    let description = Description::from_text("security.yaml", DESCRIPTION).expect("a sound description");
    let build = |providers: SecurityProviders| -> Result<Api, Diagnostics> {
        let handlers = Handlers::new().otherwise(brrtrouter::Otherwise::NotImplemented);
        Api::builder(&description).handlers(handlers).security(providers).build()
    };
    let faults = build(SecurityProviders::new()).expect_err("no provider at all");
    for scheme in ["key", "basic", "oauth"] {
        let named = format!("`{scheme}`");
        let found =
            faults.iter().any(|fault| fault.code.as_str() == "SEC-017" && fault.what.contains(&named));
        assert!(found, "{scheme}: {faults}");
    }
    let open_to_nobody = SecurityProviders::new().with_missing(brrtrouter::MissingProvider::RefuseRequests);
    let api = build(open_to_nobody).expect("requests are refused instead");
    for (fields, status) in [(&[] as &[_], 401), (&[KEY], 503)] {
        assert_eq!(send(&api, "/inherits", fields).status(), status, "{fields:?}");
    }
}

#[test]
fn refusals_allocate_nothing_on_the_whole_journey() {
    let api = api();
    let connection = Connection::default();
    let wrong =
        [FieldLine::new("Authorization", "Bearer wrong"), FieldLine::new("Accept", "application/json")];
    let cases: &[(Method, &str, &[FieldLine<'_>], u16)] = &[
        (Method::GET, "/inherits", &[], 401),
        (Method::POST, "/write/7", &wrong, 401),
        (Method::GET, "/nowhere/at/all", &[], 404),
        (Method::DELETE, "/inherits", &[], 405),
    ];
    for (method, target, fields, status) in cases {
        let head = RequestHead::new(method.clone(), target, fields).expect("a sound head");
        let counted = allocation_counter::measure(|| {
            let response = api.answer(&head, &connection, &mut EmptyBody);
            assert_eq!(response.status().as_u16(), *status, "{target}");
            drop(response);
        });
        assert_eq!(counted.count_total, 0, "{method} {target}");
    }
}
