//! Text to typed scalar (SER-028 to SER-032, OAS Appendix B).
//!
//! Takes: decoded text and the types that its schema allows. Gives: the scalar, or nothing where no
//! allowed type reads the text. The grammar is that of JSON (RFC 8259), exactly: `1.0` and `1e3` are
//! integers, `true`, `false` and `null` have one spelling; `+1`, `0x10`, ` 1`, `01`, `1.`, `NaN` and `TRUE`
//! are strings or nothing. A number keeps its text, so that none is rounded. Where several types
//! are allowed the first of null, boolean, integer, number, string that reads the text is taken
//! (SER-031); where the schema names no type the value stays a string (SER-030). The empty text is null
//! where null is allowed and a string is not. Never panics.

use crate::limits;
use crate::schema::instance::{Instance, InstanceId, is_integer};

/// The scalar types that a piece of text may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScalarTypes {
    /// `null`.
    pub(crate) null: bool,
    /// `true` and `false`.
    pub(crate) boolean: bool,
    /// Numbers without a fraction.
    pub(crate) integer: bool,
    /// Numbers.
    pub(crate) number: bool,
    /// Strings.
    pub(crate) string: bool,
}

impl ScalarTypes {
    /// A string and nothing else: also what a schema without `type` means here (SER-030).
    pub(crate) const STRING: Self =
        Self { null: false, boolean: false, integer: false, number: false, string: true };

    /// Whether no scalar is allowed.
    pub(crate) const fn is_empty(self) -> bool {
        !(self.null || self.boolean || self.integer || self.number || self.string)
    }

    /// What `text` is; `None` where no allowed type reads it.
    ///
    /// A type that no text can have (an array inside an array) allows nothing here: its text stays
    /// a string, which the schema then refuses with its own words.
    pub(crate) fn read(self, text: &str) -> Option<Scalar<'_>> {
        if self.is_read_as_string_alone() {
            return Some(Scalar::String(text));
        }
        if self.string || self.is_empty() {
            return Some(self.read_other(text).unwrap_or(Scalar::String(text)));
        }
        if self.null && text.is_empty() {
            return Some(Scalar::Null);
        }
        self.read_other(text)
    }

    const fn is_read_as_string_alone(self) -> bool {
        !(self.null || self.boolean || self.integer || self.number)
    }

    fn read_other(self, text: &str) -> Option<Scalar<'_>> {
        match text {
            "null" if self.null => return Some(Scalar::Null),
            "true" if self.boolean => return Some(Scalar::Boolean(true)),
            "false" if self.boolean => return Some(Scalar::Boolean(false)),
            _ => {}
        }
        let numeric = (self.integer || self.number) && is_json_number(text);
        (numeric && (self.number || is_integer(text))).then_some(Scalar::Number(text))
    }
}

/// A typed scalar that borrows its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number by its JSON text.
    Number(&'t str),
    /// A string.
    String(&'t str),
}

impl Scalar<'_> {
    /// Adds the scalar to an instance.
    pub(crate) fn add_to(self, instance: &mut Instance) -> InstanceId {
        match self {
            Self::Null => instance.null(),
            Self::Boolean(value) => instance.boolean(value),
            Self::Number(text) => instance.number(text),
            Self::String(text) => instance.string(text),
        }
    }
}

/// Whether the whole text is one number of RFC 8259 §6, and not longer than we read.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let whole = digits(unsigned);
    let (number, rest) = unsigned.split_at_checked(whole).unwrap_or_default();
    let leading_zero = number.len() > 1 && number.first() == Some(&b'0');
    if number.is_empty() || leading_zero || text.len() > limits::parameter::NUMBER_BYTES_MAX {
        return false;
    }
    let rest = match rest {
        [b'.', fraction @ ..] if digits(fraction) > 0 => fraction.get(digits(fraction)..).unwrap_or_default(),
        rest => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

/// How many decimal digits `bytes` starts with.
fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: ScalarTypes =
        ScalarTypes { null: false, boolean: false, integer: false, number: false, string: false };
    const INTEGER: ScalarTypes = ScalarTypes { integer: true, ..NONE };
    const NUMBER: ScalarTypes = ScalarTypes { number: true, ..NONE };
    const BOOLEAN: ScalarTypes = ScalarTypes { boolean: true, ..NONE };
    const NULL: ScalarTypes = ScalarTypes { null: true, ..NONE };

    #[test]
    fn one_type() {
        let cases: &[(ScalarTypes, &[&str], &[&str])] = &[
            (
                INTEGER,
                &["0", "-0", "7", "-12", "1.0", "1e3", "12E-0", "1.50e1", "123456789012345678901234567890"],
                &[
                    "", "+1", "01", "-", "1.5", "1.", ".5", "0x10", " 1", "1 ", "1e", "1e+", "1_0", "NaN",
                    "true", "\u{661}",
                ],
            ),
            (NUMBER, &["1.5", "-0.25e-3", "1E400", "0.1"], &["", "1,5", "inf", "Infinity", "1.e1", "--1"]),
            (BOOLEAN, &["true", "false"], &["", "TRUE", "True", "1", "0", "yes", " true"]),
            (NULL, &["null", ""], &["NULL", "nil", "0"]),
        ];
        for (types, accepted, refused) in cases {
            for text in *accepted {
                assert!(types.read(text).is_some(), "{text:?} {types:?}");
            }
            for text in *refused {
                assert_eq!(types.read(text), None, "{text:?} {types:?}");
            }
        }
        assert_eq!(NUMBER.read(&"1".repeat(limits::parameter::NUMBER_BYTES_MAX + 1)), None);
    }

    #[test]
    fn several_types() {
        use Scalar::{Boolean, Null, Number, String};
        let all = ScalarTypes { null: true, boolean: true, integer: true, number: true, string: true };
        let cases: &[(ScalarTypes, &str, Option<Scalar<'_>>)] = &[
            (ScalarTypes { string: true, ..INTEGER }, "5", Some(Number("5"))),
            (ScalarTypes { string: true, ..INTEGER }, "1.5", Some(String("1.5"))),
            (ScalarTypes { string: true, ..INTEGER }, "abc", Some(String("abc"))),
            (ScalarTypes { string: true, ..NULL }, "null", Some(Null)),
            (ScalarTypes { string: true, ..NULL }, "", Some(String(""))),
            (ScalarTypes { null: true, ..INTEGER }, "", Some(Null)),
            (ScalarTypes { boolean: true, ..NUMBER }, "x", None),
            (all, "true", Some(Boolean(true))),
            (all, "1e3", Some(Number("1e3"))),
            (ScalarTypes::STRING, "null", Some(String("null"))),
            (NONE, "7", Some(String("7"))),
        ];
        for (types, text, expected) in cases {
            assert_eq!(types.read(text), *expected, "{text:?} {types:?}");
        }
    }
}
