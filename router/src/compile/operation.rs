//! One operation of the description -> its plans.

use std::collections::BTreeSet;

use http::Method;

use super::ApiOptions;
use super::base_path::{BasePathError, Variable, base_paths};
use super::cors;
use super::diagnose::error;
use super::naming::Names;
use super::operation_limits;
use super::pooled;
use super::security::Security;
use crate::description::{self, Description, Diagnostics, OpenApi, PathTemplate, Server};
use crate::schema::SchemaCompiler;
use crate::serve::Operation;
use crate::serve::content::{ContentPlan, RequestAccess};
use crate::serve::handler::Handler;
use crate::serve::parameter::{ParameterPlan, ParameterPlans};
use crate::serve::response::ResponsePlans;

/// An operation as the description declares it, named.
pub(super) struct Declared<'d> {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) template: &'d str,
    pub(super) view: description::Operation<'d>,
}

/// All operations under `paths`, in document order; webhooks and callbacks are not served (CBK-001, CBK-008).
pub(super) fn declared<'d>(openapi: &OpenApi<'d>) -> Vec<Declared<'d>> {
    let mut found = Vec::new();
    for (template, item) in openapi.paths() {
        for (method, view) in item.operations() {
            found.push((template, method, view));
        }
    }
    let mut names = Names::default();
    found.iter().filter_map(|(_, _, view)| view.operation_id()).for_each(|id| names.reserve(id));
    found
        .into_iter()
        .filter_map(|(template, method, view)| {
            // The check phase has refused methods that are no tokens (PTH-020).
            let token = Method::from_bytes(method.as_bytes()).ok()?;
            let name = view.operation_id().map_or_else(|| names.derive(method, template), str::to_owned);
            Some(Declared { name, method: token, template, view })
        })
        .collect()
}

/// What all operations are compiled with.
pub(super) struct Compiler<'c, 'd> {
    pub(super) description: &'d Description,
    pub(super) openapi: OpenApi<'d>,
    pub(super) options: &'c ApiOptions,
    pub(super) security: Security<'c, 'd>,
    pub(super) schemas: &'c mut SchemaCompiler<'d>,
    pub(super) cors: Option<&'c cors::Draft>,
    pub(super) diagnostics: &'c mut Diagnostics,
}

impl<'d> Compiler<'_, 'd> {
    pub(super) fn compile(&mut self, declared: &Declared<'d>, handler: Option<Handler>) -> Option<Operation> {
        let paths = self.paths(declared);
        let security = self.security.plan(declared.view.security(), declared.view.at(), self.diagnostics);
        let limits = operation_limits::of_operation(declared, self.description, self.diagnostics);
        let content = self.content(declared, handler.as_ref());
        if !matches!(handler, Some(Handler::Streaming(_))) {
            limits.hold_against(&content, self.description, self.diagnostics);
        }
        let template = PathTemplate::parse(declared.template).ok();
        let expressions =
            template.iter().flat_map(|template| template.expressions()).map(Into::into).collect();
        Some(Operation {
            name: declared.name.as_str().into(),
            // Told by the `Api` that gathers them.
            #[cfg(feature = "metrics")]
            number: usize::MAX,
            method: declared.method.clone(),
            template: declared.template.into(),
            paths,
            expressions,
            deprecated: declared.view.deprecated(),
            security: security?,
            parameters: self.parameters(declared),
            content: content.limited(limits.body_bytes),
            request_time_max: limits.request_time.or(self.options.request_time_max),
            access: declared.view.request_body().map_or_else(RequestAccess::default, |body| {
                RequestAccess::compile(self.description, body, &self.options.schema)
            }),
            responses: ResponsePlans::compile(
                self.description,
                &declared.view.responses(),
                (self.schemas, &self.options.schema),
                self.diagnostics,
            ),
            handler,
            cors: cors::of_operation(declared, self.cors, self.description, self.diagnostics),
        })
    }

    fn content(&mut self, declared: &Declared<'d>, handler: Option<&Handler>) -> ContentPlan {
        let Some(body) = declared.view.request_body() else { return ContentPlan::default() };
        let plan = ContentPlan::compile(self.description, body, self.schemas, self.diagnostics);
        if matches!(handler, Some(Handler::Pooled(_))) {
            pooled::refuse_streams(declared, &plan, self.description, self.diagnostics);
        }
        plan
    }

    fn parameters(&mut self, declared: &Declared<'d>) -> ParameterPlans {
        let mut list = Vec::new();
        for parameter in declared.view.parameters() {
            list.extend(ParameterPlan::compile(self.description, parameter, self.schemas, self.diagnostics));
        }
        let mut plans = ParameterPlans::new(list, self.options.parameter);
        for key in self.security.query_keys(declared.view.security()) {
            plans.know_query_key(key);
        }
        plans
    }

    /// The templates with each base path that the operation's servers give (SRV-003).
    fn paths(&mut self, declared: &Declared<'d>) -> Box<[Box<str>]> {
        let servers = servers_in_force(self.openapi, declared);
        match base_paths_of(&servers, &self.options.served_from) {
            Ok(bases) => {
                bases.into_iter().map(|base| format!("{base}{}", declared.template).into()).collect()
            }
            Err(fault) => {
                let what = match fault {
                    BasePathError::TooManyUrls => format!(
                        "the variables of a server combine to more than {} URLs",
                        crate::limits::SERVER_URLS_MAX
                    ),
                    BasePathError::NotAUrl(url) => format!("the server URL `{url}` is no URI reference"),
                };
                let at = servers.first().map_or(declared.view.at(), |server| server.at());
                self.diagnostics.push(error(
                    self.description,
                    "SRV-010",
                    at,
                    what,
                    ("the operation would have no known base path", "mend the URL, or list fewer values"),
                ));
                Box::default()
            }
        }
    }
}

/// The operation's own servers, else those of its Path Item, else those of the root; an empty list is as none
/// (SRV-001, SRV-003).
fn servers_in_force<'d>(openapi: OpenApi<'d>, declared: &Declared<'d>) -> Vec<Server<'d>> {
    let levels = [declared.view.servers(), declared.view.path_item().servers()];
    levels.into_iter().find(|servers| !servers.is_empty()).unwrap_or_else(|| openapi.servers())
}

/// The base paths of the servers in force; without any, the root (SRV-001).
pub(super) fn base_paths_of(
    servers: &[Server<'_>],
    served_from: &str,
) -> Result<BTreeSet<String>, BasePathError> {
    if servers.is_empty() {
        return Ok(BTreeSet::from([String::new()]));
    }
    let mut all = BTreeSet::new();
    for server in servers {
        let declared = server.variables();
        let variables: Vec<Variable<'_>> = declared
            .iter()
            .map(|(name, variable)| Variable { name, default: variable.default(), values: variable.values() })
            .collect();
        all.extend(base_paths(server.url(), &variables, served_from)?);
    }
    Ok(all)
}
