//! Responses, Response and Header Objects.

use super::{check, rows};

#[test]
fn findings() {
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
