//! Documents that others wrote, and what they say of each: the pass and fail documents of the OpenAPI Initiative,
//! and some two hundred with an independent verdict.
//!
//! Skipped, with a word about it, where the corpora are absent.

use std::path::Path;

use brrtrouter::description::{Diagnostics, Loader, Severity};

use crate::corpora::{corpus, files};

/// All findings, whether there are errors or not.
fn findings(path: &Path) -> Diagnostics {
    match Loader::new().lenient(true).load_path(path) {
        Ok(description) => description.diagnostics().clone(),
        Err(diagnostics) => diagnostics,
    }
}

fn errors(diagnostics: &Diagnostics) -> Vec<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|error| format!("{} {} at {}", error.code, error.what, error.place.pointer)).collect()
}

/// How many documents of a folder get the verdict that its name says; the others, told.
fn judge(folder: &Path, wrong: &mut Vec<String>) -> usize {
    let paths = files(folder, &["yaml"]);
    let count = paths.len();
    let refused = folder.ends_with("fail");
    let misjudged = paths.into_iter().map(|path| (findings(&path), path));
    let misjudged = misjudged.filter(|(found, _)| found.has_errors() != refused);
    let told: Vec<String> =
        misjudged.map(|(found, path)| format!("{}: {:#?}", path.display(), errors(&found))).collect();
    let right = count - told.len();
    wrong.extend(told);
    right
}

#[test]
fn documents_of_the_openapi_initiative() {
    let Some(suite) = corpus("oai/schema-tests") else { return };
    let mut wrong = Vec::new();
    let mut count = |folder: &str| judge(&suite.join(folder), &mut wrong);
    let counts = [count("v3.1/pass"), count("v3.1/fail"), count("v3.2/pass"), count("v3.2/fail")];
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(counts, [35, 11, 37, 29]);
}

/// Where our verdict differs from the published JSON Schemas', and why (`DOC-023`: the text wins).
const RULINGS: [(&str, &str); 6] = [
    (
        "readme-oas-examples/3.0/json/schema-validation.json",
        "the pattern is a regular expression without the Unicode flag, which OpenAPI 3.0 does not ask for",
    ),
    (
        "readme-oas-examples/3.1/json/parameters-style.json",
        "ENC-003: keys of `encoding` must exist as properties, which the JSON Schema does not check",
    ),
    (
        "readme-oas-examples/3.1/json/schema-validation-local.json",
        "SCH-005: another dialect is allowed; the published schema is for documents of its own dialect only",
    ),
    (
        "readme-oas-examples/3.1/json/schema-validation-top-level.json",
        "SCH-005: another dialect is allowed; the published schema is for documents of its own dialect only",
    ),
    (
        "real-world/openai-3.1.yaml",
        "SCH-021: `$recursiveAnchor` is no keyword of JSON Schema 2020-12, hence an annotation",
    ),
    ("real-world/opencode-3.1.yaml", "DOC-019: tag names are unique, which the JSON Schema does not check"),
];

#[test]
fn documents_with_an_independent_verdict() {
    let Some(oracle) = corpus("oracle.json") else { return };
    let corpora = oracle.with_file_name("");
    let text = std::fs::read_to_string(&oracle).expect("the oracle can be read");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the oracle is JSON");
    let mut wrong = Vec::new();
    let mut unused: Vec<&str> = RULINGS.iter().map(|(file, _)| *file).collect();
    for row in &rows {
        let file = row["file"].as_str().expect("a file");
        let verdict = row.get("oas_schema_base").unwrap_or(&row["oas_schema"]);
        let found = findings(&corpora.join(file));
        let agrees = found.has_errors() == (verdict == "invalid");
        let ruled = RULINGS.iter().any(|(ruled, _)| *ruled == file);
        unused.retain(|ruled| *ruled != file);
        if agrees == ruled {
            let oracle = row.get("first_error");
            wrong.push(format!("{file}: {verdict} {oracle:?}, we found {:#?}", errors(&found)));
        }
    }
    assert!(wrong.is_empty() && unused.is_empty(), "{}\nunused rulings: {unused:?}", wrong.join("\n"));
    assert_eq!(rows.len(), 207);
}
