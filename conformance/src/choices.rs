//! Our choices where the specification leaves one: the table of `docs/choices.md`, which is compiled in.
//!
//! Takes: nothing. Gives: a text by row ID. Never panics.

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../docs/choices.md");

/// Choices by row ID.
#[derive(Debug)]
pub struct Choices(BTreeMap<&'static str, &'static str>);

impl Choices {
    /// The choices of the page.
    #[must_use]
    pub fn builtin() -> Self {
        Self(PAGE.lines().filter_map(row).collect())
    }

    /// What was chosen for the row `id`.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&'static str> {
        self.0.get(id).copied()
    }
}

/// `| ID | level | text |`.
fn row(line: &'static str) -> Option<(&'static str, &'static str)> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.splitn(3, " | ");
    let id = cells.next().filter(|id| id.contains('-'))?;
    cells.next()?;
    Some((id, cells.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Strength};

    #[test]
    fn every_implementation_defined_and_undefined_row_has_a_choice() {
        let catalogue = Catalogue::builtin().expect("the catalogue");
        let choices = Choices::builtin();
        for row in
            catalogue.rows().iter().filter(|row| matches!(row.strength, Strength::Impl | Strength::Undef))
        {
            assert!(choices.of(&row.id).is_some_and(|text| text.len() > 10), "{}", row.id);
        }
        assert_eq!(choices.of("Row"), None);
    }
}
