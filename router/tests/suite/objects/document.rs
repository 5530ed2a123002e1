//! The OpenAPI Object, its tags and component names; documents of 3.0.

use super::rows;

#[test]
fn findings() {
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
fn findings_of_3_0() {
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
