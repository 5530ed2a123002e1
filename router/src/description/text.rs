//! Bytes of a description document -> spanned tree.
//!
//! Takes: one document as JSON (RFC 8259) or YAML 1.2 text, and bounds. Gives: its [`Tree`] and every
//! finding with its place. Never panics, whatever the bytes; memory and time are bounded by
//! [`TextLimits`].
//!
//! What YAML can say and JSON cannot is settled here (OAS "Format", `DOC-010` to `DOC-012`):
//!
//! | in the text | is read as |
//! |---|---|
//! | plain scalars | YAML 1.2 core schema (§10.3): `no`, `on`, `1_000`, `12:30` are strings; `0x1F` and `0o17` integers |
//! | a key of any form, such as `200:` or `null:` | a string, as it is written |
//! | `.inf`, `.nan` | an error |
//! | a name twice in an object | an error; with [`TextOptions::lenient`] a warning, and the last wins |
//! | a tag outside the JSON Schema ruleset | an error |
//! | `!!str 12` and the like | the type that the tag says |
//! | an alias | a copy of the anchor's value, within bounds; its places are those of the anchor's text |
//! | the plain key `<<` | an error (lenient: a warning), and an ordinary name: YAML 1.2 has no merge |
//! | a collection as key, a second document | an error |

mod finding;
mod json;
mod lines;
mod source;
mod yaml;

pub use source::Source;

use crate::description::{Diagnostics, Span, Tree, TreeBuilder};
use crate::limits::text as limits;
use finding::Finding;

/// The two notations of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML 1.2, held to what JSON can say.
    Yaml,
}

/// The bounds on the text of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLimits {
    /// The most bytes of text.
    pub document_bytes_max: u32,
    /// The most arrays and objects inside one another.
    pub depth_max: u32,
    /// The most values, those that aliases add included.
    pub nodes_max: u32,
    /// The most values that aliases may add.
    pub alias_nodes_max: u32,
    /// The most bytes of text that aliases may stand for.
    pub alias_bytes_max: u32,
    /// How many values aliases may add for each value written, beyond the first
    /// [`ALIAS_NODES_FREE`](crate::limits::text::ALIAS_NODES_FREE).
    pub alias_ratio_max: u32,
    /// The most findings listed.
    pub findings_max: u32,
}

impl Default for TextLimits {
    fn default() -> Self {
        Self {
            document_bytes_max: limits::DOCUMENT_BYTES_MAX,
            depth_max: limits::DEPTH_MAX,
            nodes_max: limits::NODES_MAX,
            alias_nodes_max: limits::ALIAS_NODES_MAX,
            alias_bytes_max: limits::ALIAS_BYTES_MAX,
            alias_ratio_max: limits::ALIAS_RATIO_MAX,
            findings_max: limits::FINDINGS_MAX,
        }
    }
}

/// How to read a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// The notation, such as a media type tells it; `None`: by the name's extension, else by the text.
    pub format: Option<Format>,
    /// Whether a duplicate name is a warning, and the last one wins (`DOC-010`).
    pub lenient: bool,
    /// The bounds.
    pub limits: TextLimits,
}

/// Parses one document.
///
/// The tree is given whenever the text could be read to its end, also beside errors (a duplicate
/// name, a foreign tag), so that later stages find theirs in the same run; nothing may be built
/// from it then.
///
/// The notation is [`TextOptions::format`]; else `.json`, `.yaml` or `.yml` at the end of the name;
/// else text that begins with `{` or `[` is JSON. YAML text that begins so is tried as JSON first,
/// since YAML readers refuse some JSON (tabs, surrogate pairs). YAML text under a `.json` name is
/// read, with a warning.
///
/// ```
/// use brrtrouter::description::text::{Source, TextOptions, parse};
///
/// let source = Source::new("pets.yaml", "responses:\n  200: {description: no}\n");
/// let (tree, diagnostics) = parse(&source, &TextOptions::default());
/// assert!(diagnostics.is_empty());
/// let tree = tree.ok_or("no tree")?;
/// let node = tree.root().at_pointer("/responses/200/description").ok_or("no member")?;
/// assert_eq!(node.as_str(), Some("no"));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn parse(source: &Source, options: &TextOptions) -> (Option<Tree>, Diagnostics) {
    if source.text().len() > source::position(options.limits.document_bytes_max) {
        let found = finding::too_many_bytes(source.text().len(), options.limits.document_bytes_max);
        return (None, found.into_diagnostics(source));
    }
    let Some(first) = source.text().bytes().find(|byte| !byte.is_ascii_whitespace()) else {
        return (None, finding::empty().into_diagnostics(source));
    };
    let brackets = matches!(first, b'{' | b'[');
    let named = options.format.or_else(|| format_of_name(source.name()));
    let mut outcome = match (named, brackets) {
        (Some(Format::Json), true) => json::parse(source, options),
        (Some(Format::Json), false) => json_in_name_only(source, options),
        (Some(Format::Yaml) | None, false) => yaml::parse(source, options),
        (Some(Format::Yaml) | None, true) => either(source, options, named),
    };
    outcome.diagnostics.sort();
    (outcome.tree, outcome.diagnostics)
}

