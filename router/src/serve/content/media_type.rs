//! Media types and media ranges: text -> type, subtype, parameters (RFC 9110 §8.3.1, §12.5.1).
//!
//! Takes: the value of a `Content-Type` field, one element of `Accept`, or a key of a `content` map.
//! Gives: a borrowed [`MediaType`], checked to its end, and how closely one covers another.
//! Allocates nothing; never panics.

use std::fmt;

use super::field_syntax::{ParameterValue, Parameters, next_parameter, split_token, trimmed};
use crate::description::token::is_same_name;
use crate::limits;

/// The rule of RFC 9110 that a media type breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaTypeError {
    /// Type or subtype is empty or holds a character outside `tchar`, or the slash is missing.
    Name,
    /// `*` stands for a type but not for its subtype, or where one concrete type is needed.
    Wildcard,
    /// A parameter is not `name=value`, or something else follows the subtype.
    Parameter,
    /// A quoted string does not end, or holds a control character.
    QuotedString,
    /// A parameter is given twice (RFC 6838 §4.3 calls it an error).
    ParameterRepeated,
    /// More than [`limits::content::MEDIA_TYPE_PARAMETERS_MAX`] parameters.
    ParametersTooMany,
}

impl MediaTypeError {
    /// What is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Name => "type or subtype is not a token",
            Self::Wildcard => "a wildcard stands where a type is needed",
            Self::Parameter => "a parameter is not of the form name=value",
            Self::QuotedString => "a quoted string is malformed",
            Self::ParameterRepeated => "a parameter is given twice",
            Self::ParametersTooMany => "there are more parameters than allowed",
        }
    }
}

impl fmt::Display for MediaTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for MediaTypeError {}

/// A media type (`application/json; charset=utf-8`) or media range (`text/*`), borrowed from its text.
///
/// ```
/// use brrtrouter::content::MediaType;
///
/// let sent = MediaType::parse("Application/JSON; charset=\"utf-8\"")?;
/// assert!(sent.is_json());
/// assert!(sent.parameter("CHARSET").is_some_and(|value| value == "utf-8"));
/// assert!(MediaType::parse("application/*")?.covers(&sent).is_some());
/// # Ok::<(), brrtrouter::content::MediaTypeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MediaType<'t> {
    kind: &'t str,
    subtype: &'t str,
    /// From behind the subtype to the end: every `;`, name and value, already checked.
    parameters: &'t str,
}

/// How closely a media range fits: `*/*` < `type/*` < `type/subtype` < with parameters (RFC 9110 §12.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Specificity {
    names: Names,
    parameters: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Names {
    Any,
    Type,
    Exact,
}

impl<'t> MediaType<'t> {
    /// `application/octet-stream`: what a body without a `Content-Type` is taken for (RFC 9110 §8.3).
    pub const OCTET_STREAM: MediaType<'static> =
        MediaType { kind: "application", subtype: "octet-stream", parameters: "" };
    /// `application/problem+json` (RFC 9457).
    pub(crate) const PROBLEM_JSON: MediaType<'static> =
        MediaType { kind: "application", subtype: "problem+json", parameters: "" };
    /// `application/problem+xml` (RFC 9457).
    pub(crate) const PROBLEM_XML: MediaType<'static> =
        MediaType { kind: "application", subtype: "problem+xml", parameters: "" };
    /// `application/xml`.
    pub(crate) const XML: MediaType<'static> =
        MediaType { kind: "application", subtype: "xml", parameters: "" };
    /// `application/json`.
    pub const JSON: MediaType<'static> = MediaType { kind: "application", subtype: "json", parameters: "" };
    /// `text/plain`: what a part without a `Content-Type` is taken for (RFC 7578 §4.4).
    pub const PLAIN_TEXT: MediaType<'static> = MediaType { kind: "text", subtype: "plain", parameters: "" };

    /// Parses a media type or media range with all its parameters.
    ///
    /// # Errors
    /// The first [`MediaTypeError`].
    pub fn parse(text: &'t str) -> Result<Self, MediaTypeError> {
        let text = trimmed(text);
        let (kind, rest) = split_token(text);
        let rest = rest.strip_prefix('/').ok_or(MediaTypeError::Name)?;
        let (subtype, parameters) = split_token(rest);
        if kind.is_empty() || subtype.is_empty() {
            return Err(MediaTypeError::Name);
        }
        if kind == "*" && subtype != "*" {
            return Err(MediaTypeError::Wildcard);
        }
        let media_type = Self { kind, subtype, parameters };
        media_type.check_parameters()?;
        Ok(media_type)
    }

