//! What stops a measurement: a tool that is missing, a file that cannot be read, a program that fails.

use std::{fmt, path::Path};

/// A message with cause, place and mend.
#[derive(Debug)]
pub struct Fault {
    message: String,
    code: u8,
}

/// The exit code of whoever was asked for what cannot be.
const USAGE: u8 = 2;
/// The exit code where a tool is missing or fails.
const FAILED: u8 = 4;

impl Fault {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: FAILED }
    }

    /// What was asked for cannot be: a flag, a description, an address.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: USAGE }
    }

    /// The exit code that the program ends with.
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// A file or folder that cannot be used.
    pub fn at(path: &Path, error: &dyn fmt::Display) -> Self {
        Self::new(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
