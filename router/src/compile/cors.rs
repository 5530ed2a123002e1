//! A policy and what operations say of it (`x-cors`, `x-brrtrouter-cors`) -> what requests meet (HTTP-017).
//!
//! Takes: a [`CorsPolicy`], the description, the route table. Gives: a [`Cors`], and diagnostics for all that is wrong with the
//! policy or an extension. Never panics.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::diagnose::error;
use crate::description::token::is_token;
use crate::description::{Description, Diagnostics};
use crate::limits;
use crate::serve::cors::{AllowedHeaders, Cors, Grant, Origins};
use crate::serve::route::RouteTable;
use crate::serve::{CorsPolicy, Operation};

mod extension;
mod origin;

pub(super) use extension::of_operation;
use origin::normalize;

/// The rows of the catalogue that findings name.
pub(super) const POLICY: &str = "HTTP-017";
const EXTENSION: &str = "DOC-017";

/// What a policy comes to before there are routes.
pub(super) struct Draft {
    origins: Origins,
    grant: Arc<Grant>,
}

/// Compiles a policy; what is wrong with it is told at the description's root, since the policy has no place of its own.
pub(super) fn draft(policy: &CorsPolicy, description: &Description, diagnostics: &mut Diagnostics) -> Draft {
    let mut check = Check { description, diagnostics };
    let origins = Origins {
        listed: check.listed(&policy.origins),
        patterns: policy.patterns.iter().filter_map(|pattern| check.pattern(pattern)).collect(),
        rules: policy.rules.iter().cloned().collect(),
        any: policy.any,
        null: policy.null,
    };
    if policy.any && policy.credentials {
        check.refuse("credentials are allowed for any origin".to_owned(), ANY_WITH_CREDENTIALS);
    }
    let exposed = check.names("expose_header", &policy.exposed, policy.credentials);
    let headers = check.names("allow_header", &policy.headers, policy.credentials);
    let grant = Grant {
        credentials: policy.credentials,
        exposed,
        max_age: policy.max_age.map(|time| time.as_secs().to_string().into()),
        headers: match headers {
            _ if policy.mirrored => AllowedHeaders::Mirrored,
            Some(listed) => AllowedHeaders::Listed(listed),
            None => AllowedHeaders::Safelisted,
        },
    };
    Draft { origins, grant: Arc::new(grant) }
}

/// Why, and what to do.
const ANY_WITH_CREDENTIALS: (&str, &str) = (
    "browsers refuse `*` with credentials, and every page could act as the user",
    "list the origins, or leave the credentials out",
);

/// Whether a list of field names may hold a name; `*` means all names only where there are no credentials.
fn is_name(name: &str, credentials: bool) -> bool {
    is_token(name) && !(credentials && name == "*")
}

/// The names as a field's value; `None` for none.
fn joined(names: &[String]) -> Option<Arc<str>> {
    (!names.is_empty()).then(|| names.join(", ").into())
}

struct Check<'c> {
    description: &'c Description,
    diagnostics: &'c mut Diagnostics,
}

impl Check<'_> {
    fn refuse(&mut self, what: String, why_and_mend: (&'static str, &'static str)) {
        let at = self.description.entry();
        self.diagnostics.push(error(self.description, POLICY, at, what, why_and_mend));
    }

    fn listed(&mut self, origins: &[String]) -> Box<[Arc<str>]> {
        let mut listed = BTreeSet::new();
        for origin in origins {
            match normalize(origin) {
                Ok(origin) => {
                    listed.insert(Arc::from(origin));
                }
                Err(fault) => self.refuse(
                    format!("`{origin}` of the CORS policy is no origin: {fault}"),
                    (
                        "browsers send scheme, host and port, and nothing else would ever be equal",
                        fault.mend(),
                    ),
                ),
            }
        }
        listed.into_iter().collect()
    }

    /// The pattern by itself first, so that none can reach out of the group that anchors it.
    fn pattern(&mut self, pattern: &str) -> Option<Regex> {
        let compiled = automaton(pattern).and_then(|_| automaton(&format!(r"\A(?:{pattern})\z")));
        compiled
            .map_err(|fault| {
                self.refuse(
                    format!("the pattern `{pattern}` of the CORS policy is none: {fault}"),
                    (
                        "it would match no origin, or be too large to be matched quickly",
                        "mend the pattern: the syntax is that of the crate `regex`, without look-around and back-references",
                    ),
                );
            })
            .ok()
    }

    fn names(&mut self, list: &str, names: &[String], credentials: bool) -> Option<Arc<str>> {
        for name in names.iter().filter(|name| !is_name(name, credentials)) {
            self.refuse(
                format!("`{name}` of `CorsPolicy::{list}` is no field name"),
                (
                    "field names are tokens, and `*` means all of them only where there are no credentials",
                    "name each field, such as `X-Total`",
                ),
            );
        }
        joined(names)
    }
}

/// Over octets, since origins are ASCII and classes such as `\d` then are too.
fn automaton(pattern: &str) -> Result<Regex, regex::Error> {
    let mut builder = RegexBuilder::new(pattern);
    builder.unicode(false).size_limit(limits::CORS_PATTERN_BYTES_MAX);
    RegexBuilder::build(&builder)
}

impl Draft {
    pub(super) const fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }

    pub(super) const fn lets_any_in(&self) -> bool {
        self.origins.any
    }

    /// With the methods that each path allows to other origins, which share their texts.
    pub(super) fn finish(self, routes: &RouteTable, operations: &[Operation]) -> Box<Cors> {
        let mut texts: HashMap<String, Arc<str>> = HashMap::new();
        let mut methods = Vec::new();
        for declared in routes.declared_methods() {
            let allowed = allowed(&declared, operations).join(", ");
            let text = (!allowed.is_empty()).then(|| {
                let text: &Arc<str> = texts.entry(allowed).or_insert_with_key(|text| text.as_str().into());
                Arc::clone(text)
            });
            methods.push(text);
        }
        Box::new(Cors { origins: self.origins, grant: self.grant, methods: methods.into() })
    }
}

/// The declared methods that CORS allows, and HEAD where GET answers it (HTTP-017).
fn allowed<'m>(declared: &[(&'m http::Method, u32)], operations: &[Operation]) -> Vec<&'m str> {
    let has_head = declared.iter().any(|(method, _)| **method == http::Method::HEAD);
    let mut names = Vec::new();
    for (method, operation) in declared {
        let operation = usize::try_from(*operation).ok().and_then(|at| operations.get(at));
        if operation.is_none_or(|operation| operation.cors.is_none()) {
            continue;
        }
        names.push(method.as_str());
        if **method == http::Method::GET && !has_head {
            names.push("HEAD");
        }
    }
    names
}
