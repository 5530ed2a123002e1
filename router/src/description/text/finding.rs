//! What can be wrong with the text of a document: one constructor per rule.
//!
//! Takes: spans and the offending text. Gives: findings, placed by `Source::locate`. The catalogue
//! has no row for text that is neither JSON nor YAML, nor for bounds: both stand under `DOC-011`,
//! "JSON and YAML Compatibility".

use std::borrow::Cow;

use super::source::{Source, offset};
use crate::description::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::limits::text::QUOTED_CHARS_MAX;

/// Text that is not JSON or YAML as RFC 8259 and YAML 1.2 define them, and bounds on it.
pub(super) const SYNTAX: Code = Code::new("DOC-011");
/// A name that occurs twice in one object.
pub(super) const DUPLICATE: Code = Code::new("DOC-010");
/// YAML beyond what JSON can say: tags and keys.
pub(super) const BEYOND_JSON: Code = Code::new("DOC-012");

const FORMAT: &str = "OAS \"Format\": a description is a JSON object, written as JSON or as YAML that says no more than JSON can";
const ENCODING: &str = "RFC 8259 §8.1: JSON text that is exchanged is UTF-8; YAML is held to the same here";
const UNIQUE: &str =
    "OAS \"Format\": names are unique in their object, and readers differ in which one they take";
const BOUNDED: &str =
    "what is read is bounded, so that no document can exhaust the memory or the stack of its reader";

/// Something wrong with a stretch of text.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) code: Code,
    pub(super) severity: Severity,
    pub(super) what: String,
    pub(super) why: Cow<'static, str>,
    pub(super) mend: Cow<'static, str>,
    pub(super) span: Span,
    pub(super) pointer: String,
    pub(super) related: Option<(Cow<'static, str>, Span)>,
}

impl Finding {
    fn error(code: Code, span: Span, what: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            what: what.into(),
            why: Cow::Borrowed(FORMAT),
            mend: Cow::Borrowed(""),
            span,
            pointer: String::new(),
            related: None,
        }
    }

    fn why(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.why = why.into();
        self
    }

    fn mend(mut self, mend: impl Into<Cow<'static, str>>) -> Self {
        self.mend = mend.into();
        self
    }

    pub(super) fn related(mut self, role: &'static str, span: Span) -> Self {
        self.related = Some((Cow::Borrowed(role), span));
        self
    }

    pub(super) fn pointer(mut self, pointer: String) -> Self {
        self.pointer = pointer;
        self
    }

    fn warning_if(mut self, lenient: bool) -> Self {
        if lenient {
            self.severity = Severity::Warning;
        }
        self
    }

    pub(super) fn into_diagnostic(self, source: &Source) -> Diagnostic {
        let place = source.place(self.span, &self.pointer);
        let related = self.related.into_iter().map(|(role, span)| (role, source.place(span, &self.pointer)));
        Diagnostic {
            code: self.code,
            severity: self.severity,
            what: self.what,
            why: self.why,
            mend: self.mend,
            related: related.collect(),
            place,
        }
    }

    pub(super) fn into_diagnostics(self, source: &Source) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(self.into_diagnostic(source));
        diagnostics
    }
}

/// The text breaks the grammar of its format; `mend` may be empty.
pub(super) fn syntax(
    format: &'static str,
    span: Span,
    what: impl Into<String>,
    mend: impl Into<Cow<'static, str>>,
) -> Finding {
    let why = match format {
        "JSON" => "the text is not JSON (RFC 8259)",
        _ => "the text is not YAML 1.2",
    };
    Finding::error(SYNTAX, span, what).why(why).mend(mend)
}

pub(super) fn not_utf8(at: u32, byte: u8) -> Finding {
    let span = Span { start: at, end: at.saturating_add(1) };
    Finding::error(SYNTAX, span, format!("the byte 0x{byte:02X} is not UTF-8 here"))
        .why(ENCODING)
        .mend("save the file as UTF-8")
}

pub(super) fn wide_encoding(encoding: &'static str) -> Finding {
    Finding::error(SYNTAX, Span::default(), format!("the document is {encoding}"))
        .why(ENCODING)
        .mend("save the file as UTF-8, without a byte order mark")
}

pub(super) fn null_character(span: Span) -> Finding {
    syntax("YAML", span, "the character U+0000 stands here", "remove it; in double quotes, `\\0` means it")
}

pub(super) fn empty() -> Finding {
    Finding::error(SYNTAX, Span::default(), "the document is empty")
        .mend("write at least `openapi`, `info` and `paths`")
}

/// The name says one format, the text is the other.
pub(super) fn misnamed() -> Finding {
    let mut finding = Finding::error(SYNTAX, Span::default(), "the name says JSON, but the text is YAML")
        .why("it was read as YAML; other tools that trust the name will refuse it")
        .mend("rename the file to .yaml, or write it as JSON");
    finding.severity = Severity::Warning;
    finding
}

/// DOC-010: both places are named.
pub(super) fn duplicate(name: &str, span: Span, first: Span, lenient: bool) -> Finding {
    let mend = if lenient {
        "the last one was taken: remove one of them"
    } else {
        "remove one of them, or merge the two values"
    };
    Finding::error(DUPLICATE, span, format!("the name {} occurs twice in one object", quoted(name)))
        .why(UNIQUE)
        .mend(mend)
        .related("first defined here", first)
        .warning_if(lenient)
}

