//! Values that satisfy a schema.
//!
//! Takes: a schema and how the value will be written. Gives: a candidate per call. It need not be right: `Instances` judges each
//! by the independent path and asks again. Recursion ends at [`DEPTH_MAX`]. Never panics.

use serde_json::{Map, Number, Value};

use super::Reason;
use super::description::{Description, Node};
use super::keywords::Keywords;
use super::random::Random;
use super::text;

/// Where a value that refers to itself is given up.
const DEPTH_MAX: usize = 12;
/// Where optional members end.
const OPTIONAL_DEPTH_MAX: usize = 3;
/// Optional members of one instance.
const OPTIONAL_MEMBERS_MAX: usize = 200;
/// Items of an array, where the schema does not ask for more.
const ITEMS: usize = 2;
/// Items of an array at all.
const ITEMS_MAX: usize = 300;

/// How a value will be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// As JSON: anything goes.
    Json,
    /// As a member of a form or a part: no `null` and no emptiness on the first two levels.
    Form,
    /// As XML: no `null` and no emptiness.
    Xml,
    /// As a parameter: scalars in at most one array or object, nothing empty.
    Parameter,
}

impl Written {
    /// The depth from which on only scalars can be written.
    const fn scalars_from(self) -> usize {
        match self {
            Self::Json | Self::Xml => usize::MAX,
            Self::Form => 2,
            Self::Parameter => 1,
        }
    }
}

/// Makes one candidate.
#[derive(Debug)]
pub struct Maker<'d, 'r> {
    /// Where references lead.
    pub description: &'d Description,
    /// Where chance comes from.
    pub random: &'r mut Random,
    /// How it will be written.
    pub written: Written,
    /// With optional members.
    pub full: bool,
    /// Branches and listed values are taken at random, else the first.
    pub wander: bool,
    /// Optional members so far.
    pub optional: usize,
}

