//! Every requirement ID that the sources, the cases and the pages mention is a row of the catalogue.
//!
//! An ID is an area's letters, a dash and three digits, as a word of its own. In the corpus, words in lower case are the IDs of
//! cases, which the runner checks. External names of the same form are listed.

use conformance::catalogue::Catalogue;

use crate::source::{File, Finding, file, files, none, told};

/// Files that name rows which must not exist, to see them refused.
const PLANTED: [&str; 5] = [
    "conformance/src/expectations.rs",
    "conformance/tests/harness.rs",
    "conformance/tests/tidy/ids.rs",
    "conformance/src/case/read.rs",
    "conformance/src/wire/read.rs",
];
/// Standards, not rows: ECMA-262, ECMA-404 and the like.
const STANDARDS: [&str; 4] = ["ECMA", "ISO", "UTF", "RFC"];

/// The words of this form in one line.
fn ids(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).filter(|word| {
        word.split_once('-').is_some_and(|(area, number)| {
            (2..=4).contains(&area.len())
                && area.bytes().all(|byte| byte.is_ascii_uppercase())
                && number.len() == 3
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

fn unknown(files: &[File], is_known: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            let is_standard =
                |id: &str| id.split_once('-').is_some_and(|(area, _)| STANDARDS.contains(&area));
            for id in ids(line).filter(|id| !is_known(id) && !is_standard(id)) {
                let says = format!("the catalogue has no row {id}");
                findings.push(Finding::new(
                    &file.path,
                    at + 1,
                    says,
                    "name a row of conformance/data/catalogue.json",
                ));
            }
        }
    }
    findings
}

#[test]
fn mentioned_requirements_exist() {
    let catalogue = Catalogue::builtin().expect("the catalogue");
    let mut all = files(
        &["router", "conformance", "specs-corpus", "docs", "examples", "perf", "fuzz"],
        &[".rs", ".md", ".yaml", ".yml", ".json", ".toml"],
    );
    all.extend(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(file));
    all.retain(|file| !PLANTED.contains(&&*file.path));
    none(&unknown(&all, |id| catalogue.row(id).is_some()));
}

#[test]
fn planted_ids_are_found() {
    let page = File::new(
        "a.md",
        "DOC-001 and (PTH-999).\nECMA-262, DOC-0011, xDOC-999, DOC-999x, doc-999-case, SER-998:",
    );
    told(&unknown(&[page], |id| id == "DOC-001"), &[("a.md:1", "PTH-999"), ("a.md:2", "SER-998")]);
}
