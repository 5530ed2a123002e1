//! YAML text against yaml-test-suite.

use brrtrouter::description::text::{Source, TextOptions, parse};

use crate::corpora::{corpus, files};

#[test]
fn every_document_is_read() {
    let Some(folder) = corpus("real-world") else { return };
    for path in files(&folder, &["yaml", "json"]) {
        let bytes = std::fs::read(&path).expect("a readable file");
        let started = std::time::Instant::now();
        let source = Source::from_bytes(path.display().to_string(), &bytes).expect("UTF-8");
        let (tree, diagnostics) = parse(&source, &TextOptions::default());
        let tree = tree.expect("a tree");
        println!(
            "{} {:?} {} nodes {} bytes",
            path.display(),
            started.elapsed(),
            tree.len(),
            tree.memory_bytes()
        );
        println!("{diagnostics}");
    }
}
