//! YAML text against yaml-test-suite.

use brrtrouter::description::text::{Format, Source, TextOptions, parse};
use brrtrouter::description::{Diagnostics, NodeRef, Tree};

use crate::corpora::{corpus, files};

fn read(text: &str) -> (Option<Tree>, Diagnostics) {
    let options = TextOptions { format: Some(Format::Yaml), ..TextOptions::default() };
    parse(&Source::new("test.yaml", text), &options)
}

/// One case of yaml-test-suite.
struct Case {
    id: String,
    text: String,
    /// The documents of the stream as JSON; `None` where the suite gives no JSON.
    json: Option<Vec<serde_json::Value>>,
    fails: bool,
}

/// The suite makes blanks and line ends visible.
fn raw(visible: &str) -> String {
    let mut text = visible.replace('␣', " ").replace('↵', "").replace('←', "\r").replace('⇔', "\u{FEFF}");
    while text.contains("—»") {
        text = text.replace("—»", "»");
    }
    text = text.replace('»', "\t");
    if let Some(start) = text.strip_suffix("∎\n") {
        text = start.to_owned();
    }
    text
}

/// The cases of one file; fields but `fail` are inherited by the cases below.
fn cases(id: &str, root: NodeRef<'_>) -> Vec<Case> {
    let mut inherited = std::collections::BTreeMap::<String, String>::new();
    let mut cases = Vec::new();
    for (index, item) in root.items().enumerate() {
        for (name, value) in item.members() {
            let text = value.as_str().map_or_else(|| value.to_json_text(), str::to_owned);
            inherited.insert(name.to_owned(), text);
        }
        let fails = item.get("fail").is_some();
        let json = inherited.get("json").filter(|_| !fails).map(|json| {
            let documents = serde_json::Deserializer::from_str(json).into_iter();
            documents.collect::<Result<_, _>>().expect("JSON in the suite")
        });
        let text = raw(&inherited["yaml"]);
        cases.push(Case { id: format!("{id}-{index}"), text, json, fails });
    }
    cases
}

/// Cases whose outcome differs from the suite's, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("2XXW-0", "DOC-012: the tag !!set"),
    ("4ABK-0", "it has a JSON form, though the suite gives none"),
    ("565N-0", "DOC-012: the tag !!binary"),
    ("6CK3-0", "DOC-012: local tags"),
    ("7FWL-0", "DOC-012: a local tag"),
    ("C4HZ-0", "DOC-012: tags of an application"),
    ("CC74-0", "DOC-012: a tag of an application"),
    ("CUP7-0", "DOC-012: a local tag"),
    ("J7PZ-0", "DOC-012: the tag !!omap"),
    ("M5C3-0", "DOC-012: a local tag"),
    ("P76L-0", "DOC-012: a tag of an application"),
    ("SM9W-1", "DOC-012: an empty key; the suite's JSON is that of the case above it"),
    ("UGM3-0", "DOC-012: a tag of an application"),
    ("UKK6-2", "the tag ! makes an empty string of nothing (YAML 1.2 §6.9.1); the suite's JSON says null"),
    ("Z67P-0", "DOC-012: a local tag"),
    ("Z9M4-0", "DOC-012: tags of an application"),
    ("ZYU8-2", "a malformed %YAML line is refused, as YAML 1.2 §6.8.1 allows"),
];

/// What is wrong with our outcome of a case; `None`: it is as the suite says. Streams of several
/// documents, and YAML that has no JSON form, must be refused.
fn complaint(case: &Case) -> Option<String> {
    let (tree, diagnostics) = read(&case.text);
    let value = tree.filter(|_| !diagnostics.has_errors()).map(|tree| tree.root().to_json());
    let expected = case.json.as_deref().and_then(|documents| <&[_; 1]>::try_from(documents).ok());
    match (value, expected) {
        (Some(value), Some([expected])) if value == *expected => None,
        (Some(value), Some([expected])) => Some(format!("{value} instead of {expected}")),
        (Some(value), None) => Some(format!("{value}, but it is no single JSON value")),
        (None, Some(_)) => Some(format!("refused:\n{diagnostics}")),
        (None, None) => None,
    }
}

#[test]
fn yaml_test_suite() {
    let Some(folder) = corpus("yaml-test-suite/src") else { return };
    let (mut failures, mut differing) = (Vec::new(), Vec::new());
    let (mut count, mut equal) = (0, 0);
    for path in files(&folder, &["yaml"]) {
        let id = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let (tree, diagnostics) = read(&std::fs::read_to_string(&path).expect("a readable file"));
        let tree = tree.unwrap_or_else(|| panic!("{id}: {diagnostics}"));
        for case in cases(id, tree.root()) {
            count += 1;
            equal += usize::from(!case.fails && case.json.as_ref().is_some_and(|json| json.len() == 1));
            let Some(complaint) = complaint(&case) else { continue };
            if EXCEPTIONS.iter().any(|(id, _)| *id == case.id) {
                differing.push(case.id);
            } else {
                failures.push(format!("{}: {complaint}\n{}", case.id, case.text));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    assert_eq!(differing, EXCEPTIONS.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "stale exceptions");
    assert_eq!((count, equal), (406, 262), "the suite's size: cases, and those with one JSON value");
}

#[test]
fn every_document_is_read() {
    let Some(folder) = corpus("real-world") else { return };
    for path in files(&folder, &["yaml", "json"]) {
        let bytes = std::fs::read(&path).expect("a readable file");
        let source = Source::from_bytes(path.display().to_string(), &bytes).expect("UTF-8");
        let (tree, _) = parse(&source, &TextOptions::default());
        assert!(tree.is_some_and(|tree| tree.len() > 10), "{}", path.display());
    }
}
