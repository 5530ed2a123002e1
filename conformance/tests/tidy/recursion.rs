//! JSF AV 119: every circle of calls of the library, and every type that holds itself, is listed in `docs/SAFETY.md` with
//! what bounds its depth.
//!
//! A circle that is not listed is a finding, and so is an entry that is no circle any more. What bounds it is a constant
//! of `limits.rs`, or `fixed:` with the reason why no input decides. What [`crate::graph`] cannot see, this cannot see:
//! above all the recursion inside other crates, for which the page has a list of its own.

use std::collections::BTreeSet;

use crate::bounds;
use crate::graph::{NOT_MEANT, calls, cycles};
use crate::source::{File, Finding, Row, file, files, none, table, told};
use crate::syntax::modules;
use crate::world::World;

const PAGE: &str = "docs/SAFETY.md";
const LIST: &str =
    "list it under \"Recursions\" in docs/SAFETY.md with what bounds its depth, or use an explicit stack";
const UNLIST: &str = "take the entry out of docs/SAFETY.md";

/// The functions that can call themselves, by way of others or not, as the page names them.
fn recursive_functions(world: &World<'_>) -> BTreeSet<String> {
    cycles(&calls(world)).iter().flatten().map(|&at| world.functions[at].label()).collect()
}

/// The types of ours that own themselves; what drops, clones, compares or prints them recurses.
fn recursive_types(world: &World<'_>) -> BTreeSet<String> {
    let keys: Vec<_> = world.owned.keys().collect();
    // A name is meant for the type of the same file, where there is one.
    let places = |path: &str, name: &String| {
        let all: Vec<usize> = (0..keys.len()).filter(|&at| keys[at].1 == *name).collect();
        let near: Vec<usize> = all.iter().copied().filter(|&at| keys[at].0 == path).collect();
        if near.is_empty() { all } else { near }
    };
    let holds: Vec<BTreeSet<usize>> = world
        .owned
        .iter()
        .map(|((path, _), inside)| inside.iter().flat_map(|name| places(path, name)).collect())
        .collect();
    let label = |at: &usize| format!("{} {}", keys[*at].0.trim_start_matches("router/src/"), keys[*at].1);
    cycles(&holds).iter().flatten().map(label).collect()
}

/// What the page lists; a name that ends in `*` stands for all that begin so.
struct Entry {
    line: usize,
    name: String,
    bound: String,
    tests: usize,
}

impl Entry {
    fn is(&self, label: &str) -> bool {
        self.name.strip_suffix('*').map_or(label == self.name, |start| label.starts_with(start))
    }
}

fn entries_of(row: &Row) -> Vec<Entry> {
    let path = row.code(0).first().copied().unwrap_or_default().to_owned();
    let names = row.code(1);
    let bound = row.cells.get(2).cloned().unwrap_or_default();
    let tests = row.code(3).len();
    names
        .iter()
        .map(|name| Entry { line: row.line, name: format!("{path} {name}"), bound: bound.clone(), tests })
        .collect()
}

/// Compares what recurses with what the page lists.
fn check(found: &BTreeSet<String>, entries: &[Entry], constants: &BTreeSet<String>) -> Vec<Finding> {
    let unlisted = found.iter().filter(|label| !entries.iter().any(|entry| entry.is(label)));
    let mut findings: Vec<Finding> = unlisted
        .map(|label| Finding::new(PAGE, 0, format!("`{label}` recurses and is not listed"), LIST))
        .collect();
    for entry in entries {
        if !found.iter().any(|label| entry.is(label)) {
            let says = format!("`{}` does not recurse", entry.name);
            findings.push(Finding::new(PAGE, entry.line, says, UNLIST));
        }
        findings.extend(unbounded(entry, constants));
    }
    findings
}

fn unbounded(entry: &Entry, constants: &BTreeSet<String>) -> Option<Finding> {
    if entry.bound.starts_with("fixed:") {
        return None;
    }
    let named = crate::source::code(&entry.bound);
    let is_bounded = !named.is_empty() && named.iter().all(|name| constants.contains(*name));
    let (says, mend) = match (is_bounded, entry.tests) {
        (false, _) => (
            "no constant of limits.rs bounds",
            "name the constant as `module::NAME`, or say `fixed:` and why",
        ),
        (true, 0) => ("no test runs to its greatest depth", "name the test"),
        (true, _) => return None,
    };
    Some(Finding::new(PAGE, entry.line, format!("{says}: `{}`", entry.name), mend))
}

/// What is listed, by the name of a constant in `limits.rs`.
fn constants() -> BTreeSet<String> {
    bounds::constants(&file("router/src/limits.rs")).into_iter().map(|constant| constant.name).collect()
}

