//! Negative requests: one mutation each of a positive one.
//!
//! Takes: a positive draft. Gives: drafts with the status codes that must come back. A changed value counts only where the
//! independent path finds it invalid, in every reading that its text allows. Never panics.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bodies::Kind;
use super::instances::Instances;
use super::keywords::Keywords;
use super::operations::{Media, Operation};
use super::requests::Draft;

/// Mutations of one operation's content, and of its parameters.
const MUTATIONS_MAX: usize = 8;
/// Characters that a long string is long by.
const LONG_MAX: usize = 10_000;

/// A request that must be refused.
#[derive(Debug)]
pub struct Negative<'d> {
    /// The kind of mutation.
    pub label: &'static str,
    /// Where it was made.
    pub place: String,
    /// The request.
    pub draft: Draft<'d>,
    /// Status codes that refuse it rightly.
    pub statuses: &'static [u16],
}

const INVALID: &[u16] = &[400, 422];

/// All negative requests from `draft`, whose content is written by `media`.
pub fn all<'d>(
    instances: &mut Instances<'d>,
    operation: &Operation<'d>,
    draft: &Draft<'d>,
    media: Option<&Media<'d>>,
    credentials_required: bool,
) -> Vec<Negative<'d>> {
    let mut list = Vec::new();
    if credentials_required && !draft.sent.is_empty() {
        let draft = Draft { sent: Vec::new(), ..draft.clone() };
        list.push(Negative { label: "no credentials", place: String::new(), draft, statuses: &[401] });
    }
    list.extend(other_method(operation, draft));
    list.extend(parameters(instances, draft));
    if let (Some(body), Some(media)) = (&operation.body, media) {
        if body.required {
            let draft = Draft { content: None, ..draft.clone() };
            list.push(Negative { label: "no content", place: String::new(), draft, statuses: INVALID });
        }
        list.extend(other_media_type(&body.media, draft));
        list.extend(malformed(draft, media));
        list.extend(values(instances, draft, media));
    }
    list
}

/// A method that the path item does not have.
fn other_method<'d>(operation: &Operation<'d>, draft: &Draft<'d>) -> Option<Negative<'d>> {
    let candidates = ["PATCH", "DELETE", "PUT", "POST", "GET"];
    let method = candidates.iter().find(|method| operation.methods.iter().all(|known| known != *method))?;
    let draft = Draft { method: (*method).to_owned(), content: None, ..draft.clone() };
    Some(Negative { label: "undeclared method", place: String::new(), draft, statuses: &[405] })
}

fn other_media_type<'d>(media: &[Media<'d>], draft: &Draft<'d>) -> Option<Negative<'d>> {
    if media.iter().any(|media| media.range.starts_with("*/*") || media.range.starts_with("application/*")) {
        return None;
    }
    let mut draft = draft.clone();
    draft.content.as_mut()?.content_type = "application/x-never-declared".to_owned();
    Some(Negative { label: "undeclared media type", place: String::new(), draft, statuses: &[415] })
}

fn malformed<'d>(draft: &Draft<'d>, media: &Media<'d>) -> Option<Negative<'d>> {
    let mut draft = draft.clone();
    let content = draft.content.as_mut()?;
    media.schema.as_ref()?;
    if content.kind == Kind::Xml {
        // The end of an element that has no beginning (XML 1.0, section 3.1).
        content.octets.extend_from_slice(b"</any>");
        return Some(Negative { label: "malformed XML", place: String::new(), draft, statuses: INVALID });
    }
    if content.kind != Kind::Json {
        return None;
    }
    content.octets.extend_from_slice(b"}");
    // That it is no JSON is checked by another parser than the library's.
    serde_json::from_slice::<Value>(&content.octets).is_err().then_some(())?;
    Some(Negative { label: "malformed JSON", place: String::new(), draft, statuses: INVALID })
}

