//! Our own small documents: what the targets serve, and what they change.

use brrtrouter::description::text::{Source, TextOptions, parse};
use serde_json::Value;
use std::sync::LazyLock;

/// 3.1 with every style of parameter and most kinds of content; 3.0 with what is upgraded; 3.2 with what is new.
pub(crate) const ALL: [&str; 3] =
    [SHOP, include_str!("documents/old.yaml"), include_str!("documents/new.yaml")];

pub(crate) const SHOP: &str = include_str!("documents/shop.yaml");

static VALUES: LazyLock<Vec<Value>> = LazyLock::new(|| ALL.iter().map(|text| value_of(text)).collect());

/// The documents as values, by a number that is reduced to theirs.
pub(crate) fn value(number: u8) -> Value {
    VALUES[usize::from(number) % VALUES.len()].clone()
}

fn value_of(text: &str) -> Value {
    let (tree, found) = parse(&Source::new("document.yaml", text), &TextOptions::default());
    tree.unwrap_or_else(|| panic!("{found}")).root().to_json()
}
