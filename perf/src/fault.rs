//! What stops a measurement: a tool that is missing, a file that cannot be read, a program that fails.

use std::{fmt, path::Path};

/// A message with cause, place and mend. The program ends with exit code 4.
#[derive(Debug)]
pub struct Fault(String);

impl Fault {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A file or folder that cannot be used.
    pub fn at(path: &Path, error: &dyn fmt::Display) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
