//! What the measurements print. A reader that has left, as `head` does, ends no measurement and changes no exit code: nothing here panics
//! or fails.

use std::fmt::Arguments;
use std::io::Write as _;

/// Prints a line to standard output.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::say::to_output(format_args!($($text)*)) };
}

/// Prints a line to standard error.
#[macro_export]
macro_rules! warn {
    ($($text:tt)*) => { $crate::say::to_error(format_args!($($text)*)) };
}

/// What [`say!`](crate::say!) comes to.
pub fn to_output(line: Arguments<'_>) {
    writeln!(std::io::stdout(), "{line}").unwrap_or_default();
}

/// What [`warn!`](crate::warn!) comes to.
pub fn to_error(line: Arguments<'_>) {
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}
