//! What a built route table costs: its memory, and the instructions of building it.

use brrtrouter::{RouteTable, RouteTableError};
use http::Method;

/// Paths of a large table.
pub const PATHS: u32 = 10_000;

/// Templates of the shapes that resources usually have; names of a fixed width keep the length of a path the same.
pub fn templates(paths: u32) -> Vec<String> {
    const SHAPES: [&str; 5] = ["", "/{id}", "/{id}/parts", "/{id}/parts/{number}", "/{id}/state"];
    (0..paths)
        .zip(SHAPES.iter().cycle())
        .map(|(at, shape)| format!("/v1/things{:05}{shape}", at / 5))
        .collect()
}

/// Builds a table with one operation for each template. Never inlined, so that tools can count inside it.
#[inline(never)]
pub fn build_route_table(templates: &[String]) -> Result<RouteTable, RouteTableError> {
    let mut builder = RouteTable::builder();
    for (operation, template) in (0..).zip(templates) {
        builder.add(&Method::GET, template, operation)?;
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use brrtrouter::{Captures, RouteOutcome};

    use super::*;

    #[test]
    fn every_template_is_another_and_is_found() {
        let templates = templates(1_000);
        assert_eq!(templates.iter().collect::<BTreeSet<_>>().len(), 1_000);
        let table = build_route_table(&templates).expect("sound templates");
        let found = table.find(&Method::GET, "/v1/things00199/7/state", &mut Captures::new());
        assert!(matches!(found, RouteOutcome::Found(999)), "{found:?}");
    }
}
