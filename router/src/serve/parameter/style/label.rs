//! Style `label`, in paths: `.blue`, `.blue,black`, exploded `.blue.black` and `.R=100.G=200`.
//!
//! A single `.` is the empty string, array or object. Never panics.

use super::super::encode::{EncodeError, Encoder};
use super::super::error::{Fault, ParameterRule};
use super::super::percent::Safe;
use super::super::read::{Reader, alternating_pairs, exploded_pairs, parts};
use super::super::structure::Form;
use super::Styled;
use crate::schema::instance::{InstanceId, InstanceKind, InstanceNode};

pub(in super::super) fn decode(
    reader: &mut Reader<'_>,
    styled: Styled<'_>,
    text: &str,
) -> Result<InstanceId, Fault> {
    let text = text.strip_prefix('.').ok_or(ParameterRule::Style)?;
    let delimiter = if styled.explode { '.' } else { ',' };
    match styled.form {
        Form::Scalar(types) => reader.scalar(text, types),
        Form::Array(types) => reader.array(parts(text, delimiter), types),
        Form::Object(structure) if styled.explode => {
            reader.object(exploded_pairs(text, delimiter), structure)
        }
        Form::Object(structure) => reader.object(alternating_pairs(parts(text, delimiter)), structure),
    }
}

pub(in super::super) fn encode(
    to: &mut Encoder,
    explode: bool,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    to.raw(".");
    match value.kind() {
        InstanceKind::Array if explode => to.with_safe(Safe::UnreservedNotDot).items(value, ".", &[]),
        InstanceKind::Array => to.items(value, ",", &[]),
        InstanceKind::Object if explode => {
            to.with_safe(Safe::UnreservedNotDot).members(value, ("=", "."), &[])
        }
        InstanceKind::Object => to.members(value, (",", ","), &[]),
        InstanceKind::Null
        | InstanceKind::Boolean
        | InstanceKind::Number
        | InstanceKind::String
        | InstanceKind::Binary => to.scalar(value, &[]),
    }
}
