//! Test suites that others wrote. They are not part of this repository: `BRRTROUTER_CORPORA` says
//! where they are, by default `../../shared/corpora` beside the crate.

use std::path::{Path, PathBuf};

/// The folder or file `name` of the corpora; `None`, said aloud, where it is absent.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BRRTROUTER_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent; BRRTROUTER_CORPORA names the corpora's folder", path.display());
    None
}

/// All files under `folder` whose extension is one of `extensions`, in order of name.
pub fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|known| found == *known)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
