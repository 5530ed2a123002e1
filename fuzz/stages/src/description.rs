//! The loader: any text, and our own documents changed in a few places.
//!
//! The first octet chooses the text's name; with the highest bit it is a change of one of our documents.

use crate::{documents, vocabulary};
use arbitrary::{Result, Unstructured};
use brrtrouter::description::{Description, Diagnostics, Loader, OpenApi, check_strictly};
use brrtrouter::schema::{SchemaOptions, check_schemas, lint_examples, lint_schemas};

pub(crate) fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let text = if choice & 128 == 0 { Some(rest.to_vec()) } else { changed(*choice, rest).ok() };
    let Some(text) = text else { return };
    let name = if choice & 1 == 0 { "a.yaml" } else { "a.json" };
    let loader = Loader::new().lenient(choice & 2 != 0).document(name, text);
    match loader.load(name) {
        Ok(description) => loaded(&description),
        Err(found) => {
            assert!(found.has_errors(), "refused without an error");
            well_formed(&found);
        }
    }
}

fn changed(choice: u8, rest: &[u8]) -> Result<Vec<u8>> {
    let mut input = Unstructured::new(rest);
    let mut document = documents::value(choice >> 2);
    vocabulary::edit(&mut document, &mut input)?;
    Ok(document.to_string().into_bytes())
}

/// Everything that reads a description and needs no more than it.
fn loaded(description: &Description) {
    assert!(!description.diagnostics().has_errors());
    let options = SchemaOptions::default();
    for found in [
        description.diagnostics(),
        &check_strictly(description),
        &check_schemas(description),
        &lint_schemas(description),
        &lint_examples(description, &options),
    ] {
        well_formed(found);
    }
    let openapi = OpenApi::new(description);
    for (_, item) in openapi.paths().into_iter().chain(openapi.webhooks()) {
        for (_, operation) in item.operations() {
            operation.parameters().iter().for_each(|parameter| assert!(parameter.style().name().len() > 3));
            operation
                .responses()
                .iter()
                .for_each(|(_, response)| drop((response.content(), response.links())));
            operation.callbacks().iter().for_each(|(_, callback)| drop(format!("{callback:?}")));
        }
    }
}

/// Every finding has a catalogue's code, words and a place that can be read.
pub(crate) fn well_formed(found: &Diagnostics) {
    for one in found.iter() {
        assert!(one.code.as_str().len() >= 7 && !one.what.is_empty(), "{one:?}");
        assert!(one.place.line >= 1 && one.place.column >= 1, "{one:?}");
        assert!(one.place.pointer.is_empty() || one.place.pointer.starts_with('/'), "{one:?}");
    }
    assert!(found.is_empty() || !found.to_string().is_empty());
}
