//! Whole requests, from the head that a transport hands over to the content that it would send.
//!
//! | Journey | Why it is typical |
//! |---|---|
//! | `get` | two path, two query and a header parameter, a key; the answer is JSON, checked against its schema |
//! | `post-json` | an order of three lines, validated, read into a struct, answered with JSON |
//! | `not-found` | what scanners send; nobody should be able to make us work for it |
//! | `unauthorised` | `get` without its key: the second thing that strangers send |
//!
//! `to-handler/...` are the first two with handlers that do nothing and answers that are not looked at: what is left
//! is the way from head to handler. `deepest/...` nest content as deep as it may be, for the sake of their stack.

use std::hint::black_box;

use brrtrouter::schema::instance::JsonLimits;
use brrtrouter::{Api, BodySource, BytesBody, Connection, EmptyBody};

use super::shop::{self, Message};
use super::{Entry, Scenario, Work};

struct Journey {
    api: &'static Api,
    connection: Connection,
    message: Message,
    status: u16,
    content: Vec<u8>,
}

pub(super) fn entries() -> Vec<Entry> {
    let deep = |innermost| move || Message::deep(shop::categories(nesting_max(), innermost));
    vec![
        entry("journey/get", (shop::api, 200), Message::get_order),
        entry("journey/post-json", (shop::api, 201), Message::make_order),
        entry("journey/not-found", (shop::api, 404), Message::to_nowhere),
        entry("journey/unauthorised", (shop::api, 401), Message::without_key),
        entry("to-handler/get", (shop::api_to_handlers, 204), Message::get_order),
        entry("to-handler/post-json", (shop::api_to_handlers, 204), Message::make_order),
        entry("deepest/valid", (shop::api, 204), deep("\"leaf\"")),
        entry("deepest/invalid", (shop::api, 400), deep("7")),
    ]
}

/// How deep content may be nested unless an option says otherwise.
pub(super) fn nesting_max() -> usize {
    usize::try_from(JsonLimits::default().nesting_max).unwrap_or(usize::MAX)
}

fn entry(
    name: &'static str,
    (api, status): (fn() -> &'static Api, u16),
    message: impl Fn() -> Message + Copy + Send + Sync + 'static,
) -> Entry {
    Entry::new(name, move || {
        let request = message();
        Scenario {
            name: name.to_owned(),
            what: format!("{} {}, answered with {status}", request.method, request.target),
            elements: 1,
            bytes: request.bytes(),
            parameters: request.parameters,
            make: Box::new(move || {
                let (message, connection) = (message(), Connection::default());
                let mut journey = Journey { api: api(), connection, message, status, content: Vec::new() };
                assert_eq!(journey.answer(), status, "{name}: {}", String::from_utf8_lossy(&journey.content));
                Box::new(journey)
            }),
        }
    })
}

impl Journey {
    /// Serves the request and gives the status of the answer.
    fn answer(&mut self) -> u16 {
        let head = self.message.head();
        let (mut bytes, mut empty) = (BytesBody::new(self.message.content), EmptyBody);
        let body: &mut dyn BodySource = if self.message.content.is_empty() { &mut empty } else { &mut bytes };
        let mut response = self.api.answer(&head, &self.connection, body);
        self.content.clear();
        response.body_mut().write_to(&mut self.content).expect("a buffer takes everything");
        response.status().as_u16()
    }
}

impl Work for Journey {
    fn pass(&mut self) {
        let status = self.answer();
        debug_assert_eq!(status, self.status, "the answer changes between passes");
        black_box(status);
    }

    fn element(&mut self, _at: usize) {
        self.pass();
    }

    fn size(&self, _at: usize) -> (u64, u64) {
        (self.message.bytes(), self.message.parameters)
    }

    fn label(&self, _at: usize) -> String {
        format!("{} {}", self.message.method, self.message.target)
    }
}
