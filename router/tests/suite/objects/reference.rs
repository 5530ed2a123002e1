//! Reference Objects: which fields they may have, and where they may stand.

use super::rows;

#[test]
fn findings() {
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
