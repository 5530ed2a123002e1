//! The requirement catalogue as data: the vocabulary of cases, diagnostics and reports.
//!
//! Takes: `data/catalogue.json`, which is compiled in. Gives: rows by ID, in catalogue order. Never panics.

use std::collections::HashMap;

use serde::Deserialize;

/// The strength of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Strength {
    /// MUST, MUST NOT, SHALL, REQUIRED.
    Must,
    /// SHOULD, RECOMMENDED.
    Should,
    /// Optional.
    May,
    /// Implementation-defined: our documented choice holds.
    Impl,
    /// Undefined: we fail closed, as documented.
    Undef,
}

impl Strength {
    /// The catalogue's word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Impl => "IMPL",
            Self::Undef => "UNDEF",
        }
    }
}

/// Who is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub enum Kind {
    /// The loader or linter.
    L,
    /// The request path.
    R,
    /// The response or emission path.
    E,
    /// Tools: command line, docs, mock, code generation.
    X,
}

/// How a row follows from the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The specification's own demand.
    Literal,
    /// A consequence or hardening.
    Derived,
    /// A companion RFC.
    Companion,
}

impl Basis {
    /// All of them, in report order.
    pub const ALL: [Self; 3] = [Self::Literal, Self::Derived, Self::Companion];

    /// The report's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Derived => "derived",
            Self::Companion => "companion",
        }
    }
}

/// One row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its ID, such as `PTH-003`.
    pub id: String,
    /// `3.1+`, `3.1` or `3.2`.
    pub versions: String,
    /// The specification's section.
    pub section: String,
    /// How strong it is.
    #[serde(rename = "level")]
    pub strength: Strength,
    /// Who is under test.
    pub kind: Kind,
    /// How it follows.
    pub basis: Basis,
    /// What is to be seen.
    pub statement: String,
}

impl Row {
    /// The area, such as `PTH`.
    #[must_use]
    pub fn area(&self) -> &str {
        self.id.split_once('-').map_or(self.id.as_str(), |(area, _)| area)
    }

    /// Whether it holds for 3.2 alone.
    #[must_use]
    pub fn only_3_2(&self) -> bool {
        self.versions == "3.2"
    }

    /// Whether it is a MUST.
    #[must_use]
    pub const fn is_must(&self) -> bool {
        matches!(self.strength, Strength::Must)
    }

    /// Whether every run must account for it: a MUST of kind L, R or E that applies to 3.1.
    #[must_use]
    pub fn must_be_accounted_for(&self) -> bool {
        self.is_must() && !self.only_3_2() && !matches!(self.kind, Kind::X)
    }
}

/// All rows.
#[derive(Debug)]
pub struct Catalogue {
    rows: Vec<Row>,
    by_id: HashMap<String, usize>,
}

impl Catalogue {
    /// The catalogue that is compiled in.
    ///
    /// # Errors
    /// When the data file is broken, which a unit test rules out.
    pub fn builtin() -> Result<Self, String> {
        let rows: Vec<Row> = serde_json::from_str(include_str!("../data/catalogue.json"))
            .map_err(|error| format!("conformance/data/catalogue.json: {error}"))?;
        let by_id = rows.iter().enumerate().map(|(index, row)| (row.id.clone(), index)).collect();
        Ok(Self { rows, by_id })
    }

    /// The row `id`.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.by_id.get(id).and_then(|index| self.rows.get(*index))
    }

    /// All rows in catalogue order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        let catalogue = Catalogue::builtin().expect("readable");
        assert_eq!(catalogue.rows().len(), 315);
        assert_eq!(catalogue.by_id.len(), 315, "an ID occurs twice");
        let count = |strength| catalogue.rows().iter().filter(|row| row.strength == strength).count();
        assert_eq!([count(Strength::Must), count(Strength::Should), count(Strength::May)], [229, 39, 28]);
        assert_eq!([count(Strength::Impl), count(Strength::Undef)], [12, 7]);
        assert!(catalogue.rows().iter().all(|row| ["3.1+", "3.1", "3.2"].contains(&row.versions.as_str())));
    }
}
