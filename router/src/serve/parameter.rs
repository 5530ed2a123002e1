//! Parameters: decoding, and the inverse, for every style of the Style Examples table.
//!
//! Takes: the raw captures of the path, the query string and the field lines. Gives: typed values in
//! one arena, or every error with location, name, rule and place within the value. What the
//! specification leaves open is decided as follows.
//!
//! | Question | Answer |
//! |---|---|
//! | text to type (SER-028) | the JSON grammar exactly, else an error; numbers keep their text; a schema without `type`, found by `$ref` and `allOf` only, leaves a string (SER-029, SER-030) |
//! | several types (SER-031) | the first of null, boolean, integer, number, string that reads the text; an array or object only where no such type is allowed, or where a key is repeated |
//! | empty text | the empty string; `null` where null is allowed and a string is not; the empty array or object, except that an exploded `form` or `cookie` array has one item |
//! | `?x=` with `allowEmptyValue` (PAR-011 to PAR-013) | the parameter is absent, whatever its schema; for a required one that is an error |
//! | undeclared query keys (PAR-022) | ignored, or refused by option; an exploded object takes them when its schema has `additionalProperties` other than `false`, or declares no properties at all |
//! | a key that several parameters could claim | the parameter of that name, then the first object that declares it |
//! | repeated keys (PAR-023) | an error where the parameter is no array; by option the first or last counts; of cookies always the first (HTTP-015) |
//! | repeated field lines | one value with `, ` between (RFC 9110 §5.2) |
//! | cookies of style `form` (SER-016) | percent-decoded, `+` is a plus; exploded pairs stand between `; ` |
//! | `deepObject` (SER-013, SER-014) | always exploded, one level; deeper keys are errors |
//! | `spaceDelimited`, `pipeDelimited` | `%20`, `+`, a raw space; `%7C`, a raw pipe; data cannot hold the delimiter (OAS Appendix E) |
//! | defaults (SCH-019) | absent, unless asked for by option |
//! | empty arrays and objects | contribute nothing to a query (SER-027), so they read back as absent |
//!
//! Build-phase types allocate. Decoding primitive path, query and header parameters does not.

mod compile;
mod content;
mod convert;

mod decode;
mod encode;
mod error;
mod field;
mod input;
mod keys;
mod pairs;
mod percent;
mod plan;
mod read;
mod structure;
mod style;
#[cfg(test)]
mod tests;
mod values;

pub use crate::description::{ParameterLocation, Style};
pub(crate) use convert::ScalarTypes;
pub(crate) use decode::decode_into;
pub use decode::{decode, decode_unvalidated};
pub use encode::{EncodeError, encode};
pub use error::{ParameterError, ParameterErrors, ParameterRule};
pub use input::{Captures, ParameterInput};
pub(crate) use percent::{Coding, Scratch};
pub use plan::{ParameterOptions, ParameterPlan, ParameterPlans, RepeatedKeys, UnknownKeys};
pub use values::ParameterValues;
