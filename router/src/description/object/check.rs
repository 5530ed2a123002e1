//! The walk over every Object of a description, each checked once for the type its place expects.
//!
//! Takes: a loaded description. Gives: findings. The walk keeps its own stack, so that nesting
//! (callbacks in callbacks, schemas in schemas) costs no call depth. It goes in two turns: first
//! what each document states itself, then what references reach, so that a reference to another
//! type of Object is told as such (`REF-015`). Never panics.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Patterned, Shape};
use super::{connections, rules, schema_rules, unknown};
use crate::description::runtime_expression::is_token;
use crate::description::uri::has_reference_form;
use crate::description::{
    Code, Description, Diagnostic, Diagnostics, Document, DocumentId, Kind, Location, NodeRef, ObjectKind,
    ReferenceError, Severity, Version,
};

/// How many findings of one code are kept: a description that breaks one rule everywhere is told
/// so often enough.
const FINDINGS_PER_CODE_MAX: usize = 256;

/// One finding before it has places.
#[derive(Debug)]
pub(super) struct Finding {
    code: Code,
    severity: Severity,
    at: Location,
    name: Option<String>,
    what: String,
    why: Cow<'static, str>,
    mend: Cow<'static, str>,
    related: Vec<(&'static str, Location, Option<String>)>,
}

impl Finding {
    pub(super) const fn new(code: Code, severity: Severity, at: Location) -> Self {
        Self {
            code,
            severity,
            at,
            name: None,
            what: String::new(),
            why: Cow::Borrowed(""),
            mend: Cow::Borrowed(""),
            related: Vec::new(),
        }
    }

    pub(super) const fn error(code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), Severity::Error, at)
    }

    pub(super) const fn warning(code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), Severity::Warning, at)
    }

    pub(super) const fn lint(code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), Severity::Lint, at)
    }

    /// The place is the name of this member, not the value.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    pub(super) fn what(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    pub(super) fn why(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.why = why.into();
        self
    }

    pub(super) fn mend(mut self, mend: impl Into<Cow<'static, str>>) -> Self {
        self.mend = mend.into();
        self
    }

    pub(super) fn related(mut self, role: &'static str, at: Location) -> Self {
        self.related.push((role, at, None));
        self
    }

    /// The related place is the name of that member.
    pub(super) fn related_name(mut self, role: &'static str, at: Location, name: &str) -> Self {
        self.related.push((role, at, Some(name.to_owned())));
        self
    }

    /// A rule that ties Objects together: how much it matters depends on the phase.
    pub(super) const fn connection(cx: &Check<'_>, code: &'static str, at: Location) -> Self {
        Self::new(Code::new(code), cx.connections, at)
    }
}

/// A reference met in the first turn.
#[derive(Clone, Copy, Debug)]
struct Referral {
    from: Location,
    object: ObjectType,
}

