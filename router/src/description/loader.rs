//! Loads a description: the entry document and, breadth first, every document that it leads to.
//!
//! What the specification leaves open is settled so:
//!
//! | | here |
//! |---|---|
//! | a document that is neither an OpenAPI Object nor a Schema Object (REF-003) | the Object at its root is what a reference without fragment calls for; with a fragment, only the values pointed at are read |
//! | a document that nobody refers to, without `openapi` | a Schema Object (REF-002, SCH-007) |
//! | a document without `openapi` | follows the version of the document that led to it, or else of the entry document |
//! | a name in a requirement or `mapping` | a component of the entry document first, then a URI (REF-022, SEC-003, DIS-005) |
//! | a document named by its retrieval URI although it has `$self` (REF-008) | found, with a warning |
//! | a JSON Pointer into a schema with an `$id` (REF-026) | found, with a warning; an error in 3.2 |
//! | one JSON object used as two kinds of Object (REF-024) | an error at the later reference |
//! | the base URI of a document without any (REF-004) | `description:///` and its name |
//! | characters that no URI has, in a reference (REF-013) | read as if percent-encoded, with a warning |
//! | a document on a network, without a retriever (REF-010) | a warning; building from it is an error |
//!
//! Takes: documents handed in with their retrieval URIs, files below a root directory, a retriever. Gives: a
//! [`Description`] with every reference checked, or all findings at once. Bounded in documents, bytes and
//! depth. Never panics.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reference::{ResourceId, Walk, Walked};
use super::retrieve::{self, Files};
use super::text::{TextLimits, TextOptions};
use super::uri::DEFAULT_BASE;
use super::{
    Code, Description, Diagnostic, Diagnostics, Document, DocumentId, Location, NodeId, ObjectKind, Place,
    Retrieve, RetrieveError, RetrieveLimits, Retrieved, Severity, Uri, UriError,
};
use crate::limits::load as limits;
use crate::limits::text::DOCUMENT_BYTES_MAX;

mod check;
mod root;
mod settle;

/// Bounds on what one description may consist of.
#[derive(Clone, Copy, Debug)]
pub struct LoadLimits {
    /// How many documents may belong to the description.
    pub documents_max: usize,
    /// The longest document, in bytes.
    pub document_bytes_max: u32,
    /// All documents together, in bytes.
    pub total_bytes_max: u64,
    /// How many documents may lie between the entry document and any other.
    pub depth_max: usize,
    /// The longest time that one retrieval may take; observed by the retriever.
    pub retrieval_time_max: Duration,
}

impl LoadLimits {
    /// Room for every description we know of, ten times over.
    pub const DEFAULT: Self = Self {
        documents_max: limits::DOCUMENTS_MAX,
        document_bytes_max: DOCUMENT_BYTES_MAX,
        total_bytes_max: limits::TOTAL_BYTES_MAX,
        depth_max: limits::DEPTH_MAX,
        retrieval_time_max: Duration::from_secs(limits::RETRIEVAL_SECONDS_MAX),
    };
}

impl Default for LoadLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Gathers what a description is loaded from, then loads it.
///
/// ```
/// use brrtrouter::description::Loader;
///
/// let description = Loader::new()
///     .document("openapi.json", r#"{
///         "openapi": "3.1.2", "info": {"title": "Pets", "version": "1"},
///         "paths": {"/pets": {"$ref": "paths/pets.json"}}
///     }"#)
///     .document("paths/pets.json", r#"{"get": {"responses": {"204": {"description": "none"}}}}"#)
///     .load("openapi.json")?;
/// assert_eq!(description.documents().len(), 2);
/// # Ok::<(), brrtrouter::description::Diagnostics>(())
/// ```
#[derive(Default)]
pub struct Loader<'l> {
    lenient: bool,
    limits: LoadLimits,
    given: Vec<Given>,
    retriever: Option<Box<dyn Retrieve + 'l>>,
    root: Option<PathBuf>,
}

struct Given {
    uri: String,
    bytes: Vec<u8>,
    schema: bool,
}

impl std::fmt::Debug for Loader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader")
            .field("lenient", &self.lenient)
            .field("limits", &self.limits)
            .field("documents", &self.given.len())
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

impl<'l> Loader<'l> {
    /// A loader that has nothing to load from: no files, no network.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the last of several members with one name wins, with a warning, instead of being an error
    /// (DOC-010).
    #[must_use]
    pub const fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// Sets the bounds.
    #[must_use]
    pub const fn limits(mut self, limits: LoadLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Hands in a document with its intended retrieval URI, absolute or relative to those of the others
    /// (REF-009). It takes part whether anything refers to it or not.
    #[must_use]
    pub fn document(mut self, retrieval_uri: &str, text: impl Into<Vec<u8>>) -> Self {
        self.given.push(Given { uri: retrieval_uri.to_owned(), bytes: text.into(), schema: false });
        self
    }

    /// Hands in a document whose root is a Schema Object, whatever it looks like (REF-002).
    #[must_use]
    pub fn schema_document(mut self, retrieval_uri: &str, text: impl Into<Vec<u8>>) -> Self {
        self.given.push(Given { uri: retrieval_uri.to_owned(), bytes: text.into(), schema: true });
        self
    }

    /// Lets documents be retrieved that nobody handed in (REF-010). Wrap network access in an
    /// [`AllowList`](super::AllowList).
    #[must_use]
    pub fn retriever(mut self, retriever: impl Retrieve + 'l) -> Self {
        self.retriever = Some(Box::new(retriever));
        self
    }

    /// The directory below which files may be read (REF-027); by default that of the entry document, when
    /// it is loaded by [`Self::load_path`].
    #[must_use]
    pub fn root_directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.root = Some(path.into());
        self
    }

