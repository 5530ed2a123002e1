//! Members that one side may not send, and members that nobody sent (SCH-017 to SCH-019).
//!
//! Takes: a schema. Gives: where an instance holds `readOnly` or `writeOnly` members, the instance without them, the
//! instance with the defaults of absent members. All of it happens beside validation: it changes no verdict, and `required` is not
//! relaxed. Sees what [`super::level`] sees: members and items declared by the schema, by what it refers to, by its `allOf` and by a
//! branch beside `null`. The plan of a recursive schema is as recursive as the schema. Never panics.

use std::collections::HashMap;

use super::instance::{Instance, InstanceId, InstanceKind, InstanceNode};
use super::level::level;
use super::options::{AccessPolicy, SchemaOptions};
use crate::description::{Description, Location};
use crate::limits::schema::{ACCESS_LEVELS_MAX, ACCESS_SCHEMAS_MAX};

/// Which members are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `readOnly`: not for requests.
    ReadOnly,
    /// `writeOnly`: not for responses.
    WriteOnly,
}

/// What a schema says about members to take out and to fill in. Only as much of it as says anything.
#[derive(Clone, Debug)]
pub struct AccessPlan {
    /// What is said of each value; of the whole first.
    values: Vec<About>,
}

/// Where in the plan it stands what is said of a value.
type Number = usize;

/// What is said of one value.
#[derive(Clone, Debug, Default)]
struct About {
    read_only: bool,
    write_only: bool,
    default: Option<Box<Instance>>,
    properties: Vec<(Box<str>, Number)>,
    /// The items at the first positions.
    positions: Vec<Option<Number>>,
    items: Option<Number>,
    others: Option<Number>,
}

impl About {
    const fn is(&self, access: Access) -> bool {
        match access {
            Access::ReadOnly => self.read_only,
            Access::WriteOnly => self.write_only,
        }
    }

    fn member(&self, name: &str) -> Option<Number> {
        let declared = self.properties.iter().find(|(own, _)| &**own == name).map(|(_, number)| *number);
        declared.or(self.others)
    }

    fn item(&self, position: usize) -> Option<Number> {
        self.positions.get(position).copied().unwrap_or(self.items)
    }

    /// Whether it says anything, where `matters` tells which other values have anything said of them.
    fn matters(&self, matters: &[bool]) -> bool {
        let inside = self.properties.iter().map(|(_, number)| *number);
        let positions = self.positions.iter().copied().flatten();
        self.read_only
            || self.write_only
            || self.default.is_some()
            || inside.chain(positions).chain(self.items).chain(self.others).any(|at| is_set(matters, at))
    }

    fn forget_idle(&mut self, matters: &[bool]) {
        let idle = |number: &Number| is_set(matters, *number);
        self.properties.retain(|(_, number)| idle(number));
        for position in &mut self.positions {
            *position = position.filter(idle);
        }
        self.items = self.items.filter(idle);
        self.others = self.others.filter(idle);
    }
}

fn is_set(flags: &[bool], at: Number) -> bool {
    flags.get(at).copied().unwrap_or_default()
}

/// The values that are still to be looked at, and those that were.
struct Planner<'d> {
    description: &'d Description,
    numbers: HashMap<Vec<Location>, Number>,
    /// The schemas about each value, by number.
    open: Vec<Vec<Location>>,
}

impl Planner<'_> {
    /// The number of the value that these schemas are about; `None` where they are too many to look at.
    fn number(&mut self, schemas: Vec<Location>) -> Option<Number> {
        if schemas.is_empty() {
            return None;
        }
        if let Some(number) = self.numbers.get(&schemas) {
            return Some(*number);
        }
        let number = self.open.len();
        if u32::try_from(number).map_or(true, |number| number >= ACCESS_SCHEMAS_MAX) {
            return None;
        }
        self.numbers.insert(schemas.clone(), number);
        self.open.push(schemas);
        Some(number)
    }

    fn about(&mut self, schemas: &[Location]) -> About {
        let level = level(self.description, schemas);
        let positions = level.positions();
        let members = level.members.into_iter();
        About {
            read_only: level.shape.read_only,
            write_only: level.shape.write_only,
            default: level.shape.default.as_ref().map(|value| Box::new(Instance::from(value))),
            properties: members.filter_map(|(name, at)| Some((name.into(), self.number(at)?))).collect(),
            positions: positions.into_iter().map(|at| self.number(at)).collect(),
            items: self.number(level.items),
            others: self.number(level.others),
        }
    }
}

impl AccessPlan {
    /// The plan of the schema at `at`; `None` when the options ask for nothing, or the schema has nothing to say.
    #[must_use]
    pub fn compile(description: &Description, at: Location, options: &SchemaOptions) -> Option<Self> {
        let access =
            [options.read_only, options.write_only].iter().any(|policy| *policy != AccessPolicy::Ignore);
        if !access && !options.fill_defaults {
            return None;
        }
        let mut planner = Planner { description, numbers: HashMap::new(), open: Vec::new() };
        planner.number(vec![at])?;
        let mut values = Vec::new();
        while let Some(schemas) = planner.open.get(values.len()).cloned() {
            values.push(planner.about(&schemas));
        }
        Self { values }.without_idle()
    }

