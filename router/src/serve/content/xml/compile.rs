//! Schemas and their XML Objects -> XML plan (SCH-025).
//!
//! Takes: the schemas about a value. Gives: an [`XmlPlan`], or nothing where they do not describe XML. Build phase; never panics.
//!
//! | Field | What comes of it |
//! |---|---|
//! | `name` | beside the property's own schema it replaces the property's name; behind a reference (where OAS 3.1 gives it no effect) it is taken beside it, as is the name of a component |
//! | `attribute`, `nodeType: attribute` | the member is an attribute |
//! | `namespace` | the element or attribute has to be of that namespace |
//! | `prefix` | nothing: the URI alone tells namespaces apart |
//! | `wrapped`, `nodeType: element` beside `type: array` | the items stand inside an element of their own |
//! | `nodeType: text`, `cdata` | the member is the text of the element |
//! | `nodeType: none` of what is no array | not applied, and reported |

use std::collections::{BTreeMap, VecDeque};

use super::super::compile::{gather, value_plan};
use super::super::property::Gather;
use super::plan::{ValueId, XmlMember, XmlPlan, XmlValue};
use super::tree::NodeKind;
use crate::description::{Description, Location, NodeRef};
use crate::limits::xml::SCHEMAS_MAX;
use crate::schema::{Level, TypeSet, level};

impl XmlPlan {
    /// Compiles the plan of content that `schemas` are about, and tells the XML Objects that are not applied. `inferred` is the
    /// property that the content is a part of a form for.
    ///
    /// There is no plan for content whose schemas say nothing of its structure, nor for a string, which is the XML text itself.
    pub(in super::super) fn compile(
        description: &Description,
        schemas: &[Location],
        inferred: Option<&str>,
    ) -> (Option<Self>, Vec<Location>) {
        let top = level(description, schemas);
        if !describes_xml(&top) {
            return (None, Vec::new());
        }
        let mut compiling = Compiling::new(description);
        let root = compiling.id(schemas.to_vec());
        while let Some((ValueId(at), schemas)) = compiling.pending.pop_front() {
            let value = compiling.value(&schemas);
            if let Some(place) = compiling.values.get_mut(at) {
                *place = value;
            }
        }
        let naming = Naming::of(description, &top);
        let names = naming.own.into_iter().chain(naming.others.iter().copied()).chain(inferred);
        let root_names = names.map(Box::from).collect();
        (Some(Self { values: compiling.values, any: XmlValue::any(), root, root_names }), compiling.unapplied)
    }
}

fn describes_xml(level: &Level<'_>) -> bool {
    let value = value_plan(&level.shape);
    let says_nothing =
        value.untyped && level.members.is_empty() && level.items.is_empty() && level.others.is_empty();
    let is_text = value.scalars.string && !value.structured;
    !says_nothing && !is_text
}

struct Compiling<'d> {
    description: &'d Description,
    values: Vec<XmlValue>,
    known: BTreeMap<Vec<Location>, ValueId>,
    pending: VecDeque<(ValueId, Vec<Location>)>,
    unapplied: Vec<Location>,
}

impl<'d> Compiling<'d> {
    fn new(description: &'d Description) -> Self {
        let known = BTreeMap::from([(Vec::new(), ValueId::ANY)]);
        Self { description, values: Vec::new(), known, pending: VecDeque::new(), unapplied: Vec::new() }
    }

    /// The number of the value that `schemas` are about; it is compiled later.
    fn id(&mut self, schemas: Vec<Location>) -> ValueId {
        if let Some(known) = self.known.get(&schemas) {
            return *known;
        }
        if self.values.len() >= SCHEMAS_MAX {
            return ValueId::ANY;
        }
        let id = ValueId(self.values.len());
        self.values.push(XmlValue::any());
        self.known.insert(schemas.clone(), id);
        self.pending.push_back((id, schemas));
        id
    }

    fn value(&mut self, schemas: &[Location]) -> XmlValue {
        let level = level(self.description, schemas);
        let naming = Naming::of(self.description, &level);
        let types = level.shape.types;
        let has = |of: TypeSet| !types.is_all() && types.contains(of);
        let mut members = Vec::new();
        for (name, schemas) in &level.members {
            members.push(self.member(name, schemas));
        }
        members.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        let names = index(&members);
        let members: Vec<_> = members.into_iter().map(|(member, _)| member).collect();
        let is_text = |member: &XmlMember| matches!(member.kind, NodeKind::Text | NodeKind::CData);
        let item = Naming::of(self.description, &crate::schema::level(self.description, &level.items));
        XmlValue {
            text: value_plan(&level.shape),
            object: has(TypeSet::OBJECT) || (types.is_all() && !members.is_empty()),
            list: has(TypeSet::ARRAY),
            namespace: naming.namespace.map(Box::from),
            names,
            characters: members.iter().position(is_text),
            members,
            others: self.member("", &level.others).0,
            item: self.id(level.items),
            item_unnamed: item.own.is_none(),
            item_names: match item.own {
                Some(own) => vec![own.into()],
                None => item.others.iter().copied().map(Box::from).collect(),
            },
        }
    }

