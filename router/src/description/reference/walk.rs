//! Walks the Objects of a document by structure alone and notes what has an identity and what refers.
//!
//! Takes: a start (document root or reference target) and the kind of Object expected there. Gives: kinds,
//! resources and anchors in the index, and the list of references met. Uses an explicit stack, visits each
//! value once. Never panics.

use super::index::{Anchor, Index, ResourceId};
use super::keywords::{Draft, Subschemas};
use crate::description::{Document, DocumentId, Holding, Location, NodeId, NodeRef, ObjectKind, Version};

/// What kind of reference a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SiteKind {
    /// `$ref` of a Reference Object, a Path Item Object or a Schema Object.
    Reference,
    /// `$dynamicRef` of a schema; resolved like `$ref` first.
    DynamicReference,
    /// `operationRef` of a Link Object.
    Operation,
    /// A value of a Discriminator Object's `mapping` (or its `defaultMapping`) in URI form.
    Mapping,
    /// `$schema` or `jsonSchemaDialect`.
    Dialect,
    /// A name in a Security Requirement Object, which may be a URI (3.2).
    Security,
}

/// A place that refers to another.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) kind: SiteKind,
    /// The Object that has the referring member.
    pub(crate) holder: Location,
    /// The member's name.
    pub(crate) member: Box<str>,
    /// What must stand at the target.
    pub(crate) expected: Option<ObjectKind>,
}

/// What the walk finds wrong with identifiers.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// `$ref` is not a string.
    NotText { holder: Location, member: &'static str },
    /// An `$id` that is no usable URI reference.
    Identifier { holder: Location, member: &'static str, reason: String },
    /// Two resources claim one URI.
    SameUri { holder: Location, member: &'static str, first: Location, uri: String },
    /// Two schemas of a resource claim one anchor.
    SameAnchor { holder: Location, member: &'static str, first: Location, name: String },
}

/// The walk's results that do not go into the index.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) sites: Vec<Site>,
    pub(crate) faults: Vec<Fault>,
}

#[derive(Clone, Copy)]
struct Visit<'t> {
    node: NodeRef<'t>,
    kind: ObjectKind,
    resource: ResourceId,
    draft: Draft,
    /// Whether the Object around it is no schema.
    outermost: bool,
}

/// The walk through one document.
pub(crate) struct Walk<'d> {
    id: DocumentId,
    document: &'d mut Document,
    index: &'d mut Index,
    walked: &'d mut Walked,
}

impl<'d> Walk<'d> {
    pub(crate) fn new(
        id: DocumentId,
        document: &'d mut Document,
        index: &'d mut Index,
        walked: &'d mut Walked,
    ) -> Self {
        Self { id, document, index, walked }
    }

    /// Walks everything below `start`, where an Object of `kind` stands, that was not walked before.
    pub(crate) fn run(&mut self, start: NodeId, kind: ObjectKind, resource: ResourceId) {
        // The tree is taken out so that the walk may change the document's URI beside it.
        let tree = std::mem::take(&mut self.document.tree);
        let draft = self.index.resource(resource).map_or(Draft::TwentyTwenty, |resource| resource.draft);
        let mut stack = vec![Visit { node: tree.at(start), kind, resource, draft, outermost: true }];
        while let Some(visit) = stack.pop() {
            let at = self.location(visit.node);
            if self.index.kind(at).is_some() {
                continue;
            }
            self.index.set_kind(at, visit.kind);
            let from = stack.len();
            if visit.kind == ObjectKind::Schema {
                self.schema(visit, &mut stack);
            } else {
                self.object(visit, &mut stack);
            }
            // First members come first off the stack.
            if let Some(added) = stack.get_mut(from..) {
                added.reverse();
            }
        }
        self.document.tree = tree;
    }

    fn location(&self, node: NodeRef<'_>) -> Location {
        Location { document: self.id, node: node.id() }
    }

    fn site(&mut self, kind: SiteKind, holder: NodeRef<'_>, member: &str, expected: Option<ObjectKind>) {
        let holder = self.location(holder);
        self.walked.sites.push(Site { kind, holder, member: member.into(), expected });
    }

