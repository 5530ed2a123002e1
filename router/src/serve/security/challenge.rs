//! The WWW-Authenticate field of refusals, written once per operation (SEC-018).
//!
//! Takes: the acceptable schemes. Gives: field values with one challenge per scheme (RFC 9110 §11.6.1),
//! shared by every response. `http` schemes have their registered challenge, `oauth2` and
//! `openIdConnect` that of `Bearer` (RFC 6750 §3). Schemes that HTTP knows no challenge for have one of
//! this library's, since a 401 has to carry one: `ApiKey` with `in` and `name`, and `MutualTLS`.

use std::fmt::Write;
use std::sync::Arc;

use super::SchemeKind;
use crate::description::token::is_token;

/// The field values of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenges {
    /// For 401 where no bearer token was refused.
    pub(super) plain: Arc<str>,
    /// For 401 where a bearer token was refused: with `error="invalid_token"`.
    pub(super) invalid_token: Arc<str>,
    /// For 403: bearer challenges with `error="insufficient_scope"`; `None` without a bearer scheme.
    pub(super) insufficient_scope: Option<Arc<str>>,
}

impl Challenges {
    /// The challenges of these schemes, each with the scopes it needs.
    pub(super) fn compile(schemes: &[(&SchemeKind, &[Box<str>])], realm: &str) -> Self {
        let bearers: Vec<_> = schemes.iter().copied().filter(|(kind, _)| kind.is_bearer()).collect();
        let insufficient = list(&bearers, realm, ", error=\"insufficient_scope\"");
        Self {
            plain: list(schemes, realm, "").into(),
            invalid_token: list(schemes, realm, ", error=\"invalid_token\"").into(),
            insufficient_scope: (!bearers.is_empty()).then(|| insufficient.into()),
        }
    }
}

/// The challenges of these schemes, each once.
fn list(schemes: &[(&SchemeKind, &[Box<str>])], realm: &str, error: &str) -> String {
    let mut challenges: Vec<String> = Vec::new();
    for (kind, scopes) in schemes {
        let challenge = challenge(kind, scopes, realm, error);
        if !challenges.contains(&challenge) {
            challenges.push(challenge);
        }
    }
    challenges.join(", ")
}

/// One challenge; `error` is what a bearer challenge ends with.
fn challenge(kind: &SchemeKind, scopes: &[Box<str>], realm: &str, error: &str) -> String {
    let realm = quoted(realm);
    match kind {
        SchemeKind::Basic => format!("Basic realm={realm}, charset=\"UTF-8\""),
        SchemeKind::Bearer | SchemeKind::OAuth2 | SchemeKind::OpenIdConnect { .. } => {
            let scope = scope_attribute(scopes);
            format!("Bearer realm={realm}{scope}{error}")
        }
        SchemeKind::Http { scheme } if is_token(scheme) => format!("{scheme} realm={realm}"),
        SchemeKind::Http { .. } => format!("Unknown realm={realm}"),
        SchemeKind::ApiKey { location, name } => {
            format!("ApiKey realm={realm}, in=\"{}\", name={}", location.name(), quoted(name))
        }
        SchemeKind::MutualTls => format!("MutualTLS realm={realm}"),
    }
}

/// `, scope="a b"`, of the scopes that the attribute can carry (RFC 6749 §3.3), or nothing.
fn scope_attribute(scopes: &[Box<str>]) -> String {
    let is_scope = |scope: &&str| {
        !scope.is_empty()
            && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    let mut text = String::new();
    for scope in scopes.iter().map(AsRef::as_ref).filter(is_scope) {
        text.push_str(if text.is_empty() { ", scope=\"" } else { " " });
        text.push_str(scope);
    }
    if !text.is_empty() {
        text.push('"');
    }
    text
}

/// A quoted-string (RFC 9110 §5.6.4); what it cannot carry becomes `?`.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        let written = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            ' '..='~' => write!(quoted, "{c}"),
            _ => write!(quoted, "?"),
        };
        debug_assert!(written.is_ok(), "a String takes everything");
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::ApiKeyLocation;
    use super::*;

    fn check(schemes: &[(SchemeKind, &[&str])], realm: &str, expected: [&str; 3]) {
        let scopes: Vec<Vec<Box<str>>> =
            schemes.iter().map(|(_, scopes)| scopes.iter().map(|scope| (*scope).into()).collect()).collect();
        let pairs: Vec<_> =
            schemes.iter().zip(&scopes).map(|((kind, _), scopes)| (kind, scopes.as_slice())).collect();
        let challenges = Challenges::compile(&pairs, realm);
        let [plain, invalid_token, insufficient_scope] = expected;
        assert_eq!(&*challenges.plain, plain);
        assert_eq!(&*challenges.invalid_token, invalid_token);
        assert_eq!(challenges.insufficient_scope.as_deref().unwrap_or_default(), insufficient_scope);
    }

    #[test]
    fn a_challenge_per_scheme() {
        check(
            &[(SchemeKind::Basic, &[])],
            "pets",
            ["Basic realm=\"pets\", charset=\"UTF-8\"", "Basic realm=\"pets\", charset=\"UTF-8\"", ""],
        );
        check(
            &[(SchemeKind::Bearer, &[]), (SchemeKind::OAuth2, &["a:r", "b"]), (SchemeKind::Bearer, &[])],
            "p\"\n",
            [
                "Bearer realm=\"p\\\"?\", Bearer realm=\"p\\\"?\", scope=\"a:r b\"",
                "Bearer realm=\"p\\\"?\", error=\"invalid_token\", \
                 Bearer realm=\"p\\\"?\", scope=\"a:r b\", error=\"invalid_token\"",
                "Bearer realm=\"p\\\"?\", error=\"insufficient_scope\", \
                 Bearer realm=\"p\\\"?\", scope=\"a:r b\", error=\"insufficient_scope\"",
            ],
        );
        let key = SchemeKind::ApiKey { location: ApiKeyLocation::Query, name: "k\"".into() };
        let all =
            "ApiKey realm=\"r\", in=\"query\", name=\"k\\\"\", MutualTLS realm=\"r\", Digest realm=\"r\"";
        check(
            &[(key, &["x"]), (SchemeKind::MutualTls, &[]), (SchemeKind::http("Digest"), &[])],
            "r",
            [all, all, ""],
        );
        check(
            &[(SchemeKind::OAuth2, &["bad scope", "\"", ""])],
            "r",
            [
                "Bearer realm=\"r\"",
                "Bearer realm=\"r\", error=\"invalid_token\"",
                "Bearer realm=\"r\", error=\"insufficient_scope\"",
            ],
        );
    }
}
