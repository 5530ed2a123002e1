//! `application/xml`, `text/xml`, `+xml` -> the value that the schema's XML Objects describe (ENC-006, SCH-025).
//!
//! Takes: octets and a plan. Gives: an instance, which the schema then judges as it judges JSON. Bounded by the limits of JSON
//! texts and by those of [`limits::xml`](crate::limits::xml). Never panics.
//!
//! | Module | From | To |
//! |---|---|---|
//! | `tree` (with `name`, `namespace`) | octets | elements, attributes, text: well-formed, namespaces resolved |
//! | `compile`, `plan` | schemas with XML Objects | which element or attribute each member and item is |
//! | `decode` | both | an instance |

mod compile;
mod decode;
mod error;
mod name;
mod namespace;
mod plan;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use decode::decode;
pub(super) use error::XmlFault;
pub use error::{XmlError, XmlRule};
pub(super) use plan::XmlPlan;
