//! Lowered schemas -> plain ones (build phase).
//!
//! Takes: the entries of the lowered document, whose references all have the form `#/$defs/s<n>`. Gives: those that are plain: a
//! schema with a keyword that is not known here is not, and neither is one with such a schema inside. Allocates, and
//! recurses with the nesting of the description. Never panics.

use super::{ArrayRules, NumberRule, ObjectRules, Plain, PlainSchemas, Property, Range, Rules, Values};
use crate::schema::exact::{self, Limit, NumberFormat};
use crate::schema::lower::entry_position;
use crate::schema::shape::TypeSet;
use serde_json::{Map, Value};

impl PlainSchemas {
    pub(in crate::schema) fn compile(entries: &[Value]) -> Self {
        let mut draft = Draft::default();
        draft.nodes.resize_with(entries.len(), Node::default);
        for (at, schema) in entries.iter().enumerate() {
            let plain = draft.schema(at, schema);
            draft.put(at, plain);
        }
        draft.take_out_what_is_around_others();
        Self { nodes: draft.nodes.into_iter().map(|node| node.plain).collect() }
    }
}

#[derive(Default)]
struct Draft {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    plain: Option<Plain>,
    /// The schemas that this one is inside of, or is referred to by.
    around: Vec<usize>,
}

impl Draft {
    fn put(&mut self, at: usize, plain: Option<Plain>) {
        if let Some(node) = self.nodes.get_mut(at) {
            node.plain = plain;
        }
    }

    /// What has a schema inside that is not plain is not plain either.
    fn take_out_what_is_around_others(&mut self) {
        let not_plain = |(at, node): (usize, &Node)| node.plain.is_none().then_some(at);
        let mut waiting: Vec<usize> = self.nodes.iter().enumerate().filter_map(not_plain).collect();
        while let Some(at) = waiting.pop() {
            let around = self.nodes.get_mut(at).map(|node| std::mem::take(&mut node.around));
            waiting.extend(around.unwrap_or_default().into_iter().filter(|at| self.take_out(*at)));
        }
    }

    /// Whether the schema was plain so far.
    fn take_out(&mut self, at: usize) -> bool {
        self.nodes.get_mut(at).is_some_and(|node| node.plain.take().is_some())
    }

    /// The schema, which will stand at `at`.
    fn schema(&mut self, at: usize, schema: &Value) -> Option<Plain> {
        match schema {
            Value::Bool(true) => Some(Plain::Rules(Rules::of(TypeSet::ALL))),
            Value::Bool(false) => Some(Plain::Rules(Rules::of(TypeSet::NONE))),
            Value::Object(keywords) => match only_reference(keywords) {
                Some(target) => self.link(target, at).map(Plain::Same),
                None => self.rules(at, keywords).map(Plain::Rules),
            },
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        }
    }

    /// A schema inside the one at `around`: `Some(None)` allows anything, `None` is not plain.
    fn inside(&mut self, around: usize, schema: &Value) -> Option<Option<u32>> {
        if *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty) {
            return Some(None);
        }
        if let Some(target) = schema.as_object().and_then(only_reference) {
            return self.link(target, around).map(Some);
        }
        let at = self.nodes.len();
        self.nodes.push(Node { plain: None, around: vec![around] });
        let plain = self.schema(at, schema)?;
        self.put(at, Some(plain));
        Some(Some(u32::try_from(at).ok()?))
    }

    fn link(&mut self, target: usize, around: usize) -> Option<u32> {
        self.nodes.get_mut(target)?.around.push(around);
        u32::try_from(target).ok()
    }

    fn rules(&mut self, at: usize, keywords: &Map<String, Value>) -> Option<Rules> {
        let mut rules = Rules::of(TypeSet::ALL);
        let (mut number, mut length) = (Vec::new(), Range::ANY);
        let (mut array, mut object) = (Array::default(), Object::default());
        for (name, value) in keywords {
            match name.as_str() {
                "type" => rules.types = types(value)?,
                "enum" if rules.values.is_none() => rules.values = Some(Box::new(values(value.as_array()?)?)),
                "const" if rules.values.is_none() => {
                    rules.values = Some(Box::new(values(std::slice::from_ref(value))?));
                }
                "minLength" => length.least = count(value)?,
                "maxLength" => length.most = count(value)?,
                "minItems" | "maxItems" | "uniqueItems" | "items" => {
                    self.array(at, (name, value), &mut array)?
                }
                "minProperties" | "maxProperties" | "properties" | "required" | "additionalProperties" => {
                    self.object(at, (name, value), &mut object)?;
                }
                name => number.push(number_rule(name, value)?),
            }
        }
        rules.number = number.into();
        rules.length = length.is_needed().then(|| Box::new(length));
        rules.array = array.finish();
        rules.object = object.finish()?;
        Some(rules)
    }

    fn array(&mut self, at: usize, (name, value): (&str, &Value), array: &mut Array) -> Option<()> {
        array.is_needed = true;
        match name {
            "minItems" => array.rules.count.least = count(value)?,
            "maxItems" => array.rules.count.most = count(value)?,
            "uniqueItems" => array.rules.unique = value.as_bool()?,
            _ => array.rules.items = self.inside(at, value)?,
        }
        Some(())
    }

    fn object(&mut self, at: usize, (name, value): (&str, &Value), object: &mut Object) -> Option<()> {
        object.is_needed = true;
        match name {
            "minProperties" => object.count.least = count(value)?,
            "maxProperties" => object.count.most = count(value)?,
            "required" => {
                for name in value.as_array()? {
                    object.required.push(name.as_str()?.into());
                }
            }
            "additionalProperties" => object.others = self.inside(at, value)?,
            _ => {
                for (name, schema) in value.as_object()? {
                    let schema = Some(self.inside(at, schema)?);
                    object.properties.push(Property { name: name.as_str().into(), schema, required: 0 });
                }
            }
        }
        Some(())
    }
}

