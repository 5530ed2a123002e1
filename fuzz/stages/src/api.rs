//! Any description that builds, with any requests: our own documents changed in a few places.

use crate::journey::{Request, build};
use crate::{description, documents, vocabulary};
use arbitrary::{Result, Unstructured};
use brrtrouter::Api;
use brrtrouter::description::Loader;

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, check);
}

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let mut document = documents::value(input.arbitrary()?);
    vocabulary::edit(&mut document, input)?;
    let loader = Loader::new().document("api.json", document.to_string());
    let Ok(loaded) = loader.load("api.json") else { return Ok(()) };
    match build(&loaded) {
        Ok(api) => requests(&api, input),
        Err(found) => {
            assert!(found.has_errors(), "refused without an error");
            description::well_formed(&found);
            Ok(())
        }
    }
}

/// Requests to the paths that the description has.
fn requests(api: &Api, input: &mut Unstructured<'_>) -> Result<()> {
    let mut paths = vec!["/".to_owned(), "/a".to_owned()];
    for operation in api.operations() {
        assert!(!operation.name().is_empty());
        paths.extend(operation.paths().map(filled));
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    for _ in 0..input.int_in_range(1..=4)? {
        Request::from_input(input, &paths)?.send(api);
    }
    Ok(())
}

/// A template with a number for each expression.
fn filled(template: &str) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        path.push('7');
        rest = after.split_once('}').map_or("", |(_, later)| later);
    }
    path + rest
}
