//! Style `matrix`, in paths: `;color=blue`, `;color=blue,black`, exploded `;color=blue;color=black` and
//! `;R=100;G=200`.
//!
//! The bare name `;color` is the empty string, array or object (OAS Style Examples); `;color=` is the
//! empty string or an array of one. The properties of an exploded object are the names (SER-024).
//! Never panics.

use super::super::encode::{EncodeError, Encoder, is_undefined};
use super::super::error::{Fault, ParameterRule};
use super::super::read::{RawPair, Reader, alternating_pairs, parts};
use super::super::structure::Form;
use super::Styled;
use crate::schema::instance::{InstanceId, InstanceKind, InstanceNode};

pub(in super::super) fn decode(
    reader: &mut Reader<'_>,
    styled: Styled<'_>,
    text: &str,
) -> Result<InstanceId, Fault> {
    let text = text.strip_prefix(';').ok_or(ParameterRule::Style)?;
    match styled.form {
        Form::Array(types) if styled.explode => {
            if is_bare_name(reader, styled.name, text)? {
                return reader.array(std::iter::empty(), types);
            }
            for part in text.split(';') {
                named_value(reader, styled.name, part)?;
            }
            reader.array(text.split(';').map(|part| pair_of(part).1), types)
        }
        Form::Object(structure) if styled.explode => {
            let bare = is_bare_name(reader, styled.name, text)?;
            let pairs = text.split(';').filter(|_| !bare).map(|part| Ok(pair_of(part)));
            reader.object(pairs, structure)
        }
        Form::Scalar(types) => {
            let value = named_value(reader, styled.name, text)?;
            reader.scalar(value.unwrap_or_default(), types)
        }
        Form::Array(types) => match named_value(reader, styled.name, text)? {
            Some(value) => reader.array(value.split(','), types),
            None => reader.array(std::iter::empty(), types),
        },
        Form::Object(structure) => {
            let value = named_value(reader, styled.name, text)?.unwrap_or_default();
            reader.object(alternating_pairs(parts(value, ',')), structure)
        }
    }
}

fn pair_of(part: &str) -> RawPair<'_> {
    part.split_once('=').unwrap_or((part, ""))
}

fn is_bare_name(reader: &mut Reader<'_>, name: &str, text: &str) -> Result<bool, Fault> {
    Ok(!text.contains([';', '=']) && reader.scratch.decode(text, reader.coding)? == name)
}

/// The value behind `name=`; `None` where the name stands alone.
fn named_value<'t>(reader: &mut Reader<'_>, name: &str, part: &'t str) -> Result<Option<&'t str>, Fault> {
    let (own, value) = match part.split_once('=') {
        Some((own, value)) => (own, Some(value)),
        None => (part, None),
    };
    if reader.scratch.decode(own, reader.coding)? == name {
        Ok(value)
    } else {
        Err(ParameterRule::Style.into())
    }
}

pub(in super::super) fn encode(
    to: &mut Encoder,
    name: &str,
    explode: bool,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    to.raw(";");
    match value.kind() {
        _ if is_undefined(value) => to.name(name),
        InstanceKind::Array if explode => to.repeated(name, value, ";"),
        InstanceKind::Object if explode => to.members(value, ("=", ";"), &[]),
        InstanceKind::Array => {
            to.name_is(name)?;
            to.joined_items(value, ",", &[])
        }
        InstanceKind::Object => {
            to.name_is(name)?;
            to.members(value, (",", ","), &[])
        }
        InstanceKind::String if value.as_str() == Some("") => to.name(name),
        InstanceKind::Null
        | InstanceKind::Boolean
        | InstanceKind::Number
        | InstanceKind::String
        | InstanceKind::Binary => {
            to.name_is(name)?;
            to.scalar(value, &[])
        }
    }
}
