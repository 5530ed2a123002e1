//! Strings that match a regular expression, where a simple walk over its syntax finds one.
//!
//! Takes: a `pattern` and lengths. Gives: a candidate; whether it is valid is judged elsewhere. Classes give their first
//! agreeable character, repetitions as few as the length asks for. Look-around and back-references give nothing.
//! Recurses as deep as the parser allows a pattern to nest. Never panics.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Repetitions beyond the least number.
const MORE_MAX: u32 = 64;
/// Nesting of a pattern.
const NESTING_MAX: u32 = 60;
/// Characters of a candidate.
const CHARACTERS_MAX: usize = 4096;

/// A string for `pattern` of at least `length_min` characters.
pub fn matching(pattern: &str, length_min: usize) -> Option<String> {
    let hir = ParserBuilder::new().nest_limit(NESTING_MAX).build().parse(pattern).ok()?;
    let mut longest = None;
    // Patterns are not anchored by themselves: repeat where the expression can, else append.
    for more in 0..=MORE_MAX {
        let mut text = String::new();
        write(&hir, more, &mut text)?;
        let long_enough = text.chars().count() >= length_min;
        longest = Some(text);
        if long_enough {
            break;
        }
    }
    longest
}

fn write(hir: &Hir, more: u32, text: &mut String) -> Option<()> {
    if text.len() > CHARACTERS_MAX {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(()),
        HirKind::Literal(literal) => {
            text.push_str(std::str::from_utf8(&literal.0).ok()?);
            Some(())
        }
        HirKind::Class(class) => {
            text.push(character(class)?);
            Some(())
        }
        HirKind::Repetition(repetition) => repeat(repetition, more, text),
        HirKind::Capture(capture) => write(&capture.sub, more, text),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, more, text)),
        HirKind::Alternation(branches) => write(branches.first()?, more, text),
    }
}

fn repeat(repetition: &Repetition, more: u32, text: &mut String) -> Option<()> {
    let most = repetition.max.unwrap_or(u32::MAX);
    let count = repetition.min.saturating_add(more).min(most);
    (0..count).try_for_each(|_| write(&repetition.sub, more, text))
}

/// A letter, a digit or another printable character of the class, else its first.
fn character(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let holds =
        |wanted: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&wanted));
    let agreeable = ('a'..='z').chain('A'..='Z').chain('1'..='9').chain(['0', '_', '-', '.']);
    agreeable
        .chain('!'..='~')
        .find(|wanted| holds(*wanted))
        .or_else(|| class.ranges().first().map(|range| range.start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_match() {
        for (pattern, length, text) in [
            ("^[A-Z]{3}$", 0, Some("AAA")),
            ("^\\d+$", 3, Some("111")),
            ("^(cus|pay)_[0-9a-f]{4}$", 0, Some("cus_aaaa")),
            ("a?b*c", 0, Some("c")),
            ("^(?!x)y$", 0, None),
            ("", 0, Some("")),
        ] {
            assert_eq!(matching(pattern, length).as_deref(), text, "{pattern}");
        }
    }
}