    /// Notes a `$ref`-like member when there is one; whether there is.
    fn text_site(&mut self, kind: SiteKind, visit: Visit<'_>, member: &'static str) -> bool {
        let Some(value) = visit.node.get(member) else { return false };
        if value.as_str().is_none() {
            let holder = self.location(visit.node);
            self.walked.faults.push(Fault::NotText { holder, member });
            return false;
        }
        let expected = match kind {
            SiteKind::Reference | SiteKind::DynamicReference => Some(visit.kind),
            SiteKind::Operation => Some(ObjectKind::Operation),
            SiteKind::Mapping => Some(ObjectKind::Schema),
            SiteKind::Security => Some(ObjectKind::SecurityScheme),
            SiteKind::Dialect => None,
        };
        self.site(kind, visit.node, member, expected);
        true
    }

    fn object<'t>(&mut self, visit: Visit<'t>, stack: &mut Vec<Visit<'t>>) {
        let later = self.document.version >= Version::V3_2;
        if visit.kind.may_be_referenced(later)
            && self.text_site(SiteKind::Reference, visit, "$ref")
            && visit.kind != ObjectKind::PathItem
        {
            return;
        }
        if visit.kind == ObjectKind::Link {
            self.text_site(SiteKind::Operation, visit, "operationRef");
        }
        if visit.kind == ObjectKind::OpenApi {
            let dialect = visit.node.get("jsonSchemaDialect").and_then(NodeRef::as_str);
            if dialect.is_some_and(|dialect| Draft::of_dialect(dialect).is_none()) {
                self.text_site(SiteKind::Dialect, visit, "jsonSchemaDialect");
            }
        }
        if later && matches!(visit.kind, ObjectKind::OpenApi | ObjectKind::Operation) {
            self.security(visit);
        }
        for (name, value) in visit.node.members() {
            let Some(holding) = visit.kind.member(name) else { continue };
            let child = |node, kind| Visit { node, kind, outermost: true, ..visit };
            match holding {
                Holding::One(kind) => stack.push(child(value, kind)),
                Holding::List(kind) => stack.extend(value.items().map(|item| child(item, kind))),
                Holding::Map(kind) => stack.extend(value.members().map(|(_, member)| child(member, kind))),
            }
        }
    }

    /// 3.2 lets a Security Requirement Object name a scheme by URI; the loader tells them apart (SEC-003).
    fn security(&mut self, visit: Visit<'_>) {
        let Some(requirements) = visit.node.get("security") else { return };
        for requirement in requirements.items() {
            for (name, _) in requirement.members() {
                self.site(SiteKind::Security, requirement, name, Some(ObjectKind::SecurityScheme));
            }
        }
    }

    fn schema<'t>(&mut self, visit: Visit<'t>, stack: &mut Vec<Visit<'t>>) {
        let mut visit = visit;
        self.dialect(&mut visit);
        let hidden = visit.draft.reference_hides_siblings() && visit.node.get("$ref").is_some();
        if !hidden {
            self.identify(&mut visit);
            self.anchors(visit);
        }
        self.text_site(SiteKind::Reference, visit, "$ref");
        if hidden {
            return;
        }
        if visit.draft == Draft::TwentyTwenty {
            self.text_site(SiteKind::DynamicReference, visit, "$dynamicRef");
        }
        self.mapping(visit);
        for (keyword, value) in visit.node.members() {
            let Some(holding) = visit.draft.subschemas(keyword) else { continue };
            let child = |node| Visit { node, outermost: false, ..visit };
            match holding {
                Subschemas::One => stack.push(child(value)),
                Subschemas::List => stack.extend(value.items().map(child)),
                Subschemas::Map => stack.extend(value.members().map(|(_, member)| child(member))),
                Subschemas::OneOrList if value.items().len() == 0 => stack.push(child(value)),
                Subschemas::OneOrList => stack.extend(value.items().map(child)),
            }
        }
    }

    /// SCH-003: `$schema` counts at the root of a schema resource, and at a schema that stands by itself in an
    /// OpenAPI document.
    fn dialect(&mut self, visit: &mut Visit<'_>) {
        let Some(dialect) = visit.node.get("$schema").and_then(NodeRef::as_str) else { return };
        let identified = visit.node.get("$id").or_else(|| visit.node.get("id")).is_some();
        if !visit.outermost && !identified {
            return;
        }
        visit.draft = Draft::of_dialect(dialect).unwrap_or(Draft::TwentyTwenty);
        let at = self.location(visit.node);
        self.index.set_dialect(at, dialect);
        if Draft::of_dialect(dialect).is_none() {
            self.text_site(SiteKind::Dialect, *visit, "$schema");
        }
        if at.node == NodeId::ROOT {
            self.index.set_draft(visit.resource, visit.draft);
        }
    }

    /// REF-005: an `$id` makes the schema a resource with a URI, resolved against the one around it.
    fn identify(&mut self, visit: &mut Visit<'_>) {
        let member = visit.draft.id_keyword();
        let Some(text) = visit.node.get(member).and_then(NodeRef::as_str) else { return };
        let holder = self.location(visit.node);
        if let Some(name) = text.strip_prefix('#') {
            if visit.draft.anchors_by_id() && !name.is_empty() {
                self.anchor(*visit, member, name, false);
            } else if !name.is_empty() {
                let reason = "it is only a fragment; an anchor is written with `$anchor`".to_owned();
                self.walked.faults.push(Fault::Identifier { holder, member, reason });
            }
            return;
        }
        let base = if holder.node == NodeId::ROOT {
            Some(self.document.retrieval_uri.clone())
        } else {
            self.index.resource(visit.resource).map(|resource| resource.uri.clone())
        };
        let (uri, fragment) = match base.map(|base| {
            base.join(text).map(|(uri, fragment)| (uri, fragment.filter(|text| !text.is_empty())))
        }) {
            Some(Ok(joined)) => joined,
            Some(Err(error)) => {
                self.walked.faults.push(Fault::Identifier { holder, member, reason: error.to_string() });
                return;
            }
            None => return,
        };
        // The root's identifier is the document's URI already.
        if holder.node != NodeId::ROOT {
            let first = self.index.add_resource(uri.clone(), holder, visit.draft);
            visit.resource = self.index.by_root(holder).unwrap_or(visit.resource);
            if let Some(first) = first {
                self.walked.faults.push(Fault::SameUri { holder, member, first, uri: uri.to_string() });
            }
        }
        match fragment {
            Some(name) if visit.draft.anchors_by_id() => self.anchor(*visit, member, name, false),
            Some(_) => {
                let reason = "an `$id` has no fragment".to_owned();
                self.walked.faults.push(Fault::Identifier { holder, member, reason });
            }
            None => {}
        }
    }

    fn anchors(&mut self, visit: Visit<'_>) {
        if visit.draft < Draft::TwentyNineteen {
            return;
        }
        if let Some(name) = visit.node.get("$anchor").and_then(NodeRef::as_str) {
            self.anchor(visit, "$anchor", name, false);
        }
        if visit.draft < Draft::TwentyTwenty {
            return;
        }
        if let Some(name) = visit.node.get("$dynamicAnchor").and_then(NodeRef::as_str) {
            self.anchor(visit, "$dynamicAnchor", name, true);
        }
    }

    fn anchor(&mut self, visit: Visit<'_>, member: &'static str, name: &str, dynamic: bool) {
        let holder = self.location(visit.node);
        let anchor = Anchor { node: visit.node.id(), dynamic };
        if let Some(node) = self.index.add_anchor(visit.resource, name, anchor) {
            let first = Location { document: self.id, node };
            self.walked.faults.push(Fault::SameAnchor { holder, member, first, name: name.to_owned() });
        }
    }

    /// A mapped value may be a component's name or a URI reference (DIS-005); the loader tells them apart.
    fn mapping(&mut self, visit: Visit<'_>) {
        let Some(discriminator) = visit.node.get("discriminator") else { return };
        if discriminator.get("defaultMapping").and_then(NodeRef::as_str).is_some() {
            self.site(SiteKind::Mapping, discriminator, "defaultMapping", Some(ObjectKind::Schema));
        }
        let Some(mapping) = discriminator.get("mapping") else { return };
        for (name, _) in mapping.members().filter(|(_, value)| value.as_str().is_some()) {
            self.site(SiteKind::Mapping, mapping, name, Some(ObjectKind::Schema));
        }
    }
}
