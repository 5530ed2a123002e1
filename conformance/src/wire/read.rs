//! Reads wire cases: files -> schema check -> groups written out -> cases.
//!
//! Takes: the folder of the cases. Gives: the cases in the order of files and places, or every fault with file, line and mend. Files
//! are strict, as those of the other cases are. Never panics.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::format::{Assumptions, CaseForm, GroupFile, Mode, Requirement, Step};
use super::suite::octets_of;
use crate::case::{CaseError, CasePlace, schema_faults};
use crate::catalogue::Catalogue;
use crate::source::Source;

/// The description that the server under test serves; it stands among the case files.
pub const DESCRIPTION: &str = "description.yaml";

/// The published schema of the format.
pub const SCHEMA: &str = include_str!("../../schemas/wire-case.schema.json");

/// The most octets that are cut at every place.
const SPLIT_BYTES_MAX: usize = 1024;

/// One case.
#[derive(Debug, Clone)]
pub struct WireCase {
    /// Stable and unique.
    pub id: String,
    /// The name of its file.
    pub group: String,
    /// What it shows, in a sentence.
    pub title: String,
    /// The section that demands it.
    pub rfc: String,
    /// How strong the demand is.
    pub requirement: Requirement,
    /// Catalogue rows that it gives evidence for.
    pub ids: Vec<String>,
    /// How its octets are cut.
    pub modes: Vec<Mode>,
    /// What it assumes of the server.
    pub assumes: Assumptions,
    /// What is done.
    pub steps: Vec<Step>,
    /// Where it is written.
    pub place: CasePlace,
}

