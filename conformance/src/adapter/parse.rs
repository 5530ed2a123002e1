//! `parse`: a text by itself, by the reader of descriptions or that of content.

use brrtrouter::description::text::{Source, TextOptions};
use brrtrouter::schema::instance::{JsonLimits, parse_json};

use super::convert::{bytes_of, diagnostics, format};
use crate::protocol::{Diagnostic, Parse, Parsed, Reader};

pub fn parse(ask: &Parse) -> Parsed {
    let bytes = bytes_of(ask.text.as_ref(), ask.text_base64.as_ref());
    match ask.reader {
        None | Some(Reader::Description) => description(ask, &bytes),
        Some(Reader::Content) => content(ask, &bytes),
    }
}

fn description(ask: &Parse, bytes: &[u8]) -> Parsed {
    let id = ask.id.clone();
    let source = match Source::from_bytes("text", bytes) {
        Ok(source) => source,
        Err(found) => return Parsed { id, ok: false, value: None, diagnostics: diagnostics(&found) },
    };
    let options = TextOptions {
        format: ask.format.map(format),
        lenient: ask.lenient.unwrap_or_default(),
        ..TextOptions::default()
    };
    let (tree, found) = brrtrouter::description::text::parse(&source, &options);
    let ok = tree.is_some() && !found.has_errors();
    let value = tree.filter(|_| ok).map(|tree| tree.root().to_json());
    Parsed { id, ok, value, diagnostics: diagnostics(&found) }
}

fn content(ask: &Parse, bytes: &[u8]) -> Parsed {
    let id = ask.id.clone();
    match parse_json(bytes, &JsonLimits::default()) {
        Ok(instance) => {
            Parsed { id, ok: true, value: Some(instance.root().to_json()), diagnostics: Vec::new() }
        }
        Err(error) => {
            let found = Diagnostic {
                code: "BOD-011".to_owned(),
                severity: "error".to_owned(),
                message: error.to_string(),
                line: error.line,
                column: error.column,
                ..Diagnostic::default()
            };
            Parsed { id, ok: false, value: None, diagnostics: vec![found] }
        }
    }
}
