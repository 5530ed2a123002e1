//! What is said about each Object: a row per rule, with code, severity and place.

use brrtrouter::description::{Description, Diagnostics, Loader, OpenApi, Severity, check_strictly};

/// Severity, code and JSON Pointer of every finding; the form in which the rows expect them.
fn told(diagnostics: &Diagnostics) -> Vec<String> {
    let mut told: Vec<String> = diagnostics
        .iter()
        .map(|one| format!("{} {} {}", one.severity.name(), one.code, one.place.pointer))
        .collect();
    told.sort();
    told.dedup();
    told
}

fn load(version: &str, members: &str) -> Result<Description, Diagnostics> {
    let text = format!("openapi: {version}\ninfo: {{title: t, version: '1'}}\n{members}\n");
    Description::from_text("api.yaml", &text)
}

#[track_caller]
fn check(version: &str, members: &str, expected: &[&str]) {
    let found = match load(version, members) {
        Ok(description) => told(description.diagnostics()),
        Err(diagnostics) => told(&diagnostics),
    };
    assert_eq!(found, expected, "{version}: {members}");
}

/// Rows of one version: members of the document, and all that is told of them.
#[track_caller]
fn rows(version: &str, rows: &[(&str, &[&str])]) {
    for (members, expected) in rows {
        check(version, members, expected);
    }
}

#[test]
fn documents() {
    rows(
        "3.1.2",
        &[
            ("paths: {}", &[]),
            ("components: {}", &[]),
            ("webhooks: {}", &[]),
            ("x-only: null", &["error DOC-002 "]),
            ("Paths: {}\npaths: {}", &["error DOC-009 /Paths"]),
            ("paths: {}\noverlays: {}", &["error DOC-015 /overlays"]),
            ("paths: {}\n$self: /a", &["error DOC-015 /$self"]),
            ("paths: []", &["error PTH-001 /paths"]),
            ("paths: {}\nservers: {url: /}", &["error SRV-004 /servers"]),
            ("paths: {}\nx-a: null\nx-b: [1]", &[]),
            ("paths: {}\njsonSchemaDialect: 'not a uri'", &["error SCH-006 /jsonSchemaDialect"]),
            ("paths: {}\ntags: [{name: a}, {name: a}]", &["error DOC-019 /tags/1/name"]),
            ("paths: {}\ntags: [{}]", &["error DOC-019 /tags/0"]),
            ("paths: {}\ntags: [{name: a, kind: nav}]", &["error DOC-015 /tags/0/kind"]),
            ("paths: {}\nexternalDocs: {description: d}", &["error DOC-007 /externalDocs"]),
            ("components: {schemas: {'a b': {}}}", &["error DOC-018 /components/schemas/a b"]),
            (
                "components: {schemas: {a: 0, b: null, c: []}}",
                &[
                    "error SCH-002 /components/schemas/a",
                    "error SCH-002 /components/schemas/b",
                    "error SCH-002 /components/schemas/c",
                ],
            ),
            ("components: {schemas: {a: true}}", &[]),
            ("components: {mediaTypes: {}}", &["error DOC-015 /components/mediaTypes"]),
        ],
    );
    rows(
        "3.2.0",
        &[
            ("paths: {}\ntags: [{name: a, parent: b}]", &["error DOC-019 /tags/0/parent"]),
            ("paths: {}\ntags: [{name: a, parent: b}, {name: b}]", &[]),
            ("paths: {}\ntags: [{name: a, parent: a}]", &["error DOC-019 /tags/0/parent"]),
            ("components: {mediaTypes: {a: {}}}", &[]),
        ],
    );
}

#[test]
fn info() {
    for (info, expected) in [
        ("{}", vec!["error DOC-006 /info"]),
        ("{title: 1, version: '1'}", vec!["error DOC-006 /info/title"]),
        ("{title: t, version: '1', summary: s, description: d, termsOfService: /terms}", vec![]),
        ("{title: t, version: '1', termsOfService: 'a b'}", vec!["error DOC-007 /info/termsOfService"]),
        ("{title: t, version: '1', contact: {email: nobody}}", vec!["error DOC-007 /info/contact/email"]),
        ("{title: t, version: '1', contact: {email: a.b@c.example, url: 'https://c.example'}}", vec![]),
        ("{title: t, version: '1', license: {}}", vec!["error DOC-007 /info/license"]),
        (
            "{title: t, version: '1', license: {name: n, identifier: i, url: /u}}",
            vec!["error DOC-008 /info/license/url"],
        ),
        ("{title: t, version: '1', titel: t}", vec!["error DOC-015 /info/titel"]),
    ] {
        let text = format!("openapi: 3.1.2\ninfo: {info}\npaths: {{}}\n");
        let result = Description::from_text("api.yaml", &text);
        let found = result.as_ref().map_or_else(told, |description| told(description.diagnostics()));
        assert_eq!(found, expected, "{info}");
    }
    let missing = Description::from_text("api.yaml", "paths: {}\n").expect_err("nothing is there");
    assert_eq!(told(&missing), ["error DOC-001 "]);
}

