//! Tests of plans and checks of responses: descriptions in, violations out.

use http::{Method, StatusCode};

use super::plan::{NotAcceptable, ResponsePlans};
use super::{Body, BodyStream, Response, ResponsePolicy, ResponseViolation};
use crate::description::{Description, Diagnostics, OpenApi};
use crate::schema::{AccessPolicy, SchemaCompiler, SchemaOptions, Schemas};
use crate::serve::content::Accept;
use crate::serve::parameter::ParameterRule;
use crate::serve::{FieldLine, Problem, ProblemKind, RequestHead};

/// The plans for a Responses Object in JSON.
fn compile(responses: &str) -> (ResponsePlans, Schemas) {
    compile_with(responses, AccessPolicy::Ignore)
}

fn compile_with(responses: &str, write_only: AccessPolicy) -> (ResponsePlans, Schemas) {
    let text = format!(
        r#"{{"openapi": "3.1.2", "info": {{"title": "T", "version": "1"}},
            "paths": {{"/": {{"get": {{"responses": {responses}}}}}}}}}"#
    );
    let description = Description::from_text("test.json", &text).unwrap();
    let options = SchemaOptions { write_only, ..SchemaOptions::default() };
    let mut schemas = SchemaCompiler::new(&description, &options);
    let mut found = Diagnostics::new();
    let operation = OpenApi::new(&description).paths()[0].1.operations()[0].1;
    let responses = operation.responses();
    let plans = ResponsePlans::compile(&description, &responses, (&mut schemas, &options), &mut found);
    assert!(found.is_empty(), "{found}");
    (plans, schemas.compile().unwrap())
}

/// A violation as a word that a table can hold.
fn word(violation: &ResponseViolation) -> String {
    match violation {
        ResponseViolation::UndeclaredStatus(status) => format!("status {status}"),
        ResponseViolation::UndeclaredMediaType(text) => format!("media type {text}"),
        ResponseViolation::UnknownMediaType => "no media type".to_owned(),
        ResponseViolation::MissingContent => "no content".to_owned(),
        ResponseViolation::Header(error) if error.rule == ParameterRule::Missing => {
            format!("no header {}", error.name)
        }
        ResponseViolation::Header(error) => {
            format!("header {} {} {}", error.name, error.rule.name(), error.pointer).trim().to_owned()
        }
        ResponseViolation::MalformedContent(_) => "malformed".to_owned(),
        ResponseViolation::InvalidContent(errors) => {
            let keywords: Vec<_> = errors.iter().map(|error| error.keyword.as_ref()).collect();
            format!("invalid {}", keywords.join(" "))
        }
        ResponseViolation::WriteOnlyMembers(pointers) => format!("write-only {}", pointers.join(" ")),
    }
}

fn check(responses: &str, cases: Vec<(Response, &[&str])>) {
    let (plans, schemas) = compile(responses);
    for (response, expected) in cases {
        let found: Vec<String> = plans.violations(&response, &schemas, false).iter().map(word).collect();
        assert_eq!(found, expected, "{response:?}");
    }
}

fn status(code: u16) -> Response {
    Response::new(StatusCode::from_u16(code).unwrap())
}

fn content(media_type: &'static str, text: &'static str) -> Response {
    Response::bytes(media_type, text.as_bytes())
}

#[test]
fn the_closest_key_counts() {
    // RSP-003, RSP-004: each key asks for another type.
    let typed = |name: &str| {
        format!(
            r#"{{"description": "", "content": {{"application/json": {{"schema": {{"type": "{name}"}}}}}}}}"#
        )
    };
    let responses = format!(
        r#"{{"default": {}, "2XX": {}, "201": {}}}"#,
        typed("boolean"),
        typed("string"),
        typed("integer")
    );
    let json = |code: u16, text: &'static str| {
        content("application/json", text).with_status(StatusCode::from_u16(code).unwrap())
    };
    check(
        &responses,
        vec![
            (json(201, "1"), &[]),
            (json(201, "\"a\""), &["invalid type"]),
            (json(202, "\"a\""), &[]),
            (json(202, "true"), &["invalid type"]),
            (json(404, "true"), &[]),
            (json(404, "1"), &["invalid type"]),
        ],
    );
}

