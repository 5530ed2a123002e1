//! The handlers of operations that answer from their description alone: examples, else values made from schemas.
//!
//! Takes: the operations of a description. Gives: a handler for each. Whatever it may answer is made and checked while
//! building, by exactly the check that responses of handlers meet: what cannot be made validly is answered with 501 and the reason, never
//! with something else. A request chooses by `Prefer` (RFC 7240) and `Accept`. Never panics.
//!
//! | Preference | Means |
//! |---|---|
//! | `code=404` | the response with this status code; 400 names the declared ones where there is none |
//! | `example=rex` | the example of this name; 400 names those that there are |
//! | `dynamic=true` | another value made from the schema, by `seed=7` another again |

mod generate;
mod pattern;
mod preference;
mod sample;
mod scalar;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::StatusCode;

use super::operation::Declared;
use crate::description::{Description, Diagnostics, StatusKey};
use crate::schema::{SchemaCompiler, SchemaOptions};
use crate::serve::content::Accept;
use crate::serve::{Body, Context, HandlerFn, Problem, ProblemKind, Response, ResponsePlans};
use preference::Preferences;
use sample::{Answer, Sample};

/// The handlers, by the number of their operation; empty where nothing is mocked.
#[derive(Default)]
pub(super) struct Mocks(Vec<HandlerFn>);

impl Mocks {
    /// Makes and checks every answer. Faults of schemas are left to those who compile them for requests.
    pub(super) fn compile(
        declared: &[Declared<'_>],
        description: &Description,
        options: &SchemaOptions,
    ) -> Self {
        let mut schemas = SchemaCompiler::new(description, options);
        let mut told_elsewhere = Diagnostics::new();
        let plans: Vec<_> = declared
            .iter()
            .map(|operation| {
                let responses = operation.view.responses();
                let to = (&mut schemas, options);
                ResponsePlans::compile(description, &responses, to, &mut told_elsewhere)
            })
            .collect();
        let Ok(schemas) = schemas.compile() else { return Self::default() };
        let handlers = declared.iter().zip(&plans).map(|(operation, plans)| {
            let answers = sample::answers(description, operation.view, (plans, &schemas));
            HandlerFn::new(move |cx| answer(&answers, cx))
        });
        Self(handlers.collect())
    }

    /// The handler of an operation; none where the description cannot be served anyway.
    pub(super) fn handler(&self, position: usize) -> Option<&HandlerFn> {
        self.0.get(position)
    }
}

fn answer(answers: &[Answer], cx: &Context<'_>) -> Result<Response, Problem> {
    let wanted = Preferences::of(cx.head());
    let (answer, status) = choose(answers, &wanted)?;
    let mut response = Response::new(status);
    if !answer.contents.is_empty() {
        let (media_type, sample) = content(answer, &wanted, cx)?;
        let body = Body::Shared(Arc::clone(&sample.octets));
        response = Response::bytes(media_type.to_owned(), body).with_status(status);
    } else if let Some(name) = &wanted.example {
        return Err(unknown("example", name, &[]));
    }
    if let Some(fault) = &answer.fault {
        return Err(not_made(fault));
    }
    for (name, value) in &answer.fields {
        response = response.with_field(name.to_string(), value.to_string());
    }
    Ok(match wanted.applied() {
        Some(applied) => response.with_field("Preference-Applied", applied),
        None => response,
    })
}

/// The response of the status code that is asked for; else the first success.
fn choose<'a>(answers: &'a [Answer], wanted: &Preferences) -> Result<(&'a Answer, StatusCode), Problem> {
    let Some(text) = &wanted.code else {
        let usual = answers.iter().min_by_key(|answer| usual(answer.key));
        let usual = usual.ok_or_else(|| not_made("the operation declares no responses"))?;
        return Ok((usual, status_of(usual.key).unwrap_or(StatusCode::OK)));
    };
    let code = text.parse().ok().filter(|code| (200..600).contains(code));
    let found = code.and_then(|code: u16| {
        let covering = answers.iter().filter(|answer| answer.key.covers(code));
        let closest = covering.min_by_key(|answer| rank(answer.key))?;
        Some((closest, StatusCode::from_u16(code).ok()?))
    });
    found.ok_or_else(|| {
        let known: Vec<String> = answers.iter().map(|answer| key_text(answer.key)).collect();
        unknown("status code", text, &known)
    })
}

