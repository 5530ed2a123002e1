//! A corpus folder: its cases under `cases/`, and every other description in it.
//!
//! Takes: a folder, ours or anyone's. Gives: cases in path order, documents in path order, and every error of
//! every case file, so that all of them can be mended at once. Never panics.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::case::{self, Case, CaseError};
use crate::catalogue::Catalogue;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The folder.
    pub root: PathBuf,
    /// Its cases.
    pub cases: Vec<Case>,
    /// Files outside `cases/` that look like descriptions, relative to the folder.
    pub documents: Vec<PathBuf>,
    /// What is wrong with it.
    pub errors: Vec<CaseError>,
}

/// Reads the folder `root`.
#[must_use]
pub fn read(root: &Path, catalogue: &Catalogue) -> Corpus {
    let mut corpus = Corpus { root: root.to_owned(), ..Corpus::default() };
    let mut files = Vec::new();
    if let Err(error) = walk(root, Path::new(""), &mut files) {
        corpus.errors.push(error);
    }
    files.sort();
    for file in files {
        if file.starts_with("cases") {
            match case::read_file(root, &file, catalogue) {
                Ok(cases) => corpus.cases.extend(cases),
                Err(errors) => corpus.errors.extend(errors),
            }
        } else if looks_like_description(&root.join(&file)) {
            corpus.documents.push(file);
        }
    }
    check_unique(&mut corpus);
    check_files(&mut corpus);
    corpus
}

/// All JSON and YAML files below `root`/`folder`, relative to `root`; hidden ones are left out.
fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CaseError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mend = "name a folder that can be read";
        let fault =
            |error: std::io::Error| CaseError::new(&folder, 1, format!("cannot be read: {error}"), mend);
        for entry in std::fs::read_dir(root.join(&folder)).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let path = folder.join(entry.file_name());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden {
                continue;
            }
            if entry.path().is_dir() {
                folders.push(path);
            } else if is_structured(&path) {
                files.push(path);
            }
        }
    }
    Ok(())
}

fn is_structured(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    matches!(ending, "json" | "yaml" | "yml")
}

/// Whether the text names an `openapi` or `swagger` version at its outermost level.
fn looks_like_description(path: &Path) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return true };
    let text = String::from_utf8_lossy(&bytes);
    text.lines().any(|line| {
        let line = line.trim_start_matches(['{', ' ', '\t', '\u{feff}']).trim_start_matches(['"', '\'']);
        line.starts_with("openapi") || line.starts_with("swagger")
    }) || text.contains("\"openapi\"")
}

fn check_unique(corpus: &mut Corpus) {
    let mut seen: HashMap<&str, &case::CasePlace> = HashMap::new();
    for case in &corpus.cases {
        if let Some(first) = seen.insert(&case.id, &case.place) {
            corpus.errors.push(CaseError::new(
                &case.place.file,
                case.place.line,
                format!("the case id `{}` is taken: {first}", case.id),
                "give the later case another id; ids are never used again",
            ));
        }
    }
}

/// A `file` of a case must be there.
fn check_files(corpus: &mut Corpus) {
    for case in &corpus.cases {
        if let case::Origin::File(file) = &case.origin
            && !corpus.root.join(file).is_file()
        {
            corpus.errors.push(CaseError::new(
                &case.place.file,
                case.place.line,
                format!("{}: `file: {}` is not there", case.id, file.display()),
                "name a file relative to the corpus root",
            ));
        }
    }
}
