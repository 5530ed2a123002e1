//! The security of one operation, compiled, and the decision on one request.
//!
//! Takes: the head and the connection. Gives: a [`SecurityContext`] or a problem. A refusal allocates
//! nothing: its challenges were written while building. Never panics.

use std::sync::Arc;

use smallvec::SmallVec;

use super::challenge::Challenges;
use super::credential::{self, Found, Scratch, is_encoded};
use super::{Grant, SchemeKind, SecurityContext, SecurityProvider, SecurityRequest, Verdict};
use crate::limits::security::CREDENTIAL_DECODED_BYTES_MAX;
use crate::serve::response::{FieldText, ResponseField};
use crate::serve::{Connection, Problem, ProblemKind, RequestHead};

/// A security scheme with its provider.
pub(super) struct Scheme {
    pub(super) name: Arc<str>,
    pub(super) kind: SchemeKind,
    /// `None` lets nobody through (SEC-017).
    pub(super) provider: Option<Arc<dyn SecurityProvider>>,
}

/// A scheme that a requirement demands.
pub(super) struct Demand {
    pub(super) scheme: Arc<Scheme>,
    pub(super) scopes: Box<[Box<str>]>,
}

/// The security of one operation.
pub struct SecurityPlan {
    /// The requirements without `{}`, in the order of the description; each demands all of its schemes.
    alternatives: Box<[Box<[Demand]>]>,
    /// Whether a request without credentials is served: `{}`, an empty list, or no list at all.
    open: bool,
    challenges: Challenges,
}

impl std::fmt::Debug for SecurityPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |demands: &[Demand]| -> Vec<Arc<str>> {
            demands.iter().map(|demand| Arc::clone(&demand.scheme.name)).collect()
        };
        let alternatives: Vec<Vec<Arc<str>>> =
            self.alternatives.iter().map(AsRef::as_ref).map(names).collect();
        f.debug_struct("SecurityPlan")
            .field("alternatives", &alternatives)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

/// The requirements for people: `apiKey`, `staff(pets:write) + apiKey`, `key or session`, `open`, with what nobody checks marked.
impl std::fmt::Display for SecurityPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, demands) in self.alternatives.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { " or " })?;
            all_of(demands, f)?;
        }
        match (self.open, self.alternatives.is_empty()) {
            (true, true) => f.write_str("open"),
            (true, false) => f.write_str(" or open"),
            (false, _) => Ok(()),
        }
    }
}

fn all_of(demands: &[Demand], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    demands.iter().enumerate().try_for_each(|(number, demand)| {
        f.write_str(if number == 0 { "" } else { " + " })?;
        write!(f, "{demand}")
    })
}

impl std::fmt::Display for Demand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.scheme.name)?;
        for (number, scope) in self.scopes.iter().enumerate() {
            write!(f, "{}{scope}", if number == 0 { "(" } else { ", " })?;
        }
        f.write_str(if self.scopes.is_empty() { "" } else { ")" })?;
        f.write_str(if self.scheme.provider.is_none() { " [refused: no credentials]" } else { "" })
    }
}

/// Why a request is refused, the strongest reason last: what could not be checked may hold later,
/// what does not suffice is nearer than what is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    Missing,
    Invalid,
    InvalidToken,
    InsufficientScope,
    Unavailable,
}

impl SecurityPlan {
    /// A plan from requirements; an empty one stands for `{}`, an empty list lets everybody in.
    pub(super) fn new(requirements: Vec<Vec<Demand>>, realm: &str) -> Self {
        let open = requirements.is_empty() || requirements.iter().any(Vec::is_empty);
        let alternatives: Box<[Box<[Demand]>]> = requirements
            .into_iter()
            .filter(|demands| !demands.is_empty())
            .map(Vec::into_boxed_slice)
            .collect();
        let schemes: Vec<_> = alternatives
            .iter()
            .flatten()
            .map(|demand| (&demand.scheme.kind, demand.scopes.as_ref()))
            .collect();
        let challenges = Challenges::compile(&schemes, realm);
        Self { alternatives, open, challenges }
    }

    /// Whether a request without credentials is served.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether nobody is let in: every requirement asks for a scheme that no provider checks (SEC-017).
    #[must_use]
    pub fn is_barred(&self) -> bool {
        let unchecked = |demands: &[Demand]| demands.iter().any(|demand| demand.scheme.provider.is_none());
        !self.open && self.alternatives.iter().all(|demands| unchecked(demands))
    }