#[test]
fn what_is_not_declared_is_a_violation() {
    // RSP-007, RSP-008: the most specific key has the schema.
    let responses = r#"{"200": {"description": "", "content": {
        "*/*": {}, "text/*": {"schema": {"maxLength": 3}}, "text/csv": {"schema": {"maxLength": 5}},
        "application/json": {"schema": {"type": "object", "required": ["id"]}}}},
        "202": {"description": "", "content": {"application/json": {"schema": true}}},
        "204": {"description": ""}, "304": {"description": "", "content": {"text/plain": {}}}}"#;
    let accepted = || content("application/json", "1").with_status(StatusCode::ACCEPTED);
    check(
        responses,
        vec![
            (content("application/json", "{\"id\": 1}"), &[]),
            (content("application/json; charset=utf-8", "{}"), &["invalid required"]),
            (content("APPLICATION/JSON", "{"), &["malformed"]),
            (content("application/json", "{\"id\": 1, \"id\": 2}"), &["malformed"]),
            (content("application/json", ""), &["malformed"]),
            (content("text/plain", "abc"), &[]),
            (content("text/plain", "abcd"), &["invalid maxLength"]),
            (content("text/csv", "abcd"), &[]),
            (content("image/png", "\u{0}"), &[]),
            (content("*/*", "a"), &["no media type"]),
            (content("nonsense", "a"), &["no media type"]),
            (status(200), &["no content"]),
            (status(200).with_body(Body::Static(b"{}")), &["no media type"]),
            (status(404), &["status 404"]),
            (accepted(), &[]),
            (accepted().with_field("Content-Type", "application/xml"), &["media type application/xml"]),
            (status(204), &[]),
            (content("text/html", "left out anyway").with_status(StatusCode::NO_CONTENT), &[]),
            (status(304), &[]),
        ],
    );
}

#[test]
fn xml_is_judged_as_json_is() {
    // RSP-009, SCH-025.
    let responses = r#"{"200": {"description": "", "content": {"application/xml": {"schema": {
        "type": "object", "xml": {"name": "pet"}, "required": ["id"],
        "properties": {"id": {"type": "integer", "xml": {"attribute": true}}, "key": {"type": "string", "writeOnly": true}}}}}}}"#;
    check(
        responses,
        vec![
            (content("application/xml", "<pet id='1'/>"), &[]),
            (content("application/xml", "<pet id='x'/>"), &["invalid type"]),
            (content("application/xml", "<pet/>"), &["invalid required"]),
            (content("application/xml", "<dog id='1'/>"), &["malformed"]),
            (content("application/xml", "<pet id='1'>"), &["malformed"]),
        ],
    );
    let (plans, schemas) = compile_with(responses, AccessPolicy::Reject);
    let response = content("application/xml", "<pet id='1'><key>k</key></pet>");
    let found: Vec<String> = plans.violations(&response, &schemas, false).iter().map(word).collect();
    assert_eq!(found, ["write-only /key"]);
}

