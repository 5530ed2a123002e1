//! Values made from schemas: what a mock tells where the description gives no example.
//!
//! Takes: the place of a schema and an [`Attempt`], which decides wherever the schema leaves a choice. Gives: a value that is
//! likely to be valid, the same for the same attempt; whoever asks holds it against the schema. What applies to one value is
//! gathered first, through `$ref`, `allOf` and one branch of each union. Recurses into members and items, down to a bound. Never
//! panics.

use std::collections::VecDeque;
use std::fmt;

use serde_json::{Map, Value};

use super::{pattern, scalar};
use crate::description::{Description, Kind, Location, NodeId, NodeRef};
use crate::limits::{
    MOCK_ITEMS_MAX, MOCK_LEVELS_MAX, MOCK_OPTIONAL_LEVELS_MAX, MOCK_SCHEMAS_MAX, MOCK_VALUES_MAX,
};

/// How a schema's choices are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// Whether examples and defaults are taken.
    pub(super) examples: bool,
    /// Whether members that are not required are there.
    pub(super) optional: bool,
    /// Which branch of unions.
    pub(super) branch: usize,
    /// Varies what is left.
    pub(super) seed: u64,
}

impl Attempt {
    /// The attempts in turn: three ways for each branch; a seed rules out examples, which do not vary.
    pub(super) fn new(number: usize, seed: u64) -> Self {
        let way = number.checked_rem(3).unwrap_or(0);
        let branch = number.checked_div(3).unwrap_or(0);
        let varied = branch.saturating_add(usize::try_from(seed).unwrap_or(0));
        Self { examples: way == 0 && seed == 0, optional: way != 2, branch: varied, seed }
    }
}

/// Why no value could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MockFault {
    /// Required members lead back to their schema, or are nested too deep.
    Deep,
    /// It would be too large.
    Large,
    /// The schema is `false`, or its types exclude each other.
    Never,
    /// A reference leads nowhere.
    Reference,
    /// The pattern is beyond what can be turned round.
    Pattern(String),
    /// Content of this media type is not made.
    MediaType,
}

impl fmt::Display for MockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deep => f.write_str("required members are nested without end, or too deep"),
            Self::Large => f.write_str("the value would be too large"),
            Self::Never => f.write_str("the schema allows no value"),
            Self::Reference => f.write_str("a reference leads nowhere"),
            Self::Pattern(pattern) => {
                write!(f, "no text is made for the pattern `{pattern}`; give an example")
            }
            Self::MediaType => f.write_str("content of this media type is not made; give an example"),
        }
    }
}

/// Makes one value.
pub(super) struct Generator<'d> {
    description: &'d Description,
    attempt: Attempt,
    values: u32,
    /// The schemas round the one that is looked at.
    open: Vec<Location>,
}

