//! Parameters as they are written, by `style` and `explode`.
//!
//! Takes: a parameter and a value. Gives: its text by location, as RFC 6570 and OpenAPI's tables have it. Writes by itself,
//! so that the library's writing is not asked about its own reading. Never panics.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Reason;
use super::operations::Parameter;

/// All but the unreserved characters of RFC 3986.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One parameter, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// In place of the path's expression.
    Path(String),
    /// Pairs of the query, joined.
    Query(String),
    /// A field value.
    Header(String),
    /// Pairs of the Cookie field, joined.
    Cookie(String),
}

/// Text with all but unreserved characters encoded.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The text of a scalar.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// How a parameter's members are put together.
#[derive(Debug, Clone, Copy)]
struct Style<'s> {
    name: &'s str,
    explode: bool,
}

fn style<'d>(parameter: &Parameter<'d>) -> Style<'d> {
    let default = match parameter.location {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    let name = parameter.node.text("style").unwrap_or(default);
    let told = parameter.node.value.get("explode").and_then(Value::as_bool);
    Style { name, explode: told.unwrap_or(matches!(name, "form" | "cookie")) }
}

/// Whether its members are pairs of their own in the query or in the Cookie field.
pub fn spreads(parameter: &Parameter<'_>, value: &Value) -> bool {
    let style = style(parameter);
    value.is_object() && style.explode && matches!(style.name, "form" | "cookie")
}

/// Writes `value`.
///
/// # Errors
/// Why it cannot be written in this style.
pub fn write(parameter: &Parameter<'_>, value: &Value) -> Result<Text, Reason> {
    if let Some(media_type) = parameter.media_type {
        return content(parameter, media_type, value);
    }
    let style = style(parameter);
    match parameter.location {
        "path" => {
            let text = expression(style, parameter.name, value, "")?;
            // A segment of dots alone is taken away by clients, and an empty one names another path.
            match text.as_str() {
                "" | "." | ".." => Err("path segment that clients remove".to_owned()),
                _ => Ok(Text::Path(text)),
            }
        }
        "query" => pairs(style, parameter.name, value, "&").map(Text::Query),
        "header" => plain(&expression(style, parameter.name, value, "")?).map(Text::Header),
        "cookie" => plain(&pairs(style, parameter.name, value, "; ")?).map(Text::Cookie),
        other => Err(format!("parameter in `{other}`")),
    }
}