#[test]
fn headers_are_judged_by_style_and_media_type() {
    // RSP-010, RSP-012, RSP-013, RSP-014.
    let responses = r#"{"204": {"description": "", "headers": {
        "X-Count": {"required": true, "schema": {"type": "integer", "minimum": 1}},
        "X-List": {"schema": {"type": "array", "items": {"type": "integer"}}},
        "X-Pair": {"explode": true, "schema": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        "X-Flat": {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        "X-Json": {"content": {"application/json": {"schema": {"type": "array"}}}},
        "Content-Type": {"required": true, "schema": {"type": "integer"}},
        "Set-Cookie": {"schema": {"type": "string", "pattern": "^s="}}}}}"#;
    let with = |name: &'static str, value: &'static str| {
        status(204).with_field("x-count", "7").with_field(name, value)
    };
    check(
        responses,
        vec![
            (with("X-Other", "1"), &[]),
            (status(204), &["no header X-Count"]),
            (with("X-COUNT", "0"), &["header X-Count schema"]),
            (with("X-Count", "a"), &["header X-Count type"]),
            (with("X-List", "1, 2,3"), &[]),
            (with("X-List", "1,b"), &["header X-List type /1"]),
            (with("X-List", "1").with_added_field("x-list", "2"), &[]),
            (with("X-Pair", "a=1"), &[]),
            (with("X-Pair", "a=x"), &["header X-Pair type /a"]),
            (with("X-Flat", "a,1"), &[]),
            (with("X-Flat", "a"), &["header X-Flat style"]),
            (with("X-Json", "[1, 2]"), &[]),
            (with("X-Json", "{}"), &["header X-Json schema"]),
            (with("X-Json", "[1"), &["header X-Json content"]),
            (with("Set-Cookie", "s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), &[]),
            (with("Set-Cookie", "s=1").with_added_field("Set-Cookie", "t=1"), &["header Set-Cookie schema"]),
        ],
    );
}

#[test]
fn the_policy_decides() {
    let (plans, schemas) = compile(
        r#"{"200": {"description": "", "content": {"text/plain": {"schema": {"enum": ["secret"]}}}}}"#,
    );
    let cases = [
        (ResponsePolicy::Off, "secret", 200, 0),
        (ResponsePolicy::Off, "public", 200, 0),
        (ResponsePolicy::Report, "secret", 200, 0),
        (ResponsePolicy::Report, "public", 200, 1),
        (ResponsePolicy::Enforce, "secret", 200, 0),
        (ResponsePolicy::Enforce, "public", 500, 1),
    ];
    for (policy, text, status, violations) in cases {
        let checked = plans.check(Response::text(text), &schemas, policy, false);
        assert_eq!(checked.status().as_u16(), status, "{policy:?} {text}");
        assert_eq!(checked.violations().len(), violations, "{policy:?} {text}");
        if status == 500 {
            assert_eq!(checked.problem().map(Problem::kind), Some(ProblemKind::ResponseInvalid));
            let shown = checked.body().bytes().unwrap().into_owned();
            let shown = String::from_utf8(shown).unwrap();
            assert!(
                !shown.contains("secret") && !shown.contains("public") && !shown.contains("enum"),
                "{shown}"
            );
        }
    }
}

#[test]
fn problems_heads_and_streams_are_not_judged_whole() {
    struct Nothing;
    impl BodyStream for Nothing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Ok(0)
        }
    }
    let (plans, schemas) = compile(
        r#"{"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}}"#,
    );
    let status_of = |response: Response, head: bool| {
        plans.check(response, &schemas, ResponsePolicy::Enforce, head).status().as_u16()
    };
    assert_eq!(status_of(Problem::new(StatusCode::CONFLICT).into(), false), 409);
    assert_eq!(status_of(Response::new(StatusCode::OK), true), 200);
    assert_eq!(status_of(Response::new(StatusCode::OK), false), 500);
    assert_eq!(status_of(content("application/json", "1"), true), 500);
    assert_eq!(status_of(Response::stream("application/json", Nothing), false), 200);
    assert_eq!(status_of(Response::stream("text/plain", Nothing), false), 500);
}

