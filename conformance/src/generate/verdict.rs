//! Verdicts: what came back against what was sent.
//!
//! Takes: a draft and an answer. Gives: mismatches in words. A parameter's text may be read in more than one way where its
//! schema allows several types: any reading that the independent path finds valid will do. Never panics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::bodies::Kind;
use super::instances::Instances;
use super::operations::Media;
use super::parameters::{scalar, spreads};
use super::requests::Draft;
use crate::check::same;
use crate::protocol::ExchangeResult;

/// What is wrong with the answer to a positive request, and how many values came back as they were sent.
pub fn positive<'d>(
    instances: &mut Instances<'d>,
    draft: &Draft<'d>,
    media: Option<&Media<'d>>,
    name: &str,
    found: &ExchangeResult,
) -> (Vec<String>, usize) {
    if !(200..300).contains(&found.status) || found.operation.as_deref() != Some(name) {
        let reached = found.operation.as_deref().or(found.routed.as_deref()).unwrap_or("none");
        return (
            vec![format!(
                "status {} from {reached}, expected success from {name}{}",
                found.status,
                why(found)
            )],
            0,
        );
    }
    let mut wrong = Vec::new();
    let mut right = 0_usize;
    for (parameter, value) in &draft.parameters {
        let values = found.parameters.get(parameter.location);
        let seen = values.and_then(Value::as_object).and_then(|values| {
            let same_name = |known: &str| match parameter.location {
                "header" => known.eq_ignore_ascii_case(parameter.name),
                _ => known == parameter.name,
            };
            values.iter().find(|(known, _)| same_name(known)).map(|(_, value)| value)
        });
        let agrees = seen.is_some_and(|seen| {
            let mut valid =
                || parameter.schema.as_ref().and_then(|schema| instances.validity.judge(schema, seen));
            let spread = spreads(parameter, value);
            same(seen, value) || (reads_as(seen, value, spread) && (spread || valid() != Some(false)))
        });
        if agrees {
            right = right.saturating_add(1);
        } else {
            let seen = seen.map_or_else(|| "absent".to_owned(), ToString::to_string);
            wrong.push(format!("{} {} is {seen}, sent as {value}", parameter.location, parameter.name));
        }
    }
    match content(instances, draft, media, found) {
        None => {}
        Some(Ok(())) => right = right.saturating_add(1),
        Some(Err(mismatch)) => wrong.push(mismatch),
    }
    (wrong, right)
}

fn content<'d>(
    instances: &mut Instances<'d>,
    draft: &Draft<'d>,
    media: Option<&Media<'d>>,
    found: &ExchangeResult,
) -> Option<Result<(), String>> {
    let content = draft.content.as_ref()?;
    let sent = content.value.as_ref()?;
    let Some(seen) = &found.body else { return Some(Err("no content reached the handler".to_owned())) };
    let schema = media.and_then(|media| media.schema.as_ref());
    let octets = seen.get("base64").and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
    let agrees = match content.kind {
        _ if octets.as_deref() == Some(content.octets.as_slice()) => true,
        Kind::Json => same(seen, sent),
        Kind::Form | Kind::Xml => {
            let valid = schema.and_then(|schema| instances.validity.judge(schema, seen));
            same(seen, sent) || (reads_as(seen, sent, false) && valid != Some(false))
        }
        // Files come back as octets, which no schema speaks of.
        Kind::Multipart | Kind::Text | Kind::Octets => reads_as(seen, sent, false),
    };
    if agrees {
        return Some(Ok(()));
    }
    let short = |value: &Value| value.to_string().chars().take(300).collect::<String>();
    Some(Err(format!("content is {}, sent as {}", short(seen), short(sent))))
}

/// Whether `seen` is another reading of the text of `sent`; with `more`, other members may stand beside them.
fn reads_as(seen: &Value, sent: &Value, more: bool) -> bool {
    if let Some(text) = seen.get("base64").and_then(Value::as_str) {
        let octets = STANDARD.decode(text).unwrap_or_default();
        return scalar(sent).is_some_and(|text| text.as_bytes() == octets);
    }
    match (seen, sent) {
        (Value::Array(seen), Value::Array(sent)) => {
            seen.len() == sent.len() && seen.iter().zip(sent).all(|(seen, sent)| reads_as(seen, sent, false))
        }
        (Value::Object(seen), Value::Object(sent)) => {
            (more || seen.len() == sent.len())
                && sent
                    .iter()
                    .all(|(name, sent)| seen.get(name).is_some_and(|seen| reads_as(seen, sent, false)))
        }
        (Value::Array(seen), one) if seen.len() == 1 => seen.iter().all(|seen| reads_as(seen, one, false)),
        (one, Value::Array(sent)) if sent.len() == 1 => sent.iter().all(|sent| reads_as(one, sent, false)),
        (seen, sent) => same(seen, sent) || (scalar(seen).is_some() && scalar(seen) == scalar(sent)),
    }
}

/// What the answer's problem says, in short.
pub fn why(found: &ExchangeResult) -> String {
    let Some(problem) = &found.problem else { return String::new() };
    format!(" ({})", problem.to_string().chars().take(300).collect::<String>())
}
