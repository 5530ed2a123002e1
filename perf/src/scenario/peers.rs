//! Other routers with the same tables and requests, each as its documentation says: one router whose values hold the
//! methods. Ours stands beside them in [`matching`](super::matching).
//!
//! A table that a peer cannot hold, or on which it gives other answers than the rest, has no scenario for it.

use std::hint::black_box;

use actix_router::{Path, Router as ActixRouter};
use http::Method;
use path_tree::PathTree;
use regex::{Regex, RegexSet};

use super::Entry;
use super::matching::{Answer, Case, Router, common_cases, entry};
use super::table::Table;

/// Linear searches would take minutes on the largest tables.
const LINEAR_CASES: [&str; 6] = [
    "match/github",
    "match/github-static",
    "match/stripe",
    "match/parameters-8",
    "match/static-200-bytes",
    "match/routes-10",
];

/// Every case for every peer.
pub(super) fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for case in common_cases() {
        entries.push(entry::<Matchit>(case, "@matchit"));
    }
    for case in common_cases() {
        entries.push(entry::<Wayfind>(case, "@wayfind"));
    }
    for case in common_cases() {
        entries.push(entry::<PathTreeRouter>(case, "@path-tree"));
    }
    let linear = |case: &Case| LINEAR_CASES.contains(&case.name.as_str());
    for case in common_cases().into_iter().filter(linear) {
        entries.push(entry::<Actix>(case, "@actix-router"));
    }
    for case in common_cases().into_iter().filter(linear) {
        entries.push(entry::<RegexList>(case, "@regex-set"));
    }
    entries
}

/// What a peer's value holds: the methods of one template.
#[derive(Default)]
struct Methods(Vec<(Method, u32)>);

impl Methods {
    fn answer(&self, method: &Method) -> Answer {
        let found = self.0.iter().find(|(declared, _)| declared == method);
        found.map_or(Answer::MethodNotAllowed, |(_, operation)| Answer::Operation(*operation))
    }
}

/// The table's templates with their methods, rewritten to a peer's syntax.
fn templates(table: &Table, open: &str, close: &str) -> Vec<(String, Methods)> {
    let mut templates: Vec<(String, Methods)> = Vec::new();
    for (number, operation) in (0_u32..).zip(&table.operations) {
        let template = operation.template.replace('{', open).replace('}', close);
        if templates.last().is_none_or(|(last, _)| *last != template) {
            templates.push((template, Methods::default()));
        }
        if let Some((_, methods)) = templates.last_mut() {
            methods.0.push((operation.method.clone(), number));
        }
    }
    templates
}

struct Matchit(matchit::Router<Methods>);

impl Router for Matchit {
    fn build(table: &Table) -> Self {
        let mut router = matchit::Router::new();
        for (template, methods) in templates(table, "{", "}") {
            router.insert(template, methods).expect("matchit takes the template");
        }
        Self(router)
    }

    fn find(&mut self, method: &Method, path: &str) -> Answer {
        let Ok(found) = self.0.at(path) else { return Answer::NotFound };
        for (_, text) in found.params.iter() {
            black_box(text);
        }
        found.value.answer(method)
    }
}

struct Wayfind(wayfind::Router<Methods>);

impl Router for Wayfind {
    fn build(table: &Table) -> Self {
        let mut builder = wayfind::RouterBuilder::new();
        for (template, methods) in templates(table, "<", ">") {
            builder.insert(&template, methods).expect("wayfind takes the template");
        }
        Self(builder.build())
    }

    fn find(&mut self, method: &Method, path: &str) -> Answer {
        let Some(found) = self.0.search(path) else { return Answer::NotFound };
        for (_, text) in found.parameters() {
            black_box(*text);
        }
        found.data().answer(method)
    }
}

struct PathTreeRouter(PathTree<Methods>);

impl Router for PathTreeRouter {
    fn build(table: &Table) -> Self {
        let mut tree = PathTree::new();
        for (number, (template, methods)) in templates(table, ":", "").into_iter().enumerate() {
            assert_eq!(tree.insert(&template, methods), number, "path-tree takes each template once");
        }
        Self(tree)
    }

    fn find(&mut self, method: &Method, path: &str) -> Answer {
        let Some((methods, found)) = self.0.find(path) else { return Answer::NotFound };
        for (_, text) in found.params_iter() {
            black_box(text);
        }
        methods.answer(method)
    }
}

struct Actix(ActixRouter<Methods>);

impl Router for Actix {
    fn build(table: &Table) -> Self {
        let mut builder = ActixRouter::build();
        for (template, methods) in literals_first(templates(table, "{", "}")) {
            builder.path(template, methods);
        }
        Self(builder.finish())
    }

    fn find(&mut self, method: &Method, path: &str) -> Answer {
        let mut resource = Path::new(path);
        let Some((methods, _)) = self.0.recognize(&mut resource) else { return Answer::NotFound };
        for (_, text) in resource.iter() {
            black_box(text);
        }
        methods.answer(method)
    }
}

/// One set that tells which expressions match, and the expressions that then find the parameters.
struct RegexList {
    set: RegexSet,
    templates: Vec<(Regex, Methods)>,
}

impl Router for RegexList {
    fn build(table: &Table) -> Self {
        let templates: Vec<(String, Methods)> = literals_first(templates(table, "{", "}"))
            .into_iter()
            .map(|(template, methods)| (expression(&template), methods))
            .collect();
        let set = regex::RegexSetBuilder::new(templates.iter().map(|(text, _)| text))
            .size_limit(1 << 28)
            .dfa_size_limit(1 << 28)
            .build()
            .expect("the set compiles");
        let compile = |(text, methods): (String, Methods)| (Regex::new(&text).expect("it compiles"), methods);
        Self { set, templates: templates.into_iter().map(compile).collect() }
    }

    fn find(&mut self, method: &Method, path: &str) -> Answer {
        let Some(at) = self.set.matches(path).iter().next() else { return Answer::NotFound };
        let (expression, methods) = &self.templates[at];
        if let Some(captures) = expression.captures(path) {
            for text in captures.iter().skip(1).flatten() {
                black_box(text.as_str());
            }
        }
        methods.answer(method)
    }
}

/// `/pets/{id}` as `^/pets/([^/]+)$`.
fn expression(template: &str) -> String {
    let pieces = template.split('{').map(|piece| match piece.split_once('}') {
        Some((_, literal)) => format!("([^/]+){}", regex::escape(literal)),
        None => regex::escape(piece),
    });
    format!("^{}$", pieces.collect::<String>())
}

/// Routers that take the first of a list need the more concrete template before the other.
fn literals_first(mut templates: Vec<(String, Methods)>) -> Vec<(String, Methods)> {
    templates.sort_by_key(|(template, _)| {
        template.split('/').map(|segment| segment.starts_with('{')).collect::<Vec<bool>>()
    });
    templates
}
