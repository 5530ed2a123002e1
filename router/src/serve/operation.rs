//! A compiled operation: everything about it that can be known before the first request.

use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::serve::content::{ContentPlan, RequestAccess};
use crate::serve::cors::Grant;
use crate::serve::handler::Handler;
use crate::serve::parameter::ParameterPlans;
use crate::serve::response::ResponsePlans;
use crate::serve::security::SecurityPlan;

/// One operation of an [`Api`](crate::Api).
pub struct Operation {
    pub(crate) name: Arc<str>,
    pub(crate) method: Method,
    pub(crate) template: Arc<str>,
    pub(crate) paths: Box<[Box<str>]>,
    /// The template's expressions, in order.
    pub(crate) expressions: Box<[Box<str>]>,
    pub(crate) deprecated: bool,
    pub(crate) security: SecurityPlan,
    pub(crate) parameters: ParameterPlans,
    pub(crate) content: ContentPlan,
    /// How long its requests may take, where there is a bound.
    pub(crate) request_time_max: Option<Duration>,
    pub(crate) access: RequestAccess,
    pub(crate) responses: ResponsePlans,
    pub(crate) handler: Option<Handler>,
    /// What pages of other origins may do here; `None` for nothing. Without a policy nobody asks.
    pub(crate) cors: Option<Arc<Grant>>,
}

impl Operation {
    /// The `operationId`, or the name derived from method and template (PTH-023).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path template as the description has it, without a base path.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The templates under which it is served, one for each base path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(|path| &**path)
    }

    /// Whether the description marks it as deprecated (PTH-024).
    #[must_use]
    pub const fn deprecated(&self) -> bool {
        self.deprecated
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation")
            .field("name", &self.name)
            .field("method", &self.method)
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}