    /// A member, and the names that it goes by.
    fn member(&mut self, name: &str, schemas: &[Location]) -> (XmlMember, Names) {
        let level = level(self.description, schemas);
        let mut naming = Naming::of(self.description, &level);
        let is_list = !level.shape.types.is_all() && level.shape.types.contains(TypeSet::ARRAY);
        let is_wrapped = is_list && naming.wrapped;
        if naming.left_out && !is_list {
            self.unapplied.extend(schemas.first());
        }
        let kind = naming.kind;
        if is_list && !is_wrapped && kind == NodeKind::Element {
            naming = Naming::of(self.description, &crate::schema::level(self.description, &level.items));
        }
        let member = XmlMember {
            name: name.into(),
            kind,
            namespace: naming.namespace.map(Box::from),
            gather: if is_wrapped { Gather::Never } else { gather(level.shape.types) },
            value: self.id(schemas.to_vec()),
            item: self.id(level.items),
            nullable: !level.shape.types.is_all() && level.shape.types.contains(TypeSet::NULL),
        };
        let names = match naming.own {
            Some(own) => Names { first: own.into(), others: Vec::new() },
            None => {
                Names { first: name.into(), others: naming.others.iter().copied().map(Box::from).collect() }
            }
        };
        (member, names)
    }
}

/// The names that a member goes by.
struct Names {
    first: Box<str>,
    /// Names that count where no other member goes by them.
    others: Vec<Box<str>>,
}

/// The names of all members, sorted.
fn index(members: &[(XmlMember, Names)]) -> Vec<(Box<str>, usize)> {
    let first = members.iter().enumerate().map(|(position, (_, names))| (names.first.clone(), position));
    let mut index: Vec<_> = first.collect();
    index.sort();
    let mut others: Vec<(Box<str>, usize)> = Vec::new();
    for (position, (_, names)) in members.iter().enumerate() {
        let taken = |name: &str| index.binary_search_by(|(own, _)| (**own).cmp(name)).is_ok();
        others.extend(names.others.iter().filter(|name| !taken(name)).map(|name| (name.clone(), position)));
    }
    others.sort();
    others.dedup();
    for same in others.chunk_by(|(a, _), (b, _)| a == b) {
        if let [one] = same {
            index.push(one.clone());
        }
    }
    index.sort();
    index
}

/// What the XML Objects about one value say.
struct Naming<'d> {
    /// `name`, where no reference is followed to it.
    own: Option<&'d str>,
    /// Names behind references, of XML Objects and of components.
    others: Vec<&'d str>,
    namespace: Option<&'d str>,
    kind: NodeKind,
    wrapped: bool,
    left_out: bool,
}

impl<'d> Naming<'d> {
    fn of(description: &'d Description, level: &Level<'_>) -> Self {
        let mut naming = Self {
            own: None,
            others: Vec::new(),
            namespace: None,
            kind: NodeKind::Element,
            wrapped: false,
            left_out: false,
        };
        let mut kind = None;
        let mut wrapped = None;
        for about in &level.schemas {
            let node = description.at(about.at);
            let xml = node.get("xml");
            let text = |name: &str| xml.and_then(|xml| xml.get(name)).and_then(NodeRef::as_str);
            let flag = |name: &str| xml.and_then(|xml| xml.get(name)).and_then(NodeRef::as_bool);
            if about.referred {
                naming.others.extend(text("name"));
                naming.others.extend(component_name(description, about.at));
            } else {
                naming.own = naming.own.or(text("name"));
            }
            naming.namespace = naming.namespace.or(text("namespace"));
            let node_type = text("nodeType");
            kind = kind.or(node_type).or(flag("attribute").filter(|is| *is).map(|_| "attribute"));
            wrapped = wrapped.or(flag("wrapped")).or(node_type.map(|of| of == "element"));
        }
        naming.wrapped = wrapped == Some(true);
        naming.left_out = kind == Some("none");
        naming.kind = match kind {
            Some("attribute") => NodeKind::Attribute,
            Some("text") => NodeKind::Text,
            Some("cdata") => NodeKind::CData,
            _ => NodeKind::Element,
        };
        naming
    }
}

/// The name of the component that a schema is.
fn component_name(description: &Description, at: Location) -> Option<&str> {
    let schemas = description.at_pointer(at.document, "/components/schemas")?;
    let mut members = description.at(schemas).members();
    members.find(|(_, schema)| schema.id() == at.node).map(|(name, _)| name)
}
