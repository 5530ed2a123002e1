//! Octets of a case: how they are written in a file, and how they are shown in a report. Never panics.

use std::fmt::Write as _;

use serde::Deserialize;

/// How many octets a report shows from the start of what was sent or came, and how many from its end.
const SHOWN_FIRST: usize = 600;
const SHOWN_LAST: usize = 200;

/// What is sent: text, or parts of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Octets {
    /// The UTF-8 of the text.
    Text(String),
    /// One after another.
    Parts(Vec<Part>),
}

/// A part of what is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// The UTF-8 of the text.
    Text(String),
    /// Octets that are not UTF-8.
    Hex {
        /// Pairs of hexadecimal digits; blanks between pairs are for the reader.
        hex: String,
    },
    /// A text again and again.
    Repeat {
        /// What and how often.
        repeat: Repeat,
    },
}

/// A text again and again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    text: String,
    count: usize,
}

impl Octets {
    /// Written out.
    ///
    /// # Errors
    /// `hex` that is no pairs of digits.
    pub fn expand(&self) -> Result<Vec<u8>, String> {
        let parts = match self {
            Self::Text(text) => return Ok(text.clone().into_bytes()),
            Self::Parts(parts) => parts,
        };
        let mut all = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => all.extend_from_slice(text.as_bytes()),
                Part::Hex { hex } => all.extend(unhex(hex)?),
                Part::Repeat { repeat } => all.extend(repeat.text.repeat(repeat.count).into_bytes()),
            }
        }
        Ok(all)
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let pair = |pair: &[char]| match pair {
        [high, low] => {
            let value = high.to_digit(16)?.checked_mul(16)?.checked_add(low.to_digit(16)?)?;
            u8::try_from(value).ok()
        }
        _ => None,
    };
    let octets: Option<Vec<u8>> = digits.chunks(2).map(pair).collect();
    octets.ok_or_else(|| format!("`{text}` is no pairs of hexadecimal digits"))
}

/// The octets as text in which every octet can be told: line ends as `\r\n`, others that do not print as `\xNN`.
#[must_use]
pub fn escape(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for octet in octets {
        match octet {
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(*octet)),
            _ => {
                // Writing to a String cannot fail.
                if write!(out, "\\x{octet:02x}").is_err() {
                    return out;
                }
            }
        }
    }
    out
}

/// As [`escape`], with the middle of what is long left out and counted.
#[must_use]
pub fn shown(octets: &[u8]) -> String {
    let most = SHOWN_FIRST + SHOWN_LAST;
    if octets.len() <= most {
        return escape(octets);
    }
    let (first, rest) = octets.split_at(SHOWN_FIRST);
    let (middle, last) = rest.split_at(rest.len() - SHOWN_LAST);
    format!("{} ...[{} octets]... {}", escape(first), middle.len(), escape(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_out() {
        let check = |json: &str, expected: Result<&[u8], &str>| {
            let octets: Octets = serde_json::from_str(json).expect(json);
            match (octets.expand(), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{json}"),
                (Err(found), Err(mention)) => assert!(found.contains(mention), "{found}"),
                (found, expected) => panic!("{json}: {found:?}, expected {expected:?}"),
            }
        };
        check(r#""a\r\n""#, Ok(b"a\r\n"));
        check(r#"["a", {"hex": "00 fF"}, {"repeat": {"text": "xy", "count": 2}}]"#, Ok(b"a\x00\xffxyxy"));
        check(r#""\u00e9""#, Ok(b"\xc3\xa9"));
        check(r#"[{"hex": "0"}]"#, Err("pairs"));
        check(r#"[{"hex": "zz"}]"#, Err("pairs"));
        check(r#"[{"hex": "\u00e9\u00e9"}]"#, Err("pairs"));
    }

    #[test]
    fn every_octet_can_be_told() {
        assert_eq!(escape(b"GET /\\ \t\r\n\x00\x7f\xff"), "GET /\\\\ \\t\\r\\n\\x00\\x7f\\xff");
        let mut all: Vec<String> = (0..=u8::MAX).map(|octet| escape(&[octet])).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 256);
    }

    #[test]
    fn what_is_long_is_cut_and_counted() {
        let text = shown(&[b'a'; 1000]);
        assert!(text.contains("...[200 octets]..."), "{text}");
        assert_eq!(shown(&[b'a'; 800]), "a".repeat(800));
    }
}
