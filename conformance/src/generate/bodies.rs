//! Content as it is written, by media type.
//!
//! Takes: a Media Type Object and a value. Gives: octets with their Content-Type. What is not written here is told with the media type's
//! name. Never panics.

use serde_json::Value;

use super::Reason;
use super::description::{Description, Node};
use super::operations::Media;
use super::parameters::{encoded, form_member, scalar};
use super::values::Written;
use super::xml;

/// What stands between parts.
const BOUNDARY: &str = "generated-boundary";

/// The ways to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `application/json` and its like.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart,
    /// `application/xml` and its like.
    Xml,
    /// `text/*`.
    Text,
    /// What is not looked into.
    Octets,
}

impl Kind {
    /// What a value may hold.
    pub const fn written(self) -> Written {
        match self {
            Self::Json => Written::Json,
            Self::Xml => Written::Xml,
            Self::Form | Self::Multipart => Written::Form,
            Self::Text | Self::Octets => Written::Parameter,
        }
    }
}

/// Content that is ready to be sent.
#[derive(Debug, Clone)]
pub struct Content {
    /// The way it is written.
    pub kind: Kind,
    /// The field value.
    pub content_type: String,
    /// The octets.
    pub octets: Vec<u8>,
    /// The value that it was written from.
    pub value: Option<Value>,
}

/// The way to write a media range, and the media type to write.
///
/// # Errors
/// That it is not written here.
pub fn kind(range: &str) -> Result<(Kind, String), Reason> {
    let plain = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, written) = match plain.as_str() {
        "*/*" | "application/*" => (Kind::Json, "application/json"),
        "text/*" => (Kind::Text, "text/plain"),
        "application/json" | "text/json" => (Kind::Json, range),
        "application/x-www-form-urlencoded" => (Kind::Form, range),
        "multipart/form-data" => (Kind::Multipart, range),
        "application/json-seq" | "application/jsonl" | "application/x-ndjson" => {
            return Err(format!("content of media type {plain}"));
        }
        json if json.ends_with("+json") => (Kind::Json, range),
        xml if xml.ends_with("/xml") || xml.ends_with("+xml") => (Kind::Xml, range),
        text if text.starts_with("text/") => (Kind::Text, range),
        many if many.starts_with("multipart/") => return Err(format!("content of media type {plain}")),
        "image/*" => (Kind::Octets, "image/png"),
        "audio/*" => (Kind::Octets, "audio/ogg"),
        "video/*" => (Kind::Octets, "video/mp4"),
        any if any.contains('*') => return Err(format!("content of media range {plain}")),
        _ => (Kind::Octets, range),
    };
    Ok((kind, written.to_owned()))
}

/// Writes `value` under `media`.
///
/// # Errors
/// Why it cannot be written.
pub fn write(description: &Description, media: &Media<'_>, value: &Value) -> Result<Content, Reason> {
    let (kind, content_type) = kind(media.range)?;
    let content = |content_type: String, octets: Vec<u8>| Content {
        kind,
        content_type,
        octets,
        value: Some(value.clone()),
    };
    match kind {
        Kind::Json => Ok(content(content_type, value.to_string().into_bytes())),
        Kind::Form => Ok(content(content_type, form(media, value)?.into_bytes())),
        Kind::Multipart => {
            let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
            Ok(content(content_type, multipart(description, media, value)?.into_bytes()))
        }
        Kind::Xml => {
            let schema = media.schema.as_ref().ok_or_else(|| "XML without a schema".to_owned())?;
            Ok(content(content_type, xml::write(description, schema, value)?.into_bytes()))
        }
        Kind::Text | Kind::Octets => {
            let text = scalar(value).filter(|_| value.is_string());
            let text =
                text.ok_or_else(|| format!("content of media type {} that is no string", media.range))?;
            Ok(content(content_type, text.into_bytes()))
        }
    }
}

fn encoding<'d>(media: &Media<'d>, name: &str) -> Option<Node<'d>> {
    media.node.child("encoding")?.child(name)
}

fn form(media: &Media<'_>, value: &Value) -> Result<String, Reason> {
    let members = value.as_object().ok_or_else(|| "form that is no object".to_owned())?;
    let texts: Result<Vec<String>, Reason> =
        members.iter().map(|(name, member)| pair(encoding(media, name).as_ref(), name, member)).collect();
    Ok(texts?.join("&"))
}

