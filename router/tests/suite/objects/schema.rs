//! Schema, Discriminator and XML Objects.

use super::rows;

#[test]
fn findings() {
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
fn findings_of_3_2() {
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
