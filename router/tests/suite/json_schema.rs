//! The official JSON Schema Test Suite, through the OpenAPI loader (SCH-001, SCH-005).
//!
//! Every schema of the suite stands as a component of an OpenAPI 3.1 document; its remotes are retrieved
//! as `http://localhost:1234/`. Reads the suite from the corpora folder and says so when it is absent.
#![expect(clippy::unwrap_used, reason = "a test panics where its data is not what it says")]

use brrtrouter::description::{Description, Loader, Retrieve, RetrieveError, RetrieveLimits, Retrieved, Uri};
use brrtrouter::schema::instance::{InstanceKind, InstanceNode, JsonLimits, parse_json};
use brrtrouter::schema::{FormatPolicy, SchemaCompiler, SchemaOptions, SchemaSlot, Schemas};
use std::path::{Path, PathBuf};

use crate::corpora::corpus;

struct Remotes(PathBuf);

impl Retrieve for Remotes {
    fn retrieve(&self, uri: &Uri, _: &RetrieveLimits) -> Result<Retrieved, RetrieveError> {
        let failed = |reason: String| RetrieveError::Failed { reason };
        let rest = uri.as_str().strip_prefix("http://localhost:1234/").ok_or(RetrieveError::NotOffered)?;
        let bytes = std::fs::read(self.0.join(rest)).map_err(|error| failed(error.to_string()))?;
        Ok(Retrieved { bytes, uri: uri.clone() })
    }
}

fn json_text(node: InstanceNode<'_>) -> String {
    let mut text = String::new();
    node.write_json(&mut text);
    text
}

/// The schema as a component, with a URI of its own so that `#` means the schema.
fn embedded(schema: InstanceNode<'_>, draft: &str) -> String {
    let mut text = json_text(schema);
    if schema.kind() != InstanceKind::Object {
        return text;
    }
    let (dialect, id) = match draft {
        "draft4" => ("http://json-schema.org/draft-04/schema#", "id"),
        _ => ("https://json-schema.org/draft/2020-12/schema", "$id"),
    };
    for (name, value) in [("$schema", dialect), (id, "http://example.test/schema")] {
        if schema.get(name).is_none() {
            let comma = if text == "{}" { "" } else { "," };
            text = format!("{{\"{name}\":\"{value}\"{comma}{}", &text[1..]);
        }
    }
    text
}

fn compile(schema: &str, remotes: &Path, options: &SchemaOptions) -> Result<(Schemas, SchemaSlot), String> {
    let document = format!(
        r#"{{"openapi":"3.1.2","info":{{"title":"t","version":"1"}},"components":{{"schemas":{{"X":{schema}}}}}}}"#
    );
    let description: Description = Loader::new()
        .document("http://example.test/openapi.json", document)
        .retriever(Remotes(remotes.to_owned()))
        .load("http://example.test/openapi.json")
        .map_err(|found| format!("load: {found}"))?;
    let at = description.at_pointer(description.entry().document, "/components/schemas/X").unwrap();
    let mut compiler = SchemaCompiler::new(&description, options);
    let slot = compiler.slot(at);
    let schemas = compiler.compile().map_err(|found| format!("compile: {found}"))?;
    Ok((schemas, slot))
}

/// Runs one file; gives passed, total and the failures.
fn run_file(
    path: &Path,
    draft: &str,
    remotes: &Path,
    options: &SchemaOptions,
) -> (usize, usize, Vec<String>) {
    let limits = JsonLimits::default();
    let file = parse_json(&std::fs::read(path).unwrap(), &limits).unwrap();
    let (mut passed, mut total, mut failures) = (0, 0, Vec::new());
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    for group in file.root().items() {
        let title = group.get("description").and_then(|text| text.as_str()).unwrap_or("");
        let tests = group.get("tests").unwrap();
        total += tests.len();
        let compiled = compile(&embedded(group.get("schema").unwrap(), draft), remotes, options);
        let (schemas, slot) = match compiled {
            Ok(compiled) => compiled,
            Err(reason) => {
                failures.push(format!("{name}: {title}: {reason}"));
                continue;
            }
        };
        for test in tests.items() {
            let data = json_text(test.get("data").unwrap());
            let instance = parse_json(data.as_bytes(), &limits).unwrap();
            let expected = test.get("valid").and_then(|valid| valid.as_bool()).unwrap();
            let valid = schemas.is_valid(slot, instance.root());
            let errors = schemas.errors(slot, instance.root(), 32);
            if valid == expected && errors.is_empty() == expected {
                passed += 1;
            } else {
                let what = test.get("description").and_then(|text| text.as_str()).unwrap_or("");
                failures.push(format!("{name}: {title}: {what}: valid={valid} errors={errors:?}"));
            }
        }
    }
    (passed, total, failures)
}

fn run_folder(folder: &str, options: &SchemaOptions) -> Option<(usize, usize, Vec<String>)> {
    let suite = corpus("json-schema-test-suite")?;
    let draft = folder.split('/').next().unwrap();
    let mut files: Vec<PathBuf> = std::fs::read_dir(suite.join("tests").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let mut all = (0, 0, Vec::new());
    for file in files {
        let (passed, total, failures) = run_file(&file, draft, &suite.join("remotes"), options);
        all.0 += passed;
        all.1 += total;
        all.2.extend(failures);
    }
    println!("{folder}: {}/{}", all.0, all.1);
    for failure in &all.2 {
        println!("  {failure}");
    }
    Some(all)
}

fn check(folder: &str, formats: FormatPolicy, total_expected: usize, failures_max: usize) {
    let options = SchemaOptions { formats, ..SchemaOptions::default() };
    if let Some((passed, total, _)) = run_folder(folder, &options) {
        assert_eq!(total, total_expected, "{folder}");
        assert!(total - passed <= failures_max, "{folder}: {passed}/{total}");
    }
}

#[test]
fn required_tests_of_2020_12() {
    check("draft2020-12", FormatPolicy::Annotate, 1299, 0);
}

#[test]
fn optional_tests_of_2020_12() {
    check("draft2020-12/optional", FormatPolicy::Annotate, 162, 0);
}

#[test]
fn format_tests_of_2020_12() {
    check("draft2020-12/optional/format", FormatPolicy::Assert, 764, 0);
}

#[test]
fn tests_of_draft_4() {
    check("draft4", FormatPolicy::Annotate, 618, 2);
}