/// Field lines carry no percent-encoding that everybody reads alike: only what needs none is written.
fn plain(text: &str) -> Result<String, Reason> {
    if text.contains('%') {
        Err("text that needs encoding in a field line".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn content(parameter: &Parameter<'_>, media_type: &str, value: &Value) -> Result<Text, Reason> {
    if parameter.location == "querystring" && media_type == "application/x-www-form-urlencoded" {
        return pairs(Style { name: "form", explode: true }, "", value, "&").map(Text::Query);
    }
    let json = media_type == "application/json" || media_type.ends_with("+json");
    let text = match scalar(value) {
        _ if json => value.to_string(),
        Some(text) if media_type.starts_with("text/") => text,
        _ => return Err(format!("parameter of media type {media_type}")),
    };
    match parameter.location {
        "path" => Ok(Text::Path(encoded(&text))),
        "query" => Ok(Text::Query(format!("{}={}", encoded(parameter.name), encoded(&text)))),
        "querystring" => Ok(Text::Query(encoded(&text))),
        "header" if text.is_ascii() => Ok(Text::Header(text)),
        other => Err(format!("parameter with `content` in `{other}`")),
    }
}

/// The members of an array or object as texts, each encoded: `value`, or `name` and `value`.
fn members(value: &Value) -> Result<Vec<(Option<String>, String)>, Reason> {
    let text = |value: &Value| {
        let text = scalar(value).filter(|text| !text.is_empty());
        text.map(|text| encoded(&text)).ok_or_else(|| "nested, empty or null value in a parameter".to_owned())
    };
    let list: Result<Vec<_>, Reason> = match value {
        Value::Array(items) => items.iter().map(|item| Ok((None, text(item)?))).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| Ok((Some(encoded(name)), text(member)?))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(vec![(None, text(value)?)]),
    };
    list.and_then(|list| {
        if list.is_empty() { Err("empty array or object in a parameter".to_owned()) } else { Ok(list) }
    })
}

/// The members joined: `name=value` where `pairs`, else `name,value`.
fn join(list: &[(Option<String>, String)], pairs: bool, by: &str) -> String {
    let between = if pairs { "=" } else { by };
    let texts: Vec<String> = list
        .iter()
        .map(|(name, value)| match name {
            Some(name) => format!("{name}{between}{value}"),
            None => value.clone(),
        })
        .collect();
    texts.join(by)
}

/// `simple`, `label` and `matrix`.
fn expression(style: Style<'_>, name: &str, value: &Value, before: &str) -> Result<String, Reason> {
    let list = members(value)?;
    let Style { name: style, explode } = style;
    Ok(match style {
        "simple" => format!("{before}{}", join(&list, explode, ",")),
        "label" => format!(".{}", join(&list, explode, if explode { "." } else { "," })),
        "matrix" if explode && value.is_object() => format!(";{}", join(&list, true, ";")),
        "matrix" if explode => {
            let texts: Vec<String> =
                list.iter().map(|(_, value)| format!(";{}={value}", encoded(name))).collect();
            texts.concat()
        }
        "matrix" => format!(";{}={}", encoded(name), join(&list, false, ",")),
        other => return Err(format!("style `{other}`")),
    })
}

/// `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` and `cookie`.
fn pairs(style: Style<'_>, name: &str, value: &Value, by: &str) -> Result<String, Reason> {
    let list = members(value)?;
    let name = encoded(name);
    let composite = value.is_array() || value.is_object();
    let Style { name: style, explode } = style;
    Ok(match style {
        "form" | "cookie" if explode && value.is_object() => join(&list, true, by),
        "form" | "cookie" if explode => {
            let texts: Vec<String> = list.iter().map(|(_, value)| format!("{name}={value}")).collect();
            texts.join(by)
        }
        "form" | "cookie" => format!("{name}={}", join(&list, false, ",")),
        "spaceDelimited" if composite && !explode => format!("{name}={}", join(&list, false, "%20")),
        "pipeDelimited" if composite && !explode => format!("{name}={}", join(&list, false, "%7C")),
        "deepObject" if value.is_object() => {
            let text = |(member, value): &(Option<String>, String)| {
                format!("{name}%5B{}%5D={value}", member.as_deref().unwrap_or_default())
            };
            list.iter().map(text).collect::<Vec<_>>().join(by)
        }
        other => return Err(format!("style `{other}` with this `explode` and type")),
    })
}

/// The pairs of one member of a form.
///
/// # Errors
/// Why it cannot be written in this style.
pub fn form_member(name: &str, value: &Value, style: &str, explode: bool) -> Result<String, Reason> {
    pairs(Style { name: style, explode }, name, value, "&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::description::Description;
    use super::super::operations::operations;
    use super::*;

    #[test]
    fn styles_are_written_as_the_table_has_them() {
        let (array, object) = (json!(["blue", "black"]), json!({"R": 100, "G": 200}));
        for (location, style, explode, value, text) in [
            ("path", "simple", false, &array, "blue,black"),
            ("path", "simple", true, &object, "G=200,R=100"),
            ("path", "label", true, &array, ".blue.black"),
            ("path", "label", false, &object, ".G,200,R,100"),
            ("path", "matrix", false, &array, ";c=blue,black"),
            ("path", "matrix", true, &array, ";c=blue;c=black"),
            ("path", "matrix", true, &object, ";G=200;R=100"),
            ("query", "form", true, &array, "c=blue&c=black"),
            ("query", "form", false, &object, "c=G,200,R,100"),
            ("query", "spaceDelimited", false, &array, "c=blue%20black"),
            ("query", "pipeDelimited", false, &array, "c=blue%7Cblack"),
            ("query", "deepObject", true, &object, "c%5BG%5D=200&c%5BR%5D=100"),
            ("header", "simple", false, &array, "blue,black"),
            ("cookie", "form", false, &json!("a"), "c=a"),
        ] {
            let description =
                Description::of(json!({"openapi": "3.1.0", "paths": {"/": {"get": {"parameters": [
                {"name": "c", "in": location, "style": style, "explode": explode, "schema": {}}]}}}}));
            let operations = operations(&description);
            let parameters = operations.first().and_then(|operation| operation.parameters.as_ref().ok());
            let parameter = parameters.and_then(|list| list.first()).expect("a parameter");
            let found = match write(parameter, value).expect(style) {
                Text::Path(text) | Text::Query(text) | Text::Header(text) | Text::Cookie(text) => text,
            };
            let sorted = |text: &str| {
                let mut parts: Vec<char> = text.chars().collect();
                parts.sort_unstable();
                parts
            };
            // Members may come in either order.
            assert_eq!(sorted(&found), sorted(text), "{found} is not {text}");
        }
    }
}
