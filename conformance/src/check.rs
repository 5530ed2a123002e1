//! Compares answers with expectations: one line for each thing that is not as expected.
//!
//! Takes: what a case expects and what a worker answered. Gives: mismatches in words, empty when all is well.
//! Numbers compare by value, objects without regard to order. Never panics. Shares no lock.

#![deny(clippy::disallowed_types)]

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::format::{DiagnosticExpectation, HeaderMatcher, ProblemExpectation};
use crate::case::{Expect, HeaderExpectation, LoadExpectation, Status};
use crate::protocol::{Diagnostic, ExchangeResult, Loaded};

mod probe;

pub use probe::{decoded, encoded, parsed, resolved, validated};

/// Compares the answer to a load.
#[must_use]
pub fn load(expected: &LoadExpectation, loaded: &Loaded) -> Vec<String> {
    let mut wrong = Vec::new();
    let ok = expected.ok.unwrap_or(true);
    if loaded.ok != ok {
        let errors = summary(loaded.diagnostics.iter().filter(|finding| finding.severity == "error"));
        wrong.push(if ok {
            format!("load: refused, and should be accepted: {errors}")
        } else {
            "load: accepted, and should be refused".to_owned()
        });
    }
    for finding in &expected.diagnostics {
        if !loaded.diagnostics.iter().any(|found| matches_diagnostic(finding, found)) {
            let found = summary(&loaded.diagnostics);
            wrong.push(format!("load: no finding matches {}; found: {found}", describe(finding)));
        }
    }
    for code in &expected.absent {
        for found in loaded.diagnostics.iter().filter(|found| found.code == *code) {
            wrong.push(format!("load: {code} must not be reported: {}", one_line(found)));
        }
    }
    let unwanted = |found: &&Diagnostic| match found.severity.as_str() {
        "error" => expected.no_errors || expected.no_diagnostics,
        "lint" => false,
        _ => expected.no_diagnostics,
    };
    wrong
        .extend(loaded.diagnostics.iter().filter(unwanted).map(|found| format!("load: {}", one_line(found))));
    if let Some(operations) = &expected.operations {
        let expected: BTreeSet<&str> = operations.iter().map(String::as_str).collect();
        let found: BTreeSet<&str> =
            loaded.operations.iter().map(|operation| operation.name.as_str()).collect();
        if expected != found {
            wrong.push(format!("load: operations are {found:?}, expected {expected:?}"));
        }
    }
    wrong
}

fn matches_diagnostic(expected: &DiagnosticExpectation, found: &Diagnostic) -> bool {
    let text = format!("{} {}", found.message, found.mend);
    equal(expected.code.as_ref(), &found.code)
        && equal(expected.severity.as_ref(), &found.severity)
        && equal(expected.pointer.as_ref(), &found.pointer)
        && expected.line.is_none_or(|line| line == found.line)
        && expected.column.is_none_or(|column| column == found.column)
        && expected.document.as_ref().is_none_or(|end| found.document.ends_with(end.as_str()))
        && expected.mentions.iter().all(|mention| mentions(&text, mention))
}

fn equal(expected: Option<&String>, found: &str) -> bool {
    expected.is_none_or(|expected| expected == found)
}

fn mentions(text: &str, mention: &str) -> bool {
    text.to_lowercase().contains(&mention.to_lowercase())
}

fn describe(expected: &DiagnosticExpectation) -> String {
    let mut parts = Vec::new();
    for (name, value) in [
        ("code", expected.code.as_ref()),
        ("severity", expected.severity.as_ref()),
        ("pointer", expected.pointer.as_ref()),
        ("document", expected.document.as_ref()),
    ] {
        parts.extend(value.map(|value| format!("{name} {value}")));
    }
    parts.extend(expected.line.map(|line| format!("line {line}")));
    parts.extend(expected.column.map(|column| format!("column {column}")));
    parts.extend(expected.mentions.iter().map(|mention| format!("mentions `{mention}`")));
    format!("({})", parts.join(", "))
}

/// A finding in a line.
#[must_use]
pub fn one_line(found: &Diagnostic) -> String {
    let message: String = found.message.chars().take(160).collect();
    format!("{}[{}] {} (line {}, #{})", found.severity, found.code, message, found.line, found.pointer)
}

fn summary<'d>(found: impl IntoIterator<Item = &'d Diagnostic>) -> String {
    let lines: Vec<String> = found.into_iter().take(4).map(one_line).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("; ") }
}

