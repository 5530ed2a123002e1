//! The walk over every Object of a description, each checked once for the type its place expects.
//!
//! Takes: a loaded description. Gives: findings. The walk keeps its own stack, so that nesting
//! (callbacks in callbacks, schemas in schemas) costs no call depth. It goes in two turns: first
//! what each document states itself, then what references reach, so that a reference to another
//! type of Object is told as such (`REF-015`). Never panics.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Patterned, Shape};
use super::referral::Referral;
use super::{connections, rules, schema_rules, unknown};
use crate::description::token::is_token;
use crate::description::uri::has_reference_form;
use crate::description::{
    Code, Description, Diagnostics, Document, DocumentId, Kind, Location, NodeRef, ObjectKind, Severity,
    Version,
};
use crate::limits::load::FINDINGS_PER_CODE_MAX;

/// The state of one walk.
#[derive(Debug)]
pub(super) struct Check<'d> {
    pub(super) description: &'d Description,
    /// How much the rules that tie Objects together matter in this phase.
    connections: Severity,
    /// The Object types of the places met, in the order met.
    pub(super) types: HashMap<Location, ObjectType>,
    pub(super) stack: Vec<(Location, Shape)>,
    pub(super) referrals: VecDeque<Referral>,
    counts: HashMap<Code, usize>,
    diagnostics: Diagnostics,
    /// Where Objects of these types stand, for the rules about the description as a whole.
    pub(super) operations: Vec<Location>,
    pub(super) links: Vec<Location>,
    pub(super) requirements: Vec<Location>,
    pub(super) discriminators: Vec<Location>,
    /// Schemas that others name under `allOf`.
    pub(super) parents: HashSet<Location>,
}

impl<'d> Check<'d> {
    pub(super) fn new(description: &'d Description, connections: Severity) -> Self {
        Self {
            description,
            connections,
            types: HashMap::new(),
            stack: Vec::new(),
            referrals: VecDeque::new(),
            counts: HashMap::new(),
            diagnostics: Diagnostics::new(),
            operations: Vec::new(),
            links: Vec::new(),
            requirements: Vec::new(),
            discriminators: Vec::new(),
            parents: HashSet::new(),
        }
    }

    /// Walks every document that is an OpenAPI document, then what references reach.
    pub(super) fn walk(&mut self) {
        let roots: Vec<Location> = self
            .description
            .documents()
            .map(|(id, document)| Location { document: id, node: document.tree().root().id() })
            .filter(|root| self.description.kind(*root) == Some(ObjectKind::OpenApi))
            .collect();
        self.stack.extend(roots.into_iter().map(|root| (root, Shape::Object(ObjectType::OpenApi))));
        self.drain();
        while let Some(referral) = self.referrals.pop_front() {
            self.reached(referral);
            self.drain();
        }
        let parents = std::mem::take(&mut self.parents);
        schema_rules::check_discriminators(self, &parents);
        connections::check(self);
    }

    pub(super) fn finish(mut self) -> Diagnostics {
        self.diagnostics.sort();
        self.diagnostics
    }

