//! Who is let in: one provider for each security scheme of the description.

use std::sync::Arc;

use brrtrouter::{
    ApiKeys, BasicVerifier, Credential, Principal, SecurityProviders, SecurityRequest, Verdict,
    secrets_are_equal,
};

use crate::Config;
use crate::config::Admin;
use crate::store::Shared;

/// The providers by the name of their scheme.
pub fn providers(config: &Config, store: &Shared) -> SecurityProviders {
    let keys = config.api_keys.iter().fold(ApiKeys::new(), |keys, known| {
        keys.with_key(&known.key, Principal::new(known.name.as_str()).with_scopes(known.roles.clone()))
    });
    let tokens = config.tokens.iter().fold(ApiKeys::new(), |tokens, known| {
        tokens.with_key(&known.token, Principal::new(known.name.as_str()).with_scopes(known.roles.clone()))
    });
    let admins = config.admins.clone();
    let store = Arc::clone(store);
    SecurityProviders::new()
        .on("apiKey", keys)
        .on("staff", tokens)
        .on("admin", BasicVerifier::new(move |user, password| admin(&admins, user, password)))
        .on("session", move |request: &SecurityRequest<'_>| session(&store, request))
        .with_realm("pet store")
}

fn admin(admins: &[Admin], user: &str, password: &str) -> Verdict {
    let mut verdict = Verdict::Denied;
    for known in admins {
        // Both comparisons run, so that time does not tell which one failed.
        let named = secrets_are_equal(user.as_bytes(), known.user.as_bytes());
        if secrets_are_equal(password.as_bytes(), known.password.as_bytes()) & named {
            verdict = Verdict::Granted(Principal::new(user).with_scopes(known.roles.clone()));
        }
    }
    verdict
}

/// Sessions come and go while the shop is open, so the store is asked.
fn session(store: &Shared, request: &SecurityRequest<'_>) -> Verdict {
    let Credential::ApiKey(token) = request.credential else { return Verdict::Denied };
    match store.open().sessions.user(token) {
        Some(user) => Verdict::Granted(Principal::new(user)),
        None => Verdict::Denied,
    }
}
