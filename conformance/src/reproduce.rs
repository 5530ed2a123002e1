//! A minimal reproduction of a failure: a request as a curl line, a small description, and both as a case file.
//!
//! Takes: a case that fails. Gives: the one exchange that fails by itself, and the description without the path items that the
//! request cannot reach and the components that nothing left refers to, provided that it still fails in the same words.
//! What is shown has no credentials; the case file has them, since without them it would not fail. Never panics.

use std::path::Path;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::case::{Case, Origin};
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::Request;
use crate::redact::Redactor;

/// Lines of a description that are shown.
const LINES_MAX: usize = 60;
/// Components may hang on each other this deep before what is left stays.
const ROUNDS_MAX: usize = 8;

/// A minimal reproduction.
#[derive(Debug, Clone)]
pub struct Reproduction {
    /// The case.
    pub case: String,
    /// Where it is written.
    pub place: String,
    /// What is wrong.
    pub mismatch: String,
    /// The request, where one fails; without credentials.
    pub curl: Option<String>,
    /// The small description, without credentials.
    pub description: String,
    /// A case file for `--replay`.
    pub file: String,
}

/// Makes the reproduction of `case`.
pub fn reproduce(session: &mut Session<'_>, root: &Path, case: &Case) -> Reproduction {
    let mismatch =
        mismatch(session, root, case).unwrap_or_else(|| "it passes when it runs by itself".to_owned());
    let (mut small, exchange) = alone(session, root, case, &mismatch);
    if let Some(smaller) = exchange.and_then(|index| without_what_is_not_met(case, index, &small))
        && self::mismatch(session, root, &smaller).as_ref() == Some(&mismatch)
    {
        small = smaller;
    }
    let redactor = Redactor::of(root, case);
    let request = exchange
        .and_then(|index| case.exchanges.get(index))
        .map(|one| one.question(String::new(), "").request);
    Reproduction {
        case: case.id.clone(),
        place: case.place.to_string(),
        curl: request.map(|request| curl(&request, &redactor)),
        description: redactor.text(&description(&small)),
        mismatch: redactor.text(&mismatch),
        file: written(&small, exchange),
    }
}

/// The first thing that is wrong with the case.
fn mismatch(session: &mut Session<'_>, root: &Path, case: &Case) -> Option<String> {
    match crate::run::case(session, root, case) {
        Ok(wrong) => wrong.into_iter().next(),
        Err(Stop::Unsupported(_)) => None,
        Err(stop) => Some(stop.to_string()),
    }
}

/// The case with the one exchange that fails as the whole does, and that exchange's index.
fn alone(session: &mut Session<'_>, root: &Path, case: &Case, wanted: &str) -> (Case, Option<usize>) {
    for index in 0..case.exchanges.len() {
        let mut one = case.clone();
        one.exchanges = case.exchanges.get(index).cloned().into_iter().collect();
        one.probes.clear();
        if mismatch(session, root, &one).as_deref() == Some(wanted) {
            return (one, Some(index));
        }
    }
    (case.clone(), None)
}

/// The case without path items of another length than the request's target, and without components that nothing names.
fn without_what_is_not_met(case: &Case, index: usize, small: &Case) -> Option<Case> {
    let Origin::Value(text) = &small.origin else { return None };
    let mut description: Value = serde_json::from_str(text).ok()?;
    let target = case.exchanges.get(index)?.question(String::new(), "").request.target;
    let length = |path: &str| path.split('/').count();
    let wanted = length(target.split('?').next().unwrap_or_default());
    let members = description.as_object_mut()?;
    // A server's path would stand before the template.
    if !members.contains_key("servers")
        && let Some(paths) = members.get_mut("paths").and_then(Value::as_object_mut)
    {
        paths.retain(|template, _| length(template) == wanted);
    }
    for _ in 0..ROUNDS_MAX {
        if !drop_components(&mut description) {
            break;
        }
    }
    let mut smaller = small.clone();
    let text = description.to_string();
    smaller.written.insert("description".to_owned(), RawValue::from_string(text.clone()).ok()?);
    smaller.origin = Origin::Value(text);
    Some(smaller)
}

