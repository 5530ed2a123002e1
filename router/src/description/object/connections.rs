//! Rules that tie Objects of a description together: a path and its parameters, a requirement and
//! its scheme, a link and its operation.
//!
//! A document that breaks one of them can still be read, shown and linted, and the specification's
//! own test documents break most of them: they are warnings when a description is loaded and
//! errors when it is compiled. Takes: the walk, finished. Gives: findings. Never panics.

use std::collections::{HashMap, HashSet};

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::Edition;
use super::parameter::{Parameter, ParameterLocation};
use super::path_item::{METHODS, PathItem};
use super::security_requirement;
use super::value::Value;
use crate::description::runtime_expression::{Expression, ExpressionTemplate, Source};
use crate::description::template::PathTemplate;
use crate::description::{Location, NodeId, NodeRef};

pub(super) fn check(cx: &mut Check<'_>) {
    let operations = operation_ids(cx);
    check_links(cx, &operations);
    check_requirements(cx);
    check_path_parameters(cx);
    check_callbacks(cx);
}

/// `PTH-022`: names are unique over all documents, webhooks and callbacks included (`REF-023`).
fn operation_ids<'d>(cx: &mut Check<'d>) -> HashMap<&'d str, Location> {
    let mut first: HashMap<&'d str, Location> = HashMap::new();
    let mut places = cx.operations.clone();
    places.sort_unstable();
    for at in places {
        let Some(name) = cx.node(at).get("operationId").and_then(NodeRef::as_str) else { continue };
        let Some(earlier) = first.get(name).copied() else {
            first.insert(name, at);
            continue;
        };
        cx.report(
            Finding::error("PTH-022", at)
                .named("operationId")
                .what(format!("two operations are called `{name}`"))
                .why("an `operationId` is unique among all operations of the API (§Operation Object)")
                .mend("rename one of them")
                .related("first used here", earlier),
        );
    }
    first
}

/// `CBK-009`, `CBK-012`.
fn check_links(cx: &mut Check<'_>, operations: &HashMap<&str, Location>) {
    let known: HashSet<Location> = cx.operations.iter().copied().collect();
    let shared = shared_items(cx);
    for at in std::mem::take(&mut cx.links) {
        let node = cx.node(at);
        let target = if let Some(name) = node.get("operationId").and_then(NodeRef::as_str) {
            let target = operations.get(name).copied();
            if target.is_none() {
                let what = format!("no operation is called `{name}`");
                report_link(cx, at, ("operationId", what));
            }
            target
        } else if let Some(text) = node.get("operationRef").and_then(NodeRef::as_str) {
            let target = cx.description.resolve(at, text).ok().filter(|target| known.contains(target));
            if target.is_none() {
                let what = format!("`{text}` does not lead to an operation of this description");
                report_link(cx, at, ("operationRef", what));
            }
            target
        } else {
            None
        };
        let Some(target) = target else { continue };
        check_link_parameters(cx, at, target);
        if path_item_of(cx, target).is_some_and(|item| shared.contains(&item)) {
            report_ambiguous(cx, at, target);
        }
    }
}

/// The Path Items that several paths refer to.
fn shared_items(cx: &Check<'_>) -> HashSet<Location> {
    let mut once = HashSet::new();
    let mut shared = HashSet::new();
    for paths in paths_objects(cx) {
        let items = cx.node(paths).members().filter(|(name, _)| name.starts_with('/'));
        for (_, item) in items {
            let target = cx.followed(beside(paths, item));
            if !once.insert(target) {
                shared.insert(target);
            }
        }
    }
    shared
}

/// `CBK-011`: our choice is that such a link means nothing.
fn report_ambiguous(cx: &mut Check<'_>, at: Location, target: Location) {
    cx.report(
        Finding::connection(cx, "CBK-011", at)
            .what("the linked operation belongs to several paths")
            .why("which path the link means is left open, since they refer to one Path Item (§Link Object)")
            .mend("give each path a Path Item of its own, or link another operation")
            .related("the operation", target),
    );
}

fn report_link(cx: &mut Check<'_>, at: Location, (field, what): (&str, String)) {
    cx.report(
        Finding::connection(cx, "CBK-009", at)
            .named(field)
            .what(what)
            .why("a linked operation exists and is unique (§Link Object)")
            .mend("name an operation of the description; in `operationRef` write `~1`, `%7B` and `%7D` for `/`, `{` and `}`"),
    );
}

