//! The access log: one event a request, with what is known of it and nothing that may be secret.
#![expect(clippy::unwrap_used, reason = "these are tests, functions that they share included")]

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex};

use brrtrouter::{
    AccessLog, Api, Connection, Description, Handlers, Problem, RequestIds, Response, Service, StatusCode,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The fields of an event, its level among them.
type Told = BTreeMap<String, String>;

/// Writes down the events of the access log.
struct Reader(Arc<Mutex<Vec<Told>>>);

struct Fields(Told);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        write!(text, "{value:?}").unwrap();
        self.0.insert(field.name().to_owned(), text);
    }
}

impl Subscriber for Reader {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "brrtrouter::access"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        panic!("the library opens no span")
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let level = ("level".to_owned(), event.metadata().level().to_string());
        let mut fields = Fields(BTreeMap::from([level]));
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

const NAMES: &str = "
openapi: 3.1.2
info: { title: Names, version: '1' }
paths:
  /names/{name}:
    get:
      operationId: greet
      parameters:
        - { name: name, in: path, required: true, schema: { type: string, maxLength: 9 } }
        - { name: token, in: query, schema: { type: string } }
      responses: { '200': { description: hello, content: { text/plain: {} } } }
  /down: { get: { operationId: down, responses: { '200': { description: never } } } }
";

fn told_of(log: AccessLog, targets: &[&str]) -> Vec<Told> {
    let description = Description::from_text("names.yaml", NAMES).unwrap();
    let handlers = Handlers::new()
        .on("greet", |_| Ok(Response::text("hello")))
        .on("down", |_| Err(Problem::new(StatusCode::BAD_GATEWAY)));
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    let ids = RequestIds::new().accept_incoming();
    let service = Service::builder(api).request_ids(ids).middleware(log).build().unwrap();
    let events = Arc::new(Mutex::new(Vec::new()));
    let connection = Connection { peer: "192.0.2.7:1".parse().ok(), ..Connection::default() };
    tracing::subscriber::with_default(Reader(Arc::clone(&events)), || {
        for target in targets {
            let request = service.test().over(connection.clone()).get(*target);
            let status =
                request.field("X-Request-Id", "a7").field("Authorization", "Bearer s3cret").send().status();
            assert!(status.as_u16() >= 200);
        }
    });
    Arc::try_unwrap(events).unwrap().into_inner().unwrap()
}

#[test]
fn a_request_is_told_of_without_its_secrets() {
    let told =
        told_of(AccessLog::new(), &["/names/Ada?token=s3cret", "/names/much-too-long", "/down", "/nowhere"]);
    let field = |at: usize, name: &str| told[at].get(name).map(String::as_str);
    for (name, expected) in [
        ("level", "INFO"),
        ("request_id", "\"a7\""),
        ("operation", "\"greet\""),
        ("route", "\"/names/{name}\""),
        ("method", "\"GET\""),
        ("path", "\"/names/Ada\""),
        ("status", "200"),
        ("bytes_in", "0"),
        ("bytes_out", "5"),
        ("peer", "192.0.2.7:1"),
    ] {
        assert_eq!(field(0, name), Some(expected), "{name}");
    }
    assert!(field(0, "duration_micros").is_some() && field(0, "problem").is_none(), "{told:?}");
    assert_eq!(field(1, "problem"), Some("\"urn:brrtrouter:problem:invalid-parameters\""));
    assert_eq!((field(2, "level"), field(2, "status")), (Some("ERROR"), Some("502")));
    assert_eq!((field(3, "operation"), field(3, "status")), (None, Some("404")));
    assert!(!format!("{told:?}").contains("s3cret"), "{told:?}");
}

#[test]
fn successes_are_sampled_and_failures_are_not() {
    let log = AccessLog::new().one_success_in(NonZeroU64::new(3).unwrap()).without_peer();
    let targets: Vec<_> = ["/names/Ada", "/down"].into_iter().cycle().take(14).collect();
    let told = told_of(log, &targets);
    let with = |status: &str| told.iter().filter(|event| event["status"] == status).count();
    assert_eq!((with("200"), with("502")), (3, 7));
    assert!(told.iter().all(|event| !event.contains_key("peer")));
}