    /// Forgets what has nothing to say, however far it goes.
    fn without_idle(mut self) -> Option<Self> {
        let mut matters = vec![false; self.values.len()];
        while self.find_more(&mut matters) {}
        for about in &mut self.values {
            about.forget_idle(&matters);
        }
        is_set(&matters, 0).then_some(self)
    }

    /// Notes the values that say something, or lead to one that does. Gives whether there were more.
    fn find_more(&self, matters: &mut [bool]) -> bool {
        let mut grown = false;
        // What a value leads to mostly stands behind it.
        for (number, about) in self.values.iter().enumerate().rev() {
            let new = !is_set(matters, number) && about.matters(matters);
            if let Some(flag) = matters.get_mut(number).filter(|_| new) {
                *flag = true;
                grown = true;
            }
        }
        grown
    }

    fn about(&self, number: Option<Number>) -> Option<&About> {
        self.values.get(number?)
    }

    /// The JSON Pointers of the members that this side may not send, at most `found_max` of them.
    #[must_use]
    pub fn find(&self, node: InstanceNode<'_>, access: Access, found_max: usize) -> Vec<String> {
        let mut search = Search { plan: self, access, found: Vec::new(), found_max };
        if let Some(about) = self.about(Some(0)) {
            search.look(about, node, "", ACCESS_LEVELS_MAX);
        }
        search.found
    }

    /// Adds a copy of `node` without those members to `to`.
    pub fn strip(&self, node: InstanceNode<'_>, access: Access, to: &mut Instance) -> InstanceId {
        self.copy(Some(0), node, to, (Work::Strip(access), ACCESS_LEVELS_MAX))
    }

    /// Adds a copy of `node` to `to`, with the default of each absent member whose schema has one. To be done after validation: a
    /// missing required member is an error before.
    pub fn fill(&self, node: InstanceNode<'_>, to: &mut Instance) -> InstanceId {
        self.copy(Some(0), node, to, (Work::Fill, ACCESS_LEVELS_MAX))
    }

    /// Recurses with the instance, at most [`ACCESS_LEVELS_MAX`] deep; what lies deeper is copied as it is.
    fn copy(
        &self,
        number: Option<Number>,
        node: InstanceNode<'_>,
        to: &mut Instance,
        (work, levels_left): (Work, u8),
    ) -> InstanceId {
        let (Some(about), Some(levels_left)) = (self.about(number), levels_left.checked_sub(1)) else {
            return to.copy(node);
        };
        match node.kind() {
            InstanceKind::Object => self.copy_members(about, node, to, (work, levels_left)),
            InstanceKind::Array => {
                let id = to.open_array();
                for (position, item) in node.items().enumerate() {
                    self.copy(about.item(position), item, to, (work, levels_left));
                }
                to.close();
                id
            }
            InstanceKind::Null
            | InstanceKind::Boolean
            | InstanceKind::Number
            | InstanceKind::String
            | InstanceKind::Binary => to.copy(node),
        }
    }

    fn copy_members(
        &self,
        own: &About,
        node: InstanceNode<'_>,
        to: &mut Instance,
        (work, levels_left): (Work, u8),
    ) -> InstanceId {
        let id = to.open_object();
        for (name, value) in node.members() {
            let number = own.member(name);
            if let (Some(about), Work::Strip(access)) = (self.about(number), work)
                && about.is(access)
            {
                continue;
            }
            to.member_name(name);
            self.copy(number, value, to, (work, levels_left));
        }
        if work == Work::Fill {
            let absent = own.properties.iter().filter(|(name, _)| node.get(name).is_none());
            let default = |number: Number| self.about(Some(number))?.default.as_ref();
            for (name, default) in absent.filter_map(|(name, number)| Some((name, default(*number)?))) {
                to.member_name(name);
                to.copy(default.root());
            }
        }
        to.close();
        id
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Strip(Access),
    Fill,
}

/// A search for members.
struct Search<'p> {
    plan: &'p AccessPlan,
    access: Access,
    found: Vec<String>,
    found_max: usize,
}

