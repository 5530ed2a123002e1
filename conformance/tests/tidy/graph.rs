//! Who may call whom, over-approximated: calls are resolved by name and by the names in the types that are known without
//! an inference worth the name; where the receiver's type is not known, every method of that name may be meant.
//!
//! A closure's body counts as its function's, and a function that is named as a value counts as called. What other
//! crates call back is listed in [`CALLBACKS`]. Not seen: calls of stored closures and function pointers (`(self.run)(x)`),
//! operators, `Drop`, derived traits, `Display` and `Debug` through format strings, `Deref`, iterators that are our own where
//! the type is not known, what `macro_rules` write. Derived traits and `Drop` recurse only over recursive types, which
//! [`crate::recursion`] lists.

use std::collections::BTreeSet;

use crate::walk::Walker;
use crate::world::World;

/// Methods of other crates that call what our types implement, with the traits whose functions they may call.
pub const CALLBACKS: [(&str, &[&str]); 16] = [
    ("deserialize", &["Deserializer", "Deserialize"]),
    ("visit_seq", &["SeqAccess"]),
    ("visit_map", &["MapAccess"]),
    ("visit_enum", &["EnumAccess", "VariantAccess"]),
    ("visit_some", &["Deserializer"]),
    ("visit_newtype_struct", &["Deserializer"]),
    ("serialize", &["Serialize"]),
    ("serialize_element", &["Serialize"]),
    ("serialize_entry", &["Serialize"]),
    ("serialize_value", &["Serialize"]),
    ("collect_seq", &["Serialize"]),
    ("collect_map", &["Serialize"]),
    ("is_valid", &["Keyword", "Json", "Node", "Array", "Object"]),
    ("validate", &["Keyword", "Json", "Node", "Array", "Object"]),
    ("iter_errors", &["Keyword", "Json", "Node", "Array", "Object"]),
    ("is_unique", &["Node", "Array"]),
];

/// Methods of the standard library's iterators and containers: on a receiver of unknown type they are taken for those.
pub const STANDARD: [&str; 31] = [
    "any",
    "as_str",
    "bytes",
    "chars",
    "cmp",
    "collect",
    "contains",
    "count",
    "drain",
    "eq",
    "extend",
    "find",
    "get",
    "insert",
    "into_iter",
    "is_empty",
    "is_none",
    "iter",
    "join",
    "len",
    "map",
    "next",
    "or",
    "parse",
    "position",
    "push",
    "push_str",
    "replace",
    "skip",
    "split",
    "take",
];

/// Calls that meet a function of ours by name alone: the caller, the name, and what is really called. Each was read.
pub const NOT_MEANT: [(&str, &str, &str); 14] = [
    ("description/diagnostic.rs Diagnostics::push", "finish", "the standard hasher's"),
    ("description/uri.rs Uri::host", "host", "the authority's, of the crate fluent-uri"),
    ("schema/compiler.rs build_validator", "build", "the builder's, of the crate jsonschema"),
    ("schema/level.rs only_branch", "items", "a tree node's"),
    ("schema/pattern.rs alone", "build", "the builder's, of the crate jsonschema"),
    (
        "schema/pattern.rs Backtracking::is_valid",
        "is_valid",
        "the validator's of one pattern, without keywords of ours",
    ),
    (
        "schema/pattern.rs Backtracking::validate",
        "is_valid",
        "the validator's of one pattern, without keywords of ours",
    ),
    ("schema/union.rs Discriminator::compile", "items", "a tree node's"),
    (
        "serve/content/content_encoding.rs ContentEncoding::decode",
        "decode",
        "the engine's, of the crate base64",
    ),
    ("serve/content/error.rs Problem::from", "from", "`From<ProblemKind>`, which makes a value"),
    ("serve/problem/render.rs Gathered::flush", "write_all", "the writer's below"),
    ("serve/problem/render.rs Gathered::write_all", "write_all", "the writer's below"),
    ("serve/response/field.rs FieldText::fmt", "fmt", "the text's"),
    ("serve/security/plan.rs Demand::verify", "verify", "the user's provider's"),
];

/// The calls of each function, by index.
pub fn calls(world: &World<'_>) -> Vec<BTreeSet<usize>> {
    world.functions.iter().map(|function| Walker::new(world, function).walk()).collect()
}

/// The groups of functions that can call each other in a circle, by index.
pub fn cycles(calls: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let calls = between_others(calls);
    let reach: Vec<BTreeSet<usize>> = (0..calls.len()).map(|from| reachable(&calls, from)).collect();
    let mut done = BTreeSet::new();
    let mut found = Vec::new();
    for from in 0..calls.len() {
        if reach[from].contains(&from) && !done.contains(&from) {
            let is_back = |&to: &usize| reach[to].contains(&from);
            let group: Vec<usize> = reach[from].iter().copied().filter(is_back).collect();
            done.extend(group.iter().copied());
            found.push(group);
        }
    }
    found
}

/// The calls of functions that are called and call, again and again: what is left leads from circle to circle.
fn between_others(calls: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let mut left = calls.to_vec();
    loop {
        let called: BTreeSet<usize> = left.iter().flatten().copied().collect();
        let is_between = |at: usize| !left[at].is_empty() && called.contains(&at);
        let between: BTreeSet<usize> = (0..left.len()).filter(|&at| is_between(at)).collect();
        let next: Vec<BTreeSet<usize>> = (0..left.len())
            .map(|at| if between.contains(&at) { &left[at] & &between } else { BTreeSet::new() })
            .collect();
        if next == left {
            return left;
        }
        left = next;
    }
}

fn reachable(calls: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = calls[from].iter().copied().collect();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(calls[next].iter().copied());
        }
    }
    seen
}
