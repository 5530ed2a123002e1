//! The OpenAPI conformance suite: cases as data, workers as child processes, a gap analysis.
//!
//! In the order of a run: `catalogue` (what is asked), `source`, `case` and `corpus` (how cases are found and read), `protocol` (how a
//! worker is spoken to).

pub mod case;
pub mod catalogue;
pub mod corpus;
pub mod protocol;
pub mod source;
