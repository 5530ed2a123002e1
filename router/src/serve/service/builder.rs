//! What a service is made of, and whether it fits the description.

use std::sync::Arc;

use super::own_path::{Document, OwnPath, OwnPaths};
use super::request_id::Issuer;
use super::{DescriptionTexts, Middleware, Readiness, RequestIds, Service, ServiceError};
use crate::limits;
use crate::octets::are_graphic;
use crate::serve::Api;

/// Collects what a [`Service`] is made of; see [`Service::builder`].
///
/// An own path never hides a path of the description. Where the two meet, an own path that was named is an error, and one that
/// stands at its default is left out, with a warning in the log and in [`Service::left_out`].
#[must_use = "nothing is served before `build`"]
pub struct ServiceBuilder {
    api: Arc<Api>,
    ids: Option<RequestIds>,
    middleware: Vec<Box<dyn Middleware>>,
    readiness: Readiness,
    health: Place,
    ready: Place,
    json: Place,
    yaml: Place,
    texts: Option<DescriptionTexts>,
}

/// Where an own path stands.
enum Place {
    Default(&'static str),
    Named(String),
    Nowhere,
}

impl ServiceBuilder {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self {
            api,
            ids: None,
            middleware: Vec::new(),
            readiness: Readiness::new(),
            health: Place::Default("/health"),
            ready: Place::Default("/ready"),
            json: Place::Default("/openapi.json"),
            yaml: Place::Default("/openapi.yaml"),
            texts: None,
        }
    }

    /// Adds middleware: the first one added sees requests first and answers last.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.middleware.push(Box::new(middleware));
        self
    }

    /// Gives every request an id; without this there is none.
    pub fn request_ids(mut self, ids: RequestIds) -> Self {
        self.ids = Some(ids);
        self
    }

    /// What `/ready` tells; a handle of the service's own unless given.
    pub fn readiness(mut self, readiness: Readiness) -> Self {
        self.readiness = readiness;
        self
    }

    /// The path that tells that the service lives: 200 with `{"status":"pass"}`. `/health` unless said otherwise.
    pub fn health(mut self, path: impl Into<String>) -> Self {
        self.health = Place::Named(path.into());
        self
    }

    /// The path that tells whether the service takes requests: 200, or 503 with `{"status":"fail"}`. `/ready` unless said otherwise.
    pub fn ready(mut self, path: impl Into<String>) -> Self {
        self.ready = Place::Named(path.into());
        self
    }

    /// No path tells of health or readiness.
    pub fn without_status(mut self) -> Self {
        self.health = Place::Nowhere;
        self.ready = Place::Nowhere;
        self
    }

    /// Serves the description at `/openapi.json` and `/openapi.yaml`, to everyone.
    pub fn description(mut self, texts: impl Into<DescriptionTexts>) -> Self {
        self.texts = Some(texts.into());
        self
    }

    /// Serves the description at these paths, to everyone.
    pub fn description_at(
        mut self,
        json: impl Into<String>,
        yaml: impl Into<String>,
        texts: impl Into<DescriptionTexts>,
    ) -> Self {
        self.json = Place::Named(json.into());
        self.yaml = Place::Named(yaml.into());
        self.description(texts)
    }

    /// The service.
    ///
    /// # Errors
    /// A [`ServiceError`] where an own path or the field of the request ids cannot be.
    pub fn build(self) -> Result<Service, ServiceError> {
        let issuer = self.ids.map(Issuer::new).transpose()?;
        let mut places = Places { api: &self.api, paths: Vec::new(), left_out: Vec::new() };
        places.add(self.health, OwnPath::Health)?;
        places.add(self.ready, OwnPath::Ready)?;
        if let Some(texts) = self.texts {
            places.add(self.json, OwnPath::Document(Document::new("application/json", texts.json)))?;
            places.add(self.yaml, OwnPath::Document(Document::new("application/yaml", texts.yaml)))?;
        }
        let (own_paths, left_out) = (OwnPaths(places.paths), places.left_out);
        for fault in &left_out {
            tracing::warn!(%fault, "an own path is left out");
        }
        let (middleware, readiness) = (self.middleware.into(), self.readiness);
        Ok(Service { api: self.api, issuer, middleware, own_paths, readiness, left_out })
    }
}

impl std::fmt::Debug for ServiceBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceBuilder").field("api", &self.api).finish_non_exhaustive()
    }
}

struct Places<'a> {
    api: &'a Api,
    paths: Vec<(Box<str>, OwnPath)>,
    left_out: Vec<ServiceError>,
}

impl Places<'_> {
    fn add(&mut self, place: Place, own: OwnPath) -> Result<(), ServiceError> {
        let (path, is_named) = match place {
            Place::Default(path) => (path.to_owned(), false),
            Place::Named(path) => (path, true),
            Place::Nowhere => return Ok(()),
        };
        if !is_path(&path) {
            return Err(ServiceError::Path(path));
        }
        if let Some(template) = self.api.template_at(&path) {
            let fault = ServiceError::Declared { path, template };
            if is_named {
                return Err(fault);
            }
            self.left_out.push(fault);
            return Ok(());
        }
        if self.paths.iter().any(|(taken, _)| **taken == *path) {
            return Err(ServiceError::Repeated(path));
        }
        self.paths.push((path.into(), own));
        Ok(())
    }
}

/// Whether requests can name the path, in one way only.
fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= limits::TARGET_BYTES_MAX
        && are_graphic(path.as_bytes())
        && !path.contains(['?', '#', '%', '{', '}'])
        && !path.split('/').any(|segment| segment == "." || segment == "..")
}

impl Api {
    /// The template that a path of the description has where `path` leads, whatever the method.
    fn template_at(&self, path: &str) -> Option<String> {
        let number = self.routes.path_number(path)?;
        let declared = self.routes.declared_methods().nth(number).unwrap_or_default();
        let operation = declared.first().and_then(|(_, operation)| usize::try_from(*operation).ok());
        let template = operation.and_then(|at| self.operations.get(at)).map(|operation| operation.template());
        Some(template.unwrap_or(path).to_owned())
    }
}
