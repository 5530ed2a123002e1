//! `Prefer` (RFC 7240): what a request would like of a mock.
//!
//! Takes: the head. Gives: the preferences that a mock knows; others are none of its business. Of one that comes twice the first
//! counts. Semicolons part them as commas do, since people write both. Never panics.

use crate::limits::PREFERENCES_MAX;
use crate::serve::RequestHead;

/// What a request prefers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Preferences {
    /// The status code, as it was written.
    pub(super) code: Option<String>,
    /// The name of an example.
    pub(super) example: Option<String>,
    /// Which of the made values; only where `dynamic` is true.
    pub(super) seed: Option<u64>,
}

impl Preferences {
    pub(super) fn of(head: &RequestHead<'_>) -> Self {
        let lines = head.fields_named("prefer");
        let texts: Vec<&str> = lines.filter_map(|line| std::str::from_utf8(line.value).ok()).collect();
        Self::parse(&texts.join(","))
    }

    fn parse(text: &str) -> Self {
        let mut found = Self::default();
        let (mut dynamic, mut seed) = (None, None);
        for (name, value) in pairs(text).into_iter().take(PREFERENCES_MAX) {
            match name.as_str() {
                "code" => drop(found.code.get_or_insert(value)),
                "example" => drop(found.example.get_or_insert(value)),
                "dynamic" => drop(dynamic.get_or_insert(value)),
                "seed" => drop(seed.get_or_insert(value)),
                _ => {}
            }
        }
        if dynamic.as_deref() == Some("true") {
            found.seed = Some(seed.and_then(|seed| seed.parse().ok()).unwrap_or(0));
        }
        found
    }

    /// The value of `Preference-Applied` (RFC 7240 §3); none where nothing was preferred.
    pub(super) fn applied(&self) -> Option<String> {
        let code = self.code.as_ref().map(|code| format!("code={code}"));
        let example = self.example.as_ref().map(|name| format!("example=\"{}\"", quoted(name)));
        let dynamic = self.seed.map(|_| "dynamic=true".to_owned());
        let all: Vec<String> = code.into_iter().chain(example).chain(dynamic).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

fn quoted(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Names in lower case, and values without their quotes.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut chars) = (false, text.chars());
    while let Some(one) = chars.next() {
        let Some(part) = parts.last_mut() else { break };
        match one {
            '"' => quoted = !quoted,
            '\\' if quoted => part.extend(chars.next()),
            ',' | ';' if !quoted => parts.push(String::new()),
            _ => part.push(one),
        }
    }
    let pair = |part: &String| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim().to_ascii_lowercase(), value.trim().to_owned())
    };
    parts.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read() {
        let made = |code: Option<&str>, example: Option<&str>, seed| Preferences {
            code: code.map(str::to_owned),
            example: example.map(str::to_owned),
            seed,
        };
        let cases = [
            ("", made(None, None, None)),
            ("code=404", made(Some("404"), None, None)),
            ("Code = 404 ; example=\"a, b\"", made(Some("404"), Some("a, b"), None)),
            ("respond-async, wait=10, dynamic=true", made(None, None, Some(0))),
            ("dynamic=true;seed=7, dynamic=false", made(None, None, Some(7))),
            ("dynamic=false, seed=7", made(None, None, None)),
            ("code=404, code=500", made(Some("404"), None, None)),
            ("example=\"open", made(None, Some("open"), None)),
        ];
        for (text, expected) in cases {
            assert_eq!(Preferences::parse(text), expected, "{text}");
        }
        let applied = Preferences::parse("code=404;example=a;dynamic=true").applied();
        assert_eq!(applied.as_deref(), Some("code=404, example=\"a\", dynamic=true"));
    }
}
