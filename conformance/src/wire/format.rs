//! The format of wire cases as types: what `schemas/wire-case.schema.json` says, for serde. Never panics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::octets::Octets;
use crate::case::HeaderExpectation;

/// A file: a group of cases, and what holds for each of them that does not say otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupFile {
    #[serde(rename = "about")]
    _about: String,
    pub(super) rfc: Option<String>,
    pub(super) requirement: Option<Requirement>,
    pub(super) ids: Option<Vec<String>>,
    pub(super) modes: Option<Vec<Mode>>,
    pub(super) cases: Vec<CaseForm>,
}

/// A case as it stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseForm {
    pub(super) id: String,
    pub(super) title: String,
    #[serde(rename = "note")]
    _note: Option<String>,
    pub(super) rfc: Option<String>,
    pub(super) requirement: Option<Requirement>,
    pub(super) ids: Option<Vec<String>>,
    pub(super) modes: Option<Vec<Mode>>,
    #[serde(default)]
    pub(super) assumes: Assumptions,
    pub(super) steps: Vec<Step>,
}

/// How strong the demand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Requirement {
    /// MUST and MUST NOT.
    #[serde(rename = "MUST")]
    Must,
    /// SHOULD and SHOULD NOT.
    #[serde(rename = "SHOULD")]
    Should,
    /// MAY: what a server may do is done right where it is done.
    #[serde(rename = "MAY")]
    May,
    /// The standard leaves a choice, and the case takes every outcome that it allows.
    #[serde(rename = "choice")]
    Choice,
}

impl Requirement {
    /// The word of the format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Choice => "choice",
        }
    }
}

/// How the octets of a case are cut when they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Each `send` in one piece.
    Whole,
    /// One octet at a time.
    EachByte,
    /// One run for each place where the octets can be cut in two.
    SplitEverywhere,
}

/// What a case assumes of the server's configuration; it is skipped where the runner is told otherwise, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assumptions {
    /// The server gives up on a slow request after a time that the runner was told.
    pub deadline: bool,
    /// The largest request content that the server reads, in octets.
    pub body_bytes_max: Option<u64>,
}

/// One step of a case.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Octets to the server. That it does not take them all is no failure: it may answer early and close.
    Send(Octets),
    /// Octets again and again until the server answers, closes, or twice its deadline is over.
    Trickle(Trickle),
    /// Nothing is sent for a time.
    PauseMs(u64),
    /// No more octets will come, and the client still reads.
    HalfClose(bool),
    /// The connection is reset by the client; nothing can come after.
    Reset(bool),
    /// An interim response with this status code comes next.
    Interim(u16),
    /// A final response comes next.
    Expect(Box<Expect>),
    /// The server closes, and nothing comes before that.
    Closed(Within),
    /// The connection serves another request.
    Open(bool),
    /// The server closes or serves another request; in no case does anything else come.
    OpenOrClosed(bool),
    /// Nothing comes for a time, and the connection stays.
    SilenceMs(u64),
}

/// Octets again and again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trickle {
    /// The octets.
    pub text: String,
    /// How long to wait after each.
    pub every_ms: u64,
}

/// How long something may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Within {
    /// The runner's patience.
    Patience(bool),
    /// So many milliseconds.
    Milliseconds(u64),
    /// `deadline`: the server's own deadline, and the patience on top.
    Deadline(DeadlineWord),
}

/// The word `deadline`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeadlineWord {
    /// The server's own deadline.
    Deadline,
}

/// What a final response must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The status codes that are right.
    pub status: Statuses,
    /// So many such responses, one after another; one where absent.
    pub times: Option<usize>,
    /// The request was HEAD: there are fields for content and no content.
    pub head: bool,
    /// Interim responses may come before it.
    pub interims: bool,
    /// The server may close without an answer instead, which ends the case.
    pub or_closed: bool,
    /// Status codes that end the case: the server must close after them, and nothing may come before that.
    pub ends_on: Statuses,
    /// Only for these status codes do the demands below hold.
    pub demands_on: Statuses,
    /// Time for it, where the runner's patience is not right.
    pub within: Option<Within>,
    /// Field lines by name.
    pub fields: BTreeMap<String, HeaderExpectation>,
    /// The content as text.
    pub body: Option<String>,
    /// Texts that occur in the content.
    pub body_contains: Vec<String>,
    /// Texts that do not.
    pub body_silent: Vec<String>,
    /// Values of JSON content by JSON Pointer.
    pub json: BTreeMap<String, Value>,
    /// There is no content.
    pub no_body: bool,
}

/// Status codes: one, or a list; `4xx` is all of a class.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Statuses {
    /// One.
    One(StatusForm),
    /// Any of these.
    AnyOf(Vec<StatusForm>),
}

impl Default for Statuses {
    fn default() -> Self {
        Self::AnyOf(Vec::new())
    }
}

/// A status code or a class.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum StatusForm {
    /// A code.
    Code(u16),
    /// A class, such as `4xx`.
    Class(String),
}

impl StatusForm {
    fn allows(&self, status: u16) -> bool {
        match self {
            Self::Code(code) => *code == status,
            Self::Class(class) => {
                class.chars().next().and_then(|c| c.to_digit(10)) == Some(u32::from(status / 100))
            }
        }
    }
}

impl Statuses {
    /// Whether `status` is among them.
    #[must_use]
    pub fn allow(&self, status: u16) -> bool {
        match self {
            Self::One(one) => one.allows(status),
            Self::AnyOf(list) => list.iter().any(|form| form.allows(status)),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::AnyOf(list) if list.is_empty())
    }

    /// For messages.
    #[must_use]
    pub fn told(&self) -> String {
        let one = |form: &StatusForm| match form {
            StatusForm::Code(code) => code.to_string(),
            StatusForm::Class(class) => class.clone(),
        };
        match self {
            Self::One(form) => one(form),
            Self::AnyOf(list) => list.iter().map(one).collect::<Vec<_>>().join(" or "),
        }
    }
}
