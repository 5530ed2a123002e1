//! The rules of CORS over whole requests, one table each.

use std::time::Duration;

use http::Method;
use proptest::prelude::*;

use crate::serve::{CorsPolicy, TestResponse};
use crate::{
    Api, ApiKeys, Connection, Description, Diagnostics, EmptyBody, FieldLine, Handlers, Otherwise, Principal,
    RequestHead, Response, SecurityProviders,
};

const SHOP: &str = r#"
openapi: 3.2.0
info: { title: Shop, version: "1" }
paths:
  /open:
    get: { operationId: open, responses: { "204": { description: none } } }
    query: { operationId: ask, requestBody: { content: { text/plain: {} } }, responses: { "204": { description: none } } }
    delete: { operationId: close, x-cors: false, responses: { "204": { description: none } } }
    put:
      operationId: put
      x-cors: { credentials: false, maxAge: 7, exposeHeaders: [X-Own], allowHeaders: [X-In, Content-Type] }
      responses: { "204": { description: none } }
    patch: { operationId: patch, x-cors: inherit, responses: { "204": { description: none } } }
  /items/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { operationId: item, security: [{ key: [] }], responses: { "204": { description: none } } }
    options: { operationId: own, security: [{ key: [] }], responses: { "204": { description: none } } }
  /closed:
    get: { operationId: closed, x-cors: {}, x-brrtrouter-cors: false, responses: { "204": { description: none } } }
  /faulty: { get: { operationId: faulty, responses: { "204": { description: none } } } }
  /varied: { get: { operationId: varied, responses: { "204": { description: none } } } }
  /star: { get: { operationId: star, responses: { "204": { description: none } } } }
  /empty: {}
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
"#;

fn try_shop(policy: CorsPolicy, text: &str) -> Result<Api, Diagnostics> {
    let description = Description::from_text("shop.yaml", text).unwrap();
    let own = || {
        let response = Response::no_content().with_field("access-control-allow-origin", "*");
        response.with_field("Access-Control-Allow-Credentials", "true")
    };
    let handlers = Handlers::new()
        .on("faulty", |_| panic!("on purpose"))
        .on("varied", |_| Ok(Response::no_content().with_field("Vary", "Accept-Language")))
        .on("star", move |_| Ok(own()))
        .otherwise(Otherwise::Handler(crate::HandlerFn::new(|_| Ok(Response::no_content()))));
    let providers =
        SecurityProviders::new().on("key", ApiKeys::new().with_key("right", Principal::new("ada")));
    Api::builder(&description).handlers(handlers).security(providers).cors(policy).build()
}

fn shop(policy: CorsPolicy) -> Api {
    try_shop(policy, SHOP).unwrap()
}

fn listed() -> CorsPolicy {
    CorsPolicy::new()
        .origin("https://Shop.example:443")
        .origin_pattern(r"https://pr-\d+\.shop\.example|http://localhost(:\d+)?")
        .origin_if(
            |origin| if origin.contains("panic") { panic!("on purpose") } else { origin.ends_with(".ruled") },
        )
        .credentials()
        .expose_header("X-Total")
        .expose_header("Link")
        .allow_header("Content-Type")
        .max_age(Duration::from_millis(600_900))
}

const SHOP_ORIGIN: &str = "https://shop.example";

fn send(api: &Api, method: &str, target: &str, fields: &[(&str, &str)]) -> TestResponse {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    fields
        .iter()
        .fold(api.test().request(method, target), |request, (name, value)| request.field(*name, value))
        .send()
}

/// The fields that CORS is about, in the order sent.
fn said(response: &TestResponse) -> Vec<(&str, &str)> {
    let of_cors = |name: &str| name == "Vary" || name.to_ascii_lowercase().starts_with("access-control-");
    let lines = response.response().fields().iter().map(|line| (line.name(), line.value()));
    lines.filter(|(name, _)| of_cors(name)).collect()
}

