//! Style `form`, in query strings and cookies: `color=blue`, `color=blue,black`, exploded
//! `color=blue&color=black` and `R=100&G=200`.
//!
//! In a cookie the pairs of an exploded value stand between `; ` instead of `&` (SER-016), and a value
//! is percent-encoded with `+` as a plus, as RFC 6570 serializes it (OAS Appendix D). Not exploded, the
//! empty value is the empty array or object; exploded, it is an array of one (SER-008). Never panics.

use super::super::encode::{EncodeError, Encoder, is_undefined};
use super::super::error::{Fault, ParameterRule};
use super::super::read::{RawPair, Reader, alternating_pairs, parts};
use super::super::structure::Form;
use super::Styled;
use super::cookie::BETWEEN;
use crate::schema::instance::{InstanceId, InstanceKind, InstanceNode};

/// `pairs` are those that the parameter claims, in the order received, at least one.
pub(in super::super) fn decode<'r>(
    reader: &mut Reader<'_>,
    styled: Styled<'_>,
    pairs: impl ExactSizeIterator<Item = RawPair<'r>>,
) -> Result<InstanceId, Fault> {
    match styled.form {
        Form::Array(types) if styled.explode => reader.array(pairs.map(|(_, value)| value), types),
        Form::Object(structure) if styled.explode => reader.object(pairs.map(Ok), structure),
        Form::Scalar(types) => reader.scalar(only_value(pairs)?, types),
        Form::Array(types) => reader.array(parts(only_value(pairs)?, ','), types),
        Form::Object(structure) => {
            reader.object(alternating_pairs(parts(only_value(pairs)?, ',')), structure)
        }
    }
}

/// The value of a key that may come once (PAR-023).
pub(in super::super) fn only_value<'r>(
    mut pairs: impl ExactSizeIterator<Item = RawPair<'r>>,
) -> Result<&'r str, Fault> {
    if pairs.len() > 1 {
        return Err(ParameterRule::Repeated.into());
    }
    pairs.next().map(|(_, value)| value).ok_or_else(|| ParameterRule::Missing.into())
}

/// `between` stands between the pairs of an exploded value.
pub(in super::super) fn encode(
    to: &mut Encoder,
    name: &str,
    explode: bool,
    between: &str,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    match value.kind() {
        _ if is_undefined(value) => Ok(()),
        InstanceKind::Array if explode => to.repeated(name, value, between),
        InstanceKind::Object if explode && between == BETWEEN && value.get("").is_some() => {
            // A cookie without a name is not read (RFC 6265 §4.1.1).
            Err(EncodeError::Unrepresentable)
        }
        InstanceKind::Object if explode => to.members(value, ("=", between), &['=', ';']),
        InstanceKind::Array => {
            to.name_is(name)?;
            to.items(value, ",", &[',', ';'])
        }
        InstanceKind::Object => {
            to.name_is(name)?;
            to.members(value, (",", ","), &[',', ';'])
        }
        InstanceKind::Null
        | InstanceKind::Boolean
        | InstanceKind::Number
        | InstanceKind::String
        | InstanceKind::Binary => {
            to.name_is(name)?;
            to.scalar(value, &[';'])
        }
    }
}
