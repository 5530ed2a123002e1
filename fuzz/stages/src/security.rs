//! Security: nobody is let in whose request does not hold the secret, whatever else it holds.

use crate::vocabulary::text_of_its_own;
use arbitrary::{Result, Unstructured};
use brrtrouter::{
    Api, ApiKeys, BasicVerifier, BearerVerifier, Description, Handlers, Otherwise, Principal, Response,
    SecurityProviders, Verdict, secrets_are_equal,
};
use http::Method;
use std::sync::LazyLock;

const DESCRIPTION: &str = r#"
openapi: 3.1.2
info: { title: Locks, version: "1" }
paths:
  /header: { get: { operationId: a, security: [{ header: [] }], responses: { "204": { description: in } } } }
  /query: { get: { operationId: b, security: [{ query: [] }], responses: { "204": { description: in } } } }
  /cookie: { get: { operationId: c, security: [{ cookie: [] }], responses: { "204": { description: in } } } }
  /basic: { get: { operationId: d, security: [{ basic: [] }], responses: { "204": { description: in } } } }
  /bearer: { get: { operationId: e, security: [{ bearer: [] }], responses: { "204": { description: in } } } }
  /both: { get: { operationId: f, security: [{ header: [], query: [] }], responses: { "204": { description: in } } } }
  /certificate: { get: { operationId: g, security: [{ certificate: [] }], responses: { "204": { description: in } } } }
components:
  securitySchemes:
    header: { type: apiKey, in: header, name: X-Key }
    query: { type: apiKey, in: query, name: key }
    cookie: { type: apiKey, in: cookie, name: key }
    basic: { type: http, scheme: basic }
    bearer: { type: http, scheme: bearer }
    certificate: { type: mutualTLS }
"#;

const SECRET: &str = "s3cret";
/// `ada:s3cret`
const BASIC: &str = "YWRhOnMzY3JldA";

static API: LazyLock<Api> = LazyLock::new(|| {
    let description =
        Description::from_text("locks.yaml", DESCRIPTION).unwrap_or_else(|found| panic!("{found}"));
    let keys = || ApiKeys::new().with_key(SECRET, Principal::new("ada"));
    let verdict = |known: bool| {
        if known { Verdict::Granted(Principal::new("ada")) } else { Verdict::Denied }
    };
    let knows = |secret: &str| secrets_are_equal(secret.as_bytes(), SECRET.as_bytes());
    let providers = SecurityProviders::new()
        .on("header", keys())
        .on("query", keys())
        .on("cookie", keys())
        .on(
            "basic",
            BasicVerifier::new(move |user: &str, password: &str| verdict(user == "ada" && knows(password))),
        )
        .on("bearer", BearerVerifier::new(move |token: &str| verdict(knows(token))))
        .on("certificate", |_: &brrtrouter::SecurityRequest<'_>| Verdict::Denied);
    let handlers = Handlers::new()
        .otherwise(Otherwise::Handler(brrtrouter::HandlerFn::new(|_| Ok(Response::no_content()))));
    Api::builder(&description)
        .handlers(handlers)
        .security(providers)
        .build()
        .unwrap_or_else(|found| panic!("{found}"))
});

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, check);
}

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    const PATHS: &[&str] = &["/header", "/query", "/cookie", "/basic", "/bearer", "/both", "/certificate"];
    const NAMES: &[&str] = &["Authorization", "X-Key", "Cookie", "authorization", "x-key", "Key"];
    let path = *input.choose(PATHS)?;
    let query = piece(input)?;
    let target = format!("{path}?{query}");
    let mut request = API.test().request(Method::GET, target.as_str());
    let mut all = unescaped(&target);
    for _ in 0..input.int_in_range(0..=3)? {
        let (name, value) = (*input.choose(NAMES)?, piece(input)?);
        all.push_str(&value);
        request = request.field(name, value);
    }
    let status = request.send().status();
    assert!([204, 400, 401, 403, 414].contains(&status.as_u16()), "{status}");
    if status == 204 {
        let evidence = if path == "/basic" { BASIC } else { SECRET };
        assert!(all.contains(evidence), "{target} let in with {all:?}");
        assert!(
            path != "/certificate" && (path != "/both" || all.matches(SECRET).count() >= 2),
            "{target} {all:?}"
        );
    }
    Ok(())
}

/// Part of a credential, or a whole one, or none.
fn piece(input: &mut Unstructured<'_>) -> Result<String> {
    const PIECES: &[&str] = &[
        "key=",
        "s3cret",
        "s3cre",
        "Basic ",
        "Bearer ",
        "bearer",
        "YWRhOnMzY3JldA==",
        "YWRhOnMzY3JldA",
        "YWRhOg==",
        " ",
        ";",
        "; ",
        "&",
        "=",
        "%73",
        "%00",
        ",",
        "\"",
        "a",
        "\t",
        "\u{e9}",
    ];
    let mut text = String::new();
    for _ in 0..input.int_in_range(0..=5)? {
        if !input.ratio(7, 8)? {
            text.push_str(&text_of_its_own(input)?);
        } else {
            text.push_str(input.choose(PIECES)?);
        }
    }
    Ok(text)
}

/// The one triplet of [`piece`] that stands for a letter of the secret, decoded.
fn unescaped(text: &str) -> String {
    text.replace("%73", "s")
}
