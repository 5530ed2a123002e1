//! Request Body, Media Type and Encoding Objects.

use super::check;

#[test]
fn findings() {
    let body = |content: &str| format!("components: {{requestBodies: {{b: {content}}}}}");
    let at = "/components/requestBodies/b";
    for (version, content, expected) in [
        ("3.1.2", "{content: {a/b: {}}}", vec![]),
        ("3.1.2", "{}", vec![format!("error BOD-001 {at}")]),
        ("3.1.2", "{content: {}}", vec![format!("lint BOD-001 {at}/content")]),
        ("3.1.2", "{content: {json: {}}}", vec![format!("warning BOD-004 {at}/content/json")]),
        (
            "3.1.2",
            "{content: {a/b: {example: 1, examples: {}}}}",
            vec![format!("error PAR-014 {at}/content/a~1b/examples")],
        ),
        (
            "3.1.2",
            "{content: {a/b: {encoding: {}}}}",
            vec![format!("lint ENC-002 {at}/content/a~1b/encoding")],
        ),
        (
            "3.1.2",
            "{content: {multipart/form-data: {schema: {properties: {a: {}}}, encoding: {a: {}, b: {}}}}}",
            vec![format!("error ENC-003 {at}/content/multipart~1form-data/encoding/b")],
        ),
        (
            "3.1.2",
            "{content: {multipart/form-data: {schema: {allOf: [{properties: {b: {}}}]}, encoding: {b: {}}}}}",
            vec![],
        ),
        (
            "3.2.0",
            "{content: {multipart/form-data: {schema: {properties: {a: {}}}, encoding: {b: {}}}}}",
            vec![format!("lint ENC-003 {at}/content/multipart~1form-data/encoding/b")],
        ),
        (
            "3.1.2",
            "{content: {multipart/form-data: {encoding: {a: {style: matrix}}}}}",
            vec![format!("error ENC-005 {at}/content/multipart~1form-data/encoding/a/style")],
        ),
        (
            "3.2.0",
            "{content: {multipart/mixed: {encoding: {}, itemEncoding: {}, schema: {}}}}",
            vec![format!("error ENC-016 {at}/content/multipart~1mixed/itemEncoding")],
        ),
        (
            "3.2.0",
            "{content: {multipart/mixed: {prefixEncoding: [{}], schema: {type: object}}}}",
            vec![format!("error ENC-016 {at}/content/multipart~1mixed/prefixEncoding")],
        ),
        ("3.2.0", "{content: {multipart/mixed: {prefixEncoding: [{}], itemSchema: {}}}}", vec![]),
        (
            "3.2.0",
            "{content: {a/b: {itemEncoding: {}, itemSchema: {}}}}",
            vec![format!("lint ENC-016 {at}/content/a~1b/itemEncoding")],
        ),
    ] {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(version, &body(content), &expected);
    }
    let shared = "components: {mediaTypes: {m: {}}, requestBodies: {b: {content: {a/b: {$ref: '#/components/mediaTypes/m'}}}}}";
    check("3.2.0", shared, &[]);
}
