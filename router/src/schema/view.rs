//! An instance as the validator sees it.
//!
//! Takes: a node of an arena, or a node behind the name of its slot (a one-member object that is never built).
//! Gives: jsonschema's `Json` and `Node`, without copying and, for a verdict, without allocating. Recursion of
//! the validator follows the instance's nesting, which the decoder bounds (REF-020). Never panics.

use super::instance::{
    Decimal, Instance, InstanceKind, InstanceNode, Items, Members, is_integer, is_written_as_integer,
};
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;

/// The representation by which validators are compiled.
pub(crate) struct ArenaJson;

/// Bounds one error report: how many errors it may create and how many values it may visit. When
/// either is spent, containers look empty, so that the enumeration ends soon.
#[derive(Debug)]
pub(super) struct Budget {
    errors: Cell<u32>,
    errors_max: u32,
    visits: Cell<u32>,
    /// How many errors had been created when the budget was spent.
    spent_at: Cell<Option<u32>>,
}

impl Budget {
    pub(super) const fn new(errors_max: u32, visits_max: u32) -> Self {
        Self { errors: Cell::new(0), errors_max, visits: Cell::new(visits_max), spent_at: Cell::new(None) }
    }

    /// Counts one created error; gives its number, from 0.
    fn error(&self) -> u32 {
        let number = self.errors.get();
        self.errors.set(number.saturating_add(1));
        if number >= self.errors_max {
            self.spend(number);
        }
        number
    }

    fn visit(&self) -> bool {
        let left = self.visits.get().saturating_sub(1);
        self.visits.set(left);
        if left == 0 {
            self.spend(self.errors.get());
        }
        self.spent_at.get().is_none()
    }

    fn spend(&self, at: u32) {
        if self.spent_at.get().is_none() {
            self.spent_at.set(Some(at));
        }
    }

    /// Whether the error with this number was created before the budget was spent, and so is sound.
    pub(super) fn is_sound(&self, number: u32) -> bool {
        self.spent_at.get().is_none_or(|spent| number < spent)
    }
}

#[derive(Clone, Copy)]
enum What<'i> {
    /// An object with one member: the slot's name, and the instance as its value.
    Slot(&'i str, InstanceNode<'i>),
    Node(InstanceNode<'i>),
    /// A member's name, while `propertyNames` looks at it.
    Name(&'i str),
}

/// A value as the validator sees it.
#[derive(Clone, Copy)]
pub(crate) struct View<'i> {
    what: What<'i>,
    budget: Option<&'i Budget>,
}

impl<'i> View<'i> {
    /// The instance, wrapped in the member that leads to its slot's schema.
    pub(super) const fn slot(name: &'i str, node: InstanceNode<'i>, budget: Option<&'i Budget>) -> Self {
        Self { what: What::Slot(name, node), budget }
    }

    /// The arena's node behind this view, when it is one.
    pub(super) const fn node(self) -> Option<InstanceNode<'i>> {
        match self.what {
            What::Node(node) => Some(node),
            What::Slot(..) | What::Name(_) => None,
        }
    }

    /// The name that `propertyNames` looks at, when it is one.
    pub(super) const fn name(self) -> Option<&'i str> {
        match self.what {
            What::Name(name) => Some(name),
            What::Slot(..) | What::Node(_) => None,
        }
    }

    fn may_go_on(self) -> bool {
        self.budget.is_none_or(Budget::visit)
    }

    fn child(self, node: InstanceNode<'i>) -> Self {
        Self { what: What::Node(node), budget: self.budget }
    }
}

impl Json for ArenaJson {
    type Node<'a> = View<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    // Members are searched one by one while there are few of them.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(View<'_>) -> T) -> T {
        f(View { what: What::Name(string), budget: None })
    }
}

