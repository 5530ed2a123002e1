//! JSF AV 151: every bound is a constant of `router/src/limits.rs` that tells its unit, and no bound stands elsewhere.
//!
//! The unit is a word of the name (`BYTES`, `PARTS`) or, for counts and depths, stands in the comment above. That a number is
//! the right one, and that numbers in the midst of code are no bounds, this cannot see.

use syn::{Item, ItemConst};

use crate::source::{File, Finding, file, files, none, told};
use crate::syntax::{Module, is_for_tests, modules};

const LIMITS: &str = "router/src/limits.rs";

/// Words that a comment tells a count or a unit with.
const UNITS: [&str; 12] = [
    "bytes",
    "byte",
    "how many",
    "how often",
    "most",
    "many more",
    "deepest",
    "characters",
    "seconds",
    "levels",
    "longest",
    "largest",
];

/// Where one way of doing something gives way to another with the same result: no input is refused there.
const CROSSOVERS: [(&str, &str); 6] = [
    ("router/src/description/tree.rs", "SEARCHED_MEMBERS_MAX"),
    ("router/src/schema/instance.rs", "INDEX_MEMBERS_MIN"),
    ("router/src/schema/instance/unique.rs", "PAIRWISE_ITEMS_MAX"),
    ("router/src/schema/plain.rs", "PROPERTIES_ONE_BY_ONE_MAX"),
    ("router/src/serve/route/pack.rs", "PERFECT_LITERALS_MAX"),
    ("router/src/serve/route/pack.rs", "SHARING_MAX"),
];

/// One constant of `limits.rs`.
pub struct Constant {
    /// With its module, as `json::NESTING_MAX`.
    pub name: String,
    line: usize,
    comment: String,
}

/// All public constants of `limits.rs`.
pub fn constants(limits: &File) -> Vec<Constant> {
    let syntax = syn::parse_file(&limits.text).expect("Rust");
    let mut found = Vec::new();
    let mut open: Vec<(String, &[Item])> = vec![(String::new(), &syntax.items)];
    while let Some((prefix, items)) = open.pop() {
        for item in items {
            match item {
                Item::Const(item) if item.ident != "_" => found.push(constant(&prefix, item)),
                Item::Mod(inner) => {
                    let items = inner.content.as_ref().map_or(&[][..], |(_, items)| items);
                    open.push((format!("{prefix}{}::", inner.ident), items));
                }
                _ => {}
            }
        }
    }
    found
}

fn constant(prefix: &str, item: &ItemConst) -> Constant {
    let comment = item.attrs.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    Constant {
        name: format!("{prefix}{}", item.ident),
        line: item.ident.span().start().line,
        comment: comment.collect::<Vec<_>>().join(" ").to_lowercase(),
    }
}

fn without_unit(limits: &File) -> Vec<Finding> {
    let tells = |constant: &Constant| {
        let refers = constant.comment.contains("see [`");
        refers || UNITS.iter().any(|unit| constant.comment.contains(unit))
    };
    constants(limits)
        .iter()
        .filter(|constant| !tells(constant))
        .map(|constant| {
            let says = format!("`{}` does not say what it counts", constant.name);
            Finding::new(
                &limits.path,
                constant.line,
                says,
                "tell its unit and its reason in a comment above it",
            )
        })
        .collect()
}

/// Modules of `limits.rs` with several bounds that no assertion relates.
fn without_assertions(limits: &File) -> Vec<Finding> {
    let syntax = syn::parse_file(&limits.text).expect("Rust");
    let is_assertion = |item: &Item| matches!(item, Item::Const(item) if item.ident == "_");
    let unrelated = syntax.items.iter().filter_map(|item| match item {
        Item::Mod(inner) => {
            let (_, items) = inner.content.as_ref()?;
            (!items.iter().any(is_assertion)).then_some(&inner.ident)
        }
        _ => None,
    });
    let says = |name: &syn::Ident| format!("no assertion relates the bounds of `{name}` to any other");
    unrelated
        .map(|name| {
            Finding::new(
                &limits.path,
                name.span().start().line,
                says(name),
                "assert at compile time what must hold between them",
            )
        })
        .collect()
}

/// Constants that are named as bounds are, in other files.
fn elsewhere(modules: &[Module<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in modules.iter().filter(|module| module.path != LIMITS) {
        let mut names = Bounds(Vec::new());
        syn::visit::Visit::visit_file(&mut names, &module.syntax);
        names.0.retain(|(name, _)| !CROSSOVERS.contains(&(module.path, name)));
        findings.extend(names.0.into_iter().map(|(name, line)| {
            let says = format!("the bound `{name}` stands outside limits.rs");
            Finding::new(module.path, line, says, "move it to router/src/limits.rs, with its unit and reason")
        }));
    }
    findings
}

struct Bounds(Vec<(String, usize)>);

impl<'a> syn::visit::Visit<'a> for Bounds {
    fn visit_item(&mut self, item: &'a Item) {
        if is_for_tests(crate::syntax::attributes(item)) {
            return;
        }
        if let Item::Const(constant) = item {
            let name = constant.ident.to_string();
            if name.ends_with("_MAX") || name.ends_with("_MIN") {
                self.0.push((name, constant.ident.span().start().line));
            }
        }
        syn::visit::visit_item(self, item);
    }
}

#[test]
fn bounds_tell_their_unit_and_stand_in_one_file() {
    let limits = file(LIMITS);
    let library = files(&["router/src"], &[".rs"]);
    let mut findings = without_unit(&limits);
    findings.extend(without_assertions(&limits));
    findings.extend(elsewhere(&modules(&library)));
    none(&findings);
    for (path, name) in CROSSOVERS {
        assert!(file(path).text.contains(name), "{path} has no {name}: take it out of CROSSOVERS");
    }
}

#[test]
fn planted_bounds_are_found() {
    let limits = File::new(
        LIMITS,
        "/// The most bytes.\npub const A_MAX: u8 = 1;\n/// Something.\npub const B_MAX: u8 = 1;\n\
         /// Of c.\npub mod c {\n/// How many.\npub const D_MAX: u8 = 2;\n}\npub mod e {\nconst _: () = assert!(true);\n}\n",
    );
    let names: Vec<_> = constants(&limits).into_iter().map(|constant| constant.name).collect();
    assert_eq!(names, ["A_MAX", "B_MAX", "c::D_MAX"]);
    told(&without_unit(&limits), &[("router/src/limits.rs:4", "`B_MAX`")]);
    told(&without_assertions(&limits), &[("router/src/limits.rs:6", "`c`")]);
    let other = [File::new(
        "router/src/a.rs",
        "fn f() { const N_MAX: u8 = 1; }\n#[cfg(test)]\nconst T_MAX: u8 = 1;\nconst NAME: u8 = 1;",
    )];
    told(&elsewhere(&modules(&other)), &[("router/src/a.rs:1", "`N_MAX`")]);
}
