//! The shop, asked in process by exactly the code that serves.
//!
//! Responses are held against the description on the way, so a 500 would tell of an answer that breaks it.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod behaviour;
mod every_operation;
mod shop;
mod tries;
