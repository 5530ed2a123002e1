//! The shape of a schema: what conversion, forms, stripping and default filling need to know of it.
//!
//! Takes: a schema. Gives: types, members, items and a few annotations, found by following only `$ref` and `allOf` (SER-029), and
//! `oneOf` or `anyOf` where all branches agree on one type beside `null` (SER-032). Bounded in depth and size: what lies deeper, and a
//! recursive schema's repetition, is a shape that allows anything. Never panics.

use super::dialect::{Dialect, Draft};
use crate::description::{Description, Kind, Location, NodeRef};
use crate::limits::schema::{SHAPE_LEVELS_MAX, SHAPE_REFERENCES_MAX, SHAPE_SCHEMAS_MAX};

/// A set of JSON types. `number` holds `integer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeSet(u8);

impl TypeSet {
    /// No type: nothing is allowed.
    pub const NONE: Self = Self(0);
    /// `null`.
    pub const NULL: Self = Self(1);
    /// `boolean`.
    pub const BOOLEAN: Self = Self(2);
    /// `integer`: numbers without a fraction.
    pub const INTEGER: Self = Self(4);
    /// `number`, integers included.
    pub const NUMBER: Self = Self(4 | 8);
    /// `string`.
    pub const STRING: Self = Self(16);
    /// `array`.
    pub const ARRAY: Self = Self(32);
    /// `object`.
    pub const OBJECT: Self = Self(64);
    /// Every type.
    pub const ALL: Self = Self(127);

    /// Whether all of `other` is allowed. `NUMBER` contains `INTEGER`, not the other way round.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The types in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The types in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether no type is allowed.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether nothing is known: every type is allowed.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    pub(super) fn of_name(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => Self::NONE,
        }
    }

    fn of_keyword(value: NodeRef<'_>) -> Self {
        match value.as_str() {
            Some(name) => Self::of_name(name),
            None => value.items().filter_map(NodeRef::as_str).map(Self::of_name).fold(Self::NONE, Self::or),
        }
    }

    /// Whether the set is one type, `null` aside.
    fn is_one(self) -> bool {
        let rest = self.without(Self::NULL);
        [Self::BOOLEAN, Self::INTEGER, Self::NUMBER, Self::STRING, Self::ARRAY, Self::OBJECT].contains(&rest)
    }
}

/// What is known of the values that a schema allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The types; all of them when none can be found (SER-030).
    pub types: TypeSet,
    /// The shape of an array's items, when `items` says something.
    pub items: Option<Box<Shape>>,
    /// The declared members, in the order met.
    pub properties: Vec<(Box<str>, Shape)>,
    /// The shape of other members, when `additionalProperties` says something; without any type for `false`.
    pub additional: Option<Box<Shape>>,
    /// `contentEncoding`.
    pub content_encoding: Option<Box<str>>,
    /// `contentMediaType`.
    pub content_media_type: Option<Box<str>>,
    /// `format`.
    pub format: Option<Box<str>>,
    /// `default`.
    pub default: Option<serde_json::Value>,
    /// `readOnly`.
    pub read_only: bool,
    /// `writeOnly`.
    pub write_only: bool,
}

impl Shape {
    /// The shape of a schema that says nothing.
    #[must_use]
    pub const fn any() -> Self {
        Self {
            types: TypeSet::ALL,
            items: None,
            properties: Vec::new(),
            additional: None,
            content_encoding: None,
            content_media_type: None,
            format: None,
            default: None,
            read_only: false,
            write_only: false,
        }
    }

    /// The declared member called `name`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Self> {
        self.properties.iter().find(|(own, _)| &**own == name).map(|(_, shape)| shape)
    }

    /// Takes in what another schema says about the same value.
    pub(super) fn merge(&mut self, other: Self) {
        self.types = self.types.and(other.types);
        merge_boxed(&mut self.items, other.items);
        merge_boxed(&mut self.additional, other.additional);
        for (name, shape) in other.properties {
            match self.properties.iter_mut().find(|(own, _)| *own == name) {
                Some((_, own)) => own.merge(shape),
                None => self.properties.push((name, shape)),
            }
        }
        self.content_encoding = self.content_encoding.take().or(other.content_encoding);
        self.content_media_type = self.content_media_type.take().or(other.content_media_type);
        self.format = self.format.take().or(other.format);
        self.default = self.default.take().or(other.default);
        self.read_only |= other.read_only;
        self.write_only |= other.write_only;
    }
}

impl Default for Shape {
    fn default() -> Self {
        Self::any()
    }
}

fn merge_boxed(own: &mut Option<Box<Shape>>, other: Option<Box<Shape>>) {
    match (own.as_mut(), other) {
        (Some(own), Some(other)) => own.merge(*other),
        (None, other) => *own = other,
        (Some(_), None) => {}
    }
}