/// Compares the answer to an exchange.
#[must_use]
pub fn exchange(expected: &Expect, found: &ExchangeResult) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(status) = &expected.status
        && !status.allows(found.status)
    {
        let wanted = match status {
            Status::One(one) => one.to_string(),
            Status::AnyOf(list) => format!("{list:?}"),
        };
        let why = found.problem.as_ref().map(|problem| format!(" ({})", short(problem))).unwrap_or_default();
        wrong.push(format!("status is {}{why}, expected {wanted}", found.status));
    }
    if let Some(operation) = &expected.operation
        && *operation != found.operation
    {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_owned());
        wrong.push(format!("operation is {}, expected {}", name(&found.operation), name(operation)));
    }
    parameters(expected, found, &mut wrong);
    if let Some(body) = &expected.body {
        match &found.body {
            Some(value) if same(value, body) => {}
            Some(value) => wrong.push(format!("content is {}, expected {}", short(value), short(body))),
            None => wrong.push(format!("no content reached the handler, expected {}", short(body))),
        }
    }
    if expected.no_body
        && let Some(value) = &found.body
    {
        wrong.push(format!("content {} reached the handler, expected none", short(value)));
    }
    check_status_member(found, &mut wrong);
    if let Some(problem) = &expected.problem {
        check_problem(problem, found, &mut wrong);
    }
    for (name, header) in &expected.headers {
        check_header(name, header, found, &mut wrong);
    }
    check_response(expected, found, &mut wrong);
    wrong
}

fn parameters(expected: &Expect, found: &ExchangeResult, wrong: &mut Vec<String>) {
    let at = |location: &str, name: &str| {
        found.parameters.get(location).and_then(|values| match location {
            "header" => values.as_object().and_then(|values| {
                values.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
            }),
            _ => values.get(name),
        })
    };
    for (location, values) in &expected.parameters {
        for (name, value) in values {
            match at(location, name) {
                Some(found) if same(found, value) => {}
                Some(found) => {
                    wrong.push(format!("{location} {name} is {}, expected {}", short(found), short(value)));
                }
                None => wrong.push(format!("{location} {name} is absent, expected {}", short(value))),
            }
        }
    }
    for (location, names) in &expected.absent {
        for name in names {
            if let Some(found) = at(location, name) {
                wrong.push(format!("{location} {name} is {}, expected it absent", short(found)));
            }
        }
    }
}

/// Whatever a case expects: where a problem has the member `status`, it is the status code that was sent (RFC 9457 §3.1.2).
fn check_status_member(found: &ExchangeResult, wrong: &mut Vec<String>) {
    let told = found.problem.as_ref().and_then(|problem| problem.get("status"));
    if let Some(told) = told.filter(|told| !same(told, &Value::from(found.status))) {
        wrong.push(format!(
            "the problem's member `status` is {}, and the status code {}",
            short(told),
            found.status
        ));
    }
}

fn check_problem(expected: &ProblemExpectation, found: &ExchangeResult, wrong: &mut Vec<String>) {
    let Some(problem) = &found.problem else {
        wrong.push("the response is no problem+json".to_owned());
        return;
    };
    if let Some(kind) = &expected.kind
        && problem.get("type").and_then(Value::as_str) != Some(kind)
    {
        let found = problem.get("type").map_or_else(|| "missing".to_owned(), short);
        wrong.push(format!("problem type is {found}, expected {kind}"));
    }
    let errors = problem.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
    let pointers: Vec<&str> =
        errors.iter().filter_map(|error| error.get("pointer").and_then(Value::as_str)).collect();
    for pointer in &expected.pointers {
        let plain = pointer.trim_start_matches('#');
        if !pointers.iter().any(|found| found.trim_start_matches('#') == plain) {
            wrong.push(format!("problem has no error at {pointer}; its pointers are {pointers:?}"));
        }
    }
    let text = problem.to_string();
    for mention in &expected.mentions {
        if !mentions(&text, mention) {
            wrong.push(format!("problem does not mention `{mention}`: {}", short(problem)));
        }
    }
    for silent in &expected.silent {
        if mentions(&text, silent) {
            wrong.push(format!("problem discloses `{silent}`: {}", short(problem)));
        }
    }
}

fn check_header(name: &str, expected: &HeaderExpectation, found: &ExchangeResult, wrong: &mut Vec<String>) {
    let lines: Vec<&str> = found
        .headers
        .iter()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect();
    let value = lines.join(", ");
    match expected {
        HeaderExpectation::Absent if lines.is_empty() => {}
        HeaderExpectation::Absent => wrong.push(format!("{name} is `{value}`, expected it absent")),
        HeaderExpectation::Equals(text) if *text == value && !lines.is_empty() => {}
        HeaderExpectation::Equals(text) if lines.is_empty() => {
            wrong.push(format!("{name} is absent, expected `{text}`"));
        }
        HeaderExpectation::Equals(text) => wrong.push(format!("{name} is `{value}`, expected `{text}`")),
        HeaderExpectation::Matcher(matcher) => check_matcher(name, matcher, &lines, wrong),
    }
}

