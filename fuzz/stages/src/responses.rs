//! Responses of handlers: whatever a handler answers, what leaves is one whole response that keeps to the description.
//!
//! The body of the request tells the handler what to answer.

use crate::vocabulary::text_of_its_own;
use arbitrary::{Result, Unstructured};
use brrtrouter::schema::instance::{JsonLimits, parse_json};
use brrtrouter::{Api, ApiOptions, Body, Description, Handlers, Problem, Response, ResponsePolicy};
use http::{Method, StatusCode};
use std::sync::LazyLock;

const DESCRIPTION: &str = r#"
openapi: 3.1.2
info: { title: Answers, version: "1" }
paths:
  /answer:
    post:
      operationId: answer
      requestBody: { content: { application/octet-stream: { schema: {} } } }
      responses:
        "200":
          description: declared
          headers: { X-Count: { required: true, schema: { type: integer, minimum: 1 } } }
          content: { application/json: { schema: { type: object, required: [a], properties: { a: { type: integer } } } }, text/plain: {} }
        "204": { description: nothing }
        "4XX": { description: a fault, content: { application/problem+json: {} } }
"#;

static API: LazyLock<Api> = LazyLock::new(|| {
    let description =
        Description::from_text("answers.yaml", DESCRIPTION).unwrap_or_else(|found| panic!("{found}"));
    let handlers = Handlers::new().on("answer", |cx| {
        Ok(answer(&mut Unstructured::new(cx.raw())).unwrap_or_else(|_| Response::no_content()))
    });
    let options = ApiOptions { response_policy: ResponsePolicy::default(), ..ApiOptions::default() };
    Api::builder(&description)
        .handlers(handlers)
        .options(options)
        .build()
        .unwrap_or_else(|found| panic!("{found}"))
});

pub(crate) fn run(data: &[u8]) {
    let head = data.first().is_some_and(|first| first & 1 == 1);
    let request = API.test().request(Method::POST, "/answer").content("application/octet-stream", data);
    let response = request.send();
    let status = response.status();
    match response.response().problem() {
        Some(problem) => assert_eq!(problem.status(), status, "{}", response.text()),
        // A problem with a status that rules content out is none any more.
        None => assert!([200, 204, 205, 304, 103].contains(&status.as_u16()), "{status} is not declared"),
    }
    for field in response.response().fields() {
        assert!(
            !field.name().is_empty() && field.name().bytes().all(|byte| byte.is_ascii_graphic()),
            "{field:?}"
        );
        assert!(field.value().bytes().all(|byte| byte == b'\t' || byte >= b' ' && byte != 127), "{field:?}");
    }
    if let Some(length) = response.response().content_length() {
        assert_eq!(length, response.bytes().len() as u64, "{status}");
    }
    if status == 200 && response.response().problem().is_none() {
        // A number with a zero fraction is an integer, however it is written (JSON Schema §6.3).
        let count = response.field("X-Count").and_then(|text| text.parse::<f64>().ok());
        assert!(count.is_some_and(|count| count >= 1.0), "{:?}", response.response().fields());
        if response.field("Content-Type") == Some("application/json") {
            let value = parse_json(response.bytes(), &JsonLimits::default());
            let number = value
                .as_ref()
                .is_ok_and(|value| value.root().get("a").is_some_and(|a| a.number_text().is_some()));
            assert!(number, "{}", response.text());
        }
    }
    if head {
        assert_eq!(API.test().request(Method::HEAD, "/answer").send().status(), 405);
    }
}

fn answer(input: &mut Unstructured<'_>) -> Result<Response> {
    let status = input.choose(&[200, 200, 204, 400, 404, 205, 304, 500, 103, 302])?;
    let mut response = match input.int_in_range(0..=5)? {
        0 => Response::json(&serde_json::json!({"a": input.arbitrary::<i16>()?})),
        1 => Response::text(text_of_its_own(input)?),
        2 => Response::bytes("application/json", text_of_its_own(input)?.into_bytes()),
        3 => Response::bytes(text_of_its_own(input)?, text_of_its_own(input)?.into_bytes()),
        4 => Response::from(Problem::new(StatusCode::CONFLICT).with_detail(text_of_its_own(input)?)),
        _ => Response::no_content().with_body(Body::Bytes(text_of_its_own(input)?.into_bytes())),
    };
    response = response.with_status(StatusCode::from_u16(*status).unwrap_or_default());
    for _ in 0..input.int_in_range(0..=3)? {
        const NAMES: &[&str] =
            &["X-Count", "Content-Type", "Content-Length", "Set-Cookie", "Allow", "a b", ""];
        const VALUES: &[&str] = &["1", "0", "x", "application/json", "a\r\nb: c", "\u{e9}", "1, 2", ""];
        let name =
            if !input.ratio(7, 8)? { text_of_its_own(input)? } else { (*input.choose(NAMES)?).to_owned() };
        let value =
            if !input.ratio(7, 8)? { text_of_its_own(input)? } else { (*input.choose(VALUES)?).to_owned() };
        response = if input.arbitrary()? {
            response.with_field(name, value)
        } else {
            response.with_added_field(name, value)
        };
    }
    Ok(response)
}
