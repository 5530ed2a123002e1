//! The index of identifiers: which URI names which document or schema resource, which anchor stands where.
//!
//! Takes: what the walk finds. Gives: hashed look-ups. Every document is the root resource of its own URI;
//! schemas with an `$id` are resources inside it. Never panics.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::keywords::Draft;
use crate::description::{Document, DocumentId, Location, NodeId, ObjectKind, Uri};

/// The position of a resource in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ResourceId(u32);

impl ResourceId {
    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A value with a URI of its own: a document, or a schema with an `$id`.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) uri: Uri,
    pub(crate) at: Location,
    pub(crate) draft: Draft,
    pub(crate) anchors: HashMap<Box<str>, Anchor>,
}

/// A named place inside a resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    pub(crate) node: NodeId,
    pub(crate) dynamic: bool,
}

/// All identifiers of a description.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    resources: Vec<Resource>,
    by_uri: HashMap<Uri, ResourceId>,
    by_root: HashMap<Location, ResourceId>,
    per_document: Vec<PerDocument>,
    news: Vec<String>,
}

#[derive(Clone, Debug)]
struct PerDocument {
    root: ResourceId,
    /// Whether resources stand inside, so that a value's resource must be looked for.
    divided: bool,
    /// What stands at each node, as far as the walk came.
    kinds: Vec<Option<ObjectKind>>,
    dialects: HashMap<NodeId, Arc<str>>,
}

impl Index {
    /// Adds the root resource of a new document, which must be the next one in order.
    pub(crate) fn add_document(&mut self, id: DocumentId, document: &Document) {
        let at = Location { document: id, node: NodeId::ROOT };
        let root = self.next();
        self.add_resource(document.uri.clone(), at, Draft::TwentyTwenty);
        self.add_alias(document.retrieval_uri.clone(), root);
        self.per_document.push(PerDocument {
            root,
            divided: false,
            kinds: vec![None; document.tree.len()],
            dialects: HashMap::new(),
        });
    }

    fn next(&self) -> ResourceId {
        ResourceId(u32::try_from(self.resources.len()).unwrap_or(u32::MAX))
    }

    /// Adds a resource; gives the location that already has its URI, which then keeps it.
    pub(crate) fn add_resource(&mut self, uri: Uri, at: Location, draft: Draft) -> Option<Location> {
        let id = self.next();
        if let Some(document) = self.per_document.get_mut(at.document.index()) {
            document.divided = true;
        }
        self.resources.push(Resource { uri: uri.clone(), at, draft, anchors: HashMap::new() });
        self.by_root.insert(at, id);
        self.news.push(uri.to_string());
        match self.by_uri.entry(uri) {
            Entry::Vacant(entry) => {
                entry.insert(id);
                None
            }
            Entry::Occupied(entry) => self.resources.get(entry.get().index()).map(|resource| resource.at),
        }
    }

    /// Lets one more URI name a resource: the one that was asked for before a redirect.
    pub(crate) fn add_alias(&mut self, uri: Uri, id: ResourceId) {
        self.news.push(uri.to_string());
        self.by_uri.entry(uri).or_insert(id);
    }

    /// The resource that a document is as a whole.
    pub(crate) fn root_of(&self, document: DocumentId) -> Option<ResourceId> {
        self.per_document.get(document.index()).map(|document| document.root)
    }

    /// The identifiers that became known since the last call: URIs, and anchors as URIs with a fragment.
    pub(crate) fn take_news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.news)
    }

    pub(crate) fn set_draft(&mut self, id: ResourceId, draft: Draft) {
        if let Some(resource) = self.resources.get_mut(id.index()) {
            resource.draft = draft;
        }
    }

    /// Adds an anchor; gives the place that already has the name, which then keeps it.
    pub(crate) fn add_anchor(&mut self, id: ResourceId, name: &str, anchor: Anchor) -> Option<NodeId> {
        let resource = self.resources.get_mut(id.index())?;
        self.news.push(format!("{}#{name}", resource.uri));
        let first = resource.anchors.entry(name.into()).or_insert(anchor);
        if first.node == anchor.node {
            first.dynamic |= anchor.dynamic;
            return None;
        }
        Some(first.node)
    }

    pub(crate) fn resource(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.get(id.index())
    }

    pub(crate) fn by_uri(&self, uri: &Uri) -> Option<ResourceId> {
        self.by_uri.get(uri).copied()
    }

    pub(crate) fn by_root(&self, at: Location) -> Option<ResourceId> {
        self.by_root.get(&at).copied()
    }

    /// Every resource, documents included, in the order found.
    pub(crate) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The innermost resource around a value.
    pub(crate) fn resource_of(&self, documents: &[Document], at: Location) -> Option<ResourceId> {
        let per_document = self.per_document.get(at.document.index())?;
        if !per_document.divided {
            return Some(per_document.root);
        }
        let mut node = Some(documents.get(at.document.index())?.tree.at(at.node));
        while let Some(here) = node {
            if let Some(id) = self.by_root.get(&Location { document: at.document, node: here.id() }) {
                return Some(*id);
            }
            node = here.parent();
        }
        Some(per_document.root)
    }

    pub(crate) fn kind(&self, at: Location) -> Option<ObjectKind> {
        let kinds = &self.per_document.get(at.document.index())?.kinds;
        kinds.get(at.node.index()).copied().flatten()
    }

    /// Whether anything of the document was walked.
    pub(crate) fn has_kinds(&self, document: DocumentId) -> bool {
        self.per_document
            .get(document.index())
            .is_some_and(|document| document.kinds.iter().any(Option::is_some))
    }

    pub(crate) fn set_kind(&mut self, at: Location, kind: ObjectKind) {
        let slot = self
            .per_document
            .get_mut(at.document.index())
            .and_then(|document| document.kinds.get_mut(at.node.index()));
        if let Some(slot) = slot {
            *slot = Some(kind);
        }
    }

    pub(crate) fn dialects(&self, document: DocumentId) -> Option<&HashMap<NodeId, Arc<str>>> {
        self.per_document.get(document.index()).map(|document| &document.dialects)
    }

    pub(crate) fn set_dialect(&mut self, at: Location, dialect: &str) {
        if let Some(document) = self.per_document.get_mut(at.document.index()) {
            document.dialects.insert(at.node, dialect.into());
        }
    }
}
