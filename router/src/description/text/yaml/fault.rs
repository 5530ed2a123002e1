//! What the YAML scanner refuses, in words that help. Never panics.

use saphyr_parser::ScanError;

use crate::description::Span;
use crate::description::text::finding::{self, Finding, char_span};
use crate::description::text::source::position;
use crate::limits::text::YAML_BRACKETS_DEPTH_MAX;

/// Part of the scanner's words, what we say instead, and how to mend it.
const FAULTS: &[(&str, &str, &str)] = &[
    ("tab", "a tab stands where indentation is due", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a colon stands where no key can be",
        "put quotes round a value that contains `: `, or correct the indentation of this line",
    ),
    (
        "simple key expect",
        "this line is neither `key: value` nor a list item",
        "add a colon and a space after the key, or correct the indentation of this line",
    ),
    (
        "did not find expected key",
        "this line does not belong to the mapping above it",
        "correct its indentation, or put it in the form `key: value`",
    ),
    (
        "did not find expected '-' indicator",
        "this line does not belong to the list above it",
        "correct its indentation, or begin it with `- `",
    ),
    ("invalid indentation", "the indentation fits no line above", "indent it as far as its siblings"),
    (
        "wrongly indented line",
        "a leading line of the block is indented further than its text",
        "indent them alike",
    ),
    (
        "unknown anchor",
        "no anchor of this name stands before the alias",
        "define the anchor first, or use `$ref`",
    ),
    ("handle wasn't declared", "the tag's handle is not declared", "remove the tag"),
    ("unexpected character", "a plain scalar cannot begin with this character", "put quotes round the value"),
    ("unexpected end of stream", "the quoted text is not closed", "add the closing quote"),
    (
        "unknown escape character",
        "the quoted text has a backslash that begins no YAML escape",
        "write a backslash as \\\\, or use single quotes",
    ),
    (
        "invalid trailing content after double-quoted scalar",
        "text follows the closing quote",
        "put all of the value inside the quotes",
    ),
    (
        "comment intercepting",
        "a comment stands inside a text of several lines",
        "put quotes round the text, use `|` or `>`, or move the comment",
    ),
    (
        "did not find expected ',' or '}'",
        "a comma or `}` is missing before this",
        "add it; a value that contains `{`, `}`, `[`, `]` or `,` needs quotes",
    ),
    (
        "expected ',' or ']'",
        "a comma or `]` is missing before this",
        "add it; a value that contains `{`, `}`, `[`, `]` or `,` needs quotes",
    ),
    (
        "illegal placement of ':'",
        "a colon stands on a later line of a list in brackets",
        "close the `[` above with `]`, or keep key and colon on one line",
    ),
    (
        "did not find expected node content",
        "a value is missing before this",
        "add it; a text that begins with this character needs quotes",
    ),
    (
        "block sequence entries are not allowed",
        "a list item begins where none can be",
        "begin the list on a line of its own; a text that begins with `- ` needs quotes",
    ),
    ("only valid inside a block", "a list item stands inside brackets", "separate items by commas there"),
    ("comments must be separated", "the comment follows at once", "put a space before the `#`"),
    ("misplaced bracket", "the bracket closes nothing", "remove it, or put quotes round the value"),
    ("byte order mark", "a byte order mark stands inside the document", "remove it"),
    (
        "unprintable character",
        "a character stands here that YAML forbids",
        "remove it, or escape it in double quotes",
    ),
];

/// The finding for an error of the scanner at byte `at`.
pub(super) fn explain(text: &str, error: &ScanError, at: u32) -> Finding {
    let info = error.info();
    let span = char_span(text, position(at).min(text.len()));
    if info.contains("recursion limit") {
        return finding::too_deep(span, YAML_BRACKETS_DEPTH_MAX);
    }
    let known = FAULTS.iter().find(|(part, _, _)| info.contains(part));
    match known {
        Some((_, what, mend)) => finding::syntax("YAML", span, *what, *mend),
        None => finding::syntax("YAML", span, info, "write it as YAML 1.2 defines, or in quotes"),
    }
}

/// The scanner looked too far ahead: a bracket collection or scalar of enormous size begins here.
pub(super) fn too_much_lookahead(text: &str, at: u32) -> Finding {
    let skipped = text.get(position(at)..).map_or(0, |rest| {
        rest.len().saturating_sub(rest.trim_start_matches([' ', '\n', '\r', '\t', ',', ':', '-']).len())
    });
    let span: Span = char_span(text, position(at).saturating_add(skipped));
    finding::too_much_lookahead(span)
}
