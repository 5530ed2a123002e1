//! Copying a value from one instance into another, without recursion.

use super::node::{Items, Members};
use super::{Instance, InstanceId, InstanceKind, InstanceNode};

/// A container whose contents are being copied.
enum Open<'i> {
    Array(Items<'i>),
    Object(Members<'i>),
}

impl Instance {
    /// Adds a copy of a value of another instance. A binary value keeps its mark.
    pub fn copy(&mut self, from: InstanceNode<'_>) -> InstanceId {
        let mut open = Vec::new();
        let root = self.add_copy(from, &mut open);
        while let Some(container) = open.last_mut() {
            let next = match container {
                Open::Array(items) => items.next(),
                Open::Object(members) => members.next().map(|(name, value)| {
                    self.member_name(name);
                    value
                }),
            };
            if let Some(value) = next {
                self.add_copy(value, &mut open);
            } else {
                self.close();
                open.pop();
            }
        }
        root
    }

    fn add_copy<'i>(&mut self, value: InstanceNode<'i>, open: &mut Vec<Open<'i>>) -> InstanceId {
        match value.kind() {
            InstanceKind::Null => self.null(),
            InstanceKind::Boolean => self.boolean(value.as_bool().unwrap_or_default()),
            InstanceKind::Number => self.number(value.number_text().unwrap_or("0")),
            InstanceKind::String => self.string(value.as_str().unwrap_or_default()),
            InstanceKind::Binary => {
                let (mark, octets) = value.as_binary().unwrap_or_default();
                self.binary(mark, octets)
            }
            InstanceKind::Array => {
                open.push(Open::Array(value.items()));
                self.open_array()
            }
            InstanceKind::Object => {
                open.push(Open::Object(value.members()));
                self.open_object()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::instance::{Instance, JsonLimits, parse_json};

    #[test]
    fn a_copy_equals_its_origin() {
        let deep = format!("{}1e400{}", "[".repeat(60), "]".repeat(60));
        for text in ["null", "[]", "{}", r#"{"a":[1,{"b":"\u00e9"},[]],"":true,"c":{}}"#, &deep] {
            let from = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
            let mut to = Instance::new();
            to.open_array();
            to.string("before");
            let id = to.copy(from.root());
            to.binary(3, 9);
            to.close();
            assert_eq!(to.node(id), from.root(), "{text}");
            assert_eq!(to.root().len(), 3, "{text}");
        }
    }
}
