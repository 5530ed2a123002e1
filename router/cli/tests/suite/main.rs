//! The command, run as people run it.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod check;
mod command;
mod serve;