fn pair(encoding: Option<&Node<'_>>, name: &str, value: &Value) -> Result<String, Reason> {
    let styled = ["style", "explode", "allowReserved"];
    if let Some(encoding) = encoding.filter(|node| styled.iter().any(|key| node.value.get(key).is_some())) {
        let style = encoding.text("style").unwrap_or("form");
        let explode = encoding.value.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
        // RFC 6570 says nothing of `deepObject`; 3.0's default for it is not to explode, which has no form.
        return form_member(name, value, style, explode || style == "deepObject");
    }
    let json = encoding.and_then(|node| node.text("contentType")).is_some_and(|kind| kind.contains("json"));
    let one = |value: &Value| match scalar(value) {
        Some(text) if !json => format!("{}={}", encoded(name), encoded(&text)),
        _ => format!("{}={}", encoded(name), encoded(&value.to_string())),
    };
    // The Encoding Object of an array applies to each of its items.
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    Ok(items.iter().map(one).collect::<Vec<_>>().join("&"))
}

fn multipart(description: &Description, media: &Media<'_>, value: &Value) -> Result<String, Reason> {
    let members = value.as_object().ok_or_else(|| "multipart content that is no object".to_owned())?;
    let mut text = String::new();
    for (name, member) in members {
        if name.contains(['"', '\r', '\n', '\\']) {
            return Err("part whose name needs quoting".to_owned());
        }
        let encoding = encoding(media, name);
        if encoding.as_ref().is_some_and(|node| node.value.get("headers").is_some()) {
            return Err("part with described headers".to_owned());
        }
        let schema = property(description, media, name);
        let list = member.as_array();
        let schema = if list.is_some() { schema.and_then(|node| node.child("items")) } else { schema };
        let file = schema.as_ref().is_some_and(|schema| is_file(description, schema));
        let items = list.map_or(std::slice::from_ref(member), Vec::as_slice);
        for item in items {
            text.push_str(&part(name, encoding.as_ref(), file, item));
        }
    }
    if text.is_empty() {
        return Err("multipart content without a part".to_owned());
    }
    text.push_str(&format!("--{BOUNDARY}--\r\n"));
    Ok(text)
}

fn part(name: &str, encoding: Option<&Node<'_>>, file: bool, value: &Value) -> String {
    let told = encoding.and_then(|node| node.text("contentType")).and_then(|kinds| kinds.split(',').next());
    let told = told.map(str::trim).filter(|kind| !kind.contains('*'));
    // Octets that a browser would send go as a file, as a browser would send them.
    let octets = ["image/", "audio/", "video/", "application/octet-stream"];
    let told_octets = told.is_some_and(|kind| octets.iter().any(|octets| kind.starts_with(octets)));
    let file = (file || told_octets) && value.is_string();
    let implied = match (file, value.is_object() || value.is_array()) {
        (true, _) => "application/octet-stream",
        (false, true) => "application/json",
        (false, false) => "text/plain",
    };
    let kind = told.unwrap_or(implied);
    let name_of_file = if file { "; filename=\"generated.bin\"" } else { "" };
    let content = match scalar(value) {
        Some(content) if !kind.contains("json") => content,
        _ => value.to_string(),
    };
    format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{name_of_file}\r\n\
         Content-Type: {kind}\r\n\r\n{content}\r\n"
    )
}

/// The schema that the first place gives the member `name`.
fn property<'d>(description: &'d Description, media: &Media<'d>, name: &str) -> Option<Node<'d>> {
    let schema = description.follow(media.schema.as_ref()?).ok()?;
    let own = schema.child("properties").and_then(|list| list.child(name));
    let parts = || schema.child("allOf").map(|all| all.items()).unwrap_or_default();
    let inherited =
        || parts().iter().find_map(|part| description.follow(part).ok()?.child("properties")?.child(name));
    description.follow(&own.or_else(inherited)?).ok()
}

/// Whether octets are meant.
fn is_file(description: &Description, schema: &Node<'_>) -> bool {
    let Ok(schema) = description.follow(schema) else { return false };
    let has = |keyword: &str| schema.value.get(keyword).is_some();
    schema.text("format") == Some("binary") || (has("contentMediaType") && !has("contentEncoding"))
}
