//! What is wrong with a description, said once and well: code, place, cause, mend.
//!
//! Takes: findings of every build-phase stage. Gives: a sorted list without repeats that prints
//! itself with the source line. Never panics.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::limits::text::{SNIPPET_CHARS_BEFORE, SNIPPET_CHARS_MAX};

/// The catalogue ID of the rule that a finding breaks, such as `PTH-003`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// A code; `id` is a row of the requirement catalogue.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// The ID's text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The description breaks a rule that we hold to: nothing is built from it.
    Error,
    /// A rule was broken where the text lets us go on, or was read in a documented way.
    Warning,
    /// Advice (SHOULD rows, style): the lint level.
    Lint,
}

impl Severity {
    /// The word printed before the code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Lint => "lint",
        }
    }
}

/// A place in a document: line and column (both from 1, the column in characters) and JSON Pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The document as the user named it: a file path or a URI.
    pub document: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The JSON Pointer of the value, empty for the root.
    pub pointer: String,
    /// The source line, cut to a readable length.
    pub snippet: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The rule.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in one sentence, naming the offending text.
    pub what: String,
    /// Why it is wrong, usually naming the section of the specification.
    pub why: Cow<'static, str>,
    /// How to mend it.
    pub mend: Cow<'static, str>,
    /// Where.
    pub place: Place,
    /// Other places that take part, each with its role (`first defined here`).
    pub related: Vec<(Cow<'static, str>, Place)>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}[{}]: {}", self.severity.name(), self.code, self.what)?;
        write_place(f, "-->", &self.place)?;
        for (role, place) in &self.related {
            write_place(f, &format!("::: {role}:"), place)?;
        }
        if !self.why.is_empty() {
            writeln!(f, "  = why: {}", self.why)?;
        }
        if !self.mend.is_empty() {
            writeln!(f, "  = mend: {}", self.mend)?;
        }
        Ok(())
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, arrow: &str, place: &Place) -> fmt::Result {
    write!(f, "  {arrow} {}:{}:{}", place.document, place.line, place.column)?;
    if place.pointer.is_empty() {
        writeln!(f)?
    } else {
        writeln!(f, " (#{})", place.pointer)?
    }
    if place.snippet.is_empty() {
        return Ok(());
    }
    let number = place.line.to_string();
    let before = usize::try_from(place.column).unwrap_or(1).saturating_sub(1);
    let is_cut = place.snippet.starts_with('…') && before >= SNIPPET_CHARS_MAX.saturating_sub(1);
    let indent = if is_cut { SNIPPET_CHARS_BEFORE.saturating_add(1) } else { before };
    writeln!(f, "   {number} | {}", place.snippet)?;
    writeln!(f, "   {:width$} | {:indent$}^", "", "", width = number.len())
}

/// All findings about a description; as an error, the reason why nothing was built.
///
/// Both forms of formatting print the findings for people, since `main` and `unwrap` show an error by its `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// A hash of each, so that thousands of findings do not compare with one another.
    seen: BTreeSet<u64>,
}

impl Diagnostics {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { list: Vec::new(), seen: BTreeSet::new() }
    }

    /// Adds one, unless the same was already found at the same place.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let mut hasher = DefaultHasher::new();
        diagnostic.hash(&mut hasher);
        let is_new = self.seen.insert(hasher.finish()) || !self.list.contains(&diagnostic);
        if is_new {
            self.list.push(diagnostic);
        }
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Self) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
    }

    /// Adds those of `other` that are not here yet, whatever their severity here.
    pub(crate) fn extend_absent(&mut self, other: &Self) {
        let known: HashSet<_> = self.list.iter().map(|known| (known.code, known.place.clone())).collect();
        let absent = other.list.iter().filter(|found| !known.contains(&(found.code, found.place.clone())));
        self.list.extend(absent.cloned().collect::<Vec<_>>());
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All of them, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Sorts by place, then severity, so that output is stable.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| (&a.place, a.severity, a.code).cmp(&(&b.place, b.severity, b.code)));
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.list {
            writeln!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} finding{}\n{self}", self.len(), if self.len() == 1 { "" } else { "s" })
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(line: u32, column: u32, snippet: &str) -> Diagnostic {
        Diagnostic {
            code: Code::new("DOC-011"),
            severity: Severity::Error,
            what: "what".to_owned(),
            why: "why".into(),
            mend: "mend".into(),
            place: Place {
                document: "a.yaml".into(),
                line,
                column,
                pointer: "/a".to_owned(),
                snippet: snippet.to_owned(),
            },
            related: Vec::new(),
        }
    }

    #[test]
    fn the_same_finding_is_listed_once() {
        let mut diagnostics = Diagnostics::new();
        for line in [2, 1, 2, 1, 3] {
            diagnostics.push(finding(line, 1, ""));
        }
        let mut more = Diagnostics::new();
        more.push(finding(3, 1, ""));
        more.push(finding(3, 2, ""));
        diagnostics.extend(more);
        diagnostics.sort();
        let places: Vec<_> = diagnostics.iter().map(|found| (found.place.line, found.place.column)).collect();
        assert_eq!(places, [(1, 1), (2, 1), (3, 1), (3, 2)]);
    }

    #[test]
    fn an_error_that_reaches_main_reads_well() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(finding(1, 1, "a"));
        assert!(
            format!("{diagnostics:?}")
                .starts_with("1 finding\nerror[DOC-011]: what\n  --> a.yaml:1:1 (#/a)\n")
        );
        diagnostics.push(finding(2, 1, "a"));
        assert!(format!("{diagnostics:?}").starts_with("2 findings\n"));
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        let mut cut = "…".to_owned();
        cut.push_str(&"a".repeat(SNIPPET_CHARS_BEFORE));
        cut.push_str("Xbc");
        for (column, snippet, marked) in
            [(1, "Xbc", 'X'), (3, "abXc", 'X'), (3, "äöX", 'X'), (500, &cut, 'X')]
        {
            let text = finding(7, column, snippet).to_string();
            let lines: Vec<&str> = text.lines().collect();
            let caret = lines[3].chars().position(|char| char == '^').expect("a caret");
            assert_eq!(lines[2].chars().nth(caret), Some(marked), "{text}");
            assert!(lines[1].ends_with(&format!("a.yaml:7:{column} (#/a)")), "{text}");
        }
    }
}
