//! Texts that keep to pattern, format and length.
//!
//! Takes: what applies to a text. Gives: one, or that its pattern cannot be turned round: assertions that look ahead or behind,
//! and references back. Recurses with the groups of a pattern, down to a bound. Never panics.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::generate::{Attempt, Level, MockFault, count, picked};
use super::scalar::of_format;
use crate::limits::{MOCK_PATTERN_LEVELS_MAX, MOCK_TEXT_CHARS_MAX};

/// What is written where nothing else is asked for.
const FILLER: &str = "mock";

/// A text.
pub(super) fn text(level: &Level<'_>, attempt: Attempt, salt: u64) -> Result<String, MockFault> {
    let fewest = count(level.most("minLength")).unwrap_or(0);
    let most = count(level.least("maxLength")).unwrap_or(MOCK_TEXT_CHARS_MAX);
    if fewest > MOCK_TEXT_CHARS_MAX {
        return Err(MockFault::Large);
    }
    if let Some(pattern) = level.text("pattern") {
        return of_pattern(pattern, (fewest, most), attempt, salt);
    }
    if let Some(text) = level.text("format").and_then(|format| of_format(format, salt)) {
        return Ok(text);
    }
    if level.text("contentEncoding").is_some() {
        return Ok("bW9jaw==".to_owned());
    }
    let varied = if salt == 0 { FILLER.to_owned() } else { format!("{FILLER}{salt}") };
    let filled = varied.chars().chain(FILLER.chars().cycle());
    Ok(filled.take(fewest.max(varied.chars().count().min(most))).collect())
}

/// A text that the pattern holds for; the repetitions grow until it is long enough.
pub(super) fn of_pattern(
    pattern: &str,
    (fewest, most): (usize, usize),
    attempt: Attempt,
    salt: u64,
) -> Result<String, MockFault> {
    let fault = || MockFault::Pattern(pattern.to_owned());
    let parsed = regex_syntax::parse(pattern).map_err(|_| fault())?;
    for further in 0..=fewest.max(attempt.branch.min(4)) {
        let mut writer = Writer { text: String::new(), further, salt };
        if !writer.write(&parsed, 0) {
            return Err(fault());
        }
        let length = writer.text.chars().count();
        if (fewest..=most).contains(&length) {
            return Ok(writer.text);
        }
    }
    Err(fault())
}

struct Writer {
    text: String,
    /// How often a part is repeated beyond what it must be.
    further: usize,
    salt: u64,
}

impl Writer {
    /// Whether the part could be written.
    fn write(&mut self, part: &Hir, depth: u32) -> bool {
        if depth > MOCK_PATTERN_LEVELS_MAX || self.text.len() > MOCK_TEXT_CHARS_MAX {
            return false;
        }
        let inner = depth.saturating_add(1);
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => true,
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => {
                    self.text.push_str(text);
                    true
                }
                Err(_) => false,
            },
            HirKind::Class(class) => {
                let one = likely(class, self.salt);
                self.text.extend(one);
                one.is_some()
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(u32::MAX);
                let further = u32::try_from(self.further).unwrap_or(u32::MAX);
                let times = repetition.min.saturating_add(further).min(most);
                (0..times).all(|_| self.write(&repetition.sub, inner))
            }
            HirKind::Capture(group) => self.write(&group.sub, inner),
            HirKind::Concat(parts) => parts.iter().all(|part| self.write(part, inner)),
            HirKind::Alternation(parts) => {
                parts.get(picked(self.salt, parts.len())).is_some_and(|part| self.write(part, inner))
            }
        }
    }
}

/// A character of a class: a letter or digit where it has one.
fn likely(class: &Class, salt: u64) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let has = |one: &char| class.iter().any(|range| range.start() <= *one && *one <= range.end());
    let plain: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').filter(has).collect();
    let printable = || (' '..='~').find(has);
    let chosen = plain.get(picked(salt, plain.len())).copied();
    chosen.or_else(printable).or_else(|| class.iter().next().map(|range| range.start()))
}
