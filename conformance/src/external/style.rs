//! The specification's table of styles, both directions for every cell that is not n/a.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Context, Item, item, read_json};
use crate::case::{DecodeProbe, EncodeProbe};
use crate::check;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Decode, Encode};

#[derive(Deserialize)]
struct Table {
    values: Values,
    parameter_name: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Values {
    string: Box<RawValue>,
    array: Box<RawValue>,
    object: Box<RawValue>,
}

#[derive(Deserialize)]
struct Row {
    style: String,
    explode: bool,
    /// The column of the empty value.
    undefined: Option<String>,
    string: Option<String>,
    array: Option<String>,
    object: Option<String>,
}

/// The versions of the table that we decode and encode by.
const VERSIONS: [&str; 2] = ["3.1.2", "3.2.0"];

pub fn run(session: &mut Session<'_>, _context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let tables: BTreeMap<String, Table> = read_json(path)?;
    let mut items = Vec::new();
    for version in VERSIONS {
        let Some(table) = tables.get(version) else { continue };
        for row in &table.rows {
            items.extend(run_row(session, version, table, row)?);
        }
    }
    Ok(items)
}

fn run_row(session: &mut Session<'_>, version: &str, table: &Table, row: &Row) -> Result<Vec<Item>, Stop> {
    let empty = RawValue::from_string("\"\"".to_owned()).map_err(|error| Stop::Harness(error.to_string()))?;
    let cells = [
        ("empty", &row.undefined, &empty, json!({"type": "string"})),
        ("string", &row.string, &table.values.string, json!({"type": "string"})),
        ("array", &row.array, &table.values.array, json!({"type": "array", "items": {"type": "string"}})),
        (
            "object",
            &row.object,
            &table.values.object,
            json!({"type": "object", "additionalProperties": {"type": "integer"}, "properties": {
                "R": {"type": "integer"}, "G": {"type": "integer"}, "B": {"type": "integer"}
            }}),
        ),
    ];
    let mut items = Vec::new();
    for (column, text, value, schema) in cells {
        let Some(text) = text else { continue };
        let name = format!("{version} {} explode={} {column}", row.style, row.explode);
        let part = if version.starts_with("3.1") { "style table 3.1" } else { "style table 3.2" };
        let cell = Cell { version, parameter: parameter(table, row, &schema)?, text, value };
        items.push(item(part, name, session, |session| cell.both_ways(session))?);
    }
    Ok(items)
}

fn parameter(table: &Table, row: &Row, schema: &Value) -> Result<Box<RawValue>, Stop> {
    let location = match row.style.as_str() {
        "matrix" | "label" | "simple" => "path",
        "cookie" => "cookie",
        _ => "query",
    };
    let parameter = json!({
        "name": table.parameter_name, "in": location, "required": location == "path",
        "style": row.style, "explode": row.explode, "schema": schema,
    });
    RawValue::from_string(parameter.to_string()).map_err(|error| Stop::Harness(error.to_string()))
}

struct Cell<'a> {
    version: &'a str,
    parameter: Box<RawValue>,
    text: &'a str,
    value: &'a RawValue,
}

impl Cell<'_> {
    fn both_ways(&self, session: &mut Session<'_>) -> Result<Vec<String>, Stop> {
        let openapi = Some(self.version.to_owned());
        let id = "cell".to_owned();
        let parameter = self.parameter.clone();
        let value =
            serde_json::from_str(self.value.get()).map_err(|error| Stop::Harness(error.to_string()))?;
        let decode = DecodeProbe {
            parameter: parameter.clone(),
            raw: self.text.to_owned(),
            openapi: openapi.clone(),
            value: Some(value),
            absent: false,
            error: false,
        };
        let raw = decode.raw.clone();
        let ask = Decode { id: id.clone(), parameter: parameter.clone(), raw, openapi: openapi.clone() };
        let mut wrong = check::decoded(&decode, &session.decode(ask)?);
        let value = Some(self.value.to_owned());
        let encode = EncodeProbe {
            parameter: parameter.clone(),
            value: value.clone(),
            openapi: openapi.clone(),
            text: Some(self.text.to_owned()),
            error: false,
        };
        let found = session.encode(Encode { id, parameter, value, openapi })?;
        wrong.extend(check::encoded(&encode, &found));
        Ok(wrong)
    }
}