    /// Loads the description whose entry document is the file at `path`.
    ///
    /// # Errors
    /// All findings, when at least one of them is an error.
    pub fn load_path(mut self, path: impl AsRef<Path>) -> Result<Description, Diagnostics> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let absolute = retrieve::absolute_path(path).map_err(|error| {
            let error = RetrieveError::Failed { reason: error.to_string() };
            single(no_entry(&name, &error.to_string(), error.code(), error.mend()))
        })?;
        if self.root.is_none() {
            self.root = absolute.parent().map(Path::to_path_buf);
        }
        let uri = Uri::from_path(&absolute).map_err(|error| single(bad_entry(&name, &error)))?;
        Loading::new(self)?.run(&uri, &name)
    }

    /// Loads the description whose entry document has the retrieval URI `entry`.
    ///
    /// # Errors
    /// All findings, when at least one of them is an error.
    pub fn load(self, entry: &str) -> Result<Description, Diagnostics> {
        let uri = retrieval_uri(entry).map_err(|error| single(bad_entry(entry, &error)))?;
        Loading::new(self)?.run(&uri, entry)
    }
}

/// An absolute retrieval URI from what a user wrote.
fn retrieval_uri(text: &str) -> Result<Uri, UriError> {
    let base = Uri::parse(DEFAULT_BASE)?;
    base.join(text).map(|(uri, _)| uri)
}

fn single(diagnostic: Diagnostic) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(diagnostic);
    diagnostics
}

fn bad_entry(name: &str, error: &UriError) -> Diagnostic {
    no_entry(name, &error.to_string(), Code::new("REF-013"), "name the document by a path or URI")
}

fn no_entry(name: &str, reason: &str, code: Code, mend: &'static str) -> Diagnostic {
    Diagnostic {
        code,
        severity: Severity::Error,
        what: format!("the document `{name}` cannot be loaded: {reason}"),
        why: "without it there is nothing to read".into(),
        mend: mend.into(),
        place: Place {
            document: name.into(),
            line: 1,
            column: 1,
            pointer: String::new(),
            snippet: String::new(),
        },
        related: Vec::new(),
    }
}

/// How a document came to be looked for.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// The document that names it.
    by: DocumentId,
    /// What stands at its root, when a reference without fragment says so.
    kind: Option<ObjectKind>,
}

/// What is known of a document before it is read.
#[derive(Clone, Copy, Debug)]
struct Origin<'n> {
    /// What the user calls it.
    name: &'n str,
    /// How far it is from the entry document.
    depth: usize,
    /// The document that names it, whose version it follows; the entry document if none.
    by: Option<DocumentId>,
    /// What stands at its root.
    kind: Option<ObjectKind>,
}

/// A description while it grows.
struct Loading<'l> {
    loader: Loader<'l>,
    files: Option<Files>,
    description: Description,
    diagnostics: Diagnostics,
    walked: Walked,
    /// By document: how far from the entry document.
    depths: Vec<usize>,
    bytes: u64,
    failures: HashMap<Uri, RetrieveError>,
    /// Texts that were retrieved, but are no documents; what is wrong was said there.
    broken: HashSet<Uri>,
}

impl<'l> Loading<'l> {
    fn new(loader: Loader<'l>) -> Result<Self, Diagnostics> {
        let files = match &loader.root {
            Some(root) => Some(Files::below(root).map_err(|error| {
                single(no_entry(&root.display().to_string(), &error.to_string(), error.code(), error.mend()))
            })?),
            None => None,
        };
        Ok(Self {
            loader,
            files,
            description: Description::default(),
            diagnostics: Diagnostics::new(),
            walked: Walked::default(),
            depths: Vec::new(),
            bytes: 0,
            failures: HashMap::new(),
            broken: HashSet::new(),
        })
    }

    fn run(mut self, entry: &Uri, name: &str) -> Result<Description, Diagnostics> {
        self.add_given(entry, name);
        if self.description.documents.is_empty() {
            self.diagnostics.sort();
            return Err(self.diagnostics);
        }
        let settled = self.settle();
        self.check(&settled);
        self.diagnostics.extend(super::object::check(&self.description));
        self.diagnostics.sort();
        if self.diagnostics.has_errors() {
            return Err(self.diagnostics);
        }
        self.description.diagnostics = self.diagnostics;
        Ok(self.description)
    }

