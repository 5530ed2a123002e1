//! `load`: a description by path, value, text or set of documents.

use brrtrouter::description::{Description, Diagnostics, Loader};

use super::convert::{bytes_of, diagnostics, text_of};
use super::{NotOffered, State};
use crate::protocol::{Load, Loaded};

/// What is kept of a load for the exchanges that follow.
#[derive(Debug)]
pub struct Kept {
    _description: Description,
}

pub fn load(state: &mut State, ask: &Load) -> Result<Loaded, NotOffered> {
    state.loaded = None;
    let id = ask.id.clone();
    match description(ask)? {
        Ok(description) => {
            let mut found = description.diagnostics().clone();
            found.extend(brrtrouter::description::check(&description));
            let loaded = Loaded {
                id,
                ok: !found.has_errors(),
                operations: Vec::new(),
                diagnostics: diagnostics(&found),
                openapi: None,
            };
            state.loaded = Some(Kept { _description: description });
            Ok(loaded)
        }
        Err(found) => Ok(Loaded { id, ok: false, diagnostics: diagnostics(&found), ..Loaded::default() }),
    }
}

fn description(ask: &Load) -> Result<Result<Description, Diagnostics>, NotOffered> {
    let mut loader = Loader::new().lenient(ask.options.lenient.unwrap_or_default());
    if let Some(path) = &ask.path {
        return Ok(loader.load_path(path));
    }
    if let Some(documents) = &ask.documents {
        for document in documents {
            loader = loader.document(&document.uri, text_of(document));
        }
        let first = documents.first().map_or("", |document| document.uri.as_str());
        return Ok(loader.load(ask.entry.as_deref().unwrap_or(first)));
    }
    let name = ask.retrieval_uri.as_deref().unwrap_or(match ask.format {
        Some(crate::protocol::Format::Json) => "openapi.json",
        Some(crate::protocol::Format::Yaml) => "openapi.yaml",
        None => "openapi",
    });
    let bytes = match &ask.document {
        Some(value) => value.get().as_bytes().to_vec(),
        None => bytes_of(ask.text.as_ref(), ask.text_base64.as_ref()),
    };
    Ok(loader.document(name, bytes).load(name))
}