/// Everything that applies to one value.
pub(super) struct Level<'d> {
    pub(super) nodes: Vec<(Location, NodeRef<'d>)>,
    /// What discriminators ask for.
    forced: Vec<(&'d str, String)>,
}

impl<'d> Level<'d> {
    /// The values of a keyword, wherever it stands.
    pub(super) fn all(&self, keyword: &'static str) -> impl Iterator<Item = NodeRef<'d>> {
        self.nodes.iter().filter_map(move |(_, node)| node.get(keyword))
    }

    /// The places of the schemas of a keyword.
    fn schemas(&self, keyword: &'static str) -> Vec<Location> {
        let places = self.nodes.iter();
        places.filter_map(|(at, node)| Some(Location { node: node.get(keyword)?.id(), ..*at })).collect()
    }

    /// The largest number that a keyword gives.
    pub(super) fn most(&self, keyword: &'static str) -> Option<f64> {
        self.all(keyword).filter_map(number).reduce(f64::max)
    }

    /// The smallest.
    pub(super) fn least(&self, keyword: &'static str) -> Option<f64> {
        self.all(keyword).filter_map(number).reduce(f64::min)
    }

    pub(super) fn text(&self, keyword: &'static str) -> Option<&'d str> {
        self.all(keyword).find_map(NodeRef::as_str)
    }
}

pub(super) fn number(node: NodeRef<'_>) -> Option<f64> {
    node.as_number().and_then(|text| text.parse().ok())
}

/// A count that a keyword gives, as far as it is worth counting.
pub(super) fn count(limit: Option<f64>) -> Option<usize> {
    limit.and_then(|limit| format!("{limit:.0}").parse().ok())
}

impl<'d> Generator<'d> {
    pub(super) const fn new(description: &'d Description, attempt: Attempt) -> Self {
        Self { description, attempt, values: 0, open: Vec::new() }
    }

    /// A value for the schema at `at`.
    pub(super) fn make(&mut self, at: Location) -> Result<Value, MockFault> {
        self.value(&[at], 0, self.attempt.seed)
    }

    fn value(&mut self, at: &[Location], depth: u32, salt: u64) -> Result<Value, MockFault> {
        self.values = self.values.saturating_add(1);
        if depth > MOCK_LEVELS_MAX {
            return Err(MockFault::Deep);
        }
        if self.values > MOCK_VALUES_MAX {
            return Err(MockFault::Large);
        }
        let level = self.level(at)?;
        if let Some(given) = self.given(&level, salt) {
            return Ok(given);
        }
        let before = self.open.len();
        self.open.extend(level.nodes.iter().map(|(at, _)| *at));
        let made = match type_of(&level).ok_or(MockFault::Never)? {
            Kind::Object => self.object(&level, depth, salt),
            Kind::Array => self.array(&level, depth, salt),
            Kind::String => pattern::text(&level, self.attempt, salt).map(Value::String),
            Kind::Number => Ok(scalar::number(&level, salt)),
            Kind::Boolean => Ok(Value::Bool(salt.checked_rem(2) == Some(0))),
            Kind::Null => Ok(Value::Null),
        };
        self.open.truncate(before);
        made
    }

    /// A constant, an example, a default or a listed value.
    fn given(&self, level: &Level<'d>, salt: u64) -> Option<Value> {
        if let Some(constant) = level.all("const").next() {
            return Some(constant.to_json());
        }
        if self.attempt.examples {
            let listed = level.all("examples").find_map(|list| list.items().next());
            let example =
                listed.or_else(|| level.all("example").next()).or_else(|| level.all("default").next());
            if let Some(example) = example {
                return Some(example.to_json());
            }
        }
        let lists: Vec<Vec<Value>> =
            level.all("enum").map(|list| list.items().map(NodeRef::to_json).collect()).collect();
        let (first, others) = lists.split_first()?;
        let shared: Vec<&Value> =
            first.iter().filter(|value| others.iter().all(|other| other.contains(value))).collect();
        shared.get(picked(salt, shared.len())).map(|value| (*value).clone())
    }

    /// Gathers what applies to the value, breadth first, so that what is nearest comes first.
    fn level(&self, at: &[Location]) -> Result<Level<'d>, MockFault> {
        let mut level = Level { nodes: Vec::new(), forced: Vec::new() };
        let mut open: VecDeque<Location> = at.iter().copied().collect();
        while let Some(here) = open.pop_front() {
            if level.nodes.len() > MOCK_SCHEMAS_MAX {
                return Err(MockFault::Large);
            }
            let node = self.description.at(here);
            match node.as_bool() {
                Some(true) => continue,
                Some(false) => return Err(MockFault::Never),
                None => {}
            }
            if level.nodes.iter().any(|(known, _)| *known == here) {
                continue;
            }
            level.nodes.push((here, node));
            if let Some(reference) = node.get("$ref").and_then(NodeRef::as_str) {
                open.push_back(self.description.resolve(here, reference).map_err(|_| MockFault::Reference)?);
            }
            if let Some(all_of) = node.get("allOf") {
                open.extend(all_of.items().map(|item| Location { node: item.id(), ..here }));
            }
            for union in ["oneOf", "anyOf"].into_iter().filter_map(|keyword| node.get(keyword)) {
                let branch = self.branch(union).map(|node| Location { node, ..here });
                level.forced.extend(branch.and_then(|branch| self.discriminated(here, node, branch)));
                open.extend(branch);
            }
        }
        Ok(level)
    }

    /// The branch of a union that this attempt takes.
    fn branch(&self, union: NodeRef<'d>) -> Option<NodeId> {
        let number = self.attempt.branch.checked_rem(union.len())?;
        union.items().nth(number).map(NodeRef::id)
    }

    /// The discriminating property, and its value for a branch: its key in the mapping, else the component's name.
    fn discriminated(&self, at: Location, node: NodeRef<'d>, branch: Location) -> Option<(&'d str, String)> {
        let discriminator = node.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?;
        let reference = self.description.at(branch).get("$ref")?.as_str()?;
        let target = self.description.resolve(branch, reference).ok()?;
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let leads_there = |text: &str| {
            let by_uri = self.description.resolve(at, text).ok() == Some(target);
            by_uri || text == name
        };
        let mut mapping = discriminator.get("mapping").into_iter().flat_map(NodeRef::members);
        let mapped = mapping.find(|(_, value)| value.as_str().is_some_and(leads_there));
        Some((property, mapped.map_or(name, |(key, _)| key).to_owned()))
    }

    fn object(&mut self, level: &Level<'d>, depth: u32, salt: u64) -> Result<Value, MockFault> {
        let required: Vec<&str> =
            level.all("required").flat_map(NodeRef::items).filter_map(NodeRef::as_str).collect();
        let mut members = Map::new();
        for (name, at) in properties(level) {
            let needed = required.contains(&name) || level.forced.iter().any(|(forced, _)| *forced == name);
            let wanted = self.attempt.optional && depth < MOCK_OPTIONAL_LEVELS_MAX;
            if !needed && (!wanted || self.is_left_out(&at)) {
                continue;
            }
            match self.value(&at, depth.saturating_add(1), salt) {
                Ok(value) => drop(members.insert(name.to_owned(), value)),
                Err(fault) if needed => return Err(fault),
                Err(_) => {}
            }
        }
        for (name, value) in &level.forced {
            members.insert((*name).to_owned(), Value::String(value.clone()));
        }
        for name in required {
            if !members.contains_key(name) {
                let value = self.further(level, depth, salt)?;
                members.insert(name.to_owned(), value);
            }
        }
        let fewest = count(level.most("minProperties")).unwrap_or(0);
        let open_map = members.is_empty() && !level.schemas("additionalProperties").is_empty();
        let wanted =
            fewest.max(usize::from(open_map && self.attempt.optional && depth < MOCK_OPTIONAL_LEVELS_MAX));
        self.fill(level, &mut members, (wanted, fewest), depth)?;
        Ok(Value::Object(members))
    }

    /// Adds members that no name is declared for, until there are enough.
    fn fill(
        &mut self,
        level: &Level<'d>,
        members: &mut Map<String, Value>,
        (wanted, fewest): (usize, usize),
        depth: u32,
    ) -> Result<(), MockFault> {
        for number in 0..wanted.min(MOCK_ITEMS_MAX) {
            if members.len() >= wanted {
                return Ok(());
            }
            let salt = u64::try_from(number).unwrap_or(0);
            match self.further_member(level, depth, salt) {
                Ok((name, value)) => drop(members.insert(name, value)),
                Err(_) if members.len() >= fewest => return Ok(()),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// A member that no name is declared for: named by a pattern that members are declared for, else by what names must be.
    fn further_member(
        &mut self,
        level: &Level<'d>,
        depth: u32,
        salt: u64,
    ) -> Result<(String, Value), MockFault> {
        let patterned = level.nodes.iter().find_map(|(at, node)| {
            let (pattern, schema) = node.get("patternProperties")?.members().next()?;
            Some((pattern, Location { node: schema.id(), ..*at }))
        });
        let inner = depth.saturating_add(1);
        if let Some((pattern, at)) = patterned {
            let name = pattern::of_pattern(pattern, (0, usize::MAX), self.attempt, salt)?;
            return Ok((name, self.value(&[at], inner, salt)?));
        }
        let names = level.schemas("propertyNames");
        let name = if names.is_empty() { None } else { Some(self.value(&names, inner, salt)?) };
        let name = name.as_ref().and_then(Value::as_str).map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("member{salt}"));
        Ok((name, self.further(level, depth, salt)?))
    }

    /// A value for a member that no name is declared for.
    fn further(&mut self, level: &Level<'d>, depth: u32, salt: u64) -> Result<Value, MockFault> {
        match level.schemas("additionalProperties") {
            schemas if schemas.is_empty() => Ok(Value::String("mock".to_owned())),
            schemas => self.value(&schemas, depth.saturating_add(1), salt),
        }
    }

    /// Whether a member that is not required had better be absent: it is for requests, or leads back to where it stands.
    fn is_left_out(&self, at: &[Location]) -> bool {
        let Ok(level) = self.level(at) else { return true };
        let write_only = level.all("writeOnly").any(|value| value.as_bool() == Some(true));
        write_only || level.nodes.iter().any(|(at, _)| self.open.contains(at))
    }

    fn array(&mut self, level: &Level<'d>, depth: u32, salt: u64) -> Result<Value, MockFault> {
        let fewest = count(level.most("minItems")).unwrap_or(0);
        let most = count(level.least("maxItems")).unwrap_or(MOCK_ITEMS_MAX);
        let (items, prefix) = (level.schemas("items"), level.schemas("prefixItems"));
        let contains = level.schemas("contains");
        let at_most = |wanted: usize| wanted.max(fewest).min(most.max(fewest));
        let back = !items.is_empty() && self.is_left_out(&items);
        let usual = usize::from(self.attempt.optional && depth < MOCK_OPTIONAL_LEVELS_MAX && !back);
        let positions = prefix.first().map_or(0, |list| self.description.at(*list).len());
        let contained = if contains.is_empty() { 0 } else { count(level.most("minContains")).unwrap_or(1) };
        let wanted = at_most(usual.max(positions).max(contained));
        if wanted > MOCK_ITEMS_MAX {
            return Err(MockFault::Large);
        }
        let unique = level.all("uniqueItems").any(|value| value.as_bool() == Some(true));
        let mut made: Vec<Value> = Vec::new();
        for position in 0..wanted {
            let mut at = self.item_schemas((&items, &prefix), position);
            at.extend(contains.iter().filter(|_| position < contained));
            let varied = if unique || salt > 0 { u64::try_from(position).unwrap_or(0) } else { 0 };
            match self.item(&at, (&made, unique), depth, salt.saturating_add(varied)) {
                Ok(item) => made.extend(item),
                Err(_) if position >= fewest => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(Value::Array(made))
    }

    /// An item, other than those before it where they have to differ; none where no other is found.
    fn item(
        &mut self,
        at: &[Location],
        (made, unique): (&[Value], bool),
        depth: u32,
        salt: u64,
    ) -> Result<Option<Value>, MockFault> {
        for again in 0..MOCK_ITEMS_MAX {
            let salt = salt.saturating_add(u64::try_from(again).unwrap_or(0));
            let value = self.value(at, depth.saturating_add(1), salt)?;
            if !unique || !made.contains(&value) {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// What applies to the item at a position: the schemas of that position, else those of all items.
    fn item_schemas(&self, (items, prefix): (&[Location], &[Location]), position: usize) -> Vec<Location> {
        let at_position = prefix.iter().filter_map(|list| {
            let item = self.description.at(*list).items().nth(position)?;
            Some(Location { node: item.id(), ..*list })
        });
        let own: Vec<Location> = at_position.collect();
        if own.is_empty() { items.to_vec() } else { own }
    }
}

/// The declared members, each with all schemas that apply to it.
fn properties<'d>(level: &Level<'d>) -> Vec<(&'d str, Vec<Location>)> {
    let mut found: Vec<(&'d str, Vec<Location>)> = Vec::new();
    for (at, node) in &level.nodes {
        for (name, schema) in node.get("properties").into_iter().flat_map(NodeRef::members) {
            let place = Location { node: schema.id(), ..*at };
            match found.iter_mut().find(|(own, _)| *own == name) {
                Some((_, places)) => places.push(place),
                None => found.push((name, vec![place])),
            }
        }
    }
    found
}

/// The type of the value: the first that every `type` allows, null last; else what the keywords are about.
fn type_of(level: &Level<'_>) -> Option<Kind> {
    let lists: Vec<Vec<&str>> = level
        .all("type")
        .map(|value| match value.as_str() {
            Some(one) => vec![one],
            None => value.items().filter_map(NodeRef::as_str).collect(),
        })
        .collect();
    let fits = |list: &Vec<&str>, name: &str| {
        list.contains(&name) || (name == "integer" && list.contains(&"number"))
    };
    if let Some((first, others)) = lists.split_first() {
        let all = |name: &&&str| others.iter().all(|list| fits(list, name));
        // `number` beside `integer` is an integer: whatever list says so, the scalar looks.
        let mut shared: Vec<&str> = first.iter().filter(all).copied().collect();
        if shared.is_empty() && first.contains(&"number") && others.iter().all(|list| fits(list, "integer")) {
            shared.push("integer");
        }
        shared.sort_by_key(|name| *name == "null");
        return shared.first().and_then(|name| kind_of(name));
    }
    let about = [
        (Kind::Object, ["properties", "required", "additionalProperties", "minProperties", "propertyNames"]),
        (Kind::Array, ["items", "prefixItems", "minItems", "contains", "uniqueItems"]),
        (Kind::Number, ["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]),
        (Kind::String, ["pattern", "minLength", "maxLength", "format", "contentEncoding"]),
    ];
    let found = about.into_iter().find(|(_, keywords)| {
        keywords.iter().any(|keyword| level.nodes.iter().any(|(_, node)| node.get(keyword).is_some()))
    });
    Some(found.map_or(Kind::String, |(kind, _)| kind))
}

fn kind_of(name: &str) -> Option<Kind> {
    match name {
        "object" => Some(Kind::Object),
        "array" => Some(Kind::Array),
        "string" => Some(Kind::String),
        "number" | "integer" => Some(Kind::Number),
        "boolean" => Some(Kind::Boolean),
        "null" => Some(Kind::Null),
        _ => None,
    }
}

/// One of so many.
pub(super) fn picked(salt: u64, of: usize) -> usize {
    let of = u64::try_from(of).unwrap_or(0);
    salt.checked_rem(of).and_then(|nth| usize::try_from(nth).ok()).unwrap_or(0)
}
