//! JSON Pointers in fragments (RFC 6901 §6) and the names that come near a wrong one.
//!
//! Takes: a decoded pointer and a tree. Gives: how far it leads, and what may have been meant. Bounded work
//! per look-up. Never panics.

use crate::description::{Kind, NodeRef};
use crate::limits::load::{NEAR_NAME_BYTES_MAX, NEAR_NAMES_CANDIDATES_MAX, NEAR_NAMES_SHOWN_MAX};

/// Where a pointer that leads nowhere breaks off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Break {
    /// The deepest prefix of the pointer that exists.
    pub(crate) found: String,
    /// The token that does not exist there, unescaped.
    pub(crate) missing: String,
    /// What stands at `found`.
    pub(crate) kind: Kind,
}

/// Follows `pointer` token by token to where it breaks off; `None` when it leads somewhere.
pub(crate) fn break_of(root: NodeRef<'_>, pointer: &str) -> Option<Break> {
    let mut at = root;
    let mut end = 0_usize;
    for token in pointer.strip_prefix('/').unwrap_or(pointer).split('/') {
        let Some(next) = at.at_pointer(&format!("/{token}")) else {
            let missing = token.replace("~1", "/").replace("~0", "~");
            let found = pointer.get(..end).unwrap_or("").to_owned();
            return Some(Break { found, missing, kind: at.kind() });
        };
        at = next;
        end = end.saturating_add(token.len()).saturating_add(1);
    }
    None
}

/// The names of `candidates` that differ from `name` by few edits, or by case alone; the nearest first.
pub(crate) fn near_names<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Vec<String> {
    if name.len() > NEAR_NAME_BYTES_MAX {
        return Vec::new();
    }
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let allowed = wanted.len().div_ceil(3).min(4);
    let mut near: Vec<(usize, &str)> = candidates
        .take(NEAR_NAMES_CANDIDATES_MAX)
        .filter(|candidate| candidate.len() <= NEAR_NAME_BYTES_MAX)
        .filter_map(|candidate| {
            let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
            (wanted.len().abs_diff(other.len()) <= allowed)
                .then(|| (edits(&wanted, &other), candidate))
                .filter(|(edits, _)| *edits <= allowed)
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(NEAR_NAMES_SHOWN_MAX).map(|(_, name)| name.to_owned()).collect()
}

/// The number of insertions, deletions and replacements that turn one text into the other.
fn edits(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, left) in from.iter().enumerate() {
        let mut diagonal = line;
        let mut before = line.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, right) in row.iter_mut().skip(1).zip(to) {
            let replaced = diagonal.saturating_add(usize::from(left != right));
            diagonal = *cell;
            before = replaced.min(before.saturating_add(1)).min(diagonal.saturating_add(1));
            *cell = before;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_few_and_the_nearest_first() {
        let known = ["Pet", "Pets", "pet", "Petition", "Order"];
        let check = |name: &str, expected: &[&str]| {
            assert_eq!(near_names(name, known.into_iter()), expected, "{name}")
        };
        check("Pte", &[]);
        check("PET", &["Pet", "pet", "Pets"]);
        check("Petz", &["Pet", "Pets", "pet"]);
        check("Odrer", &["Order"]);
        check("Customer", &[]);
        check("", &[]);
        check(&"x".repeat(NEAR_NAME_BYTES_MAX + 1), &[]);
    }

    #[test]
    fn edits_are_counted() {
        let check = |from: &str, to: &str, expected| {
            let count = edits(&from.chars().collect::<Vec<_>>(), &to.chars().collect::<Vec<_>>());
            assert_eq!(count, expected, "{from} to {to}");
        };
        check("", "", 0);
        check("", "abc", 3);
        check("abc", "", 3);
        check("kitten", "sitting", 3);
        check("flaw", "lawn", 2);
        check("same", "same", 0);
    }
}
