//! Styles `spaceDelimited` and `pipeDelimited`, in query strings: `color=blue%20black`, `color=blue%7Cblack`.
//!
//! The delimiter is itself percent-encoded on the wire, so `%20`, `+` and `%7C` delimit; a raw `|` is
//! accepted too (SER-010). Data cannot hold the delimiter (OAS Appendix E): encoding refuses it.
//! Whatever `explode` says there is one reading, since the exploded form is undefined (SER-011).
//! Never panics.

use super::super::encode::{EncodeError, Encoder, is_undefined};
use super::super::error::Fault;
use super::super::read::{RawPair, Reader, alternating_pairs};
use super::super::structure::Form;
use super::Styled;
use super::form::only_value;
use crate::schema::instance::{InstanceId, InstanceKind, InstanceNode};

/// The delimiter of a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Delimiter {
    Space,
    Pipe,
}

impl Delimiter {
    const fn character(self) -> char {
        match self {
            Self::Space => ' ',
            Self::Pipe => '|',
        }
    }

    const fn encoded(self) -> &'static str {
        match self {
            Self::Space => "%20",
            Self::Pipe => "%7C",
        }
    }

    /// The first delimiter of `text`: where it starts and how long it is.
    fn find(self, text: &str) -> Option<(usize, usize)> {
        let at = |(start, _): &(usize, u8)| {
            let rest = text.as_bytes().get(*start..).unwrap_or_default();
            match (self, rest) {
                (Self::Space, [b'+' | b' ', ..]) | (Self::Pipe, [b'|', ..]) => Some((*start, 1)),
                (Self::Space, [b'%', b'2', b'0', ..]) | (Self::Pipe, [b'%', b'7', b'c' | b'C', ..]) => {
                    Some((*start, 3))
                }
                (Self::Space | Self::Pipe, _) => None,
            }
        };
        text.bytes().enumerate().find_map(|place| at(&place))
    }

    fn split(self, text: &str) -> impl Iterator<Item = &str> {
        let mut rest = (!text.is_empty()).then_some(text);
        std::iter::from_fn(move || {
            let text = rest?;
            let Some((start, length)) = self.find(text) else {
                rest = None;
                return Some(text);
            };
            rest = text.get(start.saturating_add(length)..);
            text.get(..start)
        })
    }
}

pub(in super::super) fn decode<'r>(
    reader: &mut Reader<'_>,
    styled: Styled<'_>,
    delimiter: Delimiter,
    pairs: impl ExactSizeIterator<Item = RawPair<'r>>,
) -> Result<InstanceId, Fault> {
    let text = only_value(pairs)?;
    match styled.form {
        Form::Scalar(types) => reader.scalar(text, types),
        Form::Array(types) => reader.array(delimiter.split(text), types),
        Form::Object(structure) => reader.object(alternating_pairs(delimiter.split(text)), structure),
    }
}

pub(in super::super) fn encode(
    to: &mut Encoder,
    name: &str,
    delimiter: Delimiter,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    let (joint, reserved) = (delimiter.encoded(), [delimiter.character()]);
    match value.kind() {
        _ if is_undefined(value) => Ok(()),
        InstanceKind::Array => {
            to.name_is(name)?;
            to.refusing_delimiters().items(value, joint, &reserved)
        }
        InstanceKind::Object => {
            to.name_is(name)?;
            to.refusing_delimiters().members(value, (joint, joint), &reserved)
        }
        InstanceKind::Null
        | InstanceKind::Boolean
        | InstanceKind::Number
        | InstanceKind::String
        | InstanceKind::Binary => Err(EncodeError::NotApplicable),
    }
}

#[cfg(test)]
mod tests {
    use super::Delimiter::{self, Pipe, Space};

    #[test]
    fn splitting() {
        let cases: &[(Delimiter, &str, &[&str])] = &[
            (Space, "", &[]),
            (Space, "a%20b+c d", &["a", "b", "c", "d"]),
            (Space, "%20", &["", ""]),
            (Space, "a%2", &["a%2"]),
            (Space, "a|b%7Cc", &["a|b%7Cc"]),
            (Pipe, "a|b%7Cc%7cd", &["a", "b", "c", "d"]),
            (Pipe, "a%20b|\u{e9}|", &["a%20b", "\u{e9}", ""]),
        ];
        for (delimiter, text, expected) in cases {
            assert_eq!(delimiter.split(text).collect::<Vec<_>>(), *expected, "{text}");
        }
    }
}
