//! Responses Object: its grammar, its rules (`RSP-001`, `RSP-005`, `RSP-016`) and its keys.

use super::check::Check;
use super::finding::Finding;
use super::grammar::{Grammar, Patterned};
use super::response::Response;
use super::value::Value;
use crate::description::Location;

pub(super) const GRAMMAR: Grammar =
    Grammar::new("Responses Object", "RSP-002", &[]).patterned(Patterned::StatusCodes);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    let keys: Vec<(&str, StatusKey)> =
        node.members().filter_map(|(name, _)| StatusKey::from_name(name).map(|key| (name, key))).collect();
    // A key that is no status code is told of by the grammar; it was meant as a response.
    if node.members().all(|(name, _)| name.starts_with("x-")) {
        cx.report(
            Finding::error("RSP-001", at)
                .what("`responses` has no response")
                .why("it holds at least one response (§Responses Object)")
                .mend("add the response of a successful call, or `default`"),
        );
    }
    if let [(name, StatusKey::Code(400..) | StatusKey::Range(4..))] = keys.as_slice() {
        cx.report(
            Finding::lint("RSP-005", at)
                .named(name)
                .what(format!("the only response, `{name}`, is no success"))
                .why("a single response should be that of a successful call (§Responses Object)")
                .mend("describe the successful response too"),
        );
    }
    for (name, key) in keys {
        if matches!(key, StatusKey::Code(code) if !is_registered(code)) {
            cx.report(
                Finding::lint("RSP-016", at)
                    .named(name)
                    .what(format!("the status code {name} is not registered"))
                    .why("status codes come from the IANA registry (RFC 9110 §16.2.1)")
                    .mend("use a registered code of the same class"),
            );
        }
    }
}

/// The IANA HTTP Status Code Registry.
const fn is_registered(code: u16) -> bool {
    matches!(code,
        100..=104 | 200..=208 | 226 | 300..=308 | 400..=418 | 421..=426 | 428 | 429 | 431 | 451 | 500..=508 | 510 | 511)
}

/// A key of the Responses Object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusKey {
    /// One status code, 100 to 599.
    Code(u16),
    /// `1XX` to `5XX`, by its first digit.
    Range(u8),
    /// `default`: every status code that no other key covers.
    Default,
}

impl StatusKey {
    /// The key written as `name`; none for anything else (`RSP-002`).
    ///
    /// ```
    /// use brrtrouter::description::StatusKey;
    ///
    /// assert_eq!(StatusKey::from_name("404"), Some(StatusKey::Code(404)));
    /// assert_eq!(StatusKey::from_name("2XX"), Some(StatusKey::Range(2)));
    /// assert_eq!(StatusKey::from_name("2xx"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "default" {
            return Some(Self::Default);
        }
        let [class @ b'1'..=b'5', tens, ones] = name.as_bytes() else { return None };
        if [*tens, *ones] == *b"XX" {
            return Some(Self::Range(class.saturating_sub(b'0')));
        }
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        if digits { name.parse().ok().map(Self::Code) } else { None }
    }

    /// Whether the key covers `status`; the most exact key that covers it wins (`RSP-003`).
    #[must_use]
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Code(code) => code == status,
            Self::Range(class) => status.checked_div(100) == Some(u16::from(class)),
            Self::Default => true,
        }
    }
}

/// The responses with their keys, references followed.
pub(super) fn list(value: Value<'_>) -> Vec<(StatusKey, Response<'_>)> {
    let members = value.members();
    members
        .filter_map(|(name, value)| Some((StatusKey::from_name(name)?, Response::new(value.followed()))))
        .collect()
}
