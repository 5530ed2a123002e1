//! Values as XML, by the XML Objects of their schemas (OAS §XML Object).
//!
//! Takes: a schema and a value. Gives: a document. What the specification leaves open, such as whether an element is called after the property or after
//! the component that its schema leads to, is written only where both come to the same; the rest is told. Never panics.

use serde_json::Value;

use super::Reason;
use super::description::{Description, Node};
use super::keywords::Keywords;
use super::parameters::scalar;

/// Elements within elements.
const DEPTH_MAX: usize = 24;

/// What an XML Object says of one place.
#[derive(Debug, Default)]
struct Said<'d> {
    name: Option<&'d str>,
    namespace: Option<&'d str>,
    prefix: Option<&'d str>,
    /// `nodeType` of 3.2, or what `attribute` and `wrapped` come to.
    node: Option<&'d str>,
    wrapped: bool,
}

impl<'d> Said<'d> {
    /// By the `xml` beside these keywords.
    fn of(node: &Node<'d>) -> Result<Self, Reason> {
        let Some(xml) = node.child("xml") else { return Ok(Self::default()) };
        let told = xml.text("nodeType");
        let node = if xml.truth("attribute") { Some("attribute") } else { told };
        if node.is_some_and(|kind| !["element", "attribute", "text", "none"].contains(&kind)) {
            return Err("XML node of another kind than element, attribute or text".to_owned());
        }
        Ok(Self {
            name: xml.text("name"),
            namespace: xml.text("namespace"),
            prefix: xml.text("prefix"),
            node,
            wrapped: xml.truth("wrapped") || told == Some("element"),
        })
    }

    /// By the first `xml` of the schema or where it leads.
    fn leading(keywords: &Keywords<'d>, own: &Node<'d>) -> Result<Self, Reason> {
        Self::of(keywords.parts.iter().find(|part| part.value.get("xml").is_some()).unwrap_or(own))
    }

    /// By what a reference or `allOf` leads to: a name there may or may not be taken, so nothing else may be said.
    fn behind(keywords: &Keywords<'d>, own: &Node<'d>) -> Result<Self, Reason> {
        let others = keywords.parts.iter().filter(|part| part.pointer != own.pointer);
        let mut said = Self::default();
        for part in others {
            let part = Self::of(part)?;
            said.name = said.name.or(part.name);
            said.wrapped |= part.wrapped;
            if part.node.is_some() || part.namespace.is_some() || part.prefix.is_some() {
                return Err("XML whose nodes are described behind a reference".to_owned());
            }
        }
        Ok(said)
    }
}

/// A document that holds `value`.
///
/// # Errors
/// Why it cannot be written, or not without a choice that the specification leaves open.
pub fn write<'d>(description: &'d Description, schema: &Node<'d>, value: &Value) -> Result<String, Reason> {
    if !value.is_object() && !value.is_array() {
        return Err("XML whose root is no object and no array".to_owned());
    }
    let keywords = Keywords::common(description, std::slice::from_ref(schema))?;
    let said = Said::leading(&keywords, schema)?;
    let component = schema.text("$ref").and_then(|reference| reference.rsplit('/').next());
    let name = said.name.or(component).unwrap_or("root");
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let mut writer = Writer { description, text: &mut text };
    match value.as_array() {
        Some(items) => {
            let name = opened(name, &said)?;
            writer.text.push_str(&format!("<{name}>"));
            writer.items(&keywords, None, items, 0)?;
            writer.text.push_str(&format!("</{}>", bare(&name)));
        }
        None => writer.element(&opened(name, &said)?, std::slice::from_ref(schema), value, 0)?,
    }
    Ok(text)
}

/// Writes elements, one inside the other.
struct Writer<'d, 't> {
    description: &'d Description,
    text: &'t mut String,
}