    /// Parses a media type that names one type: wildcards are an error.
    ///
    /// # Errors
    /// The first [`MediaTypeError`].
    pub fn parse_concrete(text: &'t str) -> Result<Self, MediaTypeError> {
        let media_type = Self::parse(text)?;
        if media_type.is_range() { Err(MediaTypeError::Wildcard) } else { Ok(media_type) }
    }

    fn check_parameters(&self) -> Result<(), MediaTypeError> {
        let mut count = 0_usize;
        let mut rest = self.parameters;
        while let Some((parameter, next)) = next_parameter(rest)? {
            if count >= limits::content::MEDIA_TYPE_PARAMETERS_MAX {
                return Err(MediaTypeError::ParametersTooMany);
            }
            let mut earlier = Parameters { rest: self.parameters }.take(count);
            if earlier.any(|other| other.name.eq_ignore_ascii_case(parameter.name)) {
                return Err(MediaTypeError::ParameterRepeated);
            }
            count = count.saturating_add(1);
            rest = next;
        }
        Ok(())
    }

    /// The type, in the sender's case.
    #[must_use]
    pub const fn type_name(&self) -> &'t str {
        self.kind
    }

    /// The subtype, in the sender's case.
    #[must_use]
    pub const fn subtype(&self) -> &'t str {
        self.subtype
    }

    /// The parameters in order.
    #[must_use]
    pub const fn parameters(&self) -> Parameters<'t> {
        Parameters { rest: self.parameters }
    }

    /// The value of one parameter; names compare without case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<ParameterValue<'t>> {
        self.parameters().find(|parameter| parameter.name.eq_ignore_ascii_case(name)).map(|found| found.value)
    }

    /// Whether a wildcard makes this a range of types.
    #[must_use]
    pub fn is_range(&self) -> bool {
        self.subtype == "*"
    }

    /// Whether type and subtype are these, without regard to case or parameters (BOD-004).
    #[must_use]
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        is_same_name(self.kind, kind) && is_same_name(self.subtype, subtype)
    }

    /// Whether the content is one JSON text: `application/json`, `text/json` or a `+json` suffix
    /// (RFC 6839 §3.1, BOD-006).
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is("application", "json") || self.is("text", "json") || self.has_suffix("json")
    }

    /// Whether the content is one XML text: `application/xml`, `text/xml` or a `+xml` suffix (RFC 7303 §3, §4.2).
    #[must_use]
    pub fn is_xml(&self) -> bool {
        self.is("application", "xml") || self.is("text", "xml") || self.has_suffix("xml")
    }

    /// Whether the subtype ends in `+` and this structured syntax suffix.
    #[must_use]
    pub fn has_suffix(&self, suffix: &str) -> bool {
        let start = self.subtype.len().checked_sub(suffix.len());
        let split = start.and_then(|start| self.subtype.split_at_checked(start));
        split.is_some_and(|(before, last)| before.ends_with('+') && is_same_name(last, suffix))
    }

    /// How specific this is as a key or range (BOD-003, BOD-005).
    #[must_use]
    pub fn specificity(&self) -> Specificity {
        let names = match (self.kind, self.subtype) {
            ("*", _) => Names::Any,
            (_, "*") => Names::Type,
            _ => Names::Exact,
        };
        let count = self.parameters().count();
        Specificity { names, parameters: u8::try_from(count).unwrap_or(u8::MAX) }
    }

    /// Whether this type or range covers `other`, and how closely.
    ///
    /// Type and subtype compare without case. Every parameter of this range must be in `other` with
    /// an equal value; parameters that only `other` has do not matter (BOD-004). One mercy:
    /// `charset=utf-8` is also met by a type without `charset`, since UTF-8 is what is read and written.
    #[must_use]
    pub fn covers(&self, other: &MediaType<'_>) -> Option<Specificity> {
        let names = (self.kind == "*" || is_same_name(self.kind, other.kind))
            && (self.subtype == "*" || is_same_name(self.subtype, other.subtype));
        let met = names && self.parameters().all(|parameter| parameter.is_met_by(other));
        met.then(|| self.specificity())
    }
}

impl PartialEq for MediaType<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.kind, other.subtype)
            && self.parameters().count() == other.parameters().count()
            && self.parameters().all(|own| other.parameter(own.name).is_some_and(|value| own.has(&value)))
    }
}

