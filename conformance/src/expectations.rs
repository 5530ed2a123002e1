//! Known gaps: what is expected not to be met yet, with reason and date.
//!
//! Takes: `expectations.yaml` of a corpus. Gives: which cases may fail and which rows are accounted for without
//! cases. An entry that no longer holds is stale and fails the run. Never panics.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::case::CaseError;
use crate::catalogue::Catalogue;
use crate::source::Source;

/// One entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The catalogue row; may be left out for a whole document.
    #[serde(default)]
    pub id: Option<String>,
    /// The case or document; without it the entry is about the row.
    #[serde(default)]
    pub case: Option<String>,
    /// What the entry says about a row; only without `case`.
    #[serde(default)]
    pub state: Option<State>,
    /// What shows the row where the cases do not: a file or folder beside the corpus, some text of which names the row.
    #[serde(default)]
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// The date of the entry.
    pub since: String,
    #[serde(skip)]
    /// Its line in the file.
    pub line: usize,
}

/// What an entry without a case says about its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The row is not met, or not by this runner.
    #[default]
    Gap,
    /// No one has written its cases yet.
    NotYet,
    /// Only one polarity makes sense.
    OneSided,
    /// Other tests show it, which the entry names.
    Elsewhere,
}

/// All entries of a corpus.
#[derive(Debug, Default)]
pub struct Expectations {
    entries: Vec<Entry>,
    by_case: BTreeMap<String, usize>,
    by_row: BTreeMap<String, usize>,
}

impl Expectations {
    /// Reads the file; a missing one is empty.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn read(file: &Path, catalogue: &Catalogue) -> Result<Self, Vec<CaseError>> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(vec![CaseError::new(file, 1, format!("cannot be read: {error}"), "it is UTF-8")]);
            }
        };
        Self::parse(file, &text, catalogue)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// Every fault of the text.
    pub fn parse(file: &Path, text: &str, catalogue: &Catalogue) -> Result<Self, Vec<CaseError>> {
        let mend = "entries are `{id, case, reason, since}`; see docs/cases.md";
        let source = Source::parse(text).or_else(|error| match text.trim() {
            "" => Source::parse("[]"),
            _ => Err(error),
        });
        let source = source.map_err(|error| vec![CaseError::new(file, error.line, error.message, mend)])?;
        let list: Vec<serde_json::Value> = match serde_json::from_str::<Option<_>>(&source.json) {
            Ok(list) => list.unwrap_or_default(),
            Err(error) => return Err(vec![CaseError::new(file, 1, error.to_string(), mend)]),
        };
        let mut expectations = Self::default();
        let mut errors = Vec::new();
        for (index, value) in list.into_iter().enumerate() {
            let line = source.line(&format!("/{index}"));
            let added =
                serde_json::from_value::<Entry>(value).map_err(|error| error.to_string()).and_then(|entry| {
                    is_shown(&entry, file.parent().unwrap_or(Path::new("")))?;
                    expectations.add(Entry { line, ..entry }, catalogue)
                });
            if let Err(message) = added {
                errors.push(CaseError::new(file, line, message, mend));
            }
        }
        if errors.is_empty() { Ok(expectations) } else { Err(errors) }
    }

    fn add(&mut self, entry: Entry, catalogue: &Catalogue) -> Result<(), String> {
        if let Some(id) = &entry.id
            && catalogue.row(id).is_none()
        {
            return Err(format!("`{id}` is no row of the catalogue"));
        }
        if entry.reason.trim().is_empty() || entry.since.trim().is_empty() {
            return Err("`reason` and `since` must say something".to_owned());
        }
        let index = self.entries.len();
        match (&entry.id, &entry.case) {
            (_, Some(_)) if entry.state.is_some() => {
                return Err("`state` is for entries without a case".to_owned());
            }
            (_, Some(case)) => {
                // Several rows may name the same case; the first entry gives the reason.
                self.by_case.entry(case.clone()).or_insert(index);
            }
            (Some(id), None) => {
                if self.by_row.insert(id.clone(), index).is_some() {
                    return Err(format!("`{id}` has two entries without a case"));
                }
            }
            (None, None) => return Err("names neither a row nor a case".to_owned()),
        }
        self.entries.push(entry);
        Ok(())
    }

    /// The entry that lets `case` fail.
    #[must_use]
    pub fn of_case(&self, case: &str) -> Option<&Entry> {
        self.by_case.get(case).and_then(|index| self.entries.get(*index))
    }

    /// The entry about the row `id` as a whole.
    #[must_use]
    pub fn of_row(&self, id: &str) -> Option<&Entry> {
        self.by_row.get(id).and_then(|index| self.entries.get(*index))
    }

    /// All entries in file order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Whether what is to show a row elsewhere is there, and names the row.
