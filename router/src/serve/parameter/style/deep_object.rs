//! Style `deepObject`, in query strings: `color%5BR%5D=100&color%5BG%5D=200`, one level deep.
//!
//! Raw brackets are accepted (SER-012). Deeper keys (`color[a][b]`) and repeated ones are refused, since the
//! specification leaves them undefined (SER-014). A property name cannot hold a bracket (OAS Appendix
//! E): encoding refuses it. Never panics.

use super::super::encode::{EncodeError, Encoder, is_undefined};
use super::super::error::{Fault, ParameterRule, Step};
use super::super::read::{RawPair, Reader};
use super::super::structure::ObjectStructure;
use crate::schema::instance::{InstanceId, InstanceKind, InstanceNode};

/// `pairs` have keys that start with the name and a bracket.
pub(in super::super) fn decode<'r>(
    reader: &mut Reader<'_>,
    name: &str,
    structure: &ObjectStructure,
    pairs: impl Iterator<Item = RawPair<'r>>,
) -> Result<InstanceId, Fault> {
    reader.object_with(|reader| {
        for (position, (raw_key, value)) in pairs.enumerate() {
            reader.count_member(position)?;
            let property = property_of(reader.scratch.decode(raw_key, reader.coding)?, name)?;
            reader.instance.member_name(property);
            let types = structure.types_of(property);
            if let Err(fault) = reader.scalar(value, types) {
                let property = property_of(reader.scratch.decode(raw_key, reader.coding)?, name)?;
                return Err(Fault { step: Step::Member(property.into()), ..fault });
            }
        }
        Ok(())
    })
}

/// `R` of `color[R]`.
fn property_of<'k>(key: &'k str, name: &str) -> Result<&'k str, ParameterRule> {
    let inner = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')).ok_or(ParameterRule::Style)?;
    let (property, rest) = inner.split_once(']').ok_or(ParameterRule::Style)?;
    match (property.contains('['), rest) {
        (false, "") => Ok(property),
        (false, rest) if rest.starts_with('[') => Err(ParameterRule::Nested),
        (true | false, _) => Err(ParameterRule::Style),
    }
}

pub(in super::super) fn encode(
    to: &mut Encoder,
    name: &str,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    if is_undefined(value) {
        return Ok(());
    }
    if value.kind() != InstanceKind::Object {
        return Err(EncodeError::NotApplicable);
    }
    let mut first = true;
    for (property, member) in value.members().filter(|(_, member)| !member.is_null()) {
        if property.contains(['[', ']']) {
            return Err(EncodeError::Unrepresentable);
        }
        if !std::mem::take(&mut first) {
            to.raw("&");
        }
        to.name(name)?;
        to.raw("%5B");
        to.name(property)?;
        to.raw("%5D=");
        to.scalar(member, &[])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let cases: &[(&str, Result<&str, ParameterRule>)] = &[
            ("a[b]", Ok("b")),
            ("a[]", Ok("")),
            ("a[b", Err(ParameterRule::Style)),
            ("a[b[c]", Err(ParameterRule::Style)),
            ("a[b]c", Err(ParameterRule::Style)),
            ("a[b][c]", Err(ParameterRule::Nested)),
            ("a[b][", Err(ParameterRule::Nested)),
            ("b[a]", Err(ParameterRule::Style)),
        ];
        for (key, expected) in cases {
            assert_eq!(property_of(key, "a"), *expected, "{key}");
        }
    }
}