#[test]
fn servers() {
    rows(
        "3.1.2",
        &[
            ("paths: {}\nservers: [{}]", &["error SRV-004 /servers/0"]),
            ("paths: {}\nservers: [{url: 'https://a/?b'}]", &["error SRV-004 /servers/0/url"]),
            ("paths: {}\nservers: [{url: 'https://a/#b'}]", &["error SRV-004 /servers/0/url"]),
            ("paths: {}\nservers: [{url: 'https://{a}/'}]", &["error SRV-006 /servers/0/url"]),
            ("paths: {}\nservers: [{url: 'https://{a', variables: {}}]", &["error SRV-011 /servers/0/url"]),
            ("paths: {}\nservers: [{url: '/a b'}]", &["warning SRV-011 /servers/0/url"]),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {}}}]",
                &["error SRV-006 /servers/0/variables/a"],
            ),
            (
                "paths: {}\nservers: [{url: '/', variables: {a: {default: x}}}]",
                &["lint SRV-006 /servers/0/variables/a"],
            ),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {default: x, enum: []}}}]",
                &["error SRV-007 /servers/0/variables/a/enum"],
            ),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {default: x, enum: [y]}}}]",
                &["error SRV-007 /servers/0/variables/a/enum"],
            ),
            (
                "paths: {}\nservers: [{url: '/{a}/{a}', variables: {a: {default: x, enum: [x]}}}]",
                &["warning SRV-008 /servers/0/url"],
            ),
            ("paths: {}\nservers: [{url: /, name: a}]", &["error DOC-015 /servers/0/name"]),
        ],
    );
    rows(
        "3.2.0",
        &[
            ("paths: {}\nservers: [{url: '/a b'}]", &["error SRV-011 /servers/0/url"]),
            (
                "paths: {}\nservers: [{url: '/{a}/{a}', variables: {a: {default: x}}}]",
                &["error SRV-008 /servers/0/url"],
            ),
            (
                "paths: {}\nservers: [{url: /, name: a}, {url: /b, name: a}]",
                &["error SRV-012 /servers/1/name"],
            ),
        ],
    );
}

const ID: &str = "parameters: [{name: id, in: path, required: true, schema: {}}]";

