//! Any value anywhere: findings, never a panic.

use brrtrouter::description::{Description, Loader, OpenApi, check_strictly};

/// Uses every Object once.
const EVERYTHING: &str = r"
openapi: 3.2.0
$self: https://example.com/api
info: {title: t, version: '1', contact: {email: a@b.example}, license: {name: n, url: /l}}
servers: [{url: 'https://{h}/', name: s, variables: {h: {default: a, enum: [a, b]}}}]
tags: [{name: a, parent: b}, {name: b, externalDocs: {url: /d}}]
security: [{key: []}, {}]
paths:
  /a/{id}:
    parameters: [{$ref: '#/components/parameters/id', description: d}]
    get:
      operationId: get
      tags: [a]
      parameters: [{name: q, in: query, style: deepObject, schema: {type: object}}]
      responses:
        '200':
          description: d
          headers: {X-A: {schema: {type: integer}}, X-B: {content: {text/plain: {}}}}
          links: {l: {operationId: get, parameters: {id: $request.path.id}, server: {url: /}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}, examples: {e: {dataValue: {}}}}}
        default: {$ref: '#/components/responses/r'}
      callbacks: {c: {'{$request.query.q}': {post: {requestBody: {$ref: '#/components/requestBodies/b'}}}}}
    additionalOperations: {COPY: {deprecated: true, security: [], servers: [{url: /c}]}}
  /b: {$ref: '#/components/pathItems/i', summary: s}
webhooks: {w: {post: {responses: {2XX: {description: d}}}}}
components:
  schemas:
    Pet: {oneOf: [{$ref: '#/components/schemas/Cat'}], discriminator: {propertyName: k, mapping: {c: Cat}}}
    Cat: {type: object, required: [k], properties: {k: {type: string, xml: {nodeType: attribute}}}}
  parameters: {id: {name: id, in: path, required: true, schema: {type: string}}}
  responses: {r: {summary: s, content: {a/b: {$ref: '#/components/mediaTypes/m'}}}}
  requestBodies: {b: {content: {multipart/mixed: {itemSchema: {}, prefixEncoding: [{contentType: a/b}], itemEncoding: {}}}}}
  mediaTypes: {m: {schema: {properties: {p: {}}}, encoding: {p: {headers: {H: {schema: {}}}}}}}
  pathItems: {i: {query: {responses: {default: {}}}}}
  securitySchemes:
    key: {type: apiKey, name: k, in: header}
    o: {type: oauth2, flows: {implicit: {authorizationUrl: /a, scopes: {}}, deviceAuthorization: {}}}
";

/// Every value of a description of everything, replaced by each of some others: findings, never a panic, and the
/// views read on.
#[test]
fn any_value_may_stand_anywhere() {
    let whole = Loader::new().lenient(true).document("api.yaml", EVERYTHING).load("api.yaml");
    let told = whole.as_ref().map_or_else(ToString::to_string, |found| found.diagnostics().to_string());
    // One flow lacks its fields on purpose, so that the text itself is refused.
    assert!(told.contains("SEC-015") && told.matches("error[").count() == 3, "{told}");
    let text = EVERYTHING.replace(", deviceAuthorization: {}", "");
    let description = Description::from_text("api.yaml", &text).unwrap_or_else(|found| panic!("{found}"));
    let root = description.at(description.entry()).to_json();
    let others =
        ["null", "7", "\"$x\"", "[]", "[{}]", "{}", "{\"$ref\": \"#/info\"}", "{\"x-a\": {\"$ref\": 1}}"];
    let mut loaded = 0;
    for pointer in pointers(&root) {
        for other in others {
            let mut changed = root.clone();
            let place = changed.pointer_mut(&pointer).expect("it was found there");
            *place = serde_json::from_str(other).expect("JSON");
            if let Ok(description) = Description::from_text("api.json", &changed.to_string()) {
                loaded += 1;
                read(&description);
            }
        }
    }
    assert!(loaded > 100, "{loaded}");
}

fn pointers(value: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack = vec![(String::new(), value)];
    while let Some((pointer, value)) = stack.pop() {
        for (name, member) in value.as_object().into_iter().flatten() {
            stack.push((format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), member));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            stack.push((format!("{pointer}/{index}"), item));
        }
        found.push(pointer);
    }
    found
}

/// Reads everything that the views give.
fn read(description: &Description) {
    let openapi = OpenApi::new(description);
    drop(check_strictly(description));
    drop((openapi.servers(), openapi.security_schemes(), openapi.tags(), openapi.title()));
    for (_, item) in openapi.paths().into_iter().chain(openapi.webhooks()) {
        for (_, operation) in item.operations() {
            let parameters = operation.parameters();
            drop(
                parameters.iter().map(|one| (one.style(), one.explode(), one.content())).collect::<Vec<_>>(),
            );
            drop(operation.request_body().map(|body| body.content()));
            drop(operation.callbacks().iter().map(|(_, one)| one.path_items()).collect::<Vec<_>>());
            for (_, response) in operation.responses() {
                drop((response.headers(), response.content(), response.links()));
            }
        }
    }
}
