//! The vocabulary: words that say little, or say it in another standard's terms, name no file and no item.
//!
//! Looks at the names of files and of declared items, fields, variants and arguments, word by word. Names that other crates
//! give (`StatusCode::PAYLOAD_TOO_LARGE`) are not declared here, so not looked at; nor is prose.

use syn::visit::Visit;

use crate::source::{File, Finding, none, rust, told};

/// Each with what to say instead.
const WORDS: [(&str, &str); 7] = [
    ("payload", "content, body"),
    ("endpoint", "operation, path"),
    ("util", "what it does"),
    ("utils", "what they do"),
    ("helper", "what it does"),
    ("helpers", "what they do"),
    ("manager", "what it does"),
];
/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && before_lower) {
            words.push(String::new());
        }
        if c != '_' {
            words.last_mut().expect("one at least").extend(c.to_lowercase());
        }
        before_lower = c.is_lowercase();
    }
    words
}

fn banned(name: &str) -> Option<(&'static str, &'static str)> {
    let words = words(name);
    WORDS.into_iter().find(|(word, _)| words.iter().any(|one| one == word))
}

struct Names(Vec<(String, usize)>);

impl Names {
    fn add(&mut self, ident: &syn::Ident) {
        self.0.push((ident.to_string(), ident.span().start().line));
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item(&mut self, item: &'a syn::Item) {
        match item {
            syn::Item::Const(item) => self.add(&item.ident),
            syn::Item::Enum(item) => self.add(&item.ident),
            syn::Item::Mod(item) => self.add(&item.ident),
            syn::Item::Static(item) => self.add(&item.ident),
            syn::Item::Struct(item) => self.add(&item.ident),
            syn::Item::Trait(item) => self.add(&item.ident),
            syn::Item::Type(item) => self.add(&item.ident),
            _ => {}
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_signature(&mut self, signature: &'a syn::Signature) {
        self.add(&signature.ident);
        syn::visit::visit_signature(self, signature);
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        field.ident.iter().for_each(|ident| self.add(ident));
        syn::visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'a syn::Variant) {
        self.add(&variant.ident);
        syn::visit::visit_variant(self, variant);
    }

    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        self.add(&pattern.ident);
        syn::visit::visit_pat_ident(self, pattern);
    }
}

fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let may_name = |file: &&File| {
        let all = format!("{}{}", file.path, file.text).to_lowercase();
        WORDS.iter().any(|(word, _)| all.contains(word))
    };
    for file in files.iter().filter(may_name) {
        let stem = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        let mut names = Names(vec![(stem.to_owned(), 1)]);
        names.visit_file(&syn::parse_file(&file.text).expect("Rust"));
        for (name, line) in names.0 {
            if let Some((_, instead)) = banned(&name) {
                findings.push(Finding::new(&file.path, line, format!("the name `{name}`"), instead));
            }
        }
    }
    findings
}

#[test]
fn names_keep_to_the_vocabulary() {
    none(&check(&rust()));
}

#[test]
fn planted_names_are_found() {
    let file = File::new(
        "a/helper.rs",
        "struct PayloadSize { end_point: u8, endpoint: u8 }\nfn path_utils(manager: u8) { let barrier = 1; }",
    );
    let expected = [
        ("a/helper.rs:1", "`helper`"),
        ("a/helper.rs:1", "`PayloadSize`"),
        ("a/helper.rs:1", "`endpoint`"),
        ("a/helper.rs:2", "`path_utils`"),
        ("a/helper.rs:2", "`manager`"),
    ];
    told(&check(&[file]), &expected);
}
