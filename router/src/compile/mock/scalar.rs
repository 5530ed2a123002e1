//! Numbers, and texts of a format, made from what their schemas bound.
//!
//! Takes: what applies to a value. Gives: one that keeps to minimum, maximum and multipleOf, or a text of the format. Never panics.

use serde_json::Value;

use super::generate::Level;

/// A number between its bounds.
pub(super) fn number(level: &Level<'_>, salt: u64) -> Value {
    let integer = level.all("type").any(|value| {
        value.as_str() == Some("integer")
            || (value.items().any(|one| one.as_str() == Some("integer"))
                && value.items().all(|one| one.as_str() != Some("number")))
    });
    let step = level
        .all("multipleOf")
        .filter_map(super::generate::number)
        .fold(1.0_f64, |step, own| if integer && own.fract() != 0.0 { step } else { step.max(own) });
    let small = level.least("multipleOf").filter(|own| *own < 1.0 && !integer);
    let step = small.unwrap_or(step);
    let stepped = integer || level.all("multipleOf").next().is_some();
    let (low, above) = (level.most("minimum"), level.most("exclusiveMinimum"));
    let (high, below) = (level.least("maximum"), level.least("exclusiveMaximum"));
    let shift = varied(salt);
    let value = if stepped {
        let from = [low.map(|low| (low / step).ceil()), above.map(|above| (above / step).floor() + 1.0)];
        let to = [high.map(|high| (high / step).floor()), below.map(|below| (below / step).ceil() - 1.0)];
        let from = from.into_iter().flatten().reduce(f64::max);
        let to = to.into_iter().flatten().reduce(f64::min);
        within(from, to, shift) * step
    } else {
        let from = [low, above].into_iter().flatten().reduce(f64::max);
        let to = [high, below].into_iter().flatten().reduce(f64::min);
        match (from, to) {
            (Some(from), Some(to)) if to - from <= 1.0 + shift => f64::midpoint(from, to),
            (None, None) => 1.5 + shift,
            _ => within(from.map(|from| from + 0.5), to.map(|to| to - 0.5), shift),
        }
    };
    written(value, integer || (stepped && step.fract() == 0.0))
}

/// As the schema's author would write it.
fn written(value: f64, integer: bool) -> Value {
    let text = if integer { format!("{value:.0}") } else { value.to_string() };
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn varied(salt: u64) -> f64 {
    u32::try_from(salt.checked_rem(97).unwrap_or(0)).map_or(0.0, f64::from)
}

/// The lower bound and a little more, as far as the upper bound allows; 1 where there is none.
fn within(from: Option<f64>, to: Option<f64>, shift: f64) -> f64 {
    match (from, to) {
        (Some(from), Some(to)) => (from + shift).min(to).max(from),
        (Some(from), None) => from + shift,
        (None, Some(to)) => (1.0 + shift).min(to),
        (None, None) => 1.0 + shift,
    }
}

/// A text of a registered format; `None` for one that is not known.
pub(super) fn of_format(format: &str, salt: u64) -> Option<String> {
    let small = salt.checked_rem(9).unwrap_or(0);
    let text = match format {
        "date-time" => format!("2025-01-0{}T09:30:00Z", small.saturating_add(1)),
        "date" => format!("2025-01-0{}", small.saturating_add(1)),
        "time" => format!("09:30:0{small}Z"),
        "duration" => format!("PT{}M", small.saturating_add(1)),
        "uuid" => format!("3fa85f64-5717-4562-b3fc-2c963f66afa{small}"),
        "email" | "idn-email" => format!("user{small}@example.com"),
        "hostname" | "idn-hostname" => format!("host{small}.example.com"),
        "uri" | "iri" | "url" => format!("https://example.com/{small}"),
        "uri-reference" | "iri-reference" => format!("/items/{small}"),
        "uri-template" => "/items/{id}".to_owned(),
        "ipv4" => format!("192.0.2.{}", small.saturating_add(1)),
        "ipv6" => format!("2001:db8::{}", small.saturating_add(1)),
        "json-pointer" => format!("/items/{small}"),
        "relative-json-pointer" => small.to_string(),
        "regex" => "^[a-z]+$".to_owned(),
        "byte" | "base64url" => {
            "bW9jaw==".trim_end_matches(if format == "byte" { ' ' } else { '=' }).to_owned()
        }
        "int32" | "int64" | "uint64" | "decimal" => small.to_string(),
        _ => return None,
    };
    Some(text)
}
