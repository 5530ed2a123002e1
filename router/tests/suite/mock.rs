//! Mocks: answers made from a description alone, each held against it.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do the functions they share")]

use brrtrouter::{Api, Description, Handlers, MissingProvider, Otherwise, SecurityProviders, TestResponse};
use serde_json::Value;

const SHOP: &str = r##"
openapi: 3.1.2
info: { title: Shop, version: '1' }
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '202': { description: later }
        '200':
          description: pets
          headers:
            X-Total: { required: true, schema: { type: integer, minimum: 2 } }
            X-Other: { schema: { type: string } }
          content:
            application/json:
              schema: { type: array, minItems: 2, uniqueItems: true, items: { $ref: '#/components/schemas/Pet' } }
            text/plain: { example: two pets }
            image/png: {}
        '404':
          description: none
          content:
            application/problem+json:
              schema: { type: object, required: [title], properties: { title: { type: string, minLength: 6 } } }
              examples:
                lost: { value: { title: It is lost } }
                short: { value: { title: No } }
                gone: { value: { title: It is gone } }
        5XX: { description: broken, content: { text/plain: {} } }
    post: { responses: { '204': { description: made } } }
  /node: { get: { responses: { default: { description: a tree, content: { application/json: { schema: { $ref: '#/components/schemas/Node' } } } } } } }
  /endless: { get: { responses: { '200': { description: no, content: { application/json: { schema: { $ref: '#/components/schemas/Endless' } } } } } } }
  /never: { get: { responses: { '200': { description: no, content: { application/json: { schema: { type: string, pattern: '^(?=a)b$' } } } } } } }
components:
  schemas:
    Pet:
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }]
      discriminator: { propertyName: kind, mapping: { purrs: '#/components/schemas/Cat' } }
    Cat: { type: object, required: [kind, id], properties: { kind: { type: string }, id: { type: string, format: uuid }, secret: { writeOnly: true, type: string } } }
    Dog: { type: object, required: [kind, chip], properties: { kind: { type: string }, chip: { type: string, pattern: '^[0-9]{15}$' } } }
    Node: { type: object, required: [name], properties: { name: { type: [string, 'null'] }, next: { $ref: '#/components/schemas/Node' }, all: { type: array, items: { $ref: '#/components/schemas/Node' } } } }
    Endless: { type: object, required: [next], properties: { next: { $ref: '#/components/schemas/Endless' } } }
"##;

fn mocks(description: &Description) -> Api {
    let nobody = SecurityProviders::new().with_missing(MissingProvider::RefuseRequests);
    let handlers = Handlers::new().otherwise(Otherwise::Mock);
    Api::builder(description).handlers(handlers).security(nobody).build().unwrap()
}

fn shop() -> Api {
    mocks(&Description::from_text("shop.yaml", SHOP).unwrap())
}

fn get(api: &Api, target: &str, fields: &[(&str, &str)]) -> TestResponse {
    fields.iter().fold(api.test().get(target), |request, (name, value)| request.field(*name, value)).send()
}

#[test]
fn the_lowest_success_is_made_from_its_schema() {
    let api = shop();
    let answer = get(&api, "/pets", &[]);
    assert_eq!((answer.status().as_u16(), answer.field("X-Total")), (200, Some("2")), "{}", answer.text());
    assert_eq!((answer.field("X-Other"), answer.field("Preference-Applied")), (None, None));
    let pets: Vec<Value> = answer.json().unwrap();
    assert_eq!(pets.len(), 2);
    assert!(pets.iter().all(|pet| pet["kind"] == "purrs" && pet.get("secret").is_none()), "{pets:?}");
    assert_eq!(api.test().post("/pets").send().status(), 204);
    assert_eq!(get(&api, "/pets", &[]).text(), answer.text());
}

