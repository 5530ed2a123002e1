//! Who is let in: by the flags and the file. Nobody is, unless one of them says so.
//!
//! ```yaml
//! apiKey: { keys: [{ key: 3b1f…, name: ada, scopes: [pets:write] }] }
//! staff: { tokens: [{ token: 90aa…, name: ida }] }
//! admin: { users: [{ user: rex, password: 77c0… }] }
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use brrtrouter::description::text::{Source, TextOptions, parse};
use brrtrouter::description::{Description, OpenApi, SecurityScheme};
use brrtrouter::security::SchemeKind;
use brrtrouter::{
    ApiKeys, Credential, MissingProvider, Principal, SecurityProvider, SecurityProviders, SecurityRequest,
    Verdict, secrets_are_equal,
};
use serde::Deserialize;

use crate::fault::Fault;

/// The credentials of every scheme.
#[derive(Clone, Default)]
pub struct Credentials(BTreeMap<String, OfScheme>);

/// The credentials of one scheme.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfScheme {
    /// For `apiKey`.
    #[serde(default)]
    keys: Vec<Key>,
    /// For `bearer`, `oauth2` and `openIdConnect`.
    #[serde(default)]
    tokens: Vec<Token>,
    /// For `basic`.
    #[serde(default)]
    users: Vec<User>,
    /// The flag or file that says so.
    #[serde(skip)]
    place: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    key: String,
    name: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
    name: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    user: String,
    password: String,
    #[serde(default)]
    scopes: Vec<String>,
}

/// Secrets are not printed.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Credentials {
    /// Reads flags and file.
    pub fn new(api_keys: &[String], file: Option<&Path>) -> Result<Self, Fault> {
        let mut all = file.map_or_else(|| Ok(Self::default()), Self::from_path)?;
        for given in api_keys {
            // The key is a secret, so the message shows nothing of what was given.
            let parts = given.split_once('=').filter(|(scheme, key)| !scheme.is_empty() && !key.is_empty());
            let (scheme, key) = parts.ok_or_else(|| {
                Fault::usage(
                    "a key needs the name of its scheme and a value",
                    "--api-key",
                    "write it as --api-key SCHEME=KEY, with a scheme of `components.securitySchemes`",
                )
            })?;
            let of_scheme = all.0.entry(scheme.to_owned()).or_default();
            of_scheme.place = "--api-key".to_owned();
            of_scheme.keys.push(Key { key: key.to_owned(), name: None, scopes: Vec::new() });
        }
        Ok(all)
    }

    fn from_path(path: &Path) -> Result<Self, Fault> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|fault| {
            Fault::usage(
                format!("the credentials cannot be read: {fault}"),
                &name,
                "name a file that can be read",
            )
        })?;
        let source = Source::from_bytes(name.as_str(), &bytes).map_err(Fault::Text)?;
        let (tree, diagnostics) = parse(&source, &TextOptions::default());
        let Some(tree) = tree.filter(|_| !diagnostics.has_errors()) else {
            return Err(Fault::Text(diagnostics));
        };
        let read = |fault: serde_json::Error| {
            let mend = "give each scheme `keys` (key, name, scopes), `tokens` (token, name, scopes) or `users` \
                        (user, password, scopes)";
            Fault::usage(format!("these are no credentials: {}", cause(&fault)), &name, mend)
        };
        let mut of_schemes: BTreeMap<String, OfScheme> =
            serde_json::from_str(&tree.root().to_json_text()).map_err(read)?;
        of_schemes.values_mut().for_each(|of_scheme| of_scheme.place.clone_from(&name));
        Ok(Self(of_schemes))
    }

    /// Whether the description has these schemes, of a kind that these credentials are for.
    pub fn fit(&self, description: &Description) -> Result<(), Fault> {
        let schemes = OpenApi::new(description).security_schemes();
        let known: Vec<&str> = schemes.iter().map(|(own, _)| *own).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        for (name, of_scheme) in &self.0 {
            let Some((_, scheme)) = schemes.iter().find(|(own, _)| own == name) else {
                return Err(Fault::usage(
                    format!("the description has no security scheme `{name}`; it has: {known}"),
                    &of_scheme.place,
                    "name one of them",
                ));
            };
            let wanted = wanted(scheme);
            if !of_scheme.has(wanted) {
                return Err(Fault::usage(
                    format!("these credentials are not of the kind of the security scheme `{name}`"),
                    &of_scheme.place,
                    format!("it takes {}", wanted.unwrap_or(otherwise(scheme))),
                ));
            }
        }
        Ok(())
    }

    /// The providers; a scheme without credentials lets nobody in.
    pub fn providers(&self) -> SecurityProviders {
        let none = SecurityProviders::new().with_missing(MissingProvider::RefuseRequests);
        self.0
            .iter()
            .fold(none, |providers, (name, of_scheme)| providers.on(name.as_str(), Known::from(of_scheme)))
    }
}

