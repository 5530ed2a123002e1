//! What a user may decide about schemas; every default is the specification's own reading.
//!
//! Takes: choices. Gives: one value that compiling and serving read. Never panics.

use std::collections::BTreeSet;

/// Whether `format` judges values (SCH-012). Unknown formats never do (SCH-014).
///
/// A dialect whose meta-schema requires the format-assertion vocabulary asserts whatever is chosen here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FormatPolicy {
    /// `format` is an annotation, as JSON Schema 2020-12 §7.2.1 and the OAS have it.
    #[default]
    Annotate,
    /// Every known format is asserted: those of JSON Schema 2020-12 §7.3 on strings, and `int32`, `int64`, `float` and
    /// `double` on numbers (SCH-013).
    Assert,
    /// The formats named here are asserted.
    AssertNamed(BTreeSet<String>),
}

impl FormatPolicy {
    pub(super) fn asserts(&self, format: &str) -> bool {
        match self {
            Self::Annotate => false,
            Self::Assert => true,
            Self::AssertNamed(names) => names.contains(format),
        }
    }
}

/// What becomes of `readOnly` members in a request and `writeOnly` members in a response (SCH-017, SCH-018).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessPolicy {
    /// They are values like any other.
    #[default]
    Ignore,
    /// They are taken out before the handler, or the client, sees them.
    Strip,
    /// They are an error.
    Reject,
}

/// How schemas are compiled and applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaOptions {
    /// Whether `format` judges values.
    pub formats: FormatPolicy,
    /// Whether `contentEncoding` and `contentMediaType` judge strings (SCH-016): `base64`, `base64url` and JSON are known.
    pub assert_content: bool,
    /// `readOnly` members of requests. `required` is never relaxed.
    pub read_only: AccessPolicy,
    /// `writeOnly` members of responses.
    pub write_only: AccessPolicy,
    /// Whether absent members get their schema's `default` after validation (SCH-019).
    pub fill_defaults: bool,
}
