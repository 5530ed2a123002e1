//! Matching: a route table, requests, and what each must lead to.

use std::hint::black_box;
use std::sync::Arc;

use brrtrouter::{Captures, RouteOutcome, RouteTable};
use http::Method;

use super::made;
use super::table::{self, Table};
use super::{Entry, Scenario, Work};

/// Something that finds operations: ours, or a peer.
pub(super) trait Router: Sized + 'static {
    /// Takes every operation of the table, numbered by its place.
    fn build(table: &Table) -> Self;

    /// Finds the operation and reads every parameter as text.
    fn find(&mut self, method: &Method, path: &str) -> Answer;
}

/// What a request leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The operation of this number.
    Operation(u32),
    /// A template, but none of its methods.
    MethodNotAllowed,
    /// No template.
    NotFound,
}

/// A request and its answer.
#[derive(Clone, Debug)]
struct Request {
    method: Method,
    path: String,
    parameters: u64,
    answer: Answer,
    template: String,
}

impl Request {
    /// The request that the operation of this number answers.
    fn to(table: &Table, number: usize) -> Self {
        let operation = &table.operations[number];
        Self {
            method: operation.method.clone(),
            path: operation.path.clone(),
            parameters: operation.parameters() as u64,
            answer: Answer::Operation(u32::try_from(number).expect("tables are small")),
            template: operation.template.clone(),
        }
    }
}

/// A table, and which requests are made to it.
pub(super) struct Case {
    pub(super) name: String,
    what: String,
    table: Box<dyn Fn() -> Table + Send + Sync>,
    requests: fn(&Table) -> Vec<Request>,
}

impl Case {
    fn new(
        name: impl Into<String>,
        what: impl Into<String>,
        table: impl Fn() -> Table + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), what: what.into(), table: Box::new(table), requests: hits }
    }

    fn with_requests(mut self, requests: fn(&Table) -> Vec<Request>) -> Self {
        self.requests = requests;
        self
    }

    /// This case for one router.
    fn scenario<R: Router>(&self, name: String) -> Scenario {
        let table = (self.table)();
        let requests: Arc<[Request]> = (self.requests)(&table).into();
        Scenario {
            name,
            what: self.what.clone(),
            elements: requests.len() as u64,
            bytes: requests.iter().map(|request| request.path.len() as u64).sum(),
            parameters: requests.iter().map(|request| request.parameters).sum(),
            make: Box::new(move || {
                let mut router = R::build(&table);
                for request in &*requests {
                    let answer = router.find(&request.method, &request.path);
                    assert_eq!(answer, request.answer, "{} {}", request.method, request.path);
                }
                Box::new(Matching { router, requests: requests.clone() })
            }),
        }
    }
}

/// A router and the requests that one pass makes to it.
struct Matching<R> {
    router: R,
    requests: Arc<[Request]>,
}

impl<R: Router> Work for Matching<R> {
    fn pass(&mut self) {
        for request in &*self.requests {
            black_box(self.router.find(black_box(&request.method), black_box(&request.path)));
        }
    }

    fn element(&mut self, at: usize) {
        let request = &self.requests[at];
        black_box(self.router.find(black_box(&request.method), black_box(&request.path)));
    }

    fn size(&self, at: usize) -> (u64, u64) {
        let request = &self.requests[at];
        (request.path.len() as u64, request.parameters)
    }

    fn label(&self, at: usize) -> String {
        let request = &self.requests[at];
        format!("{} {}", request.method, request.template)
    }
}

/// [`RouteTable`], as anyone would use it.
struct Ours {
    table: RouteTable,
    captures: Captures,
}

impl Router for Ours {
    fn build(table: &Table) -> Self {
        let mut builder = RouteTable::builder();
        for (number, operation) in (0_u32..).zip(&table.operations) {
            builder.add(&operation.method, &operation.template, number).expect("the table has no faults");
        }
        Self { table: builder.build().expect("the table can be built"), captures: Captures::new() }
    }

    fn find(&mut self, method: &Method, path: &str) -> Answer {
        match self.table.find(method, path, &mut self.captures) {
            RouteOutcome::Found(operation) | RouteOutcome::AutomaticHead(operation) => {
                for text in self.captures.of(path) {
                    black_box(text);
                }
                Answer::Operation(operation)
            }
            RouteOutcome::MethodNotAllowed(_) | RouteOutcome::AutomaticOptions(_) => Answer::MethodNotAllowed,
            RouteOutcome::NotFound | RouteOutcome::UnknownMethod | RouteOutcome::Refused(_) => {
                Answer::NotFound
            }
        }
    }
}

/// Every case for our own router, and for its peers where they are built in.
pub(super) fn entries() -> Vec<Entry> {
    cases().into_iter().map(|case| entry::<Ours>(case, "")).collect()
}