#[test]
fn paths() {
    let with_id = |path: &str| format!("'{path}': {{{ID}}}");
    rows(
        "3.1.2",
        &[
            ("paths: {pets: {}}", &["error PTH-001 /paths/pets"]),
            (
                &format!("paths: {{{}, '/p/{{b}}': {{}}}}", with_id("/p/{id}")),
                &["error PTH-003 /paths/~1p~1{b}"],
            ),
            ("paths: {'/p/{id}': {}}", &[]),
            ("paths: {'/p/{id}': {get: {}}}", &["warning PTH-006 /paths/~1p~1{id}"]),
            (&format!("paths: {{'/p/{{id}}': {{{ID}, get: {{}}}}}}"), &[]),
            (&format!("paths: {{'/p': {{{ID}, get: {{}}}}}}"), &["warning PTH-007 /paths/~1p/parameters/0"]),
            (&format!("paths: {{'/{{id}}/{{id}}': {{{ID}}}}}"), &["error PTH-008 /paths/~1{id}~1{id}"]),
            ("paths: {'/{id': {}}", &["error PTH-011 /paths/~1{id"]),
            (
                "paths: {'/a//b': {}, '/a b': {}}",
                &["warning PTH-011 /paths/~1a b", "warning PTH-011 /paths/~1a~1~1b"],
            ),
            (
                "paths: {/a/../b: {}, /./x: {}, /c/%2e: {}, '/{id}/.%2E': {}}",
                &[
                    "warning PTH-026 /paths/~1.~1x",
                    "warning PTH-026 /paths/~1a~1..~1b",
                    "warning PTH-026 /paths/~1c~1%2e",
                    "warning PTH-026 /paths/~1{id}~1.%2E",
                ],
            ),
            ("paths: {/...: {}, /.a: {}, /a..: {}, '/{b}..': {}, '/%2e%2ea': {}}", &[]),
            ("paths: {/a: {query: {}}}", &["error PTH-021 /paths/~1a/query"]),
            ("paths: {/a: {additionalOperations: {}}}", &["error PTH-021 /paths/~1a/additionalOperations"]),
            ("paths: {/a: {GET: {}}}", &["error DOC-009 /paths/~1a/GET"]),
            (
                "paths: {/a: {get: {operationId: a}, put: {operationId: a}}}",
                &["error PTH-022 /paths/~1a/put/operationId"],
            ),
            ("paths: {/a: {get: {operationId: a}, put: {operationId: A}}}", &[]),
            (
                "paths: {/a: {get: {operationId: a}}}\nwebhooks: {w: {post: {operationId: a}}}",
                &["error PTH-022 /webhooks/w/post/operationId"],
            ),
            (
                "paths: {/a: {get: {requestBody: {content: {'*/*': {}}}}}}",
                &["lint PTH-025 /paths/~1a/get/requestBody"],
            ),
            ("paths: {/a: {get: {responseBody: {}}}}", &["error DOC-015 /paths/~1a/get/responseBody"]),
            (
                "paths: {/a: {$ref: '#/components/pathItems/a', get: {}}}\ncomponents: {pathItems: {a: {get: {}}}}",
                &["warning REF-018 /paths/~1a/get"],
            ),
        ],
    );
    rows(
        "3.2.0",
        &[
            ("paths: {'/a//b': {}}", &["error PTH-011 /paths/~1a~1~1b"]),
            ("paths: {/a: {query: {}, additionalOperations: {COPY: {}}}}", &[]),
            (
                "paths: {/a: {additionalOperations: {POST: {}}}}",
                &["error PTH-020 /paths/~1a/additionalOperations/POST"],
            ),
            (
                "paths: {/a: {additionalOperations: {'A B': {}}}}",
                &["error PTH-020 /paths/~1a/additionalOperations/A B"],
            ),
        ],
    );
}

/// Rows of parameters, each alone under `components/parameters/p`.
#[track_caller]
fn parameters(version: &str, table: &[(&str, &[&str])]) {
    for (parameter, expected) in table {
        let expected: Vec<String> = expected
            .iter()
            .map(|told| {
                told.split_once(" /").map_or_else(
                    || format!("{told} /components/parameters/p"),
                    |(told, below)| format!("{told} /components/parameters/p/{below}"),
                )
            })
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(version, &format!("components: {{parameters: {{p: {{name: n, {parameter}}}}}}}"), &expected);
    }
}

#[test]
fn parameters_of_3_1() {
    parameters(
        "3.1.2",
        &[
            ("in: query, schema: {}", &[]),
            ("in: body, schema: {}", &["error PAR-004 /in"]),
            ("schema: {}", &["error PAR-004"]),
            ("in: query", &["error PAR-004"]),
            ("in: query, schema: {}, content: {a/b: {}}", &["error PAR-004 /content"]),
            ("in: query, content: {}", &["error PAR-005 /content"]),
            ("in: query, content: {a/b: {}, c/d: {}}", &["error PAR-005 /content"]),
            ("in: query, content: {a/b: {}}, explode: true", &["error PAR-004 /explode"]),
            ("in: path, schema: {}", &["error PAR-006"]),
            ("in: path, required: false, schema: {}", &["error PAR-006"]),
            ("in: path, content: {a/b: {}}", &["warning PAR-006"]),
            ("in: query, allowEmptyValue: true, schema: {}", &["lint PAR-012 /allowEmptyValue"]),
            ("in: header, allowEmptyValue: false, schema: {}", &["error PAR-012 /allowEmptyValue"]),
            ("in: query, schema: {}, example: 1, examples: {}", &["error PAR-014 /examples"]),
            ("in: path, required: true, style: deepObject, schema: {}", &["error PAR-015 /style"]),
            ("in: query, style: matrix, schema: {}", &["error PAR-015 /style"]),
            ("in: query, style: spaceDelimited, schema: {type: string}", &["error PAR-015 /style"]),
            ("in: query, style: spaceDelimited, schema: {type: [array, string]}", &[]),
            ("in: query, style: deepObject, schema: {type: array}", &["error PAR-015 /style"]),
            ("in: query, style: nothing, schema: {}", &["error PAR-004 /style"]),
            ("in: cookie, style: cookie, schema: {}", &["error PAR-015 /style"]),
            (
                "in: query, style: pipeDelimited, explode: true, schema: {type: array}",
                &["warning SER-011 /explode"],
            ),
            (
                "in: query, style: deepObject, explode: false, schema: {type: object}",
                &["lint SER-013 /explode"],
            ),
            ("in: cookie, schema: {type: array}", &["lint SER-016"]),
            ("in: cookie, explode: false, schema: {type: array}", &[]),
            ("in: query, allowReserved: true, schema: {}", &[]),
            ("in: path, required: true, allowReserved: true, schema: {}", &["error SER-021 /allowReserved"]),
            ("in: querystring, content: {a/b: {}}", &["error PAR-019 /in"]),
        ],
    );
}

