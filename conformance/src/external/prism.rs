//! Prism's scenarios: one description, one request and the status code that comes of it.
//!
//! Prism is a mock server, so that only its verdict on the request carries over: its content is its own, and where it
//! says 422 for a request that breaks the description, 400 is as good. What Prism does not ask of a description and the specification
//! does (`info`, a response's description, a parameter's schema, a flow's scopes) is filled in; a scheme's provider accepts what the request presents,
//! as Prism does. Scenarios that drive the mock, a proxy or Swagger 2.0 are left out, by name and with the reason.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{Context, Item, Work, item, read_json};
use crate::documents::refusal;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Credential, Exchange, Fields, Load, Options, Request};
use crate::source::Source;

#[derive(Deserialize)]
struct Scenario {
    id: String,
    area: String,
    mode: String,
    request: Asked,
    expect: Answered,
    spec: String,
}

#[derive(Deserialize)]
struct Asked {
    method: String,
    url: String,
    #[serde(default)]
    headers: Fields,
    #[serde(default)]
    body: Option<String>,
    /// Parts of a form, as `curl -F` takes them.
    #[serde(default)]
    form: Vec<String>,
}

#[derive(Deserialize)]
struct Answered {
    status: u16,
}

pub fn gather(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = run_file;
    let cases = folder.join("cases.json");
    if cases.is_file() { vec![(cases, work)] } else { Vec::new() }
}

fn run_file(session: &mut Session<'_>, _context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let scenarios: Vec<Scenario> = read_json(path)?;
    scenarios.into_iter().map(|scenario| run_one(session, scenario)).collect()
}

fn run_one(session: &mut Session<'_>, scenario: Scenario) -> Result<Item, Stop> {
    let document = match description(&scenario) {
        Ok(document) => document,
        Err(reason) => return Ok(Item::excluded(&scenario.area, scenario.id, reason)),
    };
    let name = scenario.id.clone();
    item(&scenario.area, name, session, |session| ask(session, &scenario, &document))
}

/// The scenario's description, or why it is left out.
fn description(scenario: &Scenario) -> Result<Value, &'static str> {
    match scenario.mode.as_str() {
        "mock" => {}
        "proxy" => return Err("a proxy in front of another server"),
        _ => return Err("content made at random: the mock's own matter"),
    }
    let query = scenario.request.url.split_once('?').map_or("", |(_, query)| query);
    let prefers = scenario.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("prefer"));
    if prefers || query.starts_with("__") || query.contains("&__") {
        return Err("tells the mock which response to give");
    }
    if scenario.expect.status >= 500 {
        return Err("the mock fails to make its own response");
    }
    let source = Source::parse(&scenario.spec).map_err(|_| "a description that is not within YAML's JSON")?;
    let mut document: Value =
        serde_json::from_str(&source.json).map_err(|_| "a description that is no JSON")?;
    if document.get("swagger").is_some() {
        return Err("Swagger 2.0");
    }
    complete(&mut document);
    Ok(document)
}

/// Fills in what the specification requires and Prism does not, so that the request can be asked at all.
fn complete(document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    members.entry("info").or_insert_with(|| json!({"title": "scenario", "version": "1"}));
    if let Some(schemes) = document.pointer_mut("/components/securitySchemes").and_then(Value::as_object_mut)
    {
        let flows = schemes.values_mut().filter_map(|scheme| scheme.get_mut("flows")?.as_object_mut());
        for flow in flows.flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
            flow.entry("scopes").or_insert_with(|| json!({}));
        }
    }
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (template, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        complete_parameters(template, item);
        let operations =
            item.values_mut().filter_map(|operation| operation.get_mut("responses")?.as_object_mut());
        operations.flat_map(Map::values_mut).filter_map(Value::as_object_mut).for_each(complete_response);
    }
}

/// Every expression of the template has a parameter, and every parameter a schema.
fn complete_parameters(template: &str, item: &mut Map<String, Value>) {
    let own = item.values_mut().filter_map(|operation| operation.get_mut("parameters"));
    let mut names: Vec<String> = Vec::new();
    for parameter in own.filter_map(Value::as_array_mut).flatten() {
        complete_parameter(parameter, &mut names);
    }
    let shared = item.entry("parameters").or_insert_with(|| json!([]));
    let Some(shared) = shared.as_array_mut() else { return };
    shared.iter_mut().for_each(|parameter| complete_parameter(parameter, &mut names));
    let expressions = template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    for name in expressions.filter(|name| !names.iter().any(|known| known == name)) {
        shared.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    }
}

fn complete_parameter(parameter: &mut Value, names: &mut Vec<String>) {
    let Some(members) = parameter.as_object_mut() else { return };
    names.extend(members.get("name").and_then(Value::as_str).map(str::to_owned));
    if !["schema", "content", "$ref"].iter().any(|member| members.contains_key(*member)) {
        members.insert("schema".to_owned(), json!({}));
    }
}

/// A response has a description, and nothing but Media Type Objects below `content`.
fn complete_response(response: &mut Map<String, Value>) {
    if response.contains_key("$ref") {
        return;
    }
    response.entry("description").or_insert_with(|| json!(""));
    if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) {
        content.retain(|_, media_type| media_type.is_object());
    }
}

