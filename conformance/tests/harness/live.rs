//! The run that asks each case in process and over a socket: what counts as what, and that no pass comes from what was not asked.

use crate::Corpus;

const CASES: &str = "
cases:
  - id: over-both
    title: A value, a refusal, a chunked body, a connection that ends.
    ids: [PTH-001]
    polarity: positive
    description: &served
      openapi: 3.1.2
      info: { title: t, version: '1' }
      paths:
        /a/{id}:
          parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
          get: { operationId: get, responses: { '200': { description: d } } }
          put:
            operationId: put
            requestBody: { content: { application/json: { schema: { type: object } } } }
            responses: { '204': { description: d } }
    exchanges:
      - request: { method: GET, target: /a/7, headers: { Connection: close } }
        expect: { status: 200, operation: get, parameters: { path: { id: 7 } } }
      - request: { method: HEAD, target: /a/7 }
        expect: { status: 200, operation: get }
      - request: { method: GET, target: /a/x }
        expect: { status: 400, operation: null }
      - request: { method: PUT, target: /a/7, headers: { Content-Type: application/json, Transfer-Encoding: chunked }, body: '{\"a\": 1}' }
        expect: { status: 204, operation: put, body: { a: 1 } }
  - id: over-none
    title: A field value with a line end is another request on the wire.
    ids: [PTH-001]
    polarity: negative
    description: *served
    exchanges:
      - request: { method: GET, target: /a/7, headers: { X-A: \"1\\r\\nX-B: 2\" } }
        expect: { status: 200 }
";

#[test]
fn the_same_cases_come_to_the_same() {
    let corpus = Corpus::new(&[("cases/pth/both.yaml", CASES)]);
    let folder = corpus.root.join("corpus");
    let output = crate::program()
        .arg("live")
        .arg(&folder)
        .arg("--report-dir")
        .arg(corpus.root.join("out"))
        .output()
        .expect("the program starts");
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("| all        |    1 |       0 |         0 |                 1 |"), "{text}");
    assert!(text.contains("4 exchanges were answered over a socket"), "{text}");
    assert!(text.contains("a field value ends at its first line end"), "{text}");
    let page = std::fs::read_to_string(corpus.root.join("out/live.md")).expect("a report");
    assert!(page.contains("## Differences: 0"), "{page}");
}
