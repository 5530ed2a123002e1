//! What stages and journeys are measured with: one description, compiled, and requests to it.
//!
//! Everything here lives as long as the process. A process that measures prepares one scenario and ends, and requests
//! may then borrow from what they are made of.

use std::hint::black_box;

use brrtrouter::description::{OpenApi, Operation};
use brrtrouter::{
    Api, ApiKeys, ApiOptions, Context, Description, FieldLine, HandlerFn, Handlers, Otherwise, Principal,
    Problem, RequestHead, Response, ResponsePolicy, SecurityProviders,
};
use http::{Method, StatusCode};
use serde::Deserialize;

/// An order as clients send it, of three lines.
pub(super) const ORDER: &[u8] = include_bytes!("../../data/order.json");
/// The answer to an order, and what is asked for by its number.
pub(super) const MADE: &str = r#"{"id":"ord_0042","state":"made","total":74.40}"#;
pub(super) const KEY: &str = "b7c1f2d94e3a4c5f8d6e7a8b9c0d1e2f";

/// Keeps a value for the rest of the process.
pub(super) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(super) fn description() -> &'static Description {
    let text = include_str!("../../data/shop.yaml");
    keep(Description::from_text("shop.yaml", text).expect("the shop's description is sound"))
}

/// The operation of this name, as the description has it.
pub(super) fn operation(description: &'static Description, id: &str) -> Operation<'static> {
    let found = OpenApi::new(description)
        .paths()
        .into_iter()
        .flat_map(|(_, item)| item.operations())
        .find(|(_, operation)| operation.operation_id() == Some(id));
    found.map(|(_, operation)| operation).expect("the shop has the operation")
}

pub(super) fn providers() -> SecurityProviders {
    SecurityProviders::new().on("key", ApiKeys::new().with_key(KEY, Principal::new("ada")))
}

/// The shop as a service: its handlers read what they are given and answer with JSON.
pub(super) fn api() -> &'static Api {
    let handlers = Handlers::new()
        .on("getOrder", |cx| {
            read_parameters(cx)?;
            Ok(Response::bytes("application/json", MADE.as_bytes()))
        })
        .on("makeOrder", |cx| {
            black_box(cx.body::<Order<'_>>()?);
            Ok(Response::bytes("application/json", MADE.as_bytes()).with_status(StatusCode::CREATED))
        })
        .otherwise(Otherwise::Handler(HandlerFn::new(|_| Ok(Response::no_content()))));
    build(handlers, ApiOptions::default())
}

/// The shop with handlers that do nothing and answers that are not looked at: what is left is the way to the handler.
pub(super) fn api_to_handlers() -> &'static Api {
    let options = ApiOptions { response_policy: ResponsePolicy::Off, ..ApiOptions::default() };
    let nothing = |cx: &Context<'_>| {
        black_box(cx);
        Ok(Response::no_content())
    };
    build(Handlers::new().otherwise(Otherwise::Handler(HandlerFn::new(nothing))), options)
}

fn build(handlers: Handlers, options: ApiOptions) -> &'static Api {
    let built = Api::builder(description()).handlers(handlers).security(providers()).options(options).build();
    keep(built.expect("the shop can be served"))
}

fn read_parameters(cx: &Context<'_>) -> Result<(), Problem> {
    black_box((cx.path::<u64>("customer")?, cx.path::<&str>("order")?));
    black_box((cx.query::<Option<&str>>("currency")?, cx.query::<Option<u32>>("lines")?));
    black_box(cx.header::<Option<&str>>("X-Trace-Id")?);
    Ok(())
}

/// An order as a handler reads it.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "reading it is what is measured")]
struct Order<'o> {
    reference: &'o str,
    currency: &'o str,
    express: Option<bool>,
    #[serde(borrow)]
    lines: Vec<Line<'o>>,
    address: Address<'o>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "reading it is what is measured")]
struct Line<'o> {
    sku: &'o str,
    quantity: u32,
    price: f64,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "reading it is what is measured")]
struct Address<'o> {
    street: &'o str,
    city: &'o str,
    country: &'o str,
}

/// A request as it comes from a transport.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) method: &'static str,
    pub(super) target: &'static str,
    pub(super) fields: Vec<FieldLine<'static>>,
    pub(super) content: &'static [u8],
    /// Of path, query and header.
    pub(super) parameters: u64,
}

impl Message {
    /// Path, query and header parameters, and the field lines that clients send besides.
    pub(super) fn get_order() -> Self {
        let mut fields = usual_fields();
        fields.extend([
            FieldLine::new("X-Api-Key", KEY),
            FieldLine::new("X-Trace-Id", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ]);
        let target = "/customers/48151623/orders/ord_0042?currency=EUR&lines=20";
        Self { method: "GET", target, fields, content: b"", parameters: 5 }
    }

    /// An order as JSON.
    pub(super) fn make_order() -> Self {
        Self::sending("POST", "/customers/48151623/orders", ORDER, 1)
    }

    /// A path that nothing answers, as scanners send it.
    pub(super) fn to_nowhere() -> Self {
        let target = "/wp-admin/setup-config.php?step=1";
        Self { method: "GET", target, fields: usual_fields(), content: b"", parameters: 0 }
    }

    /// The order without a key, as strangers ask for it; nothing of its parameters may be looked at.
    pub(super) fn without_key() -> Self {
        let mut message = Self::get_order();
        message.fields.retain(|line| !line.is_named("X-Api-Key"));
        message.parameters = 0;
        message
    }

    /// A tree of categories, as deep as content may be nested.
    pub(super) fn deep(content: &'static [u8]) -> Self {
        Self::sending("PUT", "/categories", content, 0)
    }

    fn sending(method: &'static str, target: &'static str, content: &'static [u8], parameters: u64) -> Self {
        let mut fields = usual_fields();
        fields.extend([
            FieldLine::new("X-Api-Key", KEY),
            FieldLine::new("Content-Type", "application/json"),
            FieldLine::new("Content-Length", keep(content.len().to_string()).as_str()),
        ]);
        Self { method, target, fields, content, parameters }
    }

    /// The head, made anew as a transport makes it.
    pub(super) fn head(&self) -> RequestHead<'_> {
        let method = Method::from_bytes(self.method.as_bytes()).expect("it is a method");
        RequestHead::new(method, self.target, &self.fields).expect("it is a request target")
    }

    /// Octets of request line, field lines and content.
    pub(super) fn bytes(&self) -> u64 {
        const LINE: usize = " HTTP/1.1\r\n".len() + " ".len();
        const FIELD: usize = ": \r\n".len();
        let fields: usize = self.fields.iter().map(|line| line.name.len() + line.value.len() + FIELD).sum();
        let head = self.method.len() + self.target.len() + LINE + fields + "\r\n".len();
        (head + self.content.len()) as u64
    }
}

fn usual_fields() -> Vec<FieldLine<'static>> {
    vec![
        FieldLine::new("Host", "shop.example"),
        FieldLine::new("User-Agent", "curl/8.14.1"),
        FieldLine::new("Accept", "application/json"),
        FieldLine::new("Accept-Encoding", "gzip, br"),
        FieldLine::new("Connection", "keep-alive"),
    ]
}

/// A category in a category, until `levels` arrays and objects stand inside each other; the innermost has this name.
pub(super) fn categories(levels: usize, innermost: &str) -> &'static [u8] {
    let inner = levels.saturating_sub(1) / 2;
    let opening = r#"{"name":"tea","parts":["#.repeat(inner);
    keep(format!("{opening}{{\"name\":{innermost}}}{}", "]}".repeat(inner))).as_bytes()
}
