//! What is counted: exactly, in series that no client can add to, across reloads, and without an allocation.
#![expect(clippy::unwrap_used, reason = "these are tests, functions that they share included")]

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use brrtrouter::{
    AccessLog, Api, ApiKeys, BytesBody, Connection, Description, FieldLine, Handlers, Method, Metrics,
    Principal, Problem, RequestHead, RequestIds, Response, SecurityProviders, Service, StatusCode,
};

const SHOP: &str = r#"
openapi: 3.1.2
info: { title: Shop, version: "1" }
paths:
  /items/{id}:
    get:
      operationId: getItem
      parameters: [{ name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }]
      responses: { "200": { description: one, content: { text/plain: {} } } }
  /items:
    post:
      operationId: addItem
      requestBody: { required: true, content: { application/json: { schema: { type: array, maxItems: 2 } } } }
      responses: { "204": { description: added } }
  /secret: { get: { operationId: secret, security: [{ key: [] }], responses: { "204": { description: told } } } }
  /down: { get: { operationId: down, responses: { "200": { description: never } } } }
  /odd: { get: { operationId: odd, responses: { default: { description: any } } } }
  /panic: { get: { operationId: panic, responses: { "200": { description: never } } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
"#;

pub fn shop() -> Api {
    let description = Description::from_text("shop.yaml", SHOP).unwrap();
    let handlers = Handlers::new()
        .on("getItem", |_| Ok(Response::text("an item")))
        .on("addItem", |_| Ok(Response::no_content()))
        .on("secret", |_| Ok(Response::no_content()))
        .on("down", |_| Err(Problem::new(StatusCode::BAD_GATEWAY)))
        .on("odd", |_| Ok(Response::new(StatusCode::from_u16(799).unwrap())))
        .on("panic", |_| panic!("on purpose"));
    let keys = ApiKeys::new().with_key("right", Principal::new("ada"));
    let providers = SecurityProviders::new().on("key", keys);
    Api::builder(&description).handlers(handlers).security(providers).build().unwrap()
}

fn measured(metrics: &Metrics) -> Service {
    Service::builder(shop()).metrics(metrics).metrics_page(metrics).build().unwrap()
}

/// Method, target, fields, body, and the series that the request adds to, with their labels.
pub type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static [&'static str],
);

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

pub const MIXTURE: &[Case] = &[
    (
        "GET",
        "/items/7",
        &[],
        "",
        &[r#"http_requests_total{operation="getItem",route="/items/{id}",method="GET",status="200"}"#],
    ),
    (
        "HEAD",
        "/items/7",
        &[],
        "",
        &[r#"http_requests_total{operation="getItem",route="/items/{id}",method="HEAD",status="200"}"#],
    ),
    (
        "GET",
        "/items/0",
        &[],
        "",
        &[
            r#"http_requests_total{operation="getItem",route="/items/{id}",method="GET",status="400"}"#,
            r#"brrtrouter_validation_failures_total{operation="getItem",kind="parameters"}"#,
        ],
    ),
    (
        "POST",
        "/items",
        JSON,
        "[1]",
        &[r#"http_requests_total{operation="addItem",route="/items",method="POST",status="204"}"#],
    ),
    (
        "POST",
        "/items",
        JSON,
        "[1,2,3]",
        &[
            r#"http_requests_total{operation="addItem",route="/items",method="POST",status="400"}"#,
            r#"brrtrouter_validation_failures_total{operation="addItem",kind="content"}"#,
        ],
    ),
    (
        "POST",
        "/items",
        JSON,
        "[",
        &[
            r#"http_requests_total{operation="addItem",route="/items",method="POST",status="400"}"#,
            r#"brrtrouter_validation_failures_total{operation="addItem",kind="content_malformed"}"#,
        ],
    ),
    (
        "GET",
        "/secret",
        &[],
        "",
        &[
            r#"http_requests_total{operation="secret",route="/secret",method="GET",status="401"}"#,
            r#"brrtrouter_authentication_failures_total{operation="secret",reason="missing"}"#,
        ],
    ),
    (
        "GET",
        "/secret",
        &[("X-Key", "wrong")],
        "",
        &[
            r#"http_requests_total{operation="secret",route="/secret",method="GET",status="401"}"#,
            r#"brrtrouter_authentication_failures_total{operation="secret",reason="invalid"}"#,
        ],
    ),
    (
        "GET",
        "/secret",
        &[("X-Key", "right")],
        "",
        &[r#"http_requests_total{operation="secret",route="/secret",method="GET",status="204"}"#],
    ),
    (
        "GET",
        "/down",
        &[],
        "",
        &[
            r#"http_requests_total{operation="down",route="/down",method="GET",status="502"}"#,
            r#"brrtrouter_handler_errors_total{operation="down",kind="told"}"#,
        ],
    ),
    (
        "GET",
        "/odd",
        &[],
        "",
        &[r#"http_requests_total{operation="odd",route="/odd",method="GET",status="other"}"#],
    ),
    (
        "GET",
        "/nowhere",
        &[],
        "",
        &[r#"http_requests_total{operation="",route="",method="GET",status="404"}"#],
    ),
    (
        "DELETE",
        "/secret",
        &[],
        "",
        &[r#"http_requests_total{operation="",route="",method="DELETE",status="405"}"#],
    ),
    (
        "BREW",
        "/secret",
        &[],
        "",
        &[r#"http_requests_total{operation="",route="",method="other",status="501"}"#],
    ),
];

/// The samples of a page that are not zero, histograms' buckets apart.
pub fn samples(page: &str) -> BTreeMap<&str, f64> {
    let lines = page.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket{"));
    let parsed = lines.map(|line| line.rsplit_once(' ').unwrap());
    parsed.map(|(name, value)| (name, value.parse().unwrap())).filter(|(_, value)| *value != 0.0).collect()
}

fn send(service: &Service, (method, target, fields, body, _): &Case) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let length = body.len().to_string();
    let lines = fields.iter().map(|(name, value)| FieldLine::new(name, value));
    let fields: Vec<_> = lines.chain([FieldLine::new("Content-Length", &length)]).collect();
    let head = RequestHead::new(method, target, &fields).unwrap();
    service.answer(&head, &Connection::default(), &mut BytesBody::new(body.as_bytes()));
}

pub fn assert_counts(page: &str, times: f64) {
    let samples = samples(page);
    let mut expected = BTreeMap::new();
    for name in MIXTURE.iter().flat_map(|case| case.4) {
        *expected.entry(*name).or_insert(0.0) += times;
    }
    let counters = |name: &&str| {
        name.starts_with("http_requests_total")
            || name.contains("failures_total")
            || name.contains("errors_total")
    };
    let seen: BTreeMap<_, _> =
        samples.iter().map(|(name, value)| (*name, *value)).filter(|(name, _)| counters(name)).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_mixture_is_counted_exactly_by_many_at_once() {
    const EACH: usize = 50;
    let metrics = Metrics::new().unwrap();
    let service = measured(&metrics);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..EACH).for_each(|_| MIXTURE.iter().for_each(|case| send(&service, case))));
        }
    });
    let page = metrics.to_text().unwrap();
    assert_counts(&page, 200.0);
    let samples = samples(&page);
    let sample = |name: &str| samples.get(name).copied().unwrap_or_default();
    assert!(!samples.contains_key("http_requests_in_flight"), "it is zero");
    assert!((sample(r#"http_request_duration_seconds_count{operation="addItem"}"#) - 600.0).abs() < 0.5);
    assert!(
        (sample(r#"http_request_size_bytes_sum{operation="addItem"}"#) - 200.0 * (3.0 + 7.0 + 1.0)).abs()
            < 0.5
    );
    let gets = "an item".len();
    assert!(
        sample(r#"http_response_size_bytes_sum{operation="getItem"}"#)
            > 200.0 * f64::from(u32::try_from(gets).unwrap())
    );
    assert!(sample(r#"http_response_size_bytes_sum{operation="addItem"}"#) > 0.0);
}

#[test]
fn panics_and_requests_in_flight_are_counted() {
    let metrics = Metrics::new().unwrap();
    let service = measured(&metrics);
    let silent = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    assert_eq!(service.test().get("/panic").send().status(), 500);
    std::panic::set_hook(silent);
    let text = metrics.to_text().unwrap();
    assert!(text.contains(r#"brrtrouter_panics_total{operation="panic"} 1"#), "{text}");
    assert!(
        text.contains(r#"brrtrouter_handler_errors_total{operation="panic",kind="internal"} 1"#),
        "{text}"
    );
    assert!(text.contains(r#"brrtrouter_panics_total{operation="down"} 0"#), "{text}");

    let head = RequestHead::new(Method::GET, "/items/1", &[]).unwrap();
    let connection = Connection::default();
    let admitted = service.admit(&head, &connection).unwrap();
    assert!(metrics.to_text().unwrap().contains("http_requests_in_flight 1\n"));
    drop(admitted);
    assert!(metrics.to_text().unwrap().contains("http_requests_in_flight 0\n"), "a request that is given up");
}

#[test]
fn no_client_adds_a_series() {
    let metrics = Metrics::new().unwrap();
    let service = measured(&metrics);
    let count = |metrics: &Metrics| metrics.to_text().unwrap().lines().count();
    for case in MIXTURE {
        send(&service, case);
    }
    let before = count(&metrics);
    for number in 0..500 {
        let target = format!("/nowhere/{number}?q={number}");
        let method = Method::from_bytes(format!("METHOD{number}").as_bytes()).unwrap();
        let unknown = service.test().request(method, target.clone()).field("X-Any", target.clone()).send();
        let nowhere = service.test().get(target).send();
        let item = service.test().get(format!("/items/{}", number + 1)).send();
        let statuses = [unknown, nowhere, item].map(|response| response.status().as_u16());
        assert_eq!(statuses, [501, 404, 200]);
    }
    assert_eq!(count(&metrics), before);
}

#[test]
fn series_survive_a_reload() {
    let metrics = Metrics::new().unwrap();
    for expected in [1.0, 2.0, 3.0] {
        let service = measured(&metrics);
        MIXTURE.iter().for_each(|case| send(&service, case));
        assert_counts(&metrics.to_text().unwrap(), expected);
    }
}

#[test]
fn the_page_hides_no_declared_path() {
    let metrics = Metrics::new().unwrap();
    let api = || {
        let text = SHOP.replace("/odd:", "/metrics:");
        let handlers = Handlers::new().otherwise(brrtrouter::Otherwise::NotImplemented);
        let providers = SecurityProviders::new().on("key", ApiKeys::new());
        let description = Description::from_text("shop.yaml", &text).unwrap();
        Api::builder(&description).handlers(handlers).security(providers).build().unwrap()
    };
    let service = Service::builder(api()).metrics_page(&metrics).build().unwrap();
    assert_eq!((service.left_out().len(), service.test().get("/metrics").send().status().as_u16()), (1, 501));
    assert!(Service::builder(api()).metrics_page_at("/metrics", &metrics).build().is_err());
    let service = Service::builder(api()).metrics_page_at("/own/metrics", &metrics).build().unwrap();
    assert_eq!(service.test().get("/own/metrics").send().status(), 200);
    assert_eq!(service.test().post("/own/metrics").send().status(), 405);
}

/// Request ids and the access log, which nobody listens to here, are part of what is measured.
#[test]
fn counting_allocates_nothing() {
    let metrics = Metrics::new().unwrap();
    let ids = RequestIds::new();
    let builder = Service::builder(shop()).metrics(&metrics).request_ids(ids).middleware(AccessLog::new());
    let service = builder.build().unwrap();
    let connection = Connection::default();
    for (target, status) in [("/secret", 401), ("/nowhere", 404), ("/health", 200), ("/down", 502)] {
        let head = RequestHead::new(Method::GET, target, &[]).unwrap();
        let mut seen = 0;
        let counted = allocation_counter::measure(|| {
            seen = service.answer(&head, &connection, &mut BytesBody::new(b"")).status().as_u16();
        });
        assert_eq!((seen, counted.count_total), (status, 0), "{target}");
    }
}

/// Whether a program is there; a test that needs one says so and passes over what it would show.
pub fn has(program: &str) -> bool {
    let found =
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: there is no `{program}`; Debian has it in the package `prometheus`");
    }
    found
}

/// Lets `promtool` judge names, units, help texts and format.
pub fn assert_well_told(page: &str) {
    if !has("promtool") {
        return;
    }
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), page.as_bytes()).unwrap();
    let judged = child.wait_with_output().unwrap();
    let said = [judged.stdout, judged.stderr].concat();
    assert!(judged.status.success() && said.is_empty(), "{}\n{page}", String::from_utf8_lossy(&said));
}

#[test]
fn prometheus_finds_no_fault() {
    let metrics = Metrics::new().unwrap();
    let service = measured(&metrics);
    MIXTURE.iter().for_each(|case| send(&service, case));
    let page = service.test().get("/metrics").send();
    assert_eq!(page.field("Content-Type"), Some("text/plain; version=0.0.4"));
    assert_well_told(&page.text());
}
