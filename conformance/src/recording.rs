//! What was spoken with a worker, as texts that reports may show.
//!
//! Takes: questions and answers. Gives: redacted texts of bounded length; the whole of an exchange is for `--replay`. Never
//! panics.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pool::Spoken;
use crate::protocol::{Answer, Exchange, ExchangeResult, Fields, Loaded, Question};
use crate::redact::Redactor;

/// How much of a question or an answer reports show.
const SHOWN_CHARS_MAX: usize = 2000;
/// How many findings of a load are shown.
const FINDINGS_MAX: usize = 12;

/// One question and its answer, to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The question: a request as it is sent, or the question as JSON.
    pub question: String,
    /// The answer: a response with what reached the handler, or the answer as JSON.
    pub answer: String,
}

/// What a case left besides its verdict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// What was asked and answered, in order.
    pub exchanges: Vec<Recorded>,
    /// Wall time.
    pub seconds: f64,
    /// Whether it was asked over a socket as well.
    pub over_socket: bool,
}

/// As reports show it.
#[must_use]
pub fn shown(spoken: &Spoken, redactor: &Redactor) -> Recorded {
    let question = match &spoken.question {
        Question::Load(_) => "load the description".to_owned(),
        Question::Exchange(exchange) => request(exchange, redactor),
        Question::Hello(_)
        | Question::Validate(_)
        | Question::Resolve(_)
        | Question::Decode(_)
        | Question::Encode(_)
        | Question::Parse(_) => redactor.text(&json(&spoken.question)),
    };
    let answer = match &spoken.answer {
        Ok(Answer::Result(result)) => response(result, redactor),
        Ok(Answer::Loaded(loaded)) => redactor.text(&findings(loaded)),
        Ok(answer) => redactor.text(&json(answer)),
        Err(stop) => redactor.text(stop),
    };
    Recorded { question: shortened(&question), answer: shortened(&answer) }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn request(exchange: &Exchange, redactor: &Redactor) -> String {
    let request = &exchange.request;
    let target = redactor.target(&request.target);
    let content = content(request.body.as_deref(), request.body_base64.as_deref());
    message(&format!("{} {target}", request.method), &request.headers, &content, redactor)
}

fn response(result: &ExchangeResult, redactor: &Redactor) -> String {
    let content = content(result.response_body.as_deref(), result.response_body_base64.as_deref());
    let mut text = message(&result.status.to_string(), &result.headers, &content, redactor);
    let mut reached = |what: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("\n{what}: {}", redactor.text(&value)));
        }
    };
    reached("operation", result.operation.clone());
    let empty = |value: &Value| value.as_object().is_none_or(|members| members.values().all(is_empty));
    reached("parameters", Some(&result.parameters).filter(|value| !empty(value)).map(ToString::to_string));
    reached("content", result.body.as_ref().map(ToString::to_string));
    let errors = Some(result.response_errors.join("; ")).filter(|errors| !errors.is_empty());
    reached("response violates", errors);
    text
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn message(start: &str, headers: &Fields, content: &str, redactor: &Redactor) -> String {
    let mut text = format!("{start}\n{}", redactor.lines(headers));
    if !content.is_empty() {
        text.push_str(&format!("\n{}\n", redactor.text(content)));
    }
    text
}

fn content(text: Option<&str>, base64: Option<&str>) -> String {
    text.map_or_else(|| base64.map_or_else(String::new, |bytes| format!("(base64) {bytes}")), str::to_owned)
}

fn findings(loaded: &Loaded) -> String {
    let word = if loaded.ok { "accepted" } else { "refused" };
    let mut text = format!("{word}, {} operations", loaded.operations.len());
    for finding in loaded.diagnostics.iter().take(FINDINGS_MAX) {
        text.push_str(&format!("\n{}", crate::check::one_line(finding)));
    }
    if loaded.diagnostics.len() > FINDINGS_MAX {
        text.push_str(&format!("\n... and {} more", loaded.diagnostics.len() - FINDINGS_MAX));
    }
    text
}

fn shortened(text: &str) -> String {
    let text = text.trim_end();
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    let left = text.len() - shown.len();
    if left > 0 {
        shown.push_str(&format!("\n... ({left} more octets)"));
    }
    shown
}