#[test]
fn parameters_of_3_2() {
    parameters(
        "3.2.0",
        &[
            ("in: querystring, content: {a/b: {}}", &[]),
            ("in: querystring, schema: {}", &["error PAR-019 /schema"]),
            (
                "in: querystring, content: {a/b: {}}, style: form",
                &["error PAR-004 /style", "error PAR-019 /style"],
            ),
            ("in: cookie, style: cookie, schema: {type: array}", &[]),
            ("in: cookie, style: cookie, allowReserved: true, schema: {}", &["error SER-021 /allowReserved"]),
            ("in: path, required: true, allowReserved: true, schema: {}", &[]),
            ("in: query, style: deepObject, explode: false, schema: {type: object}", &[]),
        ],
    );
    for (name, location, code) in [("a b", "header", "PAR-009"), ("a{b}", "path", "PTH-007")] {
        let members = format!(
            "components: {{parameters: {{p: {{name: '{name}', in: {location}, required: true, schema: {{}}}}}}}}"
        );
        check("3.2.0", &members, &[&format!("error {code} /components/parameters/p/name")]);
        check("3.1.2", &members, &[&format!("warning {code} /components/parameters/p/name")]);
    }
    let cookie = "components: {parameters: {p: {name: Cookie, in: header, schema: {}}}}";
    check("3.1.2", cookie, &["warning PAR-010 /components/parameters/p/name"]);
    for name in ["Accept", "content-type", "AUTHORIZATION"] {
        let members =
            format!("components: {{parameters: {{p: {{name: {name}, in: header, schema: {{}}}}}}}}");
        check("3.1.2", &members, &["lint PAR-008 /components/parameters/p/name"]);
    }
}

#[test]
fn lists_of_parameters() {
    let list = |item: &str, operation: &str| {
        format!("paths: {{/a: {{parameters: [{item}], get: {{parameters: [{operation}]}}}}}}")
    };
    let a = "{name: a, in: query, schema: {}}";
    let header = |name: &str| format!("{{name: {name}, in: header, schema: {{}}}}");
    let whole = "{name: q, in: querystring, content: {a/b: {}}}";
    let referred = "{$ref: '#/components/parameters/a'}";
    let components = format!("\ncomponents: {{parameters: {{a: {a}}}}}");
    for (version, item, operation, expected) in [
        ("3.1.2", a.to_owned(), a.to_owned(), vec![]),
        ("3.1.2", format!("{a}, {a}"), String::new(), vec!["error PAR-001 /paths/~1a/parameters/1"]),
        (
            "3.1.2",
            String::new(),
            format!("{a}, {referred}"),
            vec!["error PAR-001 /paths/~1a/get/parameters/1"],
        ),
        (
            "3.1.2",
            format!("{}, {}", header("x"), header("X")),
            String::new(),
            vec!["error PAR-001 /paths/~1a/parameters/1"],
        ),
        ("3.2.0", whole.to_owned(), String::new(), vec![]),
        ("3.2.0", whole.to_owned(), a.to_owned(), vec!["error PAR-019 /paths/~1a/parameters/0"]),
        ("3.2.0", format!("{whole}, {a}"), String::new(), vec!["error PAR-019 /paths/~1a/parameters/0"]),
        ("3.2.0", whole.to_owned(), whole.to_owned(), vec![]),
        (
            "3.2.0",
            whole.to_owned(),
            "{name: r, in: querystring, content: {a/b: {}}}".to_owned(),
            vec!["error PAR-019 /paths/~1a/get/parameters/0"],
        ),
    ] {
        check(version, &(list(&item, &operation) + &components), &expected);
    }
}

