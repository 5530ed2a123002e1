//! The keywords of every draft: since when, until when, in which vocabulary, with what kind of value.
//!
//! Takes: a keyword's name and a dialect. Gives: its rule, or nothing when the dialect does not know it, and it is an
//! annotation (SCH-021). One table for checking schemas and for compiling them. Never panics.

use super::dialect::{Dialect, Draft, Vocabulary};

/// What a keyword's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A schema.
    Schema,
    /// A non-empty array of schemas.
    Schemas,
    /// A schema or an array of schemas.
    SchemaOrSchemas,
    /// An object of schemas.
    SchemaMap,
    /// An object of schemas whose names are regular expressions.
    PatternMap,
    /// An object of schemas or of arrays of distinct strings.
    Dependencies,
    /// An object of arrays of distinct strings.
    NameMap,
    /// An array of distinct strings.
    Names,
    /// An integer from 0.
    Count,
    /// A number.
    Number,
    /// A number above 0.
    Positive,
    /// A boolean.
    Boolean,
    /// A string.
    Text,
    /// A regular expression.
    Pattern,
    /// A type's name or an array of distinct ones.
    Types,
    /// An array of values.
    Values,
    /// A URI reference to a schema.
    Reference,
    /// Anything.
    Any,
}

/// Whether a keyword's subschemas judge the instance itself or what is inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The same instance.
    Same,
    /// A member, an item or a name of it.
    Inside,
    /// Nothing: the schemas only stand there to be referred to.
    Nothing,
}

/// One keyword in one dialect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) form: Form,
    pub(super) reach: Reach,
}

/// The rule of `name` in `dialect`.
pub(super) fn rule(name: &str, dialect: Dialect) -> Option<Rule> {
    use Draft::{Four, Seven, Six, TwentyNineteen, TwentyTwenty};
    let (vocabulary, form, since, until) = match name {
        "$ref" => (Vocabulary::Core, Form::Reference, Four, TwentyTwenty),
        "$dynamicRef" => (Vocabulary::Core, Form::Reference, TwentyTwenty, TwentyTwenty),
        "$recursiveRef" => (Vocabulary::Core, Form::Reference, TwentyNineteen, TwentyNineteen),
        "$recursiveAnchor" => (Vocabulary::Core, Form::Boolean, TwentyNineteen, TwentyNineteen),
        "$schema" => (Vocabulary::Core, Form::Text, Four, TwentyTwenty),
        "$id" => (Vocabulary::Core, Form::Text, Six, TwentyTwenty),
        "id" => (Vocabulary::Core, Form::Text, Four, Four),
        "$anchor" => (Vocabulary::Core, Form::Text, TwentyNineteen, TwentyTwenty),
        "$dynamicAnchor" => (Vocabulary::Core, Form::Text, TwentyTwenty, TwentyTwenty),
        "$comment" => (Vocabulary::Core, Form::Text, Seven, TwentyTwenty),
        "$defs" => (Vocabulary::Core, Form::SchemaMap, TwentyNineteen, TwentyTwenty),
        "definitions" => (Vocabulary::Core, Form::SchemaMap, Four, TwentyTwenty),
        _ => return validation(name, dialect).or_else(|| applicator(name, dialect)),
    };
    within(dialect, vocabulary, since, until)?;
    Some(Rule { form, reach: if form == Form::SchemaMap { Reach::Nothing } else { Reach::Same } })
}

fn within(dialect: Dialect, vocabulary: Vocabulary, since: Draft, until: Draft) -> Option<()> {
    (dialect.has(vocabulary) && since <= dialect.draft && dialect.draft <= until).then_some(())
}

fn applicator(name: &str, dialect: Dialect) -> Option<Rule> {
    use Draft::{Four, Seven, Six, TwentyNineteen, TwentyTwenty};
    use Reach::{Inside, Nothing, Same};
    let (form, reach, since, until) = match name {
        "allOf" | "anyOf" | "oneOf" => (Form::Schemas, Same, Four, TwentyTwenty),
        "not" => (Form::Schema, Same, Four, TwentyTwenty),
        "if" | "then" | "else" => (Form::Schema, Same, Seven, TwentyTwenty),
        "dependentSchemas" => (Form::SchemaMap, Same, TwentyNineteen, TwentyTwenty),
        "dependencies" => (Form::Dependencies, Same, Four, TwentyTwenty),
        "properties" => (Form::SchemaMap, Inside, Four, TwentyTwenty),
        "patternProperties" => (Form::PatternMap, Inside, Four, TwentyTwenty),
        "additionalProperties" => (Form::Schema, Inside, Four, TwentyTwenty),
        "propertyNames" | "contains" => (Form::Schema, Inside, Six, TwentyTwenty),
        "prefixItems" => (Form::Schemas, Inside, TwentyTwenty, TwentyTwenty),
        "items" if dialect.draft == TwentyTwenty => (Form::Schema, Inside, TwentyTwenty, TwentyTwenty),
        "items" => (Form::SchemaOrSchemas, Inside, Four, TwentyNineteen),
        "additionalItems" => (Form::Schema, Inside, Four, TwentyNineteen),
        "contentSchema" => {
            within(dialect, Vocabulary::Content, TwentyNineteen, TwentyTwenty)?;
            return Some(Rule { form: Form::Schema, reach: Nothing });
        }
        "unevaluatedItems" | "unevaluatedProperties" => {
            within(dialect, Vocabulary::Unevaluated, TwentyNineteen, TwentyTwenty)?;
            return Some(Rule { form: Form::Schema, reach: Inside });
        }
        _ => return None,
    };
    within(dialect, Vocabulary::Applicator, since, until)?;
    Some(Rule { form, reach })
}

fn validation(name: &str, dialect: Dialect) -> Option<Rule> {
    use Draft::{Four, Seven, Six, TwentyNineteen, TwentyTwenty};
    use Vocabulary::{Content, Format, MetaData, Validation};
    let boolean_bounds = dialect.draft == Four;
    let (vocabulary, form, since) = match name {
        "type" => (Validation, Form::Types, Four),
        "enum" => (Validation, Form::Values, Four),
        "const" => (Validation, Form::Any, Six),
        "multipleOf" => (Validation, Form::Positive, Four),
        "exclusiveMaximum" | "exclusiveMinimum" if boolean_bounds => (Validation, Form::Boolean, Four),
        "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum" => (Validation, Form::Number, Four),
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" => {
            (Validation, Form::Count, Four)
        }
        "maxContains" | "minContains" => (Validation, Form::Count, TwentyNineteen),
        "uniqueItems" => (Validation, Form::Boolean, Four),
        "pattern" => (Validation, Form::Pattern, Four),
        "required" => (Validation, Form::Names, Four),
        "dependentRequired" => (Validation, Form::NameMap, TwentyNineteen),
        "format" => (Format, Form::Text, Four),
        "contentEncoding" | "contentMediaType" => (Content, Form::Text, Seven),
        "title" | "description" => (MetaData, Form::Text, Four),
        "default" => (MetaData, Form::Any, Four),
        "examples" => (MetaData, Form::Values, Six),
        "readOnly" | "writeOnly" => (MetaData, Form::Boolean, Seven),
        "deprecated" => (MetaData, Form::Boolean, TwentyNineteen),
        _ => return None,
    };
    within(dialect, vocabulary, since, TwentyTwenty)?;
    Some(Rule { form, reach: Reach::Same })
}
