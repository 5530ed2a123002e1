//! The house rules that no lint can check, one file each, over the project's own sources and pages.
//!
//! Each rule is a function from texts to findings: a test beside it plants the faults that it must find, another runs it
//! over the project. What a rule cannot see stands in its opening.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree's enums are another crate's, and grow")]

mod banned;
mod bounds;
mod evidence;
mod graph;
mod ids;
mod openings;
mod polarities;
mod recursion;
mod relaxations;
mod source;
mod syntax;
mod tokens;
mod walk;
mod words;
mod world;
