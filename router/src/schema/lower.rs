//! A schema of any dialect -> the same assertions in JSON Schema 2020-12 without identifiers.
//!
//! Takes: the closure of schemas. Gives: one document with an entry in `$defs` for each, whose references all have the form
//! `#/$defs/s<n>`. What a dialect does not know is left out; annotations are left out; numbers that binary floats cannot
//! hold, and bounds of numbers, go to keywords of our own. Recurses with the nesting of the description, which is
//! bounded when it is parsed. Never panics.

use super::closure::{Closure, Entry, subschemas};
use super::dialect::{Dialect, Draft, Vocabulary};
use super::exact::{NumberFormat, PRIVATE};
use super::keyword::{Form, Reach, rule};
use super::options::SchemaOptions;
use super::pattern;
use super::scope::Scope;
use crate::description::{Description, Kind, Location, NodeRef};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::rc::Rc;

/// The name of the private keyword that judges encoded content.
pub(super) const CONTENT: &str = "x-brrtrouter-content";

/// A union with a discriminator, met on the way: where it stands and under which scope.
pub(super) struct Union {
    pub(super) at: Location,
    pub(super) scope: Scope,
}

/// Lowers entries.
pub(super) struct Lowering<'c, 'd> {
    pub(super) description: &'d Description,
    pub(super) closure: &'c Closure<'d>,
    pub(super) options: &'c SchemaOptions,
    pub(super) unions: Vec<Union>,
    /// Keywords that have another name in 2020-12: the schema, the name there, the name in the description.
    pub(super) renamed: Vec<(Location, &'static str, &'static str)>,
    /// Which patterns are matched in linear time.
    pub(super) linear: HashMap<&'d str, bool>,
}

#[derive(Clone)]
struct Around {
    dialect: Dialect,
    scope: Scope,
}

/// The schema being built.
#[derive(Default)]
struct Lowered {
    keywords: Map<String, Value>,
    /// Assertions whose keyword is taken already.
    beside: Vec<Value>,
}

impl Lowered {
    fn put(&mut self, name: &str, value: Value) {
        if self.keywords.contains_key(name) {
            self.beside.push(json!({ name: value }));
        } else {
            self.keywords.insert(name.to_owned(), value);
        }
    }

    fn put_exact(&mut self, name: &str, text: String) {
        self.put(&format!("{PRIVATE}{name}"), Value::String(text));
    }

    fn finish(mut self) -> Value {
        if self.beside.is_empty() {
            return Value::Object(self.keywords);
        }
        match self.keywords.get_mut("allOf") {
            Some(Value::Array(list)) => list.append(&mut self.beside),
            _ => {
                self.keywords.insert("allOf".to_owned(), Value::Array(self.beside));
            }
        }
        Value::Object(self.keywords)
    }
}

/// The name of an entry in `$defs`.
pub(super) fn entry_name(position: usize) -> String {
    format!("s{position}")
}

fn reference_to(position: usize) -> Value {
    json!({ "$ref": format!("#/$defs/{}", entry_name(position)) })
}

/// The entry that a lowered reference leads to.
pub(super) fn entry_position(reference: &str) -> Option<usize> {
    reference.strip_prefix("#/$defs/s")?.parse().ok()
}

