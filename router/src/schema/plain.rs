//! Plain schemas: those that only say what most schemas say, judged in one pass over the instance.
//!
//! Takes: a lowered schema whose every keyword, and every keyword of what it refers to, is known here. Gives: the verdict
//! that the general validator gives, for about half of its instructions and stack. A property test holds the two together; reports of errors
//! are the general validator's alone. Each value is judged by one schema, since a `$ref` beside other keywords, `allOf` and their like
//! are not plain: so work is linear in the instance. Recursion follows the instance's nesting, which its decoder bounds (REF-020).
//! Allocates nothing; never panics.

mod compile;
#[cfg(test)]
mod tests;

use super::exact::{Limit, NumberFormat};
use super::instance::{InstanceNode, InstanceValue, Items, Members, is_integer};
use super::shape::TypeSet;

/// Up to this many properties are looked at one by one, which mostly means at their lengths; among more a name is searched.
const PROPERTIES_ONE_BY_ONE_MAX: usize = 16;

/// The plain ones among the schemas of a description, by the positions of their entries.
pub(super) struct PlainSchemas {
    /// The entries first, then the schemas inside them; `None` is not plain.
    nodes: Box<[Option<Plain>]>,
}

/// A schema that is plain.
enum Plain {
    /// It says only what the schema at this position says.
    Same(u32),
    Rules(Rules),
}

/// What a schema says of values of each type.
struct Rules {
    types: TypeSet,
    /// The only values of a type other than number, array and object, where `enum` or `const` lists them.
    values: Option<Box<Values>>,
    number: Box<[NumberRule]>,
    /// The least and the most code points.
    length: Option<Box<Range>>,
    array: Option<Box<ArrayRules>>,
    object: Option<Box<ObjectRules>>,
}

#[derive(Default)]
struct Values {
    null: bool,
    yes: bool,
    no: bool,
    /// Sorted.
    strings: Box<[Box<str>]>,
}

enum NumberRule {
    Limit(Limit),
    Format(NumberFormat),
}

struct Range {
    least: usize,
    most: usize,
}

struct ArrayRules {
    count: Range,
    unique: bool,
    /// The schema of the items; `None` allows anything.
    items: Option<u32>,
}

struct ObjectRules {
    count: Range,
    /// Sorted by name.
    properties: Box<[Property]>,
    /// A bit for each required property.
    required: u64,
    /// The schema of members that are no properties; `None` allows anything.
    others: Option<u32>,
}

struct Property {
    name: Box<str>,
    /// `None` where only `required` names it.
    schema: Option<Option<u32>>,
    /// Its bit among the required ones; none where it is not required.
    required: u64,
}

impl PlainSchemas {
    /// Whether the instance is valid against the entry; `None` where that is not plain.
    pub(super) fn verdict(&self, entry: u32, node: InstanceNode<'_>) -> Option<bool> {
        self.node(entry).map(|plain| plain.holds(self, node))
    }

    fn node(&self, at: u32) -> Option<&Plain> {
        self.nodes.get(usize::try_from(at).ok()?)?.as_ref()
    }

    /// Whether what is inside a plain schema holds: plain as well, so that there always is a node.
    #[inline]
    fn holds(&self, inside: Option<u32>, node: InstanceNode<'_>) -> bool {
        inside.is_none_or(|at| self.node(at).is_some_and(|plain| plain.holds(self, node)))
    }
}

impl Plain {
    /// Schemas that refer to each other about one value in a circle are refused before (REF-019).
    #[inline]
    fn holds(&self, all: &PlainSchemas, node: InstanceNode<'_>) -> bool {
        match self {
            Self::Same(at) => all.holds(Some(*at), node),
            Self::Rules(rules) => rules.hold(all, node),
        }
    }
}

impl Rules {
    #[inline]
    fn hold(&self, all: &PlainSchemas, node: InstanceNode<'_>) -> bool {
        match node.value() {
            InstanceValue::Null => self.allows(TypeSet::NULL, |values| values.null),
            InstanceValue::Boolean(own) => {
                self.allows(TypeSet::BOOLEAN, |values| if own { values.yes } else { values.no })
            }
            InstanceValue::Number(text) => self.number(text),
            InstanceValue::String(text) => self.string(text),
            InstanceValue::Binary(octets) => self.binary(octets),
            InstanceValue::Array(items) => {
                self.allows(TypeSet::ARRAY, |_| false)
                    && self.array.as_ref().is_none_or(|rules| rules.hold(all, node, items))
            }
            InstanceValue::Object(members) => {
                self.allows(TypeSet::OBJECT, |_| false)
                    && self.object.as_ref().is_none_or(|rules| rules.hold(all, members))
            }
        }
    }

    fn string(&self, text: &str) -> bool {
        self.allows(TypeSet::STRING, |values| values.has(text))
            && self.length.as_ref().is_none_or(|length| length.holds_text(text))
    }

    /// Octets are a string without text (BOD-014), whose length is their number (BOD-015).
    fn binary(&self, octets: u32) -> bool {
        let octets = usize::try_from(octets).unwrap_or(usize::MAX);
        self.allows(TypeSet::STRING, |_| false)
            && self.length.as_ref().is_none_or(|length| length.holds(octets))
    }

    fn allows(&self, own: TypeSet, is_listed: impl FnOnce(&Values) -> bool) -> bool {
        self.types.contains(own) && self.values.as_deref().is_none_or(is_listed)
    }

    fn number(&self, text: &str) -> bool {
        let typed = self.types.contains(TypeSet::NUMBER)
            || (self.types.contains(TypeSet::INTEGER) && is_integer(text));
        typed && self.values.is_none() && self.number.iter().all(|rule| rule.holds(text))
    }
}

impl Values {
    fn has(&self, text: &str) -> bool {
        self.strings.binary_search_by(|own| (**own).cmp(text)).is_ok()
    }
}

impl NumberRule {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Limit(limit) => limit.holds(text),
            Self::Format(format) => format.holds(text),
        }
    }
}

impl Range {
    const ANY: Self = Self { least: 0, most: usize::MAX };

    const fn holds(&self, own: usize) -> bool {
        self.least <= own && own <= self.most
    }

    /// Code points (SCH-024). They are counted only where the octets, of which each takes one to four, leave a doubt.
    fn holds_text(&self, text: &str) -> bool {
        let octets = text.len();
        let is_certain = octets <= self.most && octets >= self.least.saturating_mul(4);
        is_certain || self.holds(text.chars().count())
    }
}

impl ArrayRules {
    fn hold(&self, all: &PlainSchemas, node: InstanceNode<'_>, mut items: Items<'_>) -> bool {
        self.count.holds(items.len())
            && (self.items.is_none() || items.all(|item| all.holds(self.items, item)))
            && (!self.unique || node.items_are_unique())
    }
}

impl ObjectRules {
    fn hold(&self, all: &PlainSchemas, mut members: Members<'_>) -> bool {
        let mut missing = self.required;
        self.count.holds(members.len())
            && members.all(|(name, value)| {
                let Some(property) = self.find(name) else { return all.holds(self.others, value) };
                missing &= !property.required;
                all.holds(property.schema.unwrap_or(self.others), value)
            })
            && missing == 0
    }

    fn find(&self, name: &str) -> Option<&Property> {
        if self.properties.len() <= PROPERTIES_ONE_BY_ONE_MAX {
            return self.properties.iter().find(|own| *own.name == *name);
        }
        let at = self.properties.binary_search_by(|own| (*own.name).cmp(name)).ok()?;
        self.properties.get(at)
    }
}
