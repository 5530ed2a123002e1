//! Errors in the form that a description gives them (HTTP-014): which problems take it, what stays the problem's own.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use brrtrouter::{
    Api, ApiKeys, ApiOptions, Description, Handlers, Operation, Problem, RequestHead, Response,
    ResponseField, ResponsePolicy, SecurityProviders, ValidationStatus,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const DESCRIPTION: &str = r##"
openapi: 3.1.2
info: { title: Own errors, version: "1" }
paths:
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: pet
      responses:
        "200": { description: a pet, content: { text/plain: {} } }
        "410": { description: no longer here }
        4XX: { $ref: "#/components/responses/Fault" }
  /any:
    get:
      operationId: any
      responses:
        "200": { description: a word, content: { text/plain: {} } }
        default: { $ref: "#/components/responses/Fault" }
  /secret:
    get:
      operationId: secret
      security: [{ key: [] }]
      responses: { "200": { description: a word, content: { text/plain: {} } }, "401": { $ref: "#/components/responses/Fault" } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  responses:
    Fault:
      description: a fault
      content: { application/json: { schema: { required: [code], properties: { code: { type: integer }, message: { maxLength: 24 } } } } }
"##;

fn pet(id: u16) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(id).unwrap();
    if status.is_success() {
        return Ok(Response::text("Rex"));
    }
    let retry = ResponseField::new("Retry-After", "7").unwrap();
    Err(Problem::new(status).with_field(retry))
}

fn own(problem: &Problem, operation: &Operation, head: &RequestHead<'_>) -> Option<Response> {
    let message = match problem.status().as_u16() {
        418 => "longer than its schema allows",
        425 => return None,
        428 => panic!("a fault of the function's own"),
        _ => operation.name(),
    };
    let fault = json!({ "code": problem.status().as_u16(), "message": message, "path": head.path() });
    Some(Response::json(&fault).with_field("X-Own", "1").with_field("Retry-After", "9"))
}

fn api(options: ApiOptions) -> Api {
    let description = Description::from_text("own.yaml", DESCRIPTION).unwrap();
    let handlers = Handlers::new()
        .on("pet", |cx| pet(cx.path("id")?))
        .on("any", |_| Ok(Response::bytes("text/html", &b"<p>"[..])))
        .on("secret", |_| Ok(Response::text("word")));
    let providers = SecurityProviders::new().on("key", ApiKeys::new());
    let builder = Api::builder(&description).handlers(handlers).security(providers).problems_as(own);
    builder.options(options).build().unwrap()
}

#[test]
fn what_the_description_declares_is_told_in_its_form() {
    let api = api(ApiOptions::default());
    // Target, status, and the code in the own form; none where the library's form stays.
    for (target, status, code) in [
        ("/pets/200", 200, None),
        ("/pets/rex", 400, Some(400)),
        ("/pets/409", 409, Some(409)),
        ("/pets/410", 410, None),
        ("/pets/418", 500, None),
        ("/pets/425", 425, None),
        ("/pets/428", 500, None),
        ("/pets/503", 503, None),
        ("/any", 500, Some(500)),
        ("/secret", 401, Some(401)),
        ("/nowhere", 404, None),
    ] {
        let response = api.test().get(target).send();
        assert_eq!(response.status(), status, "{target}");
        let told = response.json::<Value>().ok().and_then(|told| told["code"].as_u64());
        assert_eq!(told, code, "{target}");
        let form = if code.is_some() { "application/json" } else { "application/problem+json" };
        let expected = if status == 200 { "text/plain; charset=utf-8" } else { form };
        assert_eq!(response.field("Content-Type"), Some(expected), "{target}");
    }
    assert_eq!(api.test().request(Method::DELETE, "/any").send().status(), 405);
}

#[test]
fn status_and_field_lines_stay_those_of_the_problem() {
    let api = api(ApiOptions::default());
    let busy = api.test().get("/pets/429").send();
    assert_eq!((busy.status().as_u16(), busy.field("Retry-After")), (429, Some("7")));
    assert_eq!(busy.field("X-Own"), Some("1"));
    assert_eq!(busy.json::<Value>().unwrap(), json!({ "code": 429, "message": "pet", "path": "/pets/429" }));
    assert!(api.test().get("/secret").send().field("WWW-Authenticate").is_some());
    let bare = api.test().request(Method::HEAD, "/pets/429").send();
    assert_eq!((bare.bytes().len(), bare.field("Content-Type")), (0, Some("application/json")));
    assert_eq!(bare.response().content_length(), busy.response().content_length());
}

#[test]
fn what_breaks_the_description_is_on_record() {
    let refused = |target, policy| {
        let response =
            api(ApiOptions { response_policy: policy, ..ApiOptions::default() }).test().get(target).send();
        (response.status().as_u16(), response.response().violations().len())
    };
    // The function's own breach; a handler's breach, whose 500 is told in the own form.
    assert_eq!(refused("/pets/418", ResponsePolicy::Enforce), (500, 1));
    assert_eq!(refused("/pets/418", ResponsePolicy::Report), (418, 1));
    assert_eq!(refused("/pets/418", ResponsePolicy::Off), (418, 0));
    assert_eq!(refused("/any", ResponsePolicy::Enforce), (500, 1));
}

#[test]
fn the_configured_status_is_the_one_that_is_told() {
    let options =
        ApiOptions { validation_status: ValidationStatus::UnprocessableContent, ..ApiOptions::default() };
    let response = api(options).test().get("/pets/rex").send();
    assert_eq!(response.status(), 422);
    assert_eq!(response.json::<Value>().unwrap()["code"], 422);
}