impl<'d> Lowering<'_, 'd> {
    pub(super) fn entry(&mut self, entry: &Entry) -> Value {
        let around = Around { dialect: entry.dialect, scope: Rc::clone(&entry.key.scope) };
        self.schema(entry.key.at, &around)
    }

    /// A schema inside another; one that is an entry of its own is referred to.
    fn inner(&mut self, document: Location, node: NodeRef<'d>, around: &Around) -> Value {
        let at = Location { document: document.document, node: node.id() };
        let key = self.closure.key(&around.scope, at);
        match self.closure.position(&key) {
            Some(position) if node.kind() == Kind::Object => reference_to(position),
            _ => self.schema(at, around),
        }
    }

    fn schema(&mut self, at: Location, around: &Around) -> Value {
        let node = self.description.at(at);
        if node.kind() != Kind::Object {
            return Value::Bool(node.as_bool().unwrap_or(true));
        }
        let mut inside = around.clone();
        if node.get("$schema").is_some() {
            inside.dialect = Dialect::at(self.description, at).unwrap_or(around.dialect);
        }
        inside.scope = self.closure.scope_at(&around.scope, at);
        if node.get("discriminator").is_some() {
            self.unions.push(Union { at, scope: Rc::clone(&inside.scope) });
        }
        let mut lowered = Lowered::default();
        let reference_only = inside.dialect.draft <= Draft::Seven && node.get("$ref").is_some();
        for (name, value) in node.members() {
            if reference_only && name != "$ref" {
                continue;
            }
            if let Some(rule) = rule(name, inside.dialect).filter(|rule| rule.reach != Reach::Nothing) {
                let keyword = Keyword { at, name, value, schema: node };
                self.keyword(keyword, rule.form, &inside, &mut lowered);
            }
        }
        if self.options.assert_content {
            put_content(node, inside.dialect, &mut lowered);
        }
        lowered.finish()
    }

    fn reference(&mut self, keyword: Keyword<'d>, around: &Around, lowered: &mut Lowered) {
        let Some(reference) = keyword.value.as_str() else { return };
        let target = self.closure.target(keyword.at, keyword.name, reference, &around.scope);
        let position = target.ok().and_then(|key| self.closure.position(&key));
        if let Some(position) = position {
            let target = format!("#/$defs/{}", entry_name(position));
            lowered.put("$ref", Value::String(target));
        }
    }

    fn keyword(&mut self, keyword: Keyword<'d>, form: Form, around: &Around, lowered: &mut Lowered) {
        match form {
            Form::Reference => self.reference(keyword, around, lowered),
            Form::SchemaOrSchemas => self.items(keyword, around, lowered),
            Form::Dependencies => self.dependencies(keyword, around, lowered),
            Form::Schema if keyword.name == "additionalItems" => {}
            Form::Schema => {
                let schema = self.inner(keyword.at, keyword.value, around);
                lowered.put(keyword.name, schema);
            }
            Form::Schemas => {
                let list = subschemas(keyword.value, form)
                    .map(|node| self.inner(keyword.at, node, around))
                    .collect();
                lowered.put(keyword.name, Value::Array(list));
            }
            Form::SchemaMap | Form::PatternMap => {
                let map = keyword
                    .value
                    .members()
                    .map(|(name, node)| (name.to_owned(), self.inner(keyword.at, node, around)));
                lowered.put(keyword.name, Value::Object(map.collect()));
            }
            Form::Types => put_types(keyword, around.dialect, lowered),
            Form::Number | Form::Positive => put_bound(keyword, lowered),
            Form::Text if keyword.name == "format" => self.format(keyword, around.dialect, lowered),
            Form::Boolean if keyword.name == "uniqueItems" => {
                lowered.put(keyword.name, keyword.value.to_json())
            }
            Form::Any | Form::Values if matches!(keyword.name, "const" | "enum") => {
                put_values(keyword, lowered)
            }
            Form::Pattern => self.pattern(keyword, lowered),
            Form::Count | Form::Names | Form::NameMap => {
                lowered.put(keyword.name, keyword.value.to_json());
            }
            // Identifiers and annotations.
            Form::Boolean | Form::Text | Form::Any | Form::Values => {}
        }
    }

    fn pattern(&mut self, keyword: Keyword<'d>, lowered: &mut Lowered) {
        let Some(text) = keyword.value.as_str() else { return };
        let linear = *self.linear.entry(text).or_insert_with(|| pattern::is_linear(text));
        lowered.put(if linear { keyword.name } else { pattern::BACKTRACKING }, Value::from(text));
    }

    /// `items` before 2020-12: an array of schemas is `prefixItems` now, `additionalItems` is `items`.
    fn items(&mut self, keyword: Keyword<'d>, around: &Around, lowered: &mut Lowered) {
        if keyword.value.kind() != Kind::Array {
            let schema = self.inner(keyword.at, keyword.value, around);
            lowered.put("items", schema);
            return;
        }
        let list: Vec<Value> =
            keyword.value.items().map(|node| self.inner(keyword.at, node, around)).collect();
        if !list.is_empty() {
            self.renamed.push((keyword.at, "prefixItems", "items"));
            lowered.put("prefixItems", Value::Array(list));
        }
        if let Some(rest) = keyword.schema.get("additionalItems") {
            self.renamed.push((keyword.at, "items", "additionalItems"));
            let schema = self.inner(keyword.at, rest, around);
            lowered.put("items", schema);
        }
    }

    fn dependencies(&mut self, keyword: Keyword<'d>, around: &Around, lowered: &mut Lowered) {
        let (mut required, mut schemas) = (Map::new(), Map::new());
        for (name, value) in keyword.value.members() {
            match value.kind() {
                Kind::Array => required.insert(name.to_owned(), value.to_json()),
                Kind::Null | Kind::Boolean | Kind::Number | Kind::String | Kind::Object => {
                    schemas.insert(name.to_owned(), self.inner(keyword.at, value, around))
                }
            };
        }
        if !required.is_empty() {
            self.renamed.push((keyword.at, "dependentRequired", "dependencies"));
            lowered.put("dependentRequired", Value::Object(required));
        }
        if !schemas.is_empty() {
            self.renamed.push((keyword.at, "dependentSchemas", "dependencies"));
            lowered.put("dependentSchemas", Value::Object(schemas));
        }
    }

    /// SCH-012 to SCH-014: a format is asserted where the policy or the dialect says so.
    fn format(&self, keyword: Keyword<'d>, dialect: Dialect, lowered: &mut Lowered) {
        let Some(format) = keyword.value.as_str() else { return };
        if !dialect.has(Vocabulary::FormatAssertion) && !self.options.formats.asserts(format) {
            return;
        }
        if NumberFormat::from_name(format).is_some() {
            lowered.put_exact("format", format.to_owned());
        } else {
            lowered.put("format", Value::from(format));
        }
    }
}

