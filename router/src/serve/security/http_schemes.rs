//! Verifiers of one's own for `basic` and `bearer`, and the comparison they need.

use subtle::{Choice, ConstantTimeEq};

use super::{Credential, SchemeKind, SecurityProvider, SecurityRequest, Verdict};

/// Whether two secrets are equal, in a time that depends on their lengths alone.
///
/// ```
/// assert!(brrtrouter::secrets_are_equal(b"rex", b"rex"));
/// assert!(!brrtrouter::secrets_are_equal(b"rex", b"max"));
/// ```
#[must_use]
pub fn secrets_are_equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (mut one, mut other, mut equal) = (one, other, Choice::from(1));
    // Eight octets at a time, and whatever the first ones say, all of them.
    while let (Some((own, one_behind)), Some((theirs, other_behind))) =
        (one.split_first_chunk::<8>(), other.split_first_chunk::<8>())
    {
        equal &= u64::from_le_bytes(*own).ct_eq(&u64::from_le_bytes(*theirs));
        (one, other) = (one_behind, other_behind);
    }
    (equal & one.ct_eq(other)).into()
}

/// Checks user and password with a function (RFC 7617).
///
/// ```
/// use brrtrouter::{BasicVerifier, Principal, Verdict, secrets_are_equal};
///
/// # let password_of_ida = String::from("3b1f");
/// let verifier = BasicVerifier::new(move |user, password| {
///     // Both comparisons run, so that time does not tell which one failed.
///     let known = secrets_are_equal(user.as_bytes(), b"ida");
///     if secrets_are_equal(password.as_bytes(), password_of_ida.as_bytes()) & known {
///         Verdict::Granted(Principal::new("ida"))
///     } else {
///         Verdict::Denied
///     }
/// });
/// # drop(verifier);
/// ```
#[derive(Clone, Debug)]
pub struct BasicVerifier<F>(F);

impl<F: Fn(&str, &str) -> Verdict + Send + Sync> BasicVerifier<F> {
    /// A verifier that asks `check` with user and password.
    #[must_use]
    pub const fn new(check: F) -> Self {
        Self(check)
    }
}

impl<F: Fn(&str, &str) -> Verdict + Send + Sync> SecurityProvider for BasicVerifier<F> {
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        match request.credential {
            Credential::Basic { user, password } => (self.0)(user, password),
            Credential::ApiKey(_)
            | Credential::Bearer(_)
            | Credential::Http { .. }
            | Credential::MutualTls { .. } => Verdict::Denied,
        }
    }

    fn supports(&self, kind: &SchemeKind) -> bool {
        *kind == SchemeKind::Basic
    }
}

/// Checks a bearer token with a function (RFC 6750), also for `oauth2` and `openIdConnect`.
#[derive(Clone, Debug)]
pub struct BearerVerifier<F>(F);

impl<F: Fn(&str) -> Verdict + Send + Sync> BearerVerifier<F> {
    /// A verifier that asks `check` with the token.
    #[must_use]
    pub const fn new(check: F) -> Self {
        Self(check)
    }
}

impl<F: Fn(&str) -> Verdict + Send + Sync> SecurityProvider for BearerVerifier<F> {
    fn verify(&self, request: &SecurityRequest<'_>) -> Verdict {
        match request.credential {
            Credential::Bearer(token) => (self.0)(token),
            Credential::ApiKey(_)
            | Credential::Basic { .. }
            | Credential::Http { .. }
            | Credential::MutualTls { .. } => Verdict::Denied,
        }
    }

    fn supports(&self, kind: &SchemeKind) -> bool {
        kind.is_bearer()
    }
}
