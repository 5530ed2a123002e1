//! Findings of earlier runs, used again where nothing that led to them has changed.
//!
//! What led to a finding: the library, the suite's own judging of cases, the fault, and the cases up to the one that caught it, or all of
//! them where none did. So a new case costs a run of the survivors, and the result is that of a run of everything. Never panics.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Planted;
use super::judgement::Finding;
use super::trial::Catch;
use crate::case::{Case, Origin};

/// Sources of the suite that have no part in what a case shows.
const APART: [&str; 5] = [
    "conformance/src/planted",
    "conformance/src/report",
    "conformance/src/cli",
    "conformance/tests",
    "conformance/faults",
];
/// Sources that have.
const SOURCES: [&str; 4] = ["router/", "conformance/", "Cargo.toml", "Cargo.lock"];

/// One finding with a digest of all that led to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    digest: u64,
    /// `None`: it survived.
    catch: Option<Catch>,
}

/// What is known from earlier.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    sources: u64,
    kept: BTreeMap<String, Kept>,
}

impl Store {
    /// Reads what is kept; `files` are those that were copied from `workspace`. Where `fresh`, nothing earlier counts.
    #[must_use]
    pub fn open<'f>(workspace: &Path, files: impl Iterator<Item = &'f PathBuf>, fresh: bool) -> Self {
        let path = workspace.join("target/faults/findings.json");
        let text = if fresh { None } else { std::fs::read(&path).ok() };
        // A file that cannot be read costs a run.
        let kept = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { path, sources: of_sources(workspace, files), kept }
    }

    /// The finding, if all that led to it is as it was. `cases` are in the order in which they are tried.
    #[must_use]
    pub fn get(&self, fault: &Planted, root: &Path, cases: &[&Case]) -> Option<Finding> {
        let kept = self.kept.get(&fault.entry.id)?;
        let tried = tried(cases, kept.catch.as_ref())?;
        let same = self.digest(fault, root, tried) == kept.digest;
        same.then(|| kept.catch.clone().map_or(Finding::Survived, Finding::Caught))
    }

    /// Keeps a finding.
    ///
    /// # Errors
    /// That the file cannot be written.
    pub fn put(
        &mut self,
        fault: &Planted,
        root: &Path,
        cases: &[&Case],
        finding: &Finding,
    ) -> Result<(), String> {
        let catch = match finding {
            Finding::Caught(catch) => Some(catch.clone()),
            Finding::Survived => None,
            Finding::NotBuilt(_) => return Ok(()),
        };
        let Some(tried) = tried(cases, catch.as_ref()) else { return Ok(()) };
        let digest = self.digest(fault, root, tried);
        self.kept.insert(fault.entry.id.clone(), Kept { digest, catch });
        let text = serde_json::to_vec_pretty(&self.kept).map_err(|error| error.to_string())?;
        std::fs::write(&self.path, text).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    fn digest(&self, fault: &Planted, root: &Path, cases: &[&Case]) -> u64 {
        let mut hasher = DefaultHasher::new();
        let entry = &fault.entry;
        (self.sources, &entry.file, &entry.find, &entry.replace).hash(&mut hasher);
        for case in cases {
            // Where a case stands in its file, and how it was written, do not matter.
            let place = crate::case::CasePlace { file: PathBuf::new(), line: 0 };
            let bare = Case { place, written: crate::case::Written::new(), ..(*case).clone() };
            format!("{bare:?}").hash(&mut hasher);
            if let Origin::File(file) = &case.origin {
                std::fs::read(root.join(file)).ok().hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

/// The cases up to the one that caught the fault; all of them where none did; `None` where that one is gone.
fn tried<'a, 'c>(cases: &'a [&'c Case], catch: Option<&Catch>) -> Option<&'a [&'c Case]> {
    let Some(catch) = catch else { return Some(cases) };
    let at = cases.iter().position(|case| case.id == catch.case)?;
    cases.get(..=at)
}

fn of_sources<'f>(workspace: &Path, files: impl Iterator<Item = &'f PathBuf>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let name = file.to_string_lossy();
        let counts = SOURCES.iter().any(|start| name.starts_with(start));
        if counts && !APART.iter().any(|start| name.starts_with(start)) {
            (file, std::fs::read(workspace.join(file)).ok()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::{Entry, Stage};

    /// A corpus with these cases, and what is kept of a fault that `catch` caught.
    fn fixture(name: &str) -> (PathBuf, Planted) {
        let root = std::env::temp_dir().join(format!("conformance-store-{name}-{}", std::process::id()));
        for (file, text) in [("router/src/lib.rs", "a < b"), ("target/faults/keep", "")] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let entry = Entry {
            id: "head-x".to_owned(),
            ids: Vec::new(),
            file: "router/src/lib.rs".into(),
            find: "<".to_owned(),
            replace: "<=".to_owned(),
            breaks: "the bound".to_owned(),
            survives: None,
        };
        (root, Planted { stage: Stage::Head, entry })
    }

    fn cases(root: &Path, titles: &[&str]) -> Vec<Case> {
        let catalogue = crate::catalogue::Catalogue::builtin().expect("catalogue");
        let line = |(at, title): (usize, &&str)| {
            format!(
                "- {{id: case-{at}, title: {title}, level: L0, polarity: positive, probes: [{{parse: {{text: '1', format: json, ok: true}}}}]}}\n"
            )
        };
        let text: String = titles.iter().enumerate().map(line).collect();
        let file = root.join("cases/robustness/x.yaml");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, format!("cases:\n{text}")).expect("a file");
        let corpus = crate::corpus::read(root, &catalogue);
        assert!(corpus.errors.is_empty(), "{:?}", corpus.errors);
        corpus.cases
    }

    #[test]
    fn a_finding_counts_while_what_led_to_it_is_the_same() {
        let (root, fault) = fixture("same");
        let files = [PathBuf::from("router/src/lib.rs")];
        let open = |fresh| Store::open(&root, files.iter(), fresh);
        let (before, after) = (cases(&root, &["a", "b", "c"]), cases(&root, &["a", "b", "other"]));
        let refs = |cases: &'static [Case]| -> Vec<&'static Case> { cases.iter().collect() };
        let (before, after) = (refs(before.leak()), refs(after.leak()));
        let caught = Finding::Caught(Catch {
            case: "case-1".to_owned(),
            ids: Vec::new(),
            end: None,
            detail: String::new(),
        });
        open(false).put(&fault, &root, &before, &caught).expect("kept");
        assert_eq!(
            open(false).get(&fault, &root, &after),
            Some(caught),
            "what is behind the case does not matter"
        );
        assert_eq!(open(true).get(&fault, &root, &after), None);
        assert_eq!(open(false).get(&fault, &root, &after[1..]), None, "another order");
        open(false).put(&fault, &root, &before, &Finding::Survived).expect("kept");
        assert_eq!(open(false).get(&fault, &root, &before), Some(Finding::Survived));
        assert_eq!(open(false).get(&fault, &root, &after), None, "a survivor has met every case");
        let other = Planted { entry: Entry { replace: ">".to_owned(), ..fault.entry.clone() }, ..fault };
        assert_eq!(open(false).get(&other, &root, &before), None);
        std::fs::write(root.join(&files[0]), "a <b").expect("changed");
        assert_eq!(open(false).get(&fault, &root, &before), None);
        std::fs::remove_dir_all(&root).expect("removed");
    }
}
