//! The structure of a parameter: what its schema tells a decoder, and nothing else.
//!
//! Takes: the types found in the schema by following only `$ref` and `allOf` (SER-029). Gives: whether
//! text is read as a scalar, an array or an object, and the scalar types of what is inside. Styles
//! reach one level deep: deeper values have no serialization (OAS Appendix C). Never panics.

use super::convert::ScalarTypes;

/// How the text of one parameter is read.
///
/// A schema that allows a scalar is read as one; an array is read where the only alternatives are
/// objects or `null`. So no ambiguity is guessed (SER-030): the text of a schema without `type`
/// stays a string. A repeated key has one reading only: where arrays are allowed it is an array.
#[derive(Clone, Debug, Default)]
pub(crate) struct Structure {
    /// The types of a scalar; none where the schema allows no scalar but `null`.
    pub(crate) scalar: ScalarTypes,
    /// The types of the items, where the schema allows arrays.
    pub(crate) array: Option<ScalarTypes>,
    /// The members, where the schema allows objects.
    pub(crate) object: Option<ObjectStructure>,
}

/// The members of an object, one level deep.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectStructure {
    /// The declared properties, sorted by name.
    properties: Vec<(Box<str>, ScalarTypes)>,
    /// The types of every other property.
    others: ScalarTypes,
    /// Whether an exploded object also takes keys that it does not declare (PAR-022).
    pub(crate) takes_leftovers: bool,
}

impl ObjectStructure {
    pub(crate) fn new(
        mut properties: Vec<(Box<str>, ScalarTypes)>,
        others: ScalarTypes,
        takes_leftovers: bool,
    ) -> Self {
        properties.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self { properties, others, takes_leftovers }
    }

    /// The scalar types of the property called `name`.
    pub(crate) fn types_of(&self, name: &str) -> ScalarTypes {
        match self.properties.binary_search_by(|(own, _)| (**own).cmp(name)) {
            Ok(found) => self.properties.get(found).map_or(self.others, |(_, types)| *types),
            Err(_) => self.others,
        }
    }

    /// The names of the declared properties.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|(name, _)| &**name)
    }
}

/// The reading that a structure has for one text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form<'s> {
    Scalar(ScalarTypes),
    Array(ScalarTypes),
    Object(&'s ObjectStructure),
}

impl Structure {
    /// How the text is read.
    pub(crate) fn form(&self) -> Form<'_> {
        let only_null = ScalarTypes { null: false, ..self.scalar }.is_empty();
        match (&self.array, &self.object) {
            (Some(items), _) if only_null => Form::Array(*items),
            (None, Some(object)) if only_null => Form::Object(object),
            (Some(_) | None, Some(_) | None) => Form::Scalar(self.scalar),
        }
    }

    /// The object, where the text is read as one.
    pub(crate) fn object_only(&self) -> Option<&ObjectStructure> {
        match self.form() {
            Form::Object(object) => Some(object),
            Form::Scalar(_) | Form::Array(_) => None,
        }
    }

    /// The reading of a key that came more than once: an array, wherever arrays are allowed.
    pub(crate) fn repeated_form(&self) -> Form<'_> {
        self.array.map_or(self.form(), Form::Array)
    }
}
