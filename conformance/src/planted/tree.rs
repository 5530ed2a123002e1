//! A copy of the workspace below `target/`, in which one fault at a time is planted and built.
//!
//! Takes: the workspace, whose own files are only read. Gives: the program that a fault makes. The copy and what was built of it stay
//! for the next run, and a file is written only where it differs, so that little is built again. Never panics.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Planted;

/// What the build does not need, by name; hidden files neither.
const LEFT_OUT: [&str; 7] =
    ["target", "specs-corpus", "reports", "node_modules", "artifacts", "corpus", "work"];
/// The errors of a build that are told.
const ERRORS_TOLD: usize = 3;

/// The copy.
#[derive(Debug)]
pub struct Tree {
    workspace: PathBuf,
    copy: PathBuf,
    build: PathBuf,
    jobs: usize,
    files: BTreeSet<PathBuf>,
}

impl Tree {
    /// Brings the copy up to date with the workspace, whatever an earlier run left in it.
    ///
    /// # Errors
    /// That this is no workspace of the library, or a fault of the file system.
    pub fn make(workspace: &Path, jobs: usize) -> Result<Self, String> {
        if !workspace.join("router/src/lib.rs").is_file() {
            return Err(format!("{} does not hold the library's sources", workspace.display()));
        }
        let target = workspace.join("target/faults");
        let (copy, build) = (target.join("tree"), target.join("build"));
        std::fs::create_dir_all(&build).map_err(|error| format!("{}: {error}", build.display()))?;
        // Cargo is called from within the copy.
        let build = build.canonicalize().map_err(|error| format!("{}: {error}", build.display()))?;
        let tree = Self { workspace: workspace.to_owned(), copy, build, jobs, files: files(workspace)? };
        for file in files(&tree.copy)?.difference(&tree.files) {
            let path = tree.copy.join(file);
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        tree.files.iter().try_for_each(|file| tree.restore(file))?;
        Ok(tree)
    }

    /// The files that were copied.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter()
    }

    /// Plants a fault.
    ///
    /// # Errors
    /// That it does not fit its file, or a fault of the file system.
    pub fn plant(&self, fault: &Planted) -> Result<(), String> {
        let file = &fault.entry.file;
        let path = self.workspace.join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        self.write(file, fault.applied(&text)?.as_bytes())
    }

    /// Takes the fault out again.
    ///
    /// # Errors
    /// A fault of the file system.
    pub fn restore(&self, file: &Path) -> Result<(), String> {
        let path = self.workspace.join(file);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        self.write(file, &bytes)
    }

    fn write(&self, file: &Path, bytes: &[u8]) -> Result<(), String> {
        let path = self.copy.join(file);
        if std::fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        let fault = |error: std::io::Error| format!("{}: {error}", path.display());
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(fault)?;
        std::fs::write(&path, bytes).map_err(fault)
    }

    /// Builds the suite, and with it the worker; gives the program.
    ///
    /// # Errors
    /// What the compiler says.
    pub fn build(&self) -> Result<PathBuf, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--locked", "--quiet", "-p", "conformance", "--bin", "conformance"])
            .arg(format!("-j{}", self.jobs))
            .arg("--target-dir")
            .arg(&self.build)
            // Nobody debugs a fault, and without what that needs a build takes half the time.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .current_dir(&self.copy)
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        if output.status.success() {
            return Ok(self.build.join("debug").join(format!("conformance{}", std::env::consts::EXE_SUFFIX)));
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> =
            text.lines().filter(|line| line.starts_with("error")).take(ERRORS_TOLD).collect();
        Err(errors.join("; "))
    }
}

/// The files that a build needs, relative to `root`.
fn files(root: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let whole = root.join(&folder);
        let fault = |error: std::io::Error| format!("{}: {error}", whole.display());
        if !whole.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&whole).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let kind = entry.file_type().map_err(fault)?;
            let path = folder.join(name.as_ref());
            if name.starts_with('.') || LEFT_OUT.contains(&name.as_ref()) {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                files.insert(path);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::{Entry, Stage};

    #[test]
    fn a_fault_is_planted_in_the_copy_alone() {
        let root = std::env::temp_dir().join(format!("conformance-tree-{}", std::process::id()));
        let file = PathBuf::from("router/src/lib.rs");
        let write = |name: &Path, text: &str| {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        let copy = |name: &Path| std::fs::read_to_string(root.join("target/faults/tree").join(name)).ok();
        assert!(Tree::make(&root, 1).is_err_and(|why| why.contains("sources")));
        write(&file, "a < b");
        write(Path::new("reports/page.md"), "left out");
        write(Path::new("target/faults/tree/router/src/old.rs"), "gone since");
        let tree = Tree::make(&root, 1).expect("a copy");
        assert_eq!(copy(&file).as_deref(), Some("a < b"));
        assert_eq!((copy(Path::new("reports/page.md")), copy(Path::new("router/src/old.rs"))), (None, None));
        let entry = Entry {
            id: "head-x".to_owned(),
            ids: Vec::new(),
            file: file.clone(),
            find: "<".to_owned(),
            replace: "<=".to_owned(),
            breaks: "the bound".to_owned(),
            survives: None,
        };
        tree.plant(&Planted { stage: Stage::Head, entry }).expect("planted");
        assert_eq!(copy(&file).as_deref(), Some("a <= b"));
        assert_eq!(std::fs::read_to_string(root.join(&file)).ok().as_deref(), Some("a < b"));
        tree.restore(&file).expect("restored");
        assert_eq!(copy(&file).as_deref(), Some("a < b"));
        std::fs::remove_dir_all(&root).expect("removed");
    }
}
