//! Instance -> any serde format.
//!
//! Takes: a node. Gives: a serializer's calls; a number beyond 128 bits becomes the nearest binary
//! number ([`InstanceNode::write_json`] keeps the text instead). Never panics.

use super::{Decimal, InstanceKind, InstanceNode};
use serde::ser::{Error, Serialize, SerializeMap, Serializer};

impl Serialize for InstanceNode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind() {
            InstanceKind::Null => serializer.serialize_unit(),
            InstanceKind::Boolean => serializer.serialize_bool(self.as_bool().unwrap_or_default()),
            InstanceKind::Number => serialize_number(self.number_text().unwrap_or_default(), serializer),
            InstanceKind::String => serializer.serialize_str(self.as_str().unwrap_or_default()),
            InstanceKind::Binary => Err(S::Error::custom("octets outside the instance cannot be serialized")),
            InstanceKind::Array => serializer.collect_seq(self.items()),
            InstanceKind::Object => {
                let mut map = serializer.serialize_map(Some(self.len()))?;
                for (name, value) in self.members() {
                    map.serialize_entry(name, &value)?;
                }
                map.end()
            }
        }
    }
}

fn serialize_number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(number) = text.parse::<u64>() {
        return serializer.serialize_u64(number);
    }
    // `-0` is kept by the binary form alone.
    if let Some(number) = text.parse::<i64>().ok().filter(|number| *number != 0) {
        return serializer.serialize_i64(number);
    }
    let written_as_integer = !text.contains(['.', 'e', 'E']);
    if let Some(number) = Decimal::parse(text).to_i128().filter(|number| written_as_integer && *number != 0) {
        return serializer.serialize_i128(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => serializer.serialize_f64(number),
        _ => Err(S::Error::custom("number beyond the range of binary numbers")),
    }
}
