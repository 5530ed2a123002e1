//! Instance -> a handler's own types, by serde.
//!
//! Takes: a node, which is a `Deserializer`. Gives: values that borrow strings from the arena.
//! Integers are exact or refused: `7.0` and `70e-1` are 7, `7.5` is no integer. Recurses once per nesting level,
//! which the decoder bounds. Never panics.

use super::{Decimal, InstanceKind, InstanceNode, node};
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use std::fmt;

/// Why a value does not fit a type; the text names types and members, never the value's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeserializeError(String);

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DeserializeError {}

impl de::Error for DeserializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl<'i> InstanceNode<'i> {
    fn unexpected(self) -> Unexpected<'i> {
        match self.kind() {
            InstanceKind::Null => Unexpected::Unit,
            InstanceKind::Boolean => Unexpected::Bool(self.as_bool().unwrap_or_default()),
            InstanceKind::Number => Unexpected::Other("number"),
            InstanceKind::String => Unexpected::Other("string"),
            InstanceKind::Binary => Unexpected::Other("octets"),
            InstanceKind::Array => Unexpected::Seq,
            InstanceKind::Object => Unexpected::Map,
        }
    }

    fn mismatch<T>(self, expected: &dyn de::Expected) -> Result<T, DeserializeError> {
        Err(DeserializeError::invalid_type(self.unexpected(), expected))
    }

    /// A number in the narrowest form that keeps it: 64 bits, 128 bits, binary.
    fn visit_number<V: Visitor<'i>>(self, text: &str, visitor: V) -> Result<V::Value, DeserializeError> {
        if let Ok(number) = text.parse::<u64>() {
            return visitor.visit_u64(number);
        }
        if let Some(number) = text.parse::<i64>().ok().filter(|number| *number != 0) {
            return visitor.visit_i64(number);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(DeserializeError::custom("number out of range")),
        }
    }

    fn visit_integer<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let Some(text) = self.number_text() else { return self.mismatch(&visitor) };
        // Most integers are small and written as such.
        if let Ok(number) = text.parse::<u64>() {
            return visitor.visit_u64(number);
        }
        let decimal = Decimal::parse(text);
        if let Some(number) = decimal.to_u64() {
            visitor.visit_u64(number)
        } else if let Some(number) = decimal.to_i64() {
            visitor.visit_i64(number)
        } else {
            self.visit_wide(&decimal, visitor)
        }
    }

    fn visit_wide<V: Visitor<'i>>(
        self,
        decimal: &Decimal<'_>,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        if let Some(number) = decimal.to_u128() {
            visitor.visit_u128(number)
        } else if let Some(number) = decimal.to_i128() {
            visitor.visit_i128(number)
        } else {
            self.mismatch(&visitor)
        }
    }

    fn visit_text<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.as_str() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.mismatch(&visitor),
        }
    }

    fn visit_items<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.kind() != InstanceKind::Array {
            return self.mismatch(&visitor);
        }
        let mut items = ItemAccess(self.items());
        let value = visitor.visit_seq(&mut items)?;
        if items.0.len() > 0 {
            return Err(DeserializeError::custom("array has more items than expected"));
        }
        Ok(value)
    }

    fn visit_members<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.kind() != InstanceKind::Object {
            return self.mismatch(&visitor);
        }
        visitor.visit_map(MemberAccess { members: self.members(), value: None })
    }
}

macro_rules! integers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.visit_integer(visitor)
        })*
    };
}

