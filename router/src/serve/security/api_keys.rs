//! A fixed set of API keys.
//!
//! Takes: an API key. Gives: its principal. The cost depends on the key that was sent alone, not on
//! the keys that are known: a keyed hash leads to the candidates, and those are compared in constant
//! time. Allocates nothing while serving; never panics.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;

use super::http_schemes::secrets_are_equal;
use super::{Credential, Principal, SchemeKind, SecurityProvider, SecurityRequest, Verdict};

/// A fixed set of API keys, for `apiKey` schemes and, as opaque tokens, for `bearer` ones.
///
/// An empty key never matches: an empty credential is refused before any provider is asked.
///
/// ```
/// use brrtrouter::{ApiKeys, Principal};
///
/// let keys = ApiKeys::new()
///     .with_key("3b1f...", Principal::new("ida").with_scopes(["pets:write"]))
///     .with_key("90aa...", Principal::new("rex"));
/// # drop(keys);
/// ```
#[derive(Clone, Default)]
pub struct ApiKeys {
    /// The hasher's seed is secret and random, so hashes tell nothing of the keys.
    hasher: RandomState,
    /// By hash: the hash of a hash would be work for nothing.
    by_hash: BTreeMap<u64, Vec<(Box<[u8]>, Principal)>>,
}

impl ApiKeys {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same keys and one more, which stands for `principal`; the same key again takes its place.
    #[must_use]
    pub fn with_key(mut self, key: impl AsRef<[u8]>, principal: Principal) -> Self {
        let key = key.as_ref();
        let candidates = self.by_hash.entry(self.hasher.hash_one(key)).or_default();
        candidates.retain(|(known, _)| known.as_ref() != key);
        candidates.push((key.into(), principal));
        self
    }

    /// The principal that `key` stands for.
    #[must_use]
    pub fn principal(&self, key: &[u8]) -> Option<&Principal> {
        let candidates = self.by_hash.get(&self.hasher.hash_one(key))?;
        candidates.iter().find(|(known, _)| secrets_are_equal(known, key)).map(|(_, principal)| principal)
    }
}

impl SecurityProvider for ApiKeys {
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        let key = match request.credential {
            Credential::ApiKey(key) | Credential::Bearer(key) => key,
            Credential::Basic { .. } | Credential::Http { .. } | Credential::MutualTls { .. } => {
                return Verdict::Denied;
            }
        };
        self.principal(key.as_bytes())
            .map_or(Verdict::Denied, |principal| Verdict::Granted(principal.clone()))
    }

    fn supports(&self, kind: &SchemeKind) -> bool {
        matches!(kind, SchemeKind::ApiKey { .. } | SchemeKind::Bearer)
    }
}

/// The keys are secret; their number is not.
impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: usize = self.by_hash.values().map(Vec::len).sum();
        write!(f, "ApiKeys({count} keys)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_whole() {
        let keys = ApiKeys::new()
            .with_key("abc", Principal::new("ida"))
            .with_key("abd", Principal::new("rex"))
            .with_key("abd", Principal::new("max"));
        let cases = [
            ("abc", Some("ida")),
            ("abd", Some("max")),
            ("ab", None),
            ("abcd", None),
            ("ABC", None),
            ("", None),
        ];
        for (key, name) in cases {
            assert_eq!(keys.principal(key.as_bytes()).map(Principal::name), name, "{key}");
        }
        assert_eq!(format!("{keys:?}"), "ApiKeys(2 keys)");
    }
}
