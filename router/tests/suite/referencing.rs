//! The referencing suite: registry + base URI + reference -> target, through our own resolution (L2).

use std::path::PathBuf;

use brrtrouter::description::{Description, Loader, Location};
use serde_json::Value;

fn corpora() -> Option<PathBuf> {
    let given = std::env::var_os("BRRTROUTER_CORPORA").map(PathBuf::from);
    let path =
        given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"));
    path.is_dir().then_some(path)
}

/// The look-ups that did not go as expected, and how many there were.
struct Tally {
    run: usize,
    failures: Vec<String>,
}

impl Tally {
    fn look_up(&mut self, name: &str, description: &Description, base: &str, test: &Value) {
        self.run += 1;
        let reference = test["ref"].as_str().expect("a test has a `ref`");
        let found = description.resolve_uri(base, reference);
        self.compare(name, description, found.ok(), test);
    }

    fn compare(&mut self, name: &str, description: &Description, found: Option<Location>, test: &Value) {
        let expects_error = test["error"].as_bool().unwrap_or(false);
        let found = match found {
            Some(at) if !expects_error && description.at(at).to_json() == test["target"] => at,
            None if expects_error => return,
            other => {
                let value = other.map(|at| description.at(at).to_json());
                self.failures.push(format!("{name}: {test} gave {value:?}"));
                return;
            }
        };
        if let Some(then) = test.get("then") {
            self.run += 1;
            let next = description.resolve(found, then["ref"].as_str().unwrap_or(""));
            self.compare(name, description, next.ok(), then);
        }
    }
}

#[test]
fn every_look_up_of_the_suite() {
    let Some(corpora) = corpora() else {
        eprintln!("skipped: no corpora (set BRRTROUTER_CORPORA)");
        return;
    };
    let mut tally = Tally { run: 0, failures: Vec::new() };
    let folder = corpora.join("referencing-suite/tests/json-schema-draft-2020-12");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("suite").map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let suite: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let registry = suite["registry"].as_object().cloned().unwrap_or_default();
        let mut loader = Loader::new();
        for (uri, schema) in &registry {
            loader = loader.schema_document(uri, schema.to_string());
        }
        let entry = registry.keys().next().cloned().unwrap_or_default();
        let description = match loader.load(&entry) {
            Ok(description) => description,
            Err(diagnostics) => {
                tally.failures.push(format!("{name}: not loaded\n{diagnostics}"));
                continue;
            }
        };
        for test in suite["tests"].as_array().into_iter().flatten() {
            let base = test["base_uri"].as_str().unwrap_or("description:///");
            tally.look_up(&name, &description, base, test);
        }
    }
    println!("referencing-suite: {} look-ups, {} failed", tally.run, tally.failures.len());
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
    assert_eq!(tally.run, 96, "the suite of draft 2020-12 has 96 look-ups");
}
