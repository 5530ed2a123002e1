//! Which handler runs for which operation; the registry and the description must fit each other.
//!
//! The name that is looked up is `x-brrtrouter-handler`, else `x-handler` of the operation, else
//! `x-handler-<method>` of its Path Item, else the operation's own name.

use std::collections::BTreeSet;

use super::diagnose::error;
use super::mock::Mocks;
use super::operation::Declared;
use crate::description::{Description, Diagnostics, NodeRef};
use crate::serve::handler::Handler;
use crate::serve::{Handlers, Otherwise};

/// A handler for each operation, in order; `None` answers 501.
pub(super) fn assign(
    declared: &[Declared<'_>],
    handlers: &Handlers,
    mocks: &Mocks,
    description: &Description,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<Handler>> {
    let mut used = BTreeSet::new();
    let mut assigned = Vec::with_capacity(declared.len());
    for (position, operation) in declared.iter().enumerate() {
        let name = handler_name(operation, description, diagnostics);
        let own = handlers.get(&name).map(|handler| (name.clone(), handler));
        let found =
            own.or_else(|| handlers.get(&operation.name).map(|handler| (operation.name.clone(), handler)));
        assigned.push(match (found, handlers.fallback()) {
            (Some((name, handler)), _) => {
                used.insert(name);
                Some(handler.clone())
            }
            (None, Otherwise::Handler(handler)) => Some(Handler::Inline(handler.0.clone())),
            (None, Otherwise::Example) => Some(Handler::Inline(super::example::handler(operation.view).0)),
            (None, Otherwise::Mock) => {
                mocks.handler(position).map(|handler| Handler::Inline(handler.0.clone()))
            }
            (None, Otherwise::NotImplemented) => None,
            (None, Otherwise::Refuse) => {
                diagnostics.push(missing(operation, &name, handlers, description));
                None
            }
        });
    }
    check_leftovers(declared, handlers, &used, description, diagnostics);
    assigned
}

fn handler_name(
    operation: &Declared<'_>,
    description: &Description,
    diagnostics: &mut Diagnostics,
) -> String {
    let by_method = format!("x-handler-{}", operation.method.as_str().to_ascii_lowercase());
    let item = operation.view.path_item();
    let extension = operation
        .view
        .extension("x-brrtrouter-handler")
        .or_else(|| operation.view.extension("x-handler"))
        .or_else(|| item.extension("x-brrtrouter-handler"))
        .or_else(|| item.extension(&by_method));
    let Some(node) = extension else { return operation.name.clone() };
    match node.as_str().filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => {
            diagnostics.push(error(
                description,
                "DOC-017",
                operation.view.at(),
                format!("the handler extension of `{}` is {}", operation.name, written(node)),
                (
                    "a handler is named by a string that is not empty",
                    "name the handler, or remove the extension",
                ),
            ));
            operation.name.clone()
        }
    }
}

fn written(node: NodeRef<'_>) -> String {
    format!("a value of type {}", node.kind().name())
}

fn missing(
    operation: &Declared<'_>,
    name: &str,
    handlers: &Handlers,
    description: &Description,
) -> crate::description::Diagnostic {
    let near = nearest(name, handlers.names());
    let hint = near.map_or_else(String::new, |near| format!("; there is one for `{near}`"));
    error(
        description,
        "PTH-023",
        operation.view.at(),
        format!("no handler is registered for `{name}` ({} {}){hint}", operation.method, operation.template),
        (
            "an operation without a handler cannot be served",
            "register one with `Handlers::on`, `Handlers::on_pool` or `Handlers::on_stream`, or say what such operations do with `Handlers::otherwise`",
        ),
    )
}

fn check_leftovers(
    declared: &[Declared<'_>],
    handlers: &Handlers,
    used: &BTreeSet<String>,
    description: &Description,
    diagnostics: &mut Diagnostics,
) {
    let root = description.entry();
    for name in handlers.names().filter(|name| !used.contains(*name)) {
        let near = nearest(name, declared.iter().map(|operation| operation.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        diagnostics.push(error(
            description,
            "PTH-023",
            root,
            format!("a handler is registered for `{name}`, and no operation has that name{hint}"),
            ("a handler that never runs is a mistake", "use the operation's name, or remove the handler"),
        ));
    }
    for name in handlers.repeated() {
        diagnostics.push(error(
            description,
            "PTH-022",
            root,
            format!("two handlers are registered for `{name}`"),
            ("only one of them could run", "register one handler for each name, inline or on the pool"),
        ));
    }
}

/// The name that differs from `name` in case or by a few letters at most.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let bound = (name.len() / 4).max(1);
    names
        .map(|other| (distance(name, other), other))
        .filter(|(far, _)| *far <= bound)
        .min()
        .map(|(_, other)| other)
}

/// The edit distance, case ignored; names are short.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (to, above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(from != *to));
            left = replaced.min(left.saturating_add(1)).min(above.saturating_add(1));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("getPet", "getpet", 0), ("getPet", "getPets", 1), ("abc", "xyz", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
        assert_eq!(nearest("getPets", ["listPets", "getPet"].into_iter()), Some("getPet"));
        assert_eq!(nearest("a", ["xyz"].into_iter()), None);
    }
}
