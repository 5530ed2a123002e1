//! The protocol's policy for other origins as the library's.

use std::time::Duration;

use brrtrouter::CorsPolicy;

use crate::protocol::Cors;

/// The policy that was asked for; the library says what is wrong with it.
pub fn of(asked: &Cors) -> CorsPolicy {
    let mut policy = CorsPolicy::new();
    policy = asked.origins.iter().fold(policy, CorsPolicy::origin);
    policy = asked.patterns.iter().fold(policy, CorsPolicy::origin_pattern);
    policy = asked.expose_headers.iter().fold(policy, CorsPolicy::expose_header);
    policy = asked.allow_headers.iter().fold(policy, CorsPolicy::allow_header);
    for (is_asked, add) in [
        (asked.any, CorsPolicy::any_origin as fn(CorsPolicy) -> CorsPolicy),
        (asked.null, CorsPolicy::null_origin),
        (asked.credentials, CorsPolicy::credentials),
        (asked.mirror_headers, CorsPolicy::mirror_headers),
    ] {
        policy = if is_asked { add(policy) } else { policy };
    }
    match asked.max_age {
        Some(seconds) => policy.max_age(Duration::from_secs(seconds)),
        None => policy,
    }
}
