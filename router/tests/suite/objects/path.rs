//! Paths Object, Path Item and Operation Objects.

use super::rows;

const ID: &str = "parameters: [{name: id, in: path, required: true, schema: {}}]";

#[test]
fn findings() {
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