pub(super) fn too_many_findings(span: Span, max: u32) -> Finding {
    Finding::error(SYNTAX, span, format!("more than {max} findings: reading stops here"))
        .why(BOUNDED)
        .mend("mend the ones above first")
}

/// One of the bounds of `TextLimits` was met; `field` is its name there.
pub(super) fn bound(span: Span, what: String, field: &'static str) -> Finding {
    Finding::error(SYNTAX, span, what)
        .why(BOUNDED)
        .mend(format!("make the document smaller or split it, or raise `TextLimits::{field}`"))
}

pub(super) fn too_many_bytes(bytes: usize, max: u32) -> Finding {
    let what = format!("the document has {bytes} bytes, more than the {max} allowed");
    bound(Span::default(), what, "document_bytes_max")
}

pub(super) fn too_deep(span: Span, max: u32) -> Finding {
    bound(span, format!("arrays and objects are nested deeper than the {max} levels allowed"), "depth_max")
}

pub(super) fn too_many_nodes(span: Span, max: u32) -> Finding {
    bound(span, format!("the document has more than the {max} values allowed"), "nodes_max")
}

/// `amount` says how much, and of what.
pub(super) fn alias_bomb(span: Span, amount: &str, field: &'static str) -> Finding {
    let what = format!("with this alias, aliases stand for {amount}, more than `TextLimits::{field}` allows");
    bound(span, what, field).mend("replace the aliases by `$ref`, which is not copied")
}

/// The YAML scanner would hold too much of the text at once.
pub(super) fn too_much_lookahead(span: Span) -> Finding {
    let what = "a value in brackets or quotes is too large for the YAML reader".to_owned();
    bound(span, what, "document_bytes_max")
        .mend("write it in block style (one `key: value` or `- item` a line), or the document as JSON")
}

pub(super) fn alias_of_ancestor(span: Span, anchor: Span) -> Finding {
    Finding::error(BEYOND_JSON, span, "the alias stands for a value that it is part of")
        .why("JSON values are finite: a value cannot contain itself")
        .mend("refer to the schema or object with `$ref`")
        .related("the value begins here", anchor)
}

pub(super) fn many_documents(span: Span) -> Finding {
    Finding::error(BEYOND_JSON, span, "a second YAML document begins here")
        .why("a description document is one JSON object; a YAML stream of several has no such form")
        .mend("put each document into a file of its own")
}

pub(super) fn complex_key(span: Span) -> Finding {
    Finding::error(BEYOND_JSON, span, "the key of this member is not a scalar")
        .why("OAS \"Format\": map keys are scalar strings")
        .mend("write the key as a string; `{` and `[` at its start need quotes")
}

pub(super) fn empty_key(span: Span) -> Finding {
    Finding::error(BEYOND_JSON, span, "a key is missing before the colon")
        .why("OAS \"Format\": map keys are scalar strings")
        .mend("write the key; \"\" is the empty one")
}

pub(super) fn key_tag(span: Span, tag: &str) -> Finding {
    Finding::error(BEYOND_JSON, span, format!("the key carries the tag {}", quoted(tag)))
        .why("OAS \"Format\": map keys are scalar strings")
        .mend("remove the tag")
}

pub(super) fn foreign_tag(span: Span, tag: &str) -> Finding {
    Finding::error(BEYOND_JSON, span, format!("the tag {} has no meaning in a description", quoted(tag)))
        .why("OAS \"Format\": tags are limited to those of the JSON Schema ruleset (YAML 1.2 §10.2)")
        .mend("remove the tag; !!null, !!bool, !!int, !!float, !!str, !!seq and !!map are understood")
}

pub(super) fn tag_mismatch(span: Span, tag: &str, text: &str) -> Finding {
    Finding::error(
        BEYOND_JSON,
        span,
        format!("{} is not of the type that its tag {} says", quoted(text), quoted(tag)),
    )
    .why("YAML 1.2 §10.2 lists the forms that each tag allows")
    .mend("remove the tag, or correct the value")
}

pub(super) fn not_finite(span: Span, text: &str) -> Finding {
    Finding::error(SYNTAX, span, format!("{} has no JSON form", quoted(text)))
        .why("RFC 8259 §6: infinity and NaN are not permitted")
        .mend("put quotes round it if text is meant, or give a finite number")
}

pub(super) fn merge_key(span: Span, lenient: bool) -> Finding {
    Finding::error(SYNTAX, span, "the merge key `<<` is an extension of YAML 1.1, and is not merged")
        .why("in YAML 1.2 `<<` is an ordinary name; no member of the alias would reach the object")
        .mend("write the members out, or use `$ref` or `allOf`; put quotes round a name that is really <<")
        .warning_if(lenient)
}

pub(super) fn old_yaml(span: Span, version: &str) -> Finding {
    let mut finding = Finding::error(SYNTAX, span, format!("the document asks for YAML {version}"))
        .why("descriptions are read as YAML 1.2, where `yes`, `on` and `1_000` are strings")
        .mend("remove the %YAML line");
    finding.severity = Severity::Warning;
    finding
}

/// Text in quotes, cut to a readable length, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The span of the character at `at`.
pub(super) fn char_span(text: &str, at: usize) -> Span {
    let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span { start: offset(at), end: offset(at.saturating_add(length)) }
}