/// The state of one walk.
#[derive(Debug)]
pub(super) struct Check<'d> {
    pub(super) description: &'d Description,
    /// How much the rules that tie Objects together matter in this phase.
    connections: Severity,
    /// The Object types of the places met, in the order met.
    types: HashMap<Location, ObjectType>,
    stack: Vec<(Location, Shape)>,
    referrals: VecDeque<Referral>,
    counts: HashMap<Code, usize>,
    diagnostics: Diagnostics,
    /// Where Objects of these types stand, for the rules about the description as a whole.
    pub(super) operations: Vec<Location>,
    pub(super) links: Vec<Location>,
    pub(super) requirements: Vec<Location>,
    pub(super) discriminators: Vec<Location>,
    /// Schemas that others name under `allOf`.
    parents: HashSet<Location>,
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
        let count = self.counts.entry(finding.code).or_default();
        *count = count.saturating_add(1);
        if *count > FINDINGS_PER_CODE_MAX {
            return;
        }
        let place_of = |at: Location, name: &Option<String>| match name {
            Some(name) => self.description.place_of_name(at, name),
            None => self.description.place(at),
        };
        let place = place_of(finding.at, &finding.name);
        let related = finding.related.iter();
        let related = related.map(|(role, at, name)| (Cow::Borrowed(*role), place_of(*at, name))).collect();
        self.diagnostics.push(Diagnostic {
            code: finding.code,
            severity: finding.severity,
            what: finding.what,
            why: finding.why,
            mend: finding.mend,
            place,
            related,
        });
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

    fn push_child(&mut self, parent: Location, child: NodeRef<'_>, shape: Shape) {
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
        self.report(
            Finding::new(code, Severity::Error, at)
                .what(format!("expected {}, found {found}", shape.describe()))
                .why(format!("the field's type is fixed (§{owner})"))
                .mend("write a value of that type, or remove the field"),
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
    fn claim(&mut self, at: Location, object: ObjectType) -> bool {
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

    /// A Reference Object where an Object of type `object` is expected (`REF-016`).
    fn reference(&mut self, at: Location, reference: NodeRef<'d>, object: ObjectType) {
        if !self.claim(at, object) {
            return;
        }
        let node = self.node(at);
        for (name, child) in node.members() {
            match ObjectType::Reference.grammar().field(name) {
                Some(_) if name == "$ref" => {}
                Some(field) => {
                    self.push_child(at, child, field.shape);
                    self.overriding(at, name, object);
                }
                // `DOC-016`.
                None => self.report(
                    Finding::warning("DOC-016", at)
                        .named(name)
                        .what(format!("`{name}` beside `$ref` is ignored"))
                        .why("a Reference Object has `$ref`, `summary` and `description` only, and cannot be extended (§Reference Object)")
                        .mend("move it to the referenced Object, or repeat that Object here"),
                ),
            }
        }
        // Its form was judged when references were resolved (`REF-013`).
        if reference.as_str().is_some() {
            self.referrals.push_back(Referral { from: at, object });
        }
    }

    /// `REF-014`: the override has no effect where the target's type has no such field.
    fn overriding(&mut self, at: Location, name: &str, object: ObjectType) {
        let edition = self.edition(at.document);
        if edition == Edition::V3_0 {
            self.report(
                Finding::lint("REF-014", at)
                    .named(name)
                    .what(format!("`{name}` beside `$ref` is ignored"))
                    .why("a Reference Object of OpenAPI 3.0 has `$ref` only (§Reference Object)")
                    .mend("move it to the referenced Object"),
            );
        } else if object
            .grammar()
            .field(name)
            .is_none_or(|field| edition < field.since || field.until < edition)
        {
            self.report(
                Finding::lint("REF-014", at)
                    .named(name)
                    .what(format!("`{name}` beside `$ref` has no effect"))
                    .why(format!(
                        "a {} has no `{name}` that it could override (§Reference Object)",
                        object.name()
                    ))
                    .mend("remove it"),
            );
        }
    }

    /// The target of a reference, in the second turn.
    fn reached(&mut self, referral: Referral) {
        let Referral { from, object } = referral;
        let Some(text) = self.node(from).get("$ref").and_then(NodeRef::as_str) else { return };
        let target = match self.description.resolve(from, text) {
            Ok(target) => target,
            Err(error) => return self.unresolved(from, (text, &error)),
        };
        let node = self.node(target);
        let boolean_schema = object == ObjectType::Schema && node.kind() == Kind::Boolean;
        if object == ObjectType::Schema && self.is_listed_under_all_of(from) {
            self.parents.insert(target);
        }
        // Objects that can be referenced were compared when references were resolved (`REF-015`).
        if self.description.kind(target).is_some_and(|kind| kind.name() != object.name()) {
            return;
        }
        let known = self.types.get(&target).copied();
        if known == Some(object) {
            return;
        }
        if let Some(known) = known {
            self.other_type(referral, target, known.name());
        } else if node.kind() != Kind::Object && !boolean_schema {
            self.other_type(referral, target, node.kind().name());
        } else if object == ObjectType::Schema || object == ObjectType::PathItem {
            self.stack.push((target, Shape::Object(object)));
        } else {
            self.stack.push((target, Shape::OrReference(object)));
        }
    }

    /// What cannot be resolved was told when documents were loaded; some of it as a warning only.
    fn unresolved(&mut self, from: Location, (text, error): (&str, &ReferenceError)) {
        if self.is_strict() {
            let reference = self.description.child(from, "$ref").unwrap_or(from);
            self.report(
                Finding::new(error.code(), Severity::Error, reference)
                    .what(format!("`{text}` leads nowhere: {error}"))
                    .why("a reference names a value that exists in one of the documents (§Reference Object)")
                    .mend(error.mend()),
            );
        }
    }

    /// Whether this is the check of compiling.
    pub(super) fn is_strict(&self) -> bool {
        self.connections == Severity::Error
    }

    fn is_listed_under_all_of(&self, at: Location) -> bool {
        let list = self.node(at).parent();
        list.is_some_and(|list| list.kind() == Kind::Array && list.key().is_some_and(|key| key == "allOf"))
    }

    /// `REF-015`: both places are named.
    fn other_type(&mut self, referral: Referral, target: Location, found: &str) {
        let reference = self.description.child(referral.from, "$ref").unwrap_or(referral.from);
        self.report(
            Finding::error("REF-015", reference)
                .what(format!(
                    "the reference leads to {}, not to a {}",
                    with_article(found),
                    referral.object.name()
                ))
                .why(
                    "a reference stands for an Object of the type that its place expects (§Reference Object)",
                )
                .mend(format!("refer to a {}", referral.object.name()))
                .related("the target", target),
        );
    }
}

/// The location of a node of the same document.
pub(super) fn beside(at: Location, node: NodeRef<'_>) -> Location {
    Location { document: at.document, node: node.id() }
}

fn with_article(name: &str) -> String {
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