fn is_shown(entry: &Entry, corpus: &Path) -> Result<(), String> {
    match (entry.state, &entry.by, &entry.id) {
        (Some(State::Elsewhere), Some(by), Some(id)) if names(&corpus.join(by), id) => Ok(()),
        (Some(State::Elsewhere), Some(by), Some(id)) => {
            Err(format!("`by: {by}` is no file or folder beside the corpus in which a text names {id}"))
        }
        (Some(State::Elsewhere), ..) => {
            Err("`state: elsewhere` needs the row, and `by` with the tests that show it".to_owned())
        }
        (_, Some(_), _) => Err("`by` is for `state: elsewhere`".to_owned()),
        (_, None, _) => Ok(()),
    }
}

/// Whether a text at or below `path` names the row.
fn names(path: &Path, id: &str) -> bool {
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            open.extend(entries.flatten().map(|entry| entry.path()));
        } else if std::fs::read_to_string(&path).is_ok_and(|text| text.contains(id)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_the_file_are_named() {
        let catalogue = Catalogue::builtin().expect("catalogue");
        let parse = |text: &str| Expectations::parse(Path::new("e.yaml"), text, &catalogue);
        for (text, mention) in [
            ("- {id: PTH-999, reason: x, since: y}", "PTH-999"),
            ("- {id: PTH-001, reason: x}", "since"),
            ("- {id: PTH-001, reason: '', since: y}", "reason"),
            ("- {reason: x, since: y}", "neither"),
            ("- {id: PTH-001, reason: x, since: y, why: z}", "why"),
            ("- {id: PTH-001, reason: x, since: y}\n- {id: PTH-001, reason: x, since: y}", "two entries"),
            ("- {id: PTH-001, case: a-b, state: gap, reason: x, since: y}", "state"),
            ("- {id: PTH-001, state: elsewhere, reason: x, since: y}", "needs the row, and `by`"),
            ("- {id: PTH-001, by: wire, reason: x, since: y}", "`by` is for"),
            ("a: b", ""),
        ] {
            let errors = parse(text).expect_err(text);
            assert!(errors.iter().any(|error| error.message.contains(mention)), "{text}: {errors:?}");
        }
        for text in ["", "# nothing yet\n", "[]", "- {id: PTH-001, case: a-b, reason: x, since: y}"] {
            assert!(parse(text).is_ok(), "{text}");
        }
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs-corpus/e.yaml");
        for (by, id, shown) in
            [("wire", "HTTP-012", true), ("wire", "PTH-001", false), ("nowhere", "HTTP-012", false)]
        {
            let text = format!("- {{id: {id}, state: elsewhere, by: {by}, reason: x, since: y}}");
            assert_eq!(Expectations::parse(&corpus, &text, &catalogue).is_ok(), shown, "{text}");
        }
        let expectations = parse("- {id: PTH-001, case: a-b, reason: x, since: y}").expect("good");
        assert!(expectations.of_case("a-b").is_some() && expectations.of_row("PTH-001").is_none());
    }
}
