//! Strings that satisfy `pattern`, `format` and lengths.
//!
//! Takes: keywords. Gives: a candidate of letters and digits where nothing more is asked. Never panics.

use serde_json::Value;

use super::Reason;
use super::keywords::Keywords;
use super::pattern;
use super::random::Random;

/// Characters, where the schema does not ask for more.
const CHARACTERS: usize = 6;
/// Characters at all.
const CHARACTERS_MAX: usize = 20_000;

/// A string for `keywords`; `filled`: not an empty one where that is allowed.
///
/// # Errors
/// A pattern that nothing is found for.
pub fn string(keywords: &Keywords<'_>, random: &mut Random, filled: bool) -> Result<Value, Reason> {
    let least = keywords.at_least("minLength").max(usize::from(filled));
    let most = keywords.at_most("maxLength").unwrap_or(usize::MAX);
    if least > CHARACTERS_MAX {
        return Err("string of very many characters".to_owned());
    }
    if let Some(pattern) = keywords.first("pattern").and_then(Value::as_str) {
        let told = keywords.parts.iter().find_map(told);
        let found = pattern::matching(pattern, least);
        return found.map(Value::from).or(told).ok_or_else(|| "pattern".to_owned());
    }
    let formatted = keywords.first("format").and_then(Value::as_str).and_then(|name| of_format(name, random));
    if let Some(text) = formatted.filter(|text| (least..=most).contains(&text.chars().count())) {
        return Ok(Value::from(text));
    }
    Ok(Value::from(letters(random, CHARACTERS.max(least).min(most))))
}

/// What the description gives for this very schema.
fn told(part: &super::description::Node<'_>) -> Option<Value> {
    let several = part.value.get("examples").and_then(Value::as_array).and_then(|list| list.first());
    part.value
        .get("example")
        .or(several)
        .or(part.value.get("default"))
        .filter(|value| value.is_string())
        .cloned()
}

fn letters(random: &mut Random, count: usize) -> String {
    let alphabet = b"abcdefghijklmnopqrstuvwxyz";
    let letter = |random: &mut Random| alphabet.get(random.below(alphabet.len())).copied().unwrap_or(b'a');
    (0..count).map(|_| char::from(letter(random))).collect()
}

/// A string of a format that JSON Schema or OpenAPI's registry names.
fn of_format(name: &str, random: &mut Random) -> Option<String> {
    let number = random.below(90).saturating_add(10);
    let text = match name {
        "date" => format!("2024-01-{:02}", number % 28 + 1),
        "date-time" => format!("2024-01-02T03:04:{:02}Z", number % 60),
        "time" => format!("03:04:{:02}Z", number % 60),
        "duration" => format!("P{number}D"),
        "uuid" => format!("4f0e4a3c-9c1b-4a6e-8f7d-0123456789{number}"),
        "email" | "idn-email" => format!("a{number}@example.com"),
        "hostname" | "idn-hostname" => format!("a{number}.example.com"),
        "ipv4" => format!("192.0.2.{number}"),
        "ipv6" => format!("2001:db8::{number}"),
        "uri" | "url" | "iri" => format!("https://example.com/a{number}"),
        "uri-reference" | "iri-reference" => format!("/a{number}"),
        "uri-template" => format!("/a{number}/{{b}}"),
        "json-pointer" => format!("/a{number}"),
        "relative-json-pointer" => format!("1/a{number}"),
        "regex" => format!("a{number}"),
        "byte" => "aGVsbG8h".to_owned(),
        "base64url" => "aGVsbG8".to_owned(),
        _ => return None,
    };
    Some(text)
}
