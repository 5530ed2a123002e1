//! Planted faults: small mutations of the library, each of which a case of the corpus must catch.
//!
//! Takes: `conformance/faults/<stage>.yaml`. Gives: the faults in the order of the stages and of their files, or every error of every
//! file. `tree` plants them in a copy of the sources, `trial` runs the cases, `judgement` says what that shows, `store`
//! keeps it. Never panics.

pub mod judgement;
pub mod store;
pub mod tree;
pub mod trial;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::case::CaseError;
use crate::catalogue::Catalogue;
use crate::source::Source;

/// Where the files are, from the workspace's root.
pub const FOLDER: &str = "conformance/faults";
const MEND: &str = "entries are `{id, ids, file, find, replace, breaks, survives}`; see docs/conformance.md";

/// A stage of the library, in the order in which a request meets them; loading and compiling come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading and checking descriptions.
    Description,
    /// From the description to an `Api`.
    Compile,
    /// The request head.
    Head,
    /// Which operation.
    Route,
    /// Who may.
    Security,
    /// Parameters.
    Parameter,
    /// Request content.
    Content,
    /// Schemas, as they are used in serving.
    Schema,
    /// The journey of a request, and handlers.
    Handler,
    /// Responses.
    Response,
    /// Problems.
    Problem,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Description,
        Self::Compile,
        Self::Head,
        Self::Route,
        Self::Security,
        Self::Parameter,
        Self::Content,
        Self::Schema,
        Self::Handler,
        Self::Response,
        Self::Problem,
    ];

    /// Its name, which is also that of its file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Compile => "compile",
            Self::Head => "head",
            Self::Route => "route",
            Self::Security => "security",
            Self::Parameter => "parameter",
            Self::Content => "content",
            Self::Schema => "schema",
            Self::Handler => "handler",
            Self::Response => "response",
            Self::Problem => "problem",
        }
    }

    /// What the paths of its sources begin with.
    #[must_use]
    pub const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Description => &["router/src/description"],
            Self::Compile => &["router/src/compile"],
            Self::Head => &["router/src/serve/head", "router/src/octets.rs"],
            Self::Route => &["router/src/serve/route"],
            Self::Security => &["router/src/serve/security"],
            Self::Parameter => &["router/src/serve/parameter"],
            Self::Content => &["router/src/serve/content", "router/src/serve/body.rs"],
            Self::Schema => &["router/src/schema"],
            Self::Handler => &["router/src/serve"],
            Self::Response => &["router/src/serve/response"],
            Self::Problem => &["router/src/serve/problem"],
        }
    }
}

/// One fault.
#[derive(Debug, Clone)]
pub struct Planted {
    /// Its stage.
    pub stage: Stage,
    /// What the data file says.
    pub entry: Entry,
}

/// One fault as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Unique; the stage and some words.
    pub id: String,
    /// The rows that it breaks, whose cases are run first.
    #[serde(default)]
    pub ids: Vec<String>,
    /// The source file, from the workspace's root.
    pub file: PathBuf,
    /// Text that occurs once in the file.
    pub find: String,
    /// What stands there instead.
    pub replace: String,
    /// What no longer holds, in a sentence.
    pub breaks: String,
    /// Why no case catches it; absent where one must.
    #[serde(default)]
    pub survives: Option<String>,
}

impl Planted {
    /// The file's text with the fault.
    ///
    /// # Errors
    /// That the text to be replaced does not occur exactly once.
    pub fn applied(&self, text: &str) -> Result<String, String> {
        let Entry { id, file, find, replace, .. } = &self.entry;
        match text.matches(find.as_str()).count() {
            1 => Ok(text.replacen(find.as_str(), replace, 1)),
            count => Err(format!("{id}: its text occurs {count} times in {}, not once", file.display())),
        }
    }
}

/// Reads the files of all stages below the workspace's root.
///
/// # Errors
/// Every error of every file.
pub fn read(workspace: &Path, catalogue: &Catalogue) -> Result<Vec<Planted>, Vec<CaseError>> {
    let (mut faults, mut errors) = (Vec::new(), Vec::new());
    for stage in Stage::ALL {
        let file = Path::new(FOLDER).join(format!("{}.yaml", stage.name()));
        match std::fs::read_to_string(workspace.join(&file)) {
            Ok(text) => match parse(stage, &file, &text, catalogue) {
                Ok(list) => faults.extend(list),
                Err(list) => errors.extend(list),
            },
            Err(error) => errors.push(CaseError::new(&file, 1, format!("cannot be read: {error}"), MEND)),
        }
    }
    let mut seen = HashSet::new();
    for fault in faults.iter().filter(|fault| !seen.insert(fault.entry.id.as_str())) {
        let message = format!("the id `{}` is taken", fault.entry.id);
        errors.push(CaseError::new(Path::new(FOLDER), 1, message, "give one of the two another id"));
    }
    if errors.is_empty() { Ok(faults) } else { Err(errors) }
}