impl Eq for MediaType<'_> {}

impl fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.kind, self.subtype, self.parameters)
    }
}

/// A media type that owns its text: a key of a `content` map, parsed once when the description is compiled.
#[derive(Clone, Debug)]
pub struct MediaTypeKey {
    text: Box<str>,
    slash: usize,
    parameters: usize,
}

impl MediaTypeKey {
    /// Parses and keeps a media type or range.
    ///
    /// # Errors
    /// The first [`MediaTypeError`].
    pub fn new(text: &str) -> Result<Self, MediaTypeError> {
        let text = trimmed(text);
        let media_type = MediaType::parse(text)?;
        let slash = media_type.kind.len();
        let parameters = slash.saturating_add(1).saturating_add(media_type.subtype.len());
        Ok(Self { slash, parameters, text: text.into() })
    }

    /// The text of the key, as the description has it.
    #[must_use]
    pub const fn text(&self) -> &str {
        &self.text
    }

    /// The borrowed form.
    #[must_use]
    pub fn media_type(&self) -> MediaType<'_> {
        self.split(&self.text)
    }

    /// The parts of a text that equals the key's own.
    pub(super) fn split<'t>(&self, text: &'t str) -> MediaType<'t> {
        let (names, parameters) = text.split_at_checked(self.parameters).unwrap_or((text, ""));
        let (kind, subtype) = names.split_at_checked(self.slash).unwrap_or((names, ""));
        MediaType { kind, subtype: subtype.strip_prefix('/').unwrap_or(subtype), parameters }
    }
}

