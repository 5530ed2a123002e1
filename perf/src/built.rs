//! What a built route table costs: its memory, and the instructions of building it.

use brrtrouter::RouteTable;
use perf::scenario::build;

/// Paths of a large table.
pub const PATHS: u32 = 10_000;

/// The templates of a table of so many paths.
pub fn templates(paths: u32) -> Vec<String> {
    build::table_templates(usize::try_from(paths).unwrap_or(usize::MAX))
}

/// Builds a table with one operation for each template. Never inlined, so that tools can count inside it.
#[inline(never)]
pub fn build_route_table(templates: &[String]) -> RouteTable {
    build::table(templates)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use brrtrouter::{Captures, RouteOutcome};
    use http::Method;

    use super::*;

    #[test]
    fn every_template_is_another_and_is_found() {
        let templates = templates(1_000);
        assert_eq!(templates.iter().collect::<BTreeSet<_>>().len(), 1_000);
        let table = build_route_table(&templates);
        let found = table.find(&Method::GET, "/v1/things00199/7/state", &mut Captures::new());
        assert!(matches!(found, RouteOutcome::Found(999)), "{found:?}");
    }
}
