//! Whether an array's items all differ (JSON Schema `uniqueItems`).
//!
//! Takes: an array. Gives: a verdict by exact equality. Few items are compared pairwise without allocation;
//! many go through a hash set with random keys, so that no sender can choose collisions. Never panics.

use super::{Decimal, InstanceKind, InstanceNode};
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// Up to this many items every pair is compared.
const PAIRWISE_ITEMS_MAX: usize = 12;

impl InstanceNode<'_> {
    /// Whether no two items of an array are equal; true for any other kind.
    #[must_use]
    pub fn items_are_unique(self) -> bool {
        if self.len() <= PAIRWISE_ITEMS_MAX {
            return self.items_differ_pairwise();
        }
        let keys = RandomState::new();
        let mut seen = HashSet::with_capacity_and_hasher(self.len(), keys.clone());
        self.items().all(|node| seen.insert(ByValue { node, keys: &keys }))
    }

    fn items_differ_pairwise(self) -> bool {
        let mut rest = self.items();
        while let Some(item) = rest.next() {
            if rest.clone().any(|other| other == item) {
                return false;
            }
        }
        true
    }
}

struct ByValue<'i, 'k> {
    node: InstanceNode<'i>,
    keys: &'k RandomState,
}

impl PartialEq for ByValue<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Eq for ByValue<'_, '_> {}

impl Hash for ByValue<'_, '_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_value(self.node, self.keys, state);
    }
}

/// Equal values hash alike: members count whatever their order. Recurses once per nesting level.
fn hash_value<H: Hasher>(node: InstanceNode<'_>, keys: &RandomState, state: &mut H) {
    node.kind().hash(state);
    match node.kind() {
        InstanceKind::Null => {}
        InstanceKind::Boolean => node.as_bool().hash(state),
        InstanceKind::Number => Decimal::parse(node.number_text().unwrap_or_default()).hash_digits(state),
        InstanceKind::String => node.as_str().hash(state),
        InstanceKind::Binary => node.as_binary().hash(state),
        InstanceKind::Array => node.items().for_each(|item| hash_value(item, keys, state)),
        InstanceKind::Object => {
            let mut sum: u64 = 0;
            for (name, value) in node.members() {
                let mut member = keys.build_hasher();
                name.hash(&mut member);
                hash_value(value, keys, &mut member);
                sum = sum.wrapping_add(member.finish());
            }
            state.write_u64(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::instance::{JsonLimits, parse_json};

    #[test]
    fn equal_items_are_found() {
        let check = |items: &str, unique: bool| {
            for padding in ["", ",100,101,102,103,104,105,106,107,108,109,110,111,112"] {
                let text = format!("[{items}{padding}]");
                let instance = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
                assert_eq!(instance.root().items_are_unique(), unique, "{text}");
            }
        };
        check("1,1.0", false);
        check("1,2", true);
        check("1,true,\"1\",null,[],{}", true);
        check("0,false,-0", false);
        check("9007199254740993,9007199254740992", true);
        check(r#"{"a":1,"b":[2]},{"b":[2.0],"a":1}"#, false);
        check(r#"{"a":1,"b":2},{"a":2,"b":1}"#, true);
        check("[[1]],[1]", true);
        check("1e2,100", false);
        check("\"a\",\"b\",\"a\"", false);
    }
}
