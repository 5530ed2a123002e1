//! A second opinion on every document: whether the crate `oas3`, which reads OpenAPI 3.1 into types, reads it too.
//!
//! It gets the document as JSON, so that no difference of YAML readers enters. It reads types and checks no rule, so that it
//! accepts more than the specification does; what it refuses is what deserves a look. A disagreement needs a
//! ruling in `data/external-rulings.json` under the suite `oas3`. Its opinion is counted apart and moves no verdict.

use std::path::Path;

use super::Ruling;
use crate::outcome::Stop;
use crate::source::Source;

/// The name of these opinions among suites and rulings.
pub const NAME: &str = "oas3";

/// What `oas3` says of a document, beside what we say.
#[derive(Debug, Clone)]
pub struct SecondOpinion {
    /// The document, below the corpora folder.
    pub document: String,
    /// Whether we take it for right.
    pub ours: bool,
    /// Why `oas3` does not read it.
    pub refusal: Option<String>,
    /// Who is right, where the two differ.
    pub ruling: Option<String>,
}

impl SecondOpinion {
    /// The opinion on the document at `path`, which we judged `ours`.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn on(document: &str, path: &Path, ours: bool) -> Result<Self, Stop> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Stop::Harness(format!("{}: {error}", path.display())))?;
        let read = Source::parse(&text).map_err(|error| format!("line {}: {}", error.line, error.message));
        let read = read.and_then(|source| oas3::from_json(source.json).map_err(|error| error.to_string()));
        let refusal = read.err().map(|reason| reason.chars().take(200).collect());
        Ok(Self { document: document.to_owned(), ours, refusal, ruling: None })
    }

    /// Whether the two verdicts differ.
    #[must_use]
    pub const fn differs(&self) -> bool {
        self.ours != self.refusal.is_none()
    }

    /// Finds the ruling; answers its index.
    pub(super) fn rule(&mut self, rulings: &[Ruling]) -> Option<usize> {
        let wanted = |ruling: &Ruling| ruling.suite == NAME && ruling.name == self.document;
        let index = rulings.iter().position(wanted).filter(|_| self.differs())?;
        self.ruling = rulings.get(index).map(|ruling| ruling.reason.clone());
        Some(index)
    }

    /// The difference in words, where there is one without a ruling.
    #[must_use]
    pub fn open(&self) -> Option<String> {
        let (ours, theirs) = match (&self.refusal, self.ours) {
            (Some(refusal), true) => ("accepted", format!("refused: {refusal}")),
            (None, false) => ("refused", "read".to_owned()),
            (Some(_), false) | (None, true) => return None,
        };
        self.ruling.is_none().then(|| format!("unruled: {}: {ours} here, by oas3 {theirs}", self.document))
    }
}
