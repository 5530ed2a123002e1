//! How many connections the system lets a process have: each needs a descriptor, and its coroutine two mappings of memory.
//!
//! Gives: a number below both bounds, so that the system's refusals, of which `may` makes panics, are never met. Never panics.

use rustix::process::{Resource, getrlimit};

use crate::limits::http::{DESCRIPTORS_RESERVED, MAPPINGS_RESERVED};

/// The most connections, given what was asked for.
pub(super) fn connections_max(asked: usize) -> usize {
    let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let by_descriptors = descriptors.saturating_sub(DESCRIPTORS_RESERVED);
    let by_mappings = mappings_max().saturating_sub(MAPPINGS_RESERVED) >> 1;
    let most = by_descriptors.min(by_mappings).max(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if most < asked {
        tracing::warn!(
            asked,
            most,
            "the system's bounds on descriptors and mappings allow fewer connections"
        );
    }
    asked.min(most)
}

/// `vm.max_map_count`; its usual value where it cannot be read.
fn mappings_max() -> u64 {
    const USUAL: u64 = 65_530;
    let text = std::fs::read_to_string("/proc/sys/vm/max_map_count").unwrap_or_default();
    text.trim().parse().unwrap_or(USUAL)
}
