//! The description, compiled as the settings say. It may be done again whenever the description changes.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use brrtrouter::description::{Loader, Severity};
use brrtrouter::{
    AccessLog, Api, Description, Diagnostics, Handlers, MissingProvider, Otherwise, RequestIds,
    SecurityProviders, Service, echo,
};

use crate::arguments::LogFormat;
use crate::credentials::with_certificates;
use crate::fault::Fault;
use crate::settings::{Answers, Settings};

/// The rule that an object has each name once.
const DUPLICATE_NAME: &str = "DOC-010";

/// Loads the description; where it is lenient, the last of several members with one name is taken.
fn load(path: &Path, lenient: bool) -> Result<Description, Diagnostics> {
    Loader::new().lenient(lenient).load_path(path).map_err(|found| hinting(&found))
}

/// The findings, with the flag that would let a name occur twice.
fn hinting(all: &Diagnostics) -> Diagnostics {
    let mut some = Diagnostics::new();
    for mut found in all.iter().cloned() {
        if found.severity == Severity::Error && found.code.as_str() == DUPLICATE_NAME {
            found.mend = format!("{}; --lenient takes the last", found.mend).into();
        }
        some.push(found);
    }
    some
}

/// A description that can be served, and the files it consists of.
pub struct Built {
    /// What is served.
    pub service: Service,
    /// The description's documents.
    pub files: Vec<PathBuf>,
    /// When they began to be read: what is younger may not be what is served.
    pub began: SystemTime,
}

/// Loads and compiles the description, with the paths of the service's own beside it.
pub fn build(settings: &Settings) -> Result<Built, Fault> {
    let began = SystemTime::now();
    let description = load(&settings.description, settings.config.lenient)?;
    settings.credentials.fit(&description)?;
    let api = compile(settings, &description)?;
    let mut builder = Service::builder(api)
        .request_ids(RequestIds::new())
        .description(&description)
        .metrics(&settings.metrics)
        .metrics_page(&settings.metrics);
    if settings.log != LogFormat::Off {
        builder = builder.middleware(AccessLog::new());
    }
    let service = builder.build().map_err(|fault| {
        Fault::usage(fault.to_string(), settings.description.display().to_string(), "rename the path")
    })?;
    let documents = description.documents().map(|(_, document)| document.retrieval_uri().to_path());
    Ok(Built { service, files: documents.flatten().collect(), began })
}

fn compile(settings: &Settings, description: &Description) -> Result<Api, Diagnostics> {
    let otherwise = match settings.answers {
        Answers::Mock => Otherwise::Mock,
        Answers::Echo => Otherwise::Handler(echo()),
    };
    let mut providers = settings.credentials.providers();
    if settings.config.tls.client_authorities.is_some() {
        providers = with_certificates(providers, description);
    }
    let builder = Api::builder(description)
        .handlers(Handlers::new().otherwise(otherwise))
        .security(providers)
        .options(settings.config.api.clone());
    match &settings.config.cors {
        Some(policy) => builder.cors(policy.clone()).build(),
        None => builder.build(),
    }
}

/// All that stands against a description; as an error where it could not be served. That nobody checks its credentials
/// here is nothing against it.
pub fn diagnose(path: &Path, lenient: bool) -> Result<Diagnostics, Diagnostics> {
    let description = load(path, lenient)?;
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
