//! Every cell of the Style Examples tables of OAS 3.0.4, 3.1.2 and 3.2.0, both directions (SER-001 to SER-015).
//!
//! The tables are external data: without them the test says that it is skipped.

use super::corpora;
use super::parameters::{self, Compiled};
use brrtrouter::FieldLine;
use brrtrouter::parameter::{self, ParameterInput, ParameterLocation, ParameterOptions};
use brrtrouter::schema::instance::{Instance, InstanceNode, JsonLimits, parse_json};
use serde_json::{Value, json};

/// Columns, and how many cells each version's table has.
const COLUMNS: [&str; 4] = ["undefined", "string", "array", "object"];
const CELLS: [(&str, usize); 3] = [("3.0.4", 37), ("3.1.2", 37), ("3.2.0", 45)];

#[test]
fn every_cell_both_ways() {
    let Some(path) = corpora::corpus("oai/style-examples.json") else { return };
    // Our own parser keeps the order of members, which the texts show.
    let file = parse_json(&std::fs::read(path).unwrap(), &JsonLimits::default()).unwrap();
    let empty = Instance::from(&json!(""));
    for (version, expected) in CELLS {
        let table = file.root().get(version).unwrap();
        let mut cells = 0;
        for row in table.get("rows").unwrap().items() {
            let texts = COLUMNS.iter().filter_map(|column| Some((column, row.get(column)?.as_str()?)));
            for (column, text) in texts {
                let value = table.get("values").and_then(|values| values.get(column)).unwrap_or(empty.root());
                check_cell(version, (&row.to_json(), column), value, text);
                cells += 1;
            }
        }
        assert_eq!(cells, expected, "{version}");
    }
}

fn check_cell(version: &str, (row, column): (&Value, &str), value: InstanceNode<'_>, text: &str) {
    let (style, explode) = (row["style"].as_str().expect("a style"), &row["explode"]);
    // 3.0 shows the delimiter of the whole query string, which is no part of a parameter (SER-033).
    let text = text.strip_prefix('?').unwrap_or(text);
    let schema = match column {
        "array" => json!({"type": "array", "items": {"type": "string"}}),
        "object" => {
            let channel = json!({"type": "integer"});
            json!({"type": "object", "properties": {"R": channel, "G": channel, "B": channel}})
        }
        _ => json!({"type": "string"}),
    };
    let locations = match style {
        "matrix" | "label" => &["path"][..],
        "simple" => &["path", "header"],
        "form" if column == "string" || explode == false => &["query", "cookie"],
        "cookie" => &["cookie"],
        _ => &["query"],
    };
    for location in locations {
        let mut parameter = json!({"name": "color", "in": location, "style": style, "schema": schema});
        parameter["required"] = json!(*location == "path");
        parameter["explode"] = explode.clone();
        let cell = Cell::compile(version, &parameter);
        assert_eq!(cell.encode(value), text, "{version} {parameter}");
        assert_eq!(cell.decode(text), value.to_json(), "{version} {parameter} {text}");
    }
}

struct Cell(Compiled);

impl Cell {
    fn compile(version: &str, parameter: &Value) -> Self {
        // 3.0 and 3.1 have the same table.
        let version = if version.starts_with("3.0") { "3.1.2" } else { version };
        Self(parameters::compile(version, &json!([parameter]), ParameterOptions::default()))
    }

    fn encode(&self, value: InstanceNode<'_>) -> String {
        parameter::encode(&self.0.plans.as_slice()[0], value).expect("a cell that is not n/a")
    }

    fn decode(&self, text: &str) -> Value {
        let captures = [("color", text)];
        let in_cookie = self.0.plans.as_slice()[0].location() == ParameterLocation::Cookie;
        let fields = [FieldLine::new(if in_cookie { "Cookie" } else { "Color" }, text)];
        let input = ParameterInput { captures: &captures, query: Some(text), fields: &fields };
        let values = parameter::decode(&self.0.plans, &input, &self.0.schemas).expect("a valid value");
        values.at(0).expect("it came").to_json()
    }
}