fn check_matcher(name: &str, matcher: &HeaderMatcher, lines: &[&str], wrong: &mut Vec<String>) {
    let value = lines.join(", ");
    if let Some(present) = matcher.present
        && present == lines.is_empty()
    {
        wrong.push(format!("{name} is {}", if present { "absent" } else { "present" }));
    }
    if let Some(text) = &matcher.contains
        && !mentions(&value, text)
    {
        wrong.push(format!("{name} is `{value}`, expected it to contain `{text}`"));
    }
    if let Some(members) = &matcher.members {
        let found: BTreeSet<&str> =
            value.split(',').map(str::trim).filter(|member| !member.is_empty()).collect();
        let wanted: BTreeSet<&str> = members.iter().map(String::as_str).collect();
        if found != wanted || lines.is_empty() {
            wrong.push(format!("{name} has the members {found:?}, expected {wanted:?}"));
        }
    }
    if let Some(wanted) = &matcher.lines
        && lines != wanted.as_slice()
    {
        wrong.push(format!("{name} has the lines {lines:?}, expected {wanted:?}"));
    }
}

fn check_response(expected: &Expect, found: &ExchangeResult, wrong: &mut Vec<String>) {
    if let Some(ok) = expected.response_ok
        && found.response_ok != Some(ok)
    {
        wrong.push(format!(
            "response_ok is {:?}, expected {ok}; violations: {:?}",
            found.response_ok, found.response_errors
        ));
    }
    for text in &expected.response_errors {
        if !found.response_errors.iter().any(|error| mentions(error, text)) {
            wrong.push(format!("no violation mentions `{text}`: {:?}", found.response_errors));
        }
    }
    let body = found.response_body.as_deref();
    if let Some(text) = &expected.response_body
        && body.unwrap_or_default() != text
    {
        wrong.push(format!("response content is {body:?}, expected {text:?}"));
    }
    if let Some(value) = &expected.response_json {
        match body.and_then(|body| serde_json::from_str::<Value>(body).ok()) {
            Some(found) if same(&found, value) => {}
            _ => wrong.push(format!("response content is {body:?}, expected {}", short(value))),
        }
    }
}

/// Whether two values are the same to JSON Schema: numbers by value, members in any order.
#[must_use]
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right
                || match (left.as_i64(), right.as_i64(), left.as_u64(), right.as_u64()) {
                    (Some(left), Some(right), ..) => left == right,
                    (.., Some(left), Some(right)) => left == right,
                    _ => left.as_f64() == right.as_f64(),
                }
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|right| same(value, right)))
        }
        (left, right) => left == right,
    }
}