impl<'a> Node<'a, ArenaJson> for View<'a> {
    type Object = ObjectView<'a>;
    type Array = ArrayView<'a>;
    type Number = NumberText<'a>;

    fn as_object(&self) -> Option<ObjectView<'a>> {
        (self.json_type() == JsonType::Object).then_some(ObjectView(*self))
    }

    fn as_array(&self) -> Option<ArrayView<'a>> {
        (self.json_type() == JsonType::Array).then_some(ArrayView(*self))
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.what {
            What::Node(node) => node.as_str().map(Cow::Borrowed),
            What::Name(name) => Some(Cow::Borrowed(name)),
            What::Slot(..) => None,
        }
    }

    fn as_number(&self) -> Option<NumberText<'a>> {
        self.node()?.number_text().map(NumberText)
    }

    fn as_boolean(&self) -> Option<bool> {
        self.node()?.as_bool()
    }

    fn is_null(&self) -> bool {
        self.node().is_some_and(InstanceNode::is_null)
    }

    fn is_number(&self) -> bool {
        self.json_type() == JsonType::Number
    }

    fn json_type(&self) -> JsonType {
        let node = match self.what {
            What::Node(node) => node,
            What::Name(_) => return JsonType::String,
            What::Slot(..) => return JsonType::Object,
        };
        match node.kind() {
            InstanceKind::Null => JsonType::Null,
            InstanceKind::Boolean => JsonType::Boolean,
            InstanceKind::Number => JsonType::Number,
            InstanceKind::String | InstanceKind::Binary => JsonType::String,
            InstanceKind::Array => JsonType::Array,
            InstanceKind::Object => JsonType::Object,
        }
    }

    /// Code points (SCH-024); octets for a binary value (BOD-015).
    fn string_length(&self) -> Option<u64> {
        if let Some((_, octets)) = self.node().and_then(InstanceNode::as_binary) {
            return Some(u64::from(octets));
        }
        let text = self.as_string()?;
        let code_points = text.as_bytes().iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        u64::try_from(code_points).ok()
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match self.what {
            What::Node(node) => equals(node, expected),
            What::Name(name) => expected.as_str() == Some(name),
            What::Slot(..) => false,
        }
    }

    /// For an error report the number of the error stands here instead of a copy of the value. The wrapper of a slot is
    /// asked for only when a match with a pattern could not be finished, and then its inside is looked at.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match (self.what, self.budget) {
            (What::Slot(name, node), _) => {
                Value::Object(std::iter::once((name.to_owned(), node.to_json())).collect())
            }
            (What::Node(_) | What::Name(_), Some(budget)) => Value::from(budget.error()),
            (What::Node(node), None) => node.to_json(),
            (What::Name(name), None) => Value::from(name),
        })
    }

    /// No cycle guard: schemas that would need one are refused when they are compiled (REF-019).
    fn identity(&self) -> Option<NodeIdentity> {
        None
    }

    /// Lets the validator remember verdicts of recursive schemas, which keeps nested unions linear.
    fn container_identity(&self) -> Option<NodeIdentity> {
        let node = self.node()?;
        let container = matches!(node.kind(), InstanceKind::Array | InstanceKind::Object);
        container.then(|| {
            let (address, index) = node.identity();
            NodeIdentity::tagged(address, index)
        })
    }
}

/// Equal as JSON Schema means it, exactly: numbers are compared as decimals.
fn equals(node: InstanceNode<'_>, expected: &Value) -> bool {
    match expected {
        Value::Null => node.is_null(),
        Value::Bool(value) => node.as_bool() == Some(*value),
        Value::Number(number) => node.number_text().is_some_and(|text| number_equals(text, number)),
        Value::String(text) => node.as_str() == Some(text),
        Value::Array(items) => {
            node.kind() == InstanceKind::Array
                && node.len() == items.len()
                && node.items().zip(items).all(|(item, expected)| equals(item, expected))
        }
        Value::Object(members) => {
            node.kind() == InstanceKind::Object
                && node.len() == members.len()
                && members
                    .iter()
                    .all(|(name, expected)| node.get(name).is_some_and(|own| equals(own, expected)))
        }
    }
}