impl<'d> Writer<'d, '_> {
    /// One element; `opened` is what stands behind its `<`.
    fn element(
        &mut self,
        opened: &str,
        schemas: &[Node<'d>],
        value: &Value,
        depth: usize,
    ) -> Result<(), Reason> {
        if depth > DEPTH_MAX {
            return Err("XML of very many levels".to_owned());
        }
        let Some(members) = value.as_object() else {
            let text = scalar(value).ok_or_else(|| "array in an array, or null, in XML".to_owned())?;
            self.text.push_str(&format!("<{opened}>{}</{}>", escaped(&text)?, bare(opened)));
            return Ok(());
        };
        let keywords = Keywords::common(self.description, schemas)?;
        let declared = keywords.properties();
        let (mut attributes, mut inside, mut elements) = (String::new(), None, Vec::new());
        for (name, member) in members {
            let Some((_, schemas)) = declared.iter().find(|(known, _)| known == name) else {
                // Undeclared text is a string.
                let undeclared = opened_name(name).filter(|_| member.is_string());
                elements.push((
                    undeclared.ok_or_else(|| "undeclared member in XML that is no string".to_owned())?,
                    None,
                    member,
                ));
                continue;
            };
            let [own] = &**schemas else {
                return Err("XML of a member that several schemas describe".to_owned());
            };
            let said = Said::of(own)?;
            let name = said.name.unwrap_or(name);
            match said.node {
                Some("attribute") => {
                    let text = scalar(member).ok_or_else(|| "attribute that is no scalar".to_owned())?;
                    let name =
                        opened_name(name).filter(|_| said.prefix.is_none() && said.namespace.is_none());
                    let name = name.ok_or_else(|| "attribute of a namespace".to_owned())?;
                    attributes.push_str(&format!(" {name}=\"{}\"", escaped(&text)?));
                }
                Some("text") => {
                    inside = Some(scalar(member).ok_or_else(|| "text that is no scalar".to_owned())?)
                }
                _ => elements.push((opened_for(name, &said)?, Some(own), member)),
            }
        }
        if inside.is_some() && !elements.is_empty() {
            return Err("XML of text beside elements".to_owned());
        }
        self.text.push_str(&format!("<{opened}{attributes}>{}", escaped(&inside.unwrap_or_default())?));
        for (opened, own, member) in elements {
            self.member(&opened, own, member, depth.saturating_add(1))?;
        }
        self.text.push_str(&format!("</{}>", bare(opened)));
        Ok(())
    }

    /// A member: one element, or one for each item of an array.
    fn member(
        &mut self,
        opened: &str,
        own: Option<&Node<'d>>,
        value: &Value,
        depth: usize,
    ) -> Result<(), Reason> {
        let Some(own) = own else { return self.element(opened, &[], value, depth) };
        let keywords = Keywords::common(self.description, std::slice::from_ref(own))?;
        let behind = Said::behind(&keywords, own)?;
        let Some(items) = value.as_array() else {
            return self.element(opened, std::slice::from_ref(own), value, depth);
        };
        if behind.wrapped {
            return Err("XML whose nodes are described behind a reference".to_owned());
        }
        let said = Said::of(own)?;
        if said.wrapped {
            self.text.push_str(&format!("<{opened}>"));
            self.items(&keywords, Some(bare(opened)), items, depth)?;
            self.text.push_str(&format!("</{}>", bare(opened)));
            return Ok(());
        }
        // Without a wrapper its name has no effect, and readers differ in what the items are called then.
        if said.name.is_some() || items.is_empty() {
            return Err("XML of an unwrapped array that is empty or has a name".to_owned());
        }
        self.items(&keywords, Some(bare(opened)), items, depth)
    }

    /// The items of an array, called by their own name, else as the array.
    fn items(
        &mut self,
        array: &Keywords<'d>,
        name: Option<&str>,
        items: &[Value],
        depth: usize,
    ) -> Result<(), Reason> {
        let schemas = array.all("items");
        let [own] = &*schemas else {
            return Err("XML of an array without one schema for its items".to_owned());
        };
        let keywords = Keywords::common(self.description, std::slice::from_ref(own))?;
        // The schema of items has no other name than its `xml.name`, which 3.0 cannot write beside a reference.
        let said = Said::leading(&keywords, own)?;
        let name = said.name.or(name);
        let name =
            name.ok_or_else(|| "XML of an array whose items have no name beside their schema".to_owned())?;
        let opened = opened_for(name, &said)?;
        items.iter().try_for_each(|item| {
            self.element(&opened, std::slice::from_ref(own), item, depth.saturating_add(1))
        })
    }
}

/// What stands behind `<` for an element.
fn opened(name: &str, said: &Said<'_>) -> Result<String, Reason> {
    let name = opened_name(name).ok_or_else(|| "name that XML does not allow".to_owned())?;
    match (said.prefix, said.namespace) {
        (None, None) => Ok(name),
        (None, Some(uri)) => Ok(format!("{name} xmlns=\"{}\"", escaped(uri)?)),
        (Some(prefix), Some(uri)) => {
            let prefix = opened_name(prefix).ok_or_else(|| "prefix that XML does not allow".to_owned())?;
            Ok(format!("{prefix}:{name} xmlns:{prefix}=\"{}\"", escaped(uri)?))
        }
        (Some(_), None) => Err("prefix without a namespace".to_owned()),
    }
}

/// The same for what is not the root: a default namespace there would be its descendants' as well, which nobody says of them.
fn opened_for(name: &str, said: &Said<'_>) -> Result<String, Reason> {
    if said.namespace.is_some() && said.prefix.is_none() {
        return Err("namespace without a prefix below the root".to_owned());
    }
    opened(name, said)
}

/// The name in a start tag.
fn bare(opened: &str) -> &str {
    opened.split(' ').next().unwrap_or_default()
}

/// A name as it is, where it is an XML name without a colon; of the letters only those of ASCII.
fn opened_name(name: &str) -> Option<String> {
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let goes_on = name.chars().all(|next| next.is_ascii_alphanumeric() || "_-.".contains(next));
    (begins && goes_on).then(|| name.to_owned())
}

