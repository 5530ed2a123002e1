//! JSON of requests against JSONTestSuite: nothing malformed is accepted, nothing panics (BOD-011).

use brrtrouter::schema::instance::{JsonLimits, JsonRule, parse_json};

use crate::corpora::{corpus, files};

#[test]
fn json_test_suite() {
    let Some(folder) = corpus("json-parsing") else { return };
    let mut count = 0;
    for path in files(&folder, &["json"]) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let found = parse_json(&std::fs::read(&path).expect("a readable file"), &JsonLimits::default());
        let judged = path.parent().is_some_and(|folder| folder.ends_with("test_parsing"));
        // A repeated name is well-formed JSON, and refused all the same.
        let duplicate = name.starts_with("y_object_duplicated_key");
        match name.as_bytes()[0] {
            _ if !judged => {}
            b'y' if duplicate => {
                assert_eq!(found.err().map(|error| error.rule), Some(JsonRule::DuplicateMember))
            }
            b'y' => assert!(found.is_ok(), "{name}: {found:?}"),
            b'n' => assert!(found.is_err(), "{name}"),
            _ => {}
        }
        count += 1;
    }
    assert!(count >= 318, "{count} files");
}
