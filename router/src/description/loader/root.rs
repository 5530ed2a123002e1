//! Reads one document: text, version, base URI, and which Object stands at the root.
//!
//! Takes: bytes with their retrieval URI. Gives: a [`Document`], or findings that say why there is none.
//! Never panics.

use super::Origin;
use crate::description::reference::Draft;
use crate::description::text::{self, Source, TextOptions};
use crate::description::{
    Code, Diagnostic, Diagnostics, Document, Kind, NodeRef, ObjectKind, Retrieved, Severity, Span, Version,
    upgrade,
};
use crate::limits::load::TEXT_SHOWN_CHARS_MAX as SHOWN;

/// The version rules that a document without `openapi` follows: those of the entry document.
pub(super) type Parent = Option<(Version, bool)>;

/// Keywords that, with such a value, tell a Schema Object from a collection of other things (REF-002).
const SCHEMA_SIGNS: [(&str, Kind); 14] = [
    ("$schema", Kind::String),
    ("$id", Kind::String),
    ("$defs", Kind::Object),
    ("$anchor", Kind::String),
    ("$dynamicAnchor", Kind::String),
    ("type", Kind::String),
    ("type", Kind::Array),
    ("properties", Kind::Object),
    ("allOf", Kind::Array),
    ("anyOf", Kind::Array),
    ("oneOf", Kind::Array),
    ("enum", Kind::Array),
    ("items", Kind::Object),
    ("definitions", Kind::Object),
];

/// Reads the document; gives it with the kind of its root, when that can be told.
pub(super) fn read(
    retrieved: Retrieved,
    from: &Origin<'_>,
    parent: Parent,
    (options, diagnostics): (&TextOptions, &mut Diagnostics),
) -> Option<(Document, Option<ObjectKind>)> {
    let mut document = parse(retrieved, from.name, options, diagnostics)?;
    let root = document.tree.root();
    let claims = root.get("openapi").is_some() || root.get("swagger").is_some();
    let kind = match from.kind {
        _ if claims => Some(ObjectKind::OpenApi),
        Some(kind) => Some(kind),
        None if is_schema(root) => Some(ObjectKind::Schema),
        // The entry document is an OpenAPI Object; that it lacks `openapi` is said by its checks.
        None if parent.is_none() => Some(ObjectKind::OpenApi),
        None => None,
    };
    (document.version, document.upgraded_from_3_0) = parent.unwrap_or((Version::V3_1, false));
    if claims {
        version(&mut document, diagnostics)?;
    }
    if document.upgraded_from_3_0 {
        upgrade(&mut document, kind, diagnostics);
    }
    if kind == Some(ObjectKind::Schema) {
        schema_identity(&mut document);
    } else if document.version >= Version::V3_2 && kind == Some(ObjectKind::OpenApi) {
        identity(&mut document, diagnostics);
    }
    Some((document, kind))
}

/// Reads a document of 3.0 as one of 3.1; each kind of change is told once, where it was made first.
fn upgrade(document: &mut Document, kind: Option<ObjectKind>, diagnostics: &mut Diagnostics) {
    let (tree, changes) = upgrade::upgrade(&document.tree, kind);
    document.tree = tree;
    for changed in changes {
        diagnostics.push(Diagnostic {
            code: Code::new("SCH-015"),
            severity: Severity::Lint,
            what: format!("read as OpenAPI 3.1: {} ({} times)", changed.change.describe(), changed.count),
            why: "schemas of 3.0 are rewritten in the words of 3.1, where JSON Schema 2020-12 holds".into(),
            mend: "write the schema as 3.1 has it, and declare `openapi: 3.1.2`".into(),
            place: document.source.place(changed.span, &changed.pointer),
            related: Vec::new(),
        });
    }
}

