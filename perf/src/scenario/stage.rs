//! Each stage of a request by itself, through the functions that anyone may call.
//!
//! | Stage | What is measured |
//! |---|---|
//! | `stage/head` | method and request target of a transport's text -> `RequestHead` |
//! | `stage/route` | `Api::operation_of` |
//! | `stage/security-api-key` | `SecurityPlan::authorise` of one key in a header |
//! | `stage/parameters` | `parameter::decode` of two in the path, two in the query, one in a header |
//! | `stage/content-select` | `content::select` for JSON |
//! | `stage/json-parse` | `parse_json` of an order |
//! | `stage/validate` | `Schemas::is_valid` of that order |
//! | `stage/problem` | a problem with three errors: settled, and its content written |
//! | `stage/response-check` | `ResponsePlans::check` of a JSON answer |
//! | `stage/response-encode` | a struct -> `Response::json` -> content written |
//!
//! Their sum is less than a journey: what joins them, and the handler, is in none.

use std::hint::black_box;

use brrtrouter::content::{self, ContentLimits, ContentPlan};
use brrtrouter::description::Diagnostics;
use brrtrouter::parameter::{self, ParameterInput, ParameterOptions, ParameterPlan, ParameterPlans};
use brrtrouter::schema::instance::{JsonLimits, parse_json};
use brrtrouter::schema::{SchemaCompiler, SchemaOptions, SchemaSlot, Schemas};
use brrtrouter::security::{ApiKeyLocation, SchemeKind, SecurityCompiler};
use brrtrouter::{
    Connection, Problem, ProblemContext, ProblemError, ProblemKind, RequestHead, Response, ResponsePlans,
    ResponsePolicy,
};
use serde::Serialize;

use super::journey::nesting_max;
use super::shop::{self, Message};
use super::{Entry, Scenario, Work};

/// One stage, ready: what it does to its prepared input.
struct Stage<F> {
    run: F,
    size: (u64, u64),
    name: &'static str,
}

impl<F: FnMut()> Work for Stage<F> {
    fn pass(&mut self) {
        (self.run)();
    }

    fn element(&mut self, _at: usize) {
        (self.run)();
    }

    fn size(&self, _at: usize) -> (u64, u64) {
        self.size
    }

    fn label(&self, _at: usize) -> String {
        self.name.to_owned()
    }
}

pub(super) fn entries() -> Vec<Entry> {
    let order = shop::ORDER.len() as u64;
    let deep = || shop::categories(nesting_max(), "\"leaf\"");
    let deep_size = deep().len() as u64;
    let get = Message::get_order;
    vec![
        entry(("stage/head", "a transport's text -> RequestHead"), (get().bytes(), 0), head),
        entry(("stage/route", "which operation a head leads to"), (get().target.len() as u64, 2), route),
        entry(("stage/security-api-key", "one key in a header"), (shop::KEY.len() as u64, 0), security),
        entry(("stage/parameters", "path, query and header"), (get().target.len() as u64, 5), parameters),
        entry(("stage/content-select", "the plan for a JSON body"), (0, 0), content_select),
        entry(("stage/json-parse", "an order -> its tree"), (order, 0), || parse(shop::ORDER)),
        entry(("stage/json-parse-deepest", "the deepest tree"), (deep_size, 0), move || parse(deep())),
        entry(("stage/validate", "a valid order"), (order, 0), || validate(("Order", shop::ORDER))),
        entry(("stage/validate-deepest", "a valid tree, as deep as can be"), (deep_size, 0), move || {
            validate(("Category", deep()))
        }),
        entry(("stage/report-deepest", "the errors of a tree, as deep as can be"), (deep_size, 0), report),
        entry(("stage/problem", "three errors as a problem"), (0, 0), problem),
        entry(("stage/response-check", "a JSON answer"), (shop::MADE.len() as u64, 0), response_check),
        entry(("stage/response-encode", "a struct as JSON"), (shop::MADE.len() as u64, 0), response_encode),
    ]
}

fn entry<F: FnMut() + 'static>(
    (name, what): (&'static str, &'static str),
    size: (u64, u64),
    prepare: impl Fn() -> F + Copy + Send + Sync + 'static,
) -> Entry {
    Entry::new(name, move || Scenario {
        name: name.to_owned(),
        what: what.to_owned(),
        elements: 1,
        bytes: size.0,
        parameters: size.1,
        make: Box::new(move || Box::new(Stage { run: prepare(), size, name })),
    })
}

fn head() -> impl FnMut() {
    let message = Message::get_order();
    move || {
        black_box(black_box(&message).head());
    }
}

fn route() -> impl FnMut() {
    let (api, head) = (shop::api(), kept_head(Message::get_order()));
    assert_eq!(api.operation_of(head).map(|operation| operation.name()), Some("getOrder"));
    move || {
        black_box(api.operation_of(black_box(head)));
    }
}

fn security() -> impl FnMut() {
    let providers = shop::keep(shop::providers());
    let mut compiler = SecurityCompiler::new(providers);
    compiler
        .declare("key", SchemeKind::ApiKey { location: ApiKeyLocation::Header, name: "X-Api-Key".into() });
    let plan = compiler.plan(&[vec![("key", Vec::new())]]).expect("the scheme has a provider");
    let (head, connection) = (kept_head(Message::get_order()), Connection::default());
    assert!(plan.authorise(head, &connection).is_ok(), "the key is right");
    move || {
        black_box(plan.authorise(black_box(head), &connection)).ok();
    }
}

