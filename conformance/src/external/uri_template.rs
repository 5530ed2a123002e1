//! uritemplate-test: the rows of RFC 6570 that a Parameter Object can say, read back and written again.
//!
//! OAS 3.1 defines `simple`, `label`, `matrix` and `form` by RFC 6570 §3.2.2, §3.2.5, §3.2.7 and §3.2.8. A row is
//! reversible when its text has but one reading; every other row is left out, by name and with the reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Context, Item, Work, files, item, read_json, relative};
use crate::case::{DecodeProbe, EncodeProbe};
use crate::check;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Decode, Encode};

#[derive(Deserialize)]
struct Group {
    variables: BTreeMap<String, Value>,
    testcases: Vec<(String, Expansion)>,
}

/// What a template becomes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expansion {
    One(String),
    AnyOf(Vec<String>),
    /// `false`: the template is none.
    Malformed(serde::de::IgnoredAny),
}

pub fn gather(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = run_file;
    files(folder, &["json"]).into_iter().map(|path| (path, work)).collect()
}

fn run_file(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let groups: BTreeMap<String, Group> = read_json(path)?;
    let file = relative(&context.corpora.join("uritemplate-test"), path);
    let mut items = Vec::new();
    for (title, group) in &groups {
        for (index, (template, expansion)) in group.testcases.iter().enumerate() {
            let name = format!("{file}: {title} {index} {template}");
            match probes(template, expansion, &group.variables) {
                Err(reason) => items.push(Item::excluded("not reversible", name, reason)),
                Ok(found) => items.extend(ask(session, &name, &found)?),
            }
        }
    }
    Ok(items)
}

/// One parameter in one text.
struct Probe {
    parameter: Box<RawValue>,
    raw: String,
    /// `None`: the text says nothing of the parameter.
    value: Option<Value>,
}

/// What one row asks.
struct Row {
    decode: Vec<Probe>,
    /// The texts that are right, where the row's only value is to be written.
    encode: Option<Vec<String>>,
}

fn ask(session: &mut Session<'_>, name: &str, row: &Row) -> Result<Vec<Item>, Stop> {
    let read = item("read", format!("{name} (read)"), session, |session| {
        let mut wrong = Vec::new();
        for probe in &row.decode {
            wrong.extend(decode(session, probe)?);
        }
        Ok(wrong)
    })?;
    let mut items = vec![read];
    if let (Some(texts), Some(probe)) = (&row.encode, row.decode.first()) {
        let written =
            item("write", format!("{name} (write)"), session, |session| encode(session, probe, texts))?;
        items.push(written);
    }
    Ok(items)
}

fn decode(session: &mut Session<'_>, probe: &Probe) -> Result<Vec<String>, Stop> {
    let expected = DecodeProbe {
        parameter: probe.parameter.clone(),
        raw: probe.raw.clone(),
        openapi: None,
        value: probe.value.clone(),
        absent: probe.value.is_none(),
        error: false,
    };
    let (parameter, raw) = (probe.parameter.clone(), probe.raw.clone());
    let found = session.decode(Decode { id: "row".to_owned(), parameter, raw, openapi: None })?;
    Ok(check::decoded(&expected, &found))
}

fn encode(session: &mut Session<'_>, probe: &Probe, texts: &[String]) -> Result<Vec<String>, Stop> {
    let value = probe.value.as_ref().map(raw).transpose()?;
    let parameter = probe.parameter.clone();
    let ask =
        Encode { id: "row".to_owned(), parameter: parameter.clone(), value: value.clone(), openapi: None };
    let found = session.encode(ask)?;
    let right = found.text.as_ref().filter(|text| texts.contains(text));
    let text = right.or(texts.first()).cloned();
    let expected = EncodeProbe { parameter, value, openapi: None, text, error: false };
    Ok(check::encoded(&expected, &found))
}

fn raw(value: &Value) -> Result<Box<RawValue>, Stop> {
    RawValue::from_string(value.to_string()).map_err(|error| Stop::Harness(error.to_string()))
}

/// An expression of a template, between its literals.
struct Expression<'t> {
    before: &'t str,
    operator: &'t str,
    variables: Vec<&'t str>,
    after: &'t str,
}

const OPERATORS: [&str; 7] = ["+", "#", ".", "/", ";", "?", "&"];

/// The only expression of `template`.
fn expression(template: &str) -> Result<Expression<'_>, &'static str> {
    const NONE: &str = "the template has no expression";
    let (before, rest) = template.split_once('{').ok_or(NONE)?;
    let (inside, after) = rest.split_once('}').ok_or(NONE)?;
    if after.contains('{') {
        return Err("several expressions; each kind has rows of its own");
    }
    let operator = OPERATORS.into_iter().find(|operator| inside.starts_with(operator)).unwrap_or_default();
    let variables = inside.strip_prefix(operator).unwrap_or(inside).split(',').collect();
    Ok(Expression { before, operator, variables, after })
}