macro_rules! texts {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.visit_text(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for InstanceNode<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.kind() {
            InstanceKind::Null => visitor.visit_unit(),
            InstanceKind::Boolean => visitor.visit_bool(self.as_bool().unwrap_or_default()),
            InstanceKind::Number => self.visit_number(self.number_text().unwrap_or_default(), visitor),
            InstanceKind::String => self.visit_text(visitor),
            InstanceKind::Binary => self.mismatch(&visitor),
            InstanceKind::Array => self.visit_items(visitor),
            InstanceKind::Object => self.visit_members(visitor),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let Some(text) = self.number_text() else { return self.mismatch(&visitor) };
        match self.as_f64() {
            Some(number) => visitor.visit_f64(number),
            None => self.visit_number(text, visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.as_bool() {
            Some(value) => visitor.visit_bool(value),
            None => self.mismatch(&visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.as_str() {
            Some(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            None => self.visit_items(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.is_null() { visitor.visit_unit() } else { self.mismatch(&visitor) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.visit_items(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.visit_items(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.visit_items(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.visit_members(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if self.kind() == InstanceKind::Array {
            self.visit_items(visitor)
        } else {
            self.visit_members(visitor)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match (self.kind(), self.members().next()) {
            (InstanceKind::String, _) => {
                visitor.visit_enum(VariantOf { name: self.as_str().unwrap_or_default(), value: None })
            }
            (InstanceKind::Object, Some((name, value))) if self.len() == 1 => {
                visitor.visit_enum(VariantOf { name, value: Some(value) })
            }
            _ => self.mismatch(&"a string or an object with one member"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }
}

impl<'de> IntoDeserializer<'de, DeserializeError> for InstanceNode<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct ItemAccess<'i>(node::Items<'i>);

impl<'de> SeqAccess<'de> for &mut ItemAccess<'de> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Self::Error> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct MemberAccess<'i> {
    members: node::Members<'i>,
    value: Option<InstanceNode<'i>>,
}

impl<'de> MapAccess<'de> for MemberAccess<'de> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(NameDeserializer(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        let value = self.value.take().ok_or_else(|| DeserializeError::custom("value without a name"))?;
        seed.deserialize(value)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.members.len())
    }
}

/// A member's name; a map may have numbers or booleans for keys.
struct NameDeserializer<'i>(&'i str);

macro_rules! number_names {
    ($($method:ident $visit:ident $type:ty)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.parse::<$type>() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(DeserializeError::invalid_type(Unexpected::Other("member name"), &visitor)),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for NameDeserializer<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_borrowed_str(self.0)
    }

    number_names! {
        deserialize_u8 visit_u8 u8 deserialize_u16 visit_u16 u16 deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64 deserialize_u128 visit_u128 u128
        deserialize_i8 visit_i8 i8 deserialize_i16 visit_i16 i16 deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64 deserialize_i128 visit_i128 i128 deserialize_bool visit_bool bool
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(VariantOf { name: self.0, value: None })
    }

    serde::forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct VariantOf<'i> {
    name: &'i str,
    value: Option<InstanceNode<'i>>,
}

impl<'de> EnumAccess<'de> for VariantOf<'de> {
    type Error = DeserializeError;
    type Variant = VariantValue<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), Self::Error> {
        let name: StrDeserializer<'_, DeserializeError> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, VariantValue(self.value)))
    }
}

struct VariantValue<'i>(Option<InstanceNode<'i>>);

impl<'de> VariantValue<'de> {
    fn value(self) -> Result<InstanceNode<'de>, DeserializeError> {
        self.0
            .ok_or_else(|| DeserializeError::invalid_type(Unexpected::UnitVariant, &"a variant with a value"))
    }
}

impl<'de> VariantAccess<'de> for VariantValue<'de> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), Self::Error> {
        match self.0 {
            None => Ok(()),
            Some(value) if value.is_null() => Ok(()),
            Some(value) => value.mismatch(&"a variant without a value"),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Self::Error> {
        seed.deserialize(self.value()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.value()?.visit_items(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value()?.visit_members(visitor)
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::instance::{JsonLimits, parse_json};
    use serde::Deserialize;
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    #[derive(Deserialize, Debug, PartialEq)]
    enum Shape {
        Point,
        Circle(f64),
        Line(i32, i32),
        Rect { w: u8, h: u8 },
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Pet<'a> {
        name: &'a str,
        age: Option<u8>,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(flatten)]
        rest: BTreeMap<String, serde_json::Value>,
    }

    #[expect(clippy::needless_pass_by_value, reason = "a table reads better with values")]
    fn check<'a, T: Deserialize<'a> + PartialEq + Debug>(
        instance: &'a crate::schema::instance::Instance,
        expected: Option<T>,
    ) {
        assert_eq!(T::deserialize(instance.root()).ok(), expected, "{:?}", instance.root().to_json());
    }

    fn parse(text: &str) -> crate::schema::instance::Instance {
        parse_json(text.as_bytes(), &JsonLimits::default()).unwrap()
    }

    #[test]
    fn integers_are_exact_or_refused() {
        check::<u64>(&parse("18446744073709551615"), Some(u64::MAX));
        check::<u64>(&parse("18446744073709551616"), None);
        check::<u128>(&parse("340282366920938463463374607431768211455"), Some(u128::MAX));
        check::<i128>(&parse("-170141183460469231731687303715884105728"), Some(i128::MIN));
        check::<i64>(&parse("-9223372036854775808"), Some(i64::MIN));
        check::<u8>(&parse("7.0"), Some(7));
        check::<u8>(&parse("70e-1"), Some(7));
        check::<u8>(&parse("7.5"), None);
        check::<u8>(&parse("256"), None);
        check::<f64>(&parse("1e400"), None);
        check::<f32>(&parse("0.5"), Some(0.5));
        check::<u64>(&parse("9007199254740993"), Some(9_007_199_254_740_993));
    }

    #[test]
    fn shapes_of_rust_types_are_read() {
        check(&parse("\"Point\""), Some(Shape::Point));
        check(&parse("{\"Circle\":2}"), Some(Shape::Circle(2.0)));
        check(&parse("{\"Line\":[1,2]}"), Some(Shape::Line(1, 2)));
        check::<Shape>(&parse("{\"Line\":[1,2,3]}"), None);
        check(&parse("{\"Rect\":{\"w\":1,\"h\":2}}"), Some(Shape::Rect { w: 1, h: 2 }));
        check::<Shape>(&parse("{\"Point\":null,\"Circle\":1}"), None);
        check::<Option<bool>>(&parse("null"), Some(None));
        check::<BTreeMap<u8, bool>>(&parse("{\"7\":true}"), Some([(7, true)].into()));
        check::<(u8, String)>(&parse("[1,\"a\"]"), Some((1, "a".to_owned())));
        check::<Box<str>>(&parse("\"a\\u0062\""), Some("ab".into()));
    }

    #[test]
    fn strings_are_borrowed() {
        let instance = parse("{\"name\":\"Rex\",\"age\":null,\"tags\":[\"a\"],\"x\":{\"y\":[1]}}");
        let rest = [("x".to_owned(), serde_json::json!({"y": [1]}))].into();
        check(&instance, Some(Pet { name: "Rex", age: None, tags: vec!["a".to_owned()], rest }));
    }
}