fn parameters() -> impl FnMut() {
    let description = shop::description();
    let mut schemas = SchemaCompiler::new(description, &SchemaOptions::default());
    let plans = shop::operation(description, "getOrder")
        .parameters()
        .into_iter()
        .filter_map(|one| ParameterPlan::compile(description, one, &mut schemas, &mut Diagnostics::new()));
    let plans = ParameterPlans::new(plans.collect(), ParameterOptions::default());
    let schemas = schemas.compile().expect("the shop's schemas compile");
    let head = kept_head(Message::get_order());
    let captures = [("customer", "48151623"), ("order", "ord_0042")];
    let decode = move || {
        let input = ParameterInput { captures: &captures, query: head.query(), fields: head.fields() };
        parameter::decode(&plans, black_box(&input), &schemas)
    };
    assert!(decode().is_ok(), "the parameters are valid");
    move || {
        black_box(decode()).ok();
    }
}

fn content_select() -> impl FnMut() {
    let description = shop::description();
    let mut schemas = SchemaCompiler::new(description, &SchemaOptions::default());
    let body = shop::operation(description, "makeOrder").request_body().expect("orders have a body");
    let plan = ContentPlan::compile(description, body, &mut schemas, &mut Diagnostics::new());
    let (head, limits) = (kept_head(Message::make_order()), ContentLimits::default());
    assert!(content::select(&plan, head, &limits).is_ok_and(|selected| selected.is_some()), "it is JSON");
    move || {
        black_box(content::select(&plan, black_box(head), &limits)).ok();
    }
}

fn parse(text: &'static [u8]) -> impl FnMut() {
    let limits = JsonLimits::default();
    assert!(parse_json(text, &limits).is_ok(), "the text is JSON, and not too deep");
    move || {
        black_box(parse_json(black_box(text), &limits)).ok();
    }
}

fn validate((schema, text): (&str, &'static [u8])) -> impl FnMut() + use<> {
    let (schemas, slot) = schemas_with(schema);
    let instance = parse_json(text, &JsonLimits::default()).expect("the text is JSON");
    assert!(schemas.is_valid(slot, instance.root()), "it is valid");
    move || {
        black_box(schemas.is_valid(slot, black_box(instance.root())));
    }
}

fn report() -> impl FnMut() {
    let (schemas, slot) = schemas_with("Category");
    let text = shop::categories(nesting_max(), "7");
    let instance = parse_json(text, &JsonLimits::default()).expect("the text is JSON");
    assert_eq!(schemas.errors(slot, instance.root(), 8).len(), 1, "one name is no text");
    move || {
        black_box(schemas.errors(slot, black_box(instance.root()), 8));
    }
}

fn problem() -> impl FnMut() {
    let errors = [
        ProblemError::content("/lines/0/quantity", "minimum", "is less than 1"),
        ProblemError::content("/lines/2/sku", "minLength", "is shorter than 3 characters"),
        ProblemError::content("/address/country", "maxLength", "is longer than 2 characters"),
    ];
    let context = ProblemContext { path: "/customers/48151623/orders", ..ProblemContext::default() };
    let mut content = Vec::new();
    move || {
        let problem =
            Problem::of(ProblemKind::ContentInvalid).with_errors(black_box(&errors).iter().cloned());
        let mut response = Response::from(problem).settle(black_box(&context)).finish(false);
        content.clear();
        response.body_mut().write_to(&mut content).expect("a buffer takes everything");
        black_box(&content);
    }
}

fn response_check() -> impl FnMut() {
    let description = shop::description();
    let options = SchemaOptions::default();
    let mut schemas = SchemaCompiler::new(description, &options);
    let responses = shop::operation(description, "getOrder").responses();
    let plans =
        ResponsePlans::compile(description, &responses, (&mut schemas, &options), &mut Diagnostics::new());
    let schemas = schemas.compile().expect("the shop's schemas compile");
    let check = move || {
        let response = Response::bytes("application/json", black_box(shop::MADE).as_bytes());
        plans.check(response, &schemas, ResponsePolicy::Enforce, false)
    };
    assert!(check().violations().is_empty(), "the answer keeps to the description");
    move || {
        black_box(check());
    }
}

fn response_encode() -> impl FnMut() {
    #[derive(Serialize)]
    struct Made {
        id: &'static str,
        state: &'static str,
        total: f64,
    }
    let made = Made { id: "ord_0042", state: "made", total: 74.4 };
    let mut content = Vec::new();
    move || {
        let mut response = Response::json(black_box(&made)).finish(false);
        content.clear();
        response.body_mut().write_to(&mut content).expect("a buffer takes everything");
        black_box(&content);
    }
}

fn kept_head(message: Message) -> &'static RequestHead<'static> {
    shop::keep(shop::keep(message).head())
}

fn schemas_with(name: &str) -> (Schemas, SchemaSlot) {
    let description = shop::description();
    let at = description
        .at_pointer(description.entry().document, &format!("/components/schemas/{name}"))
        .expect("the shop has the schema");
    let mut compiler = SchemaCompiler::new(description, &SchemaOptions::default());
    let slot = compiler.slot(at);
    (compiler.compile().expect("the shop's schemas compile"), slot)
}