#[test]
fn origins_are_let_in_by_name_by_pattern_and_by_rule() {
    let api = shop(listed());
    for (origin, is_allowed) in [
        (SHOP_ORIGIN, true),
        ("https://pr-7.shop.example", true),
        ("http://localhost", true),
        ("http://localhost:3000", true),
        ("https://a.ruled", true),
        ("https://panic.ruled", false),
        ("https://shop.example:443", false),
        ("https://SHOP.example", false),
        ("http://shop.example", false),
        ("https://shop.example.else", false),
        ("https://pr-7.shop.example.else", false),
        ("xhttps://pr-7.shop.example", false),
        ("https://pr-7xshop.example", false),
        ("http://localhost:3000/", false),
        ("https://a, https://b.ruled", false),
        ("null", false),
        ("*", false),
        ("", false),
    ] {
        let response = send(&api, "GET", "/open", &[("Origin", origin)]);
        assert_eq!(response.status(), 204, "{origin}");
        assert_eq!(response.field("Access-Control-Allow-Origin"), is_allowed.then_some(origin), "{origin}");
        assert_eq!(response.field("Vary"), Some("Origin"), "{origin}");
    }
    let twice = send(&api, "GET", "/open", &[("Origin", SHOP_ORIGIN), ("Origin", SHOP_ORIGIN)]);
    assert_eq!(said(&twice), [("Vary", "Origin")]);
    let octets = api.test().get("/open").field("Origin", [0xff]).send();
    assert_eq!(said(&octets), [("Vary", "Origin")]);
}

