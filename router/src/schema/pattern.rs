//! Regular expressions of schemas (SCH-022).
//!
//! Takes: a pattern. Gives: whether it is one of ECMA-262 and whether the engine can match it. Patterns without
//! look-around and back-references are matched in linear time; the others backtrack within a stated bound. Never panics.

use super::view::{ArenaJson, View};
use crate::limits::schema::{AUTOMATON_BYTES_MAX, BACKTRACK_STEPS_MAX};
use jsonschema::{FancyRegex, Keyword, PatternOptions, ValidationError, Validator};
use serde_json::json;
use std::collections::HashMap;

/// The engine's bounds, for every validator.
pub(super) fn engine() -> PatternOptions<FancyRegex> {
    PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_STEPS_MAX)
        .size_limit(AUTOMATON_BYTES_MAX)
        .dfa_size_limit(AUTOMATON_BYTES_MAX)
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatternFault {
    /// Not a regular expression of ECMA-262, with or without the `u` flag.
    Malformed,
    /// Well-formed, but no engine here can match it, or it would take too much memory.
    Unsupported,
    /// Allowed only without the `u` flag, which is how it is read.
    NotUnicode,
}

impl PatternFault {
    pub(super) const fn is_error(self) -> bool {
        matches!(self, Self::Malformed | Self::Unsupported)
    }

    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::Malformed => "it is no regular expression of ECMA-262 (JSON Schema 2020-12 §6.4)",
            Self::Unsupported => "no engine here can match it within its bounds of memory",
            Self::NotUnicode => "ECMA-262 allows it only without the Unicode flag",
        }
    }

    pub(super) const fn mend(self) -> &'static str {
        match self {
            Self::Malformed => "write the pattern as ECMA-262 has it: no inline flags, no POSIX classes",
            Self::Unsupported => "write a simpler pattern",
            Self::NotUnicode => "remove needless backslashes",
        }
    }
}

/// Checks patterns, each text once.
#[derive(Debug, Default)]
pub(super) struct PatternCheck(HashMap<Box<str>, Option<PatternFault>>);

impl PatternCheck {
    pub(super) fn check(&mut self, pattern: &str) -> Option<PatternFault> {
        if let Some(known) = self.0.get(pattern) {
            return *known;
        }
        let fault = fault_of(pattern);
        self.0.insert(pattern.into(), fault);
        fault
    }
}

fn fault_of(pattern: &str) -> Option<PatternFault> {
    let unicode = regress::Regex::with_flags(pattern, "u").is_ok();
    if !unicode && regress::Regex::new(pattern).is_err() {
        return Some(PatternFault::Malformed);
    }
    let compiled = alone(pattern, engine());
    match (compiled.is_ok(), unicode) {
        (true, true) => None,
        (true, false) => Some(PatternFault::NotUnicode),
        (false, _) => Some(PatternFault::Unsupported),
    }
}

/// A validator of one pattern.
fn alone<E>(
    pattern: &str,
    engine: PatternOptions<E>,
) -> Result<Validator<ArenaJson>, ValidationError<'static>> {
    let options = jsonschema::options_for::<ArenaJson>().offline().with_pattern_options(engine);
    options.build(&json!({"pattern": pattern}))
}

/// Whether every match takes linear time: no look-around, no back-reference.
pub(super) fn is_linear(pattern: &str) -> bool {
    let linear = PatternOptions::regex().size_limit(AUTOMATON_BYTES_MAX).dfa_size_limit(AUTOMATON_BYTES_MAX);
    alone(pattern, linear).is_ok()
}

/// The private keyword for patterns that backtrack: it gives up as "no match" where the engine's own keyword would judge the whole
/// instance again and again to find out whether the match matters.
pub(super) const BACKTRACKING: &str = "x-brrtrouter-pattern";

struct Backtracking {
    validator: Validator<ArenaJson>,
    pattern: Box<str>,
}

/// The keyword that matches `pattern`.
pub(super) fn compile(pattern: &str) -> Option<Box<dyn for<'i> Keyword<'i, ArenaJson>>> {
    let validator = alone(pattern, engine()).ok()?;
    Some(Box::new(Backtracking { validator, pattern: pattern.into() }))
}

impl<'i> Keyword<'i, ArenaJson> for Backtracking {
    fn validate(&self, view: View<'i>) -> Result<(), ValidationError<'i>> {
        if self.validator.is_valid(view) { Ok(()) } else { Err(ValidationError::custom(&*self.pattern)) }
    }

    fn is_valid(&self, view: View<'i>) -> bool {
        self.validator.is_valid(view)
    }
}

#[cfg(test)]
mod tests {
    use super::{PatternCheck, PatternFault};

    #[test]
    fn patterns_are_those_of_ecma_262() {
        let check = |pattern: &str, fault: Option<PatternFault>| {
            assert_eq!(PatternCheck::default().check(pattern), fault, "{pattern}");
        };
        check("^[a-z]+$", None);
        check(r"^\p{Letter}+$", None);
        check("(?=a)b|(a)\\1", None);
        check("^(", Some(PatternFault::Malformed));
        check("a++", Some(PatternFault::Malformed));
        check("(?P<name>a)", Some(PatternFault::Malformed));
        check(r"^a\-b$", Some(PatternFault::NotUnicode));
        check("((a{1000}){1000}){1000}", Some(PatternFault::Unsupported));
    }
}