#[test]
fn content() {
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

#[test]
fn responses() {
    rows(
        "3.1.2",
        &[
            ("paths: {/a: {get: {responses: {}}}}", &["error RSP-001 /paths/~1a/get/responses"]),
            ("paths: {/a: {get: {responses: {x-a: 1}}}}", &["error RSP-001 /paths/~1a/get/responses"]),
            (
                "paths: {/a: {get: {responses: {20X: {description: d}}}}}",
                &["error RSP-002 /paths/~1a/get/responses/20X"],
            ),
            (
                "paths: {/a: {get: {responses: {'200': {description: d}, 2XX: {description: d}, default: {description: d}}}}}",
                &[],
            ),
            (
                "paths: {/a: {get: {responses: {'200': {description: d}, 2xx: {description: d}, '600': {description: d}, 20X: {description: d}}}}}",
                &[
                    "error RSP-002 /paths/~1a/get/responses/20X",
                    "error RSP-002 /paths/~1a/get/responses/2xx",
                    "error RSP-002 /paths/~1a/get/responses/600",
                ],
            ),
            (
                "paths: {/a: {get: {responses: {'404': {description: d}}}}}",
                &["lint RSP-005 /paths/~1a/get/responses/404"],
            ),
            (
                "paths: {/a: {get: {responses: {default: {}}}}}",
                &["error RSP-006 /paths/~1a/get/responses/default"],
            ),
            (
                "paths: {/a: {get: {responses: {'299': {description: d}}}}}",
                &["lint RSP-016 /paths/~1a/get/responses/299"],
            ),
            (
                "components: {responses: {r: {description: d, headers: {content-type: {schema: {}}}}}}",
                &["lint RSP-010 /components/responses/r/headers/content-type"],
            ),
            (
                "components: {responses: {r: {description: d, headers: {'a=b': {schema: {}}}}}}",
                &["warning RSP-010 /components/responses/r/headers/a=b"],
            ),
            (
                "components: {responses: {r: {description: d, links: {'a b': {operationRef: '#/paths'}}}}}\npaths: {}",
                &[
                    "error RSP-017 /components/responses/r/links/a b",
                    "warning CBK-009 /components/responses/r/links/a b/operationRef",
                ],
            ),
            (
                "components: {headers: {h: {schema: {}, name: h, in: header}}}",
                &["error RSP-011 /components/headers/h/in", "error RSP-011 /components/headers/h/name"],
            ),
            (
                "components: {headers: {h: {schema: {}, style: form}}}",
                &["error RSP-011 /components/headers/h/style"],
            ),
            (
                "components: {headers: {h: {schema: {}, allowReserved: true}}}",
                &["error RSP-011 /components/headers/h/allowReserved"],
            ),
            (
                "components: {headers: {h: {schema: {}, allowEmptyValue: true}}}",
                &["error RSP-011 /components/headers/h/allowEmptyValue"],
            ),
            ("components: {headers: {h: {}}}", &["error PAR-004 /components/headers/h"]),
        ],
    );
    check("3.2.0", "paths: {/a: {get: {responses: {default: {}}}}}", &[]);
}

#[test]
fn schemas() {
    rows(
        "3.1.2",
        &[
            (
                "components: {schemas: {a: {nullable: true}}}",
                &["lint SCH-015 /components/schemas/a/nullable"],
            ),
            ("components: {schemas: {a: {properties: {nullable: {}}}}}", &[]),
            (
                "components: {schemas: {a: {properties: {b: {format: binary}}}}}",
                &["lint SCH-015 /components/schemas/a/properties/b/format"],
            ),
            (
                "components: {schemas: {a: {xml: {nodeType: text}}}}",
                &["error DOC-015 /components/schemas/a/xml/nodeType"],
            ),
            (
                "components: {schemas: {a: {xml: {namespace: rel}}}}",
                &["error SCH-026 /components/schemas/a/xml/namespace"],
            ),
            ("components: {schemas: {a: {x-a: {}, unknown: 1, example: {nullable: true}}}}", &[]),
            (
                "components: {schemas: {a: {discriminator: {}}}}",
                &[
                    "error DIS-002 /components/schemas/a/discriminator",
                    "lint DIS-002 /components/schemas/a/discriminator",
                ],
            ),
            (
                "components: {schemas: {a: {discriminator: {propertyName: p}}, b: {allOf: [{$ref: '#/components/schemas/a'}]}}}",
                &[],
            ),
            (
                "components: {schemas: {a: {oneOf: [{type: string}], discriminator: {propertyName: p}}}}",
                &["lint DIS-003 /components/schemas/a/oneOf/0"],
            ),
            (
                "components: {schemas: {b: {}, c: {}, a: {oneOf: [{$ref: '#/components/schemas/b'}], discriminator: {propertyName: p, mapping: {x: c, y: b}}}}}",
                &["warning DIS-003 /components/schemas/a/discriminator/mapping/x"],
            ),
            (
                "components: {schemas: {b: {}, a: {oneOf: [{$ref: '#/components/schemas/b'}], discriminator: {propertyName: p, mapping: {x: nobody}}}}}",
                &["warning DIS-006 /components/schemas/a/discriminator/mapping/x"],
            ),
            (
                "jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema'\ncomponents: {schemas: {a: {discriminator: 1}}}",
                &["error DIS-002 /components/schemas/a/discriminator"],
            ),
        ],
    );
}

#[test]
fn schemas_of_3_2() {
    rows(
        "3.2.0",
        &[
            (
                "components: {schemas: {a: {xml: {nodeType: attribute, attribute: true}}}}",
                &["error SCH-026 /components/schemas/a/xml/attribute"],
            ),
            (
                "components: {schemas: {a: {xml: {nodeType: element, wrapped: true}}}}",
                &["error SCH-026 /components/schemas/a/xml/wrapped"],
            ),
            (
                "components: {schemas: {a: {xml: {nodeType: text, name: n}}}}",
                &["lint SCH-026 /components/schemas/a/xml/name"],
            ),
            (
                "components: {schemas: {b: {}, a: {oneOf: [{$ref: '#/components/schemas/b'}], discriminator: {propertyName: p}}}}",
                &["error DIS-010 /components/schemas/a/discriminator"],
            ),
            (
                "components: {schemas: {b: {required: [p]}, a: {oneOf: [{$ref: '#/components/schemas/b'}], discriminator: {propertyName: p}}}}",
                &[],
            ),
            (
                "components: {schemas: {b: {}, a: {oneOf: [{$ref: '#/components/schemas/b'}], discriminator: {propertyName: p, defaultMapping: b}}}}",
                &[],
            ),
        ],
    );
}

#[test]
fn security() {
    let scheme = |scheme: &str| format!("components: {{securitySchemes: {{s: {scheme}}}}}");
    let at = "/components/securitySchemes/s";
    for (version, text, expected) in [
        ("3.1.2", "{type: magic}", vec![format!("error SEC-001 {at}/type")]),
        ("3.1.2", "{}", vec![format!("error SEC-001 {at}")]),
        ("3.1.2", "{type: apiKey}", vec![format!("error SEC-001 {at}")]),
        ("3.1.2", "{type: apiKey, name: k, in: body}", vec![format!("error SEC-001 {at}/in")]),
        (
            "3.1.2",
            "{type: apiKey, name: k, in: header, scheme: s}",
            vec![format!("warning SEC-001 {at}/scheme")],
        ),
        ("3.1.2", "{type: http}", vec![format!("error SEC-001 {at}")]),
        ("3.1.2", "{type: http, scheme: Bearer, bearerFormat: JWT}", vec![]),
        ("3.1.2", "{type: http, scheme: own}", vec![format!("lint SEC-010 {at}/scheme")]),
        ("3.1.2", "{type: http, scheme: 'a b'}", vec![format!("error SEC-010 {at}/scheme")]),
        ("3.1.2", "{type: mutualTLS}", vec![]),
        ("3.1.2", "{type: openIdConnect}", vec![format!("error SEC-001 {at}")]),
        (
            "3.1.2",
            "{type: openIdConnect, openIdConnectUrl: 'a b'}",
            vec![format!("error SEC-014 {at}/openIdConnectUrl")],
        ),
        ("3.1.2", "{type: oauth2}", vec![format!("error SEC-001 {at}")]),
        (
            "3.1.2",
            "{type: oauth2, flows: {implicit: {}}}",
            vec![format!("error SEC-015 {at}/flows/implicit")],
        ),
        ("3.1.2", "{type: oauth2, flows: {password: {tokenUrl: /t, scopes: {}}}}", vec![]),
        (
            "3.1.2",
            "{type: oauth2, flows: {deviceAuthorization: {tokenUrl: /t, deviceAuthorizationUrl: /d, scopes: {}}}}",
            vec![format!("error DOC-015 {at}/flows/deviceAuthorization")],
        ),
        (
            "3.2.0",
            "{type: oauth2, oauth2MetadataUrl: /m, flows: {deviceAuthorization: {tokenUrl: /t, deviceAuthorizationUrl: /d, scopes: {}}}}",
            vec![],
        ),
    ] {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(version, &scheme(text), &expected);
    }
    rows(
        "3.1.2",
        &[
            ("paths: {}\nsecurity: [{}]", &[]),
            ("paths: {}\nsecurity: [[]]", &["error SEC-002 /security/0"]),
            (
                "paths: {}\nsecurity: [{s: read}]",
                &["error SEC-002 /security/0/s", "warning SEC-002 /security/0/s"],
            ),
            ("paths: {}\nsecurity: [{s: []}]", &["warning SEC-002 /security/0/s"]),
            ("security: [{s: [role]}]\ncomponents: {securitySchemes: {s: {type: mutualTLS}}}", &[]),
        ],
    );
}

#[test]
fn callbacks_links_and_examples() {
    rows(
        "3.1.2",
        &[
            ("components: {callbacks: {c: {'{$request.body#/url}': {}, x-a: 1}}}", &[]),
            ("components: {callbacks: {c: {'{url}': {}}}}", &["error CBK-002 /components/callbacks/c/{url}"]),
            (
                "components: {callbacks: {c: {'$request.cookie.a': {}}}}",
                &["error CBK-002 /components/callbacks/c/$request.cookie.a"],
            ),
            (
                "paths: {/a: {post: {callbacks: {c: {'{$request.query.u}': {}}}}}}",
                &["warning CBK-004 /paths/~1a/post/callbacks/c/{$request.query.u}"],
            ),
            (
                "paths: {/a: {post: {parameters: [{name: u, in: query, schema: {}}], callbacks: {c: {'{$request.query.u}': {}}}}}}",
                &[],
            ),
            ("components: {links: {l: {}}}", &["error CBK-009 /components/links/l"]),
            (
                "components: {links: {l: {operationId: a}}}",
                &["warning CBK-009 /components/links/l/operationId"],
            ),
            (
                "paths: {/a: {get: {operationId: a}}}\ncomponents: {links: {l: {operationId: a, operationRef: '#/paths/~1a/get'}}}",
                &["error CBK-009 /components/links/l/operationId"],
            ),
            (
                "paths: {'/{a}': {parameters: [{name: a, in: path, required: true, schema: {}}], get: {}}}\ncomponents: {links: {l: {operationRef: '#/paths/~1%7Ba%7D/get'}}}",
                &[],
            ),
            (
                "paths: {/a: {get: {operationId: a}}}\ncomponents: {links: {l: {operationId: a, parameters: {b: 1}, requestBody: $response.nothing}}}",
                &[
                    "error CBK-002 /components/links/l/requestBody",
                    "lint CBK-010 /components/links/l/parameters/b",
                ],
            ),
            (
                "paths: {/a: {$ref: '#/components/pathItems/i'}, /b: {$ref: '#/components/pathItems/i'}}\ncomponents: {pathItems: {i: {get: {operationId: o}}}, links: {l: {operationId: o}}}",
                &["warning CBK-011 /components/links/l"],
            ),
            (
                "components: {examples: {e: {value: 1, externalValue: /e}}}",
                &["error EXA-001 /components/examples/e/externalValue"],
            ),
            (
                "components: {examples: {e: {dataValue: 1}}}",
                &["error DOC-015 /components/examples/e/dataValue"],
            ),
        ],
    );
    rows(
        "3.2.0",
        &[
            ("components: {examples: {e: {dataValue: 1, serializedValue: '1'}}}", &[]),
            (
                "components: {examples: {e: {dataValue: 1, value: 1}}}",
                &["error EXA-001 /components/examples/e/dataValue"],
            ),
            (
                "components: {examples: {e: {serializedValue: '1', value: 1}}}",
                &["error EXA-001 /components/examples/e/serializedValue"],
            ),
            (
                "components: {examples: {e: {serializedValue: '1', externalValue: /e}}}",
                &["error EXA-001 /components/examples/e/externalValue"],
            ),
        ],
    );
}

#[test]
fn references() {
    rows(
        "3.1.2",
        &[
            (
                "components: {parameters: {p: {$ref: '#/components/parameters/q', required: true}, q: {name: q, in: query, schema: {}}}}",
                &["warning DOC-016 /components/parameters/p/required"],
            ),
            (
                "components: {parameters: {p: {$ref: '#/components/parameters/q', description: d, summary: s}, q: {name: q, in: query, schema: {}}}}",
                &["lint REF-014 /components/parameters/p/summary"],
            ),
            (
                "components: {schemas: {s: {}}, parameters: {p: {$ref: '#/components/schemas/s'}}}",
                &["error REF-015 /components/parameters/p/$ref"],
            ),
            (
                "x-p: {name: q, in: nowhere, schema: {}}\ncomponents: {parameters: {p: {$ref: '#/x-p'}}}",
                &["error PAR-004 /x-p/in"],
            ),
            (
                "x-p: 1\ncomponents: {headers: {p: {$ref: '#/x-p'}}}",
                &["error REF-015 /components/headers/p/$ref"],
            ),
        ],
    );
}

#[test]
fn documents_of_3_0() {
    rows(
        "3.0.3",
        &[
            ("components: {}", &["error DOC-002 "]),
            ("paths: {}", &[]),
            ("paths: {}\nwebhooks: {}", &["error DOC-015 /webhooks"]),
            ("paths: {/a: {get: {}}}", &["error RSP-001 /paths/~1a/get"]),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {default: x, enum: [y]}}}]",
                &["warning SRV-007 /servers/0/variables/a/enum"],
            ),
            (
                "paths: {}\ncomponents: {securitySchemes: {s: {type: mutualTLS}}}",
                &["error SEC-001 /components/securitySchemes/s/type"],
            ),
            (
                "paths: {}\ncomponents: {schemas: {a: {type: string, nullable: true}}}",
                &["lint SCH-015 /components/schemas/a"],
            ),
            ("paths: {}\ncomponents: {headers: {h: {schema: {}, allowReserved: true}}}", &[]),
        ],
    );
}

