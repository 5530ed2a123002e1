//! From the description's security schemes and requirements to plans.
//!
//! Takes: the declared schemes, the requirements of each operation and the providers. Gives: a
//! [`SecurityPlan`] per operation, or every reason why there can be none. What cannot be resolved is
//! never left out of a requirement: that would widen access. Runs while building; never panics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::plan::{Demand, Scheme, SecurityPlan};
use super::{MissingProvider, SchemeKind, SecurityProviders};

/// Why the security of an operation cannot be compiled, or what is odd about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecurityFault {
    /// A requirement names a scheme that is not declared (SEC-002).
    UndeclaredScheme(Box<str>),
    /// A scheme has no provider (SEC-017, SEC-010).
    MissingProvider(Box<str>),
    /// The provider registered for a scheme cannot check credentials of its kind.
    WrongProvider(Box<str>),
    /// A provider is registered for a name that no scheme has.
    UnknownProvider(Box<str>),
}

impl SecurityFault {
    /// The catalogue row.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UndeclaredScheme(_) => "SEC-002",
            Self::MissingProvider(_) | Self::WrongProvider(_) | Self::UnknownProvider(_) => "SEC-017",
        }
    }

    /// How to mend it.
    #[must_use]
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::UndeclaredScheme(_) => {
                "declare the scheme under components/securitySchemes of the entry document"
            }
            Self::MissingProvider(_) => "register a SecurityProvider under the scheme's name",
            Self::WrongProvider(_) => "register a provider that supports this type of scheme",
            Self::UnknownProvider(_) => "register the provider under the name of a declared scheme",
        }
    }

    /// The name of the scheme.
    #[must_use]
    pub const fn scheme(&self) -> &str {
        match self {
            Self::UndeclaredScheme(name)
            | Self::MissingProvider(name)
            | Self::WrongProvider(name)
            | Self::UnknownProvider(name) => name,
        }
    }
}

impl fmt::Display for SecurityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UndeclaredScheme(name) => write!(f, "the security scheme `{name}` is not declared"),
            Self::MissingProvider(name) => write!(f, "the security scheme `{name}` has no provider"),
            Self::WrongProvider(name) => {
                write!(f, "the provider for `{name}` cannot check this type of scheme")
            }
            Self::UnknownProvider(name) => {
                write!(f, "a provider is registered for `{name}`, which no scheme is called")
            }
        }
    }
}

impl std::error::Error for SecurityFault {}

/// One requirement: the schemes it demands, each with its scopes or roles.
pub type Requirement<'d> = Vec<(&'d str, Vec<&'d str>)>;

/// Compiles the security of all operations of one description.
pub struct SecurityCompiler<'p> {
    providers: &'p SecurityProviders,
    schemes: BTreeMap<Box<str>, Arc<Scheme>>,
    without_provider: BTreeSet<Box<str>>,
}

impl<'p> SecurityCompiler<'p> {
    /// A compiler that knows no scheme yet.
    #[must_use]
    pub const fn new(providers: &'p SecurityProviders) -> Self {
        Self { providers, schemes: BTreeMap::new(), without_provider: BTreeSet::new() }
    }

    /// Makes a scheme known that the entry document declares (SEC-016), or that a requirement refers
    /// to by a URI (SEC-003).
    pub fn declare(&mut self, name: &str, kind: SchemeKind) {
        let provider = self.providers.provider(name).cloned();
        let scheme = Scheme { name: name.into(), kind, provider };
        self.schemes.insert(name.into(), Arc::new(scheme));
    }

    /// Whether a scheme of this name was declared.
    #[must_use]
    pub fn is_declared(&self, name: &str) -> bool {
        self.schemes.contains_key(name)
    }