fn number_equals(text: &str, number: &Number) -> bool {
    if let Some(integer) = number.as_u64() {
        return Decimal::parse(text).to_u64() == Some(integer);
    }
    if let Some(integer) = number.as_i64() {
        return Decimal::parse(text).to_i64() == Some(integer);
    }
    let mut expected = arrayvec::ArrayString::<64>::new();
    // The shortest decimal of a binary number takes at most 25 characters.
    write!(expected, "{number}").is_ok() && Decimal::parse(text) == Decimal::parse(&expected)
}

/// A number by its text.
pub(crate) struct NumberText<'a>(&'a str);

impl JsonNumber for NumberText<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok().or_else(|| Decimal::parse(self.0).to_u64())
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok().or_else(|| Decimal::parse(self.0).to_i64())
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(self.0.parse().unwrap_or_else(|_| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        is_integer(self.0)
    }

    fn is_written_as_integer(&self) -> bool {
        is_written_as_integer(self.0)
    }
}

/// An object as the validator sees it.
pub(crate) struct ObjectView<'a>(View<'a>);

impl<'a> Object<'a, ArenaJson> for ObjectView<'a> {
    type Node = View<'a>;
    type MemberName = &'a str;
    type MembersIter = MemberViews<'a>;

    fn len(&self) -> usize {
        self.0.node().map_or(1, InstanceNode::len)
    }

    fn get(&self, key: &Box<str>) -> Option<View<'a>> {
        if !self.0.may_go_on() {
            return None;
        }
        match self.0.what {
            What::Slot(name, node) => (name == &**key).then(|| self.0.child(node)),
            What::Node(node) => node.get(key).map(|node| self.0.child(node)),
            What::Name(_) => None,
        }
    }

    fn members(&self) -> MemberViews<'a> {
        let view = self.0;
        match view.what {
            What::Slot(name, node) => MemberViews::Slot(Some((name, view.child(node)))),
            What::Node(node) => MemberViews::Members { members: node.members(), view },
            What::Name(_) => MemberViews::Slot(None),
        }
    }
}

/// The members of an object, one by one.
pub(crate) enum MemberViews<'a> {
    Slot(Option<(&'a str, View<'a>)>),
    Members { members: Members<'a>, view: View<'a> },
}

impl<'a> Iterator for MemberViews<'a> {
    type Item = (&'a str, View<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Slot(member) => member.take(),
            Self::Members { members, view } => {
                let (name, node) = members.next().filter(|_| view.may_go_on())?;
                Some((name, view.child(node)))
            }
        }
    }
}

/// An array as the validator sees it.
pub(crate) struct ArrayView<'a>(View<'a>);

impl<'a> Array<'a, ArenaJson> for ArrayView<'a> {
    type Node = View<'a>;
    type ElementsIter = ItemViews<'a>;

    fn len(&self) -> usize {
        self.0.node().map_or(0, InstanceNode::len)
    }

    fn elements(&self) -> ItemViews<'a> {
        ItemViews { items: self.0.node().map(InstanceNode::items), view: self.0 }
    }

    fn is_unique(&self) -> bool {
        self.0.node().is_none_or(InstanceNode::items_are_unique)
    }
}

/// The items of an array, one by one.
pub(crate) struct ItemViews<'a> {
    items: Option<Items<'a>>,
    view: View<'a>,
}

impl<'a> Iterator for ItemViews<'a> {
    type Item = View<'a>;

    fn next(&mut self) -> Option<View<'a>> {
        let node = self.items.as_mut()?.next().filter(|_| self.view.may_go_on())?;
        Some(self.view.child(node))
    }
}

/// A value of the description as an instance, so that equality is exact.
pub(super) fn instance_of(text: &str) -> Option<Instance> {
    let limits =
        super::instance::JsonLimits { bytes_max: u32::MAX, values_max: u32::MAX, ..Default::default() };
    super::instance::parse_json(text.as_bytes(), &limits).ok()
}