/// The shape of the schema at `at`.
///
/// ```
/// use brrtrouter::description::Description;
/// use brrtrouter::schema::{TypeSet, shape};
///
/// let text = r##"{
///     "openapi": "3.1.2", "info": {"title": "Pets", "version": "1"},
///     "components": {"schemas": {
///         "Id": {"allOf": [{"type": ["integer", "string"]}, {"$ref": "#/components/schemas/Number"}]},
///         "Number": {"type": "number"}
///     }}
/// }"##;
/// let description = Description::from_text("pets.json", text)?;
/// let id = description.at_pointer(description.entry().document, "/components/schemas/Id").expect("it stands above");
/// assert_eq!(shape(&description, id).types, TypeSet::INTEGER);
/// # Ok::<(), brrtrouter::description::Diagnostics>(())
/// ```
#[must_use]
pub fn shape(description: &Description, at: Location) -> Shape {
    shape_within(description, at, SHAPE_LEVELS_MAX, SHAPE_SCHEMAS_MAX)
}

/// The shape of the schema at `at`, with at most `levels` levels of members and items, looking at no more than `schemas_max`
/// schemas: [`shape`] with other bounds.
#[must_use]
pub fn shape_within(description: &Description, at: Location, levels: u8, schemas_max: u32) -> Shape {
    let mut look = Look { description, schemas_left: schemas_max, open: Vec::new() };
    look.shape(at, levels, SHAPE_REFERENCES_MAX)
}

struct Look<'d> {
    description: &'d Description,
    schemas_left: u32,
    /// The schemas on the way, so that a recursive one is cut where it repeats.
    open: Vec<Location>,
}

