//! Reads `report.json` back, for `merge` and `--compare`. Never panics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::documents::DocumentResult;
use crate::generate::Generated;
use crate::outcome::{Fault, Outcome, Verdict};
use crate::protocol::Diagnostic;
use crate::recording::{Record, Recorded};

/// What of a report is read back.
#[derive(Debug, Deserialize)]
pub struct Stored {
    /// Its cases.
    pub cases: Vec<StoredCase>,
    /// Its documents.
    pub documents: StoredDocuments,
    /// What was made from them.
    #[serde(default)]
    pub generated: StoredTraffic,
}

/// The generated traffic of a report.
#[derive(Debug, Default, Deserialize)]
pub struct StoredTraffic {
    /// Its seed.
    pub seed: u64,
}

/// A case of a report.
#[derive(Debug, Deserialize)]
pub struct StoredCase {
    /// Its id.
    pub id: String,
    verdict: String,
    fault: Option<String>,
    detail: Vec<String>,
    #[serde(default)]
    exchanges: Vec<Recorded>,
    #[serde(default)]
    over_socket: bool,
}

/// The documents of a report.
#[derive(Debug, Deserialize)]
pub struct StoredDocuments {
    /// All of them.
    pub list: Vec<StoredDocument>,
}

/// A document of a report.
#[derive(Debug, Deserialize)]
pub struct StoredDocument {
    path: PathBuf,
    verdict: String,
    #[serde(default)]
    fault: Option<String>,
    must_be_refused: bool,
    operations: usize,
    reached: usize,
    detail: Vec<String>,
    #[serde(default)]
    diagnostics: Vec<Diagnostic>,
    #[serde(default)]
    generated: Generated,
}

impl Stored {
    /// Reads the report at `path`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: not a report: {error}", path.display()))
    }

    /// The verdict of every case and document, by name.
    ///
    /// # Errors
    /// A word that is no verdict.
    pub fn verdicts(&self) -> Result<BTreeMap<String, Verdict>, String> {
        let cases = self.cases.iter().map(|case| (case.id.clone(), case.verdict.as_str()));
        let documents = self.documents.list.iter();
        let documents = documents.map(|one| (one.path.to_string_lossy().into_owned(), one.verdict.as_str()));
        cases.chain(documents).map(|(name, word)| verdict(word).map(|verdict| (name, verdict))).collect()
    }
}

fn verdict(word: &str) -> Result<Verdict, String> {
    Verdict::of_name(word).ok_or_else(|| format!("`{word}` is no verdict"))
}

fn outcome(word: &str, fault: Option<String>, detail: Vec<String>) -> Result<Outcome, String> {
    Ok(Outcome { verdict: verdict(word)?, fault: fault.and_then(|name| Fault::of_name(&name)), detail })
}

impl StoredCase {
    /// As if it had just run.
    ///
    /// # Errors
    /// A word that is no verdict.
    pub fn restored(self) -> Result<(Outcome, Record), String> {
        let outcome = outcome(&self.verdict, self.fault, self.detail)?;
        Ok((outcome, Record { exchanges: self.exchanges, seconds: 0.0, over_socket: self.over_socket }))
    }
}

impl StoredDocument {
    /// As if it had just run.
    ///
    /// # Errors
    /// A word that is no verdict.
    pub fn restored(self) -> Result<DocumentResult, String> {
        let mut document = DocumentResult {
            outcome: outcome(&self.verdict, self.fault, self.detail)?,
            path: self.path,
            must_be_refused: self.must_be_refused,
            operations: self.operations,
            reached: self.reached,
            findings: BTreeMap::new(),
            diagnostics: Vec::new(),
            generated: self.generated,
        };
        document.find(self.diagnostics);
        Ok(document)
    }
}
