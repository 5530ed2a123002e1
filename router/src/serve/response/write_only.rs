//! `writeOnly` members of JSON responses: kept, taken out or refused, by policy (SCH-018).
//!
//! Takes: the content of a response that was checked. Gives: where such members are, or the content without
//! them. A stream is not looked into. Never panics.

use super::Body;
use super::validate::JSON_LIMITS;
use crate::description::{Description, MediaType};
use crate::limits;
use crate::schema::instance::{Instance, InstanceNode, JsonError, parse_json};
use crate::schema::{Access, AccessPlan, AccessPolicy, SchemaOptions};

/// What becomes of the `writeOnly` members of one response.
#[derive(Debug)]
pub(super) struct WriteOnlyPlan {
    policy: AccessPolicy,
    /// By media type key; only those whose schemas have such members to look for.
    by_key: Box<[(Box<str>, AccessPlan)]>,
}

impl WriteOnlyPlan {
    pub(super) fn compile(
        description: &Description,
        content: &[(&str, MediaType<'_>)],
        options: &SchemaOptions,
    ) -> Self {
        let policy = options.write_only;
        let plans =
            content.iter().filter(|_| policy != AccessPolicy::Ignore).filter_map(|(key, media_type)| {
                let plan = AccessPlan::compile(description, media_type.schema()?, options)?;
                Some(((*key).into(), plan))
            });
        Self { policy, by_key: plans.collect() }
    }

    fn plan(&self, key: &str, policy: AccessPolicy) -> Option<&AccessPlan> {
        let same = self.by_key.iter().filter(|_| self.policy == policy);
        same.into_iter().find(|(own, _)| **own == *key).map(|(_, plan)| plan)
    }

    /// Whether content may have members to take out.
    pub(super) fn strips(&self) -> bool {
        self.policy == AccessPolicy::Strip && !self.by_key.is_empty()
    }

    /// Where the value holds members that are refused.
    pub(super) fn refused(&self, key: &str, value: InstanceNode<'_>) -> Vec<String> {
        let plan = self.plan(key, AccessPolicy::Reject);
        plan.map(|plan| plan.find(value, Access::WriteOnly, limits::RESPONSE_ERRORS_MAX)).unwrap_or_default()
    }

    /// The content without such members; `None` where it has none, or they are not to be taken out.
    ///
    /// # Errors
    /// The content is not JSON, so that nobody knows what it holds.
    pub(super) fn stripped(&self, key: &str, body: &Body) -> Result<Option<Body>, JsonError> {
        let Some(plan) = self.plan(key, AccessPolicy::Strip) else { return Ok(None) };
        let Some(bytes) = body.bytes() else { return Ok(None) };
        let value = parse_json(&bytes, &JSON_LIMITS)?;
        if plan.find(value.root(), Access::WriteOnly, 1).is_empty() {
            return Ok(None);
        }
        let mut rest = Instance::new();
        let root = plan.strip(value.root(), Access::WriteOnly, &mut rest);
        let mut text = String::new();
        rest.node(root).write_json(&mut text);
        Ok(Some(Body::Bytes(text.into_bytes())))
    }
}
