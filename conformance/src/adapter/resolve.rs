//! `resolve`: references looked up one after another.

use brrtrouter::description::{Description, Loader, Location, Uri};

use super::convert::text_of;
use crate::protocol::{Resolve, Resolved, Step};

/// A description that leads nowhere, so that documents have an entry to stand beside.
const ENTRY: &str = r#"{"openapi": "3.1.2", "info": {"title": "look-up", "version": "1"}, "components": {}}"#;
const ENTRY_URI: &str = "urn:conformance:entry";

pub fn resolve(ask: &Resolve) -> Resolved {
    let mut loader = Loader::new().document(ENTRY_URI, ENTRY);
    for document in &ask.documents {
        loader = loader.schema_document(&document.uri, text_of(document));
    }
    let steps = match loader.load(ENTRY_URI) {
        Ok(description) => follow(&description, ask),
        Err(found) => {
            let error = found.iter().map(|finding| finding.what.clone()).collect::<Vec<_>>().join("; ");
            vec![Step { target: None, error: Some(error) }]
        }
    };
    Resolved { id: ask.id.clone(), steps }
}

fn follow(description: &Description, ask: &Resolve) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = description.entry();
    for (index, reference) in ask.steps.iter().enumerate() {
        let found = match (index, &ask.base_uri) {
            (0, Some(base)) => from_base(description, base, reference),
            _ => description.resolve(at, reference).map_err(|error| error.to_string()),
        };
        match found {
            Ok(target) => {
                at = target;
                steps.push(Step { target: Some(description.at(target).to_json()), error: None });
            }
            Err(error) => {
                steps.push(Step { target: None, error: Some(error) });
                break;
            }
        }
    }
    steps
}

/// The first step starts at a base URI, not at a place: it is made absolute.
fn from_base(description: &Description, base: &str, reference: &str) -> Result<Location, String> {
    let base = Uri::parse(base).map_err(|error| error.to_string())?;
    let (uri, fragment) = base.join(reference).map_err(|error| error.to_string())?;
    let absolute = match fragment {
        Some(fragment) => format!("{}#{fragment}", uri.as_str()),
        None => uri.as_str().to_owned(),
    };
    description.resolve(description.entry(), &absolute).map_err(|error| error.to_string())
}