#[test]
fn requests_choose() {
    let api = shop();
    let cases: &[(&[(&str, &str)], u16, &str)] = &[
        (&[("Accept", "text/plain")], 200, "two pets"),
        (&[("Accept", "image/png")], 501, "content of this media type is not made"),
        (&[("Prefer", "code=404")], 404, r#"{"title":"It is lost"}"#),
        (&[("Prefer", "code=404; example=gone")], 404, r#"{"title":"It is gone"}"#),
        (&[("Prefer", "code=404"), ("Prefer", "example=\"gone\", wait=3")], 404, r#"{"title":"It is gone"}"#),
        (&[("Prefer", "code=404, example=short")], 400, "gives: lost, gone"),
        (&[("Prefer", "code=418")], 400, "gives: 202, 200, 404, 5XX"),
        (&[("Prefer", "code=many")], 400, "status code `many`"),
        (&[("Prefer", "code=503")], 503, "mock"),
        (&[("Prefer", "code=202")], 202, ""),
        (&[("Prefer", "wait=3, respond-async")], 200, "purrs"),
    ];
    for (fields, status, part) in cases {
        let answer = get(&api, "/pets", fields);
        let text = answer.text();
        assert_eq!(answer.status(), *status, "{fields:?}: {text}");
        assert!(text.contains(part), "{fields:?}: {text}");
    }
    let applied = get(&api, "/pets", &[("Prefer", "code=404; example=gone")]);
    assert_eq!(applied.field("Preference-Applied"), Some("code=404, example=\"gone\""));
}

#[test]
fn dynamic_values_vary_and_repeat() {
    let api = shop();
    let dynamic = |seed: &str| {
        let answer = get(&api, "/pets", &[("Prefer", &format!("dynamic=true, seed={seed}"))]);
        assert_eq!(
            (answer.status().as_u16(), answer.field("Preference-Applied")),
            (200, Some("dynamic=true"))
        );
        answer.text().into_owned()
    };
    assert_eq!(dynamic("1"), dynamic("1"));
    assert_ne!(dynamic("1"), dynamic("2"));
}

#[test]
fn circles_end_and_what_cannot_be_made_says_why() {
    let api = shop();
    let node: Value = get(&api, "/node", &[]).json().unwrap();
    assert!(node["name"].is_string() && node.get("next").is_none(), "{node}");
    for (target, reason) in [("/endless", "nested without end"), ("/never", "pattern `^(?=a)b$`")] {
        let answer = get(&api, target, &[]);
        assert_eq!(answer.status(), 501);
        assert!(answer.text().contains(reason), "{}", answer.text());
    }
}

/// Types, bounds, formats, arrays and unions that must be made, each by itself.
#[test]
fn schemas_of_every_kind_are_met() {
    let schemas = [
        "{ type: integer, minimum: 7, multipleOf: 5 }",
        "{ type: integer, exclusiveMaximum: -3 }",
        "{ type: number, exclusiveMinimum: 0, exclusiveMaximum: 0.5 }",
        "{ type: number, multipleOf: 0.25, minimum: 3.1 }",
        "{ type: [number, 'null'], maximum: -0.5 }",
        "{ type: string, minLength: 30, maxLength: 31 }",
        "{ type: string, maxLength: 2 }",
        "{ type: string, pattern: '^[A-Z]{2,3}-\\d+(x|y)?$', minLength: 9 }",
        "{ type: string, format: date-time }",
        "{ type: string, format: email, maxLength: 40 }",
        "{ const: { a: [1, null] } }",
        "{ enum: [red, green], type: string }",
        "{ allOf: [{ enum: [1, 2, 3] }, { enum: [3, 4] }] }",
        "{ type: array, uniqueItems: true, minItems: 3, items: { enum: [a, b, c] } }",
        "{ type: array, prefixItems: [{ const: 1 }, { type: string }], items: false, minItems: 2 }",
        "{ type: array, contains: { const: 5 }, minContains: 2, items: { type: integer } }",
        "{ type: object, minProperties: 3, additionalProperties: { type: integer } }",
        "{ type: object, propertyNames: { pattern: '^k[0-9]+$' }, minProperties: 1, additionalProperties: true }",
        "{ type: object, properties: { a: { type: integer } }, required: [a, b], additionalProperties: { type: boolean } }",
        "{ anyOf: [{ type: string, minLength: 5 }, { type: 'null' }] }",
        "{ oneOf: [{ type: number }, { type: integer }] }",
        "{ oneOf: [false, { type: boolean }] }",
        "{ allOf: [{ required: [a] }, { properties: { a: { minimum: 4 } } }, { properties: { a: { type: integer } } }] }",
        "{ type: object, required: [t], properties: { t: { readOnly: true, type: string } }, unevaluatedProperties: false }",
        "true",
        "{ type: string, example: bad, maxLength: 2 }",
    ];
    for schema in schemas {
        let text = format!(
            "openapi: 3.1.2\ninfo: {{ title: T, version: '1' }}\npaths: {{ /a: {{ get: {{ responses: {{ '200': {{ description: a, \
             content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }} }}\n"
        );
        let api = mocks(&Description::from_text("a.yaml", &text).unwrap());
        for fields in [&[][..], &[("Prefer", "dynamic=true, seed=1")]] {
            let answer = get(&api, "/a", fields);
            assert_eq!(answer.status(), 200, "{schema}: {}", answer.text());
        }
    }
}