impl Rules {
    fn of(types: TypeSet) -> Self {
        Self { types, values: None, number: Box::default(), length: None, array: None, object: None }
    }
}

impl Range {
    const fn is_needed(&self) -> bool {
        self.least > 0 || self.most < usize::MAX
    }
}

struct Array {
    is_needed: bool,
    rules: ArrayRules,
}

impl Default for Array {
    fn default() -> Self {
        Self { is_needed: false, rules: ArrayRules { count: Range::ANY, unique: false, items: None } }
    }
}

impl Array {
    fn finish(self) -> Option<Box<ArrayRules>> {
        self.is_needed.then(|| Box::new(self.rules))
    }
}

struct Object {
    is_needed: bool,
    count: Range,
    properties: Vec<Property>,
    required: Vec<Box<str>>,
    others: Option<u32>,
}

impl Default for Object {
    fn default() -> Self {
        let (properties, required) = (Vec::new(), Vec::new());
        Self { is_needed: false, count: Range::ANY, properties, required, others: None }
    }
}

impl Object {
    /// `None` where more are required than there are bits.
    fn finish(mut self) -> Option<Option<Box<ObjectRules>>> {
        if !self.is_needed {
            return Some(None);
        }
        let mut all_required = 0_u64;
        for (index, name) in (0_u32..).zip(self.required) {
            let required = 1_u64.checked_shl(index)?;
            all_required |= required;
            match self.properties.iter_mut().find(|own| own.name == name) {
                Some(own) => own.required |= required,
                None => self.properties.push(Property { name, schema: None, required }),
            }
        }
        self.properties.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let (count, properties, others) = (self.count, self.properties.into(), self.others);
        Some(Some(Box::new(ObjectRules { count, properties, required: all_required, others })))
    }
}

/// The entry that the schema refers to, where it says nothing else.
fn only_reference(keywords: &Map<String, Value>) -> Option<usize> {
    let reference = keywords.get("$ref").filter(|_| keywords.len() == 1)?;
    entry_position(reference.as_str()?)
}

fn types(value: &Value) -> Option<TypeSet> {
    let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let types = names
        .iter()
        .try_fold(TypeSet::NONE, |types, name| Some(types.or(TypeSet::of_name(name.as_str()?))))?;
    (types != TypeSet::NONE).then_some(types)
}

fn values(listed: &[Value]) -> Option<Values> {
    let (mut values, mut strings) = (Values::default(), Vec::new());
    for value in listed {
        match value {
            Value::Null => values.null = true,
            Value::Bool(true) => values.yes = true,
            Value::Bool(false) => values.no = true,
            Value::String(text) => strings.push(text.as_str().into()),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => return None,
        }
    }
    strings.sort_unstable();
    Some(Values { strings: strings.into(), ..values })
}

fn count(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn number_rule(name: &str, value: &Value) -> Option<NumberRule> {
    let (name, text) = (name.strip_prefix(exact::PRIVATE)?, value.as_str()?);
    if name == "format" {
        return NumberFormat::from_name(text).map(NumberRule::Format);
    }
    Limit::compile(name, text).map(NumberRule::Limit)
}
