//! Members that one side may not send, and members that nobody sent (SCH-017 to SCH-019).
//!
//! Takes: a schema's shape. Gives: where an instance holds `readOnly` or `writeOnly` members, the instance without them, the
//! instance with the defaults of absent members. All of it happens beside validation: it changes no verdict, and `required` is not
//! relaxed. Sees what [`super::Shape`] sees: members declared by `properties` of the schema, of what it refers to and of its `allOf`; a
//! recursive schema is followed to where it repeats. Never panics.

use super::instance::{Instance, InstanceId, InstanceKind, InstanceNode};
use super::options::{AccessPolicy, SchemaOptions};
use super::shape::{Shape, shape_within};
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

/// What a schema says about members to take out and to fill in; only as much of its shape as says anything.
#[derive(Clone, Debug)]
pub struct AccessPlan {
    read_only: bool,
    write_only: bool,
    default: Option<Box<Instance>>,
    properties: Vec<(Box<str>, AccessPlan)>,
    items: Option<Box<AccessPlan>>,
    others: Option<Box<AccessPlan>>,
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
        Self::of_shape(&shape_within(description, at, ACCESS_LEVELS_MAX, ACCESS_SCHEMAS_MAX))
    }

    fn of_shape(shape: &Shape) -> Option<Self> {
        let boxed = |inner: &Option<Box<Shape>>| inner.as_deref().and_then(Self::of_shape).map(Box::new);
        let properties =
            shape.properties.iter().filter_map(|(name, shape)| Some((name.clone(), Self::of_shape(shape)?)));
        let plan = Self {
            read_only: shape.read_only,
            write_only: shape.write_only,
            default: shape.default.as_ref().map(|value| Box::new(Instance::from(value))),
            properties: properties.collect(),
            items: boxed(&shape.items),
            others: boxed(&shape.additional),
        };
        let says_nothing = !plan.read_only
            && !plan.write_only
            && plan.default.is_none()
            && plan.properties.is_empty()
            && plan.items.is_none()
            && plan.others.is_none();
        (!says_nothing).then_some(plan)
    }

    const fn is(&self, access: Access) -> bool {
        match access {
            Access::ReadOnly => self.read_only,
            Access::WriteOnly => self.write_only,
        }
    }

    fn member(&self, name: &str) -> Option<&Self> {
        let declared = self.properties.iter().find(|(own, _)| &**own == name).map(|(_, plan)| plan);
        declared.or(self.others.as_deref())
    }

    /// The JSON Pointers of the members that this side may not send, at most `found_max` of them.
    #[must_use]
    pub fn find(&self, node: InstanceNode<'_>, access: Access, found_max: usize) -> Vec<String> {
        let mut found = Vec::new();
        self.find_in(node, access, "", &mut |pointer| {
            found.push(pointer);
            found.len() < found_max
        });
        found
    }

    /// Recurses with the plan, at most [`ACCESS_LEVELS_MAX`] deep. Gives whether to go on.
    fn find_in(
        &self,
        node: InstanceNode<'_>,
        access: Access,
        prefix: &str,
        tell: &mut dyn FnMut(String) -> bool,
    ) -> bool {
        for (name, value) in node.members() {
            let Some(plan) = self.member(name) else { continue };
            let pointer = format!("{prefix}/{}", name.replace('~', "~0").replace('/', "~1"));
            let go_on =
                if plan.is(access) { tell(pointer) } else { plan.find_in(value, access, &pointer, tell) };
            if !go_on {
                return false;
            }
        }
        let Some(plan) = self.items.as_deref() else { return true };
        node.items()
            .enumerate()
            .all(|(index, item)| plan.find_in(item, access, &format!("{prefix}/{index}"), tell))
    }

    /// Adds a copy of `node` without those members to `to`.
    pub fn strip(&self, node: InstanceNode<'_>, access: Access, to: &mut Instance) -> InstanceId {
        self.copy(node, to, Work::Strip(access))
    }

    /// Adds a copy of `node` to `to`, with the default of each absent member whose schema has one. To be done after validation: a
    /// missing required member is an error before.
    pub fn fill(&self, node: InstanceNode<'_>, to: &mut Instance) -> InstanceId {
        self.copy(node, to, Work::Fill)
    }

    fn copy(&self, node: InstanceNode<'_>, to: &mut Instance, work: Work) -> InstanceId {
        match node.kind() {
            InstanceKind::Object => self.copy_members(node, to, work),
            InstanceKind::Array => {
                let id = to.open_array();
                for item in node.items() {
                    copy_with(self.items.as_deref(), item, to, work);
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

    fn copy_members(&self, node: InstanceNode<'_>, to: &mut Instance, work: Work) -> InstanceId {
        let id = to.open_object();
        for (name, value) in node.members() {
            let plan = self.member(name);
            if let (Some(plan), Work::Strip(access)) = (plan, work)
                && plan.is(access)
            {
                continue;
            }
            to.member_name(name);
            copy_with(plan, value, to, work);
        }
        if work == Work::Fill {
            let absent = self.properties.iter().filter(|(name, _)| node.get(name).is_none());
            for (name, default) in absent.filter_map(|(name, plan)| Some((name, plan.default.as_ref()?))) {
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

fn copy_with(plan: Option<&AccessPlan>, node: InstanceNode<'_>, to: &mut Instance, work: Work) {
    match plan {
        Some(plan) => plan.copy(node, to, work),
        None => to.copy(node),
    };
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

    fn text(instance: &Instance) -> String {
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
        assert_eq!(text(&stripped), r#"{"secret":"s","size":2,"list":[{"a":1},5],"x/y":{}}"#);
        let mut filled = Instance::new();
        plan.fill(parse_json(b"{\"list\":[{}]}", &JsonLimits::default()).unwrap().root(), &mut filled);
        assert_eq!(
            text(&filled),
            r#"{"list":[{"other":null}],"size":3,"tags":["a",{"b":1.5}],"other":null}"#
        );
    }

    #[test]
    fn nothing_is_planned_unless_asked_for() {
        assert!(plan(&SchemaOptions::default()).is_none());
    }
}
