//! The credential that a request head carries for a scheme.
//!
//! Takes: the head and the connection. Gives: the credential, or that it is missing or malformed. What
//! could be read in two ways (several Authorization lines, a key given twice) is malformed, so that no
//! two parties can disagree on it. Allocates nothing; never panics.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::query;
use super::{ApiKeyLocation, SchemeKind};
use crate::description::token::is_token;
use crate::limits::security::CREDENTIAL_BYTES_MAX;
use crate::serve::{Connection, RequestHead};

/// What a request carries for a scheme. Printing it tells its kind only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'r> {
    /// An API key.
    ApiKey(&'r str),
    /// User and password (RFC 7617).
    Basic {
        /// The user-id, without a colon.
        user: &'r str,
        /// The password.
        password: &'r str,
    },
    /// A bearer token (RFC 6750).
    Bearer(&'r str),
    /// The credential of another authentication scheme (RFC 9110 §11.4).
    Http {
        /// The authentication scheme as sent.
        scheme: &'r str,
        /// What follows it.
        rest: &'r str,
    },
    /// The verified client certificate.
    MutualTls {
        /// The certificate in DER form.
        certificate: &'r [u8],
    },
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiKey(_) => "ApiKey(..)",
            Self::Basic { .. } => "Basic(..)",
            Self::Bearer(_) => "Bearer(..)",
            Self::Http { .. } => "Http(..)",
            Self::MutualTls { .. } => "MutualTls(..)",
        })
    }
}

/// Room on the stack for what has to be decoded; none where nothing has.
pub(super) type Scratch = [u8];

/// Whether a credential of this kind has to be decoded, which takes [`CREDENTIAL_DECODED_BYTES_MAX`](crate::limits::security::CREDENTIAL_DECODED_BYTES_MAX) octets of scratch.
pub(super) const fn is_encoded(kind: &SchemeKind) -> bool {
    matches!(kind, SchemeKind::Basic | SchemeKind::ApiKey { location: ApiKeyLocation::Query, .. })
}

/// What was found for a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'r> {
    /// Nothing.
    Missing,
    /// Something that is no credential of this scheme, or more than one.
    Malformed,
    /// A credential.
    Sent(Credential<'r>),
}

/// The credential for a scheme of this kind.
pub(super) fn find<'r>(
    kind: &SchemeKind,
    head: &RequestHead<'r>,
    connection: &'r Connection,
    scratch: &'r mut Scratch,
) -> Found<'r> {
    match kind {
        SchemeKind::ApiKey { location, name } => api_key(*location, name, head, scratch),
        SchemeKind::Basic | SchemeKind::Bearer | SchemeKind::OAuth2 | SchemeKind::OpenIdConnect { .. } => {
            http(kind, head, scratch)
        }
        SchemeKind::Http { .. } => http(kind, head, scratch),
        SchemeKind::MutualTls => match &connection.client_certificate {
            Some(certificate) if connection.tls => Found::Sent(Credential::MutualTls { certificate }),
            Some(_) | None => Found::Missing,
        },
    }
}

/// The only value among `values`, as a credential.
fn only<'r>(mut values: impl Iterator<Item = Option<&'r str>>) -> Result<&'r str, Found<'r>> {
    let first = values.next().ok_or(Found::Missing)?;
    if values.next().is_some() {
        return Err(Found::Malformed);
    }
    first.filter(|text| !text.is_empty() && text.len() <= CREDENTIAL_BYTES_MAX).ok_or(Found::Malformed)
}

fn api_key<'r>(
    location: ApiKeyLocation,
    name: &str,
    head: &RequestHead<'r>,
    scratch: &'r mut Scratch,
) -> Found<'r> {
    let key = match location {
        ApiKeyLocation::Header => only(head.fields_named(name).map(|line| line.text())),
        ApiKeyLocation::Query => only(query::values(head.query().unwrap_or_default(), name).map(Some))
            .and_then(|raw| query::decode(raw, scratch).ok_or(Found::Malformed)),
        // Of cookies with one name the first counts: it has the most specific path (HTTP-015).
        ApiKeyLocation::Cookie => only(cookies(head, name).take(1)),
    };
    key.map_or_else(|found| found, |key| Found::Sent(Credential::ApiKey(key)))
}

