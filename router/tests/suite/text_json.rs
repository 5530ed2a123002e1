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
