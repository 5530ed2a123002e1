//! The protocol's options as the library's.

use brrtrouter::parameter::UnknownKeys;
use brrtrouter::schema::{AccessPolicy, FormatPolicy};
use brrtrouter::{ApiOptions, ResponsePolicy, ValidationStatus};

use super::NotOffered;
use crate::protocol::Options;

pub fn of(asked: &Options) -> Result<ApiOptions, NotOffered> {
    let mut options = ApiOptions::default();
    if asked.trailing_slash.as_deref().is_some_and(|slash| slash != "strict") {
        return Err(NotOffered::new("lenient trailing slashes"));
    }
    if asked.target_bytes_max.is_some() {
        return Err(NotOffered::new("a bound on the request target"));
    }
    if asked.format_assertion == Some(true) {
        options.schema.formats = FormatPolicy::Assert;
    }
    options.schema.assert_content = asked.content_assertion.unwrap_or_default();
    options.schema.read_only = access(asked.read_only.as_deref())?;
    options.schema.write_only = access(asked.write_only.as_deref())?;
    options.schema.fill_defaults = asked.fill_defaults.unwrap_or_default();
    options.parameter.fill_defaults = options.schema.fill_defaults;
    if asked.unknown_query.as_deref() == Some("reject") {
        options.parameter.unknown_query_keys = UnknownKeys::Reject;
    }
    options.response_policy = match asked.response_policy.as_deref() {
        None => options.response_policy,
        Some("off") => ResponsePolicy::Off,
        Some("report") => ResponsePolicy::Report,
        Some("enforce") => ResponsePolicy::Enforce,
        Some(other) => return Err(NotOffered::new(format!("response policy `{other}`"))),
    };
    if asked.client_error_status == Some(422) {
        options.validation_status = ValidationStatus::UnprocessableContent;
    }
    if let Some(bytes) = asked.body_bytes_max {
        options.content.bytes_max = bytes;
    }
    if let Some(depth) = asked.json_depth_max {
        options.content.json.nesting_max = u32::try_from(depth).unwrap_or(u32::MAX);
    }
    Ok(options)
}

fn access(policy: Option<&str>) -> Result<AccessPolicy, NotOffered> {
    match policy {
        None | Some("ignore") => Ok(AccessPolicy::Ignore),
        Some("strip") => Ok(AccessPolicy::Strip),
        Some("reject") => Ok(AccessPolicy::Reject),
        Some(other) => Err(NotOffered::new(format!("access policy `{other}`"))),
    }
}