/// The values of the cookies called `name` (RFC 6265 §4.2); `None` for one that is not UTF-8.
fn cookies<'r>(head: &RequestHead<'r>, name: &str) -> impl Iterator<Item = Option<&'r str>> {
    let pairs = head.fields_named("cookie").flat_map(|line| line.value.split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (key, value) = pair.split_at_checked(equals)?;
        let (_, value) = value.split_first()?;
        (key.trim_ascii() == name.as_bytes()).then_some(std::str::from_utf8(value.trim_ascii()).ok())
    })
}

/// The credential of an Authorization field (RFC 9110 §11.6.2).
fn http<'r>(kind: &SchemeKind, head: &RequestHead<'r>, scratch: &'r mut Scratch) -> Found<'r> {
    let value = match only(head.fields_named("authorization").map(|line| line.text())) {
        Ok(value) => value,
        Err(found) => return found,
    };
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let rest = rest.trim_matches(' ');
    if !is_token(scheme) {
        return Found::Malformed;
    }
    // Names of authentication schemes compare without case (SEC-009); another scheme than the one
    // asked for means that this one's credential is not there.
    if !kind.authorization().is_some_and(|own| own.eq_ignore_ascii_case(scheme)) {
        return Found::Missing;
    }
    let credential = match kind {
        SchemeKind::Basic => basic(rest, scratch),
        SchemeKind::Bearer | SchemeKind::OAuth2 | SchemeKind::OpenIdConnect { .. } => {
            is_token68(rest).then_some(Credential::Bearer(rest))
        }
        SchemeKind::Http { .. } => Some(Credential::Http { scheme, rest }),
        SchemeKind::ApiKey { .. } | SchemeKind::MutualTls => None,
    };
    credential.map_or(Found::Malformed, Found::Sent)
}

/// User and password of RFC 7617 §2: base64 of UTF-8, split at the first colon, without controls.
fn basic<'r>(rest: &str, scratch: &'r mut Scratch) -> Option<Credential<'r>> {
    let count = STANDARD.decode_slice(rest, &mut *scratch).ok()?;
    let text = std::str::from_utf8(scratch.get(..count)?).ok()?;
    let (user, password) = text.split_once(':')?;
    (!text.contains(char::is_control)).then_some(Credential::Basic { user, password })
}