/// Reads the text of one stage's file.
///
/// # Errors
/// Every error of the text.
pub fn parse(
    stage: Stage,
    file: &Path,
    text: &str,
    catalogue: &Catalogue,
) -> Result<Vec<Planted>, Vec<CaseError>> {
    let unreadable = |line, message| vec![CaseError::new(file, line, message, MEND)];
    let source = Source::parse(text).map_err(|error| unreadable(error.line, error.message))?;
    let values: Vec<serde_json::Value> =
        serde_json::from_str(&source.json).map_err(|error| unreadable(1, error.to_string()))?;
    let (mut faults, mut errors) = (Vec::new(), Vec::new());
    for (index, value) in values.into_iter().enumerate() {
        let read = serde_json::from_value::<Entry>(value).map_err(|error| error.to_string());
        match read.and_then(|entry| check(stage, entry, catalogue)) {
            Ok(entry) => faults.push(Planted { stage, entry }),
            Err(message) => {
                errors.push(CaseError::new(file, source.line(&format!("/{index}")), message, MEND));
            }
        }
    }
    if errors.is_empty() { Ok(faults) } else { Err(errors) }
}

fn check(stage: Stage, entry: Entry, catalogue: &Catalogue) -> Result<Entry, String> {
    let says_nothing = |text: &str| text.trim().is_empty();
    if let Some(id) = entry.ids.iter().find(|id| catalogue.row(id).is_none()) {
        return Err(format!("{}: `{id}` is no row of the catalogue", entry.id));
    }
    if !entry.id.starts_with(&format!("{}-", stage.name())) {
        return Err(format!("{}: the id begins with the stage, `{}-`", entry.id, stage.name()));
    }
    let file = entry.file.to_string_lossy();
    if !stage.sources().iter().any(|start| file.starts_with(start)) || file.contains("..") {
        return Err(format!("{}: {file} is no source of this stage", entry.id));
    }
    if says_nothing(&entry.find) || entry.find == entry.replace {
        return Err(format!("{}: it changes nothing", entry.id));
    }
    if says_nothing(&entry.breaks) || entry.survives.as_deref().is_some_and(says_nothing) {
        return Err(format!("{}: `breaks` and `survives` must say something", entry.id));
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As few faults as show that the suite is tested at all.
    const FAULTS_MIN: usize = 40;
    const PER_STAGE_MIN: usize = 3;

    fn workspace() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn all() -> Vec<Planted> {
        read(&workspace(), &Catalogue::builtin().expect("catalogue")).expect("readable")
    }

    #[test]
    fn every_fault_can_be_planted() {
        let wrong: Vec<String> = all()
            .iter()
            .filter_map(|fault| {
                let file = workspace().join(&fault.entry.file);
                let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
                text.and_then(|text| fault.applied(&text)).err()
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_stage_has_some() {
        let all = all();
        assert!(all.len() >= FAULTS_MIN, "{} faults", all.len());
        for stage in Stage::ALL {
            let count = all.iter().filter(|fault| fault.stage == stage).count();
            assert!(count >= PER_STAGE_MIN, "{}: {count} faults", stage.name());
        }
    }

    #[test]
    fn the_committed_page_is_of_these_faults() {
        let page =
            std::fs::read_to_string(workspace().join("reports/conformance/faults.md")).expect("the page");
        let told: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let known: Vec<String> = all().into_iter().map(|fault| fault.entry.id).collect();
        assert_eq!(told, known, "run `cargo run -p conformance -- faults specs-corpus/`");
    }

    #[test]
    fn faults_of_the_data_are_named() {
        let catalogue = Catalogue::builtin().expect("catalogue");
        let good = "id: head-x, file: router/src/serve/head.rs, find: a, replace: b, breaks: something";
        let parse =
            |entry: &str| parse(Stage::Head, Path::new("f.yaml"), &format!("- {{{entry}}}"), &catalogue);
        assert_eq!(parse(good).map(|list| list.len()), Ok(1));
        for (from, to, mention) in [
            ("head-x", "route-x", "begins with the stage"),
            ("serve/head.rs", "serve/route.rs", "no source of this stage"),
            ("serve/head.rs", "serve/head/../route.rs", "no source of this stage"),
            ("replace: b", "replace: a", "changes nothing"),
            ("breaks: something", "breaks: ' '", "must say something"),
            ("breaks: something", "breaks: x, survives: ''", "must say something"),
            ("breaks: something", "breaks: x, ids: [pth-001]", "no row"),
            ("breaks: something", "breaks: x, why: y", "why"),
            (", replace: b", "", "replace"),
        ] {
            let errors = parse(&good.replace(from, to)).expect_err(to);
            assert!(errors.iter().any(|error| error.message.contains(mention)), "{to}: {errors:?}");
        }
    }

    #[test]
    fn a_text_that_does_not_occur_once_is_refused() {
        let catalogue = Catalogue::builtin().expect("catalogue");
        let text =
            "- {id: head-x, file: router/src/serve/head.rs, find: 'a < b', replace: 'a <= b', breaks: x}";
        let faults = parse(Stage::Head, Path::new("f.yaml"), text, &catalogue).expect("one");
        assert_eq!(faults[0].applied("if a < b {}"), Ok("if a <= b {}".to_owned()));
        for other in ["if b < a {}", "a < b; a < b"] {
            assert!(faults[0].applied(other).is_err_and(|why| why.contains("times")), "{other}");
        }
    }
}
