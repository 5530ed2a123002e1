//! The description: every document that belongs to it, parsed and indexed.
//!
//! Takes: documents from the loader. Gives: values, places, base URIs, references. Immutable, `Send` and
//! `Sync`. Never panics: a location of another description reads as `null`.

use std::borrow::Cow;
use std::path::Path;

use super::reference::Index;
use super::{
    Diagnostics, Document, DocumentId, Loader, Location, NodeId, NodeRef, ObjectKind, Place, Span, Tree,
    Version,
};

/// What a location of another description reads as.
static EMPTY: Tree = Tree::new();

/// An OpenAPI Description (OAS 3.2 "OpenAPI Description Structure"): the entry document and all that it
/// refers to.
///
/// ```
/// use brrtrouter::description::Description;
///
/// let text = r##"{
///     "openapi": "3.1.2",
///     "info": {"title": "Pets", "version": "1"},
///     "paths": {"/pets/{id}": {"get": {
///         "operationId": "getPet",
///         "parameters": [{"$ref": "#/components/parameters/id"}],
///         "responses": {"204": {"description": "gone"}}
///     }}},
///     "components": {"parameters": {
///         "id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}
///     }}
/// }"##;
/// let description = Description::from_text("pets.json", text)?;
/// let reference = description
///     .at_pointer(description.entry().document, "/paths/~1pets~1{id}/get/parameters/0")
///     .expect("it stands in the text above");
/// let parameter = description.follow(reference).expect("the reference resolves");
/// assert_eq!(description.place(parameter).pointer, "/components/parameters/id");
/// # Ok::<(), brrtrouter::description::Diagnostics>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Description {
    pub(crate) documents: Vec<Document>,
    pub(crate) index: Index,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) unretrieved: Vec<Location>,
}

impl Description {
    /// Loads the file at `path` and, below its directory, the files it refers to.
    ///
    /// # Errors
    /// All findings, when at least one of them is an error.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        Loader::new().load_path(path)
    }

    /// Reads one document from its text. `name` says where it came from in diagnostics; nothing else is
    /// loaded, so references must stay inside.
    ///
    /// # Errors
    /// All findings, when at least one of them is an error.
    pub fn from_text(name: &str, text: &str) -> Result<Self, Diagnostics> {
        Loader::new().document(name, text).load(name)
    }

    /// The documents, the entry document first.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = (DocumentId, &Document)> {
        self.documents.iter().enumerate().map(|(index, document)| (DocumentId::new(index), document))
    }

    /// One document; `None` for an id of another description.
    #[must_use]
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(id.index())
    }

    /// The root of the entry document, where implicit connections (component and tag names) resolve (REF-022).
    #[must_use]
    pub fn entry(&self) -> Location {
        Location { document: DocumentId::new(0), node: NodeId::ROOT }
    }

    /// The root of a document.
    #[must_use]
    pub const fn root(&self, document: DocumentId) -> Location {
        Location { document, node: NodeId::ROOT }
    }

    /// The value at a location; `null` for a location of another description.
    #[must_use]
    pub fn at(&self, at: Location) -> NodeRef<'_> {
        self.documents.get(at.document.index()).map_or(EMPTY.root(), |document| document.tree.at(at.node))
    }

    /// The member called `name` of the object at a location.
    #[must_use]
    pub fn child(&self, at: Location, name: &str) -> Option<Location> {
        let node = self.at(at).get(name)?;
        Some(Location { document: at.document, node: node.id() })
    }

    /// The value that a JSON Pointer (RFC 6901, not percent-encoded) leads to in a document.
    #[must_use]
    pub fn at_pointer(&self, document: DocumentId, pointer: &str) -> Option<Location> {
        let node = self.at(self.root(document)).at_pointer(pointer)?;
        Some(Location { document, node: node.id() })
    }

    /// Where the value stands in its document's text.
    #[must_use]
    pub fn place(&self, at: Location) -> Place {
        let node = self.at(at);
        self.place_of_span(at.document, node.span(), &node.pointer())
    }

    /// Where the name of the member `name` stands; the place of the object itself when it has no such member.
    #[must_use]
    pub fn place_of_name(&self, at: Location, name: &str) -> Place {
        let node = self.at(at);
        match (node.name_span(name), node.get(name)) {
            (Some(span), Some(value)) => self.place_of_span(at.document, span, &value.pointer()),
            _ => self.place(at),
        }
    }

    fn place_of_span(&self, id: DocumentId, span: Span, pointer: &str) -> Place {
        self.document(id).map_or_else(
            || Place {
                document: "".into(),
                line: 1,
                column: 1,
                pointer: String::new(),
                snippet: String::new(),
            },
            |document| document.source.place(span, pointer),
        )
    }

    /// The base URI against which references at this location resolve (REF-004, REF-005): the `$id` of the
    /// nearest enclosing schema resource, else the document's base URI.
    #[must_use]
    pub fn base_uri(&self, at: Location) -> Cow<'_, str> {
        let resource = self.index.resource_of(&self.documents, at).and_then(|id| self.index.resource(id));
        resource.map_or(Cow::Borrowed(""), |resource| Cow::Borrowed(resource.uri.as_str()))
    }

    /// The dialect that `$schema` on this schema or on one around it, or else the document's
    /// `jsonSchemaDialect`, names (SCH-003, SCH-006, REF-021); `None` means the OAS dialect of the document's
    /// version.
    #[must_use]
    pub fn dialect(&self, at: Location) -> Option<&str> {
        let dialects = self.index.dialects(at.document)?;
        let mut node = (!dialects.is_empty()).then(|| self.at(at));
        while let Some(here) = node {
            if let Some(dialect) = dialects.get(&here.id()) {
                return Some(dialect);
            }
            node = here.parent();
        }
        let root = self.at(self.root(at.document));
        root.get("openapi").and_then(|_| root.get("jsonSchemaDialect")).and_then(NodeRef::as_str)
    }

    /// Which Object stands at a location, as its surroundings or the references to it say; `None` for plain
    /// values and for Objects that lead to no reference (Info, Tag, ...).
    #[must_use]
    pub fn kind(&self, at: Location) -> Option<ObjectKind> {
        self.index.kind(at)
    }

    /// Every schema resource and document: its absolute URI and its root.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = (&str, Location)> {
        self.index.resources().iter().map(|resource| (resource.uri.as_str(), resource.at))
    }

    /// The `$anchor`s and `$dynamicAnchor`s of the resource rooted at `root`: name, place, whether dynamic.
    pub fn anchors(&self, root: Location) -> impl Iterator<Item = (&str, Location, bool)> {
        let resource = self.index.by_root(root).and_then(|id| self.index.resource(id));
        resource.into_iter().flat_map(move |resource| {
            resource.anchors.iter().map(move |(name, anchor)| {
                (&**name, Location { document: root.document, node: anchor.node }, anchor.dynamic)
            })
        })
    }

    /// The rules by which a document is read.
    #[must_use]
    pub fn version(&self, document: DocumentId) -> Version {
        self.document(document).map_or(Version::V3_1, Document::version)
    }

    /// The Objects and schemas whose reference names a document on a network that was not retrieved, since no
    /// retriever was given (REF-010). Loading warns of them; nothing can be built from them.
    #[must_use]
    pub fn unretrieved(&self) -> &[Location] {
        &self.unretrieved
    }

    /// What was found while loading: warnings and lints only, since errors prevent a description.
    #[must_use]
    pub const fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }
}
