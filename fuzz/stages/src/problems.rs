//! Problems: always one JSON text without repeated names, or well-formed XML; its length is known beforehand.

use crate::vocabulary::{name, text_of_its_own, value};
use arbitrary::{Result, Unstructured};
use brrtrouter::schema::instance::{JsonLimits, parse_json};
use brrtrouter::{
    Body, Problem, ProblemContext, ProblemError, ProblemFormat, ProblemKind, Response, ValidationStatus,
};
use http::StatusCode;

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, check);
}

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let problem = problem(input)?;
    let format = if input.arbitrary()? { ProblemFormat::Json } else { ProblemFormat::Xml };
    let path = text_of_its_own(input)?;
    let status =
        if input.arbitrary()? { ValidationStatus::UnprocessableContent } else { ValidationStatus::default() };
    let context = ProblemContext { path: &path, format, validation_status: status };
    let detail = problem.detail().map(str::to_owned);
    let response = Response::from(problem).settle(&context).finish(false);
    let Body::Problem(content) = response.body() else { return Ok(()) };
    let bytes = content.to_bytes();
    assert_eq!(content.length(), bytes.len() as u64);
    assert_eq!(response.content_length(), Some(content.length()));
    match format {
        ProblemFormat::Json => {
            let instance = parse_json(&bytes, &JsonLimits::default());
            let instance =
                instance.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&bytes)));
            let written = instance.root().get("detail").and_then(|node| node.as_str().map(str::to_owned));
            assert_eq!(written, detail);
            let status = instance.root().get("status").and_then(|node| node.as_u64());
            assert_eq!(status, Some(u64::from(response.status().as_u16())));
        }
        ProblemFormat::Xml => {
            let text = String::from_utf8(bytes);
            well_formed(&text.unwrap_or_else(|error| panic!("{error}")));
        }
    }
    Ok(())
}

fn problem(input: &mut Unstructured<'_>) -> Result<Problem> {
    let mut problem = if input.arbitrary()? {
        Problem::of(*input.choose(ProblemKind::ALL)?)
    } else {
        Problem::new(StatusCode::from_u16(input.int_in_range(400..=599)?).unwrap_or_default())
    };
    for _ in 0..input.int_in_range(0..=4)? {
        problem = match input.int_in_range(0..=5)? {
            0 => problem.with_detail(text_of_its_own(input)?),
            1 => problem.with_type(text_of_its_own(input)?),
            2 => problem.with_title(text_of_its_own(input)?),
            3 => problem.with_error(ProblemError::content(
                text_of_its_own(input)?,
                "rule",
                text_of_its_own(input)?,
            )),
            4 => {
                let error = ProblemError::parameter(
                    "query",
                    text_of_its_own(input)?,
                    "rule",
                    text_of_its_own(input)?,
                );
                problem.with_error(error.with_pointer(text_of_its_own(input)?))
            }
            _ => problem.with_extension(name(input)?, value(input, 3)?),
        };
    }
    Ok(problem)
}

/// Whether every element ends, and every character is one that XML 1.0 has (§2.2).
fn well_formed(text: &str) {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "{text:?}");
    let (_, mut rest) = text.split_once("?>").unwrap_or_else(|| panic!("{text}"));
    let mut open: Vec<&str> = Vec::new();
    while let Some((between, after)) = rest.split_once('<') {
        characters(between);
        let (tag, next) = after.split_once('>').unwrap_or_else(|| panic!("{text}"));
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{text}"),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap_or_default()),
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let first = name.chars().next();
        assert!(first.is_some_and(|c| c.is_alphabetic() || c == '_'), "{name:?} in {text}");
        assert!(!name.contains(|c: char| c.is_whitespace() || "<>&\"'".contains(c)), "{name:?} in {text}");
        rest = next;
    }
    assert!(open.is_empty(), "{text}");
}

/// An ampersand begins one of the five entities, or a character reference.
fn characters(text: &str) {
    for piece in text.split('&').skip(1) {
        let (name, _) = piece.split_once(';').unwrap_or_else(|| panic!("{text:?}"));
        assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name) || name.starts_with('#'), "{text:?}");
    }
}
