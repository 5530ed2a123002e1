//! What the commands print. A reader that has left, as `head` does, keeps nothing from being run, judged and written, and the exit
//! code is what it would have been. Never panics.

use std::fmt::Display;
use std::io::Write as _;

/// Prints what has its line ends already.
pub fn show(text: impl Display) {
    write!(std::io::stdout(), "{text}").unwrap_or_default();
}

/// The same to standard error.
pub fn warn(text: impl Display) {
    write!(std::io::stderr(), "{text}").unwrap_or_default();
}

/// Prints a line.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::say::show(format_args!("{}\n", format_args!($($text)*)))
    };
}

pub(crate) use say;
