//! Traffic that the suite makes itself: for any description, also in XML, and found wanting where answers are wrong.

use serde_json::Value;

use super::{Corpus, Ran, keys};

const PETS: &str = r##"
openapi: 3.1.2
info: { title: Pets, version: "1" }
paths:
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }]
    get:
      operationId: getPet
      security: [{ key: [] }]
      parameters: [{ name: tag, in: query, schema: { type: array, items: { enum: [small, large] } } }]
      responses: { "200": { description: a pet } }
    put:
      operationId: replacePet
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      callbacks: { done: { "{$request.body#/name}": { post: { responses: { "204": { description: done } } } } } }
      responses: { "204": { description: replaced } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  schemas: { Pet: { type: object, required: [name], properties: { name: { type: string, maxLength: 9 }, of: { $ref: "#/components/schemas/Pet" } } } }
"##;

const OLD: &str = r#"{"openapi": "3.0.3", "info": {"title": "Old", "version": "1"}, "paths": {"/a": {
    "post": {"requestBody": {"content": {"application/jsonl": {"schema": {"type": "object"}},
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "required": ["n"], "properties":
            {"n": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1}}}}}},
        "responses": {"200": {"description": "ok"}}}}}}"#;

#[test]
fn a_folder_of_descriptions_gets_traffic_of_its_own() {
    let corpus = Corpus::new(&[("pets.yaml", PETS), ("more/old.json", OLD)]);
    let ran = corpus.run_ours(&["--seed", "7"]);
    ran.exits(0).says("3 of 3 operations").says("seed 7");
    let report = ran.report();
    let [passed, failed, skipped, ..] = keys(&report, "/generated");
    assert_eq!((failed, skipped), (0, 0), "{}", ran.text());
    let [positive, ..] = keys(&report, "/generated/positive");
    let [negative, ..] = keys(&report, "/generated/negative");
    assert_eq!(passed, positive + negative);
    assert!(positive >= 5 && negative >= 10, "{positive} positive, {negative} negative");
    assert_eq!(
        report.pointer("/generated/not_generated/content of media type application~1jsonl"),
        Some(&Value::from(1))
    );
    let missing = report.pointer("/missing/0").expect("something is missing");
    assert_eq!(missing.get("what"), Some(&Value::from("callbacks are not sent")));
    assert_eq!(missing.get("operations"), Some(&Value::from(1)));
    assert!(ran.page().contains("## What is missing"));
    // The same seed gives the same traffic, another seed another.
    let generated = |ran: &Ran| ran.report().pointer("/generated").cloned();
    let first = generated(&ran);
    assert_eq!(generated(&corpus.run_ours(&["--seed", "7"])), first);
    assert_ne!(generated(&corpus.run_ours(&["--seed", "8"])), first);
}

#[test]
fn traffic_that_is_answered_wrongly_is_found() {
    let corpus = Corpus::new(&[("pets.yaml", PETS)]);
    let ran = corpus.run("deaf", &[]);
    ran.exits(1).says("generated traffic of pets.yaml").says("curl -X PUT 'http://localhost/pets/");
    let report = ran.report();
    let [passed, failed, ..] = keys(&report, "/generated/positive");
    assert_eq!(passed, 0);
    assert!(failed > 0);
}

#[test]
fn a_refused_description_blocks_its_operations() {
    let corpus = Corpus::new(&[("pets.yaml", &PETS.replace("in: header", "in: body"))]);
    let ran = corpus.run_ours(&[]);
    ran.exits(1).says("refused").says("mend:");
    let missing = ran.report().pointer("/missing/0").cloned().expect("something is missing");
    assert_eq!(missing.get("kind"), Some(&Value::from("refusal")));
    assert_eq!(missing.get("operations"), Some(&Value::from(2)));
    Corpus::new(&[("data.json", "{}")]).run("accept", &[]).exits(3).says("holds no description");
}

const BOOKS: &str = r##"
openapi: 3.1.2
info: {title: Books, version: "1"}
paths:
  /books:
    post:
      operationId: addBook
      requestBody: {required: true, content: {application/xml: {schema: {$ref: "#/components/schemas/Book"}}}}
      responses: {"204": {description: Added}}
    put:
      operationId: putBooks
      requestBody: {required: true, content: {text/xml: {schema: {type: array, minItems: 1, xml: {name: books}, items: {$ref: "#/components/schemas/Book"}}}}}
      responses: {"204": {description: Added}}
components:
  schemas:
    Author: {type: object, required: [name], properties: {name: {type: string, maxLength: 9}, age: {type: integer, minimum: 0}}}
    Book:
      type: object
      xml: {name: book, prefix: b, namespace: "urn:books"}
      required: [id, title, authors]
      properties:
        id: {type: integer, minimum: 1, xml: {attribute: true}}
        title: {type: string, minLength: 1, pattern: "^[a-z<&]+$"}
        price: {type: number, xml: {name: cost, prefix: c, namespace: "urn:money"}}
        signed: {type: boolean}
        authors: {type: array, minItems: 1, items: {$ref: "#/components/schemas/Author"}, xml: {wrapped: true}}
        tags: {type: array, items: {type: string, xml: {name: tag}}}
        pages: {type: array, items: {type: integer}, xml: {wrapped: true, name: leaves}}
        publisher: {$ref: "#/components/schemas/Author"}
"##;

#[test]
fn xml_comes_back_as_the_values_that_were_written() {
    let corpus = Corpus::new(&[("books.yaml", BOOKS)]);
    let ran = corpus.run_ours(&["--seed", "7"]);
    ran.exits(0).says("2 of 2 operations, 4 round trips");
    let report = ran.report();
    let [positive, ..] = keys(&report, "/generated/positive");
    let [negative, ..] = keys(&report, "/generated/negative");
    assert_eq!((positive, negative), (4, 9), "{}", ran.text());
}
