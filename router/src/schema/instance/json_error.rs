//! The bounds of JSON texts and the rules that they may break.
//!
//! Takes: the place of a fault. Gives: bounds, rules and errors as values. Never panics.

use super::narrow;
use crate::limits::json as limits;
use std::fmt;

/// The bounds of one JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// The longest text, in bytes; never more than [`crate::limits::json::TEXT_BYTES_MAX`].
    pub bytes_max: u32,
    /// The deepest nesting of arrays and objects; a scalar alone has nesting 0.
    pub nesting_max: u32,
    /// The most values, counting every member and every item at every level. A value takes 32 bytes.
    pub values_max: u32,
    /// The longest text of one number, in bytes.
    pub number_bytes_max: u32,
}

/// The bounds of [`crate::limits::json`].
impl Default for JsonLimits {
    fn default() -> Self {
        Self {
            bytes_max: limits::BYTES_MAX,
            nesting_max: limits::NESTING_MAX,
            values_max: limits::VALUES_MAX,
            number_bytes_max: limits::NUMBER_BYTES_MAX,
        }
    }
}

/// The rule that a JSON text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonRule {
    /// Longer than [`JsonLimits::bytes_max`].
    TooLong,
    /// Nested deeper than [`JsonLimits::nesting_max`].
    TooDeep,
    /// More values than [`JsonLimits::values_max`].
    TooManyValues,
    /// A number longer than [`JsonLimits::number_bytes_max`].
    NumberTooLong,
    /// Not UTF-8 (RFC 8259 §8.1).
    InvalidUtf8,
    /// Starts with a byte order mark (RFC 8259 §8.1).
    ByteOrderMark,
    /// An object names a member twice (RFC 8259 §4).
    DuplicateMember,
    /// Ends before the value does; also an empty text.
    UnexpectedEnd,
    /// A character that the grammar does not allow here.
    UnexpectedCharacter,
    /// Something follows the value.
    TrailingCharacter,
    /// A number that the grammar does not allow, such as `01` or `1.`.
    InvalidNumber,
    /// A backslash that no escape follows.
    InvalidEscape,
    /// Half of a surrogate pair.
    LoneSurrogate,
    /// A control character inside a string (RFC 8259 §7).
    ControlCharacter,
}

impl JsonRule {
    /// What is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::TooLong => "the text is longer than allowed",
            Self::TooDeep => "arrays and objects are nested deeper than allowed",
            Self::TooManyValues => "there are more values than allowed",
            Self::NumberTooLong => "a number is longer than allowed",
            Self::InvalidUtf8 => "the text is not UTF-8",
            Self::ByteOrderMark => "the text starts with a byte order mark",
            Self::DuplicateMember => "an object names a member twice",
            Self::UnexpectedEnd => "the text ends before the value does",
            Self::UnexpectedCharacter => "a character does not belong here",
            Self::TrailingCharacter => "something follows the value",
            Self::InvalidNumber => "a number is malformed",
            Self::InvalidEscape => "a string holds a malformed escape",
            Self::LoneSurrogate => "a string holds half of a surrogate pair",
            Self::ControlCharacter => "a string holds an unescaped control character",
        }
    }

    /// Whether a bound was broken rather than the grammar: an answer may be 413 then.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(self, Self::TooLong | Self::TooDeep | Self::TooManyValues | Self::NumberTooLong)
    }
}

/// Why a JSON text was refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The rule.
    pub rule: JsonRule,
    /// The first offending byte, from 0.
    pub offset: u32,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl JsonError {
    pub(super) fn new(rule: JsonRule, text: &[u8], offset: usize) -> Self {
        let (line, column) = line_and_column(text, offset);
        Self { rule, offset: narrow(offset), line, column }
    }
}

/// The line and the column, in characters, of a byte of a text; both from 1.
pub(crate) fn line_and_column(text: &[u8], offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at.saturating_add(1));
    let line = memchr::memchr_iter(b'\n', before).count();
    let characters =
        before.get(line_start..).unwrap_or_default().iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
    (narrow(line).saturating_add(1), narrow(characters).saturating_add(1))
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.rule.message(), self.line, self.column)
    }
}

impl std::error::Error for JsonError {}
