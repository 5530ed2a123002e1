//! Style `simple`, in paths and headers: `blue,black,brown`, `R,100,G,200` or exploded `R=100,G=200`.
//!
//! In a header nothing is percent-encoded (SER-019), and white space round a comma is none of the
//! value's (RFC 9110 §5.6.1). The empty text is the empty array or object. Never panics.

use super::super::encode::{EncodeError, Encoder};
use super::super::error::Fault;
use super::super::percent::Coding;
use super::super::read::{Reader, alternating_pairs, exploded_pairs, parts};
use super::super::structure::Form;
use super::Styled;
use crate::schema::instance::{InstanceId, InstanceKind, InstanceNode};

const OPTIONAL_WHITESPACE: &[char] = &[' ', '\t'];

pub(in super::super) fn decode(
    reader: &mut Reader<'_>,
    styled: Styled<'_>,
    text: &str,
) -> Result<InstanceId, Fault> {
    let in_header = reader.coding == Coding::Verbatim;
    let trimmed = move |part| if in_header { str::trim_matches(part, OPTIONAL_WHITESPACE) } else { part };
    match styled.form {
        Form::Scalar(types) => reader.scalar(text, types),
        Form::Array(types) => reader.array(parts(text, ',').map(trimmed), types),
        Form::Object(structure) if styled.explode => {
            let pairs = exploded_pairs(text, ',')
                .map(|pair| pair.map(|(name, value)| (trimmed(name), trimmed(value))));
            reader.object(pairs, structure)
        }
        Form::Object(structure) => reader.object(alternating_pairs(parts(text, ',').map(trimmed)), structure),
    }
}

pub(in super::super) fn encode(
    to: &mut Encoder,
    explode: bool,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    match value.kind() {
        InstanceKind::Array => to.items(value, ",", &[',']),
        InstanceKind::Object if explode => to.members(value, ("=", ","), &['=', ',']),
        InstanceKind::Object => to.members(value, (",", ","), &[',']),
        InstanceKind::Null
        | InstanceKind::Boolean
        | InstanceKind::Number
        | InstanceKind::String
        | InstanceKind::Binary => to.scalar(value, &[]),
    }
}