/// `CBK-010`: a key that may be a name or a qualified name is read as qualified.
fn check_link_parameters(cx: &mut Check<'_>, at: Location, target: Location) {
    let Some(parameters) = cx.node(at).get("parameters") else { return };
    let declared = declared(cx, target);
    for (key, _) in parameters.members() {
        let qualified = key
            .split_once('.')
            .and_then(|(location, name)| Some((ParameterLocation::from_name(location)?, name)));
        let is = |wanted: &str| declared.iter().any(|(_, name)| *name == wanted);
        match qualified {
            Some((location, name)) if declared.contains(&(location, name)) => {
                if is(key) {
                    report_key(
                        cx,
                        beside(at, parameters),
                        (key, "is a parameter's name and a qualified name too; it is read as qualified"),
                    );
                }
            }
            _ if is(key) => {}
            _ => report_key(cx, beside(at, parameters), (key, "is no parameter of the linked operation")),
        }
    }
}

fn report_key(cx: &mut Check<'_>, at: Location, (key, what): (&str, &str)) {
    cx.report(
        Finding::lint("CBK-010", at)
            .named(key)
            .what(format!("`{key}` {what}"))
            .why("keys name parameters, qualified by their location or not (§Link Object)")
            .mend("write, for example, `path.id`"),
    );
}

/// The parameters of an operation and of the Path Item around it.
fn declared<'d>(cx: &Check<'d>, operation: Location) -> Vec<(ParameterLocation, &'d str)> {
    let around = path_item_of(cx, operation);
    let holders = [Some(operation), around];
    let lists = holders.into_iter().flatten().flat_map(|holder| {
        let list = cx.node(holder).get("parameters").into_iter().flat_map(NodeRef::items);
        list.map(move |item| beside(holder, item)).collect::<Vec<_>>()
    });
    let view = |place: Location| Parameter::new(Value::new(cx.description, cx.followed(place)));
    lists.map(view).map(|parameter| (parameter.location(), parameter.name())).collect()
}

/// The Path Item that an Operation stands in.
pub(super) fn path_item_of(cx: &Check<'_>, operation: Location) -> Option<Location> {
    let node = cx.node(operation);
    let parent = node.parent()?;
    let additional = parent.key().is_some_and(|key| key == "additionalOperations");
    let item = if additional { parent.parent()? } else { parent };
    Some(beside(operation, item))
}

/// `SEC-002`.
fn check_requirements(cx: &mut Check<'_>) {
    for at in std::mem::take(&mut cx.requirements) {
        let names: Vec<&str> = cx.node(at).members().map(|(name, _)| name).collect();
        for name in names {
            if security_requirement::resolve(cx.description, at, name).is_some() {
                continue;
            }
            let uri = if cx.edition(at.document) == Edition::V3_2 { ", and not the URI of one" } else { "" };
            cx.report(
                Finding::connection(cx, "SEC-002", at)
                    .named(name)
                    .what(format!("`{name}` is not a declared security scheme{uri}"))
                    .why("each name corresponds to a security scheme (§Security Requirement Object); requests would be refused")
                    .mend("declare it under `components/securitySchemes`"),
            );
        }
    }
}

/// `PTH-006` and `PTH-007`.
fn check_path_parameters(cx: &mut Check<'_>) {
    for paths in paths_objects(cx) {
        for (text, item) in cx.node(paths).members().filter(|(name, _)| name.starts_with('/')) {
            let Ok(template) = PathTemplate::parse(text) else { continue };
            let expressions: Vec<&str> = template.expressions().collect();
            let item = PathItem::new(Value::new(cx.description, beside(paths, item)));
            check_item(cx, &Templated { text, paths, expressions: &expressions, item });
        }
    }
}

/// The Paths Object of each OpenAPI document.
fn paths_objects(cx: &Check<'_>) -> Vec<Location> {
    let roots = cx.description.documents().map(|(document, _)| Location { document, node: NodeId::ROOT });
    roots
        .filter(|root| cx.node(*root).get("openapi").is_some())
        .filter_map(|root| cx.description.child(root, "paths"))
        .collect()
}

