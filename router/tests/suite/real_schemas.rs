//! The schemas of real descriptions: checked, compiled within the stated memory, one compilation for all.

use brrtrouter::description::{Description, Loader};
use brrtrouter::schema::{
    AccessPlan, SchemaCompiler, SchemaOptions, Schemas, check_schemas, lint_examples, lint_schemas,
    outermost_schemas, shape,
};
use std::path::Path;

use crate::corpora::{corpus, files};

fn compile(description: &Description) -> Result<Schemas, String> {
    let options = SchemaOptions::default();
    let mut compiler = SchemaCompiler::new(description, &options);
    for at in outermost_schemas(description) {
        compiler.slot(at);
    }
    compiler.compile().map_err(|found| found.to_string())
}

fn check(folder: &Path, name: &str, sound: bool) {
    let path = folder.join(name);
    let bytes = std::fs::metadata(&path).expect("a readable file").len();
    // Whatever else is wrong with a document is not for this test.
    let Ok(description) = Loader::new().lenient(true).load_path(&path) else {
        println!("{name}: not loaded");
        return;
    };
    let found = check_schemas(&description);
    assert_eq!(!found.has_errors(), sound, "{name}: {found}");
    let mut compiled = Err(String::new());
    let counted = allocation_counter::measure(|| compiled = compile(&description));
    assert_eq!(compiled.is_ok(), sound, "{name}: {compiled:?}");
    let allowed = 150 * 1024 * 1024 + 20 * bytes;
    assert!(counted.bytes_max < allowed, "{name}: {} of {allowed} bytes", counted.bytes_max);
    println!("{name}: {bytes} bytes, at most {} KiB to compile", counted.bytes_max / 1024);
}

#[test]
fn real_descriptions_compile_within_bounds() {
    let Some(folder) = corpus("real-world") else { return };
    for name in [
        "asana-3.0.yaml",
        "box-3.0.json",
        "cafe-3.2.yaml",
        "discord-3.1.json",
        "github-3.0.json",
        "museum-3.1.yaml",
        "opencode-3.1.yaml",
        "petstore-3.0.yaml",
        "rebilly-3.1.yaml",
        "stoplight-3.1.json",
        "stripe-3.0.yaml",
        "zoom-video-sdk-3.1.json",
    ] {
        check(&folder, name, true);
    }
    // `exclusiveMinimum: true` is a form of 3.0.
    check(&folder, "openai-3.1.yaml", false);
}

/// L0: whatever a document holds, every look at its schemas ends.
#[test]
fn schemas_of_every_document_are_looked_at() {
    let options = SchemaOptions { fill_defaults: true, ..SchemaOptions::default() };
    let mut looked_at = 0;
    for folder in ["oai", "oai-learn-examples", "readme-oas-examples", "json-schema-test-suite"] {
        let Some(folder) = corpus(folder) else { continue };
        for path in files(&folder, &["json", "yaml", "yml"]) {
            let Ok(description) = Loader::new().lenient(true).load_path(&path) else { continue };
            let start = std::time::Instant::now();
            let found = check_schemas(&description);
            let compiled = compile(&description);
            assert!(compiled.is_err() || !found.has_errors(), "{}: {found}", path.display());
            let advice = lint_schemas(&description).len() + lint_examples(&description, &options).len();
            assert!(advice <= 1_000, "{}: {advice} findings", path.display());
            for at in outermost_schemas(&description) {
                let (_, _) = (shape(&description, at), AccessPlan::compile(&description, at, &options));
            }
            assert!(start.elapsed().as_secs() < 30, "{}: {:?}", path.display(), start.elapsed());
            looked_at += 1;
        }
    }
    println!("{looked_at} documents");
}
