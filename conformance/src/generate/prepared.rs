//! Requests of a description for those who send them by themselves, as load tests do: in parts, so that an identifier can be
//! replaced by one that there is.
//!
//! Takes: a file and a seed. Gives: for each operation its requests, the credentials that it asks for, and what it says of its
//! answers. The same seed gives the same requests. Never panics.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Reason;
use super::answers::Answers;
use super::credentials::{self, Applied, Carrier};
use super::description::{Description, Node};
use super::instances::Instances;
use super::operations::{self, Operation};
use super::parameters::encoded;
use super::plan::{self, Plan, Planner};
use super::random::Random;
use super::requests::Draft;
use super::validity::Validity;

/// Rounds of making: each makes other values.
const ROUNDS: u64 = 6;
/// Requests of one operation.
const REQUESTS_MAX: usize = 24;

/// The requests of a description.
#[derive(Debug, Default)]
pub struct Prepared {
    /// Its operations, in its order.
    pub operations: Vec<PreparedOperation>,
}

/// One operation.
#[derive(Debug)]
pub struct PreparedOperation {
    /// Its operationId, else method and template.
    pub name: String,
    /// The method token.
    pub method: String,
    /// The path that the description's server begins with; empty or with a leading slash.
    pub base: String,
    /// The key under `paths`.
    pub template: String,
    /// Requests that must be served; at least one, unless `reason` says why not.
    pub requests: Vec<PreparedRequest>,
    /// Alternatives of credentials; an empty one where none is needed. None at all where no alternative can be met by a field.
    pub alternatives: Vec<Vec<Need>>,
    /// What it says of its answers.
    pub answers: Answers,
    /// Why there is no request, or not every kind of it.
    pub reasons: BTreeSet<String>,
}

/// One request, in parts.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedRequest {
    /// Texts in place of the template's expressions, by name, encoded.
    pub path: Vec<(String, String)>,
    /// Pairs of the query, encoded.
    pub query: Vec<String>,
    /// Field lines.
    pub headers: Vec<(String, String)>,
    /// Pairs of the Cookie field.
    pub cookies: Vec<String>,
    /// The content.
    pub content: Option<PreparedContent>,
}

/// Content, as octets and as what they were written from.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedContent {
    /// The Content-Type.
    pub media_type: String,
    /// The octets.
    pub octets: Vec<u8>,
    /// The value, where the octets are its JSON text.
    pub json: Option<Value>,
}

/// A credential that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The security scheme's name.
    pub scheme: String,
    /// Where it goes.
    pub place: Place,
    /// What it is.
    pub kind: NeedKind,
}

/// Where a credential goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A field line of this name.
    Header(String),
    /// A pair of the query.
    Query(String),
    /// A cookie.
    Cookie(String),
}

/// What a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedKind {
    /// A key, as it is.
    Key,
    /// `user:password`, in base64 behind `Basic`.
    Basic,
    /// A token behind this word, such as `Bearer`.
    Token(String),
}

impl Prepared {
    /// Reads the description at `path` and makes requests for every operation.
    ///
    /// # Errors
    /// That the file cannot be read, or is no description.
    pub fn read(path: &Path, seed: u64) -> Result<Self, Reason> {
        let description = Description::read(path)?;
        let operations = operations::operations(&description);
        if operations.is_empty() {
            return Err("document without operations under `paths`".to_owned());
        }
        let prepare = |operation: &Operation<'_>| {
            let validity = Validity::new(&description);
            let random = Random::new(seed, &operation.line());
            let instances = Instances { description: &description, validity, random };
            let planner = Planner { instances, skipped: BTreeSet::new() };
            prepare(planner, operation, seed)
        };
        Ok(Self { operations: operations.iter().map(prepare).collect() })
    }
}

fn prepare<'d>(mut planner: Planner<'d>, operation: &Operation<'d>, seed: u64) -> PreparedOperation {
    let description = planner.instances.description;
    let answers = Answers::of(description, &planner.instances.validity, operation);
    let name = operation.id().map_or_else(|| operation.line(), str::to_owned);
    let mut requests: Vec<PreparedRequest> = Vec::new();
    for round in 0..ROUNDS {
        planner.instances.random = Random::new(seed.wrapping_add(round), &operation.line());
        let place = plan::Place { name: name.clone(), path: operation.template.to_owned() };
        let mut made = Plan::default();
        if let Err(reason) = planner.drafts(operation, place, &mut made) {
            planner.skipped.insert(reason);
            break;
        }
        for (draft, _) in &made.positive {
            let Ok(request) = in_parts(draft) else { continue };
            if requests.len() < REQUESTS_MAX && !requests.contains(&request) {
                requests.push(request);
            }
        }
    }
    let alternatives = credentials::alternatives(description, operation);
    let alternatives = alternatives.iter().map(|applied| applied.iter().map(need).collect()).collect();
    PreparedOperation {
        name,
        method: operation.method.clone(),
        base: base(operation.servers.as_ref()),
        template: operation.template.to_owned(),
        requests,
        alternatives,
        answers,
        reasons: planner.skipped,
    }
}

