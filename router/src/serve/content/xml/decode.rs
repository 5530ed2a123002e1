//! XML tree -> instance, as the plan says (SCH-025).
//!
//! Takes: a parsed text and its plan. Gives: one value. What the description does not declare is kept as members that are strings or
//! objects of such, so that `additionalProperties` decides. Iterative: the stack does not grow with the text. Never panics.

use std::borrow::Cow;

use super::super::error::pointer_of;
use super::super::property::{Gather, Natural};
use super::error::{Fault, XmlError, XmlFault, XmlRule};
use super::namespace::NamespaceId;
use super::plan::{ValueId, XmlMember, XmlPlan, XmlValue};
use super::tree::{Node, NodeKind, Tree, is_blank};
use crate::schema::instance::{Instance, JsonLimits};

/// Decodes a complete XML text.
pub(in super::super) fn decode(
    plan: &XmlPlan,
    octets: &[u8],
    limits: &JsonLimits,
) -> Result<Instance, XmlFault> {
    let fail = |fault, pointer| XmlFault { error: XmlError::new(fault, octets), pointer };
    let tree = Tree::parse(octets, limits).map_err(|fault| fail(fault, String::new()))?;
    let mut decoder = Decoder { plan, tree: &tree, limits, instance: Instance::new(), work: Vec::new() };
    match decoder.run() {
        Ok(()) => Ok(decoder.instance),
        Err(Stop { rule, at, pointer }) => Err(fail(Fault { rule, offset: tree.node(at).offset }, pointer)),
    }
}

/// A broken rule, the node where it shows, and the value that it is about.
struct Stop {
    rule: XmlRule,
    at: u32,
    pointer: String,
}

/// Work left.
enum Step<'x> {
    Name(Cow<'x, str>),
    Value(u32, ValueId),
    /// The text of an element as a member of its own.
    Characters(Cow<'x, str>, ValueId),
    OpenArray(u32),
    Close,
    Null,
}

struct Decoder<'x> {
    plan: &'x XmlPlan,
    tree: &'x Tree,
    limits: &'x JsonLimits,
    instance: Instance,
    work: Vec<Step<'x>>,
}

/// What an element holds.
struct Held<'x> {
    elements: bool,
    /// Attributes other than those about the XML itself.
    attributes: bool,
    nil: bool,
    text: Cow<'x, str>,
}

impl Held<'_> {
    const fn is_structured(&self) -> bool {
        self.elements || self.attributes
    }
}

/// An element or attribute on its way to be a member.
struct Field<'x> {
    name: Cow<'x, str>,
    at: u32,
    member: &'x XmlMember,
}

impl<'x> Decoder<'x> {
    fn run(&mut self) -> Result<(), Stop> {
        self.check_root()?;
        self.work.push(Step::Value(0, self.plan.root));
        while let Some(step) = self.work.pop() {
            match step {
                Step::Name(name) => self.instance.member_name(&name),
                Step::Value(at, value) => self.value(at, value)?,
                Step::Characters(text, value) => {
                    self.plan.value(value).text.add_text(&mut self.instance, &text);
                }
                Step::OpenArray(at) => self.open_array(at)?,
                Step::Close => {
                    self.instance.close();
                }
                Step::Null => {
                    self.instance.null();
                }
            }
        }
        Ok(())
    }

    fn check_root(&self) -> Result<(), Stop> {
        let root = self.tree.node(0);
        let names = &self.plan.root_names;
        let named = names.is_empty() || names.iter().any(|name| **name == *self.tree.name(root));
        let stated = self.plan.value(self.plan.root).namespace.as_deref();
        if named && stated.is_none_or(|uri| self.uri_of(root) == Some(uri)) {
            return Ok(());
        }
        Err(Stop { rule: XmlRule::UnexpectedRoot, at: 0, pointer: String::new() })
    }

