//! `readOnly` members and absent defaults of a request's content, by policy (SCH-017, SCH-019).
//!
//! Takes: content that was found valid. Gives: where members are that a request may not send, or the content
//! that the handler is to see. `required` is not relaxed, and no verdict changes. Never panics.

use super::DecodedContent;
use crate::description::{Description, RequestBody};
use crate::limits;
use crate::schema::instance::Instance;
use crate::schema::{Access, AccessPlan, AccessPolicy, SchemaOptions};

/// What becomes of the content of one operation; empty where the options ask for nothing.
#[derive(Debug, Default)]
pub(crate) struct RequestAccess {
    read_only: AccessPolicy,
    fill_defaults: bool,
    /// By media type key; only those whose schemas have something to say.
    by_key: Box<[(Box<str>, AccessPlan)]>,
}

impl RequestAccess {
    pub(crate) fn compile(description: &Description, body: RequestBody<'_>, options: &SchemaOptions) -> Self {
        let plans = body.content().into_iter().filter_map(|(key, media_type)| {
            let plan = AccessPlan::compile(description, media_type.schema()?, options)?;
            Some((key.into(), plan))
        });
        Self { read_only: options.read_only, fill_defaults: options.fill_defaults, by_key: plans.collect() }
    }

    /// Applies the policies to content that was selected by `key`.
    ///
    /// # Errors
    /// The JSON Pointers of `readOnly` members, where those are refused.
    pub(crate) fn apply(&self, key: &str, content: &mut DecodedContent) -> Result<(), Vec<String>> {
        let Some((_, plan)) = self.by_key.iter().find(|(own, _)| **own == *key) else { return Ok(()) };
        match self.read_only {
            AccessPolicy::Ignore => {}
            AccessPolicy::Reject => {
                let found = plan.find(content.value(), Access::ReadOnly, limits::SCHEMA_ERRORS_MAX);
                if !found.is_empty() {
                    return Err(found);
                }
            }
            AccessPolicy::Strip => {
                let mut rest = Instance::new();
                plan.strip(content.value(), Access::ReadOnly, &mut rest);
                content.replace(rest);
            }
        }
        if self.fill_defaults {
            let mut filled = Instance::new();
            plan.fill(content.value(), &mut filled);
            content.replace(filled);
        }
        Ok(())
    }
}