fn in_parts(draft: &Draft<'_>) -> Result<PreparedRequest, Reason> {
    let written = draft.written()?;
    let content = draft.content.as_ref().map(|content| {
        let text = content.value.as_ref().map(Value::to_string);
        let json = text.is_some_and(|text| text.as_bytes() == content.octets);
        PreparedContent {
            media_type: content.content_type.clone(),
            octets: content.octets.clone(),
            json: content.value.clone().filter(|_| json),
        }
    });
    let (path, query, headers, cookies) = (written.path, written.query, written.headers, written.cookies);
    Ok(PreparedRequest { path, query, headers, cookies, content })
}

fn need(applied: &Applied) -> Need {
    let (place, text) = match &applied.carrier {
        Carrier::Header(name, text) => (Place::Header(name.clone()), text),
        Carrier::Query(name, text) => (Place::Query(name.clone()), text),
        Carrier::Cookie(name, text) => (Place::Cookie(name.clone()), text),
    };
    let kind = match (&applied.known.key, &applied.known.username) {
        (Some(_), _) => NeedKind::Key,
        (None, Some(_)) => NeedKind::Basic,
        (None, None) => NeedKind::Token(text.split(' ').next().unwrap_or_default().to_owned()),
    };
    Need { scheme: applied.known.scheme.clone(), place, kind }
}

/// The path of the first server, with the defaults of its variables.
fn base(servers: Option<&Node<'_>>) -> String {
    let Some(server) = servers.and_then(|servers| servers.items().into_iter().next()) else {
        return String::new();
    };
    let mut url = server.text("url").unwrap_or_default().to_owned();
    for (name, variable) in server.child("variables").map(|node| node.members()).unwrap_or_default() {
        let default = variable.text("default").unwrap_or_default();
        // What stands in a path may hold slashes.
        let steps: Vec<String> = default.split('/').map(encoded).collect();
        url = url.replace(&format!("{{{name}}}"), &steps.join("/"));
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url.trim_start_matches('.').trim_start_matches('/'),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pet_store() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pet_store/openapi.yaml")
    }

    #[test]
    fn every_operation_of_the_pet_store_gets_requests_and_answers() {
        let prepared = Prepared::read(&pet_store(), 1).expect("the pet store");
        assert_eq!(prepared.operations.len(), 39);
        for operation in &prepared.operations {
            assert!(!operation.requests.is_empty(), "{}: {:?}", operation.name, operation.reasons);
            assert_eq!(operation.base, "/v1");
            assert!(!operation.alternatives.is_empty(), "{}", operation.name);
        }
        let again = Prepared::read(&pet_store(), 1).expect("the pet store");
        let requests = |prepared: &Prepared| {
            prepared.operations.iter().map(|operation| operation.requests.clone()).collect::<Vec<_>>()
        };
        assert_eq!(requests(&prepared), requests(&again));
        let other = Prepared::read(&pet_store(), 2).expect("the pet store");
        assert_ne!(requests(&prepared), requests(&other));
    }

    #[test]
    fn what_is_no_description_is_told() {
        assert!(Prepared::read(Path::new("nowhere.yaml"), 1).is_err());
    }

    #[test]
    fn the_first_server_tells_the_base_path() {
        for (url, expected) in [
            ("/v1", "/v1"),
            ("https://pets.example", ""),
            ("https://pets.example/a/b/", "/a/b"),
            ("./v2", "/v2"),
            ("https://{host}/{base}", "/x/y"),
            ("/", ""),
        ] {
            let variables = json!({"host": {"default": "pets.example"}, "base": {"default": "x/y"}});
            let description = Description::of(
                json!({"openapi": "3.1.0", "servers": [{"url": url, "variables": variables}], "paths": {"/": {"get": {}}}}),
            );
            let operations = operations::operations(&description);
            let operation = operations.first().expect("an operation");
            assert_eq!(base(operation.servers.as_ref()), expected, "{url}");
        }
    }
}