    /// The entry document first, then the others that were handed in.
    fn add_given(&mut self, entry: &Uri, name: &str) {
        let mut given = std::mem::take(&mut self.loader.given);
        let is_entry = |given: &Given| retrieval_uri(&given.uri).is_ok_and(|uri| uri == *entry);
        let found = match given.iter().position(is_entry) {
            Some(index) => {
                let given = given.remove(index);
                let kind = given.schema.then_some(ObjectKind::Schema);
                Ok((Retrieved { bytes: given.bytes, uri: entry.clone() }, kind))
            }
            None => self.retrieve(entry).map(|retrieved| (retrieved, None)),
        };
        match found {
            Ok((retrieved, kind)) => {
                self.add(retrieved, Origin { name, depth: 0, by: None, kind });
            }
            Err(error) => {
                self.diagnostics.push(no_entry(name, &error.to_string(), error.code(), error.mend()));
            }
        }
        if self.description.documents.is_empty() {
            return;
        }
        for given in given {
            let kind = given.schema.then_some(ObjectKind::Schema);
            match retrieval_uri(&given.uri) {
                Ok(uri) => {
                    let from = Origin { name: &given.uri, depth: 0, by: None, kind };
                    self.add(Retrieved { bytes: given.bytes, uri }, from);
                }
                Err(error) => self.diagnostics.push(bad_entry(&given.uri, &error)),
            }
        }
    }

    fn retrieve(&self, uri: &Uri) -> Result<Retrieved, RetrieveError> {
        let limits = RetrieveLimits {
            bytes_max: u64::from(self.loader.limits.document_bytes_max),
            time_max: self.loader.limits.retrieval_time_max,
        };
        match (&self.files, &self.loader.retriever) {
            (Some(files), _) if uri.scheme() == "file" => files.retrieve(uri, &limits),
            (_, Some(retriever)) => retriever.retrieve(uri, &limits),
            _ => Err(RetrieveError::NotOffered),
        }
    }

    /// Parses and indexes one document and walks it from its root, when its root's kind is known. Gives its
    /// resource, which is that of an earlier document when both are copies of one.
    fn add(&mut self, retrieved: Retrieved, from: Origin<'_>) -> Option<ResourceId> {
        let bytes = u64::try_from(retrieved.bytes.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(bytes);
        let parent = self.description.document(from.by.unwrap_or_default());
        let parent = parent.map(|parent| (parent.version, parent.upgraded_from_3_0));
        let uri = retrieved.uri.clone();
        let Some((document, kind)) =
            root::read(retrieved, &from, parent, (&self.options(), &mut self.diagnostics))
        else {
            self.broken.insert(uri);
            return None;
        };
        let first = self.description.index.by_uri(&document.uri);
        if let Some(id) = first.filter(|id| self.is_copy(*id, &document)) {
            self.description.index.add_alias(uri, id);
            return Some(id);
        }
        let id = DocumentId::new(self.description.documents.len());
        self.description.index.add_document(id, &document);
        self.description.documents.push(document);
        self.depths.push(from.depth);
        if let Some(first) = first.and_then(|first| self.description.index.resource(first)) {
            check::same_uri(&self.description, id, first.at, &mut self.diagnostics);
        }
        if let Some(kind) = kind {
            self.walk(Location { document: id, node: NodeId::ROOT }, kind);
        }
        self.description.index.root_of(id)
    }

    /// How texts are read.
    fn options(&self) -> TextOptions {
        let document_bytes_max = self.loader.limits.document_bytes_max;
        TextOptions {
            lenient: self.loader.lenient,
            limits: TextLimits { document_bytes_max, ..TextLimits::default() },
            ..TextOptions::default()
        }
    }

    /// Whether a resource is a document with the very same text, only found elsewhere.
    fn is_copy(&self, id: ResourceId, document: &Document) -> bool {
        let first = self.description.index.resource(id).filter(|first| first.at.node == NodeId::ROOT);
        first
            .and_then(|first| self.description.document(first.at.document))
            .is_some_and(|first| first.source.text() == document.source.text())
    }

    /// What a document is called in diagnostics: relative to the directory of the entry document as the user
    /// wrote it, where it lies below that; else its URI.
    fn name_of(&self, uri: &Uri) -> String {
        let named = self.description.documents.first().and_then(|entry| {
            let directory = entry.retrieval_uri.to_path()?.parent()?.to_path_buf();
            let below = uri.to_path()?.strip_prefix(directory).ok()?.to_path_buf();
            Some(Path::new(entry.name()).parent()?.join(below).display().to_string())
        });
        named
            .or_else(|| Some(uri.to_path()?.display().to_string()))
            .unwrap_or_else(|| uri.relative_to_default().to_owned())
    }

    fn walk(&mut self, start: Location, kind: ObjectKind) {
        let Some(resource) = self.description.resource_id(start) else { return };
        let Some(document) = self.description.documents.get_mut(start.document.index()) else { return };
        Walk::new(start.document, document, &mut self.description.index, &mut self.walked)
            .run(start.node, kind, resource);
    }
}
