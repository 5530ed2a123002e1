//! The same cases in process and over sockets: do they come to the same?
//!
//! Takes: what was asked and answered both ways. Gives: for each case and document whether the answers are the same, differ, or could not be had over a socket.
//! Answers are compared whole (status, fields, content, what reached the handler), not only their verdicts; fields that a transport writes may be
//! there over a socket alone. What could not be asked is counted apart and never as the same. Never panics.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::same;
use crate::outcome::{Outcome, Verdict};
use crate::pool::Spoken;
use crate::protocol::{Answer, ExchangeResult, Fields, Question};

/// The fields that a transport writes of its own accord.
const OF_THE_TRANSPORT: [&str; 4] = ["connection", "content-length", "date", "transfer-encoding"];

/// What one way gave.
#[derive(Debug)]
pub struct Way {
    /// The verdict.
    pub outcome: Outcome,
    /// What was asked and answered.
    pub spoken: Vec<Spoken>,
}

/// Where a case or a document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The same verdict, from the same answers.
    Same,
    /// The same answers, but a part of what the case expects shows on no socket; which.
    InPart(String),
    /// They differ; how.
    Different(Vec<Difference>),
    /// Nothing could be asked over a socket; why.
    NotOverSockets(String),
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The place of the question among those that were asked; none where it is the verdict.
    pub question: Option<usize>,
    /// What.
    pub what: String,
}

/// A case or a document, and where it stands.
#[derive(Debug)]
pub struct Compared {
    /// Its id or path.
    pub name: String,
    /// The level of a case.
    pub level: Option<&'static str>,
    /// The area, or `documents`.
    pub area: String,
    /// Where it stands.
    pub standing: Standing,
    /// How many exchanges were answered over a socket.
    pub exchanges: usize,
    /// Each difference, with both answers to be shown.
    pub shown: Vec<String>,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// The same.
    pub same: usize,
    /// The same as far as a socket shows it.
    pub in_part: usize,
    /// Different.
    pub different: usize,
    /// Not over a socket.
    pub not_over_sockets: usize,
}

impl Count {
    /// Counts those that `wanted` picks.
    #[must_use]
    pub fn of(all: &[Compared], wanted: impl Fn(&Compared) -> bool) -> Self {
        let mut count = Self::default();
        for one in all.iter().filter(|one| wanted(one)) {
            match one.standing {
                Standing::Same => count.same += 1,
                Standing::InPart(_) => count.in_part += 1,
                Standing::Different(_) => count.different += 1,
                Standing::NotOverSockets(_) => count.not_over_sockets += 1,
            }
        }
        count
    }
}

/// Why cases were not, or not wholly, compared, and how many each.
#[must_use]
pub fn reasons(all: &[Compared]) -> BTreeMap<&str, usize> {
    let mut reasons = BTreeMap::new();
    for one in all {
        match &one.standing {
            Standing::InPart(reason) | Standing::NotOverSockets(reason) => {
                *reasons.entry(reason.as_str()).or_default() += 1;
            }
            Standing::Same | Standing::Different(_) => {}
        }
    }
    reasons
}

/// Compares both ways.
#[must_use]
pub fn compare(process: &Way, socket: &Way) -> Standing {
    let mut differences = Vec::new();
    for (place, (inside, over)) in process.spoken.iter().zip(&socket.spoken).enumerate() {
        differences
            .extend(answers(inside, over).into_iter().map(|what| Difference { question: Some(place), what }));
    }
    let (inside, over) = (&process.outcome, &socket.outcome);
    if over.verdict != Verdict::Skipped && over.verdict != inside.verdict {
        differences.push(Difference { question: None, what: unlike(inside, over) });
    }
    if !differences.is_empty() {
        return Standing::Different(differences);
    }
    let why = || over.detail.first().cloned().unwrap_or_default();
    match (exchanges(&socket.spoken), over.verdict) {
        (0, Verdict::Skipped) => Standing::NotOverSockets(why()),
        (0, Verdict::Passed | Verdict::Failed) => Standing::NotOverSockets("it makes no request".to_owned()),
        (_, Verdict::Skipped) => Standing::InPart(why()),
        (_, Verdict::Passed | Verdict::Failed) => Standing::Same,
    }
}