impl Search<'_> {
    /// Recurses with the instance, at most [`ACCESS_LEVELS_MAX`] deep.
    fn look(&mut self, about: &About, node: InstanceNode<'_>, place: &str, levels_left: u8) {
        let plan = self.plan;
        let Some(levels_left) = levels_left.checked_sub(1) else { return };
        for (name, value) in node.members() {
            let Some(member) = plan.about(about.member(name)) else { continue };
            let pointer = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
            if self.found.len() >= self.found_max {
                return;
            }
            if member.is(self.access) {
                self.found.push(pointer);
            } else {
                self.look(member, value, &pointer, levels_left);
            }
        }
        for (position, value) in node.items().enumerate() {
            let Some(item) = plan.about(about.item(position)) else { continue };
            self.look(item, value, &format!("{place}/{position}"), levels_left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, AccessPlan};
    use crate::description::Description;
    use crate::schema::instance::{Instance, JsonLimits, parse_json};
    use crate::schema::{AccessPolicy, SchemaOptions};

    fn plan(options: &SchemaOptions) -> Option<AccessPlan> {
        let text = r##"{
            "openapi": "3.1.2", "info": {"title": "t", "version": "1"}, "components": {"schemas": {
                "X": {"allOf": [{"$ref": "#/components/schemas/Base"}], "required": ["size"], "properties": {
                    "secret": {"type": "string", "writeOnly": true},
                    "size": {"type": "integer", "default": 3},
                    "tags": {"default": ["a", {"b": 1.50}]},
                    "list": {"items": {"$ref": "#/components/schemas/Base"}}
                }},
                "Base": {"properties": {"id": {"readOnly": true}, "other": {"default": null}},
                         "additionalProperties": {"properties": {"id": {"readOnly": true}}}}
            }}
        }"##;
        let description = Description::from_text("t.json", text).unwrap();
        let at = description.at_pointer(description.entry().document, "/components/schemas/X").unwrap();
        AccessPlan::compile(&description, at, options)
    }

    fn text_of(instance: &Instance) -> String {
        let mut text = String::new();
        instance.root().write_json(&mut text);
        text
    }

    #[test]
    fn members_are_found_stripped_and_filled() {
        let options = SchemaOptions { read_only: AccessPolicy::Strip, ..SchemaOptions::default() };
        let plan = plan(&options).unwrap();
        let sent =
            br#"{"id": 1, "secret": "s", "size": 2, "list": [{"id": 2, "a": 1}, 5], "x/y": {"id": [3]}}"#;
        let sent = parse_json(sent, &JsonLimits::default()).unwrap();
        assert_eq!(plan.find(sent.root(), Access::ReadOnly, 9), ["/id", "/list/0/id", "/x~1y/id"]);
        assert_eq!(plan.find(sent.root(), Access::ReadOnly, 2), ["/id", "/list/0/id"]);
        assert_eq!(plan.find(sent.root(), Access::WriteOnly, 9), ["/secret"]);
        let mut stripped = Instance::new();
        plan.strip(sent.root(), Access::ReadOnly, &mut stripped);
        assert_eq!(text_of(&stripped), r#"{"secret":"s","size":2,"list":[{"a":1},5],"x/y":{}}"#);
        let mut filled = Instance::new();
        plan.fill(parse_json(b"{\"list\":[{}]}", &JsonLimits::default()).unwrap().root(), &mut filled);
        assert_eq!(
            text_of(&filled),
            r#"{"list":[{"other":null}],"size":3,"tags":["a",{"b":1.5}],"other":null}"#
        );
    }

    #[test]
    fn recursive_schemas_and_positions_are_followed() {
        let text = r##"{
            "openapi": "3.1.2", "info": {"title": "t", "version": "1"}, "components": {"schemas": {
                "Tree": {"properties": {
                    "id": {"readOnly": true}, "lang": {"default": "en"},
                    "kids": {"items": {"$ref": "#/components/schemas/Tree"}},
                    "next": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Tree"}]},
                    "pair": {"prefixItems": [{"$ref": "#/components/schemas/Tree"}, true], "items": {"properties": {"id": {"readOnly": true}}}}
                }},
                "Idle": {"properties": {"kids": {"items": {"$ref": "#/components/schemas/Idle"}}}}
            }}
        }"##;
        let description = Description::from_text("t.json", text).unwrap();
        let options = SchemaOptions { read_only: AccessPolicy::Reject, ..SchemaOptions::default() };
        let plan = |name: &str| {
            let pointer = format!("/components/schemas/{name}");
            let at = description.at_pointer(description.entry().document, &pointer).unwrap();
            AccessPlan::compile(&description, at, &options)
        };
        assert!(plan("Idle").is_none());
        let plan = plan("Tree").unwrap();
        let sent = br#"{"kids": [{"kids": [{"id": 1}]}], "next": {"id": 2}, "pair": [{"id": 3}, {"id": 4}, {"id": 5}]}"#;
        let sent = parse_json(sent, &JsonLimits::default()).unwrap();
        let found = plan.find(sent.root(), Access::ReadOnly, 9);
        assert_eq!(found, ["/kids/0/kids/0/id", "/next/id", "/pair/0/id", "/pair/2/id"]);
        let mut stripped = Instance::new();
        plan.strip(sent.root(), Access::ReadOnly, &mut stripped);
        assert_eq!(text_of(&stripped), r#"{"kids":[{"kids":[{}]}],"next":{},"pair":[{},{"id":4},{}]}"#);
        let mut filled = Instance::new();
        plan.fill(parse_json(b"{\"kids\":[{}]}", &JsonLimits::default()).unwrap().root(), &mut filled);
        assert_eq!(text_of(&filled), r#"{"kids":[{"lang":"en"}],"lang":"en"}"#);
    }

    #[test]
    fn nothing_is_planned_unless_asked_for() {
        assert!(plan(&SchemaOptions::default()).is_none());
    }
}
