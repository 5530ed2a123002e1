//! What a service does around its API, one table for each rule.

use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};

use super::*;
use crate::serve::{EmptyBody, TestResponse};
use crate::{Context, CorsPolicy, Description, Handlers, Otherwise};

const UP: &str = "
openapi: 3.1.2
info: { title: Up, version: '1', x-rate: 1.10 }
security: [{ key: [] }]
paths:
  /up: { get: { operationId: up, security: [], responses: { '200': { description: up, content: { text/plain: {} } } } } }
  /secret: { get: { operationId: secret, responses: { '200': { description: told, content: { text/plain: {} } } } } }
  /faulty: { get: { operationId: faulty, security: [], responses: { '200': { description: no, content: { text/plain: {} } } } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
";

fn description(text: &str) -> Description {
    Description::from_text("up.yaml", text).unwrap()
}

fn up(text: &str) -> Api {
    let id = |cx: &Context<'_>| Ok(Response::text(cx.request_id().unwrap_or("none").to_owned()));
    let handlers = Handlers::new()
        .on("up", id)
        .on("faulty", |_| panic!("on purpose"))
        .otherwise(Otherwise::Handler(crate::HandlerFn::new(id)));
    let description = description(text);
    let providers = crate::SecurityProviders::new().on("key", crate::ApiKeys::new());
    let cors = CorsPolicy::new().origin("https://shop.example");
    Api::builder(&description).handlers(handlers).security(providers).cors(cors).build().unwrap()
}

fn send(service: &Service, method: Method, target: &str, fields: &[(&str, &str)]) -> TestResponse {
    let request = service.test().request(method, target);
    fields.iter().fold(request, |request, (name, value)| request.field(*name, value)).send()
}

/// Writes down what it sees; its name tells what it does.
struct Witness(&'static str, Arc<Mutex<Vec<String>>>);

impl Middleware for Witness {
    fn before(&self, exchange: &Exchange<'_>) -> Result<(), Response> {
        self.1.lock().unwrap().push(format!("before {}", self.0));
        assert!(exchange.operation().is_none() && exchange.started().is_some());
        match self.0 {
            "answers" => Err(Problem::new(StatusCode::IM_A_TEAPOT))?,
            "panics before" => panic!("on purpose"),
            _ => Ok(()),
        }
    }

    fn after(&self, exchange: &Exchange<'_>, response: &mut Response) {
        let operation = exchange.operation().map_or("-", |operation| operation.name());
        self.1.lock().unwrap().push(format!("after {} {operation} {}", self.0, response.status().as_u16()));
        match self.0 {
            "panics after" => panic!("on purpose"),
            "stamps" => response.set_field("X-Stamp", "1"),
            "replaces" => *response = Response::text("new").with_field("Access-Control-Allow-Origin", "*"),
            _ => {}
        }
    }
}

#[test]
fn middleware_goes_round_every_answer() {
    let cases: &[(&[&'static str], &str, u16, &[&str])] = &[
        (&["a", "b"], "/up", 200, &["before a", "before b", "after b up 200", "after a up 200"]),
        (&["a"], "/secret", 401, &["before a", "after a secret 401"]),
        (&["a"], "/faulty", 500, &["before a", "after a faulty 500"]),
        (&["a"], "/nowhere", 404, &["before a", "after a - 404"]),
        (&["a"], "/health", 200, &["before a", "after a - 200"]),
        (
            &["a", "answers", "b"],
            "/up",
            418,
            &["before a", "before answers", "after b - 418", "after answers - 418", "after a - 418"],
        ),
        (
            &["a", "panics before"],
            "/up",
            500,
            &["before a", "before panics before", "after panics before - 500", "after a - 500"],
        ),
        (
            &["a", "panics after"],
            "/up",
            500,
            &["before a", "before panics after", "after panics after up 200", "after a up 500"],
        ),
        (
            &["stamps", "replaces"],
            "/secret",
            200,
            &["before stamps", "before replaces", "after replaces secret 401", "after stamps secret 200"],
        ),
    ];
    for (names, target, status, expected) in cases {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut builder = Service::builder(up(UP)).request_ids(RequestIds::new());
        for name in *names {
            builder = builder.middleware(Witness(name, Arc::clone(&seen)));
        }
        let service = builder.build().unwrap();
        let response = send(&service, Method::GET, target, &[("Origin", "https://shop.example")]);
        assert_eq!(response.status().as_u16(), *status, "{names:?} {target}");
        assert_eq!(*seen.lock().unwrap(), *expected, "{names:?} {target}");
        assert_eq!(
            response.field("Access-Control-Allow-Origin"),
            Some("https://shop.example"),
            "{names:?} {target}"
        );
        assert_eq!(response.field("X-Request-Id").map(str::len), Some(22));
        assert_eq!(response.field("X-Stamp").is_some(), names.contains(&"stamps"));
        if *status >= 400 {
            assert_eq!(response.json::<serde_json::Value>().unwrap()["status"], *status);
        }
    }
}

#[test]
fn requests_have_ids() {
    let new = RequestIds::new;
    let incoming = |ids: RequestIds, name: &str, id: &str| {
        let service = Service::builder(up(UP)).request_ids(ids).build().unwrap();
        let response = send(&service, Method::GET, "/up", &[(name, id)]);
        let told = response.response().fields().iter().find(|line| line.name().ends_with("-Id")).unwrap();
        assert_eq!(told.value(), response.text(), "the handler sees what the client is told");
        told.value() == id
    };
    for (ids, name, id, is_kept) in [
        (new(), "X-Request-Id", "a7", false),
        (new().accept_incoming(), "x-request-id", "a7", true),
        (new().accept_incoming(), "X-Request-Id", "a 7", false),
        (new().accept_incoming().field("X-Trace-Id"), "X-Request-Id", "a7", false),
        (new().accept_incoming().field("X-Trace-Id"), "X-Trace-Id", "a7", true),
    ] {
        assert_eq!(incoming(ids.clone(), name, id), is_kept, "{ids:?} {name}: {id}");
    }
    let service = Service::builder(up(UP)).request_ids(new().prefix(1)).build().unwrap();
    for (count, target) in ["/up", "/nowhere", "/secret", "/faulty", "/health", "no path"].iter().enumerate()
    {
        let id = format!("0000000001{count:012x}");
        assert_eq!(send(&service, Method::GET, target, &[]).field("X-Request-Id"), Some(&*id), "{target}");
    }
}

#[test]
fn a_handler_on_the_pool_knows_the_id() {
    let id = |cx: &Context<'_>| Ok(Response::text(cx.request_id().unwrap_or("none").to_owned()));
    let description = description(&UP.replace("security: [{ key: [] }]", ""));
    let handlers = Handlers::new().on_pool("up", id).otherwise(Otherwise::NotImplemented);
    let providers = crate::SecurityProviders::new().on("key", crate::ApiKeys::new());
    let api = Api::builder(&description).handlers(handlers).security(providers).build().unwrap();
    let service = Service::builder(api).request_ids(RequestIds::new()).build().unwrap();
    let response = send(&service, Method::GET, "/up", &[]);
    assert_eq!(response.field("X-Request-Id"), Some(response.text().as_ref()));
}

#[test]
fn a_head_that_cannot_be_read_is_answered_as_well() {
    let service = Service::builder(up(UP)).request_ids(RequestIds::new().accept_incoming()).build().unwrap();
    let fields = [FieldLine::new("Origin", "https://shop.example"), FieldLine::new("X-Request-Id", "a7")];
    let response = service.refuse(crate::HeadError::TargetTooLong, &fields);
    let told = ["Access-Control-Allow-Origin", "Vary", "X-Request-Id"].map(|name| response.field(name));
    assert_eq!(response.status().as_u16(), 414);
    assert_eq!(told, [Some("https://shop.example"), Some("Origin"), Some("a7")]);
}

#[test]
fn own_paths_answer_to_get_and_head() {
    let service = Service::builder(up(UP)).description(&description(UP)).build().unwrap();
    let get = |target: &str| send(&service, Method::GET, target, &[]);
    for target in ["/health", "/ready"] {
        let response = get(target);
        assert_eq!((response.status().as_u16(), response.text().as_ref()), (200, r#"{"status":"pass"}"#));
        assert_eq!(response.field("Cache-Control"), Some("no-store"));
    }
    service.readiness().clone().drain();
    assert_eq!((get("/health").status().as_u16(), get("/ready").status().as_u16()), (200, 503));
    service.readiness().resume();
    assert_eq!(get("/ready").status(), 200);
    assert_eq!(get("/openapi.yaml").text(), UP);
    assert!(
        get("/openapi.json").text().contains(r#""info":{"title":"Up","version":"1","x-rate":1.10}"#),
        "{}",
        get("/openapi.json").text()
    );
    for (target, media_type) in [("/openapi.json", "application/json"), ("/openapi.yaml", "application/yaml")]
    {
        let response = get(target);
        assert_eq!(response.field("Content-Type"), Some(media_type));
        let etag = response.field("ETag").unwrap();
        let head = send(&service, Method::HEAD, target, &[]);
        assert_eq!(head.response().content_length(), response.response().content_length());
        assert!(head.bytes().is_empty());
        for (condition, status) in [
            (etag.to_owned(), 304),
            (format!("W/{etag}"), 304),
            (format!("\"a\", {etag}"), 304),
            ("*".to_owned(), 304),
            ("\"a\"".to_owned(), 200),
            (String::new(), 200),
        ] {
            let response = send(&service, Method::GET, target, &[("If-None-Match", &condition)]);
            assert_eq!(response.status().as_u16(), status, "{condition}");
            assert_eq!(response.field("ETag"), Some(etag));
            assert_eq!(response.bytes().is_empty(), status == 304);
            assert_eq!(response.field("Vary"), Some("Origin"));
        }
    }
    for method in [Method::POST, Method::OPTIONS, Method::DELETE] {
        let response = send(&service, method, "/health", &[]);
        assert_eq!((response.status().as_u16(), response.field("Allow")), (405, Some("GET, HEAD")));
    }
}

#[test]
fn an_own_path_never_hides_a_declared_one() {
    let with = |path: &str| UP.replace("/faulty:", &format!("{path}:"));
    let declared =
        |path: &str, template: &str| ServiceError::Declared { path: path.into(), template: template.into() };
    let text = with("/health");
    let service = Service::builder(up(&text)).build().unwrap();
    assert_eq!(service.left_out(), [declared("/health", "/health")]);
    assert_eq!(send(&service, Method::GET, "/health", &[]).status(), 500, "the operation's handler");
    assert_eq!(send(&service, Method::GET, "/ready", &[]).status(), 200);
    let build = |text: &str, health: &str| Service::builder(up(text)).health(health).build().map(|_| ());
    for (text, path, expected) in [
        (UP, "/live", Ok(())),
        (UP, "/up", Err(declared("/up", "/up"))),
        (&*text, "/health", Err(declared("/health", "/health"))),
        (UP, "/ready", Err(ServiceError::Repeated("/ready".into()))),
        (UP, "health", Err(ServiceError::Path("health".into()))),
        (UP, "/a?b", Err(ServiceError::Path("/a?b".into()))),
        (UP, "/{a}", Err(ServiceError::Path("/{a}".into()))),
        (UP, "/a/../b", Err(ServiceError::Path("/a/../b".into()))),
        (UP, "/a b", Err(ServiceError::Path("/a b".into()))),
        (UP, "/%61", Err(ServiceError::Path("/%61".into()))),
    ] {
        assert_eq!(build(text, path), expected, "{path}");
    }
    let bare = Service::from(up(UP));
    assert_eq!(send(&bare, Method::GET, "/health", &[]).status(), 404);
    let none = Service::builder(up(UP)).without_status().build().unwrap();
    assert_eq!(send(&none, Method::GET, "/ready", &[]).status(), 404);
}

#[test]
fn the_texts_of_a_description() {
    let json = r#"{ "openapi": "3.1.2", "info": {"title": "A", "version": "1"}, "paths": {} }"#;
    let texts = DescriptionTexts::from(&Description::from_text("a.json", json).unwrap());
    assert_eq!((&*texts.json, &*texts.yaml), (json.as_bytes(), json.as_bytes()));
    let old = "openapi: 3.0.4\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents: {schemas: {A: {type: string, nullable: true}}}\n";
    let texts = DescriptionTexts::from(&Description::from_text("a.yaml", old).unwrap());
    let json = String::from_utf8_lossy(&texts.json).into_owned();
    assert!(json.contains(r#""openapi":"3.0.4""#) && json.contains(r#""nullable":true"#), "{json}");
    assert_eq!(&*texts.yaml, old.as_bytes());
}

#[test]
fn a_service_adds_no_allocation() {
    struct Nothing;
    impl Middleware for Nothing {}
    let service =
        Service::builder(up(UP)).request_ids(RequestIds::new()).middleware(Nothing).build().unwrap();
    let fields = [FieldLine::new("Origin", "https://shop.example")];
    let connection = Connection::default();
    for (target, status) in [("/secret", 401), ("/nowhere", 404), ("/health", 200), ("/ready", 200)] {
        let head = RequestHead::new(Method::GET, target, &fields).unwrap();
        let mut seen = 0;
        let counted = allocation_counter::measure(|| {
            seen = service.answer(&head, &connection, &mut EmptyBody).status().as_u16();
        });
        assert_eq!((seen, counted.count_total), (status, 0), "{target}");
    }
}
