//! Base paths: what the `servers` of an operation put before its template (SRV).
//!
//! Takes: a server's URL template and its variables. Gives: the path parts of every URL it can
//! stand for, without a trailing slash. Only the path takes part in routing, so that a proxy in front may
//! change scheme and host (SRV-013). Never panics.

use std::collections::BTreeSet;

use fluent_uri::{Uri, UriRef};

use crate::limits;

/// A server variable: its name, default and, perhaps, the values it is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable<'d> {
    pub(super) name: &'d str,
    pub(super) default: &'d str,
    pub(super) values: Vec<&'d str>,
}

/// Why a server URL gives no base path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BasePathError {
    /// The variables' `enum`s combine to more URLs than [`limits::SERVER_URLS_MAX`].
    TooManyUrls,
    /// With its variables filled in, this is not a URI reference.
    NotAUrl(String),
}

/// Every base path that the URL template stands for, sorted. A variable with an `enum` takes each of
/// its values (SRV-010), another one its default (SRV-009). A relative URL resolves against `served_from`, the
/// path under which the description itself is served (SRV-005).
pub(super) fn base_paths(
    template: &str,
    variables: &[Variable<'_>],
    served_from: &str,
) -> Result<BTreeSet<String>, BasePathError> {
    let mut urls = vec![template.to_owned()];
    for variable in variables {
        let expression = format!("{{{}}}", variable.name);
        if !template.contains(&expression) {
            continue;
        }
        let fallback = [variable.default];
        let values = if variable.values.is_empty() { &fallback[..] } else { &variable.values[..] };
        if urls.len().saturating_mul(values.len()) > limits::SERVER_URLS_MAX {
            return Err(BasePathError::TooManyUrls);
        }
        urls =
            urls.iter().flat_map(|url| values.iter().map(|value| url.replace(&expression, value))).collect();
    }
    urls.iter().map(|url| path_of(url, served_from)).collect()
}

fn path_of(url: &str, served_from: &str) -> Result<String, BasePathError> {
    let fault = || BasePathError::NotAUrl(url.to_owned());
    // An authority that is still open (`{host}:8080`) or a stray character is not ours to judge:
    // what follows the authority is the path.
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("").to_owned(),
        None => resolve(url, served_from).ok_or_else(fault)?,
    };
    let path = path.split(['?', '#']).next().unwrap_or("");
    // A request with dot segments is refused, so the base path must not have any (RFC 3986 §5.2.4).
    let path =
        if path.contains("/.") { resolve(path, served_from).ok_or_else(fault)? } else { path.to_owned() };
    Ok(path.strip_suffix('/').unwrap_or(&path).to_owned())
}

fn resolve(reference: &str, served_from: &str) -> Option<String> {
    let base = Uri::parse(format!("http://localhost{served_from}")).ok()?;
    let reference = UriRef::parse(reference).ok()?;
    let resolved = reference.resolve_against(&base.borrow()).ok()?;
    Some(resolved.path().as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, variables: &[Variable<'_>], expected: &[&str]) {
        let found = base_paths(template, variables, "/openapi.json").unwrap();
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{template}");
    }

    #[test]
    fn without_variables() {
        for (template, expected) in [
            ("/", ""),
            ("/v1", "/v1"),
            ("/v1/", "/v1"),
            ("https://api.example.com", ""),
            ("https://api.example.com/v1", "/v1"),
            ("https://api.example.com/v1/", "/v1"),
            ("https://api.example.com/v1?x=1#y", "/v1"),
            ("v1", "/v1"),
            ("./v1", "/v1"),
            ("https://h/a/../b", "/b"),
            ("https://h/.well-known", "/.well-known"),
            ("//other.example.com/v2", "/v2"),
        ] {
            check(template, &[], &[expected]);
        }
        let below = base_paths("../v2", &[], "/docs/v1/openapi.json").unwrap();
        assert_eq!(below.into_iter().collect::<Vec<_>>(), ["/docs/v2"]);
    }

    #[test]
    fn with_variables() {
        let region = Variable { name: "region", default: "eu", values: vec!["eu", "us"] };
        let version = Variable { name: "version", default: "v1", values: vec!["v1", "v2"] };
        let base = Variable { name: "base", default: "x", values: vec![] };
        let all = [region, version, base];
        check("https://{region}.example.com/{version}", &all, &["/v1", "/v2"]);
        check("https://{region}.example.com", &all, &[""]);
        check("https://h/{base}/{version}", &all, &["/x/v1", "/x/v2"]);
        check("/{region}/{version}", &all, &["/eu/v1", "/eu/v2", "/us/v1", "/us/v2"]);
    }

    #[test]
    fn faults() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let many: Vec<Variable<'_>> =
            names.iter().map(|name| Variable { name, default: "0", values: vec!["0", "1"] }).collect();
        let template: String = names.iter().map(|name| format!("/{{{name}}}")).collect();
        assert_eq!(base_paths(&template, &many, "/"), Err(BasePathError::TooManyUrls));
        assert!(matches!(base_paths("a b", &[], "/"), Err(BasePathError::NotAUrl(_))));
    }
}
