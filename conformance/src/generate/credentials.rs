//! Credentials for the first security requirement that can be met.
//!
//! Takes: an operation's requirements and the description's schemes. Gives: what to put into the request and what the
//! worker's providers are to know. Never panics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Reason;
use super::description::{Description, Node};
use super::operations::Operation;
use crate::protocol::Credential;

/// Where a credential goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// A field line.
    Header(String, String),
    /// A pair of the query.
    Query(String, String),
    /// A cookie.
    Cookie(String, String),
}

/// One credential.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Where it goes.
    pub carrier: Carrier,
    /// What the provider knows.
    pub known: Credential,
}

/// What an operation asks for.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// All of them go together.
    pub applied: Vec<Applied>,
    /// A request without any is refused.
    pub required: bool,
}

/// The credentials of `operation`.
///
/// # Errors
/// That no requirement can be met, and why.
pub fn of<'d>(description: &'d Description, operation: &Operation<'d>) -> Result<Credentials, Reason> {
    let requirements = operation.security(description);
    let is_empty = |requirement: &Value| requirement.as_object().is_some_and(serde_json::Map::is_empty);
    let optional = requirements.is_empty() || requirements.iter().any(|requirement| is_empty(requirement));
    let mut why = None;
    for requirement in requirements.iter().filter(|requirement| !is_empty(requirement)) {
        match meet(description, requirement) {
            Ok(applied) => return Ok(Credentials { applied, required: !optional }),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    match why {
        Some(reason) if !optional => Err(reason),
        _ => Ok(Credentials::default()),
    }
}

/// Every requirement of `operation` that can be met, as its credentials; an empty one where none is asked for.
pub fn alternatives<'d>(description: &'d Description, operation: &Operation<'d>) -> Vec<Vec<Applied>> {
    let requirements = operation.security(description);
    if requirements.is_empty() {
        return vec![Vec::new()];
    }
    requirements.into_iter().filter_map(|requirement| meet(description, requirement).ok()).collect()
}

fn meet(description: &Description, requirement: &Value) -> Result<Vec<Applied>, Reason> {
    let mut list: Vec<Applied> = Vec::new();
    for (name, scopes) in requirement.as_object().into_iter().flatten() {
        let scheme = scheme(description, name)?;
        let mut applied = credential(name, &scheme)?;
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        applied.known.scopes = Some(scopes.collect());
        let place = |carrier: &Carrier| match carrier {
            Carrier::Header(name, _) => ("header", name.to_ascii_lowercase()),
            Carrier::Query(name, _) => ("query", name.clone()),
            Carrier::Cookie(name, _) => ("cookie", name.clone()),
        };
        // One token may serve two schemes; two texts have no room in one field.
        let clashes = |other: &Applied| {
            other.carrier != applied.carrier && place(&other.carrier) == place(&applied.carrier)
        };
        if list.iter().any(clashes) {
            return Err("two credentials in one field".to_owned());
        }
        list.push(applied);
    }
    Ok(list)
}

fn scheme<'d>(description: &'d Description, name: &str) -> Result<Node<'d>, Reason> {
    let schemes = description.entry().and_then(|root| root.child("components")?.child("securitySchemes"));
    let node = schemes.and_then(|schemes| schemes.child(name));
    description.follow(&node.ok_or_else(|| "security scheme that is not declared by name".to_owned())?)
}

fn credential(name: &str, scheme: &Node<'_>) -> Result<Applied, Reason> {
    let mut known = Credential { scheme: name.to_owned(), ..Credential::default() };
    let authorization = |text: String| Carrier::Header("Authorization".to_owned(), text);
    let secret = "generated-secret".to_owned();
    let kind = scheme.text("type").unwrap_or_default();
    let carrier = match kind {
        "apiKey" => {
            known.key = Some(secret.clone());
            let key = scheme.text("name").unwrap_or_default().to_owned();
            match scheme.text("in") {
                Some("query") => Carrier::Query(key, secret),
                Some("cookie") => Carrier::Cookie(key, secret),
                _ => Carrier::Header(key, secret),
            }
        }
        "http" if scheme.text("scheme").is_some_and(|name| name.eq_ignore_ascii_case("basic")) => {
            (known.username, known.password) = (Some("generated".to_owned()), Some(secret));
            authorization(format!("Basic {}", base64("generated:generated-secret")))
        }
        "http" => {
            known.token = Some(secret.clone());
            let scheme = scheme.text("scheme").unwrap_or("Bearer");
            let word = if scheme.eq_ignore_ascii_case("bearer") { "Bearer" } else { scheme };
            authorization(format!("{word} {secret}"))
        }
        "oauth2" | "openIdConnect" => {
            known.token = Some(secret.clone());
            authorization(format!("Bearer {secret}"))
        }
        other => return Err(format!("credential of a security scheme of type `{other}`")),
    };
    Ok(Applied { carrier, known })
}

/// The text in base64, as Basic credentials have it (RFC 7617).
#[must_use]
pub fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::operations::operations;
    use super::*;

    #[test]
    fn the_first_requirement_that_can_be_met_is() {
        let schemes = json!({
            "one": {"type": "oauth2", "flows": {}}, "two": {"type": "openIdConnect"},
            "basic": {"type": "http", "scheme": "Basic"}, "tls": {"type": "mutualTLS"},
            "key": {"type": "apiKey", "in": "query", "name": "k"},
        });
        for (security, met) in [
            (json!([]), Ok((vec![], false))),
            (json!([{"key": []}]), Ok((vec!["key"], true))),
            (json!([{"tls": []}, {"basic": [], "key": []}]), Ok((vec!["basic", "key"], true))),
            (json!([{"key": []}, {}]), Ok((vec!["key"], false))),
            (json!([{"one": [], "two": []}]), Ok((vec!["one", "two"], true))),
            (json!([{"tls": []}, {}]), Ok((vec![], false))),
            (json!([{"one": [], "basic": []}]), Err(())),
            (json!([{"tls": []}]), Err(())),
        ] {
            let description = Description::of(json!({
                "openapi": "3.1.0", "components": {"securitySchemes": schemes},
                "paths": {"/": {"get": {"security": security}}},
            }));
            let operations = operations(&description);
            let found = of(&description, operations.first().expect("an operation"));
            let names = found.map_err(drop).map(|found| {
                let names = found.applied.iter().map(|one| one.known.scheme.clone());
                let mut names: Vec<String> = names.collect();
                names.sort();
                (names, found.required)
            });
            assert_eq!(
                names,
                met.map(|(names, required)| (names.into_iter().map(str::to_owned).collect(), required))
            );
        }
    }
}