/// The entry of a case for one router, whose name follows that of the case.
pub(super) fn entry<R: Router>(case: Case, suffix: &str) -> Entry {
    let name = format!("{}{suffix}", case.name);
    Entry::new(name.clone(), move || case.scenario::<R>(name.clone()))
}

/// The cases that peers can take as well.
pub(super) fn common_cases() -> Vec<Case> {
    vec![
        Case::new("match/github", "all operations of GitHub's API", table::github),
        Case::new("match/github-static", "GitHub's operations without parameters", || {
            table::github().without_parameters()
        }),
        Case::new("match/stripe", "all operations of Stripe's API", table::stripe),
        Case::new("match/kubernetes", "all operations of the Kubernetes API", table::kubernetes),
        Case::new(
            "match/kubernetes-miss-last",
            "paths of the Kubernetes API with a last segment that no template has",
            table::kubernetes,
        )
        .with_requests(misses_at_the_last_segment),
        Case::new("match/parameters-8", "one template with 8 parameters", || made::parameters(8)),
        Case::new("match/static-200-bytes", "one template without parameters and with 200 octets", || {
            made::static_path(200)
        }),
        Case::new("match/routes-10", "10 templates, names of fixed width", || made::routes(10)),
        Case::new("match/routes-10000", "10,000 templates, names of fixed width", || made::routes(10_000)),
        Case::new(
            "match/overlap-1024-miss",
            "1,024 templates that all overlap, and a path that differs from each in its last segment",
            || made::overlapping(10),
        )
        .with_requests(misses_all),
    ]
}

fn cases() -> Vec<Case> {
    let mut cases = common_cases();
    cases.extend([
        Case::new("match/github-405", "GitHub's paths with a method that none of them has", table::github)
            .with_requests(not_allowed),
        Case::new("match/partial-segments", "text and expressions in one segment", made::partial),
        Case::new("match/encoded", "percent-encoded literals and values", made::encoded)
            .with_requests(encoded_hits),
    ]);
    let taken = |name: &str, cases: &[Case]| cases.iter().any(|case| case.name == name);
    for count in made::ROUTES {
        let name = format!("match/routes-{count}");
        if !taken(&name, &cases) {
            cases.push(Case::new(name, format!("{count} templates"), move || made::routes(count)));
        }
    }
    for bytes in made::PATH_BYTES {
        let name = format!("match/static-{bytes}-bytes");
        if !taken(&name, &cases) {
            cases
                .push(Case::new(name, format!("a path of {bytes} octets"), move || made::static_path(bytes)));
        }
    }
    for count in made::PARAMETERS {
        let name = format!("match/parameters-{count}");
        if !taken(&name, &cases) {
            cases.push(Case::new(name, format!("{count} parameters"), move || made::parameters(count)));
        }
    }
    cases
}

/// One request for each operation.
fn hits(table: &Table) -> Vec<Request> {
    (0..table.operations.len()).map(|number| Request::to(table, number)).collect()
}

/// Each path with a method that the table declares nowhere; the parameters are not read.
fn not_allowed(table: &Table) -> Vec<Request> {
    let mut requests = hits(table);
    requests.dedup_by(|one, other| one.path == other.path);
    for request in &mut requests {
        (request.method, request.parameters, request.answer) = (Method::PATCH, 0, Answer::MethodNotAllowed);
    }
    requests
}

/// Each path whose last segment can be replaced by one that no template has there.
fn misses_at_the_last_segment(table: &Table) -> Vec<Request> {
    let templates: Vec<Vec<&str>> =
        table.templates().iter().map(|template| template.split('/').collect()).collect();
    let mut requests = hits(table);
    for request in &mut requests {
        let parent = request.path.rfind('/').unwrap_or_default();
        request.path.replace_range(parent.saturating_add(1).., "nowhere");
        (request.parameters, request.answer) = (0, Answer::NotFound);
    }
    requests.retain(|request| {
        let path: Vec<&str> = request.path.split('/').collect();
        !templates.iter().any(|template| fits(template, &path))
    });
    requests
}

/// Whether a path fits a template, segment by segment.
fn fits(template: &[&str], path: &[&str]) -> bool {
    let fit = |(expected, segment): (&&str, &&str)| expected == segment || expected.starts_with('{');
    template.len() == path.len() && template.iter().zip(path).all(fit)
}

/// One path of literals only, up to a last segment that no template has.
fn misses_all(table: &Table) -> Vec<Request> {
    let mut request = Request::to(table, 0);
    request.path = request.template.replace("/end", "/out");
    (request.parameters, request.answer) = (0, Answer::NotFound);
    vec![request]
}

/// The same requests as clients send them that encode more than they must.
fn encoded_hits(table: &Table) -> Vec<Request> {
    let mut requests = hits(table);
    for request in &mut requests {
        request.path = made::encode(&request.path);
    }
    requests
}