fn parameters<'d>(instances: &mut Instances<'d>, draft: &Draft<'d>) -> Vec<Negative<'d>> {
    let mut list: Vec<Negative<'d>> = Vec::new();
    for (index, (parameter, value)) in draft.parameters.iter().enumerate() {
        let place = format!("{} {}", parameter.location, parameter.name);
        if parameter.required && parameter.location != "path" {
            let mut draft = draft.clone();
            draft.parameters.remove(index);
            list.push(Negative { label: "no parameter", place: place.clone(), draft, statuses: INVALID });
        }
        let Some(schema) = parameter.schema.clone() else { continue };
        let list_of_one = value.is_array();
        if value.is_object() || parameter.media_type.is_some() {
            continue;
        }
        let asked = Keywords::of(instances.description, std::slice::from_ref(&schema), None);
        let asked = asked.ok().and_then(|keywords| {
            let items = keywords.all("items");
            if list_of_one { Keywords::of(instances.description, &items, None).ok() } else { Some(keywords) }
        });
        for (label, text) in texts(asked.as_ref()) {
            let judged = |reading: &Value, instances: &mut Instances<'d>| {
                let list = Value::Array(vec![reading.clone()]);
                let as_list = instances.validity.judge(&schema, &list) == Some(false);
                as_list && instances.validity.judge(&schema, reading) == Some(false)
            };
            let taken = list.iter().any(|other| other.label == label && other.place == place);
            if taken || !readings(&text).iter().all(|reading| judged(reading, instances)) {
                continue;
            }
            let wrong = if list_of_one { json!([text]) } else { Value::from(text) };
            let mut draft = draft.clone();
            draft.parameters.splice(index..=index, [(parameter.clone(), wrong)]);
            list.push(Negative { label, place: place.clone(), draft, statuses: INVALID });
        }
        if list.len() >= MUTATIONS_MAX {
            break;
        }
    }
    list
}

/// Texts that may be wrong.
fn texts(asked: Option<&Keywords<'_>>) -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    if let Some(asked) = asked {
        list.extend(asked.least("maximum").map(|most| ("above the maximum", format!("{:.0}", most + 1.0))));
        list.extend(
            asked.greatest("minimum").map(|least| ("below the minimum", format!("{:.0}", least - 1.0))),
        );
        let long = asked.at_most("maxLength").filter(|most| *most < LONG_MAX);
        list.extend(long.map(|most| ("too long", "z".repeat(most.saturating_add(1)))));
        let short = asked.at_least("minLength");
        list.extend((2..LONG_MAX).contains(&short).then(|| ("too short", "z".to_owned())));
    }
    list.push(("wrong type or not listed", "zz-wrong".to_owned()));
    list
}

/// What a text may be read as.
fn readings(text: &str) -> Vec<Value> {
    let json =
        serde_json::from_str::<Value>(text).ok().filter(|value| !value.is_array() && !value.is_object());
    json.into_iter().chain([Value::from(text)]).collect()
}

/// Changed values of the content.
fn values<'d>(instances: &mut Instances<'d>, draft: &Draft<'d>, media: &Media<'d>) -> Vec<Negative<'d>> {
    let mut list: Vec<Negative<'d>> = Vec::new();
    let (Some(content), Some(schema)) = (&draft.content, media.schema.clone()) else { return list };
    let Some(value) = &content.value else { return list };
    let mut candidates = removals(instances, &schema, value);
    if content.kind == Kind::Json {
        candidates.extend(changes(instances, &schema, value));
    }
    if !matches!(content.kind, Kind::Json | Kind::Form | Kind::Multipart | Kind::Xml) {
        return list;
    }
    let mut labels = BTreeSet::new();
    for (label, place, changed) in candidates {
        if list.len() >= MUTATIONS_MAX || labels.contains(label) {
            continue;
        }
        if instances.validity.judge(&schema, &changed) != Some(false) {
            continue;
        }
        let Ok(content) = super::bodies::write(instances.description, media, &changed) else { continue };
        labels.insert(label);
        let draft = Draft { content: Some(content), ..draft.clone() };
        list.push(Negative { label, place, draft, statuses: INVALID });
    }
    list
}

type Candidate = (&'static str, String, Value);

/// Without each required member in turn.
fn removals<'d>(
    instances: &Instances<'d>,
    schema: &super::description::Node<'d>,
    value: &Value,
) -> Vec<Candidate> {
    let keywords = Keywords::of(instances.description, std::slice::from_ref(schema), None);
    let required = keywords.map(|keywords| keywords.required()).unwrap_or_default();
    let without = |name: &str| {
        let mut changed = value.clone();
        changed.as_object_mut()?.remove(name)?;
        Some(("no member", format!("/{name}"), changed))
    };
    required.into_iter().filter_map(without).collect()
}