#[derive(Clone, Copy)]
struct Keyword<'d> {
    /// The schema that has the keyword.
    at: Location,
    name: &'d str,
    value: NodeRef<'d>,
    schema: NodeRef<'d>,
}

/// Draft 4 tells integers by their text; later drafts by their value.
fn put_types(keyword: Keyword<'_>, dialect: Dialect, lowered: &mut Lowered) {
    lowered.put("type", keyword.value.to_json());
    if dialect.draft > Draft::Four {
        return;
    }
    let has = |name: &str| keyword.value.items().any(|item| item.as_str() == Some(name));
    if keyword.value.as_str() == Some("integer") {
        lowered.put_exact("type", "integer".to_owned());
    } else if has("integer") && !has("number") {
        lowered.put_exact("type", "integer-or-other".to_owned());
    }
}

fn put_bound(keyword: Keyword<'_>, lowered: &mut Lowered) {
    let Some(text) = keyword.value.as_number() else { return };
    // Draft 4 has a boolean beside the bound.
    let exclusive = |name: &str| keyword.schema.get(name).and_then(NodeRef::as_bool) == Some(true);
    let name = match keyword.name {
        "minimum" if exclusive("exclusiveMinimum") => "exclusiveMinimum",
        "maximum" if exclusive("exclusiveMaximum") => "exclusiveMaximum",
        name => name,
    };
    lowered.put_exact(name, text.to_owned());
}

/// Strings, booleans and `null` are compared by the engine; values with numbers exactly, by us.
fn put_values(keyword: Keyword<'_>, lowered: &mut Lowered) {
    if !has_number(keyword.value) {
        lowered.put(keyword.name, keyword.value.to_json());
        return;
    }
    let mut instance = super::instance::Instance::new();
    instance.copy_description(keyword.value);
    let mut text = String::new();
    instance.root().write_json(&mut text);
    lowered.put_exact(keyword.name, text);
}

fn has_number(value: NodeRef<'_>) -> bool {
    match value.kind() {
        Kind::Number => true,
        Kind::Array => value.items().any(has_number),
        Kind::Object => value.members().any(|(_, member)| has_number(member)),
        Kind::Null | Kind::Boolean | Kind::String => false,
    }
}

/// SCH-016: one private keyword for the encoding and the media type together.
fn put_content(node: NodeRef<'_>, dialect: Dialect, lowered: &mut Lowered) {
    if !dialect.has(Vocabulary::Content) || dialect.draft < Draft::Seven {
        return;
    }
    let text = |name: &str| node.get(name).and_then(NodeRef::as_str);
    let (encoding, media_type) = (text("contentEncoding"), text("contentMediaType"));
    if encoding.is_some() || media_type.is_some() {
        lowered.put(CONTENT, json!([encoding, media_type]));
    }
}
