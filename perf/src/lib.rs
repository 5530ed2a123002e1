//! What a request costs, as numbers that do not depend on the weather.
//!
//! [`scenario`] names everything that is measured, once, for every tool that measures: instruction counts,
//! allocations, stack bytes, times. [`budget`] says what they may cost. [`description`] makes descriptions of any size. What is measured is told
//! by [`say`].

pub mod budget;
pub mod description;
pub mod say;
pub mod scenario;