/// Reads all case files in `root`.
///
/// # Errors
/// Every fault of every file.
pub fn read(root: &Path, catalogue: &Catalogue) -> Result<Vec<WireCase>, Vec<CaseError>> {
    let mut cases = Vec::new();
    let mut errors = Vec::new();
    for file in files(root).map_err(|error| vec![error])? {
        let read = std::fs::read_to_string(root.join(&file))
            .map_err(|error| {
                vec![CaseError::new(&file, 1, format!("cannot be read: {error}"), "write UTF-8 text")]
            })
            .and_then(|text| read_text(&file, &text, catalogue));
        match read {
            Ok(more) => cases.extend(more),
            Err(more) => errors.extend(more),
        }
    }
    errors.extend(taken_twice(&cases));
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

fn files(root: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let fault = |error: std::io::Error| {
        CaseError::new(
            root,
            1,
            format!("cannot be read: {error}"),
            "name a folder of wire cases, such as specs-corpus/wire",
        )
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root).map_err(fault)? {
        let name = PathBuf::from(entry.map_err(fault)?.file_name());
        let is_yaml = name.extension().is_some_and(|ending| ending == "yaml");
        if is_yaml && name != Path::new(DESCRIPTION) {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the text of one case file.
///
/// # Errors
/// Every fault of the text.
pub fn read_text(file: &Path, text: &str, catalogue: &Catalogue) -> Result<Vec<WireCase>, Vec<CaseError>> {
    const MEND: &str = "see docs/wire.md and conformance/schemas/wire-case.schema.json";
    let one = |line: usize, message: String| vec![CaseError::new(file, line, message, MEND)];
    let source = Source::parse(text).map_err(|error| one(error.line, error.message))?;
    let validator = validator().map_err(|message| one(1, message))?;
    schema_faults(file, &source, validator, MEND)?;
    let mut form: GroupFile = serde_json::from_str(&source.json)
        .map_err(|error| one(1, format!("not a file of wire cases: {error}")))?;
    let forms = std::mem::take(&mut form.cases);
    let mut cases = Vec::new();
    let mut errors = Vec::new();
    for (index, case) in forms.into_iter().enumerate() {
        let place = CasePlace { file: file.to_owned(), line: source.line(&format!("/cases/{index}")) };
        match build(case, &form, place, catalogue) {
            Ok(case) => cases.push(case),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

fn build(
    form: CaseForm,
    group: &GroupFile,
    place: CasePlace,
    catalogue: &Catalogue,
) -> Result<WireCase, CaseError> {
    let error = |message: String, mend: &str| {
        CaseError::new(&place.file, place.line, format!("{}: {message}", form.id), mend)
    };
    let rfc = form.rfc.clone().or_else(|| group.rfc.clone());
    let rfc = rfc.ok_or_else(|| error("names no section".to_owned(), "add `rfc: RFC 9112 §3`"))?;
    let requirement = form.requirement.or(group.requirement);
    let requirement =
        requirement.ok_or_else(|| error("has no requirement".to_owned(), "add `requirement: MUST`"))?;
    let ids = form.ids.clone().or_else(|| group.ids.clone()).unwrap_or_default();
    if let Some(id) = ids.iter().find(|id| catalogue.row(id).is_none()) {
        return Err(error(
            format!("`{id}` is no row of the catalogue"),
            "see conformance/data/catalogue.json",
        ));
    }
    for step in &form.steps {
        if let Step::Send(octets) = step {
            octets.expand().map_err(|message| error(message, "write two digits for each octet"))?;
        }
    }
    let modes = form.modes.clone().or_else(|| group.modes.clone()).unwrap_or_else(|| vec![Mode::Whole]);
    if modes.contains(&Mode::SplitEverywhere) && octets_of(&form.steps) > SPLIT_BYTES_MAX {
        let message = format!("more than {SPLIT_BYTES_MAX} octets to split everywhere");
        return Err(error(message, "leave `split-everywhere` out: each place is a run of its own"));
    }
    let group = place.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(WireCase {
        id: form.id,
        group,
        title: form.title,
        rfc,
        requirement,
        ids,
        modes,
        assumes: form.assumes,
        steps: form.steps,
        place,
    })
}

fn taken_twice(cases: &[WireCase]) -> Vec<CaseError> {
    let mut seen: HashMap<&str, &CasePlace> = HashMap::new();
    let mut errors = Vec::new();
    for case in cases {
        if let Some(first) = seen.insert(&case.id, &case.place) {
            let message = format!("the case id `{}` is taken: {first}", case.id);
            let mend = "give the later case another id; ids are never used again";
            errors.push(CaseError::new(&case.place.file, case.place.line, message, mend));
        }
    }
    errors
}

fn validator() -> Result<&'static jsonschema::Validator, String> {
    static VALIDATOR: OnceLock<Result<jsonschema::Validator, String>> = OnceLock::new();
    let compile = || {
        let schema: Value = serde_json::from_str(SCHEMA).map_err(|error| error.to_string())?;
        jsonschema::validator_for(&schema).map_err(|error| error.to_string())
    };
    VALIDATOR.get_or_init(compile).as_ref().map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_here(text: &str) -> Result<Vec<WireCase>, Vec<CaseError>> {
        read_text(Path::new("group.yaml"), text, &Catalogue::builtin().expect("catalogue"))
    }

    const HEAD: &str = "about: Some words.\nrfc: RFC 9112 §3\nrequirement: MUST\ncases:\n";

    #[test]
    fn faults_name_line_and_mend() {
        let check = |case: &str, line: usize, mention: &str| {
            let errors = read_here(&format!("{HEAD}{case}")).expect_err(case);
            let is = |error: &CaseError| error.line == line && error.message.contains(mention);
            assert!(errors.iter().any(is), "{case}: {errors:?}");
            assert!(errors.iter().all(|error| !error.mend.is_empty()), "{errors:?}");
        };
        check("- {id: a-b, title: A case., steps: [{send: x}], surprise: 1}", 5, "surprise");
        check("- {id: A, title: A case., steps: [{send: x}]}", 5, "A");
        check("- {id: a-b, title: A case., steps: [{shout: x}]}", 5, "");
        check("- {id: a-b, title: A case., steps: [{send: x}], ids: [PTH-999]}", 5, "PTH-999");
        check("- {id: a-b, title: A case., steps: [{send: [{hex: 0}]}]}", 5, "");
        check("- {id: a-b, title: A case., steps: [{send: [{hex: '0'}]}]}", 5, "");
        check("- {id: a-b, title: A case., steps: [{expect: {status: 99}}]}", 5, "");
        check(
            "- {id: a-b, title: A case., modes: [split-everywhere], steps: [{send: [{repeat: {text: x, count: 2000}}]}]}",
            5,
            "split everywhere",
        );
        let bare = "about: Some words.\ncases:\n- {id: a-b, title: A case., steps: [{send: x}]}";
        assert!(read_here(bare).expect_err("no section")[0].message.contains("names no section"));
    }

    #[test]
    fn a_group_says_what_its_cases_do_not() {
        let text = format!(
            "{HEAD}- {{id: a-b, title: A case., steps: [{{send: x}}]}}\n\
             - {{id: c-d, title: A case., rfc: RFC 9110 §9, requirement: choice, steps: [{{send: x}}]}}"
        );
        let cases = read_here(&text).expect("two cases");
        let told: Vec<_> =
            cases.iter().map(|case| (&*case.group, &*case.rfc, case.requirement.name())).collect();
        assert_eq!(told, [("group", "RFC 9112 §3", "MUST"), ("group", "RFC 9110 §9", "choice")]);
    }

    #[test]
    fn an_id_is_taken_once() {
        let text = format!(
            "{HEAD}- {{id: a-b, title: A case., steps: [{{send: x}}]}}\n- {{id: a-b, title: A case., steps: [{{send: x}}]}}"
        );
        assert_eq!(taken_twice(&read_here(&text).expect("two cases")).len(), 1);
    }

    #[test]
    fn the_suite_is_whole() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs-corpus/wire");
        let cases = read(&root, &Catalogue::builtin().expect("catalogue")).expect("readable");
        assert!(cases.len() >= 250, "{} cases", cases.len());
        let smuggling = cases.iter().filter(|case| case.group == "smuggling").count();
        assert!(smuggling >= 40, "{smuggling} cases of smuggling");
        for case in &cases {
            assert!(case.rfc.contains(" §"), "{}: `{}` names no section", case.id, case.rfc);
            assert!(case.id.starts_with(&format!("{}-", case.group)), "{} is in {}", case.id, case.group);
            assert!(case.title.ends_with('.'), "{}: the title is no sentence", case.id);
        }
    }
}