/// What the row asks, or why it cannot be asked.
fn probes(
    template: &str,
    expansion: &Expansion,
    variables: &BTreeMap<String, Value>,
) -> Result<Row, &'static str> {
    let texts = match expansion {
        Expansion::One(text) => vec![text.as_str()],
        Expansion::AnyOf(texts) => texts.iter().map(String::as_str).collect(),
        Expansion::Malformed(_) => {
            return Err("no template at all; a Parameter Object is not written as one");
        }
    };
    let found = expression(template)?;
    let (location, style) = style_of(found.operator)?;
    let is_query = location == "query";
    if !is_query && found.variables.len() > 1 {
        return Err("several variables in one path expression; a Parameter Object serialises one value");
    }
    let mut row = Row { decode: Vec::new(), encode: None };
    for variable in &found.variables {
        let (name, explode) = named(variable)?;
        let value = variables.get(name).filter(|value| is_defined(value));
        if value.is_none() && !is_query {
            return Err("the value is undefined, and a path parameter is required");
        }
        let parameter = parameter(name, location, style, explode, value).ok_or("a value that is no JSON")?;
        for text in &texts {
            let raw =
                stretch(&found, is_query, text).ok_or("the literal around the expression is encoded")?;
            row.decode.push(Probe { parameter: parameter.clone(), raw, value: value.cloned() });
        }
    }
    if found.variables.len() == 1 && row.decode.iter().all(|probe| probe.value.is_some()) {
        row.encode = texts.iter().map(|text| written(&found, is_query, text)).collect();
    }
    Ok(row)
}

/// Location and style of an operator.
fn style_of(operator: &str) -> Result<(&'static str, &'static str), &'static str> {
    match operator {
        "" => Ok(("path", "simple")),
        "." => Ok(("path", "label")),
        ";" => Ok(("path", "matrix")),
        "?" | "&" => Ok(("query", "form")),
        "/" => Err("path segment expansion; no style has it, and an expression stays within its segment"),
        _ => Err(
            "reserved or fragment expansion; data and delimiters are not told apart, so there is no way back",
        ),
    }
}

/// Name and explode of a variable.
fn named(variable: &str) -> Result<(&str, bool), &'static str> {
    if variable.contains(':') {
        return Err("a prefix; the rest of the value is gone");
    }
    if variable.contains('%') {
        return Err("a percent-encoded variable name; a Parameter Object's name is plain");
    }
    Ok(variable.strip_suffix('*').map_or((variable, false), |name| (name, true)))
}

/// RFC 6570 §2.3: neither `null`, nor a list or association of nothing.
fn is_defined(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn parameter(
    name: &str,
    location: &str,
    style: &str,
    explode: bool,
    value: Option<&Value>,
) -> Option<Box<RawValue>> {
    let string = json!({"type": "string"});
    let schema = match value {
        Some(Value::Array(_)) => json!({"type": "array", "items": string}),
        Some(Value::Object(members)) => {
            let properties: BTreeMap<&String, &Value> = members.keys().map(|name| (name, &string)).collect();
            json!({"type": "object", "properties": properties})
        }
        Some(Value::Number(_)) => json!({"type": "number"}),
        _ => string,
    };
    let parameter = json!({
        "name": name, "in": location, "required": location == "path",
        "style": style, "explode": explode, "schema": schema,
    });
    RawValue::from_string(parameter.to_string()).ok()
}

/// The text that the parameter is read from: the whole query, or the expression's part of a segment.
fn stretch(found: &Expression<'_>, is_query: bool, text: &str) -> Option<String> {
    if !is_query {
        return written(found, false, text);
    }
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    Some(query.strip_prefix('&').unwrap_or(query).to_owned())
}

/// The expression's own part of `text`; the operator is not of a query parameter.
fn written(found: &Expression<'_>, is_query: bool, text: &str) -> Option<String> {
    let own = text.strip_prefix(found.before)?.strip_suffix(found.after)?;
    let own = if is_query { own.strip_prefix(found.operator)? } else { own };
    Some(own.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_asked_or_left_out_with_a_reason() {
        let variables: BTreeMap<String, Value> = serde_json::from_value(json!({
            "a": "1", "list": ["x", "y"], "none": null, "p%20q": "z"
        }))
        .expect("variables");
        for (template, text, asked) in [
            ("'{a}'", "'1'", Ok((1, Some("1")))),
            ("X{.list*}", "X.x.y", Ok((1, Some(".x.y")))),
            ("{;list}", ";list=x,y", Ok((1, Some(";list=x,y")))),
            ("?k=v{&a}", "?k=v&a=1", Ok((1, Some("a=1")))),
            ("{?a,none}", "?a=1", Ok((2, None))),
            ("{a:1}", "1", Err("a prefix")),
            ("{/a}", "/1", Err("path segment")),
            ("{+a}", "1", Err("reserved")),
            ("{none}", "", Err("undefined")),
            ("{a,list}", "1,x,y", Err("several variables")),
            ("{a}{list}", "1x,y", Err("several expressions")),
            ("{?p%20q}", "?p%20q=z", Err("percent-encoded")),
            ("é{a}", "%C3%A91", Err("literal")),
        ] {
            let found = probes(template, &Expansion::One(text.to_owned()), &variables);
            match (found, asked) {
                (Ok(row), Ok((count, written))) => {
                    assert_eq!(row.decode.len(), count, "{template}");
                    let first = row.encode.as_ref().and_then(|texts| texts.first());
                    assert_eq!(first.map(String::as_str), written, "{template}");
                }
                (Err(reason), Err(start)) => assert!(reason.contains(start), "{template}: {reason}"),
                (found, _) => panic!("{template}: {:?}", found.err()),
            }
        }
    }
}