/// REF-005: the `$id` of a schema document is its base URI; what is wrong with it is said by the walk.
fn schema_identity(document: &mut Document) {
    let root = document.tree.root();
    let dialect = root.get("$schema").and_then(NodeRef::as_str).and_then(Draft::of_dialect);
    let draft = dialect.unwrap_or(Draft::TwentyTwenty);
    let hidden = draft.reference_hides_siblings() && root.get("$ref").is_some();
    let id = root.get(draft.id_keyword()).and_then(NodeRef::as_str);
    if let Some(id) = id.filter(|id| !hidden && !id.starts_with('#'))
        && let Ok((uri, _)) = document.retrieval_uri.join(id)
    {
        document.uri = uri;
    }
}

fn is_schema(root: NodeRef<'_>) -> bool {
    root.kind() == Kind::Boolean
        || SCHEMA_SIGNS.iter().any(|(name, kind)| root.get(name).is_some_and(|value| value.kind() == *kind))
}

/// DOC-003 to DOC-005: `openapi` alone decides how the document is read; gives nothing when it cannot be.
fn version(document: &mut Document, diagnostics: &mut Diagnostics) -> Option<()> {
    let root = document.tree.root();
    let (member, value) = match (root.get("openapi"), root.get("swagger")) {
        (Some(value), _) => ("openapi", value),
        (None, Some(value)) => ("swagger", value),
        (None, None) => return Some(()),
    };
    // An unquoted `3.1` is a number in YAML; that it must be a string is said by the checks of the Object.
    let text = value.as_str().or_else(|| value.as_number()).unwrap_or("");
    let mut parts = text.splitn(3, '.');
    let minor = (member == "openapi").then(|| (parts.next(), parts.next()));
    (document.version, document.upgraded_from_3_0) = match minor {
        Some((Some("3"), Some("0"))) => (Version::V3_1, true),
        Some((Some("3"), Some("1"))) => (Version::V3_1, false),
        Some((Some("3"), Some("2"))) => (Version::V3_2, false),
        _ => {
            let span = value.span();
            diagnostics.push(Diagnostic {
                code: Code::new("DOC-005"),
                severity: Severity::Error,
                what: format!("`{member}: {text:.SHOWN$}` is no version that is read here"),
                why: "the fields of 3.0.x, 3.1.x and 3.2.x are known; another version may give them another meaning"
                    .into(),
                mend: "convert the document to OpenAPI 3.1 or 3.2".into(),
                place: document.source.place(span, &format!("/{member}")),
                related: Vec::new(),
            });
            return None;
        }
    };
    Some(())
}

/// REF-006, REF-007: `$self` is the document's base URI, itself resolved against the retrieval URI.
fn identity(document: &mut Document, diagnostics: &mut Diagnostics) {
    let Some(value) = document.tree.root().get("$self") else { return };
    let Some(text) = value.as_str() else { return };
    let problem = match document.retrieval_uri.join(text) {
        Ok((uri, None)) => {
            document.uri = uri;
            return;
        }
        Ok((_, Some(_))) => "it has a fragment, but a document is meant".to_owned(),
        Err(error) => error.to_string(),
    };
    let span: Span = value.span();
    diagnostics.push(Diagnostic {
        code: Code::new("REF-007"),
        severity: Severity::Error,
        what: format!("`$self: {text:.SHOWN$}` cannot be the document's URI: {problem}"),
        why: "`$self` is a URI reference that identifies the document and is the base of its references"
            .into(),
        mend: "write an absolute URI, or a path that is resolved against the place of retrieval".into(),
        place: document.source.place(span, "/$self"),
        related: Vec::new(),
    });
}

/// The tree of the text, with what the text reader finds; neither broken text nor an empty one gives any.
fn parse(
    retrieved: Retrieved,
    name: &str,
    options: &TextOptions,
    diagnostics: &mut Diagnostics,
) -> Option<Document> {
    let source = match Source::from_bytes(name, &retrieved.bytes) {
        Ok(source) => source,
        Err(found) => {
            diagnostics.extend(found);
            return None;
        }
    };
    let (tree, found) = text::parse(&source, options);
    diagnostics.extend(found);
    Some(Document {
        uri: retrieved.uri.clone(),
        retrieval_uri: retrieved.uri,
        version: Version::V3_1,
        upgraded_from_3_0: false,
        tree: tree?,
        source,
    })
}
