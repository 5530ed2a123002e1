//! One level of a schema: what all the schemas about one value say of it, and where those of its members and items stand.
//!
//! Takes: the schemas about a value. Gives: its types, and the schemas about each member and item, found by following `$ref`, `allOf`,
//! and a `oneOf` or `anyOf` that has one branch beside `null`. A [`Shape`] is cut where it repeats; a reader that remembers the places
//! met can follow a recursive schema level by level instead. Bounded in the schemas about one value. Never panics.

use std::collections::{HashMap, VecDeque};

use super::dialect::{Dialect, Draft};
use super::shape::{Shape, shape_within};
use crate::description::{Description, Kind, Location, NodeRef};
use crate::limits::schema::{SHAPE_REFERENCES_MAX, SHAPE_SCHEMAS_MAX};

/// A schema about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) at: Location,
    /// Whether a reference leads to it.
    pub(crate) referred: bool,
}

/// `prefixItems` and `items` of one schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) first: Vec<Location>,
    pub(crate) rest: Option<Location>,
}

/// What the schemas about one value say.
#[derive(Clone, Debug)]
pub(crate) struct Level<'d> {
    /// The types and annotations of the value itself, without members and items.
    pub(crate) shape: Shape,
    /// The schemas, nearest first.
    pub(crate) schemas: Vec<About>,
    /// The declared members with the schemas about each, in the order met.
    pub(crate) members: Vec<(&'d str, Vec<Location>)>,
    /// The schemas about each item.
    pub(crate) items: Vec<Location>,
    /// What each schema that says anything about items says: those at the first positions, and the rest.
    pub(crate) lists: Vec<List>,
    /// The schemas about every other member.
    pub(crate) others: Vec<Location>,
}

/// Looks at the value that `schemas` are about.
pub(crate) fn level<'d>(description: &'d Description, schemas: &[Location]) -> Level<'d> {
    let mut shape = Shape::any();
    for at in schemas {
        shape.merge(shape_within(description, *at, 0, SHAPE_SCHEMAS_MAX));
    }
    let schemas = about_value(description, schemas);
    let mut level = Level {
        shape,
        schemas,
        members: Vec::new(),
        items: Vec::new(),
        lists: Vec::new(),
        others: Vec::new(),
    };
    let mut numbers = HashMap::new();
    for about in level.schemas.clone() {
        level.take(about.at, description.at(about.at), &mut numbers);
    }
    level
}

impl<'d> Level<'d> {
    /// The schemas about the item at each position that a schema names.
    pub(crate) fn positions(&self) -> Vec<Vec<Location>> {
        let named = self.lists.iter().map(|list| list.first.len()).max().unwrap_or_default();
        let about = |at: usize| {
            self.lists.iter().filter_map(|list| list.first.get(at).copied().or(list.rest)).collect()
        };
        (0..named).map(about).collect()
    }

    /// `numbers` tells where in the list a member stands.
    fn take(&mut self, at: Location, node: NodeRef<'d>, numbers: &mut HashMap<&'d str, usize>) {
        let place = |node: NodeRef<'_>| Location { node: node.id(), ..at };
        for (name, schema) in node.get("properties").into_iter().flat_map(NodeRef::members) {
            let number = *numbers.entry(name).or_insert(self.members.len());
            match self.members.get_mut(number) {
                Some((_, schemas)) => schemas.push(place(schema)),
                None => self.members.push((name, vec![place(schema)])),
            }
        }
        let rest = node.get("items").filter(|items| items.kind() != Kind::Array).map(place);
        let first: Vec<_> = node.get("prefixItems").into_iter().flat_map(NodeRef::items).map(place).collect();
        self.items.extend(rest);
        if rest.is_some() || !first.is_empty() {
            self.lists.push(List { first, rest });
        }
        self.others.extend(node.get("additionalProperties").map(place));
    }
}

/// Every schema about the value, those beside a reference before those behind it.
fn about_value(description: &Description, schemas: &[Location]) -> Vec<About> {
    let mut found: Vec<About> = Vec::new();
    let mut seen: Vec<Location> = Vec::new();
    let mut open: VecDeque<_> = schemas.iter().map(|at| About { at: *at, referred: false }).collect();
    while let Some(about) = open.pop_front() {
        let node = description.at(about.at);
        if node.kind() != Kind::Object
            || seen.len() >= usize::from(SHAPE_REFERENCES_MAX)
            || seen.contains(&about.at)
        {
            continue;
        }
        seen.push(about.at);
        if let Some(reference) = node.get("$ref").and_then(NodeRef::as_str) {
            let target = description.resolve(about.at, reference).ok();
            open.extend(target.map(|at| About { at, referred: true }));
            let dialect = Dialect::at(description, about.at).unwrap_or(Dialect::OAS);
            if dialect.draft <= Draft::Seven {
                continue;
            }
        }
        found.push(about);
        let parts = node.get("allOf").into_iter().flat_map(NodeRef::items).chain(only_branch(node));
        open.extend(parts.map(|part| About { at: Location { node: part.id(), ..about.at }, ..about }));
    }
    found
}

/// The branch of a union whose other branches, if any, are `null` (SER-032: a union is looked into where it gives one answer).
fn only_branch(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let is_null = |branch: &NodeRef<'_>| branch.get("type").and_then(|of| of.as_str()) == Some("null");
    let branches = node.get("oneOf").or_else(|| node.get("anyOf"))?;
    let mut rest = branches.items().filter(|branch| !is_null(branch));
    rest.next().filter(|_| rest.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::level;
    use crate::description::Description;
    use crate::schema::TypeSet;

    const TEXT: &str = r##"{
        "openapi": "3.1.2", "info": {"title": "t", "version": "1"}, "components": {"schemas": {
            "Tree": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Node"}]},
            "Node": {"allOf": [{"type": "object", "properties": {"id": {"type": "integer"}}}], "properties": {
                "id": {"minimum": 1}, "next": {"$ref": "#/components/schemas/Tree"},
                "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}
            }, "additionalProperties": {"type": "boolean"}},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Either": {"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}
        }}
    }"##;

    #[test]
    fn a_recursive_schema_is_followed_level_by_level() {
        let description = Description::from_text("t.json", TEXT).unwrap();
        let at = |name: &str| {
            let pointer = format!("/components/schemas/{name}");
            description.at_pointer(description.entry().document, &pointer).unwrap()
        };
        let tree = level(&description, &[at("Tree")]);
        assert_eq!(tree.shape.types, TypeSet::OBJECT.or(TypeSet::NULL));
        let names: Vec<_> = tree.members.iter().map(|(name, schemas)| (*name, schemas.len())).collect();
        assert_eq!(names, [("id", 2), ("next", 1), ("all", 1)]);
        assert_eq!(level(&description, &tree.members[0].1).shape.types, TypeSet::INTEGER);
        assert_eq!(level(&description, &tree.others).shape.types, TypeSet::BOOLEAN);
        let next = level(&description, &tree.members[1].1);
        assert_eq!(next.members, tree.members);
        let all = level(&description, &tree.members[2].1);
        assert_eq!(level(&description, &all.items).members, tree.members);
        assert!(level(&description, &[at("Loop")]).members.is_empty());
        assert!(level(&description, &[at("Either")]).members.is_empty());
    }
}
