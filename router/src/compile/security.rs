//! Security schemes and requirements of the description -> the plan of each operation.

use std::collections::HashMap;

use super::diagnose::error;
use crate::description::{
    Code, Description, Diagnostic, Diagnostics, Location, OpenApi, ParameterLocation, SecurityRequirement,
    SecurityScheme, Severity,
};
use crate::serve::security::{
    ApiKeyLocation, Requirement, SchemeKind, SecurityCompiler, SecurityFault, SecurityPlan, SecurityProviders,
};

/// Compiles the security of all operations.
pub(super) struct Security<'p, 'd> {
    description: &'d Description,
    compiler: SecurityCompiler<'p>,
    inherited: Vec<SecurityRequirement<'d>>,
    /// The query keys that carry credentials, by scheme.
    query_keys: HashMap<&'d str, &'d str>,
}

impl<'p, 'd> Security<'p, 'd> {
    pub(super) fn new(
        description: &'d Description,
        openapi: OpenApi<'d>,
        providers: &'p SecurityProviders,
    ) -> Self {
        let mut compiler = SecurityCompiler::new(providers);
        let mut query_keys = HashMap::new();
        for (name, scheme) in openapi.security_schemes() {
            if let Some(kind) = kind(&scheme) {
                compiler.declare(name, kind);
            }
            if let SecurityScheme::ApiKey { name: key, location: ParameterLocation::Query } = scheme {
                query_keys.insert(name, key);
            }
        }
        Self { description, compiler, inherited: openapi.security().unwrap_or_default(), query_keys }
    }

    /// The plan under the operation's own requirements, or the inherited ones (SEC-007). Where there can be
    /// none, diagnostics say why, and no `Api` is built.
    pub(super) fn plan(
        &mut self,
        own: Option<Vec<SecurityRequirement<'d>>>,
        operation: Location,
        diagnostics: &mut Diagnostics,
    ) -> Option<SecurityPlan> {
        let in_force = own.unwrap_or_else(|| self.inherited.clone());
        for requirement in &in_force {
            self.declare_by_uri(*requirement);
        }
        let requirements: Vec<Requirement<'d>> =
            in_force.iter().map(|requirement| requirement.schemes()).collect();
        let at = in_force.first().map_or(operation, |requirement| requirement.at());
        match self.compiler.plan(&requirements) {
            Ok(plan) => Some(plan),
            Err(faults) => {
                // That a scheme is not declared was told by the checks of the Objects (SEC-002).
                let told = |fault: &&SecurityFault| !matches!(fault, SecurityFault::UndeclaredScheme(_));
                let untold = faults.iter().filter(told);
                untold.for_each(|fault| diagnostics.push(self.refused(fault, at)));
                None
            }
        }
    }

    /// The query keys that carry credentials for an operation: known ones, although no parameter declares them (PAR-022).
    pub(super) fn query_keys(&self, own: Option<Vec<SecurityRequirement<'d>>>) -> Vec<&'d str> {
        let in_force = own.unwrap_or_else(|| self.inherited.clone());
        let schemes = in_force.iter().flat_map(|requirement| requirement.schemes());
        schemes.filter_map(|(name, _)| self.query_keys.get(name).copied()).collect()
    }

    /// A requirement may name its scheme by a URI (SEC-003).
    fn declare_by_uri(&mut self, requirement: SecurityRequirement<'d>) {
        for (name, _) in requirement.schemes() {
            if self.compiler.is_declared(name) {
                continue;
            }
            if let Some(kind) = requirement.scheme(name).and_then(|scheme| kind(&scheme)) {
                self.compiler.declare(name, kind);
            }
        }
    }

    fn refused(&self, fault: &SecurityFault, at: Location) -> Diagnostic {
        let why = "an operation whose credentials nobody checks must not be served";
        error(self.description, fault.code(), at, fault.to_string(), (why, fault.mend()))
    }

    /// Warnings about schemes and providers as a whole.
    pub(super) fn finish(&self, diagnostics: &mut Diagnostics) {
        for fault in self.compiler.warnings() {
            diagnostics.push(Diagnostic {
                code: Code::new(fault.code()),
                severity: Severity::Warning,
                what: fault.to_string(),
                why: "every scheme needs a provider, and every provider a scheme".into(),
                mend: fault.mend().into(),
                place: self.description.place(self.description.entry()),
                related: Vec::new(),
            });
        }
    }
}

fn kind(scheme: &SecurityScheme<'_>) -> Option<SchemeKind> {
    Some(match scheme {
        SecurityScheme::ApiKey { name, location } => SchemeKind::ApiKey {
            location: match location.name() {
                "header" => ApiKeyLocation::Header,
                "query" => ApiKeyLocation::Query,
                "cookie" => ApiKeyLocation::Cookie,
                _ => return None,
            },
            name: (*name).into(),
        },
        SecurityScheme::Http { scheme, .. } => SchemeKind::http(scheme),
        SecurityScheme::MutualTls => SchemeKind::MutualTls,
        SecurityScheme::OAuth2 { .. } => SchemeKind::OAuth2,
        SecurityScheme::OpenIdConnect { url } => SchemeKind::OpenIdConnect { url: (*url).into() },
    })
}