    /// Decides on a request.
    ///
    /// # Errors
    /// A problem with 401 and challenges, 403 or 503 (SEC-018); it tells nothing of why a credential
    /// was refused.
    pub fn authorise(
        &self,
        head: &RequestHead<'_>,
        connection: &Connection,
    ) -> Result<SecurityContext, Problem> {
        let mut refusal = Refusal::Missing;
        for demands in &self.alternatives {
            match satisfy(demands, head, connection) {
                Ok(grants) => return Ok(SecurityContext { grants, refused: false }),
                Err(reason) => refusal = refusal.max(reason),
            }
        }
        if self.open {
            return Ok(SecurityContext { grants: SmallVec::new(), refused: refusal > Refusal::Missing });
        }
        tracing::debug!(?refusal, "the request is refused");
        Err(self.problem(refusal))
    }

    fn problem(&self, refusal: Refusal) -> Problem {
        let challenges = &self.challenges;
        let (kind, challenge) = match refusal {
            Refusal::Missing => (ProblemKind::CredentialsMissing, Some(&challenges.plain)),
            Refusal::Invalid => (ProblemKind::CredentialsInvalid, Some(&challenges.plain)),
            Refusal::InvalidToken => (ProblemKind::CredentialsInvalid, Some(&challenges.invalid_token)),
            Refusal::InsufficientScope => {
                (ProblemKind::InsufficientScope, challenges.insufficient_scope.as_ref())
            }
            Refusal::Unavailable => (ProblemKind::SecurityUnavailable, None),
        };
        let problem = Problem::of(kind);
        match challenge {
            Some(challenge) => {
                problem.with_field(ResponseField::known("WWW-Authenticate", FieldText::from(challenge)))
            }
            None => problem,
        }
    }
}

/// The grants of one requirement, all of whose demands must hold (SEC-004). No provider is asked
/// before every credential is there.
fn satisfy(
    demands: &[Demand],
    head: &RequestHead<'_>,
    connection: &Connection,
) -> Result<SmallVec<[Grant; 2]>, Refusal> {
    let mut room;
    let scratch: &mut Scratch = if demands.iter().any(|demand| is_encoded(&demand.scheme.kind)) {
        room = [0; CREDENTIAL_DECODED_BYTES_MAX];
        &mut room
    } else {
        &mut []
    };
    if let [demand] = demands {
        return demand.verify(head, connection, scratch).map(|grant| std::iter::once(grant).collect());
    }
    let mut absent = None;
    for demand in demands {
        let reason = match credential::find(&demand.scheme.kind, head, connection, scratch) {
            Found::Sent(_) => continue,
            Found::Missing => Refusal::Missing,
            Found::Malformed => invalid(&demand.scheme.kind),
        };
        absent = absent.max(Some(reason));
    }
    if let Some(reason) = absent {
        return Err(reason);
    }
    demands.iter().map(|demand| demand.verify(head, connection, scratch)).collect()
}

const fn invalid(kind: &SchemeKind) -> Refusal {
    if kind.is_bearer() { Refusal::InvalidToken } else { Refusal::Invalid }
}

impl Demand {
    /// Asks the provider; without one the request does not get through (SEC-017).
    fn verify(
        &self,
        head: &RequestHead<'_>,
        connection: &Connection,
        scratch: &mut Scratch,
    ) -> Result<Grant, Refusal> {
        let Scheme { name, kind, provider } = self.scheme.as_ref();
        let credential = match credential::find(kind, head, connection, scratch) {
            Found::Sent(credential) => credential,
            Found::Missing => return Err(Refusal::Missing),
            Found::Malformed => return Err(invalid(kind)),
        };
        let provider = provider.as_ref().ok_or(Refusal::Unavailable)?;
        let request =
            SecurityRequest { scheme: name, kind, credential, scopes: &self.scopes, head, connection };
        match provider.verify(&request) {
            // Every listed scope or role is needed, whatever the provider thought of them (SEC-012).
            Verdict::Granted(principal) if self.scopes.iter().all(|scope| principal.has_scope(scope)) => {
                Ok(Grant { scheme: Arc::clone(name), principal })
            }
            Verdict::Granted(_) | Verdict::InsufficientScope => Err(Refusal::InsufficientScope),
            Verdict::Denied => Err(invalid(kind)),
            Verdict::Unavailable => Err(Refusal::Unavailable),
        }
    }
}
