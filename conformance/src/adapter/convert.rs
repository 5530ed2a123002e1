//! Between the library's types and the protocol's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brrtrouter::description::text;

use crate::protocol::{self, Document, Format};

/// A finding as the protocol carries it.
pub fn diagnostic(found: &brrtrouter::description::Diagnostic) -> protocol::Diagnostic {
    let message =
        if found.why.is_empty() { found.what.clone() } else { format!("{}: {}", found.what, found.why) };
    protocol::Diagnostic {
        code: found.code.as_str().to_owned(),
        severity: found.severity.name().to_owned(),
        message,
        mend: found.mend.to_string(),
        document: found.place.document.to_string(),
        line: found.place.line,
        column: found.place.column,
        pointer: found.place.pointer.clone(),
    }
}

/// All findings.
pub fn diagnostics(found: &brrtrouter::description::Diagnostics) -> Vec<protocol::Diagnostic> {
    found.iter().map(diagnostic).collect()
}

/// The text of a document of a set.
pub fn text_of(document: &Document) -> String {
    match (&document.text, &document.document) {
        (Some(text), _) => text.clone(),
        (None, Some(value)) => value.get().to_owned(),
        (None, None) => String::new(),
    }
}

/// The bytes of a question that gives text or base64.
pub fn bytes_of(text: Option<&String>, base64: Option<&String>) -> Vec<u8> {
    match (text, base64) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(base64)) => STANDARD.decode(base64).unwrap_or_default(),
        (None, None) => Vec::new(),
    }
}

/// The library's name for a format.
pub const fn format(format: Format) -> text::Format {
    match format {
        Format::Json => text::Format::Json,
        Format::Yaml => text::Format::Yaml,
    }
}
