//! `load`: a description by path, value, text or set of documents, and the `Api` that serves it.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use brrtrouter::description::{Description, Diagnostics, Loader};
use brrtrouter::{Api, ApiOptions, Handlers, Otherwise, ResponsePolicy};

use super::convert::{bytes_of, diagnostics, text_of};
use super::handler::{self, Script};
use super::security::{self, Known};
use super::{NotOffered, State, cors, options, own_form};
use crate::protocol::{Load, Loaded, Operation, Options};

/// What is kept of a load for the exchanges that follow.
#[derive(Debug)]
pub struct Kept {
    description: Description,
    asked: Options,
    /// One for each response policy that was needed so far, that of the load first.
    apis: Vec<(ResponsePolicy, Api)>,
    /// What the handlers answer and saw.
    pub script: Arc<Script>,
    /// What the security providers know.
    pub known: Arc<RwLock<Known>>,
}

impl Kept {
    /// The `Api` with the response policy that the load asked for.
    pub fn asked(&self) -> Result<&Api, NotOffered> {
        self.apis.first().map(|(_, api)| api).ok_or_else(|| NotOffered::new("no description is loaded"))
    }

    /// The response policy that the load asked for.
    pub fn policy(&self) -> ResponsePolicy {
        self.apis.first().map(|(policy, _)| *policy).unwrap_or_default()
    }

    /// The same description under another response policy, compiled when it is first needed.
    pub fn under(&mut self, policy: ResponsePolicy) -> Result<&Api, NotOffered> {
        let position = match self.apis.iter().position(|(known, _)| *known == policy) {
            Some(position) => position,
            None => {
                let mut options = options::of(&self.asked)?;
                options.response_policy = policy;
                let built = build(&self.description, &self.asked, options, &self.script, &self.known)?;
                let api = built.map_err(|_| NotOffered::new("the description no longer compiles"))?;
                self.apis.push((policy, api));
                self.apis.len() - 1
            }
        };
        self.apis.get(position).map(|(_, api)| api).ok_or_else(|| NotOffered::new("no such Api"))
    }
}

pub fn load(state: &mut State, ask: &Load) -> Result<Loaded, NotOffered> {
    state.loaded = None;
    let refused = |found: &Diagnostics, valid: bool| Loaded {
        id: ask.id.clone(),
        ok: false,
        valid: Some(valid),
        diagnostics: diagnostics(found),
        ..Loaded::default()
    };
    let api_options = options::of(&ask.options)?;
    let policy = api_options.response_policy;
    let description = match description(ask)? {
        Ok(description) => description,
        Err(found) => return Ok(refused(&found, false)),
    };
    let mut found = brrtrouter::description::check(&description);
    found.extend(brrtrouter::schema::check_schemas(&description));
    let valid = !found.has_errors();
    let mut advice = Diagnostics::new();
    if ask.options.lint != Some(false) {
        advice.extend(brrtrouter::schema::lint_schemas(&description));
        advice.extend(brrtrouter::schema::lint_examples(&description, &api_options.schema));
    }
    let script = Arc::new(Script::default());
    let known = Arc::new(RwLock::new(Known::of(ask.options.credentials.as_deref().unwrap_or_default())));
    let api = match build(&description, &ask.options, api_options, &script, &known)? {
        Ok(api) => api,
        Err(mut found) => {
            found.extend(advice);
            return Ok(refused(&found, valid));
        }
    };
    advice.extend(api.diagnostics().clone());
    script.know(handler::success_statuses(&description, &api));
    let loaded = Loaded {
        id: ask.id.clone(),
        ok: true,
        valid: Some(valid),
        operations: operations(&api),
        diagnostics: diagnostics(&advice),
        openapi: None,
    };
    let (asked, apis) = (ask.options.clone(), vec![(policy, api)]);
    state.loaded = Some(Kept { description, asked, apis, script, known });
    Ok(loaded)
}

fn operations(api: &Api) -> Vec<Operation> {
    let mut list = Vec::new();
    for operation in api.operations() {
        list.extend(operation.paths().map(|path| Operation {
            name: operation.name().to_owned(),
            method: operation.method().to_string(),
            path: path.to_owned(),
        }));
    }
    list
}

fn build(
    description: &Description,
    asked: &Options,
    options: ApiOptions,
    script: &Arc<Script>,
    known: &Arc<RwLock<Known>>,
) -> Result<Result<Api, Diagnostics>, NotOffered> {
    let otherwise = match asked.unregistered.as_deref() {
        None if asked.handlers.is_none() => Otherwise::Handler(handler::scripted(script)),
        None | Some("refuse") => Otherwise::Refuse,
        Some("not_implemented") => Otherwise::NotImplemented,
        Some("example") => Otherwise::Example,
        Some(other) => return Err(NotOffered::new(format!("unregistered operations: `{other}`"))),
    };
    let mut handlers = Handlers::new().otherwise(otherwise);
    for name in asked.handlers.iter().flatten() {
        let script = Arc::clone(script);
        handlers = handlers.on(name.clone(), move |cx| script.handle(cx));
    }
    let providers = security::providers(description, asked, known)?;
    let mut builder = Api::builder(description).handlers(handlers).security(providers).options(options);
    if let Some(policy) = &asked.cors {
        builder = builder.cors(cors::of(policy));
    }
    Ok(own_form::of(builder, asked)?.build())
}

fn description(ask: &Load) -> Result<Result<Description, Diagnostics>, NotOffered> {
    let mut loader = Loader::new().lenient(ask.options.lenient.unwrap_or_default());
    if ask.options.default_base_uri.is_some() {
        return Err(NotOffered::new("a default base URI"));
    }
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

/// By operation name.
pub type Statuses = BTreeMap<String, u16>;