    fn uri_of(&self, node: Node) -> Option<&'x str> {
        node.namespace.map(|namespace| self.tree.uri(namespace))
    }

    fn value(&mut self, at: u32, value: ValueId) -> Result<(), Stop> {
        if u32::try_from(self.instance.len()).unwrap_or(u32::MAX) >= self.limits.values_max {
            return Err(self.stop_at_next(XmlRule::TooManyValues, at));
        }
        let plan = self.plan.value(value);
        let node = self.tree.node(at);
        if node.kind != NodeKind::Element {
            plan.text.add_text(&mut self.instance, self.tree.text(node));
            return Ok(());
        }
        let held = self.held(at);
        if held.nil {
            if held.is_structured() || !held.text.is_empty() {
                return Err(self.stop_at_next(XmlRule::NilWithContent, at));
            }
            self.instance.null();
            return Ok(());
        }
        let described = plan.text.natural() == Natural::Json || (plan.text.untyped && plan.object);
        let as_structure = held.is_structured() || described;
        let has_text = !is_blank(&held.text);
        if has_text && !held.is_structured() && plan.characters.is_none() {
            // Text where a structure is described: a string, which the schema refuses in its own words.
            plan.text.add_text(&mut self.instance, &held.text);
            return Ok(());
        }
        if has_text && plan.characters.is_none() {
            return Err(self.stop_at_next(XmlRule::UnexpectedText, at));
        }
        if as_structure && plan.list && !plan.object {
            self.array(at, plan, &held)
        } else if as_structure {
            self.object(at, plan, held)
        } else {
            plan.text.add_text(&mut self.instance, &held.text);
            Ok(())
        }
    }

    fn held(&self, at: u32) -> Held<'x> {
        let mut held = Held { elements: false, attributes: false, nil: false, text: Cow::Borrowed("") };
        for (_, node) in self.tree.children(at) {
            match node.kind {
                NodeKind::Element => held.elements = true,
                NodeKind::Attribute if node.namespace.is_some_and(NamespaceId::is_about_xml) => {
                    let is_nil =
                        node.namespace == Some(NamespaceId::INSTANCE) && self.tree.name(node) == "nil";
                    held.nil |= is_nil && matches!(self.tree.text(node).trim(), "true" | "1");
                }
                NodeKind::Attribute => held.attributes = true,
                NodeKind::Text | NodeKind::CData => join(&mut held.text, self.tree.text(node)),
            }
        }
        held
    }

    fn array(&mut self, at: u32, plan: &'x XmlValue, held: &Held<'_>) -> Result<(), Stop> {
        self.open_array(at)?;
        if held.attributes {
            return Err(self.stop(XmlRule::Misplaced, at));
        }
        let first = self.work.len();
        let own = self.tree.node(at);
        for (child, node) in self.tree.children(at).filter(|(_, node)| node.kind == NodeKind::Element) {
            if !self.is_item(plan, (at, own), node) {
                return Err(self.stop(XmlRule::Misplaced, child));
            }
            self.work.push(Step::Value(child, plan.item));
        }
        self.work.push(Step::Close);
        self.reverse_since(first);
        Ok(())
    }

    /// Whether an element is an item of the list that `list` stands for.
    fn is_item(&self, plan: &XmlValue, (at, list): (u32, Node), item: Node) -> bool {
        let name = self.tree.name(item);
        let nameless = at == 0 && plan.item_unnamed && plan.item_names.is_empty();
        let named = nameless
            || plan.item_names.iter().any(|own| **own == *name)
            || (plan.item_unnamed && self.tree.name(list) == name);
        named && self.fits(list, item, self.plan.value(plan.item).namespace.as_deref())
    }

    /// Whether a node is of the namespace that its schema states. Where none is stated an element is of no namespace or of that of
    /// the element round it, and an attribute of none.
    fn fits(&self, parent: Node, node: Node, stated: Option<&str>) -> bool {
        match stated {
            Some(uri) => self.uri_of(node) == Some(uri),
            None if node.kind == NodeKind::Attribute => node.namespace.is_none(),
            None => node.namespace.is_none() || node.namespace == parent.namespace,
        }
    }

    fn object(&mut self, at: u32, plan: &'x XmlValue, held: Held<'x>) -> Result<(), Stop> {
        if self.is_too_deep() {
            return Err(self.stop_at_next(XmlRule::TooDeep, at));
        }
        self.instance.open_object();
        let mut fields = self.fields(at, plan)?;
        fields.sort_by(|a, b| (&a.name, a.at).cmp(&(&b.name, b.at)));
        let first = self.work.len();
        for group in fields.chunk_by(|a, b| a.name == b.name) {
            self.plan_group(group)?;
        }
        if let Some(member) = plan.characters.and_then(|position| plan.members.get(position)) {
            self.plan_characters(at, member, held)?;
        }
        let left_out = |member: &&XmlMember| {
            member.kind == NodeKind::Attribute
                && member.nullable
                && fields.binary_search_by(|field| (*field.name).cmp(&member.name)).is_err()
        };
        for member in plan.members.iter().filter(left_out) {
            self.work.extend([Step::Name(Cow::Borrowed(&member.name)), Step::Null]);
        }
        self.work.push(Step::Close);
        self.reverse_since(first);
        Ok(())
    }

    /// The members that the attributes and elements inside an element are.
    fn fields(&self, at: u32, plan: &'x XmlValue) -> Result<Vec<Field<'x>>, Stop> {
        let own = self.tree.node(at);
        let mut fields = Vec::new();
        for (child, node) in self.tree.children(at) {
            let is_about_xml = node.namespace.is_some_and(NamespaceId::is_about_xml);
            match node.kind {
                NodeKind::Text | NodeKind::CData => continue,
                NodeKind::Attribute if is_about_xml => continue,
                NodeKind::Attribute | NodeKind::Element => {}
            }
            let name = self.tree.name(node);
            let member = plan.member(name, node.kind, |stated| self.fits(own, node, stated));
            if let Some(member) = member {
                fields.push(Field { name: Cow::Borrowed(&member.name), at: child, member });
                continue;
            }
            let name = match self.uri_of(node) {
                Some(uri) if !self.fits(own, node, None) => Cow::Owned(format!("{{{uri}}}{name}")),
                Some(_) | None => Cow::Borrowed(name),
            };
            if plan.declares(&name) {
                let pointer = self.instance.open_pointer() + &pointer_of(&name);
                return Err(Stop { rule: XmlRule::Misplaced, at: child, pointer });
            }
            fields.push(Field { name, at: child, member: &plan.others });
        }
        Ok(fields)
    }

    /// Plans the elements or attributes of one member.
    fn plan_group(&mut self, group: &[Field<'x>]) -> Result<(), Stop> {
        let Some(first) = group.first() else { return Ok(()) };
        let gathered = match first.member.gather {
            Gather::Always => true,
            Gather::WhenRepeated => group.len() > 1,
            Gather::Never => false,
        };
        if let ([_, second, ..], false) = (group, gathered) {
            let pointer = self.instance.open_pointer() + &pointer_of(&first.name);
            return Err(Stop { rule: XmlRule::Repeated, at: second.at, pointer });
        }
        self.work.push(Step::Name(first.name.clone()));
        if gathered {
            self.work.push(Step::OpenArray(first.at));
            self.work.extend(group.iter().map(|field| Step::Value(field.at, field.member.item)));
            self.work.push(Step::Close);
        } else {
            self.work.push(Step::Value(first.at, first.member.value));
        }
        Ok(())
    }

    /// Plans the member that is the element's text; without any text it is absent.
    fn plan_characters(&mut self, at: u32, member: &'x XmlMember, held: Held<'x>) -> Result<(), Stop> {
        let mut text = held.text;
        let nodes = || self.tree.children(at).map(|(_, node)| node);
        if member.kind == NodeKind::CData && nodes().any(|node| node.kind == NodeKind::CData) {
            let outside = |node: &Node| node.kind == NodeKind::Text && !is_blank(self.tree.text(*node));
            if nodes().any(|node| outside(&node)) {
                return Err(self.stop(XmlRule::UnexpectedText, at));
            }
            text = Cow::Borrowed("");
            for node in nodes().filter(|node| node.kind == NodeKind::CData) {
                join(&mut text, self.tree.text(node));
            }
        } else if held.elements && is_blank(&text) {
            // White space between elements is layout.
            return Ok(());
        }
        if !text.is_empty() {
            self.work.push(Step::Name(Cow::Borrowed(&member.name)));
            self.work.push(Step::Characters(text, member.value));
        }
        Ok(())
    }

    fn open_array(&mut self, at: u32) -> Result<(), Stop> {
        if self.is_too_deep() {
            return Err(self.stop_at_next(XmlRule::TooDeep, at));
        }
        self.instance.open_array();
        Ok(())
    }

    fn is_too_deep(&self) -> bool {
        u32::try_from(self.instance.nesting()).unwrap_or(u32::MAX) >= self.limits.nesting_max
    }

    /// The steps since `first` were pushed in their order; the first of them comes first off the list.
    fn reverse_since(&mut self, first: usize) {
        if let Some(steps) = self.work.get_mut(first..) {
            steps.reverse();
        }
    }

    /// A fault of the container that is open.
    fn stop(&self, rule: XmlRule, at: u32) -> Stop {
        Stop { rule, at, pointer: self.instance.open_pointer() }
    }

    /// A fault of the value that was about to be added.
    fn stop_at_next(&self, rule: XmlRule, at: u32) -> Stop {
        Stop { rule, at, pointer: self.instance.next_pointer() }
    }
}

fn join<'x>(text: &mut Cow<'x, str>, more: &'x str) {
    if text.is_empty() {
        *text = Cow::Borrowed(more);
    } else {
        text.to_mut().push_str(more);
    }
}
