//! Every file opens with what it is about, and stops near 500 lines.
//!
//! An opening is a `//!` of some words on the first lines; whether it tells what the file takes and gives is a reader's to
//! judge. Longer files are listed with the reason why they are one.

use crate::source::{File, Finding, none, rust, told};

/// Where a reader gives up.
const LINES_MAX: usize = 500;
/// The fewest words that say something.
const WORDS_MIN: usize = 3;

/// Files that are longer: how long they may be, and why they are one.
const LONG: [(&str, usize, &str); 5] = [
    ("router/src/limits.rs", 650, "every bound in one place"),
    ("router/src/serve/content/decode_tests.rs", 520, "tables of contents and what they decode to"),
    ("router/src/serve/parameter/tests.rs", 530, "tables of parameters and what they decode to"),
    ("router/src/serve/problem.rs", 560, "the Problem type with its tests"),
    ("router/tests/suite/references.rs", 740, "tables of references and what they lead to"),
];

fn unopened(files: &[File]) -> Vec<Finding> {
    let says_something = |file: &&File| {
        let opening = file.text.lines().find(|line| !line.is_empty() && !line.starts_with("#!["));
        let words =
            opening.and_then(|line| line.strip_prefix("//!")).map(|words| words.split_whitespace().count());
        words.is_some_and(|words| words >= WORDS_MIN)
    };
    let unopened = files.iter().filter(|file| !says_something(file));
    let finding = |file: &File| {
        Finding::new(
            &file.path,
            1,
            "no `//!` opening",
            "say what the file takes and gives, and when it may panic",
        )
    };
    unopened.map(finding).collect()
}

fn long(files: &[File], excepted: &[(&str, usize, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        let exception = excepted.iter().find(|(path, ..)| *path == file.path);
        let lines_max = exception.map_or(LINES_MAX, |(_, lines_max, _)| *lines_max);
        if lines > lines_max {
            let says = format!("{lines} lines, and {lines_max} are allowed");
            findings.push(Finding::new(&file.path, lines, says, "take a part out into a file of its own"));
        }
        if exception.is_some() && lines <= LINES_MAX {
            findings.push(Finding::new(&file.path, lines, "short enough by now", "take it out of LONG"));
        }
    }
    let gone = excepted.iter().filter(|(path, ..)| !files.iter().any(|file| file.path == *path));
    findings.extend(gone.map(|(path, ..)| Finding::new(path, 0, "is gone", "take it out of LONG")));
    findings
}

#[test]
fn files_open_with_what_they_are_about() {
    let mut files = rust();
    // Each fuzz target is one call of a stage of `fuzz/stages`, which opens.
    files.retain(|file| !file.is_below("fuzz/fuzz_targets"));
    none(&unopened(&files));
}

#[test]
fn files_stop_near_five_hundred_lines() {
    none(&long(&rust(), &LONG));
}

#[test]
fn planted_files_are_found() {
    let files = [
        File::new("a.rs", "use b;\n//! Too late to open.\n"),
        File::new("b.rs", "//! Hm.\n"),
        File::new("c.rs", "#![no_main]\n//! Says what it does.\n"),
    ];
    told(&unopened(&files), &[("a.rs:1", "no `//!` opening"), ("b.rs:1", "no `//!` opening")]);
    let files = [
        File::new("long.rs", &"\n".repeat(501)),
        File::new("listed.rs", &"\n".repeat(501)),
        File::new("stale.rs", &"\n".repeat(500)),
    ];
    let excepted = [("listed.rs", 501, ""), ("stale.rs", 600, ""), ("gone.rs", 600, "")];
    let expected = [("long.rs:501", "501 lines"), ("stale.rs:500", "short enough"), ("gone.rs:0", "is gone")];
    told(&long(&files, &excepted), &expected);
}