/// Whether `text` is a token68 (RFC 9110 §11.2), the form of a bearer token (RFC 6750 §2.1).
fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldLine;
    use crate::limits::security::CREDENTIAL_DECODED_BYTES_MAX;
    use http::Method;

    fn key(location: ApiKeyLocation) -> SchemeKind {
        SchemeKind::ApiKey { location, name: "X-Key".into() }
    }

    /// Checks what is found in a request with this target and these field lines.
    fn check(kind: &SchemeKind, target: &str, fields: &[(&str, &[u8])], expected: Found<'_>) {
        let lines: Vec<FieldLine<'_>> =
            fields.iter().map(|(name, value)| FieldLine { name, value }).collect();
        let head = RequestHead::new(Method::GET, target, &lines).unwrap();
        let connection = Connection::default();
        let mut scratch = [0; CREDENTIAL_DECODED_BYTES_MAX];
        let found = find(kind, &head, &connection, &mut scratch);
        assert!(found == expected, "{kind:?} {target} {lines:?}: {found:?}");
    }

    #[test]
    fn api_keys_are_read_from_their_location_only() {
        let sent = Found::Sent(Credential::ApiKey("k 1"));
        let cases: &[(ApiKeyLocation, &str, &[(&str, &[u8])], Found<'_>)] = &[
            (ApiKeyLocation::Header, "/?X-Key=no", &[("x-kEY", b"k 1")], sent),
            (ApiKeyLocation::Header, "/?X-Key=k", &[("Cookie", b"X-Key=k")], Found::Missing),
            (ApiKeyLocation::Header, "/", &[("X-Key", b"a"), ("x-key", b"a")], Found::Malformed),
            (ApiKeyLocation::Header, "/", &[("X-Key", b"")], Found::Malformed),
            (ApiKeyLocation::Header, "/", &[("X-Key", b"\xff")], Found::Malformed),
            (ApiKeyLocation::Query, "/?a=1&X-Key=k%201", &[], sent),
            (ApiKeyLocation::Query, "/?X%2DKey=k+1", &[], sent),
            (ApiKeyLocation::Query, "/?x-key=k", &[("X-Key", b"k")], Found::Missing),
            (ApiKeyLocation::Query, "/", &[("X-Key", b"k")], Found::Missing),
            (ApiKeyLocation::Query, "/?X-Key=a&X-Key=a", &[], Found::Malformed),
            (ApiKeyLocation::Query, "/?X-Key", &[], Found::Malformed),
            (ApiKeyLocation::Query, "/?X-Key=%ff", &[], Found::Malformed),
            (ApiKeyLocation::Cookie, "/", &[("Cookie", b"a=b; X-Key=k 1; c")], sent),
            (ApiKeyLocation::Cookie, "/", &[("Cookie", b"a"), ("cookie", b"X-Key=k 1")], sent),
            (ApiKeyLocation::Cookie, "/", &[("Cookie", b"\xff=1;X-Key=k 1;X-Key=b")], sent),
            (ApiKeyLocation::Cookie, "/", &[("Cookie", b"X-Key=\xff")], Found::Malformed),
            (ApiKeyLocation::Cookie, "/", &[("Cookie", b"x-key=k")], Found::Missing),
            (ApiKeyLocation::Cookie, "/?X-Key=k", &[("X-Key", b"k")], Found::Missing),
        ];
        for (location, target, fields, expected) in cases {
            check(&key(*location), target, fields, *expected);
        }
    }

    #[test]
    fn authorization_is_read_strictly() {
        let basic = SchemeKind::http("BASIC");
        let bearer = SchemeKind::http("bearer");
        let digest = SchemeKind::http("Digest");
        let user = |user, password| Found::Sent(Credential::Basic { user, password });
        let token = Found::Sent(Credential::Bearer("a.b-c~d+e/f=="));
        let cases: &[(&SchemeKind, &[&[u8]], Found<'_>)] = &[
            (&basic, &[], Found::Missing),
            (&basic, &[b"Basic dXNlcjpwYXNz"], user("user", "pass")),
            (&basic, &[b"bAsIc   dTphOmI= "], user("u", "a:b")),
            (&basic, &[b"Basic Og=="], user("", "")),
            (&basic, &[b"Basic w6k6w6k="], user("\u{e9}", "\u{e9}")),
            (&basic, &[b"Basic dXNlcg=="], Found::Malformed),
            (&basic, &[b"Basic dTpw, Bearer x"], Found::Malformed),
            (&basic, &[b"Basic !!!!"], Found::Malformed),
            (&basic, &[b"Basic dXNlcjpwYXNz="], Found::Malformed),
            (&basic, &[b"Basic /zp/"], Found::Malformed),
            (&basic, &[b"Basic dToK"], Found::Malformed),
            (&basic, &[b"Basic"], Found::Malformed),
            (&basic, &[b"Basic dTpw", b"Basic dTpw"], Found::Malformed),
            (&basic, &[b"Basic \xff"], Found::Malformed),
            (&basic, &[b"Bearer x"], Found::Missing),
            (&bearer, &[b"BEARER a.b-c~d+e/f=="], token),
            (&bearer, &[b"Bearer a b"], Found::Malformed),
            (&bearer, &[b"Bearer "], Found::Malformed),
            (&bearer, &[b"Bearer =="], Found::Malformed),
            (&bearer, &[b"Bearer\ta"], Found::Malformed),
            (&bearer, &[b""], Found::Malformed),
            (&bearer, &[b"Basic dTpw"], Found::Missing),
            (&SchemeKind::OAuth2, &[b"Bearer a.b-c~d+e/f=="], token),
            (
                &digest,
                &[b"digest a=\"b\""],
                Found::Sent(Credential::Http { scheme: "digest", rest: "a=\"b\"" }),
            ),
        ];
        for (kind, lines, expected) in cases {
            let fields: Vec<(&str, &[u8])> = lines.iter().map(|line| ("Authorization", *line)).collect();
            check(kind, "/?access_token=x", &fields, *expected);
        }
    }

    #[test]
    fn huge_credentials_are_malformed() {
        let bearer = format!("Bearer {}", "a".repeat(CREDENTIAL_BYTES_MAX));
        check(&SchemeKind::Bearer, "/", &[("Authorization", bearer.as_bytes())], Found::Malformed);
        let basic = format!("Basic {}", "QUFB".repeat(CREDENTIAL_DECODED_BYTES_MAX));
        check(&SchemeKind::Basic, "/", &[("Authorization", basic.as_bytes())], Found::Malformed);
        let query = format!("/?X-Key=%20{}", "a".repeat(CREDENTIAL_DECODED_BYTES_MAX));
        check(&key(ApiKeyLocation::Query), &query, &[], Found::Malformed);
    }

    #[test]
    fn a_certificate_counts_only_over_tls() {
        let head = RequestHead::new(Method::GET, "/", &[]).unwrap();
        for (tls, certificate, sent) in [(true, true, true), (true, false, false), (false, true, false)] {
            let client_certificate = certificate.then(|| [1_u8, 2].as_slice().into());
            let connection = Connection { tls, client_certificate, ..Connection::default() };
            let mut scratch = [0; CREDENTIAL_DECODED_BYTES_MAX];
            let found = find(&SchemeKind::MutualTls, &head, &connection, &mut scratch);
            let expected = Found::Sent(Credential::MutualTls { certificate: &[1, 2] });
            assert_eq!(
                found,
                if sent { expected } else { Found::Missing },
                "tls {tls}, certificate {certificate}"
            );
        }
    }

    #[test]
    fn a_credential_is_not_printed() {
        let text = format!("{:?}", Credential::Basic { user: "ida", password: "rex" });
        assert!(!text.contains("ida") && !text.contains("rex"), "{text}");
    }

    proptest::proptest! {
        /// Whatever octets come, every kind of scheme finds a credential or a fault, and what it finds is part
        /// of what was sent.
        #[test]
        fn any_octets_are_read(value: Vec<u8>, scheme in "(basic |Bearer |Digest )?", query in "[ -~]{0,40}") {
            let value = [scheme.as_bytes(), &value].concat();
            let lines = [
                FieldLine { name: "Authorization", value: &value },
                FieldLine { name: "X-Key", value: &value },
                FieldLine { name: "Cookie", value: &value },
            ];
            let target = format!("/?X-Key={}", query.replace([' ', '#'], "+"));
            let head = RequestHead::new(Method::GET, &target, &lines).unwrap();
            let connection = Connection::default();
            let locations = [ApiKeyLocation::Header, ApiKeyLocation::Query, ApiKeyLocation::Cookie].map(key);
            let schemes = ["basic", "bearer", "digest"].map(SchemeKind::http);
            for kind in locations.iter().chain(&schemes) {
                let mut scratch = [0; CREDENTIAL_DECODED_BYTES_MAX];
                if let Found::Sent(credential) = find(kind, &head, &connection, &mut scratch) {
                    proptest::prop_assert_ne!(credential, Credential::ApiKey(""));
                    proptest::prop_assert_ne!(credential, Credential::Bearer(""));
                }
            }
        }

        /// What a client encodes by RFC 7617 comes back.
        #[test]
        fn basic_credentials_round_trip(user in "[^:\\p{Cc}]{0,40}", password in "[^\\p{Cc}]{0,40}") {
            let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
            let expected = Found::Sent(Credential::Basic { user: &user, password: &password });
            check(&SchemeKind::Basic, "/", &[("Authorization", value.as_bytes())], expected);
        }

        /// A key that a form encodes into the query comes back.
        #[test]
        fn query_keys_round_trip(value in "\\PC{1,60}") {
            let encoded = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
            let target = format!("/?X%2dKey={encoded}");
            check(&key(ApiKeyLocation::Query), &target, &[], Found::Sent(Credential::ApiKey(&value)));
        }
    }
}