/// What one reader made of the text.
#[derive(Debug, Default)]
struct Outcome {
    tree: Option<Tree>,
    diagnostics: Diagnostics,
}

/// Text that looks like JSON where YAML is possible: JSON if it is that, YAML otherwise.
fn either(source: &Source, options: &TextOptions, named: Option<Format>) -> Outcome {
    let as_json = json::parse(source, options);
    if as_json.tree.is_some() {
        return as_json;
    }
    let as_yaml = yaml::parse(source, options);
    let yaml_wins = as_yaml.tree.is_some() || named == Some(Format::Yaml);
    if yaml_wins { as_yaml } else { as_json }
}

/// Text that cannot be a JSON object under a JSON name: YAML with a warning, if it is an object in YAML.
fn json_in_name_only(source: &Source, options: &TextOptions) -> Outcome {
    let as_json = json::parse(source, options);
    if as_json.tree.is_some() || options.format.is_some() {
        return as_json;
    }
    let mut as_yaml = yaml::parse(source, options);
    let is_object = as_yaml.tree.as_ref().is_some_and(|tree| !tree.root().is_empty());
    if !is_object {
        return as_json;
    }
    as_yaml.diagnostics.push(source.locate(finding::misnamed()));
    as_yaml
}

/// By the extension of a path or URI, whose query and fragment do not count.
fn format_of_name(name: &str) -> Option<Format> {
    let end = name.find(['?', '#']).unwrap_or(name.len());
    let (_, extension) = name.get(..end)?.rsplit_once('.')?;
    if extension.eq_ignore_ascii_case("json") {
        Some(Format::Json)
    } else if extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml") {
        Some(Format::Yaml)
    } else {
        None
    }
}

/// What both readers write to: the tree, the findings, and the bounds that both keep.
struct Writing<'s> {
    source: &'s Source,
    options: &'s TextOptions,
    builder: TreeBuilder,
    diagnostics: Diagnostics,
}

/// Reading cannot go on; the finding is already listed.
struct Stop;

impl<'s> Writing<'s> {
    fn new(source: &'s Source, options: &'s TextOptions) -> Self {
        Self { source, options, builder: TreeBuilder::new(), diagnostics: Diagnostics::new() }
    }

    /// Lists a finding at the value being read.
    fn found(&mut self, finding: Finding) -> Result<(), Stop> {
        let span = finding.span;
        let finding = finding.pointer(self.builder.open_pointer());
        self.diagnostics.push(self.source.locate(finding));
        let max = self.options.limits.findings_max;
        if self.diagnostics.len() < source::position(max) {
            return Ok(());
        }
        self.diagnostics.push(self.source.locate(finding::too_many_findings(span, max)));
        Err(Stop)
    }

    /// Lists a finding after which nothing more can be read.
    fn stop<T>(&mut self, finding: Finding) -> Result<T, Stop> {
        let finding = finding.pointer(self.builder.open_pointer());
        self.diagnostics.push(self.source.locate(finding));
        Err(Stop)
    }

    /// Names the next member; settles duplicates (`DOC-010`).
    fn member_name(&mut self, name: &str, span: Span) -> Result<(), Stop> {
        if let Some(first) = self.builder.duplicate_of(name) {
            self.found(finding::duplicate(name, span, first, self.options.lenient))?;
            self.builder.forget_member(name);
        }
        self.builder.member_name(name, span);
        Ok(())
    }

    /// Checks, before a value is added, that there is room for it.
    fn room_for_value(&mut self, span: Span) -> Result<(), Stop> {
        let max = self.options.limits.nodes_max;
        if self.builder.len() < source::position(max) {
            return Ok(());
        }
        self.stop(finding::too_many_nodes(span, max))
    }

    /// Checks, before a container is opened, that it is not too deep.
    fn room_for_container(&mut self, span: Span) -> Result<(), Stop> {
        let max = self.options.limits.depth_max;
        if self.builder.depth() < source::position(max) {
            return self.room_for_value(span);
        }
        self.stop(finding::too_deep(span, max))
    }

    fn outcome(self, is_complete: bool) -> Outcome {
        Outcome { tree: is_complete.then(|| self.builder.finish()), diagnostics: self.diagnostics }
    }
}
