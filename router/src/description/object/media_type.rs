//! Media Type Object: its grammar, its rules (`ENC-002`, `ENC-003`, `ENC-016`, `BOD-017`) and its view.

use super::check::{Check, beside};
use super::encoding::{self, Encoding};
use super::example::{self, Example};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::schema_rules;
use super::value::Value;
use crate::description::token::is_token;
use crate::description::{Code, Location, NodeRef, Severity};

/// The map that several Objects call `content`.
pub(super) const MAP: Shape = Shape::Map(&Shape::OrReference(ObjectType::MediaType), Names::Any);

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Media Type Object",
    "BOD-007",
    &[
        // The text of 3.2 has no such field, but the specification's own test documents do.
        Field::string("description").since(Edition::V3_2),
        Field::new("schema", Shape::Object(ObjectType::Schema)),
        Field::new("itemSchema", Shape::Object(ObjectType::Schema)).since(Edition::V3_2),
        Field::new("example", Shape::Any),
        Field::new("examples", example::MAP),
        Field::new("encoding", encoding::MAP),
        Field::new("prefixEncoding", encoding::LIST).since(Edition::V3_2),
        Field::new("itemEncoding", Shape::Object(ObjectType::Encoding)).since(Edition::V3_2),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    cx.exclusive("PAR-014", at, ["example", "examples"], "Media Type Object");
    encoding::check_exclusions(cx, at, "Media Type Object");
}

/// Whose `content` it is: `encoding` counts in requests only up to 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Request,
    Response,
    Other,
}

/// The rules that need the media type, which is the key of the holder's map.
pub(super) fn check_map(cx: &mut Check<'_>, holder: Location, kind: Holder) {
    let Some(content) = cx.node(holder).get("content") else { return };
    for (key, child) in content.members() {
        let at = beside(holder, content);
        if !is_media_range(key) {
            cx.report(
                Finding::warning("BOD-004", at)
                    .named(key)
                    .what(format!("`{key}` is no media type"))
                    .why("keys are media types or media type ranges (RFC 9110 §12.5.1); this one matches nothing")
                    .mend("write, for example, `application/json`"),
            );
        }
        let target = cx.followed(beside(holder, child));
        let edition = cx.edition(holder.document);
        let media_type = Keyed { at: target, key, kind, edition };
        if cx.node(target).get("encoding").is_some() {
            check_by_name(cx, &media_type);
        }
        check_by_position(cx, &media_type);
    }
}

/// A Media Type Object with what its place says of it.
struct Keyed<'k> {
    at: Location,
    key: &'k str,
    kind: Holder,
    edition: Edition,
}

/// `ENC-002` and `ENC-003`.
fn check_by_name(cx: &mut Check<'_>, media_type: &Keyed<'_>) {
    let at = media_type.at;
    let essence = essence(media_type.key);
    let multipart = essence.starts_with("multipart/");
    let applies = multipart || essence == "application/x-www-form-urlencoded" || essence.contains('*');
    let elsewhere = media_type.kind != Holder::Request && media_type.edition < Edition::V3_2;
    if !applies || (elsewhere && !multipart) {
        cx.report(
            Finding::lint("ENC-002", at)
                .named("encoding")
                .what(format!("`encoding` is ignored for `{}` here", media_type.key))
                .why("it applies to multipart and form-urlencoded only, up to 3.1 in requests only (§Media Type Object)")
                .mend("remove `encoding`"),
        );
        return;
    }
    let node = cx.node(at);
    let (Some(encoding), Some(schema)) = (node.get("encoding"), node.get("schema")) else { return };
    let Some(known) = schema_rules::property_names(cx, beside(at, schema)) else { return };
    let severity = if media_type.edition == Edition::V3_2 { Severity::Lint } else { cx.text_only(at) };
    for (name, _) in encoding.members() {
        if !name.starts_with("x-") && !known.contains(&name) {
            cx.report(
                Finding::new(Code::new("ENC-003"), severity, beside(at, encoding))
                    .named(name)
                    .what(format!("`{name}` is no property of the schema"))
                    .why("a key of `encoding` exists in the schema as a property (§Media Type Object)")
                    .mend("add the property, or remove the key")
                    .related("the schema", beside(at, schema)),
            );
        }
    }
}

/// `ENC-016`.
fn check_by_position(cx: &mut Check<'_>, media_type: &Keyed<'_>) {
    let at = media_type.at;
    let node = cx.node(at);
    let field = ["prefixEncoding", "itemEncoding"].into_iter().find(|field| node.get(field).is_some());
    let Some(field) = field else { return };
    if !essence(media_type.key).starts_with("multipart/") && !media_type.key.contains('*') {
        cx.report(
            Finding::lint("ENC-016", at)
                .named(field)
                .what(format!("`{field}` is ignored for `{}`", media_type.key))
                .why("encoding by position applies to multipart only (§Media Type Object)")
                .mend(format!("remove `{field}`")),
        );
        return;
    }
    let array = node.get("schema").is_some_and(|schema| schema_rules::may_be_array(cx, beside(at, schema)));
    if node.get("itemSchema").is_none() && !array {
        cx.report(
            Finding::error("ENC-016", at)
                .named(field)
                .what(format!("`{field}` needs an `itemSchema` or a `schema` of type array"))
                .why("positions are those of an array (§Encoding By Position)")
                .mend("describe the parts as an array"),
        );
    }
}

/// Type and subtype in lower case, without parameters.
fn essence(key: &str) -> String {
    key.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_media_range(key: &str) -> bool {
    let essence = key.split(';').next().unwrap_or_default().trim();
    essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

/// The media types of `content`, references followed (`BOD-017`).
pub(super) fn list<'d>(holder: Value<'d>) -> Vec<(&'d str, MediaType<'d>)> {
    let content = holder.map("content").filter(|(key, _)| !key.starts_with("x-"));
    content.map(|(key, value)| (key, MediaType { value: value.followed() })).collect()
}

/// The description of content of one media type (OpenAPI §Media Type Object).
#[derive(Clone, Copy, Debug)]
pub struct MediaType<'d> {
    value: Value<'d>,
}

impl<'d> MediaType<'d> {
    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The schema of the complete content.
    #[must_use]
    pub fn schema(self) -> Option<Location> {
        self.value.get("schema").map(|schema| schema.at)
    }

    /// The schema of each item of a sequential media type, new in 3.2.
    #[must_use]
    pub fn item_schema(self) -> Option<Location> {
        self.value.get("itemSchema").map(|schema| schema.at)
    }

    /// The Encoding Objects by property name.
    #[must_use]
    pub fn encoding(self) -> Vec<(&'d str, Encoding<'d>)> {
        self.value.map("encoding").map(|(name, value)| (name, Encoding::new(value))).collect()
    }

    /// The Encoding Objects by position, new in 3.2.
    #[must_use]
    pub fn prefix_encoding(self) -> Vec<Encoding<'d>> {
        self.value.list("prefixEncoding").map(Encoding::new).collect()
    }

    /// The Encoding Object of the further items, new in 3.2.
    #[must_use]
    pub fn item_encoding(self) -> Option<Encoding<'d>> {
        self.value.get("itemEncoding").map(Encoding::new)
    }

    /// The single example.
    #[must_use]
    pub fn example(self) -> Option<NodeRef<'d>> {
        self.value.node().get("example")
    }

    /// The named examples, references followed.
    #[must_use]
    pub fn examples(self) -> Vec<(&'d str, Example<'d>)> {
        example::list(self.value)
    }
}
