//! What is missing, by the operations that it blocks or leaves in part.
//!
//! Takes: what the library said of a document, and the document. Gives: one entry per refusal, warning and feature, each with a number
//! of operations. A refused document blocks all of its own. Never panics.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::bodies;
use super::description::{Description, Node, escape};
use super::operations::{Operation, operations};
use serde::{Deserialize, Serialize};

use crate::protocol::{Diagnostic, Loaded};

/// Something that is missing, in one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// `refusal`, `warning` or `feature`.
    pub kind: Cow<'static, str>,
    /// The row of the catalogue, or the feature.
    pub what: String,
    /// Operations that it blocks.
    pub operations: usize,
}

/// What refuses a document of `operations` operations: its errors, by code.
#[must_use]
pub fn refusals(loaded: &Loaded, operations: usize) -> Vec<Missing> {
    let errors = loaded.diagnostics.iter().filter(|finding| finding.severity == "error");
    let codes: BTreeSet<&str> = errors.map(|finding| finding.code.as_str()).collect();
    let entry = |code: &str| Missing { kind: "refusal".into(), what: code.to_owned(), operations };
    codes.into_iter().map(entry).collect()
}

/// What is missing for operations of a document that is served.
pub fn of(description: &Description, loaded: &Loaded) -> Vec<Missing> {
    let operations = operations(description);
    let mut list = warnings(description, &operations, loaded);
    let mut features: BTreeMap<String, usize> = BTreeMap::new();
    for feature in operations.iter().flat_map(|operation| features_of(description, operation)) {
        let count = features.entry(feature).or_default();
        *count = count.saturating_add(1);
    }
    let entry = |(what, operations)| Missing { kind: "feature".into(), what, operations };
    list.extend(features.into_iter().map(entry));
    let webhooks = description.entry().and_then(|root| root.child("webhooks"));
    let count = webhooks.map_or(0, |webhooks| webhooks.members().len());
    if count > 0 {
        list.push(Missing {
            kind: "feature".into(),
            what: "webhooks are not sent".to_owned(),
            operations: count,
        });
    }
    list
}

fn warnings(description: &Description, operations: &[Operation<'_>], loaded: &Loaded) -> Vec<Missing> {
    let warnings: Vec<&Diagnostic> =
        loaded.diagnostics.iter().filter(|finding| finding.severity == "warning").collect();
    let shared = warnings.iter().any(|finding| finding.pointer.starts_with("/components/"));
    let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in operations {
        let item = format!("/paths/{}", escape(operation.template));
        let own = format!("{item}/{}", operation.method.to_lowercase());
        let reached = if shared { reached(description, &operation.node) } else { BTreeSet::new() };
        let concerns = |finding: &Diagnostic| {
            let pointer = finding.pointer.as_str();
            let below = |place: &str| {
                pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let parameters = format!("{item}/parameters");
            pointer == item || below(&own) || below(&parameters) || reached.iter().any(|place| below(place))
        };
        let codes: BTreeSet<&str> = warnings
            .iter()
            .filter(|finding| concerns(finding))
            .map(|finding| finding.code.as_str())
            .collect();
        for code in codes {
            let count = by_code.entry(code).or_default();
            *count = count.saturating_add(1);
        }
    }
    let entry = |(code, operations): (&str, usize)| Missing {
        kind: "warning".into(),
        what: code.to_owned(),
        operations,
    };
    by_code.into_iter().map(entry).collect()
}

/// The places that references lead to from `node`, and from there.
fn reached(description: &Description, node: &Node<'_>) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    let mut open = vec![node.clone()];
    while let Some(node) = open.pop() {
        if let Some(target) = node.text("$ref").and_then(|to| description.target(&node, to).ok())
            && places.insert(target.pointer.clone())
        {
            open.push(target);
        }
        open.extend(node.items());
        open.extend(node.members().into_iter().map(|(_, member)| member));
    }
    places
}

/// What the operation asks for and nobody gives.
fn features_of(description: &Description, operation: &Operation<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if operation.node.child("callbacks").is_some() {
        found.insert("callbacks are not sent".to_owned());
    }
    for media in operation.body.iter().flat_map(|body| &body.media) {
        let undecoded = matches!(bodies::kind(media.range), Ok((bodies::Kind::Octets, _)));
        let structured = media.schema.as_ref().is_some_and(|schema| {
            let schema = description.follow(schema);
            schema.is_ok_and(|schema| {
                schema.child("properties").is_some() || schema.text("type") == Some("array")
            })
        });
        if undecoded && structured {
            found.insert(format!("content of media type {} is not decoded", media.range));
        }
    }
    let schemes = description.entry().and_then(|root| root.child("components")?.child("securitySchemes"));
    for name in operation
        .security(description)
        .into_iter()
        .filter_map(|one| one.as_object())
        .flat_map(|one| one.keys())
    {
        let scheme = schemes.as_ref().and_then(|schemes| description.follow(&schemes.child(name)?).ok());
        let kind = scheme.as_ref().and_then(|scheme| scheme.text("type")).unwrap_or_default();
        let word = scheme.as_ref().and_then(|scheme| scheme.text("scheme")).unwrap_or_default();
        match (kind, word.to_ascii_lowercase().as_str()) {
            ("oauth2" | "openIdConnect" | "mutualTLS", _) => {
                found.insert(format!("credentials of type {kind} are verified by a provider of one's own"));
            }
            ("http", other) if !matches!(other, "basic" | "bearer") => {
                found.insert(format!("HTTP authentication `{other}` is verified by a provider of one's own"));
            }
            _ => {}
        }
    }
    found
}
