//! Security providers that know what a case says, and nothing else.

use std::sync::{Arc, RwLock};

use brrtrouter::description::Description;
use brrtrouter::{
    Credential, MissingProvider, Principal, SecurityProviders, SecurityRequest, Verdict, secrets_are_equal,
};

use super::NotOffered;
use crate::protocol::{self, Options};

/// The credentials that are accepted at the moment.
#[derive(Debug, Default)]
pub struct Known(Vec<protocol::Credential>);

impl Known {
    pub fn of(credentials: &[protocol::Credential]) -> Self {
        Self(credentials.to_vec())
    }

    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        let entries = self.0.iter().filter(|entry| entry.scheme == request.scheme);
        for entry in entries {
            if accepts(entry, &request.credential) {
                let name = entry.principal.as_deref().unwrap_or(&entry.scheme);
                let scopes = entry.scopes.iter().flatten().map(String::as_str);
                return Verdict::Granted(Principal::new(name).with_scopes(scopes));
            }
        }
        Verdict::Denied
    }
}

fn accepts(entry: &protocol::Credential, credential: &Credential<'_>) -> bool {
    let is = |known: &Option<String>, sent: &str| {
        known.as_ref().is_some_and(|known| secrets_are_equal(known.as_bytes(), sent.as_bytes()))
    };
    match credential {
        Credential::ApiKey(key) => is(&entry.key, key),
        Credential::Basic { user, password } => is(&entry.username, user) && is(&entry.password, password),
        Credential::Bearer(token) => is(&entry.token, token),
        Credential::Http { rest, .. } => is(&entry.token, rest),
        Credential::MutualTls { .. } => false,
    }
}

/// One provider for each scheme of the description, but for those that are to have none.
pub fn providers(
    description: &Description,
    asked: &Options,
    known: &Arc<RwLock<Known>>,
) -> Result<SecurityProviders, NotOffered> {
    let listed = asked.credentials.as_deref().unwrap_or_default();
    let without: Vec<&str> = listed
        .iter()
        .filter(|entry| entry.provider == Some(false))
        .map(|entry| entry.scheme.as_str())
        .collect();
    let mut names: Vec<String> = listed.iter().map(|entry| entry.scheme.clone()).collect();
    let entry = description.at(description.entry());
    if let Some(schemes) = entry.at_pointer("/components/securitySchemes") {
        names.extend(schemes.members().map(|(name, _)| name.to_owned()));
    }
    let mut providers = SecurityProviders::new();
    for name in names.iter().filter(|name| !without.contains(&name.as_str())) {
        let known = Arc::clone(known);
        providers = providers.on(name.as_str(), move |request: &SecurityRequest<'_>| {
            known.read().map_or(Verdict::Unavailable, |known| known.verify(request))
        });
    }
    match asked.missing_provider.as_deref() {
        None | Some("refuse_to_build") => Ok(providers),
        Some("refuse_requests") => Ok(providers.with_missing(MissingProvider::RefuseRequests)),
        Some(other) => Err(NotOffered::new(format!("missing providers: `{other}`"))),
    }
}