/// Drops the components whose names stand nowhere else; says whether there were any.
fn drop_components(description: &mut Value) -> bool {
    let text = description.to_string();
    let Some(components) = description.get_mut("components").and_then(Value::as_object_mut) else {
        return false;
    };
    let mut dropped = false;
    for (_, map) in components.iter_mut() {
        let Some(map) = map.as_object_mut() else { continue };
        let before = map.len();
        map.retain(|name, _| text.matches(&format!("{name}\"")).count() > 1);
        dropped |= map.len() < before;
    }
    components.retain(|_, map| map.as_object().is_none_or(|map| !map.is_empty()));
    dropped
}

/// The description as a person reads it.
fn description(case: &Case) -> String {
    let text = match &case.origin {
        Origin::Value(text) => serde_json::from_str::<Value>(text)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or_else(|_| text.clone()),
        Origin::Text(text, _) => text.clone(),
        Origin::File(path) => format!("(the file {})", path.display()),
        Origin::Base64(..) => "(octets; see the case file)".to_owned(),
        Origin::Documents(documents, _) => {
            format!("(a set of {} documents; see the case file)", documents.len())
        }
        Origin::None => String::new(),
    };
    let left = text.lines().count().saturating_sub(LINES_MAX);
    let mut shown = text.lines().take(LINES_MAX).collect::<Vec<_>>().join("\n");
    if left > 0 {
        shown.push_str(&format!("\n... ({left} more lines; see the case file)"));
    }
    shown
}

/// The case as a case file, with the one exchange that fails where there is one.
fn written(case: &Case, exchange: Option<usize>) -> String {
    let mut members = case.written.clone();
    if let Some(index) = exchange {
        let all: Vec<Box<RawValue>> =
            members.get("exchanges").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let one: Vec<&RawValue> = all.get(index).map(|one| &**one).into_iter().collect();
        if let Ok(one) = serde_json::value::to_raw_value(&one) {
            members.insert("exchanges".to_owned(), one);
            members.remove("probes");
        }
    }
    serde_json::to_string_pretty(&members).map_or_else(|_| String::new(), |text| text + "\n")
}

/// The request as a curl line, without credentials.
#[must_use]
pub fn curl(request: &Request, redactor: &Redactor) -> String {
    let mut line = "curl -i".to_owned();
    if request.method == "HEAD" {
        line.push_str(" --head");
    } else if request.method != "GET" || request.body.is_some() {
        line.push_str(&format!(" -X {}", quoted(&request.method)));
    }
    for field in redactor.lines(&request.headers).lines() {
        line.push_str(&format!(" -H {}", quoted(field)));
    }
    if let Some(body) = &request.body {
        line.push_str(&format!(" --data-binary {}", quoted(&redactor.text(body))));
    } else if let Some(octets) = &request.body_base64 {
        line = format!("echo {octets} | base64 -d | {line} --data-binary @-");
    }
    let target = redactor.target(&request.target);
    format!("{line} --path-as-is {}", quoted(&format!("http://localhost:8080{target}")))
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_lines_say_the_request_and_hide_credentials() {
        let request = Request {
            method: "POST".to_owned(),
            target: "/pets?api_key=abcdef&q=it's".to_owned(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("Authorization".to_owned(), "Bearer abcdef".to_owned()),
            ],
            body: Some("{\"a\":1}".to_owned()),
            body_base64: None,
        };
        assert_eq!(
            curl(&request, &Redactor::default()),
            r#"curl -i -X 'POST' -H 'Content-Type: application/json' -H 'Authorization: [redacted]' --data-binary '{"a":1}' --path-as-is 'http://localhost:8080/pets?api_key=[redacted]&q=it'\''s'"#
        );
    }

    #[test]
    fn components_that_nothing_names_go() {
        let mut description = serde_json::json!({
            "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
            "components": {"pathItems": {"A": {}}, "schemas": {"B": {"$ref": "#/components/schemas/C"}, "C": {}}}
        });
        while drop_components(&mut description) {}
        assert_eq!(description["components"], serde_json::json!({"pathItems": {"A": {}}}));
    }
}