/// The key that covers `media_type` most closely; of equals the first (BOD-003, RSP-007).
pub fn most_specific<'k, K>(keys: K, media_type: &MediaType<'_>) -> Option<usize>
where
    K: IntoIterator<Item = MediaType<'k>>,
{
    let mut best: Option<(usize, Specificity)> = None;
    for (index, key) in keys.into_iter().enumerate() {
        if let Some(found) = key.covers(media_type)
            && best.is_none_or(|(_, specificity)| found > specificity)
        {
            best = Some((index, found));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grammar() {
        use MediaTypeError as E;
        type Parts = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
        let cases: &[(&str, Result<Parts, MediaTypeError>)] = &[
            ("text/plain", Ok(("text", "plain", &[]))),
            (" text/plain\t", Ok(("text", "plain", &[]))),
            ("text/plain;charset=utf-8", Ok(("text", "plain", &[("charset", "utf-8")]))),
            ("text/plain ; a=1 ;; b=\"x y\" ;", Ok(("text", "plain", &[("a", "1"), ("b", "x y")]))),
            (r#"a/b; c="q\"\\;,""#, Ok(("a", "b", &[("c", r#"q"\;,"#)]))),
            ("a/b;c=\"\"", Ok(("a", "b", &[("c", "")]))),
            ("a/b;c=\"\u{e9}\"", Ok(("a", "b", &[("c", "\u{e9}")]))),
            ("*/*", Ok(("*", "*", &[]))),
            ("text/*;q=0.5", Ok(("text", "*", &[("q", "0.5")]))),
            ("application/vnd.github.v3+json", Ok(("application", "vnd.github.v3+json", &[]))),
            ("", Err(E::Name)),
            ("text", Err(E::Name)),
            ("text/", Err(E::Name)),
            ("/plain", Err(E::Name)),
            ("te xt/plain", Err(E::Name)),
            ("text /plain", Err(E::Name)),
            ("\u{e9}/plain", Err(E::Name)),
            ("*/plain", Err(E::Wildcard)),
            ("a/b c", Err(E::Parameter)),
            ("a/b/c", Err(E::Parameter)),
            ("a/b, c/d", Err(E::Parameter)),
            ("a/b;c", Err(E::Parameter)),
            ("a/b;c=", Err(E::Parameter)),
            ("a/b;=c", Err(E::Parameter)),
            ("a/b;c =d", Err(E::Parameter)),
            ("a/b;c= d", Err(E::Parameter)),
            ("a/b;c=\"d", Err(E::QuotedString)),
            ("a/b;c=\"d\\\"", Err(E::QuotedString)),
            ("a/b;c=\"\u{1}\"", Err(E::QuotedString)),
            ("a/b;c=\"d\"e=f", Err(E::Parameter)),
            ("a/b;c=d;C=e", Err(E::ParameterRepeated)),
        ];
        for (text, expected) in cases {
            let parsed = MediaType::parse(text);
            let found = parsed.map(|found| (found.type_name(), found.subtype()));
            assert_eq!(found, expected.map(|(kind, subtype, _)| (kind, subtype)), "{text:?}");
            if let (Ok(parsed), Ok((_, _, parameters))) = (parsed, expected) {
                let found: Vec<_> =
                    parsed.parameters().map(|p| (p.name.to_owned(), p.value.text().into_owned())).collect();
                let expected: Vec<_> =
                    parameters.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
                assert_eq!(found, expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_flood_of_parameters_is_refused() {
        let text = format!("a/b{}", (0..10_000).map(|i| format!(";p{i}=1")).collect::<String>());
        assert_eq!(MediaType::parse(&text), Err(MediaTypeError::ParametersTooMany));
    }

    #[test]
    fn coverage() {
        let cases: &[(&str, &str, bool)] = &[
            ("*/*", "a/b", true),
            ("a/*", "A/b", true),
            ("a/*", "b/b", false),
            ("a/b", "A/B;c=d", true),
            ("a/b;c=d", "a/b", false),
            ("a/b;c=d", "a/b;C=\"d\";e=f", true),
            ("a/b;c=d", "a/b;c=D", false),
            ("a/b;charset=UTF-8", "a/b;charset=utf-8", true),
            ("a/b;charset=utf-8", "a/b", true),
            ("a/b;charset=latin1", "a/b", false),
            ("a/b;charset=utf-8", "a/b;charset=utf-16", false),
            ("application/*+json", "application/x+json", false),
        ];
        for (range, media_type, expected) in cases {
            let (range, media_type) =
                (MediaType::parse(range).unwrap(), MediaType::parse(media_type).unwrap());
            assert_eq!(range.covers(&media_type).is_some(), *expected, "{range} over {media_type}");
        }
    }

    #[test]
    fn json_types() {
        let cases = [
            ("application/json", true),
            ("Application/JSON;a=b", true),
            ("text/json", true),
            ("application/problem+json", true),
            ("x/y+JSON", true),
            ("application/json-seq", false),
            ("application/jsonx", false),
            ("application/json+xml", false),
            ("image/json", false),
        ];
        for (text, expected) in cases {
            assert_eq!(MediaType::parse(text).unwrap().is_json(), expected, "{text}");
        }
    }

    #[test]
    fn the_most_specific_key_wins() {
        let keys = ["*/*", "application/*", "application/json", "application/json;version=2", "text/*"];
        let cases = [
            ("application/json", Some(2)),
            ("application/json; charset=utf-8", Some(2)),
            ("application/json;version=2", Some(3)),
            ("application/json;version=3", Some(2)),
            ("application/xml", Some(1)),
            ("text/csv", Some(4)),
            ("image/png", Some(0)),
        ];
        for (text, expected) in cases {
            let media_type = MediaType::parse(text).unwrap();
            let parsed = keys.iter().map(|key| MediaType::parse(key).unwrap());
            assert_eq!(most_specific(parsed, &media_type), expected, "{text}");
            let reversed = keys.iter().rev().map(|key| MediaType::parse(key).unwrap());
            assert_eq!(most_specific(reversed, &media_type), expected.map(|at| 4 - at), "{text}, reversed");
        }
    }

    #[test]
    fn a_key_keeps_its_text() {
        let key = MediaTypeKey::new(" a/b ; c=\"d\" ").unwrap();
        assert_eq!(key.text(), "a/b ; c=\"d\"");
        assert_eq!(key.media_type(), MediaType::parse("A/B;c=d").unwrap());
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "[ -~\u{e9}]{0,40}|[a-z*]{1,3}/[a-z*]{1,3}(;[a-z]=\"?[a-z\\\\\"]{0,4}){0,3}") {
            if let Ok(parsed) = MediaType::parse(&text) {
                let written = parsed.to_string();
                prop_assert_eq!(MediaType::parse(&written), Ok(parsed));
            }
        }

        #[test]
        fn any_value_survives_quoting(value in "[ -~\u{e9}]{0,20}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let text = format!("a/b;c=\"{quoted}\"");
            let parsed = MediaType::parse(&text).unwrap();
            prop_assert_eq!(parsed.parameter("c").unwrap().text(), value);
        }
    }
}