    /// The plan for an operation whose requirements, its own or the inherited ones (SEC-007), are
    /// these.
    ///
    /// # Errors
    /// Every reason why there can be no plan; none of the requirements is ever just left out.
    pub fn plan(&mut self, requirements: &[Requirement<'_>]) -> Result<SecurityPlan, Vec<SecurityFault>> {
        let mut faults = Vec::new();
        let mut alternatives = Vec::with_capacity(requirements.len());
        for requirement in requirements {
            let demands = requirement.iter().filter_map(|(name, scopes)| match self.demand(name, scopes) {
                Ok(demand) => Some(demand),
                Err(fault) => {
                    faults.push(fault);
                    None
                }
            });
            alternatives.push(demands.collect());
        }
        if faults.is_empty() {
            return Ok(SecurityPlan::new(alternatives, self.providers.realm()));
        }
        faults.sort();
        faults.dedup();
        Err(faults)
    }

    fn demand(&mut self, name: &str, scopes: &[&str]) -> Result<Demand, SecurityFault> {
        let scheme = self.schemes.get(name).ok_or_else(|| SecurityFault::UndeclaredScheme(name.into()))?;
        match &scheme.provider {
            Some(provider) if !provider.supports(&scheme.kind) => {
                return Err(SecurityFault::WrongProvider(name.into()));
            }
            Some(_) => {}
            None => {
                self.without_provider.insert(name.into());
                if self.providers.missing() == MissingProvider::RefuseToBuild {
                    return Err(SecurityFault::MissingProvider(name.into()));
                }
            }
        }
        Ok(Demand {
            scheme: Arc::clone(scheme),
            scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        })
    }

    /// What deserves a warning when all plans are made: schemes whose requests are all refused, and
    /// providers that no scheme asks for.
    #[must_use]
    pub fn warnings(&self) -> Vec<SecurityFault> {
        let refused = match self.providers.missing() {
            MissingProvider::RefuseRequests => Some(&self.without_provider),
            MissingProvider::RefuseToBuild => None,
        };
        let refused = refused.into_iter().flatten().cloned().map(SecurityFault::MissingProvider);
        let unknown = self.providers.names().filter(|name| !self.is_declared(name));
        refused.chain(unknown.map(|name| SecurityFault::UnknownProvider(name.into()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        ApiKeyLocation, ApiKeys, BasicVerifier, BearerVerifier, Credential, Principal, SecurityRequest,
        Verdict, secrets_are_equal,
    };
    use super::*;
    use crate::{Connection, FieldLine, ProblemKind, RequestHead};
    use http::Method;

    /// Providers whose schemes are `key`, `basic`, `bearer`, `oauth`, `down` and `mtls`.
    fn providers() -> SecurityProviders {
        let ida = || Principal::new("ida").with_scopes(["r"]);
        SecurityProviders::new()
            .on("key", ApiKeys::new().with_key("k1", Principal::new("kim").with_scopes(["admin"])))
            .on(
                "basic",
                BasicVerifier::new(move |user, password| {
                    if secrets_are_equal(password.as_bytes(), b"pass") && user == "user" {
                        Verdict::Granted(Principal::new("user"))
                    } else {
                        Verdict::Denied
                    }
                }),
            )
            .on(
                "bearer",
                BearerVerifier::new(move |token| match token {
                    "good" => Verdict::Granted(ida()),
                    "weak" => Verdict::InsufficientScope,
                    _ => Verdict::Denied,
                }),
            )
            .on("oauth", |request: &SecurityRequest<'_>| {
                if request.credential == Credential::Bearer("good") {
                    return Verdict::Granted(Principal::new("ida").with_scopes(["r"]));
                }
                Verdict::Denied
            })
            .on("down", |_: &SecurityRequest<'_>| Verdict::Unavailable)
            .on("mtls", |_: &SecurityRequest<'_>| Verdict::Granted(Principal::new("cert")))
    }

    fn declare(compiler: &mut SecurityCompiler<'_>) {
        let header = |name: &str| SchemeKind::ApiKey { location: ApiKeyLocation::Header, name: name.into() };
        compiler.declare("key", header("X-Key"));
        compiler.declare("basic", SchemeKind::http("basic"));
        compiler.declare("bearer", SchemeKind::http("Bearer"));
        compiler.declare("oauth", SchemeKind::OAuth2);
        compiler.declare("down", header("X-Down"));
        compiler.declare("mtls", SchemeKind::MutualTls);
        compiler.declare("unprovided", header("X-Unprovided"));
    }

    #[derive(Debug, PartialEq)]
    enum Outcome {
        /// The names of scheme and principal of every grant.
        In(Vec<(&'static str, &'static str)>),
        /// Anonymous; whether credentials were refused.
        Anonymous(bool),
        Out(ProblemKind),
    }
    use Outcome::{Anonymous, In, Out};

    const USER: (&str, &str) = ("Authorization", "basic dXNlcjpwYXNz");
    const GOOD: (&str, &str) = ("authorization", "BEARER good");
    const WEAK: (&str, &str) = ("Authorization", "Bearer weak");
    const BAD: (&str, &str) = ("Authorization", "Bearer bad");
    const KEY: (&str, &str) = ("x-key", "k1");
    const BAD_KEY: (&str, &str) = ("X-Key", "k2");

    fn check(requirements: &[Requirement<'_>], fields: &[(&str, &str)], expected: &Outcome) {
        let providers = providers().with_missing(MissingProvider::RefuseRequests);
        let mut compiler = SecurityCompiler::new(&providers);
        declare(&mut compiler);
        let plan = compiler.plan(requirements).unwrap();
        let lines: Vec<FieldLine<'_>> =
            fields.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
        let head = RequestHead::new(Method::GET, "/", &lines).unwrap();
        let decided = plan.authorise(&head, &Connection::default());
        let line = format!("{requirements:?} {fields:?}: {decided:?}");
        match (decided, expected) {
            (Ok(context), In(grants)) => {
                let found: Vec<_> =
                    context.grants().iter().map(|grant| (grant.scheme(), grant.principal().name())).collect();
                assert_eq!(found, *grants, "{line}");
            }
            (Ok(context), Anonymous(refused)) => {
                assert_eq!((context.is_anonymous(), context.is_refused()), (true, *refused), "{line}");
            }
            (Err(problem), Out(kind)) => {
                assert_eq!(problem.kind(), *kind, "{line}");
                let challenged = problem.fields().iter().any(|field| field.is_named("WWW-Authenticate"));
                assert!(challenged || problem.status().as_u16() != 401, "{line}");
            }
            _ => panic!("{line}"),
        }
    }

    #[test]
    fn requirements_are_a_choice_of_conjunctions() {
        let one = |name| vec![(name, vec![])];
        let both = || vec![("basic", vec![]), ("key", vec![])];
        let cases: Vec<(Vec<Requirement<'_>>, &[(&str, &str)], Outcome)> = vec![
            (vec![], &[], Anonymous(false)),
            (vec![], &[BAD], Anonymous(false)),
            (vec![one("bearer")], &[GOOD], In(vec![("bearer", "ida")])),
            (vec![one("bearer")], &[], Out(ProblemKind::CredentialsMissing)),
            (vec![one("bearer")], &[BAD], Out(ProblemKind::CredentialsInvalid)),
            (vec![one("bearer")], &[WEAK], Out(ProblemKind::InsufficientScope)),
            (vec![one("bearer")], &[KEY], Out(ProblemKind::CredentialsMissing)),
            (vec![one("bearer")], &[GOOD, GOOD], Out(ProblemKind::CredentialsInvalid)),
            (vec![both()], &[USER, KEY], In(vec![("basic", "user"), ("key", "kim")])),
            (vec![both()], &[KEY], Out(ProblemKind::CredentialsMissing)),
            (vec![both()], &[USER], Out(ProblemKind::CredentialsMissing)),
            (vec![both()], &[USER, BAD_KEY], Out(ProblemKind::CredentialsInvalid)),
            (vec![both()], &[("X-Key", "")], Out(ProblemKind::CredentialsInvalid)),
            (vec![one("key"), one("bearer")], &[GOOD, KEY], In(vec![("key", "kim")])),
            (vec![one("bearer"), one("key")], &[GOOD, KEY], In(vec![("bearer", "ida")])),
            (vec![one("bearer"), one("key")], &[BAD, KEY], In(vec![("key", "kim")])),
            (vec![one("bearer"), one("key")], &[WEAK, BAD_KEY], Out(ProblemKind::InsufficientScope)),
            (vec![vec![], one("bearer")], &[], Anonymous(false)),
            (vec![vec![], one("bearer")], &[GOOD], In(vec![("bearer", "ida")])),
            (vec![one("bearer"), vec![]], &[BAD], Anonymous(true)),
            (vec![vec![]], &[BAD], Anonymous(false)),
            (vec![one("down")], &[("X-Down", "a")], Out(ProblemKind::SecurityUnavailable)),
            (vec![one("down")], &[], Out(ProblemKind::CredentialsMissing)),
            (vec![one("down"), one("key")], &[("X-Down", "a"), KEY], In(vec![("key", "kim")])),
            (vec![one("unprovided")], &[("X-Unprovided", "a")], Out(ProblemKind::SecurityUnavailable)),
            (vec![one("unprovided")], &[], Out(ProblemKind::CredentialsMissing)),
            (vec![one("mtls")], &[], Out(ProblemKind::CredentialsMissing)),
        ];
        for (requirements, fields, expected) in cases {
            check(&requirements, fields, &expected);
        }
    }

    #[test]
    fn every_listed_scope_is_needed() {
        let cases: &[(&str, &[&str], (&str, &str), Outcome)] = &[
            ("oauth", &[], GOOD, In(vec![("oauth", "ida")])),
            ("oauth", &["r"], GOOD, In(vec![("oauth", "ida")])),
            ("oauth", &["r", "w"], GOOD, Out(ProblemKind::InsufficientScope)),
            ("key", &["admin"], KEY, In(vec![("key", "kim")])),
            ("key", &["root"], KEY, Out(ProblemKind::InsufficientScope)),
        ];
        for (scheme, scopes, field, expected) in cases {
            check(&[vec![(*scheme, scopes.to_vec())]], &[*field], expected);
        }
    }

    #[test]
    fn building_fails_closed() {
        let key = SecurityFault::MissingProvider("key".into());
        let undeclared = SecurityFault::UndeclaredScheme("nope".into());
        let wrong = SecurityFault::WrongProvider("basic".into());
        let empty = SecurityProviders::new;
        let mistaken = || SecurityProviders::new().on("basic", ApiKeys::new());
        let cases: Vec<(SecurityProviders, Requirement<'_>, Vec<SecurityFault>)> = vec![
            (empty(), vec![("key", vec![])], vec![key.clone()]),
            (empty(), vec![("nope", vec![]), ("key", vec![])], vec![undeclared.clone(), key]),
            (empty().with_missing(MissingProvider::RefuseRequests), vec![("nope", vec![])], vec![undeclared]),
            (mistaken(), vec![("basic", vec![])], vec![wrong]),
        ];
        for (providers, requirement, faults) in cases {
            let mut compiler = SecurityCompiler::new(&providers);
            declare(&mut compiler);
            assert_eq!(compiler.plan(&[vec![], requirement]).err(), Some(faults));
        }
    }

    #[test]
    fn warnings_tell_of_schemes_and_providers_alone() {
        let providers =
            SecurityProviders::new().on("kee", ApiKeys::new()).with_missing(MissingProvider::RefuseRequests);
        let mut compiler = SecurityCompiler::new(&providers);
        declare(&mut compiler);
        assert!(compiler.plan(&[vec![("key", vec![])]]).is_ok());
        let expected =
            [SecurityFault::MissingProvider("key".into()), SecurityFault::UnknownProvider("kee".into())];
        assert_eq!(compiler.warnings(), expected);
    }

    #[test]
    fn deciding_allocates_nothing() {
        let providers =
            SecurityProviders::new().on("key", ApiKeys::new().with_key("k1", Principal::new("kim"))).on(
                "basic",
                BasicVerifier::new(|_: &str, password: &str| {
                    assert!(!secrets_are_equal(password.as_bytes(), b"right"));
                    Verdict::Denied
                }),
            );
        let mut compiler = SecurityCompiler::new(&providers);
        declare(&mut compiler);
        let plan = compiler.plan(&[vec![("basic", vec![])], vec![("key", vec![])]]).unwrap();
        let cases: [(&[(&str, &str)], Option<u16>); 5] = [
            (&[], Some(401)),
            (&[USER], Some(401)),
            (&[("Authorization", "Basic ****")], Some(401)),
            (&[BAD_KEY], Some(401)),
            (&[USER, KEY], None),
        ];
        for (fields, refused) in cases {
            let lines: Vec<FieldLine<'_>> =
                fields.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
            let head = RequestHead::new(Method::GET, "/", &lines).unwrap();
            let connection = Connection::default();
            let counted = allocation_counter::measure(|| {
                let decided = plan.authorise(&head, &connection).map_err(crate::Response::from);
                assert_eq!(decided.err().map(|response| response.status().as_u16()), refused);
            });
            assert_eq!(counted.count_total, 0, "{fields:?}");
        }
    }
}
