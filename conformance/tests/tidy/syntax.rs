//! Rust files as syntax trees, and which of them are compiled for tests alone.
//!
//! Takes files. Gives modules. Panics on text that is no Rust.

use std::collections::BTreeSet;

use syn::{Attribute, Item, Meta};

use crate::source::File;

/// One file that is compiled into the library proper.
pub struct Module<'f> {
    pub path: &'f str,
    pub syntax: syn::File,
}

/// The files that are not compiled for tests alone.
pub fn modules(files: &[File]) -> Vec<Module<'_>> {
    let mut modules: Vec<_> = files
        .iter()
        .map(|file| {
            let syntax = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
            Module { path: &file.path, syntax }
        })
        .collect();
    let tests: BTreeSet<String> = modules.iter().flat_map(test_modules).collect();
    modules.retain(|module| {
        let stem = module.path.trim_end_matches(".rs");
        !tests.iter().any(|test| {
            stem.strip_prefix(test.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    });
    modules
}

/// The modules that this one declares for tests alone, as paths without an ending.
fn test_modules(module: &Module<'_>) -> Vec<String> {
    let stem = module.path.trim_end_matches(".rs");
    let folder = match stem.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => stem,
    };
    let declared = module.syntax.items.iter().filter_map(|item| match item {
        Item::Mod(inner) if inner.content.is_none() && is_for_tests(&inner.attrs) => Some(&inner.ident),
        _ => None,
    });
    declared.map(|name| format!("{folder}/{name}")).collect()
}

/// Whether `#[cfg(test)]` or `#[test]` stands there.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    })
}

/// The attributes of an item.
pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[test]
fn modules_for_tests_are_left_out() {
    let files = [
        File::new("a/src/lib.rs", "mod b; #[cfg(test)] mod c;"),
        File::new("a/src/b.rs", "#[cfg(test)] mod d;"),
        File::new("a/src/b/d.rs", ""),
        File::new("a/src/c.rs", ""),
        File::new("a/src/c/e.rs", ""),
        File::new("a/src/cc.rs", ""),
    ];
    let left: Vec<_> = modules(&files).iter().map(|module| module.path).collect();
    assert_eq!(left, ["a/src/lib.rs", "a/src/b.rs", "a/src/cc.rs"]);
}