/// A path template with its Path Item.
struct Templated<'t, 'd> {
    text: &'t str,
    paths: Location,
    expressions: &'t [&'t str],
    item: PathItem<'d>,
}

fn check_item(cx: &mut Check<'_>, path: &Templated<'_, '_>) {
    let operations = path.item.operations();
    let shared = path.item.parameters();
    let in_path = |parameter: &&Parameter<'_>| parameter.location() == ParameterLocation::Path;
    for parameter in shared.iter().filter(in_path) {
        unused(cx, path, *parameter);
    }
    for (method, operation) in &operations {
        let parameters = operation.parameters();
        for parameter in parameters.iter().filter(in_path) {
            let repeated = shared.iter().any(|other| other.at() == parameter.at());
            if !repeated {
                unused(cx, path, *parameter);
            }
        }
        for name in path.expressions {
            if parameters.iter().filter(in_path).any(|parameter| parameter.name() == *name) {
                continue;
            }
            cx.report(
                Finding::connection(cx, "PTH-006", path.paths)
                    .named(path.text)
                    .what(format!("`{{{name}}}` of `{}` has no path parameter for {method}", path.text))
                    .why("each template expression corresponds to a path parameter (§Path Templating)")
                    .mend(format!("add a parameter with `name: {name}` and `in: path`"))
                    .related("the operation", operation.at()),
            );
        }
    }
}

/// `PTH-007`.
fn unused(cx: &mut Check<'_>, path: &Templated<'_, '_>, parameter: Parameter<'_>) {
    if path.expressions.contains(&parameter.name()) {
        return;
    }
    cx.report(
        Finding::connection(cx, "PTH-007", parameter.at())
            .what(format!("the path parameter `{}` is no expression of `{}`", parameter.name(), path.text))
            .why("a path parameter names a template expression of the path (§Parameter Object)")
            .mend("rename it, or use it in the path")
            .related_name("the path", path.paths, path.text),
    );
}

/// `CBK-004`: what an expression reads from the request is declared on the operation.
fn check_callbacks(cx: &mut Check<'_>) {
    for operation in cx.operations.clone() {
        let Some(callbacks) = cx.node(operation).get("callbacks") else { continue };
        let declared = declared(cx, operation);
        for (_, callback) in callbacks.members() {
            let at = cx.followed(beside(operation, callback));
            for (key, _) in cx.node(at).members().filter(|(name, _)| !name.starts_with("x-")) {
                check_key(cx, (at, key), &declared);
            }
        }
    }
}

fn check_key(cx: &mut Check<'_>, key: (Location, &str), declared: &[(ParameterLocation, &str)]) {
    // A key that is no expression is told with its Callback Object.
    let Ok(template) = ExpressionTemplate::parse(key.1) else { return };
    for expression in template.expressions() {
        check_source(cx, key, (expression, declared));
    }
}

fn check_source(
    cx: &mut Check<'_>,
    (at, key): (Location, &str),
    (expression, declared): (Expression<'_>, &[(ParameterLocation, &str)]),
) {
    let Expression::Request(source) = expression else { return };
    let (location, name) = match source {
        Source::Query(name) => (ParameterLocation::Query, name),
        Source::Path(name) => (ParameterLocation::Path, name),
        Source::Header(name) => (ParameterLocation::Header, name),
        Source::Body(_) => return,
    };
    let header = location == ParameterLocation::Header;
    let found = declared.iter().any(|(other, declared)| {
        *other == location && (*declared == name || (header && declared.eq_ignore_ascii_case(name)))
    });
    if !found {
        cx.report(
            Finding::warning("CBK-004", at)
                .named(key)
                .what(format!("the operation declares no {} parameter `{name}`", location.name()))
                .why("parameters of the request are declared, or they cannot be evaluated (§Runtime Expressions)")
                .mend("declare the parameter"),
        );
    }
}

/// The methods of a Path Item's fixed fields, for the rules that look at every operation.
pub(super) fn operations_of(cx: &Check<'_>, item: Location) -> Vec<Location> {
    let node = cx.node(item);
    let fixed = METHODS.iter().filter_map(|(field, _)| node.get(field));
    let additional =
        node.get("additionalOperations").into_iter().flat_map(NodeRef::members).map(|(_, value)| value);
    fixed.chain(additional).map(|operation| beside(item, operation)).collect()
}
