//! Responses, from outside: what reaches the client, and what does not.

use brrtrouter::{Api, ApiOptions, Cookie, Description, Handlers, Problem, Response, ResponsePolicy};
use http::StatusCode;
use serde_json::Value;

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Responses, version: '1' }
paths:
  /pets/{kind}:
    parameters: [{ name: kind, in: path, required: true, schema: { type: string } }]
    get:
      operationId: pet
      responses:
        '200':
          description: a pet
          headers: { X-Legs: { schema: { type: integer, maximum: 8 } } }
          content:
            application/json: { schema: { type: object, required: [name], properties: { name: { maxLength: 5 } } } }
            text/plain: {}
        '204': { description: none }
        4XX: { description: no pet }
";

fn api(policy: ResponsePolicy) -> Api {
    let handlers = Handlers::new().on("pet", |cx| match cx.path::<&str>("kind")? {
        "good" => Ok(Response::json(&serde_json::json!({"name": "Rex"})).with_field("X-Legs", "4")),
        "long" => Ok(Response::json(&serde_json::json!({"name": "Maximilian"}))),
        "legs" => Ok(Response::text("spider").with_field("X-Legs", "9")),
        "html" => Ok(Response::bytes("text/html", &b"<p>"[..])),
        "teapot" => Ok(Response::new(StatusCode::IM_A_TEAPOT)),
        "moved" => Ok(Response::redirect(StatusCode::FOUND, "/pets/good")),
        "broken" => Ok(Response::text("a").with_field("X-A", "a\r\nb")),
        "cookies" => {
            Ok(Response::no_content().with_cookie(&Cookie::new("a", "1")).with_cookie(&Cookie::new("b", "2")))
        }
        "full" => Ok(Response::text("left out").with_status(StatusCode::NO_CONTENT)),
        "lost" => Err(Problem::new(StatusCode::CONFLICT).with_detail("it ran away")),
        "accepted" => Ok(Response::text(cx.accepted().unwrap_or("nothing").to_owned())),
        _ => Err(Problem::internal(&std::io::Error::other("the database is at 10.0.0.7"))),
    });
    let description = Description::from_text("responses.yaml", DESCRIPTION).expect("a sound description");
    let options = ApiOptions { response_policy: policy, ..ApiOptions::default() };
    Api::builder(&description).handlers(handlers).options(options).build().expect("it compiles")
}

#[test]
fn what_breaks_the_description_is_not_sent() {
    // The kind of pet; its status when enforced, and when reported or not looked at.
    let cases = [
        ("good", 200, 200),
        ("long", 500, 200),
        ("legs", 500, 200),
        ("html", 500, 200),
        ("teapot", 418, 418),
        ("moved", 500, 302),
        ("broken", 500, 500),
        ("cookies", 204, 204),
        ("full", 204, 204),
        ("lost", 409, 409),
        ("else", 500, 500),
    ];
    let apis = [ResponsePolicy::Enforce, ResponsePolicy::Report, ResponsePolicy::Off]
        .map(|policy| (policy, api(policy)));
    for (kind, enforced, sent) in cases {
        for (policy, api) in &apis {
            let response = api.test().get(format!("/pets/{kind}")).send();
            let expected = if *policy == ResponsePolicy::Enforce { enforced } else { sent };
            assert_eq!(response.status(), expected, "{kind} {policy:?}: {}", response.text());
            let text = response.text();
            for secret in ["maxLength", "Maximilian", "10.0.0.7", "X-Legs"] {
                assert!(expected != 500 || !text.contains(secret), "{kind} {policy:?}: {text}");
            }
        }
    }
}

#[test]
fn success_is_negotiated_before_the_handler_runs() {
    let api = api(ResponsePolicy::Enforce);
    let cases: &[(Option<&str>, u16, &str)] = &[
        (None, 200, "nothing"),
        (Some("*/*"), 200, "application/json"),
        (Some("application/json;q=0.1, text/*"), 200, "text/plain"),
    ];
    for (accept, status, expected) in cases {
        let request = api.test().get("/pets/accepted");
        let response = accept.iter().fold(request, |request, accept| request.field("Accept", accept)).send();
        assert_eq!(
            (response.status(), &*response.text()),
            (StatusCode::from_u16(*status).unwrap(), *expected),
            "{accept:?}"
        );
    }
}

#[test]
fn a_problem_takes_the_form_that_the_client_prefers() {
    let api = api(ResponsePolicy::Enforce);
    let json = api.test().get("/pets/lost?token=secret").send();
    let problem: Value = json.json().expect("JSON");
    assert_eq!(json.field("content-type"), Some("application/problem+json"));
    assert_eq!(problem["instance"], "/pets/lost");
    assert_eq!(problem["title"], "Conflict");
    assert_eq!(problem["detail"], "it ran away");
    let xml = api.test().get("/pets/lost").field("Accept", "application/xml, application/json;q=0.1").send();
    assert_eq!(xml.field("content-type"), Some("application/problem+xml"));
    assert!(xml.text().contains("<detail>it ran away</detail>"), "{}", xml.text());
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let api = api(ResponsePolicy::Enforce);
    let response = api.test().request(http::Method::HEAD, "/pets/good").send();
    assert_eq!(response.status(), 200);
    assert_eq!(response.field("x-legs"), Some("4"));
    assert!(response.bytes().is_empty());
}
