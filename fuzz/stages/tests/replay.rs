//! Every committed input once more, on stable: the seed corpora, and what was found and mended.

use fuzz_stages::TARGETS;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder `fuzz/`.
fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder, sorted; none where there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.sort();
    files
}

#[test]
fn every_committed_input_keeps_the_rules() {
    for (name, target) in TARGETS {
        let inputs = ["corpus", "findings"].map(|kind| files(&fuzz().join(kind).join(name)));
        assert!(!inputs[0].is_empty(), "`{name}` has no corpus");
        for input in inputs.iter().flatten() {
            // A test that is captured shows its last words only where it fails.
            println!("{}", input.display());
            target(&fs::read(input).expect("a readable file"));
        }
    }
}

/// Inputs of no meaning: what a target does with octets that nobody thought of, and with none.
#[test]
fn octets_without_meaning_keep_the_rules() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut octet = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    for (name, target) in TARGETS {
        for length in [0, 1, 2, 16, 64, 256, 1024] {
            let input: Vec<u8> = (0..length).map(|_| octet()).collect();
            println!("{name} {length}");
            target(&input);
        }
    }
}

#[test]
fn every_target_has_its_files() {
    for (name, _) in TARGETS {
        let target = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap_or_default();
        assert!(target.contains(&format!("\"{name}\"")), "fuzz_targets/{name}.rs does not run `{name}`");
        let ledger = fs::read_to_string(fuzz().join("ledger.toml")).unwrap_or_default();
        assert!(ledger.contains(&format!("name = \"{name}\"")), "ledger.toml does not list `{name}`");
    }
    let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    for kind in ["fuzz_targets", "corpus", "findings", "dictionaries"] {
        for path in files(&fuzz().join(kind)) {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            assert!(known.contains(&stem), "{kind}/{stem} belongs to no target");
        }
    }
}
