//! What `docs/SAFETY.md` gives as evidence exists: tests, files, constants and lints, by their names between backticks.
//!
//! A name in snake case is a test or another function of ours, one with `/` a path from the project's root or the library's
//! sources, one in capitals a constant of `limits.rs`; lints are named in the column "Lints" of the first table and are on. That a
//! test proves what its row claims is for a reader to judge.

use std::collections::BTreeSet;

use crate::source::{File, Finding, code, exists, file, none, rust, table, told};

const PAGE: &str = "docs/SAFETY.md";

/// Names of the language and of other crates.
const OTHERS: [&str; 5] = ["_", "dead_code", "macro_rules", "serde_json", "unconditional_recursion"];

/// Where lints are turned on, for all crates or for the library.
const LINTS: [&str; 2] = ["Cargo.toml", "router/src/lib.rs"];

/// The names of all functions in the sources.
fn functions(files: &[File]) -> BTreeSet<&str> {
    files.iter().flat_map(|file| file.text.lines()).filter_map(function).collect()
}

/// The function that a line declares.
fn function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_declaration =
        before.split_whitespace().all(|word| word.starts_with("pub") || ["const", "async"].contains(&word));
    let name = after.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
    (is_declaration && !name.is_empty()).then_some(name)
}

fn is_snake(name: &str) -> bool {
    name.contains('_')
        && !OTHERS.contains(&name)
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_constant(name: &str) -> bool {
    let last = name.rsplit("::").next().unwrap_or_default();
    last.len() > 2
        && last.contains('_')
        && last.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_path(name: &str) -> bool {
    name.contains('/') && !name.contains([' ', '(', '*', '<'])
}

/// What is known by name.
struct Known<'f> {
    functions: BTreeSet<&'f str>,
    constants: BTreeSet<String>,
    lints: BTreeSet<String>,
}

fn missing(page: &File, known: &Known<'_>) -> Vec<Finding> {
    let lint_rows: BTreeSet<usize> = table(page, "Rules").iter().map(|row| row.line).collect();
    let mut findings = Vec::new();
    for (at, line) in page.text.lines().enumerate() {
        for name in code(line) {
            let is_lint = lint_rows.contains(&(at + 1)) && known.lints.contains(name);
            let says = if is_path(name) {
                let is_there = exists(name) || exists(&format!("router/src/{name}"));
                (!is_there).then_some("there is no such file")
            } else if is_constant(name) {
                (!known.constants.contains(name)).then_some("limits.rs has no such constant")
            } else if is_snake(name) && !is_lint {
                (!known.functions.contains(name)).then_some("there is no such test, function or lint")
            } else {
                None
            };
            if let Some(says) = says {
                findings.push(Finding::new(PAGE, at + 1, format!("`{name}`: {says}"), "name what there is"));
            }
        }
    }
    findings
}

/// The lints that stand in the column for them, and are not on.
fn off(page: &File, on: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in table(page, "Rules") {
        let is_off = |lint: &&str| !on.contains(*lint);
        let lints = row.code(2).into_iter().filter(is_off).map(ToOwned::to_owned).collect::<Vec<_>>();
        let says = |lint: String| {
            Finding::new(
                PAGE,
                row.line,
                format!("the lint `{lint}` is not on"),
                "turn it on in Cargo.toml or router/src/lib.rs",
            )
        };
        findings.extend(lints.into_iter().map(says));
    }
    findings
}

/// Rows that name neither a lint nor a test nor a file.
fn unfounded(page: &File) -> Vec<Finding> {
    let rows = table(page, "Rules");
    let unfounded = rows.iter().filter(|row| row.code(2).is_empty() && row.code(3).is_empty());
    unfounded
        .map(|row| {
            Finding::new(
                PAGE,
                row.line,
                "the rule has no evidence",
                "name the lint or the test that holds it",
            )
        })
        .collect()
}

/// The lints that manifests and the library's root turn on.
fn lints_on(files: &[File]) -> BTreeSet<String> {
    let lines = files.iter().flat_map(|file| file.text.lines());
    let lint = |line: &str| {
        let name = line
            .trim()
            .trim_start_matches("clippy::")
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()?;
        let is_on = line.trim().starts_with("clippy::")
            || ["\"warn\"", "\"deny\"", "\"forbid\""].iter().any(|level| line.contains(level));
        (is_on && !name.is_empty()).then(|| name.to_owned())
    };
    lines.filter_map(lint).collect()
}

#[test]
fn evidence_of_the_safety_page_exists() {
    let page = file(PAGE);
    let sources = rust();
    let lints = lints_on(&LINTS.map(file));
    let constants = crate::bounds::constants(&file("router/src/limits.rs"));
    let constants = constants.into_iter().map(|constant| constant.name).collect();
    let known = Known { functions: functions(&sources), constants, lints: lints.clone() };
    let mut findings = missing(&page, &known);
    findings.extend(off(&page, &lints));
    findings.extend(unfounded(&page));
    none(&findings);
}

#[test]
fn planted_evidence_is_missed() {
    let page = File::new(
        PAGE,
        "## Rules\n| r | h | l | e |\n|-|-|-|-|\n| 1 | a | `lint_on`, `lint_off` | `a_test` |\n| 2 | b | | `gone_test` |\n| 3 | c | | review |\n\n\
         `no/such/file.rs`, `limits.rs`, `json::NESTING_MAX`, `json::GONE_MAX`\n",
    );
    let on = lints_on(&[File::new("Cargo.toml", "lint_on = \"warn\"\nlint_off = \"allow\"\n")]);
    let known = Known {
        functions: BTreeSet::from(["a_test"]),
        constants: BTreeSet::from(["json::NESTING_MAX".to_owned()]),
        lints: on.clone(),
    };
    let expected = [
        ("docs/SAFETY.md:4", "`lint_off`"),
        ("docs/SAFETY.md:5", "`gone_test`"),
        ("docs/SAFETY.md:8", "`no/such/file.rs`"),
        ("docs/SAFETY.md:8", "`json::GONE_MAX`"),
    ];
    told(&missing(&page, &known), &expected);
    told(&off(&page, &on), &[("docs/SAFETY.md:4", "`lint_off` is not on")]);
    told(&unfounded(&page), &[("docs/SAFETY.md:6", "no evidence")]);
    assert_eq!(
        ["    pub(super) const fn a_b() {", "let x = fn_c();", "// the fn d_e"].map(function),
        [Some("a_b"), None, None]
    );
}