/// Compares what recurses in the library with the table below `heading`.
#[track_caller]
fn compare(heading: &str, recursive: impl Fn(&World<'_>) -> BTreeSet<String>) {
    let library = files(&["router/src"], &[".rs"]);
    let modules = modules(&library);
    let entries: Vec<Entry> = table(&file(PAGE), heading).iter().flat_map(entries_of).collect();
    none(&check(&recursive(&World::new(&modules)), &entries, &constants()));
}

#[test]
fn recursion_is_listed_and_bounded() {
    compare("Recursions", recursive_functions);
}

#[test]
fn types_that_hold_themselves_are_listed_and_bounded() {
    compare("Types that hold themselves", recursive_types);
}

/// What was read as no recursion and excepted must still be there.
#[test]
fn exceptions_of_the_call_graph_are_not_stale() {
    for (caller, called, _) in NOT_MEANT {
        let (path, name) = caller.split_once(' ').expect("a file and a function");
        let text = file(&format!("router/src/{path}")).text;
        let name = name.rsplit("::").next().unwrap_or_default();
        let is_there = text.contains(&format!("fn {name}")) && text.contains(&format!("{called}("));
        assert!(is_there, "{caller} calls no {called} any more: take it out of NOT_MEANT");
    }
}

#[cfg(test)]
mod planted {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> =
            files.iter().map(|(path, text)| File::new(&format!("router/src/{path}"), text)).collect();
        let modules = modules(&files);
        recursive_functions(&World::new(&modules)).into_iter().collect()
    }

    #[test]
    fn circles_are_found() {
        for (text, expected) in [
            ("fn a() { a() }", &["a.rs a"][..]),
            (
                "fn a() { b() } fn b() { c(1) } fn c(n: u8) { if n > 0 { a() } } fn d() { a() }",
                &["a.rs a", "a.rs b", "a.rs c"],
            ),
            (
                "struct S; impl S { fn a(&self) { Self::b(self) } fn b(&self) { self.a() } }",
                &["a.rs S::a", "a.rs S::b"],
            ),
            (
                "struct S { n: Vec<S> } impl S { fn a(&self) { self.n.iter().for_each(|one| one.a()) } }",
                &["a.rs S::a"],
            ),
            (
                "struct S { n: Vec<S> } impl S { fn a(&self) { self.n.iter().for_each(Self::a) } }",
                &["a.rs S::a"],
            ),
            (
                "struct S { n: Vec<S> } impl S { fn a(&self) { for one in &self.n { println!(\"{}\", one.a()) } } }",
                &["a.rs S::a"],
            ),
            (
                "enum E { L(Box<E>), N } impl E { fn a(&self) { match self { Self::L(one) => one.a(), Self::N => {} } } }",
                &["a.rs E::a"],
            ),
            (
                "trait T { fn a(&self) { self.b() } fn b(&self); } struct S; impl T for S { fn b(&self) { self.a() } }",
                &["a.rs S::b", "a.rs T::a"],
            ),
            (
                "trait T { fn a(&self); } struct S(Box<dyn T>); impl T for S { fn a(&self) { self.0.a() } }",
                &["a.rs S::a"],
            ),
            (
                "struct N; impl Deserializer for N { fn deserialize_any(self, v: V) { v.visit_seq(A) } } struct A; impl SeqAccess for A { fn next(&mut self, s: D) { s.deserialize(N) } }",
                &["a.rs A::next", "a.rs N::deserialize_any"],
            ),
            // Of another type, of a container, in a test: no circle.
            ("struct S(Vec<u8>); impl S { fn len(&self) -> usize { self.0.len() } }", &[]),
            ("struct S; struct O; impl S { fn a(&self, o: &O) { o.a() } } impl O { fn a(&self) {} }", &[]),
            ("#[cfg(test)] mod tests { fn a() { a() } } #[test] fn b() { b() }", &[]),
        ] {
            assert_eq!(circles(&[("a.rs", text)]), expected, "{text}");
        }
    }

    #[test]
    fn circles_through_files_are_found() {
        let files = [("a.rs", "pub fn go() { b::step() }"), ("b.rs", "pub fn step() { super::a::go() }")];
        assert_eq!(circles(&files), ["a.rs go", "b.rs step"]);
        // The function of this file is meant, not the other's of the same name.
        let files = [("a.rs", "fn go() { step() } fn step() {}"), ("b.rs", "fn step() { a::go() }")];
        assert!(circles(&files).is_empty());
    }

    #[test]
    fn types_that_hold_themselves_are_found() {
        let files = [File::new(
            "router/src/a.rs",
            "struct A { b: Option<B> } enum B { C(Vec<A>), D } struct E(A); struct F<'a>(&'a F<'a>);",
        )];
        let modules = modules(&files);
        let found: Vec<_> = recursive_types(&World::new(&modules)).into_iter().collect();
        assert_eq!(found, ["a.rs A", "a.rs B"]);
    }

    #[test]
    fn lists_and_circles_must_agree() {
        let found = BTreeSet::from(["a.rs S::a".to_owned(), "a.rs S::b".to_owned()]);
        let constants = BTreeSet::from(["json::NESTING_MAX".to_owned()]);
        let listed = |rows: &str| {
            let page = File::new(PAGE, &format!("## R\n| f | n | b | t |\n|-|-|-|-|\n{rows}"));
            let entries: Vec<Entry> = table(&page, "R").iter().flat_map(entries_of).collect();
            check(&found, &entries, &constants)
        };
        none(&listed("| `a.rs` | `S::a`, `S::b` | `json::NESTING_MAX` | `deep` |"));
        none(&listed("| `a.rs` | `S::*` | fixed: once for each wrapper | |"));
        told(
            &listed("| `a.rs` | `S::a` | `json::NESTING_MAX` | `deep` |"),
            &[("docs/SAFETY.md:0", "`a.rs S::b` recurses")],
        );
        told(
            &listed("| `a.rs` | `S::*`, `c` | `json::NESTING_MAX` | `deep` |"),
            &[("docs/SAFETY.md:4", "`a.rs c` does not")],
        );
        told(&listed("| `a.rs` | `S::*` | `json::GONE` | `deep` |"), &[("docs/SAFETY.md:4", "no constant")]);
        told(&listed("| `a.rs` | `S::*` | its luck | `deep` |"), &[("docs/SAFETY.md:4", "no constant")]);
        told(&listed("| `a.rs` | `S::*` | `json::NESTING_MAX` | |"), &[("docs/SAFETY.md:4", "no test")]);
    }
}
