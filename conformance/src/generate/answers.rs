//! What an operation says of its answers: which statuses it declares, and what JSON content under each looks like.
//!
//! Takes: an operation. Gives: a judgement of a status, and of the content that came with it, by the independent path. Other content than
//! JSON, and schemas that cannot be compiled there, are not judged. Never panics.

use jsonschema::Validator;
use serde_json::Value;

use super::description::{Description, Node};
use super::operations::Operation;
use super::validity::Validity;

/// How a status is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// By its own code.
    Exactly,
    /// By its class, such as `2XX`.
    ByClass,
    /// By `default`.
    ByDefault,
    /// Not at all.
    Not,
}

/// The answers that an operation declares.
#[derive(Debug, Default)]
pub struct Answers {
    list: Vec<Answer>,
}

#[derive(Debug)]
struct Answer {
    /// `200`, `2XX` or `default`.
    key: String,
    /// Field names that must be there, in lower case.
    headers: Vec<String>,
    /// Media ranges with the schema of their content, where there is one that can be compiled.
    media: Vec<(String, Option<Validator>)>,
}

impl Answers {
    /// Those of `operation`.
    pub(super) fn of<'d>(
        description: &'d Description,
        validity: &Validity<'d>,
        operation: &Operation<'d>,
    ) -> Self {
        let responses = operation.node.child("responses").map(|node| node.members()).unwrap_or_default();
        let answer = |(key, node): (&str, Node<'d>)| {
            let node = description.follow(&node).ok()?;
            let (headers, media) = (headers(description, &node), media(description, validity, &node));
            Some(Answer { key: key.to_ascii_uppercase(), headers, media })
        };
        Self { list: responses.into_iter().filter_map(answer).collect() }
    }

    /// How `status` is declared.
    #[must_use]
    pub fn declared(&self, status: u16) -> Declared {
        self.find(status).map_or(Declared::Not, |(declared, _)| declared)
    }

    fn find(&self, status: u16) -> Option<(Declared, &Answer)> {
        let keyed = |key: &str| self.list.iter().find(|answer| answer.key == key);
        let (own, class) = (status.to_string(), format!("{}XX", status / 100));
        let found = |declared, key: &str| keyed(key).map(|answer| (declared, answer));
        found(Declared::Exactly, &own)
            .or_else(|| found(Declared::ByClass, &class))
            .or_else(|| found(Declared::ByDefault, "DEFAULT"))
    }

    /// What is wrong with an answer of this status, if anything; `field` gives the value of a field by its name in lower case.
    #[must_use]
    pub fn fault<'f>(
        &self,
        status: u16,
        field: impl Fn(&str) -> Option<&'f str>,
        content: &[u8],
    ) -> Option<String> {
        let (_, answer) = self.find(status)?;
        if let Some(missing) = answer.headers.iter().find(|name| field(name).is_none()) {
            return Some(format!("the field {missing} is missing"));
        }
        if answer.media.is_empty() || content.is_empty() {
            return None;
        }
        let told = field("content-type").unwrap_or_default();
        let media_type = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let of_type = answer.media.iter().find(|(range, _)| covers(range, &media_type));
        let Some((_, validator)) = of_type else {
            return Some(format!("content of type `{media_type}` is not declared"));
        };
        let validator = validator.as_ref()?;
        if !(media_type.ends_with("/json") || media_type.ends_with("+json")) {
            return None;
        }
        let Ok(instance) = serde_json::from_slice::<Value>(content) else {
            return Some("the content is no JSON".to_owned());
        };
        let error = validator.iter_errors(&instance).next()?;
        let said: String = error.to_string().chars().take(200).collect();
        Some(format!("content at `{}` is not as described: {said}", error.instance_path()))
    }
}

/// Names of fields that must be there. `Content-Type` is described by the content.
fn headers<'d>(description: &'d Description, node: &Node<'d>) -> Vec<String> {
    let members = node.child("headers").map(|node| node.members()).unwrap_or_default();
    let needed = |(name, header): (&str, Node<'d>)| {
        let header = description.follow(&header).ok()?;
        (header.truth("required") && !name.eq_ignore_ascii_case("content-type"))
            .then(|| name.to_ascii_lowercase())
    };
    members.into_iter().filter_map(needed).collect()
}

fn media<'d>(
    description: &'d Description,
    validity: &Validity<'d>,
    node: &Node<'d>,
) -> Vec<(String, Option<Validator>)> {
    let members = node.child("content").map(|node| node.members()).unwrap_or_default();
    let compiled = |(range, node): (&str, Node<'d>)| {
        let schema = description.follow(&node).ok().and_then(|node| node.child("schema"));
        let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        (range, schema.and_then(|schema| validity.compile(&description.uri(&schema))))
    };
    members.into_iter().map(compiled).collect()
}

/// Whether a media range covers a media type.
fn covers(range: &str, media_type: &str) -> bool {
    range == "*/*"
        || range == media_type
        || range
            .strip_suffix("/*")
            .is_some_and(|kind| media_type.split('/').next().is_some_and(|own| own == kind))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::operations::operations;
    use super::*;

    #[test]
    fn answers_are_judged_by_status_fields_and_content() {
        let description = Description::of(json!({"openapi": "3.1.0", "paths": {"/": {"get": {"responses": {
            "200": {"headers": {"ETag": {"required": true}}, "content": {"application/json": {"schema": {"type": "integer"}}}},
            "4XX": {"content": {"text/*": {}}},
            "204": {"description": "Nothing"},
        }}}}}));
        let operations = operations(&description);
        let validity = Validity::new(&description);
        let answers = Answers::of(&description, &validity, operations.first().expect("an operation"));
        for (status, declared) in [
            (200, Declared::Exactly),
            (204, Declared::Exactly),
            (404, Declared::ByClass),
            (500, Declared::Not),
        ] {
            assert_eq!(answers.declared(status), declared, "{status}");
        }
        let fault = |status, kind: Option<&'static str>, content: &[u8]| {
            let field = |name: &str| match name {
                "content-type" => kind,
                _ => Some("\"1\""),
            };
            answers.fault(status, field, content)
        };
        assert_eq!(fault(200, Some("application/json; charset=utf-8"), b"1"), None);
        assert_eq!(fault(204, None, b""), None);
        assert_eq!(fault(404, Some("text/plain"), b"none"), None);
        for (status, kind, content, told) in [
            (200, "application/json", &b"\"a\""[..], "not as described"),
            (200, "application/json", b"{", "no JSON"),
            (200, "text/html", b"1", "`text/html` is not declared"),
        ] {
            let said = fault(status, Some(kind), content).expect(told);
            assert!(said.contains(told), "{said}");
        }
        let missing = answers.fault(200, |_| None, b"").expect("a finding");
        assert_eq!(missing, "the field etag is missing");
    }
}
