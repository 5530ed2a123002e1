//! Schema Objects -> compiled validators, and the instances that they judge.
//!
//! Takes: a loaded description (build phase), decoded values (serve phase). Gives: verdicts and
//! error reports (JSON Schema 2020-12 and the dialects of OAS 3.1 §4.8.24). Never panics.

pub mod instance;