/// The same with every `mutualTLS` scheme, which lets in whoever shows a certificate: the handshake has verified that one of the authorities that
/// `--tls-client-authorities` names has issued it.
pub fn with_certificates(providers: SecurityProviders, description: &Description) -> SecurityProviders {
    let schemes = OpenApi::new(description).security_schemes();
    let mutual = schemes.iter().filter(|(_, scheme)| matches!(scheme, SecurityScheme::MutualTls));
    mutual.fold(providers, |providers, (name, _)| providers.on(*name, Shown))
}

/// Lets in whoever shows a certificate.
struct Shown;

impl SecurityProvider for Shown {
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        match request.credential {
            Credential::MutualTls { .. } => Verdict::Granted(Principal::new("client certificate")),
            Credential::ApiKey(_)
            | Credential::Bearer(_)
            | Credential::Basic { .. }
            | Credential::Http { .. } => Verdict::Denied,
        }
    }

    fn supports(&self, kind: &SchemeKind) -> bool {
        matches!(kind, SchemeKind::MutualTls)
    }
}

/// What serde says, without the line of a text that nobody wrote: YAML was turned into JSON before.
fn cause(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(cause, _)| cause.to_owned())
}

/// Which list holds credentials of a scheme.
fn wanted(scheme: &SecurityScheme<'_>) -> Option<&'static str> {
    match scheme {
        SecurityScheme::ApiKey { .. } => Some("keys"),
        SecurityScheme::Http { scheme, .. } if scheme.eq_ignore_ascii_case("basic") => Some("users"),
        SecurityScheme::Http { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => Some("tokens"),
        SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIdConnect { .. } => Some("tokens"),
        SecurityScheme::Http { .. } | SecurityScheme::MutualTls => None,
    }
}

/// What a scheme takes that no list holds credentials of.
const fn otherwise(scheme: &SecurityScheme<'_>) -> &'static str {
    if matches!(scheme, SecurityScheme::MutualTls) {
        "certificates of --tls-client-authorities, and no others"
    } else {
        "a provider, which only a program of your own can give"
    }
}

impl OfScheme {
    fn has(&self, list: Option<&str>) -> bool {
        let lists = [("keys", self.keys.len()), ("tokens", self.tokens.len()), ("users", self.users.len())];
        lists.iter().all(|(name, length)| (*length == 0) == (Some(*name) != list))
    }
}

/// Checks what requests bring.
struct Known {
    /// Keys and tokens; a scheme has only one of the two.
    keys: ApiKeys,
    users: Vec<(User, Principal)>,
}

impl From<&OfScheme> for Known {
    fn from(of_scheme: &OfScheme) -> Self {
        let principal = |name: Option<&str>, scopes: &[String]| {
            Principal::new(name.unwrap_or("unnamed")).with_scopes(scopes.iter().map(String::as_str))
        };
        let keys = of_scheme.keys.iter().map(|one| (&one.key, &one.name, &one.scopes));
        let tokens = of_scheme.tokens.iter().map(|one| (&one.token, &one.name, &one.scopes));
        let all = keys.chain(tokens).fold(ApiKeys::new(), |all, (key, name, scopes)| {
            all.with_key(key, principal(name.as_deref(), scopes))
        });
        let users = of_scheme.users.iter();
        let users = users.map(|one| (one.clone(), principal(Some(&one.user), &one.scopes)));
        Self { keys: all, users: users.collect() }
    }
}

impl SecurityProvider for Known {
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        let found = match request.credential {
            Credential::ApiKey(secret) | Credential::Bearer(secret) => {
                self.keys.principal(secret.as_bytes()).cloned()
            }
            Credential::Basic { user, password } => self.user(user, password).cloned(),
            Credential::Http { .. } | Credential::MutualTls { .. } => None,
        };
        found.map_or(Verdict::Denied, Verdict::Granted)
    }

    fn supports(&self, kind: &SchemeKind) -> bool {
        !matches!(kind, SchemeKind::Http { .. } | SchemeKind::MutualTls)
    }
}

impl Known {
    /// All of them are compared, so that time does not tell which user there is.
    fn user(&self, user: &str, password: &str) -> Option<&Principal> {
        self.users.iter().fold(None, |found, (known, principal)| {
            let named = secrets_are_equal(known.user.as_bytes(), user.as_bytes());
            let same = secrets_are_equal(known.password.as_bytes(), password.as_bytes()) & named;
            if same { Some(principal) } else { found }
        })
    }
}