/// What ties Objects together is a warning for readers and an error for builders.
#[test]
fn compiling_is_stricter() {
    for (members, expected) in [
        ("paths: {'/p/{id}': {get: {}}}", "error PTH-006 /paths/~1p~1{id}"),
        ("paths: {}\nsecurity: [{s: []}]", "error SEC-002 /security/0/s"),
        ("paths: {/a/../b: {}}", "error PTH-026 /paths/~1a~1..~1b"),
        ("components: {links: {l: {operationId: a}}}", "error CBK-009 /components/links/l/operationId"),
        (
            "components: {responses: {r: {$ref: 'https://example.com/r.json#/r'}}}",
            "error REF-001 /components/responses/r/$ref",
        ),
    ] {
        let description = load("3.1.2", members).unwrap_or_else(|found| panic!("{members}: {found}"));
        assert!(description.diagnostics().iter().all(|one| one.severity != Severity::Error), "{members}");
        assert_eq!(told(&check_strictly(&description)), [expected], "{members}");
    }
}

/// Objects nested as deep as a text may be cost no call depth.
#[test]
fn nesting_is_walked_without_recursion() {
    let deep =
        |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    let schema = deep("{not: ", "}", 100).replacen("{not: }", "{not: {}}", 1);
    let members = format!("components: {{schemas: {{a: {schema}}}}}");
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    let handle = thread.spawn(move || drop(load("3.1.2", &members))).expect("a thread");
    handle.join().expect("no overflow");
}