/// How many exchanges were answered.
#[must_use]
pub fn exchanges(spoken: &[Spoken]) -> usize {
    spoken.iter().filter(|one| matches!(one.answer, Ok(Answer::Result(_)))).count()
}

/// Two verdicts that differ, in words.
#[must_use]
pub fn unlike(inside: &Outcome, over: &Outcome) -> String {
    format!("{} in process, {} over a socket", told(inside), told(over))
}

fn told(outcome: &Outcome) -> String {
    match outcome.detail.first() {
        Some(why) => format!("{} ({why})", outcome.verdict.name()),
        None => outcome.verdict.name().to_owned(),
    }
}

/// How two answers to one exchange differ. What was not offered over a socket is not compared; the verdict says so.
fn answers(inside: &Spoken, over: &Spoken) -> Vec<String> {
    if !matches!(over.question, Question::Exchange(_)) {
        return Vec::new();
    }
    match (&inside.answer, &over.answer) {
        (Ok(Answer::Result(inside)), Ok(Answer::Result(over))) => results(inside, over),
        (Ok(_), Err(_)) | (Err(_), Err(_)) | (_, Ok(_)) => Vec::new(),
    }
}

fn results(inside: &ExchangeResult, over: &ExchangeResult) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut look = |what: &str, is_same: bool, inside: String, over: String| {
        if !is_same {
            wrong.push(format!("{what}: {inside} in process, {over} over a socket"));
        }
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    look("status", inside.status == over.status, inside.status.to_string(), over.status.to_string());
    look("operation", inside.operation == over.operation, text(&inside.operation), text(&over.operation));
    let values = (Some(inside.parameters.clone()), Some(over.parameters.clone()));
    for (what, inside, over) in [
        ("parameters", &values.0, &values.1),
        ("content", &inside.body, &over.body),
        ("problem", &inside.problem, &over.problem),
    ] {
        look(what, both_same(inside.as_ref(), over.as_ref()), value(inside), value(over));
    }
    let is_same = inside.security == over.security;
    look("security", is_same, format!("{:?}", inside.security), format!("{:?}", over.security));
    let is_same = inside.response_body == over.response_body
        && inside.response_body_base64 == over.response_body_base64;
    look("response content", is_same, content(inside), content(over));
    let (left, right) = fields(&inside.headers, &over.headers);
    look("fields", left == right, format!("{left:?}"), format!("{right:?}"));
    wrong
}

fn both_same(inside: Option<&Value>, over: Option<&Value>) -> bool {
    match (inside, over) {
        (None, None) => true,
        (Some(inside), Some(over)) => same(inside, over),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn value(value: &Option<Value>) -> String {
    value.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn content(result: &ExchangeResult) -> String {
    let text = result.response_body.as_ref().or(result.response_body_base64.as_ref());
    text.map_or_else(|| "none".to_owned(), |text| format!("{text:?}"))
}

/// Name and value of each field line. The order of lines with the same name counts, that of names does not.
type Lines = Vec<(String, String)>;

/// The field lines that must be the same.
fn fields(inside: &Fields, over: &Fields) -> (Lines, Lines) {
    let has = |name: &str| inside.iter().any(|(found, _)| found.eq_ignore_ascii_case(name));
    let added = |name: &str| OF_THE_TRANSPORT.contains(&name) && !has(name);
    let lines = |fields: &Fields| {
        let mut lines: Lines = fields
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .filter(|(name, _)| !added(name))
            .collect();
        lines.sort_by(|left, right| left.0.cmp(&right.0));
        lines
    };
    (lines(inside), lines(over))
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