#[test]
fn success_is_negotiated() {
    // HTTP-008.
    let two = r#"{"200": {"description": "", "content": {"application/json": {}, "text/csv": {}}},
        "400": {"description": "", "content": {"image/png": {}}}}"#;
    let bare = r#"{"200": {"description": "", "content": {"text/csv": {}}}, "204": {"description": ""}}"#;
    let other = r#"{"default": {"description": "", "content": {"text/*": {}}}, "400": {"description": ""}}"#;
    let nothing = r#"{"204": {"description": ""}}"#;
    let cases: &[(&str, &[&str], Result<Option<&str>, NotAcceptable>)] = &[
        (two, &[], Ok(None)),
        (two, &["*/*"], Ok(Some("application/json"))),
        (two, &["text/*;q=0.5, application/*;q=0.4"], Ok(Some("text/csv"))),
        (two, &["application/json;q=0, */*"], Ok(Some("text/csv"))),
        (two, &["image/png"], Err(NotAcceptable)),
        (bare, &["image/png"], Ok(None)),
        (bare, &["text/csv"], Ok(Some("text/csv"))),
        (other, &["text/html"], Ok(Some("text/*"))),
        (other, &["image/png"], Err(NotAcceptable)),
        (nothing, &["image/png"], Ok(None)),
    ];
    for (responses, accept, expected) in cases {
        let (plans, _) = compile(responses);
        assert_eq!(
            plans.negotiate(&Accept::parse(accept.iter().copied())),
            *expected,
            "{accept:?} {responses}"
        );
        let fields: Vec<_> = accept.iter().map(|text| FieldLine::new("Accept", text)).collect();
        let head = RequestHead::new(Method::GET, "/", &fields).unwrap();
        assert_eq!(plans.negotiate_for(&head), *expected, "{accept:?} {responses}");
    }
}

#[test]
fn write_only_members_stay_here() {
    // SCH-018: kept, taken out or refused, whatever the policy of responses.
    let responses = r#"{"200": {"description": "", "content": {"application/json": {"schema": {
        "type": "array", "items": {"required": ["id"], "properties":
            {"id": {"type": "integer"}, "password": {"type": "string", "writeOnly": true}}}}}}}}"#;
    let (leaky, clean) = ("[{\"id\":1.0,\"password\":\"p\"}]", "[{\"id\":1.0}]");
    let cases = [
        (AccessPolicy::Ignore, ResponsePolicy::Enforce, leaky, Some(leaky)),
        (AccessPolicy::Strip, ResponsePolicy::Enforce, leaky, Some(clean)),
        (AccessPolicy::Strip, ResponsePolicy::Report, leaky, Some(clean)),
        (AccessPolicy::Strip, ResponsePolicy::Off, leaky, Some(clean)),
        (AccessPolicy::Strip, ResponsePolicy::Off, clean, Some(clean)),
        (AccessPolicy::Strip, ResponsePolicy::Off, "[{\"password\":\"p\"", None),
        (AccessPolicy::Reject, ResponsePolicy::Enforce, clean, Some(clean)),
        (AccessPolicy::Reject, ResponsePolicy::Enforce, leaky, None),
        (AccessPolicy::Reject, ResponsePolicy::Report, leaky, Some(leaky)),
    ];
    for (write_only, policy, sent, received) in cases {
        let (plans, schemas) = compile_with(responses, write_only);
        let checked = plans.check(content("application/json", sent), &schemas, policy, false);
        let line = format!("{write_only:?} {policy:?} {sent}");
        assert_eq!(checked.problem().is_none(), received.is_some(), "{line}");
        if let Some(received) = received {
            assert_eq!(checked.body().bytes().as_deref(), Some(received.as_bytes()), "{line}");
        }
        if write_only == AccessPolicy::Reject && sent == leaky {
            assert_eq!(checked.violations().iter().map(word).collect::<Vec<_>>(), ["write-only /0/password"]);
        }
    }
}

#[test]
fn an_operation_without_responses_says_nothing_of_them() {
    let plans = ResponsePlans::default();
    let (_, schemas) = compile(r#"{"204": {"description": ""}}"#);
    assert!(plans.violations(&content("text/plain", "a"), &schemas, false).is_empty());
}
