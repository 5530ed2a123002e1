//! JSF AV 4 to 6: every relaxation of a lint is an `#[expect(lint, reason = "…")]` and is listed in `docs/SAFETY.md`.
//!
//! What manifests, `clippy.toml` and command lines relax, this does not see. A `deny` inside an `expect` of the whole file is seen
//! as one relaxation of that file.

use std::collections::BTreeMap;

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Attribute, Meta, Token};

use crate::source::{File, Finding, Row, file, none, rust, table, told};

const PAGE: &str = "docs/SAFETY.md";

/// The attributes that set a lint lower than it was.
const LEVELS: [&str; 3] = ["allow", "expect", "warn"];

/// The lints that each file relaxes, with how often.
type Relaxed = BTreeMap<(String, String), usize>;

#[derive(Default)]
struct Attributes(Vec<(String, String, usize)>);

impl<'a> Visit<'a> for Attributes {
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        let name = list.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let line = list.path.segments[0].ident.span().start().line;
        let inside = list.tokens.to_string();
        if name == "cfg_attr" && LEVELS.iter().any(|level| inside.contains(&format!("{level} ("))) {
            self.0.push((name.clone(), inside, line));
        }
        if !LEVELS.contains(&&*name) {
            return;
        }
        let lints = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).expect("lints");
        for lint in
            lints.iter().filter_map(|meta| if let Meta::Path(path) = meta { Some(path) } else { None })
        {
            let words: Vec<_> = lint.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.0.push((name.clone(), words.join("::"), line));
        }
    }
}

fn relaxed(files: &[File]) -> (Relaxed, Vec<Finding>) {
    let (mut relaxed, mut findings) = (Relaxed::new(), Vec::new());
    let may_relax = |file: &&File| {
        let is_there = |level: &&str| file.text.contains(&format!("[{level}("));
        LEVELS.iter().chain(&["cfg_attr"]).any(is_there)
    };
    for file in files.iter().filter(may_relax) {
        let mut attributes = Attributes::default();
        attributes.visit_file(&syn::parse_file(&file.text).expect("Rust"));
        for (name, lint, line) in attributes.0 {
            if name != "expect" {
                let says = format!("`{name}({lint})`");
                findings.push(Finding::new(
                    &file.path,
                    line,
                    says,
                    "write `#[expect(lint, reason = \"…\")]`",
                ));
            }
            *relaxed.entry((file.path.clone(), lint)).or_default() += 1;
        }
    }
    (relaxed, findings)
}

fn compare(relaxed: &Relaxed, page: &File) -> Vec<Finding> {
    let listed: Vec<(usize, (String, String), usize)> =
        table(page, "Relaxations").iter().flat_map(listed).collect();
    let mut findings = Vec::new();
    for (line, key, count) in &listed {
        let found = relaxed.get(key).copied().unwrap_or_default();
        if found != *count {
            let says = format!("`{}` is relaxed {found} times in {}, not {count}", key.1, key.0);
            findings.push(Finding::new(PAGE, *line, says, "list what there is"));
        }
    }
    let unlisted = relaxed.keys().filter(|key| !listed.iter().any(|(_, listed, _)| listed == *key));
    findings.extend(unlisted.map(|(path, lint)| {
        let says = format!("`{lint}` is relaxed, and not listed");
        Finding::new(path, 0, says, "list it under \"Relaxations\" in docs/SAFETY.md")
    }));
    findings
}

/// What a row lists: each of its lints in each of its files, so many times.
fn listed(row: &Row) -> Vec<(usize, (String, String), usize)> {
    let count = row.cells.get(2).and_then(|count| count.parse().ok()).unwrap_or_default();
    let keys = row.code(0).into_iter().flat_map(|path| row.code(1).into_iter().map(move |lint| (path, lint)));
    keys.map(|(path, lint)| (row.line, (path.to_owned(), lint.to_owned()), count)).collect()
}

#[test]
fn relaxations_are_listed() {
    let (relaxed, mut findings) = relaxed(&rust());
    findings.extend(compare(&relaxed, &file(PAGE)));
    none(&findings);
}

#[test]
fn planted_relaxations_are_found() {
    let files = [File::new(
        "a.rs",
        "#![expect(clippy::one, reason = \"\")]\n#[allow(two)]\nfn a() { #[expect(clippy::one)] let b = 1; }",
    )];
    let (relaxed, findings) = relaxed(&files);
    told(&findings, &[("a.rs:2", "`allow(two)`")]);
    let hidden =
        [File::new("a.rs", "#[cfg_attr(test, allow(one))] struct A; #[cfg_attr(test, deny(two))] struct B;")];
    told(&self::relaxed(&hidden).1, &[("a.rs:1", "`cfg_attr(test , allow (one))`")]);
    let page = |rows: &str| File::new(PAGE, &format!("## Relaxations\n| f | l | n | w |\n|-|-|-|-|\n{rows}"));
    none(&compare(&relaxed, &page("| `a.rs` | `clippy::one` | 2 | w |\n| `a.rs` | `two` | 1 | w |")));
    told(&compare(&relaxed, &page("| `a.rs` | `clippy::one` | 2 | w |")), &[("a.rs:0", "`two`")]);
    let twice = page("| `a.rs` | `clippy::one` | 1 | w |\n| `a.rs` | `two`, `three` | 1 | w |");
    told(&compare(&relaxed, &twice), &[("docs/SAFETY.md:4", "2 times"), ("docs/SAFETY.md:5", "0 times")]);
}
