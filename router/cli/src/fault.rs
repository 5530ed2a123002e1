//! Why the command ends early: said once, with cause, place and mend.

use std::fmt;
use std::process::ExitCode;

use brrtrouter::{ConfigErrors, Diagnostics};

/// Why there is nothing to serve.
#[derive(Debug)]
pub enum Fault {
    /// The command was not used as it can be.
    Usage {
        /// What is wrong.
        what: String,
        /// The flag or file that says so.
        place: String,
        /// What to do.
        mend: String,
    },
    /// The description cannot be served.
    Description(Diagnostics),
    /// The configuration has wrong keys or values.
    Config(ConfigErrors),
    /// A file of the command's own cannot be read as YAML or JSON.
    Text(Diagnostics),
}

impl Fault {
    pub fn usage(what: impl Into<String>, place: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Usage { what: what.into(), place: place.into(), mend: mend.into() }
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Description(_) => ExitCode::FAILURE,
            Self::Usage { .. } | Self::Config(_) | Self::Text(_) => ExitCode::from(2),
        }
    }
}

impl From<Diagnostics> for Fault {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Description(diagnostics)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { what, place, mend } => {
                write!(f, "error: {what}\n  --> {place}\n  = mend: {mend}\n")
            }
            Self::Config(errors) => errors.fmt(f),
            Self::Description(diagnostics) | Self::Text(diagnostics) => diagnostics.fmt(f),
        }
    }
}
