//! The description, compiled as the settings say. It may be done again whenever the description changes.

use std::path::Path;

use brrtrouter::description::Severity;
use brrtrouter::{
    Api, Description, Diagnostics, Handlers, MissingProvider, Otherwise, SecurityProviders, echo,
};

use crate::settings::{Answers, Settings};

/// Loads the description.
pub fn load(path: &Path) -> Result<Description, Diagnostics> {
    Description::from_path(path)
}

/// Loads and compiles the description.
pub fn build_api(settings: &Settings) -> Result<Api, Diagnostics> {
    let description = load(&settings.description)?;
    let otherwise = match settings.answers {
        Answers::Mock => Otherwise::Mock,
        Answers::Echo => Otherwise::Handler(echo()),
    };
    Api::builder(&description)
        .handlers(Handlers::new().otherwise(otherwise))
        .security(settings.credentials.providers())
        .options(settings.options.clone())
        .build()
}

/// All that stands against a description; as an error where it could not be served. That nobody checks its credentials
/// here is nothing against it.
pub fn diagnose(path: &Path) -> Result<Diagnostics, Diagnostics> {
    let description = load(path)?;
    let api = Api::builder(&description)
        .handlers(Handlers::new().otherwise(Otherwise::NotImplemented))
        .security(SecurityProviders::new().with_missing(MissingProvider::RefuseRequests))
        .build()?;
    Ok(only(api.diagnostics(), |severity, code| severity == Severity::Error || code != "SEC-017"))
}

/// The findings that are wanted, by severity and code.
pub fn only(all: &Diagnostics, wanted: impl Fn(Severity, &str) -> bool) -> Diagnostics {
    let mut some = Diagnostics::new();
    for found in all.iter().filter(|found| wanted(found.severity, found.code.as_str())) {
        some.push(found.clone());
    }
    some
}
