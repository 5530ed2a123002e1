//! Callback, Link and Example Objects.

use super::rows;

#[test]
fn findings() {
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
