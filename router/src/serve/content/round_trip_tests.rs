//! What is written is read: forms of any text.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::decode_tests::{FORM, content, decoded, plan};
use super::{Content, FormWriter, MultipartWriter};

fn texts() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::vec(("[^\\x00-\\x1F\\x7F-\\u{9F}]{0,6}", "\\PC{0,12}"), 0..6)
}

/// The fields as an untyped form holds them.
fn object(fields: &[(String, String)]) -> Value {
    let mut object = serde_json::Map::new();
    for (name, value) in fields {
        match object.get_mut(name) {
            None => {
                object.insert(name.clone(), json!(value));
            }
            Some(Value::Array(items)) => items.push(json!(value)),
            Some(first) => *first = json!([first.clone(), value]),
        }
    }
    Value::Object(object)
}

proptest! {
    #[test]
    fn forms(fields in texts()) {
        let writer = fields.iter().fold(FormWriter::new(), |form, (name, value)| form.field(name, value));
        let found = decoded(&plan(FORM, vec![]), FORM, &writer.finish());
        prop_assert_eq!(found, Ok(object(&fields)));
    }

    #[test]
    fn multipart_forms(fields in texts()) {
        let empty = MultipartWriter::new();
        let writer = fields.iter().fold(empty, |form, (name, value)| form.field(name, value));
        let (media_type, body) = writer.finish();
        let body = String::from_utf8(body).unwrap();
        let found = decoded(&plan("multipart/*", vec![]), &media_type, &body);
        prop_assert_eq!(found, Ok(object(&fields)));
    }
}

#[test]
fn a_boundary_that_the_content_holds_is_not_taken() {
    let writer = MultipartWriter::new().file("f", "\r\n\"", "a/b", b"\r\n--part-00000000--\r\n");
    let (media_type, body) = writer.finish();
    assert_eq!(media_type, "multipart/form-data; boundary=part-00000001");
    let Content::Decoded(decoded) = content(&plan("multipart/*", vec![]), &media_type, &body).unwrap() else {
        panic!()
    };
    let part = decoded.part(0).unwrap();
    assert_eq!((part.file_name(), part.octets()), (Some("%0D%0A\""), &b"\r\n--part-00000000--\r\n"[..]));
}
