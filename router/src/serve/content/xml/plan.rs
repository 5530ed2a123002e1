//! XML plans: what elements and attributes the members and items of a value are (OAS §XML Object).
//!
//! Takes: compiled schemas. Gives: for a name and namespace the member or item it is. Values refer to each other by number, so that a
//! recursive schema has a finite plan. Never panics.

use super::super::property::{Gather, ValuePlan};
use super::tree::NodeKind;

/// A value by its number in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ValueId(pub(super) usize);

impl ValueId {
    /// The value of which nothing is said; no plan has a value of this number.
    pub(super) const ANY: Self = Self(usize::MAX);
}

/// How the XML of one schema is read.
#[derive(Debug)]
pub(in super::super) struct XmlPlan {
    pub(super) values: Vec<XmlValue>,
    /// What [`ValueId::ANY`] stands for.
    pub(super) any: XmlValue,
    pub(super) root: ValueId,
    /// The names that the root element may have; empty where the description gives it none.
    pub(super) root_names: Vec<Box<str>>,
}

/// How one value is read.
#[derive(Debug)]
pub(super) struct XmlValue {
    /// How its text is read.
    pub(super) text: ValuePlan,
    /// Whether objects are allowed.
    pub(super) object: bool,
    /// Whether arrays are allowed.
    pub(super) list: bool,
    /// The namespace that the schema states for it.
    pub(super) namespace: Option<Box<str>>,
    /// The declared members, sorted by name.
    pub(super) members: Vec<XmlMember>,
    /// The element and attribute names of the members, sorted, each with the member's position.
    pub(super) names: Vec<(Box<str>, usize)>,
    /// The member that is the element's own text, by its position.
    pub(super) characters: Option<usize>,
    /// Every other member.
    pub(super) others: XmlMember,
    pub(super) item: ValueId,
    /// The names of items, and whether they may also have the name of the element round them.
    pub(super) item_names: Vec<Box<str>>,
    pub(super) item_unnamed: bool,
}

/// How one member is found and read.
#[derive(Clone, Debug)]
pub(super) struct XmlMember {
    pub(super) name: Box<str>,
    pub(super) kind: NodeKind,
    pub(super) namespace: Option<Box<str>>,
    pub(super) gather: Gather,
    pub(super) value: ValueId,
    pub(super) item: ValueId,
    /// Whether it is `null` when its attribute is left out.
    pub(super) nullable: bool,
}

impl XmlPlan {
    pub(super) fn value(&self, ValueId(number): ValueId) -> &XmlValue {
        self.values.get(number).unwrap_or(&self.any)
    }
}

impl XmlValue {
    /// The value of which nothing is said: text is a string, everything else an object of such values.
    pub(super) fn any() -> Self {
        Self {
            text: ValuePlan { untyped: true, ..ValuePlan::default() },
            object: false,
            list: false,
            namespace: None,
            members: Vec::new(),
            names: Vec::new(),
            characters: None,
            others: XmlMember::any(),
            item: ValueId::ANY,
            item_names: Vec::new(),
            item_unnamed: true,
        }
    }

    /// The member that an element or attribute called `name` is. `fits` tells whether its namespace is the stated one.
    pub(super) fn member(
        &self,
        name: &str,
        kind: NodeKind,
        fits: impl Fn(Option<&str>) -> bool,
    ) -> Option<&XmlMember> {
        let first = self.names.partition_point(|(own, _)| **own < *name);
        let named = self.names.get(first..).unwrap_or_default();
        let named = named.iter().take_while(|(own, _)| **own == *name);
        let members = named.filter_map(|(_, position)| self.members.get(*position));
        // Of two that fit, one that states its namespace is meant.
        members
            .filter(|member| member.kind == kind && fits(member.namespace.as_deref()))
            .max_by_key(|member| member.namespace.is_some())
    }

    pub(super) fn declares(&self, name: &str) -> bool {
        self.members.binary_search_by(|member| (*member.name).cmp(name)).is_ok()
    }
}

impl XmlMember {
    pub(super) fn any() -> Self {
        Self {
            name: "".into(),
            kind: NodeKind::Element,
            namespace: None,
            gather: Gather::WhenRepeated,
            value: ValueId::ANY,
            item: ValueId::ANY,
            nullable: false,
        }
    }
}
