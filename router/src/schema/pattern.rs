//! Regular expressions of schemas (SCH-022).
//!
//! Takes: a pattern. Gives: whether it is one of ECMA-262 and whether the engine can match it. Patterns without
//! look-around and back-references are matched in linear time; the others backtrack within a stated bound. Never panics.

use super::view::ArenaJson;
use jsonschema::FancyRegex;
use jsonschema::PatternOptions;
use serde_json::json;
use std::collections::HashMap;

/// How many steps one match may take back, for patterns that need backtracking: some milliseconds.
const BACKTRACK_STEPS_MAX: usize = 100_000;
/// The largest compiled automaton of one pattern, in bytes.
const AUTOMATON_BYTES_MAX: usize = 4 << 20;

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
    let compiled = jsonschema::options_for::<ArenaJson>()
        .offline()
        .with_pattern_options(engine())
        .build(&json!({"pattern": pattern}));
    match (compiled.is_ok(), unicode) {
        (true, true) => None,
        (true, false) => Some(PatternFault::NotUnicode),
        (false, _) => Some(PatternFault::Unsupported),
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