#[test]
fn any_origin_and_null_are_let_in_where_the_policy_says_so() {
    let (any, null) = (|| CorsPolicy::new().any_origin(), || CorsPolicy::new().null_origin());
    let (star, varies) = (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin"));
    let cases: &[(CorsPolicy, Option<&str>, &[(&str, &str)])] = &[
        (any(), Some("https://a"), &[varies, star]),
        (any(), Some("null"), &[varies]),
        (any(), None, &[varies]),
        (null(), Some("null"), &[varies, ("Access-Control-Allow-Origin", "null")]),
        (null(), Some("https://a"), &[varies]),
        (any().null_origin(), Some("null"), &[star]),
        (any().null_origin(), None, &[star]),
        (CorsPolicy::new(), Some("https://a"), &[varies]),
    ];
    for (policy, origin, expected) in cases {
        let api = shop(policy.clone());
        let fields: Vec<_> = origin.iter().map(|origin| ("Origin", *origin)).collect();
        assert_eq!(said(&send(&api, "GET", "/open", &fields)), *expected, "{policy:?} {origin:?}");
    }
}

#[test]
fn every_response_says_it() {
    let api = shop(listed());
    let full = [
        ("Vary", "Origin"),
        ("Access-Control-Allow-Origin", SHOP_ORIGIN),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-Total, Link"),
    ];
    for (method, target, status) in [
        ("GET", "/open", 204),
        ("HEAD", "/open", 204),
        ("OPTIONS", "/open", 204),
        ("GET", "/items/7", 401),
        ("OPTIONS", "/items/7", 401),
        ("GET", "/nowhere", 404),
        ("GET", "/%zz", 400),
        ("POST", "/open", 405),
        ("GET", "/empty", 405),
        ("BREW", "/open", 501),
        ("GET", "/faulty", 500),
        ("GET", "/star", 204),
    ] {
        let response = send(&api, method, target, &[("Origin", SHOP_ORIGIN)]);
        assert_eq!(
            (response.status().as_u16(), said(&response)),
            (status, full.to_vec()),
            "{method} {target}"
        );
        let response = send(&api, method, target, &[]);
        assert_eq!(said(&response), [("Vary", "Origin")], "{method} {target}");
    }
    let refused = send(&api, "GET", "/items/rex", &[("Origin", SHOP_ORIGIN), ("X-Key", "right")]);
    assert_eq!((refused.status().as_u16(), said(&refused)), (400, full.to_vec()));
    let varied = send(&api, "GET", "/varied", &[("Origin", SHOP_ORIGIN)]);
    assert_eq!(varied.field("Vary"), Some("Accept-Language, Origin"));
}

#[test]
fn operations_have_their_own_say() {
    let api = shop(listed());
    let put = send(&api, "PUT", "/open", &[("Origin", SHOP_ORIGIN)]);
    assert_eq!(
        said(&put),
        [
            ("Vary", "Origin"),
            ("Access-Control-Allow-Origin", SHOP_ORIGIN),
            ("Access-Control-Expose-Headers", "X-Own"),
        ]
    );
    for (method, target) in [("DELETE", "/open"), ("GET", "/closed"), ("HEAD", "/closed")] {
        let response = send(&api, method, target, &[("Origin", SHOP_ORIGIN)]);
        assert_eq!((response.status().as_u16(), said(&response)), (204, vec![]), "{method} {target}");
    }
}

const PREFLIGHT_VARY: (&str, &str) =
    ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

#[test]
fn preflights_are_answered_before_security_and_by_the_declared_methods() {
    let api = shop(listed());
    let origin = ("Access-Control-Allow-Origin", SHOP_ORIGIN);
    let credentials = ("Access-Control-Allow-Credentials", "true");
    let open = ("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, QUERY");
    let item = ("Access-Control-Allow-Methods", "OPTIONS, GET, HEAD");
    let rest = [("Access-Control-Allow-Headers", "Content-Type"), ("Access-Control-Max-Age", "600")];
    let api_wide = |methods| vec![PREFLIGHT_VARY, origin, credentials, methods, rest[0], rest[1]];
    let put = vec![
        PREFLIGHT_VARY,
        origin,
        open,
        ("Access-Control-Allow-Headers", "X-In, Content-Type"),
        ("Access-Control-Max-Age", "7"),
    ];
    let refused = vec![PREFLIGHT_VARY];
    for (target, method, from, expected) in [
        ("/open", "GET", SHOP_ORIGIN, api_wide(open)),
        ("/open", "HEAD", SHOP_ORIGIN, api_wide(open)),
        ("/open", "QUERY", SHOP_ORIGIN, api_wide(open)),
        ("/open", "POST", SHOP_ORIGIN, api_wide(open)),
        ("/open", "BREW", SHOP_ORIGIN, api_wide(open)),
        ("/open", "PUT", SHOP_ORIGIN, put),
        ("/open", "DELETE", SHOP_ORIGIN, refused.clone()),
        ("/open", "GET", "https://else.example", refused.clone()),
        ("/open", "not a method", SHOP_ORIGIN, refused.clone()),
        ("/open", "", SHOP_ORIGIN, refused.clone()),
        ("/closed", "GET", SHOP_ORIGIN, refused.clone()),
        ("/items/7", "GET", SHOP_ORIGIN, api_wide(item)),
        ("/items/rex", "GET", SHOP_ORIGIN, api_wide(item)),
        ("/items/%37", "OPTIONS", SHOP_ORIGIN, api_wide(item)),
        ("/empty", "GET", SHOP_ORIGIN, vec![PREFLIGHT_VARY, origin, credentials, rest[0], rest[1]]),
    ] {
        let fields = [("Origin", from), ("Access-Control-Request-Method", method)];
        let response = send(&api, "OPTIONS", target, &fields);
        assert_eq!(
            (response.status().as_u16(), said(&response)),
            (204, expected),
            "{method} {target} {from}"
        );
        assert!(response.bytes().is_empty());
    }
    let nowhere = send(
        &api,
        "OPTIONS",
        "/nowhere",
        &[("Origin", SHOP_ORIGIN), ("Access-Control-Request-Method", "GET")],
    );
    assert_eq!(
        (nowhere.status().as_u16(), nowhere.field("Access-Control-Allow-Origin")),
        (404, Some(SHOP_ORIGIN))
    );
    // Without a requested method, or without an origin, it is an OPTIONS request like any other.
    let plain = send(&api, "OPTIONS", "/open", &[("Access-Control-Request-Method", "GET")]);
    assert_eq!(plain.field("Allow"), Some("GET, PUT, DELETE, PATCH, QUERY, HEAD, OPTIONS"));
}

#[test]
fn requested_fields_are_repeated_where_the_policy_says_so() {
    let api = shop(CorsPolicy::new().origin(SHOP_ORIGIN).credentials().mirror_headers());
    for (requested, expected) in [
        ("x-a", Some("x-a")),
        ("x-a, content-type", Some("x-a, content-type")),
        ("x-a,x-b", Some("x-a,x-b")),
        ("*", None),
        ("x-a, *", None),
        ("x a", None),
        ("", None),
    ] {
        let fields = [
            ("Origin", SHOP_ORIGIN),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", requested),
        ];
        let response = send(&api, "OPTIONS", "/open", &fields);
        assert_eq!(response.field("Access-Control-Allow-Headers"), expected, "{requested}");
    }
}

#[test]
fn what_is_wrong_with_a_policy_is_told_when_building() {
    let new = CorsPolicy::new;
    for (policy, told) in [
        (new().origin("https://a/"), "something follows host and port"),
        (new().origin("https://a/b"), "something follows host and port"),
        (new().origin("a.example"), "it has no scheme"),
        (new().origin("*"), "CorsPolicy::any_origin"),
        (new().origin("null"), "CorsPolicy::null_origin"),
        (new().origin("https://*.a"), "CorsPolicy::origin_pattern"),
        (new().origin_pattern("("), "unclosed group"),
        (new().origin_pattern("a)|(b"), "the pattern `a)|(b`"),
        (new().origin_pattern(r"(a)\1"), "backreferences are not supported"),
        (new().origin_pattern("(a{1000}){1000}"), "exceeds size limit"),
        (new().any_origin().credentials(), "credentials are allowed for any origin"),
        (new().origin("https://a").expose_header("X A"), "`X A` of `CorsPolicy::expose_header`"),
        (new().origin("https://a").allow_header("*").credentials(), "`*` of `CorsPolicy::allow_header`"),
    ] {
        let Err(found) = try_shop(policy.clone(), SHOP) else { panic!("{policy:?} is built") };
        let text = found.to_string();
        assert!(text.contains("HTTP-017") && text.contains(told), "{policy:?}: {text}");
    }
    assert!(try_shop(new().any_origin().allow_header("*"), SHOP).is_ok());
}

#[test]
fn what_is_wrong_with_an_extension_is_told_with_its_place() {
    for (extension, pointer, told) in [
        ("true", "/x-cors", "a value of type boolean"),
        ("7", "/x-cors", "a value of type number"),
        ("[]", "/x-cors", "a value of type array"),
        ("deny", "/x-cors", "`deny`"),
        ("{ credentials: 1 }", "/x-cors/credentials", "`1`"),
        ("{ maxAge: -1 }", "/x-cors/maxAge", "`-1`"),
        ("{ maxAge: 1.5 }", "/x-cors/maxAge", "`1.5`"),
        ("{ maxAge: '1' }", "/x-cors/maxAge", "`1`"),
        ("{ exposeHeaders: X-A }", "/x-cors/exposeHeaders", "`X-A`"),
        ("{ exposeHeaders: [X A] }", "/x-cors/exposeHeaders", "`X A`"),
        ("{ allowHeaders: [1] }", "/x-cors/allowHeaders", "a value of type number"),
        ("{ max_age: 1 }", "/x-cors/max_age", "no member `max_age`"),
        ("{ origins: ['https://a'] }", "/x-cors/origins", "give them to `CorsPolicy`"),
    ] {
        let text = SHOP.replace("x-cors: inherit", &format!("x-cors: {extension}"));
        for policy in [Some(listed()), None] {
            let description = Description::from_text("shop.yaml", &text).unwrap();
            let builder = Api::builder(&description)
                .handlers(Handlers::new().otherwise(Otherwise::NotImplemented))
                .security(SecurityProviders::new().on("key", ApiKeys::new()));
            let built = match policy {
                Some(policy) => builder.cors(policy).build(),
                None => builder.build(),
            };
            let Err(found) = built else { panic!("{extension} is built") };
            let places: Vec<_> = found.iter().map(|one| one.place.pointer.clone()).collect();
            assert_eq!(places, [format!("/paths/~1open/patch{pointer}")], "{found}");
            assert!(found.to_string().contains(told), "{found}");
        }
    }
    let text = SHOP.replace("x-cors: inherit", "x-cors: { credentials: true }");
    let found = try_shop(CorsPolicy::new().any_origin(), &text).unwrap_err().to_string();
    assert!(found.contains("HTTP-017") && found.contains("lets any origin in"), "{found}");
}

#[test]
fn without_a_policy_nothing_is_said_and_nothing_changes() {
    let description = Description::from_text("shop.yaml", SHOP).unwrap();
    let handlers = Handlers::new().otherwise(Otherwise::Handler(crate::echo()));
    let providers = SecurityProviders::new().on("key", ApiKeys::new());
    let api = Api::builder(&description).handlers(handlers).security(providers).build().unwrap();
    let fields = [("Origin", SHOP_ORIGIN), ("Access-Control-Request-Method", "GET")];
    for (method, target) in
        [("GET", "/closed"), ("OPTIONS", "/open"), ("OPTIONS", "/items/7"), ("GET", "/nowhere")]
    {
        assert_eq!(said(&send(&api, method, target, &fields)), [], "{method} {target}");
    }
    assert_eq!(send(&api, "OPTIONS", "/items/7", &fields).status(), 401, "it reaches the declared operation");
}

/// An origin that is listed costs nothing; one that a pattern lets in has to be repeated.
#[test]
fn a_listed_origin_allocates_nothing() {
    let api = shop(listed());
    let count = |method: Method, target: &str, fields: &[FieldLine<'_>]| {
        let (head, connection) = (RequestHead::new(method, target, fields).unwrap(), Connection::default());
        // The regular expressions keep what they work in.
        drop(api.answer(&head, &connection, &mut EmptyBody));
        let counted = allocation_counter::measure(|| drop(api.answer(&head, &connection, &mut EmptyBody)));
        counted.count_total
    };
    let from =
        |origin| [FieldLine::new("Origin", origin), FieldLine::new("Access-Control-Request-Method", "PUT")];
    for (method, target, origin, expected) in [
        (Method::GET, "/open", SHOP_ORIGIN, 0),
        (Method::HEAD, "/open", SHOP_ORIGIN, 0),
        (Method::PUT, "/open", SHOP_ORIGIN, 0),
        (Method::OPTIONS, "/open", SHOP_ORIGIN, 0),
        (Method::GET, "/items/7", SHOP_ORIGIN, 0),
        (Method::GET, "/nowhere", SHOP_ORIGIN, 0),
        (Method::POST, "/open", SHOP_ORIGIN, 0),
        (Method::GET, "/open", "https://else.example", 0),
        (Method::GET, "/open", "https://pr-7.shop.example", 1),
    ] {
        assert_eq!(count(method.clone(), target, &from(origin)), expected, "{method} {target} {origin}");
    }
}

proptest! {
    /// Fetch §3.2.5: `*` goes with no credentials, whoever asks, whatever for, and whatever a handler says.
    #[test]
    fn a_star_never_stands_beside_credentials(
        flags in prop::array::uniform5(any::<bool>()),
        method in prop::sample::select(vec!["GET", "PUT", "PATCH", "OPTIONS", "DELETE", "POST"]),
        target in prop::sample::select(vec!["/open", "/closed", "/star", "/items/7", "/empty", "/nowhere"]),
        origin in prop::sample::select(vec![SHOP_ORIGIN, "null", "https://else", "*", ""]),
        asked in prop::option::of(prop::sample::select(vec!["GET", "PUT", "*", ""])),
    ) {
        let [any, null, credentials, by_name, mirrored] = flags;
        let mut policy = CorsPolicy::new();
        for (flag, add) in [
            (any, CorsPolicy::any_origin as fn(CorsPolicy) -> CorsPolicy),
            (null, CorsPolicy::null_origin),
            (credentials, CorsPolicy::credentials),
            (by_name, |policy| policy.origin(SHOP_ORIGIN)),
            (mirrored, CorsPolicy::mirror_headers),
        ] {
            policy = if flag { add(policy) } else { policy };
        }
        let built = try_shop(policy, SHOP);
        prop_assert_eq!(built.is_err(), any && credentials);
        let Ok(api) = built else { return Ok(()) };
        let mut fields = vec![("Origin", origin), ("Access-Control-Request-Headers", "*")];
        fields.extend(asked.map(|asked| ("Access-Control-Request-Method", asked)));
        let response = send(&api, method, target, &fields);
        let said = said(&response);
        let credentials = said.iter().any(|(name, _)| name.eq_ignore_ascii_case("Access-Control-Allow-Credentials"));
        prop_assert!(!credentials || said.iter().all(|(_, value)| !value.contains('*')), "{said:?}");
        let names = said.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Access-Control-Allow-Origin"));
        prop_assert!(names.count() < 2, "{said:?}");
    }
}