/// Text for elements and attributes.
fn escaped(text: &str) -> Result<String, Reason> {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Readers turn them into others where they stand as they are.
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(character))),
            '\0'..=' ' if character != ' ' => return Err("character that XML does not allow".to_owned()),
            '\u{fffe}' | '\u{ffff}' => return Err("character that XML does not allow".to_owned()),
            other => escaped.push(other),
        }
    }
    Ok(escaped)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(schema: &Value, value: &Value) -> Result<String, Reason> {
        let description = Description::of(json!({
            "openapi": "3.1.0",
            "components": {"schemas": {
                "S": schema,
                "Tag": {"type": "object", "xml": {"name": "label"}, "properties": {"id": {"type": "integer"}}},
                "Far": {"type": "string", "xml": {"attribute": true}},
            }},
            "at": {"$ref": "#/components/schemas/S"},
        }));
        let at = description.entry().and_then(|root| root.child("at")).expect("a schema");
        write(&description, &at, value).map(|text| text.split_once("?>").expect("a head").1.to_owned())
    }

    #[test]
    fn members_are_elements_attributes_and_text() {
        for (schema, value, expected) in [
            (
                json!({"properties": {"id": {"xml": {"attribute": true}}, "name": {"type": "string"}}}),
                json!({"id": 7, "name": "a<b & \"c\"\n"}),
                "<S id=\"7\"><name>a&lt;b &amp; &quot;c&quot;&#10;</name></S>",
            ),
            (
                json!({"xml": {"name": "book", "namespace": "urn:a", "prefix": "p"}, "properties": {"id": {"xml": {"name": "number", "namespace": "urn:b", "prefix": "q"}}}}),
                json!({"id": 7}),
                "<p:book xmlns:p=\"urn:a\"><q:number xmlns:q=\"urn:b\">7</q:number></p:book>",
            ),
            (
                json!({"properties": {"t": {"xml": {"nodeType": "text"}}, "a": {"xml": {"nodeType": "attribute"}}}}),
                json!({"t": "x", "a": true}),
                "<S a=\"true\">x</S>",
            ),
            (
                json!({"properties": {"tag": {"$ref": "#/components/schemas/Tag"}}}),
                json!({"tag": {"id": 1}}),
                "<S><tag><id>1</id></tag></S>",
            ),
            (json!({}), json!({"more": "text"}), "<S><more>text</more></S>"),
        ] {
            assert_eq!(written(&schema, &value).as_deref(), Ok(expected), "{schema}");
        }
    }

    #[test]
    fn arrays_are_wrapped_or_repeat() {
        let list = |array: &str, items: &str| {
            let xml = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
            json!({"properties": {"a": {"type": "array", "xml": xml(array), "items": {"type": "integer", "xml": xml(items)}}}})
        };
        for (schema, expected) in [
            (list("{}", "{}"), "<S><a>1</a><a>2</a></S>"),
            (list("{}", r#"{"name":"b"}"#), "<S><b>1</b><b>2</b></S>"),
            (list(r#"{"wrapped":true}"#, "{}"), "<S><a><a>1</a><a>2</a></a></S>"),
            (list(r#"{"wrapped":true,"name":"c"}"#, r#"{"name":"b"}"#), "<S><c><b>1</b><b>2</b></c></S>"),
            (list(r#"{"nodeType":"element"}"#, r#"{"name":"b"}"#), "<S><a><b>1</b><b>2</b></a></S>"),
        ] {
            assert_eq!(written(&schema, &json!({"a": [1, 2]})).as_deref(), Ok(expected), "{schema}");
        }
        let far = json!({"properties": {"a": {"items": {"$ref": "#/components/schemas/Tag"}}}});
        let expected = "<S><label><id>1</id></label></S>";
        assert_eq!(written(&far, &json!({"a": [{"id": 1}]})).as_deref(), Ok(expected));
        let root = json!({"type": "array", "items": {"xml": {"name": "b"}}});
        assert_eq!(written(&root, &json!([1])).as_deref(), Ok("<S><b>1</b></S>"));
    }

    #[test]
    fn what_is_left_open_is_not_written() {
        for (schema, value) in [
            (json!({}), json!("x")),
            (json!({}), json!({"a": 1})),
            (json!({}), json!({"a b": "x"})),
            (json!({"properties": {"a": {}}}), json!({"a": null})),
            (json!({"properties": {"a": {}}}), json!({"a": "\u{1}"})),
            (json!({"properties": {"a": {"$ref": "#/components/schemas/Far"}}}), json!({"a": "x"})),
            (json!({"properties": {"a": {"xml": {"nodeType": "cdata"}}}}), json!({"a": "x"})),
            (json!({"properties": {"a": {"xml": {"namespace": "urn:a"}}}}), json!({"a": "x"})),
            (json!({"properties": {"a": {"items": {}, "xml": {"name": "b"}}}}), json!({"a": [1]})),
            (json!({"properties": {"a": {"items": {}}}}), json!({"a": []})),
            (json!({"properties": {"a": {"items": {"items": {}}}}}), json!({"a": [[1]]})),
            (json!({"properties": {"t": {"xml": {"nodeType": "text"}}, "a": {}}}), json!({"t": "x", "a": 1})),
        ] {
            assert!(written(&schema, &value).is_err(), "{schema} {value}: {:?}", written(&schema, &value));
        }
    }
}
