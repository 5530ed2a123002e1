//! Copying a value into an instance, without recursion: from another instance, from a description, or from `serde_json`.

use std::iter::Map;
use std::slice;

use serde_json::{Value, map};

use super::node::{Items, Members};
use super::{Instance, InstanceId, InstanceKind, InstanceNode};
use crate::description::{Kind, NodeRef};

/// A value that can be copied.
trait Origin<'t>: Sized {
    type Items: Iterator<Item = Self>;
    type Members: Iterator<Item = (&'t str, Self)>;

    /// Adds a scalar, or opens a container and gives its contents.
    fn add(self, to: &mut Instance) -> (InstanceId, Contents<Self::Items, Self::Members>);
}

/// What is in a value.
enum Contents<I, M> {
    Nothing,
    Items(I),
    Members(M),
}

impl Instance {
    /// Adds a copy of a value of another instance. A binary value keeps its mark.
    pub fn copy(&mut self, from: InstanceNode<'_>) -> InstanceId {
        self.copy_from(from)
    }

    /// Adds a copy of a description's value (a default, an example).
    pub fn copy_description(&mut self, from: NodeRef<'_>) -> InstanceId {
        self.copy_from(from)
    }

    /// Adds a copy of a `serde_json` value.
    pub fn copy_json(&mut self, from: &Value) -> InstanceId {
        self.copy_from(from)
    }

    fn copy_from<'t, V: Origin<'t>>(&mut self, from: V) -> InstanceId {
        let (root, mut contents) = from.add(self);
        // The containers around the one that is being copied.
        let mut around = Vec::new();
        loop {
            let next = match &mut contents {
                Contents::Nothing => return root,
                Contents::Items(items) => items.next(),
                Contents::Members(members) => members.next().map(|(name, value)| {
                    self.member_name(name);
                    value
                }),
            };
            match next.map(|value| value.add(self).1) {
                Some(Contents::Nothing) => {}
                Some(inner) => around.push(std::mem::replace(&mut contents, inner)),
                None => {
                    self.close();
                    contents = around.pop().unwrap_or(Contents::Nothing);
                }
            }
        }
    }
}

impl From<&Value> for Instance {
    fn from(value: &Value) -> Self {
        let mut instance = Self::new();
        instance.copy_json(value);
        instance
    }
}

impl<'t> Origin<'t> for InstanceNode<'t> {
    type Items = Items<'t>;
    type Members = Members<'t>;

    fn add(self, to: &mut Instance) -> (InstanceId, Contents<Self::Items, Self::Members>) {
        let scalar = match self.kind() {
            InstanceKind::Array => return (to.open_array(), Contents::Items(self.items())),
            InstanceKind::Object => return (to.open_object(), Contents::Members(self.members())),
            InstanceKind::Null => to.null(),
            InstanceKind::Boolean => to.boolean(self.as_bool().unwrap_or_default()),
            InstanceKind::Number => to.number(self.number_text().unwrap_or("0")),
            InstanceKind::String => to.string(self.as_str().unwrap_or_default()),
            InstanceKind::Binary => {
                let (mark, octets) = self.as_binary().unwrap_or_default();
                to.binary(mark, octets)
            }
        };
        (scalar, Contents::Nothing)
    }
}

/// Descriptions are copied when an `Api` is built, where a box for each container is nothing.
impl<'t> Origin<'t> for NodeRef<'t> {
    type Items = Box<dyn Iterator<Item = Self> + 't>;
    type Members = Box<dyn Iterator<Item = (&'t str, Self)> + 't>;

    fn add(self, to: &mut Instance) -> (InstanceId, Contents<Self::Items, Self::Members>) {
        let scalar = match self.kind() {
            Kind::Array => return (to.open_array(), Contents::Items(Box::new(self.items()))),
            Kind::Object => return (to.open_object(), Contents::Members(Box::new(self.members()))),
            Kind::Null => to.null(),
            Kind::Boolean => to.boolean(self.as_bool().unwrap_or_default()),
            Kind::Number => to.number(self.as_number().unwrap_or("0")),
            Kind::String => to.string(self.as_str().unwrap_or_default()),
        };
        (scalar, Contents::Nothing)
    }
}

impl<'t> Origin<'t> for &'t Value {
    type Items = slice::Iter<'t, Value>;
    type Members = Map<map::Iter<'t>, fn((&'t String, &'t Value)) -> (&'t str, &'t Value)>;

    fn add(self, to: &mut Instance) -> (InstanceId, Contents<Self::Items, Self::Members>) {
        let scalar = match self {
            Value::Array(items) => return (to.open_array(), Contents::Items(items.iter())),
            Value::Object(members) => {
                let members: Self::Members = members.iter().map(|(name, value)| (name, value));
                return (to.open_object(), Contents::Members(members));
            }
            Value::Null => to.null(),
            Value::Bool(value) => to.boolean(*value),
            Value::Number(number) => to.number(&number.to_string()),
            Value::String(text) => to.string(text),
        };
        (scalar, Contents::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::text::{Source, TextOptions, parse};
    use crate::schema::instance::{JsonLimits, parse_json};

    /// Copies between two other items, so that places in the arena differ.
    fn check(text: &str, expected: InstanceNode<'_>, copy: impl FnOnce(&mut Instance) -> InstanceId) {
        let mut to = Instance::new();
        to.open_array();
        to.string("before");
        let id = copy(&mut to);
        to.binary(3, 9);
        to.close();
        assert_eq!(to.node(id), expected, "{text}");
        assert_eq!(to.root().len(), 3, "{text}");
        assert_eq!(to.root().items().nth(1), Some(expected), "{text}");
    }

    #[test]
    fn a_copy_equals_its_origin() {
        let deep = format!("{}1e30{}", "[".repeat(60), "]".repeat(60));
        let members = r#"{"z":1,"a":[true,{"b":"\u00e9"},[],2.5],"":false,"c":{},"d":null}"#;
        for text in ["[]", "{}", "[null]", members, &deep] {
            let from = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
            check(text, from.root(), |to| to.copy(from.root()));
            let (tree, _) = parse(&Source::new("value.json", text), &TextOptions::default());
            check(text, from.root(), |to| to.copy_description(tree.unwrap().root()));
            let json = serde_json::from_str(text).unwrap();
            check(text, from.root(), |to| to.copy_json(&json));
        }
        let mut marked = Instance::new();
        marked.binary(7, 1_000);
        check("binary", marked.root(), |to| to.copy(marked.root()));
    }

    #[test]
    fn a_scalar_is_copied_without_heap_allocation() {
        let from = parse_json(b"17", &JsonLimits::default()).unwrap();
        let counted = allocation_counter::measure(|| {
            std::hint::black_box(Instance::new().copy(from.root()));
        });
        assert_eq!(counted.count_total, 0);
    }
}