/// A value in at most 200 characters.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 200 {
        return text;
    }
    let start: String = text.chars().take(200).collect();
    format!("{start}...")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::{Case, read_text};
    use crate::catalogue::Catalogue;
    use crate::protocol::Operation;

    /// The case that `yaml`, its part after the description, makes.
    pub(super) fn case(yaml: &str) -> Case {
        let head = "id: pth-001-x\ntitle: x\nids: [PTH-001]\npolarity: positive\ndescription: {}\n";
        let catalogue = Catalogue::builtin().expect("catalogue");
        let cases = read_text("x.yaml".as_ref(), &format!("{head}{yaml}"), &catalogue);
        cases.unwrap_or_else(|errors| panic!("{errors:?}")).remove(0)
    }

    /// What `expect` says about the same answer, as the number of mismatches.
    fn check_exchange(expect: &str, mismatches: usize) {
        let case = case(&format!("exchanges: [{{request: {{target: /}}, expect: {expect}}}]"));
        let found: ExchangeResult = serde_json::from_value(json!({
            "id": "x", "status": 200, "operation": "getPet",
            "headers": [["Allow", "GET, HEAD"], ["Set-Cookie", "a=1"], ["set-cookie", "b=2"]],
            "parameters": {"path": {"id": 1}, "header": {"X-A": "b"}, "query": {"big": 12345678901234567890u64}},
            "body": {"a": [1.0, null]},
            "problem": {"type": "t", "title": "Bad", "errors": [{"pointer": "#/a", "detail": "limit"}]},
            "response_body": "{\"k\": 1}", "response_ok": false, "response_errors": ["status 201 is not declared"],
        }))
        .expect("a result");
        let [exchange] = case.exchanges.as_slice() else { panic!("one exchange") };
        let wrong = super::exchange(&exchange.expect, &found);
        assert_eq!(wrong.len(), mismatches, "{expect}: {wrong:?}");
    }

    #[test]
    fn exchanges_are_compared() {
        for (expect, mismatches) in [
            ("{status: 200}", 0),
            ("{status: [404, 200]}", 0),
            ("{status: 404}", 1),
            ("{status: [404, 405]}", 1),
            ("{operation: getPet}", 0),
            ("{operation: getpet}", 1),
            ("{operation: null}", 1),
            ("{parameters: {path: {id: 1}}}", 0),
            ("{parameters: {path: {id: 1.0}}}", 0),
            ("{parameters: {path: {id: '1'}}}", 1),
            ("{parameters: {path: {other: 1}}}", 1),
            ("{parameters: {header: {x-a: b}}}", 0),
            ("{parameters: {path: {ID: 1}}}", 1),
            ("{parameters: {query: {big: 12345678901234567890}}}", 0),
            ("{parameters: {query: {big: 12345678901234567891}}}", 1),
            ("{absent: {query: [limit]}}", 0),
            ("{absent: {path: [id]}}", 1),
            ("{body: {a: [1, null]}}", 0),
            ("{body: {a: [1, null], b: 1}}", 1),
            ("{body: null}", 1),
            ("{no_body: true}", 1),
            ("{problem: {type: t, pointers: [/a], mentions: [BAD, limit], silent: [secret]}}", 0),
            ("{problem: {type: u, pointers: [/b], mentions: [good], silent: [limit]}}", 4),
            ("{headers: {allow: 'GET, HEAD', Vary: null}}", 0),
            ("{headers: {allow: GET, Set-Cookie: null, Vary: x}}", 3),
            ("{headers: {Allow: {members: [HEAD, GET]}, set-cookie: {lines: [a=1, b=2]}}}", 0),
            ("{headers: {Allow: {members: [GET]}, set-cookie: {lines: [b=2, a=1]}}}", 2),
            ("{headers: {Vary: {members: []}, Allow: {present: false}, Age: {present: true}}}", 3),
            ("{headers: {Allow: {contains: head, present: true}}}", 0),
            ("{response_ok: false, response_errors: ['201']}", 0),
            ("{response_ok: true, response_errors: [header]}", 2),
            ("{response_json: {k: 1}}", 0),
            ("{response_json: {k: 2}, response_body: x}", 2),
        ] {
            check_exchange(expect, mismatches);
        }
    }

    #[test]
    fn a_problem_tells_the_status_that_was_sent() {
        for (problem, status, mismatches) in [
            (json!({"status": 422}), 422, 0),
            (json!({"status": 400}), 422, 1),
            (json!({"status": "422"}), 422, 1),
            (json!({"title": "none is told"}), 422, 0),
            (Value::Null, 200, 0),
        ] {
            let found = ExchangeResult { status, problem: Some(problem), ..ExchangeResult::default() };
            let wrong = super::exchange(&Expect::default(), &found);
            assert_eq!(wrong.len(), mismatches, "{found:?}: {wrong:?}");
        }
    }

    #[test]
    fn loads_are_compared() {
        let loaded = |ok| Loaded {
            ok,
            operations: vec![Operation { name: "a".into(), ..Operation::default() }],
            diagnostics: vec![
                Diagnostic {
                    code: "PTH-003".into(),
                    severity: "error".into(),
                    message: "Two templates".into(),
                    document: "dir/api.yaml".into(),
                    line: 3,
                    pointer: "/paths/~1a".into(),
                    ..Diagnostic::default()
                },
                Diagnostic { code: "RSP-005".into(), severity: "warning".into(), ..Diagnostic::default() },
                Diagnostic { code: "RSP-016".into(), severity: "lint".into(), ..Diagnostic::default() },
            ],
            ..Loaded::default()
        };
        for (yaml, ok, mismatches) in [
            ("load: {}", true, 0),
            ("load: {}", false, 1),
            ("load: {ok: false}", false, 0),
            ("load: {ok: false}", true, 1),
            (
                "load: {diagnostics: [{code: PTH-003, severity: error, pointer: /paths/~1a, line: 3, document: api.yaml, mentions: [two]}]}",
                true,
                0,
            ),
            (
                "load: {diagnostics: [{code: PTH-003, line: 4}, {code: PTH-004}, {mentions: [three]}]}",
                true,
                3,
            ),
            ("load: {absent: [PTH-001]}", true, 0),
            ("load: {absent: [PTH-003, RSP-016]}", true, 2),
            ("load: {no_errors: true}", true, 1),
            ("load: {no_diagnostics: true}", true, 2),
            ("load: {operations: [a]}", true, 0),
            ("load: {operations: [a, b]}", true, 1),
        ] {
            let wrong = super::load(&case(yaml).load, &loaded(ok));
            assert_eq!(wrong.len(), mismatches, "{yaml}: {wrong:?}");
        }
    }
}
