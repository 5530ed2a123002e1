//! Descriptions of any size, made for measuring.

use std::fmt::Write as _;

/// A description with this many operations, in YAML: each resource has five, with path, query and header
/// parameters, JSON content and shared schemas, as public descriptions have.
#[must_use]
pub fn of_operations(operations: usize) -> String {
    let mut text = String::from(HEAD);
    for resource in 0..operations.div_ceil(5) {
        let kept = operations.saturating_sub(resource.saturating_mul(5)).min(5);
        // Writing to a `String` cannot fail.
        write!(text, "  /area{}/things{resource}:\n{}", resource % 7, collection(resource, kept))
            .unwrap_or_default();
        if kept > 2 {
            write!(text, "  /area{}/things{resource}/{{id}}:\n{}", resource % 7, item(resource, kept))
                .unwrap_or_default();
        }
    }
    text.push_str(TAIL);
    text
}

fn collection(resource: usize, kept: usize) -> String {
    let mut text = format!(
        "    get:\n      operationId: list{resource}\n      parameters: [{{ name: limit, in: query, schema: {{ type: integer, maximum: 100 }} }}]\n      responses: {{ '200': {{ description: all, content: {{ application/json: {{ schema: {{ type: array, items: {{ $ref: '#/components/schemas/Thing' }} }} }} }} }} }}\n"
    );
    if kept > 1 {
        text.push_str(&format!(
            "    post:\n      operationId: make{resource}\n      requestBody: {{ required: true, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Thing' }} }} }} }}\n      responses: {{ '201': {{ description: made }} }}\n"
        ));
    }
    text
}

fn item(resource: usize, kept: usize) -> String {
    let mut text = String::from("    parameters: [{ $ref: '#/components/parameters/Id' }]\n");
    for (method, name) in
        [("get", "read"), ("put", "replace"), ("delete", "remove")].iter().take(kept.saturating_sub(2))
    {
        text.push_str(&format!(
            "    {method}:\n      operationId: {name}{resource}\n      responses: {{ '200': {{ description: one, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Thing' }} }} }} }} }}\n"
        ));
    }
    text
}

const HEAD: &str = "openapi: 3.1.2\ninfo: { title: Made for measuring, version: '1' }\npaths:\n";

const TAIL: &str = "components:
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        id: { type: integer }
        name: { type: string, maxLength: 80 }
        parts: { type: array, items: { $ref: '#/components/schemas/Thing' } }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_operations_as_asked_for() {
        for operations in [1, 2, 3, 10, 100] {
            let text = of_operations(operations);
            assert_eq!(text.matches("operationId:").count(), operations);
        }
    }
}
