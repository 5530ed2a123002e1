//! A description as the generator sees it: its documents as JSON, read without the library under test.
//!
//! Takes: a file. Gives: nodes with their places, and references followed. Documents that are not files are not read.
//! Never panics.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Reason;
use super::dialect::modernise;
use super::parameters::encoded;
use crate::source::Source;

/// Steps from reference to reference.
const STEPS_MAX: usize = 32;
/// Documents of one description.
const DOCUMENTS_MAX: usize = 500;

/// All documents of a description, the entry document first.
#[derive(Debug, Default)]
pub struct Description {
    documents: Vec<Document>,
    by_uri: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Document {
    uri: String,
    value: Value,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node<'d> {
    /// Which document.
    pub document: usize,
    /// JSON Pointer.
    pub pointer: String,
    /// The value.
    pub value: &'d Value,
}

impl<'d> Node<'d> {
    /// The member `name`.
    pub fn child(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self { document: self.document, pointer: format!("{}/{}", self.pointer, escape(name)), value })
    }

    /// The members of an object.
    pub fn members(&self) -> Vec<(&'d str, Self)> {
        let names = self.value.as_object().into_iter().flat_map(|members| members.keys());
        names.filter_map(|name| Some((name.as_str(), self.child(name)?))).collect()
    }

    /// The items of an array.
    pub fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        let place = |index: usize| format!("{}/{index}", self.pointer);
        items.map(|(index, value)| Self { document: self.document, pointer: place(index), value }).collect()
    }

    /// The text of member `name`.
    pub fn text(&self, name: &str) -> Option<&'d str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// The truth of member `name`; false where absent.
    pub fn truth(&self, name: &str) -> bool {
        self.value.get(name).and_then(Value::as_bool).unwrap_or_default()
    }
}

/// A name as a step of a JSON Pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Description {
    /// Reads the document at `path` and those that it refers to.
    ///
    /// # Errors
    /// That the entry document cannot be read.
    pub fn read(path: &Path) -> Result<Self, Reason> {
        let mut description = Self::default();
        let mut waiting = vec![normal(path)];
        let mut known: BTreeSet<PathBuf> = waiting.iter().cloned().collect();
        while let Some(path) = waiting.pop() {
            let Some(mut value) = value_of(&path) else { continue };
            let folder = path.parent().unwrap_or(Path::new(""));
            let others = references(&value).into_iter().map(|reference| normal(&folder.join(reference)));
            waiting.extend(others.filter(|other| known.len() < DOCUMENTS_MAX && known.insert(other.clone())));
            if value.get("openapi").and_then(Value::as_str).is_some_and(|version| version.starts_with("3.0"))
            {
                modernise(&mut value);
            }
            description.add(&uri_of(&path), value);
        }
        if description.documents.is_empty() {
            return Err("document that cannot be read".to_owned());
        }
        Ok(description)
    }

    /// A description of one document.
    #[cfg(test)]
    pub fn of(mut value: Value) -> Self {
        let mut description = Self::default();
        if value.get("openapi").and_then(Value::as_str).is_some_and(|version| version.starts_with("3.0")) {
            modernise(&mut value);
        }
        description.add("https://documents.invalid/openapi.json", value);
        description
    }

    fn add(&mut self, uri: &str, value: Value) {
        self.by_uri.insert(uri.to_owned(), self.documents.len());
        self.documents.push(Document { uri: uri.to_owned(), value });
    }

    /// The entry document's root.
    pub fn entry(&self) -> Option<Node<'_>> {
        self.root(0)
    }

    fn root(&self, document: usize) -> Option<Node<'_>> {
        let value = &self.documents.get(document)?.value;
        Some(Node { document, pointer: String::new(), value })
    }

    /// Every document with its URI.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.documents.iter().map(|document| (document.uri.as_str(), &document.value))
    }

    /// The URI of a node.
    pub fn uri(&self, node: &Node<'_>) -> String {
        let uri = self.documents.get(node.document).map_or("", |document| document.uri.as_str());
        let steps: Vec<String> = node.pointer.split('/').map(encoded).collect();
        format!("{uri}#{}", steps.join("/"))
    }

    /// The node that `node` refers to, itself where it is no reference.
    ///
    /// # Errors
    /// That the reference leads nowhere, or is none that is followed here.
    pub fn follow<'d>(&'d self, node: &Node<'d>) -> Result<Node<'d>, Reason> {
        let mut node = node.clone();
        for _ in 0..STEPS_MAX {
            let Some(reference) = node.text("$ref") else { return Ok(node) };
            node = self.target(&node, reference)?;
        }
        Err("reference that leads to itself".to_owned())
    }

    /// What `reference` at `node` leads to.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub fn target<'d>(&'d self, node: &Node<'d>, reference: &str) -> Result<Node<'d>, Reason> {
        let nowhere = || "reference that the generator does not follow".to_owned();
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = match file {
            "" => node.document,
            file => {
                let base = self.documents.get(node.document).map_or("", |document| document.uri.as_str());
                let path = base.trim_start_matches(HOST);
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let folder = percent_decode_str(folder).decode_utf8_lossy().into_owned();
                let file = percent_decode_str(file).decode_utf8_lossy().into_owned();
                let uri = uri_of(&normal(&Path::new(&folder).join(file)));
                *self.by_uri.get(&uri).ok_or_else(nowhere)?
            }
        };
        let pointer = percent_decode_str(fragment).decode_utf8_lossy().into_owned();
        let root = self.root(document).ok_or_else(nowhere)?;
        let value = root.value.pointer(&pointer).ok_or_else(nowhere)?;
        Ok(Node { document, pointer, value })
    }
}

const HOST: &str = "https://documents.invalid";

fn uri_of(path: &Path) -> String {
    let steps: Vec<String> = path.to_string_lossy().split('/').map(encoded).collect();
    let path = steps.join("/");
    if path.starts_with('/') { format!("{HOST}{path}") } else { format!("{HOST}/{path}") }
}

/// The path without `.` and `..`, from the root.
fn normal(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(component),
        }
    }
    plain
}

fn value_of(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    let source = Source::parse(&text).ok()?;
    serde_json::from_str(&source.json).ok()
}

/// The files that `value` refers to.
fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).and_then(file_of));
                open.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

/// The file that a reference names, if it names one.
fn file_of(reference: &str) -> Option<String> {
    let file = reference.split('#').next().unwrap_or_default();
    let named = !file.is_empty() && !file.contains("://");
    named.then(|| percent_decode_str(file).decode_utf8_lossy().into_owned())
}