impl Look<'_> {
    fn shape(&mut self, at: Location, depth_left: u8, same_left: u8) -> Shape {
        let node = self.description.at(at);
        if let Some(allowed) = node.as_bool() {
            return Shape { types: if allowed { TypeSet::ALL } else { TypeSet::NONE }, ..Shape::any() };
        }
        if node.kind() != Kind::Object || self.schemas_left == 0 || self.open.contains(&at) {
            return Shape::any();
        }
        self.schemas_left = self.schemas_left.saturating_sub(1);
        self.open.push(at);
        let shape = self.object(at, node, depth_left, same_left);
        self.open.pop();
        shape
    }

    fn object(&mut self, at: Location, node: NodeRef<'_>, depth_left: u8, same_left: u8) -> Shape {
        let mut shape = Shape::any();
        let reference = node.get("$ref").and_then(NodeRef::as_str);
        if let (Some(reference), Some(same_left)) = (reference, same_left.checked_sub(1)) {
            if let Ok(target) = self.description.resolve(at, reference) {
                shape = self.shape(target, depth_left, same_left);
            }
            let dialect = Dialect::at(self.description, at).unwrap_or(Dialect::OAS);
            if dialect.draft <= Draft::Seven {
                return shape;
            }
        }
        self.annotations(node, &mut shape);
        if let Some(types) = node.get("type") {
            shape.types = shape.types.and(TypeSet::of_keyword(types));
        }
        if let Some(depth_left) = depth_left.checked_sub(1) {
            self.inside(at, node, depth_left, &mut shape);
        }
        if let Some(same_left) = same_left.checked_sub(1) {
            for part in node.get("allOf").into_iter().flat_map(NodeRef::items) {
                let part = self.shape(Location { node: part.id(), ..at }, depth_left, same_left);
                shape.merge(part);
            }
            self.agreed(at, node, same_left, &mut shape);
        }
        shape
    }

    /// SER-032: branches may be inspected when they give one answer, never to break a tie.
    fn agreed(&mut self, at: Location, node: NodeRef<'_>, same_left: u8, shape: &mut Shape) {
        for keyword in ["oneOf", "anyOf"] {
            let Some(branches) = node.get(keyword) else { continue };
            let mut types = TypeSet::NONE;
            for branch in branches.items() {
                types = types.or(self.shape(Location { node: branch.id(), ..at }, 0, same_left).types);
            }
            if types.and(shape.types).is_one() {
                shape.types = shape.types.and(types);
            }
        }
    }

    /// Annotations beside a reference override those behind it.
    fn annotations(&self, node: NodeRef<'_>, shape: &mut Shape) {
        let text = |name: &str| node.get(name).and_then(NodeRef::as_str).map(Box::from);
        let flag = |name: &str| node.get(name).and_then(NodeRef::as_bool) == Some(true);
        shape.content_encoding = text("contentEncoding").or(shape.content_encoding.take());
        shape.content_media_type = text("contentMediaType").or(shape.content_media_type.take());
        shape.format = text("format").or(shape.format.take());
        shape.default = node.get("default").map(NodeRef::to_json).or(shape.default.take());
        shape.read_only |= flag("readOnly");
        shape.write_only |= flag("writeOnly");
    }

    fn inside(&mut self, at: Location, node: NodeRef<'_>, depth_left: u8, shape: &mut Shape) {
        let place = |node: NodeRef<'_>| Location { node: node.id(), ..at };
        let mut own = Shape::any();
        for (name, schema) in node.get("properties").into_iter().flat_map(NodeRef::members) {
            own.properties.push((name.into(), self.shape(place(schema), depth_left, SHAPE_REFERENCES_MAX)));
        }
        if let Some(items) = node.get("items").filter(|items| items.kind() != Kind::Array) {
            own.items = Some(Box::new(self.shape(place(items), depth_left, SHAPE_REFERENCES_MAX)));
        }
        // Without other items, positions that agree on a type tell the items' type (SER-032).
        if own.items.as_ref().is_none_or(|items| items.types.is_none()) {
            let mut types = TypeSet::NONE;
            for position in node.get("prefixItems").into_iter().flat_map(NodeRef::items) {
                types = types.or(self.shape(place(position), 0, SHAPE_REFERENCES_MAX).types);
            }
            if types.is_one() {
                own.items = Some(Box::new(Shape { types, ..Shape::any() }));
            }
        }
        if let Some(others) = node.get("additionalProperties") {
            own.additional = Some(Box::new(self.shape(place(others), depth_left, SHAPE_REFERENCES_MAX)));
        }
        shape.merge(own);
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, TypeSet, shape};
    use crate::description::Description;

    fn shape_of(schema: &str) -> Shape {
        let text = format!(
            r##"{{"openapi": "3.1.2", "info": {{"title": "t", "version": "1"}}, "components": {{"schemas": {{
                "X": {schema}, "Int": {{"type": "integer", "default": 1, "format": "int32"}},
                "List": {{"type": "array", "items": {{"$ref": "#/components/schemas/List"}}}}
            }}}}}}"##
        );
        let description = Description::from_text("t.json", &text).unwrap();
        let at = description.at_pointer(description.entry().document, "/components/schemas/X").unwrap();
        shape(&description, at)
    }

    #[test]
    fn types_are_found_through_references_and_all_of() {
        let check = |schema: &str, types: TypeSet| assert_eq!(shape_of(schema).types, types, "{schema}");
        check("{}", TypeSet::ALL);
        check("true", TypeSet::ALL);
        check("false", TypeSet::NONE);
        check(r#"{"type": "number"}"#, TypeSet::NUMBER);
        check(r#"{"type": ["integer", "string"]}"#, TypeSet::INTEGER.or(TypeSet::STRING));
        check(r#"{"type": ["string", "number"], "allOf": [{"type": "string"}]}"#, TypeSet::STRING);
        check(r##"{"$ref": "#/components/schemas/Int"}"##, TypeSet::INTEGER);
        check(r##"{"type": "number", "$ref": "#/components/schemas/Int"}"##, TypeSet::INTEGER);
        check(r#"{"enum": [1, 2]}"#, TypeSet::ALL);
        check(r#"{"anyOf": [{"type": "integer"}, {"type": "null"}]}"#, TypeSet::INTEGER.or(TypeSet::NULL));
        check(r#"{"oneOf": [{"type": "integer"}, {"type": "string"}]}"#, TypeSet::ALL);
        check(r#"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#, TypeSet::NUMBER);
        check(
            r##"{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/components/schemas/Int", "type": "string"}"##,
            TypeSet::INTEGER,
        );
    }

    #[test]
    fn members_items_and_annotations_are_found() {
        let found = shape_of(
            r##"{"allOf": [
                {"properties": {"a": {"type": "string"}, "b": {"$ref": "#/components/schemas/Int"}}},
                {"properties": {"a": {"readOnly": true}, "c": {"items": {"type": "boolean"}}}, "additionalProperties": false}
            ]}"##,
        );
        let names: Vec<_> = found.properties.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(found.property("a").map(|a| (a.types, a.read_only)), Some((TypeSet::STRING, true)));
        assert_eq!(found.property("b").and_then(|b| b.default.clone()), Some(1.into()));
        assert_eq!(found.property("b").and_then(|b| b.format.as_deref()), Some("int32"));
        let items = found.property("c").and_then(|c| c.items.as_deref());
        assert_eq!(items.map(|items| items.types), Some(TypeSet::BOOLEAN));
        assert_eq!(found.additional.map(|others| others.types), Some(TypeSet::NONE));
    }

    #[test]
    fn positions_that_agree_tell_the_type_of_items() {
        let check = |schema: &str, types: Option<TypeSet>| {
            assert_eq!(shape_of(schema).items.map(|items| items.types), types, "{schema}");
        };
        check(
            r#"{"prefixItems": [{"type": "number"}, {"type": "integer"}], "items": false}"#,
            Some(TypeSet::NUMBER),
        );
        check(r#"{"prefixItems": [{"type": "number"}]}"#, Some(TypeSet::NUMBER));
        check(r#"{"prefixItems": [{"type": "number"}, {"type": "string"}]}"#, None);
        check(r#"{"prefixItems": [{"type": "number"}], "items": {"type": "string"}}"#, Some(TypeSet::STRING));
        check(r#"{"items": false}"#, Some(TypeSet::NONE));
    }

    #[test]
    fn recursion_is_cut() {
        let found = shape_of(r##"{"$ref": "#/components/schemas/List"}"##);
        let items = found.items.unwrap();
        assert_eq!((found.types, *items), (TypeSet::ARRAY, Shape::any()));
    }
}