    pub(super) fn node(&self, at: Location) -> NodeRef<'d> {
        self.description.at(at)
    }

    /// The edition whose rules hold for the document of this place.
    pub(super) fn edition(&self, document: DocumentId) -> Edition {
        let document = self.description.document(document);
        if document.is_some_and(Document::upgraded_from_3_0) {
            return Edition::V3_0;
        }
        match document.map_or(Version::V3_1, Document::version) {
            Version::V3_1 => Edition::V3_1,
            Version::V3_2 => Edition::V3_2,
        }
    }

    /// How much a rule matters that only the text states, not the published JSON Schema: 3.0 documents
    /// were widely written by the schema alone, and are upgraded in the way the warning names.
    pub(super) fn text_only(&self, at: Location) -> Severity {
        if self.edition(at.document) == Edition::V3_0 { Severity::Warning } else { Severity::Error }
    }

    pub(super) fn report(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code()).or_default();
        *count = count.saturating_add(1);
        if *count > FINDINGS_PER_CODE_MAX {
            return;
        }
        self.diagnostics.push(finding.placed(self.description));
    }

    /// How much the rules that tie Objects together matter in this phase.
    pub(super) const fn connections(&self) -> Severity {
        self.connections
    }

    /// Two fields that exclude each other.
    pub(super) fn exclusive(&mut self, code: &'static str, at: Location, fields: [&str; 2], object: &str) {
        let node = self.node(at);
        let [first, second] = fields;
        let (Some(one), Some(_)) = (node.get(first), node.get(second)) else { return };
        self.report(
            Finding::error(code, at)
                .named(second)
                .what(format!("`{first}` and `{second}` stand side by side"))
                .why(format!("they exclude each other (§{object})"))
                .mend(format!("keep either `{first}` or `{second}`"))
                .related("the other", beside(at, one)),
        );
    }

    /// The Object at `at` if that is of type `object` after following references.
    pub(super) fn followed(&self, at: Location) -> Location {
        self.description.follow(at).unwrap_or(at)
    }

    fn drain(&mut self) {
        while let Some((at, shape)) = self.stack.pop() {
            self.value(at, shape);
        }
    }

    pub(super) fn push_child(&mut self, parent: Location, child: NodeRef<'_>, shape: Shape) {
        self.stack.push((beside(parent, child), shape));
    }

    fn value(&mut self, at: Location, shape: Shape) {
        let node = self.node(at);
        match shape {
            Shape::Any => {}
            Shape::String => self.expect(at, shape, node.as_str().is_some()),
            Shape::Boolean => self.expect(at, shape, node.as_bool().is_some()),
            Shape::OneOf(names) => {
                self.expect(at, shape, node.as_str().is_some_and(|text| names.contains(&text)));
            }
            Shape::UriReference => {
                self.expect(at, shape, node.as_str().is_some_and(has_reference_form));
            }
            Shape::Email => self.expect(at, shape, node.as_str().is_some_and(is_email)),
            Shape::Object(object) => self.object(at, object),
            Shape::OrReference(object) => match node.get("$ref") {
                // `BOD-017`: media types can be referenced since 3.2.
                Some(reference)
                    if object != ObjectType::MediaType || self.edition(at.document) == Edition::V3_2 =>
                {
                    self.reference(at, reference, object);
                }
                Some(_) | None => self.object(at, object),
            },
            Shape::List(item) => {
                self.expect(at, shape, node.kind() == Kind::Array);
                for child in node.items() {
                    self.push_child(at, child, *item);
                }
            }
            Shape::Map(value, names) => self.map(at, value, names),
            Shape::Subschema => self.subschema(at, node),
            Shape::Subschemas => {
                for child in node.items().chain(node.members().map(|(_, child)| child)) {
                    self.subschema(beside(at, child), child);
                }
            }
        }
    }

    /// A place inside a schema where a subschema may stand; its form is the dialect's affair.
    fn subschema(&mut self, at: Location, node: NodeRef<'d>) {
        match node.kind() {
            Kind::Object | Kind::Boolean => self.object(at, ObjectType::Schema),
            Kind::Array => {
                for child in node.items().filter(|child| child.kind() == Kind::Object) {
                    self.push_child(at, child, Shape::Subschema);
                }
            }
            Kind::Null | Kind::Number | Kind::String => {}
        }
    }

    fn map(&mut self, at: Location, value: &'static Shape, names: Names) {
        let node = self.node(at);
        self.expect(at, Shape::Map(value, names), node.kind() == Kind::Object);
        for (name, child) in node.members() {
            self.check_name(at, name, names);
            self.push_child(at, child, *value);
        }
    }

    fn check_name(&mut self, at: Location, name: &str, names: Names) {
        let finding = match names {
            Names::Any => return,
            Names::Component(_) if is_component_name(name) => return,
            Names::FieldName(_) if is_token(name) => return,
            Names::Component(code) => Finding::new(code, Severity::Error, at)
                .what(format!("the name `{name}` has a character outside `a-zA-Z0-9._-`"))
                .why("names in these maps match `^[a-zA-Z0-9._-]+$` (§Components Object)")
                .mend("rename it, and the references to it"),
            Names::FieldName(code) => Finding::new(code, self.since_3_2(at), at)
                .what(format!("`{name}` is no header field name"))
                .why("field names are tokens (RFC 9110 §5.1)")
                .mend("use letters, digits and `-` only"),
        };
        self.report(finding.named(name));
    }

    /// How much a rule matters that 3.2 was the first to state.
    pub(super) fn since_3_2(&self, at: Location) -> Severity {
        if self.edition(at.document) == Edition::V3_2 { Severity::Error } else { Severity::Warning }
    }

    /// Tells of a value that has not the expected shape, with the code of the Object it belongs to.
    fn expect(&mut self, at: Location, shape: Shape, fine: bool) {
        if fine {
            return;
        }
        let node = self.node(at);
        let (code, owner) = self.owner(at);
        let found = match node.as_str() {
            Some(text) => format!("the string {text:?}"),
            None => with_article(node.kind().name()),
        };
        let bare = matches!(shape, Shape::String) && matches!(node.kind(), Kind::Number | Kind::Boolean);
        let mend = if bare { "put it in quotes" } else { "write a value of that type, or remove the field" };
        self.report(
            Finding::new(code, Severity::Error, at)
                .what(format!("expected {}, found {found}", shape.describe()))
                .why(format!("the field's type is fixed (§{owner})"))
                .mend(mend),
        );
    }

    /// The code of the field that a value belongs to, and the name of the nearest Object around it.
    fn owner(&self, at: Location) -> (Code, &'static str) {
        let mut node = Some(self.node(at));
        let mut name = None;
        while let Some(current) = node {
            if let Some(object) = self.types.get(&beside(at, current)) {
                let grammar = object.grammar();
                let field = name.and_then(|name: Cow<'_, str>| grammar.field(&name));
                return (field.and_then(|field| field.code).unwrap_or(grammar.code), grammar.name);
            }
            name = current.key();
            node = current.parent();
        }
        (ObjectType::OpenApi.grammar().code, ObjectType::OpenApi.name())
    }

    /// Notes that this place is an Object of that type; false when it was met before.
    pub(super) fn claim(&mut self, at: Location, object: ObjectType) -> bool {
        match self.types.get(&at) {
            None => {
                self.types.insert(at, object);
                true
            }
            Some(known) if *known == object => false,
            Some(known) => {
                // `REF-024`: one JSON object is one Object; our choice is an error.
                let finding = Finding::error("REF-024", at)
                    .what(format!("this {} is also used as a {}", known.name(), object.name()))
                    .why("one JSON object cannot be two types of Object (§Conflicts Between Field Types and Reference Contexts)")
                    .mend("give each its own object");
                self.report(finding);
                false
            }
        }
    }

    fn object(&mut self, at: Location, object: ObjectType) {
        if !self.claim(at, object) {
            return;
        }
        let node = self.node(at);
        let boolean_schema = object == ObjectType::Schema && node.kind() == Kind::Boolean;
        if boolean_schema {
            return;
        }
        if node.kind() != Kind::Object {
            self.expect(at, Shape::Object(object), false);
            return;
        }
        let grammar = object.grammar();
        let edition = self.edition(at.document);
        if matches!(object, ObjectType::PathItem | ObjectType::Schema)
            && let Some(reference) = node.get("$ref")
            && reference.as_str().is_some()
        {
            self.referrals.push_back(Referral { from: at, object });
        }
        for (name, child) in node.members() {
            self.member(at, grammar, edition, (name, child));
        }
        self.required_fields(at, grammar, edition);
        rules::object_rules(self, at, object);
    }

    fn member(
        &mut self,
        at: Location,
        grammar: &'static Grammar,
        edition: Edition,
        member: (&str, NodeRef<'d>),
    ) {
        let (name, child) = member;
        if let Some(field) = grammar.field(name) {
            if field.since <= edition && edition <= field.until {
                self.push_child(at, child, field.shape);
            } else {
                unknown::field_of_another_version(self, at, grammar, field);
            }
            return;
        }
        // `DOC-014`: any value, also `null`, in every Object that can be extended.
        if grammar.extensible && name.starts_with("x-") {
            return;
        }
        match grammar.patterned {
            Patterned::Every(shape) => self.push_child(at, child, shape),
            Patterned::Annotations => {}
            Patterned::Paths if name.starts_with('/') => {
                self.push_child(at, child, Shape::Object(ObjectType::PathItem));
            }
            Patterned::StatusCodes if rules::is_status_key(name) => {
                self.push_child(at, child, Shape::OrReference(ObjectType::Response));
            }
            Patterned::None | Patterned::Paths | Patterned::StatusCodes => {
                unknown::unknown_field(self, at, grammar, name);
            }
        }
    }

    fn required_fields(&mut self, at: Location, grammar: &'static Grammar, edition: Edition) {
        let node = self.node(at);
        let missing = |field: &&Field| {
            let applies = field.required.is_some_and(|(_, until)| edition <= until);
            applies && field.since <= edition && node.get(field.name).is_none()
        };
        for field in grammar.fields.iter().filter(missing) {
            let Some((code, _)) = field.required else { continue };
            self.report(
                Finding::new(code, Severity::Error, at)
                    .what(format!("the {} has no `{}`", grammar.name, field.name))
                    .why(format!(
                        "`{}` is required in OpenAPI {} (§{})",
                        field.name,
                        edition.name(),
                        grammar.name
                    ))
                    .mend(format!("add `{}`: {}", field.name, field.shape.describe())),
            );
        }
    }
}

/// The location of a node of the same document.
pub(super) fn beside(at: Location, node: NodeRef<'_>) -> Location {
    Location { document: at.document, node: node.id() }
}

pub(super) fn with_article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    format!("{} {name}", if vowel { "an" } else { "a" })
}

/// `DOC-018`.
pub(super) fn is_component_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The form of an e-mail address (RFC 5321 §4.1.2), without comments and folding.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let dotted = |part: &str| !part.is_empty() && part.split('.').all(|label| !label.is_empty());
    let spaced =
        |part: &str| part.chars().any(|character| character.is_whitespace() || character.is_control());
    let literal = domain.starts_with('[') && domain.ends_with(']');
    (quoted || (dotted(local) && !spaced(local) && !local.contains('@')))
        && (literal || (dotted(domain) && !spaced(domain)))
}