fn ask(session: &mut Session<'_>, scenario: &Scenario, document: &Value) -> Result<Vec<String>, Stop> {
    let json =
        RawValue::from_string(document.to_string()).map_err(|error| Stop::Harness(error.to_string()))?;
    let options = Options {
        lint: Some(false),
        credentials: Some(credentials(document, &scenario.request)),
        ..Options::default()
    };
    let load = Load { id: "scenario".to_owned(), document: Some(json), options, ..Load::default() };
    let loaded = session.load(Box::new(load))?;
    if !loaded.ok {
        return Ok(vec![refusal(&loaded)]);
    }
    let found = session.exchange(Exchange {
        id: "scenario/0".to_owned(),
        load: "scenario".to_owned(),
        request: request(&scenario.request),
        response: None,
        credentials: None,
    })?;
    let wanted = scenario.expect.status;
    if found.status == wanted || (wanted == 422 && found.status == 400) {
        return Ok(Vec::new());
    }
    let problem = found.problem.map(|problem| format!(" ({problem})")).unwrap_or_default();
    Ok(vec![format!("status is {}{problem}, expected {wanted}", found.status)])
}

const BOUNDARY: &str = "scenario-boundary";

/// The request as a client writes it.
fn request(asked: &Asked) -> Request {
    let (authority, target) = split(&asked.url);
    let mut headers = vec![("Host".to_owned(), authority.to_owned())];
    headers.extend(asked.headers.iter().cloned());
    let mut body = asked.body.clone();
    if !asked.form.is_empty() {
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        headers.push(("Content-Type".to_owned(), format!("multipart/form-data; boundary={BOUNDARY}")));
        body = Some(multipart(&asked.form));
    }
    Request { method: asked.method.clone(), target: target.to_owned(), headers, body, body_base64: None }
}

/// Authority and request target of a URL.
fn split(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}

fn multipart(form: &[String]) -> String {
    let mut text = String::new();
    for part in form {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        text.push_str(&head);
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str(&format!("--{BOUNDARY}--\r\n"));
    text
}

/// What each scheme's provider accepts: what the request presents.
fn credentials(document: &Value, asked: &Asked) -> Vec<Credential> {
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let scopes = all_scopes(document);
    let one = |(name, scheme): (&String, &Value)| credential(name, scheme, asked, &scopes);
    schemes.into_iter().flatten().map(one).collect()
}

fn credential(name: &str, scheme: &Value, asked: &Asked, scopes: &[String]) -> Credential {
    let text = |member: &str| scheme.get(member).and_then(Value::as_str).unwrap_or_default();
    let mut known = Credential { scheme: name.to_owned(), ..Credential::default() };
    match (text("type"), text("scheme").to_ascii_lowercase().as_str()) {
        ("apiKey", _) => known.key = key(asked, text("in"), text("name")),
        ("http", "basic") => {
            let pair = presented(asked, "basic").and_then(|text| STANDARD.decode(text).ok());
            let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some((user, password)) = pair.as_deref().and_then(|pair| pair.split_once(':')) {
                (known.username, known.password) = (Some(user.to_owned()), Some(password.to_owned()));
            }
        }
        _ => {
            known.token = presented(asked, "bearer").map(str::to_owned);
            known.scopes = Some(scopes.to_owned());
        }
    }
    known
}

fn field<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let line = asked.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
    line.map(|(_, value)| value.as_str())
}

/// The credentials of `Authorization` in a scheme of HTTP.
fn presented<'a>(asked: &'a Asked, scheme: &str) -> Option<&'a str> {
    let (found, rest) = field(asked, "authorization")?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn key(asked: &Asked, location: &str, name: &str) -> Option<String> {
    let pair = |text: &str, separator: &str| {
        let mut pairs = text.split(separator).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
    };
    match location {
        "header" => field(asked, name).map(str::to_owned),
        "query" => pair(asked.url.split_once('?')?.1, "&"),
        _ => pair(field(asked, "cookie")?, ";"),
    }
}

/// Every scope that some security requirement names.
fn all_scopes(document: &Value) -> Vec<String> {
    let items = document.get("paths").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let operations = items.filter_map(Value::as_object).flat_map(Map::values);
    let lists = operations.chain([document]).filter_map(|place| place.get("security")?.as_array());
    let requirements = lists.flatten().filter_map(Value::as_object).flat_map(Map::values);
    requirements
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|scope| Some(scope.as_str()?.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split() {
        for (url, parts) in [
            ("http://localhost:4010/a?b=c", ("localhost:4010", "/a?b=c")),
            ("http://localhost:4010", ("localhost:4010", "/")),
        ] {
            assert_eq!(split(url), parts);
        }
    }

    #[test]
    fn providers_accept_what_is_presented() {
        let document = json!({
            "security": [{"o": ["read"]}],
            "components": {"securitySchemes": {
                "b": {"type": "http", "scheme": "Basic"},
                "k": {"type": "apiKey", "in": "query", "name": "key"},
                "o": {"type": "oauth2"}
            }}
        });
        let asked = |authorization: &str| Asked {
            method: "GET".to_owned(),
            url: "http://h/p?a=1&key=k1".to_owned(),
            headers: vec![("authorization".to_owned(), authorization.to_owned())],
            body: None,
            form: Vec::new(),
        };
        let found = credentials(&document, &asked("Basic dGVzdDp0ZXN0"));
        let users: Vec<_> = found.iter().filter_map(|known| known.username.as_deref()).collect();
        assert_eq!(users, ["test"]);
        assert!(found.iter().any(|known| known.key.as_deref() == Some("k1")));
        let malformed = credentials(&document, &asked("Basic abc123"));
        assert!(
            malformed.iter().all(|known| known.username.is_none()),
            "what cannot be read is not accepted"
        );
        let bearer = credentials(&document, &asked("Bearer t"));
        let token = bearer.iter().find(|known| known.token.is_some()).expect("a token");
        assert_eq!(token.scopes.as_deref(), Some(&["read".to_owned()][..]));
    }
}