/// A mend that guesses what was meant.
#[test]
fn mends_guess() {
    for (members, guess) in [
        ("Paths: {}\npaths: {}", "did you mean `paths`?"),
        ("paths: {/a: {get: {operationID: a}}}", "did you mean `operationId`?"),
        ("paths: {/a: {get: {tag: a}}}", "did you mean `tags`?"),
        ("paths: {a: {}}", "did you mean `/a`?"),
        ("paths: {/a: {get: {responses: {2xx: {description: d}}}}}", "did you mean `2XX`?"),
    ] {
        let found = load("3.1.2", members).expect_err("a misspelt field");
        assert!(found.to_string().contains(guess), "{members}: {found}");
    }
}

/// Where the published JSON Schema of the specification and its text disagree, the text wins (DOC-023). The other
/// way round, what only the text forbids, stands in the rulings of `documents.rs`.
#[test]
fn the_text_wins() {
    rows(
        "3.1.2",
        &[
            // The JSON Schema wants strings; the text allows any constant.
            (
                "paths: {/a: {get: {operationId: a, parameters: [{name: b, in: query, schema: {}}]}}}\ncomponents: {links: {l: {operationId: a, parameters: {b: 1}}}}",
                &[],
            ),
            // The JSON Schema wants a Path Item; the text allows any extension.
            ("components: {callbacks: {c: {x-a: please}}}", &[]),
            // The JSON Schema refuses fields of another type of scheme; the text gives them no meaning.
            (
                "components: {securitySchemes: {s: {type: mutualTLS, scheme: basic}}}",
                &["warning SEC-001 /components/securitySchemes/s/scheme"],
            ),
            // The JSON Schema knows the OAS dialect alone; the text allows others.
            ("jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema'\npaths: {}", &[]),
            // The JSON Schema does not look; the text forbids.
            ("paths: {}\ntags: [{name: a}, {name: a}]", &["error DOC-019 /tags/1/name"]),
        ],
    );
    // The text has no such field, but the specification's own documents do.
    check("3.2.0", "components: {mediaTypes: {m: {description: d}}}", &[]);
}

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