impl<'d> Maker<'d, '_> {
    /// A candidate that all of `schemas` apply to.
    ///
    /// # Errors
    /// Why there is none.
    pub fn make(&mut self, schemas: &[Node<'d>], depth: usize) -> Result<Value, Reason> {
        if depth > DEPTH_MAX {
            return Err("schema that contains itself without end".to_owned());
        }
        let wander = self.wander;
        let random = if wander { Some(&mut *self.random) } else { None };
        let keywords = Keywords::of(self.description, schemas, random)?;
        if let Some(value) = self.listed(&keywords, depth) {
            return Ok(value);
        }
        let kind = self.kind(&keywords, depth)?;
        match kind {
            "object" => self.object(&keywords, depth),
            "array" => self.array(&keywords, depth),
            "string" => text::string(&keywords, self.random, self.written != Written::Json),
            "integer" => self.number(&keywords, true),
            "number" => self.number(&keywords, false),
            "boolean" => Ok(Value::Bool(self.random.below(2) == 1)),
            _ => Ok(Value::Null),
        }
    }

    /// A value of `const` or `enum` that can be written.
    fn listed(&mut self, keywords: &Keywords<'d>, depth: usize) -> Option<Value> {
        if let Some(value) = keywords.first("const") {
            return Some(value.clone());
        }
        let lists = keywords.all("enum");
        let first = lists.first()?;
        let writable = |value: &&Value| self.written == Written::Json || self.is_writable(value, depth);
        let in_all = |value: &&Value| {
            lists.iter().all(|list| list.value.as_array().is_some_and(|list| list.contains(value)))
        };
        let values: Vec<&Value> = first.value.as_array()?.iter().filter(in_all).filter(writable).collect();
        let index = if self.wander { self.random.below(values.len()) } else { 0 };
        values.get(index).map(|value| (*value).clone())
    }

    fn is_writable(&self, value: &Value, depth: usize) -> bool {
        let scalar = !value.is_array() && !value.is_object();
        !value.is_null() && value.as_str() != Some("") && (scalar || depth < self.written.scalars_from())
    }

    fn kind(&mut self, keywords: &Keywords<'d>, depth: usize) -> Result<&'d str, Reason> {
        let allowed = keywords.types().unwrap_or_else(|| implied(keywords));
        let scalars_only = depth >= self.written.scalars_from();
        let writable = |kind: &&str| match *kind {
            "null" => self.written == Written::Json,
            "object" | "array" => !scalars_only,
            _ => true,
        };
        let kinds: Vec<&str> = allowed.iter().copied().filter(writable).collect();
        let some: Vec<&str> = kinds.iter().copied().filter(|kind| *kind != "null").collect();
        let index = if self.wander { self.random.below(some.len()) } else { 0 };
        match some.get(index).or(kinds.first()) {
            Some(kind) => Ok(kind),
            None if allowed.is_empty() => Err("schema that allows no type".to_owned()),
            None => Err("value that its place cannot hold (nested or null)".to_owned()),
        }
    }

    fn object(&mut self, keywords: &Keywords<'d>, depth: usize) -> Result<Value, Reason> {
        let mut members = Map::new();
        let declared = keywords.properties();
        let required = keywords.required();
        for (name, schemas) in &declared {
            let needed = required.contains(name);
            let wanted = self.full
                && depth < OPTIONAL_DEPTH_MAX
                && self.optional < OPTIONAL_MEMBERS_MAX
                && !self.is_read_only(schemas);
            if !needed && !wanted {
                continue;
            }
            self.optional = self.optional.saturating_add(usize::from(!needed));
            let forced = keywords.discriminated.iter().find(|(property, _)| property == name);
            match self.make(schemas, depth.saturating_add(1)) {
                Ok(Value::String(_)) if forced.is_some() => {
                    members.insert((*name).to_owned(), Value::from(forced.map_or("", |(_, text)| text)));
                }
                Ok(value) => {
                    members.insert((*name).to_owned(), value);
                }
                Err(reason) if needed => return Err(reason),
                Err(_) => {}
            }
        }
        for name in required.iter().filter(|name| declared.iter().all(|(known, _)| known != *name)) {
            let value = self.undeclared(keywords, depth)?;
            members.insert((*name).to_owned(), value);
        }
        self.more_members(keywords, &mut members, depth)?;
        Ok(Value::Object(members))
    }

    /// Members that nothing names: as many as `minProperties` asks for, and one where only they are described.
    fn more_members(
        &mut self,
        keywords: &Keywords<'d>,
        members: &mut Map<String, Value>,
        depth: usize,
    ) -> Result<(), Reason> {
        let described = keywords.all("additionalProperties").iter().any(|schema| schema.value.is_object());
        let no_names = keywords.all("properties").is_empty();
        let wanted = described && no_names && self.full && depth < OPTIONAL_DEPTH_MAX;
        let filled = self.written != Written::Json && members.is_empty();
        let least = keywords.at_least("minProperties").max(usize::from(wanted || (filled && no_names)));
        if members.len() < least && !self.full {
            self.fill_from_declared(keywords, members, least, depth);
        }
        let names = keywords.parts.iter().find_map(|part| part.child("propertyNames")?.child("enum"));
        let names = names.map(|names| names.items()).unwrap_or_default();
        for number in 1..=least.min(ITEMS_MAX) {
            if members.len() >= least {
                break;
            }
            let name = names.get(number.saturating_sub(1)).and_then(|name| name.value.as_str());
            let name = name.map_or_else(|| format!("extra{number}"), str::to_owned);
            let value = self.undeclared(keywords, depth)?;
            members.insert(name, value);
        }
        Ok(())
    }

    fn fill_from_declared(
        &mut self,
        keywords: &Keywords<'d>,
        members: &mut Map<String, Value>,
        least: usize,
        depth: usize,
    ) {
        for (name, schemas) in keywords.properties() {
            if members.len() >= least {
                return;
            }
            if !members.contains_key(name)
                && let Ok(value) = self.make(&schemas, depth.saturating_add(1))
            {
                members.insert(name.to_owned(), value);
            }
        }
    }

    fn undeclared(&mut self, keywords: &Keywords<'d>, depth: usize) -> Result<Value, Reason> {
        let schemas = keywords.all("additionalProperties");
        if schemas.iter().any(|schema| *schema.value == Value::Bool(false)) {
            return Err("member that is asked for and not allowed".to_owned());
        }
        self.make(&schemas, depth.saturating_add(1))
    }

    fn is_read_only(&self, schemas: &[Node<'d>]) -> bool {
        let says = |node: &Node<'d>| {
            node.truth("readOnly") || self.description.follow(node).is_ok_and(|node| node.truth("readOnly"))
        };
        schemas.iter().any(says)
    }

    fn array(&mut self, keywords: &Keywords<'d>, depth: usize) -> Result<Value, Reason> {
        let least = keywords.at_least("minItems").max(usize::from(self.written != Written::Json));
        let wanted = if self.full && depth < OPTIONAL_DEPTH_MAX { ITEMS } else { usize::from(depth < 6) };
        let most = keywords.at_most("maxItems").unwrap_or(ITEMS_MAX).min(ITEMS_MAX);
        if least > ITEMS_MAX {
            return Err("array of very many items".to_owned());
        }
        let count = wanted.max(least).min(most);
        let first = keywords.all("prefixItems");
        let rest = keywords.all("items");
        let contains = keywords.all("contains");
        let unique = keywords.first("uniqueItems") == Some(&Value::Bool(true));
        let mut items: Vec<Value> = Vec::new();
        for index in 0..count {
            let prefix: Vec<Node<'d>> =
                first.iter().filter_map(|list| list.items().get(index).cloned()).collect();
            let mut schemas = if prefix.is_empty() { rest.clone() } else { prefix };
            if index == 0 {
                schemas.extend(contains.iter().cloned());
            }
            match self.item(&schemas, depth, if unique { &items } else { &[] }) {
                Ok(item) => items.push(item),
                Err(_) if items.len() >= least => break,
                Err(reason) => return Err(reason),
            }
        }
        Ok(Value::Array(items))
    }

    /// An item that is none of `others`.
    fn item(&mut self, schemas: &[Node<'d>], depth: usize, others: &[Value]) -> Result<Value, Reason> {
        let wander = self.wander;
        for _ in 0..20 {
            let item = self.make(schemas, depth.saturating_add(1));
            let taken = item.as_ref().is_ok_and(|item| others.contains(item));
            if !taken {
                self.wander = wander;
                return item;
            }
            self.wander = true;
        }
        self.wander = wander;
        Err("items that must differ".to_owned())
    }

    fn number(&mut self, keywords: &Keywords<'d>, whole: bool) -> Result<Value, Reason> {
        let step = keywords.first("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0);
        let step = step.or(if whole { Some(1.0) } else { None });
        let beyond = step.unwrap_or(0.5);
        // Beyond an exclusive bound by a step; without one, between the bounds.
        let low =
            [keywords.greatest("minimum"), keywords.greatest("exclusiveMinimum").map(|low| low + beyond)];
        let high = [keywords.least("maximum"), keywords.least("exclusiveMaximum").map(|high| high - beyond)];
        let least = low.into_iter().flatten().reduce(f64::max);
        let most = high.into_iter().flatten().reduce(f64::min);
        let chance = f64::from(u16::try_from(self.random.below(50)).unwrap_or(0));
        // A number that may have a fraction has one, so that nothing reads it as an integer.
        let offset = step.map_or(chance + 0.5, |step| chance * step);
        let start = match (least, most) {
            (Some(least), Some(most)) => (least + offset).min(most),
            (Some(least), None) => least + offset,
            (None, Some(most)) => most.min(offset),
            (None, None) => offset,
        };
        let number = match step {
            Some(step) => {
                let down = (start / step).floor() * step;
                if least.is_some_and(|least| down < least) { (start / step).ceil() * step } else { down }
            }
            None => between(keywords).unwrap_or(start),
        };
        number_value(number).ok_or_else(|| "number out of range".to_owned())
    }
}

/// The middle of a range that is narrow: no step leads into it for sure.
fn between(keywords: &Keywords<'_>) -> Option<f64> {
    let low = [keywords.greatest("minimum"), keywords.greatest("exclusiveMinimum")];
    let high = [keywords.least("maximum"), keywords.least("exclusiveMaximum")];
    let low = low.into_iter().flatten().reduce(f64::max)?;
    let high = high.into_iter().flatten().reduce(f64::min)?;
    (high - low <= 2.0).then_some(f64::midpoint(low, high))
}

/// A whole number as an integer, another as it is.
fn number_value(number: f64) -> Option<Value> {
    // Whole numbers up to 2^53 are exact in both forms.
    let whole = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    if whole {
        return format!("{number:.0}").parse::<i64>().ok().map(Value::from);
    }
    Number::from_f64(number).map(Value::Number)
}

/// The types that the keywords of a schema without `type` speak of.
fn implied<'d>(keywords: &Keywords<'d>) -> Vec<&'d str> {
    let has = |names: &[&str]| names.iter().any(|name| keywords.first(name).is_some());
    if has(&["properties", "required", "additionalProperties", "minProperties", "patternProperties"]) {
        return vec!["object"];
    }
    if has(&["items", "prefixItems", "minItems", "contains", "uniqueItems"]) {
        return vec!["array"];
    }
    if has(&["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]) {
        return vec!["integer", "number"];
    }
    vec!["string", "integer", "number", "boolean", "object", "array", "null"]
}