/// The root and each member changed in ways that are often wrong.
fn changes<'d>(
    instances: &Instances<'d>,
    schema: &super::description::Node<'d>,
    value: &Value,
) -> Vec<Candidate> {
    let mut list: Vec<Candidate> = vec![("wrong type", String::new(), other_type(value))];
    if let Some(members) = value.as_object() {
        let mut more = members.clone();
        more.insert("zz-undeclared".to_owned(), json!(1));
        list.push(("undeclared member", "/zz-undeclared".to_owned(), Value::Object(more)));
    }
    let keywords = Keywords::of(instances.description, std::slice::from_ref(schema), None);
    let properties = keywords.map(|keywords| keywords.properties()).unwrap_or_default();
    for (name, member) in value.as_object().into_iter().flatten() {
        let schemas =
            properties.iter().find(|(known, _)| known == name).map(|(_, schemas)| schemas.as_slice());
        let asked = Keywords::of(instances.description, schemas.unwrap_or_default(), None).ok();
        for (label, changed) in wrong(asked.as_ref(), member) {
            let mut whole = value.clone();
            if let Some(slot) = whole.get_mut(name) {
                *slot = changed;
            }
            list.push((label, format!("/{name}"), whole));
        }
    }
    list
}

fn other_type(value: &Value) -> Value {
    match value {
        Value::Object(_) => json!(["zz-wrong"]),
        Value::String(_) => json!({ "zz-wrong": 1 }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => json!("zz-wrong"),
    }
}

fn wrong(asked: Option<&Keywords<'_>>, value: &Value) -> Vec<(&'static str, Value)> {
    let mut list = vec![("member of a wrong type", other_type(value))];
    let Some(asked) = asked else { return list };
    match value {
        Value::Number(_) => {
            list.extend(asked.least("maximum").map(|most| ("above the maximum", json!(most + 1.0))));
            list.extend(asked.greatest("minimum").map(|least| ("below the minimum", json!(least - 1.0))));
            list.push(("not a multiple, or not whole", json!(0.123_456_7)));
        }
        Value::String(_) => {
            list.push(("not listed or not matching", json!("~zz wrong~")));
            let long = asked.at_most("maxLength").filter(|most| *most < LONG_MAX);
            list.extend(long.map(|most| ("too long", Value::from("z".repeat(most.saturating_add(1))))));
            list.push(("too short", json!("")));
        }
        Value::Array(items) => {
            list.push(("too few items", json!([])));
            let most = asked.at_most("maxItems").filter(|most| *most < 1000);
            if let (Some(most), Some(item)) = (most, items.first()) {
                list.push(("too many items", Value::from(vec![item.clone(); most.saturating_add(1)])));
            }
            list.extend(items.first().map(|item| ("items that are the same", json!([item, item]))));
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => {}
    }
    list
}

#[cfg(test)]
mod tests {
    use super::super::credentials::Credentials;
    use super::super::description::Description;
    use super::super::operations::operations;
    use super::super::random::Random;
    use super::super::validity::Validity;
    use super::super::values::Written;
    use super::*;

    #[test]
    fn changed_values_are_invalid_and_of_many_kinds() {
        let schema = json!({
            "type": "object", "required": ["name", "age"], "additionalProperties": false,
            "properties": {
                "name": {"type": "string", "minLength": 2, "maxLength": 5},
                "age": {"type": "integer", "minimum": 0, "maximum": 9},
                "tags": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true, "items": {"enum": ["a", "b"]}},
                "any": {},
            },
        });
        let description = Description::of(json!({"openapi": "3.1.0", "paths": {"/": {"post": {
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}}}}}));
        let operations = operations(&description);
        let media = operations.first().and_then(|operation| operation.body.as_ref()?.media.first());
        let media = media.expect("a media type");
        let schema = media.schema.as_ref().expect("a schema");
        let plain = jsonschema::validator_for(schema.value).expect("a schema");
        let mut found = BTreeSet::new();
        for seed in 0..20 {
            let random = Random::new(seed, "");
            let validity = Validity::new(&description);
            let mut instances = Instances { description: &description, validity, random };
            let value = instances.valid(schema, Written::Json, true).expect("a value");
            assert!(plain.is_valid(&value), "{value}");
            let content = super::super::bodies::write(&description, media, &value).ok();
            let sent = Credentials::default().applied;
            let known = sent.clone();
            let (method, path) = ("POST".to_owned(), "/".to_owned());
            let draft = Draft { method, path, servers: None, parameters: Vec::new(), content, sent, known };
            for negative in values(&mut instances, &draft, media) {
                let octets = negative.draft.content.map(|content| content.octets).unwrap_or_default();
                let value: Value = serde_json::from_slice(&octets).expect("JSON");
                assert!(!plain.is_valid(&value), "{}: {value}", negative.label);
                found.insert(negative.label);
            }
        }
        assert!(found.len() >= 7, "{found:?}");
    }
}
