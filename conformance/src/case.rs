//! Cases: a description, what is asked of it, and what must come of it.
//!
//! Takes: case files. Gives: [`Case`] values that a worker's answers can be compared with. Files are strict: an
//! unknown key, a missing one or a second case of the same id is an error with file, line and mend.

pub mod format;
mod read;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::protocol::{Document, Format, Options};
pub use format::{
    DecodeProbe, EncodeProbe, Exchange, Expect, HeaderExpectation, LoadExpectation, ParseProbe, Probe,
    ResolveProbe, Status, ValidateProbe,
};
pub(crate) use read::{profiles_of, schema_faults};
pub use read::{read_file, read_text};

/// A level of the suite, from robustness to security.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
pub enum Level {
    /// Robustness: never panic, hang or blow memory.
    L0,
    /// Documents.
    L1,
    /// References.
    L2,
    /// Schemas.
    L3,
    /// Parameters and routing.
    L4,
    /// Requests and responses.
    L5,
    /// HTTP.
    L6,
    /// Security.
    L7,
}

impl Level {
    /// All of them, in order.
    pub const ALL: [Self; 8] =
        [Self::L0, Self::L1, Self::L2, Self::L3, Self::L4, Self::L5, Self::L6, Self::L7];

    /// The report's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
            Self::L6 => "L6",
            Self::L7 => "L7",
        }
    }

    /// What the level is about.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::L0 => "robustness",
            Self::L1 => "documents",
            Self::L2 => "references",
            Self::L3 => "schemas",
            Self::L4 => "routing and parameters",
            Self::L5 => "requests and responses",
            Self::L6 => "HTTP",
            Self::L7 => "security",
        }
    }

    /// The level of a catalogue area, for cases that name none.
    #[must_use]
    pub fn of_area(area: &str) -> Self {
        match area {
            "REF" => Self::L2,
            "SCH" | "DIS" => Self::L3,
            "SRV" | "PTH" | "PAR" | "SER" => Self::L4,
            "BOD" | "ENC" | "SEQ" | "RSP" | "EXA" => Self::L5,
            "HTTP" => Self::L6,
            "SEC" => Self::L7,
            _ => Self::L1,
        }
    }
}

/// A profile: the rows that one kind of user asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
pub enum Profile {
    /// What every 3.1 server must do.
    #[serde(rename = "OAS-3.1-core")]
    Oas31Core,
    /// SHOULD, MAY and implementation-defined rows of 3.1.
    #[serde(rename = "OAS-3.1-extended")]
    Oas31Extended,
    /// Rows of 3.2 alone.
    #[serde(rename = "OAS-3.2")]
    Oas32,
    /// Companion RFCs.
    #[serde(rename = "HTTP")]
    Http,
    /// JSON Schema and dialects.
    #[serde(rename = "JSON-Schema")]
    JsonSchema,
    /// Mock behaviour.
    #[serde(rename = "Mock")]
    Mock,
    /// Security.
    #[serde(rename = "Security")]
    Security,
}

impl Profile {
    /// All of them, in report order.
    pub const ALL: [Self; 7] = [
        Self::Oas31Core,
        Self::Oas31Extended,
        Self::Oas32,
        Self::Http,
        Self::JsonSchema,
        Self::Mock,
        Self::Security,
    ];

    /// The report's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oas31Core => "OAS-3.1-core",
            Self::Oas31Extended => "OAS-3.1-extended",
            Self::Oas32 => "OAS-3.2",
            Self::Http => "HTTP",
            Self::JsonSchema => "JSON-Schema",
            Self::Mock => "Mock",
            Self::Security => "Security",
        }
    }
}

/// Whether a case shows that the right is accepted or that the wrong is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// The right is accepted.
    Positive,
    /// The wrong is refused.
    Negative,
}

impl Polarity {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }
}

/// Bounds on the worker for one case.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Wall time for the whole case.
    pub seconds: Option<f64>,
    /// Address space of the worker.
    pub memory_mib: Option<u64>,
}

impl Limits {
    /// Whether the case needs a worker of its own.
    #[must_use]
    pub const fn needs_own_worker(&self) -> bool {
        self.memory_mib.is_some()
    }
}

/// Where a case's description comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A value, as JSON text in the order it was written.
    Value(String),
    /// A text.
    Text(String, Option<Format>),
    /// Bytes as base64, to be read as text.
    Base64(String, Option<Format>),
    /// A set and its entry.
    Documents(Vec<Document>, Option<String>),
    /// A file of the corpus.
    File(PathBuf),
    /// None: probes only.
    None,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Stable and unique.
    pub id: String,
    /// Catalogue rows.
    pub ids: Vec<String>,
    /// What it shows, in a line.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// Its profiles.
    pub profiles: Vec<Profile>,
    /// Its polarity.
    pub polarity: Polarity,
    /// Its description.
    pub origin: Origin,
    /// Where the description is to be thought of as coming from.
    pub retrieval_uri: Option<String>,
    /// How it is to be served.
    pub options: Options,
    /// Bounds on the worker.
    pub limits: Limits,
    /// What loading must give.
    pub load: LoadExpectation,
    /// Requests, in order.
    pub exchanges: Vec<Exchange>,
    /// Questions without HTTP, in order.
    pub probes: Vec<Probe>,
    /// Where it is written.
    pub place: CasePlace,
    /// Its members as they are written, those of its group included, so that it can be written again.
    pub written: Written,
}

/// The members of a case as JSON texts.
pub type Written = std::collections::BTreeMap<String, Box<serde_json::value::RawValue>>;

/// File and line of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePlace {
    /// Relative to the corpus root.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
}

impl fmt::Display for CasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Why a case file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseError {
    /// The file.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub mend: String,
}

impl CaseError {
    pub(crate) fn new(file: &Path, line: usize, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into(), mend: mend.into() }
    }
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "\n  = mend: {}", self.mend) }
    }
}

impl std::error::Error for CaseError {}
