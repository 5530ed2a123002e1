//! The project's files as the rules see them, what a rule says about them, and the tables of `docs/SAFETY.md`.
//!
//! Takes folders and endings. Gives texts with their paths from the project's root, in order. Panics where a file cannot
//! be read: then the rules prove nothing.

use std::fmt;
use std::path::{Path, PathBuf};

/// Folders that hold what tools made or others wrote.
const NOT_OURS: [&str; 4] = ["target", ".git", "node_modules", ".venv"];

/// One file; its path is written with `/` and begins below the project's root.
#[derive(Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    /// A planted one.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub fn is_below(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// A breach of a rule, with its place and what to do about it.
#[derive(Debug)]
pub struct Finding {
    pub place: String,
    pub says: String,
    pub mend: &'static str,
}

impl Finding {
    pub fn new(path: &str, line: usize, says: impl Into<String>, mend: &'static str) -> Self {
        Self { place: format!("{path}:{line}"), says: says.into(), mend }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (mend: {})", self.place, self.says, self.mend)
    }
}

/// Fails with all findings at once.
#[track_caller]
pub fn none(findings: &[Finding]) {
    let list: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} findings:\n{}", list.len(), list.join("\n"));
}

/// Fails unless each finding, in order, has the place and says the words expected of it.
#[track_caller]
pub fn told(findings: &[Finding], expected: &[(&str, &str)]) {
    let list: Vec<_> = findings.iter().map(ToString::to_string).collect();
    let right = findings.len() == expected.len()
        && findings
            .iter()
            .zip(expected)
            .all(|(one, (place, says))| one.place == *place && one.says.contains(says));
    assert!(right, "expected {expected:?}, found {list:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace above").to_owned()
}

/// Whether the project has a file or a folder of this path.
pub fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// One file of the project.
pub fn file(path: &str) -> File {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    File { path: path.to_owned(), text }
}

/// All files below `folders` whose names end like one of `endings`.
pub fn files(folders: &[&str], endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    let mut open: Vec<String> = folders.iter().map(|&folder| folder.to_owned()).collect();
    while let Some(folder) = open.pop() {
        let entries =
            std::fs::read_dir(root().join(&folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        for entry in entries {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}/{name}");
            if entry.file_type().expect("a type").is_dir() {
                open.extend((!NOT_OURS.contains(&&*name)).then_some(path));
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(file(&path));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Every Rust file that the project's people write.
pub fn rust() -> Vec<File> {
    files(&["router", "conformance", "perf", "examples", "fuzz"], &[".rs"])
}

/// A row of a table of `docs/SAFETY.md`.
#[derive(Debug)]
pub struct Row {
    pub line: usize,
    pub cells: Vec<String>,
}

impl Row {
    /// What stands between backticks in the cell `at`.
    pub fn code(&self, at: usize) -> Vec<&str> {
        self.cells.get(at).map_or_else(Vec::new, |cell| code(cell))
    }
}

/// What stands between backticks.
pub fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The rows of the first table below the heading `## heading`, without its head.
pub fn table(page: &File, heading: &str) -> Vec<Row> {
    let heading = format!("## {heading}");
    let lines = page.text.lines().enumerate().skip_while(|(_, line)| *line != heading).skip(1);
    lines
        .take_while(|(_, line)| !line.starts_with("## "))
        .filter(|(_, line)| line.starts_with('|'))
        .skip(2)
        .map(|(at, line)| Row {
            line: at + 1,
            cells: line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect(),
        })
        .collect()
}

#[test]
fn tables_are_read_by_their_heading() {
    let page =
        File::new("p", "# A\n## B\n| x | y |\n|---|---|\n| `a`, `b` | c |\n\n## C\n| z |\n|---|\n| d |\n");
    let rows = table(&page, "B");
    assert_eq!((rows.len(), rows[0].line, rows[0].code(0)), (1, 5, vec!["a", "b"]));
    assert_eq!(table(&page, "C")[0].cells, ["d"]);
    assert!(table(&page, "D").is_empty());
}
