//! JSON text against JSONTestSuite and against `serde_json`.

use brrtrouter::description::text::{Format, Source, TextOptions, parse};
use brrtrouter::description::{Diagnostics, Tree};

use crate::corpora::{corpus, files};

fn read(bytes: &[u8]) -> (Option<Tree>, Diagnostics) {
    let options = TextOptions { format: Some(Format::Json), ..TextOptions::default() };
    match Source::from_bytes("test.json", bytes) {
        Ok(source) => parse(&source, &options),
        Err(diagnostics) => (None, diagnostics),
    }
}

/// DOC-010: our documented choice is stricter than RFC 8259 §4.
const REFUSED_DUPLICATES: &[&str] =
    &["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

#[test]
fn json_test_suite() {
    let Some(folder) = corpus("json-parsing/test_parsing") else { return };
    let mut failures = Vec::new();
    let mut count = [0, 0, 0];
    for path in files(&folder, &["json"]) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let (tree, diagnostics) = read(&std::fs::read(&path).expect("a readable file"));
        let accepted = tree.is_some() && !diagnostics.has_errors();
        let expected = match name.as_bytes()[0] {
            b'y' => Some(!REFUSED_DUPLICATES.contains(&name)),
            b'n' => Some(false),
            _ => None,
        };
        count[match name.as_bytes()[0] {
            b'y' => 0,
            b'n' => 1,
            _ => 2,
        }] += 1;
        if expected.is_some_and(|expected| expected != accepted) {
            failures.push(format!("{name}: accepted: {accepted}\n{diagnostics}"));
        }
        assert!(accepted || diagnostics.has_errors(), "{name}: refused without an error");
    }
    assert_eq!(count, [95, 188, 35], "the suite's size");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn faults_say_where_and_how_to_mend() {
    for (text, place, what, mend) in [
        ("{\"a\": 1,}", (1, 8), "comma stands before the closing `}`", "remove the comma"),
        ("[1,\n 2,\n]", (2, 3), "comma stands before the closing `]`", "remove the comma"),
        ("[1,,2]", (1, 4), "a value is missing", "remove the comma"),
        ("[,1]", (1, 2), "a value is missing", "remove the comma"),
        ("{\"a\": 'b'}", (1, 7), "single quotes", "double quotes"),
        ("{'a': 1}", (1, 2), "name is in single quotes", "double quotes"),
        ("{a: 1}", (1, 2), "name is not in quotes", "double quotes"),
        ("{\"a\" 1}", (1, 6), "colon is missing", "put `:`"),
        ("{\"a\":\n 1\n \"b\": 2}", (3, 2), "comma is missing", "put `,`"),
        ("[1 2]", (1, 4), "comma is missing", "put `,`"),
        ("[1: 2]", (1, 3), "a colon stands", "make this an object"),
        ("[1}", (1, 3), "does not close", "close it with `]`"),
        ("{\"a\": 1]", (1, 8), "does not close", "close it with `}`"),
        ("[1, // one\n2]", (1, 5), "no comments", "YAML"),
        ("{ # one\n}", (1, 3), "no comments", "YAML"),
        ("[1 /* one */]", (1, 4), "no comments", "YAML"),
        ("[NaN]", (1, 2), "NaN has no JSON form", "finite"),
        ("[-Infinity]", (1, 2), "no JSON form", "finite"),
        ("[True]", (1, 2), "True is no JSON value", "write true"),
        ("[None]", (1, 2), "None is no JSON value", "write null"),
        ("[undefined]", (1, 2), "undefined is no JSON value", "write null"),
        ("[yes]", (1, 2), "\"yes\" is no JSON value", "quotes"),
        ("[+1]", (1, 2), "begins with `+`", "remove"),
        ("[.5]", (1, 2), "begins with a point", "0 before"),
        ("[1.]", (1, 4), "digits are missing after the number's point", "digit"),
        ("[1e]", (1, 4), "digits are missing in the number's exponent", "digit"),
        ("[012]", (1, 2), "leading zero", "quotes"),
        ("[0x1F]", (1, 3), "letters follow", "quotes"),
        ("[1_000]", (1, 3), "letters follow", "quotes"),
        ("[-]", (1, 2), "a digit must follow", "digit"),
        ("[\"abc", (1, 2), "not closed", "closing"),
        ("[\"abc\n\"]", (1, 2), "not closed", "\\n"),
        ("[\"a\tb\"]", (1, 4), "a tab", "\\t"),
        ("[\"a\u{1}b\"]", (1, 4), "U+0001", "\\u0001"),
        ("[\"\\x41\"]", (1, 3), "begins no JSON escape", "\\\\"),
        ("[\"\\u12g4\"]", (1, 3), "hexadecimal", "complete"),
        ("[\"\\ud800\"]", (1, 3), "\\uD800 is half", "both halves"),
        ("[\"\\udc00\"]", (1, 3), "\\uDC00 is half", "both halves"),
        ("[\"\\ud800\\u0041\"]", (1, 3), "\\uD800 is half", "both halves"),
        ("{\"a\": [1,", (1, 10), "ends inside an array", "missing `]`"),
        ("{\"a\": 1", (1, 8), "ends inside an object", "missing `}`"),
        ("{\"a\":", (1, 6), "ends where a value is due", "add the value"),
        ("{} {}", (1, 4), "follows the end", "remove"),
        ("[é]", (1, 2), "\"é\" begins no JSON value", "quotes"),
        ("[\u{a0}1]", (1, 2), "begins no JSON value", "quotes"),
    ] {
        let (tree, diagnostics) = read(text.as_bytes());
        assert!(tree.is_none(), "{text}");
        let found = diagnostics.iter().next().expect("a finding");
        assert_eq!((found.place.line, found.place.column), place, "{text}\n{diagnostics}");
        assert!(found.what.contains(what), "{text}: {what}\n{diagnostics}");
        assert!(found.mend.contains(mend), "{text}: {mend}\n{diagnostics}");
    }
}

#[test]
fn findings_have_pointers() {
    let text = r#"{"paths": {"/a": [{"b": 1, "b": 2}, {"c": [0, 01]}]}}"#;
    let (_, diagnostics) = read(text.as_bytes());
    let found: Vec<_> =
        diagnostics.iter().map(|found| (found.code.as_str(), &*found.place.pointer)).collect();
    assert_eq!(found, [("DOC-010", "/paths/~1a/0"), ("DOC-011", "/paths/~1a/1/c/1")]);
}

#[test]
fn duplicate_names_are_settled() {
    let text = "{\"a\": 1,\n\"b\": {},\n\"a\": 2}";
    let (tree, diagnostics) = read(text.as_bytes());
    let found = diagnostics.iter().next().expect("a finding");
    assert_eq!((found.code.as_str(), found.severity.name()), ("DOC-010", "error"));
    assert_eq!((found.place.line, found.related[0].1.line), (3, 1), "both places");
    assert_eq!(tree.expect("a tree").root().to_json_text(), r#"{"b":{},"a":2}"#);

    let options = TextOptions { lenient: true, ..TextOptions::default() };
    let (tree, diagnostics) = parse(&Source::new("a.json", text), &options);
    assert!(!diagnostics.has_errors() && diagnostics.len() == 1, "{diagnostics}");
    assert_eq!(tree.expect("a tree").root().to_json_text(), r#"{"b":{},"a":2}"#);
    // Escapes do not hide a duplicate, and many members neither.
    let many = (0..50).map(|index| format!("\"k{index}\":0")).collect::<Vec<_>>().join(",");
    for text in [r#"{"a": 1, "\u0061": 2}"#.to_owned(), format!("{{{many},\"k7\":1}}")] {
        assert!(read(text.as_bytes()).1.has_errors(), "{text}");
    }
}

#[test]
fn formats_are_told_apart() {
    for (name, text, expected) in [
        ("a.json", "{\"a\": 1}", "1 0"),
        ("a.yaml", "a: 1", "1 0"),
        ("a.yml", "{\"a\":\t1}", "1 0"),
        ("a", "{\"a\": 1}", "1 0"),
        ("a", "{a: 1}", "1 0"),
        ("a", "a: 1", "1 0"),
        ("https://example.org/a.json?b=.yaml#c", "{a: 1}", "JSON: not in quotes"),
        ("https://example.org/v1.0/a", "a: 1", "1 0"),
        ("a.json", "a: 1", "1 the name says JSON"),
        ("a.json", "{a: 1}", "JSON: not in quotes"),
        ("a.json", "nonsense", "JSON: is no JSON value"),
        ("a.yaml", "{a: 1", "YAML 1.2"),
        ("a", "{\"a\": 1,,}", "JSON: a member is missing"),
        ("a.json", " \n ", "empty"),
        ("a.yaml", "", "empty"),
        ("a.yaml", "# nothing\n", "empty"),
    ] {
        let (tree, diagnostics) = parse(&Source::new(name, text), &TextOptions::default());
        let value = tree.and_then(|tree| tree.root().get("a").and_then(|a| a.as_number().map(str::to_owned)));
        let said = match (value, diagnostics.iter().next()) {
            (Some(value), None) => format!("{value} 0"),
            (Some(value), Some(found)) => format!("{value} {}", found.what),
            (None, Some(found)) if found.why.contains("not JSON") => format!("JSON: {}", found.what),
            (None, Some(found)) => format!("{} {}", found.why, found.what),
            (None, None) => "nothing".to_owned(),
        };
        let parts: Vec<&str> = expected.splitn(2, ": ").collect();
        assert!(parts.iter().all(|part| said.contains(part)), "{name} {text}: {said}, not {expected}");
    }
}