/// Success comes first, its lowest code before all; then `default`, then what else there is.
const fn usual(key: StatusKey) -> (u8, u16) {
    match key {
        StatusKey::Code(code) if code >= 200 && code < 300 => (0, code),
        StatusKey::Range(2) => (1, 0),
        StatusKey::Default => (2, 0),
        StatusKey::Code(code) => (3, code),
        StatusKey::Range(_) => (4, 0),
    }
}

/// A code before a range, a range before `default` (RSP-003, RSP-004).
const fn rank(key: StatusKey) -> u8 {
    match key {
        StatusKey::Code(_) => 0,
        StatusKey::Range(_) => 1,
        StatusKey::Default => 2,
    }
}

fn status_of(key: StatusKey) -> Option<StatusCode> {
    match key {
        StatusKey::Code(code) => StatusCode::from_u16(code).ok(),
        StatusKey::Range(class) => StatusCode::from_u16(u16::from(class).saturating_mul(100)).ok(),
        StatusKey::Default => Some(StatusCode::OK),
    }
}

fn key_text(key: StatusKey) -> String {
    match key {
        StatusKey::Code(code) => code.to_string(),
        StatusKey::Range(class) => format!("{class}XX"),
        StatusKey::Default => "default".to_owned(),
    }
}

/// The content that is preferred, as far as there is any.
fn content<'a>(
    answer: &'a Answer,
    wanted: &Preferences,
    cx: &Context<'_>,
) -> Result<(&'a str, &'a Sample), Problem> {
    let accept = Accept::of(cx.head());
    let contents = &answer.contents;
    let made = contents.iter().position(|content| !content.samples.is_empty()).unwrap_or(0);
    let asked = accept.choose(contents.iter().map(|content| content.key.media_type()));
    let chosen =
        asked.filter(|_| !accept.is_absent() && !accept_takes(&accept, contents, made)).unwrap_or(made);
    let Some(content) = contents.get(chosen) else { return Err(not_made("there is no content")) };
    let sample = if let Some(name) = &wanted.example {
        let named = content.samples.iter().find(|sample| sample.name.as_deref() == Some(name));
        named.ok_or_else(|| {
            let known = content.samples.iter().filter_map(|sample| sample.name.as_deref().map(str::to_owned));
            unknown("example", name, &known.collect::<Vec<_>>())
        })?
    } else if let Some(seed) = wanted.seed.filter(|_| !content.variants.is_empty()) {
        let length = u64::try_from(content.variants.len()).unwrap_or(1);
        let number = seed.checked_rem(length).and_then(|number| usize::try_from(number).ok());
        content.variants.get(number.unwrap_or(0)).ok_or_else(|| not_made(&content.fault))?
    } else {
        content.samples.first().ok_or_else(|| not_made(&content.fault))?
    };
    Ok((&content.media_type, sample))
}

/// Whether what could be made is as welcome as anything, so that it is sent.
fn accept_takes(accept: &Accept<'_>, contents: &[sample::Content], made: usize) -> bool {
    let mut offered: Vec<_> = contents.iter().map(|content| content.key.media_type()).collect();
    let Some(place) = offered.get(made).copied() else { return false };
    offered.retain(|other| *other != place);
    offered.insert(0, place);
    accept.choose(offered) == Some(0)
}

fn not_made(fault: &str) -> Problem {
    Problem::of(ProblemKind::NotImplemented).with_detail(format!("no valid answer can be made: {fault}"))
}

fn unknown(what: &str, name: &str, known: &[String]) -> Problem {
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let detail = format!("`Prefer` asks for the {what} `{name}`; the description gives: {known}");
    Problem::new(StatusCode::BAD_REQUEST).with_detail(detail)
}
