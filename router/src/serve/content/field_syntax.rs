//! Lists, parameters, tokens and quoted strings of field values (RFC 9110 §5.6).
//!
//! Takes: the text of a field value. Gives: borrowed pieces of it, or the fault. Allocates nothing; never panics.

use std::borrow::Cow;

use super::media_type::{MediaType, MediaTypeError};
use crate::description::token::is_tchar;

/// One parameter of a media type.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'t> {
    /// The name; compares without case.
    pub name: &'t str,
    /// The value.
    pub value: ParameterValue<'t>,
}

impl Parameter<'_> {
    /// Whether the value equals `other`: charset names without case, everything else exactly.
    pub(super) fn has(&self, other: &ParameterValue<'_>) -> bool {
        if self.name.eq_ignore_ascii_case("charset") {
            self.value.is_without_case(other)
        } else {
            self.value.chars().eq(other.chars())
        }
    }

    pub(super) fn is_met_by(&self, media_type: &MediaType<'_>) -> bool {
        match media_type.parameter(self.name) {
            Some(value) => self.has(&value),
            None => self.name.eq_ignore_ascii_case("charset") && self.value.is_ascii_word("utf-8"),
        }
    }
}

/// The value of a parameter: a token, or a quoted string whose escapes are read on demand.
///
/// A token and a quoted string of the same characters are equal (RFC 9110 §5.6.6).
#[derive(Clone, Copy, Debug)]
pub struct ParameterValue<'t> {
    /// What stands between the quotes, or the token.
    raw: &'t str,
    escaped: bool,
}

impl<'t> ParameterValue<'t> {
    /// The characters, without escapes.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'t> {
        let escaped = self.escaped;
        let mut rest = self.raw.chars();
        std::iter::from_fn(move || match rest.next() {
            Some('\\') if escaped => rest.next(),
            other => other,
        })
    }

    /// The value as text; allocates only where something is escaped.
    #[must_use]
    pub fn text(&self) -> Cow<'t, str> {
        if self.escaped { Cow::Owned(self.chars().collect()) } else { Cow::Borrowed(self.raw) }
    }

    /// Whether the value is this ASCII word, without regard to case.
    #[must_use]
    pub fn is_ascii_word(&self, word: &str) -> bool {
        self.chars().map(|c| c.to_ascii_lowercase()).eq(word.chars().map(|c| c.to_ascii_lowercase()))
    }

    /// The value as `Content-Disposition` escapes it: only `\"` and `\\` lose their backslash.
    pub(super) fn text_of_disposition(&self) -> String {
        let mut text = String::with_capacity(self.raw.len());
        let mut rest = self.raw.chars().peekable();
        while let Some(c) = rest.next() {
            let escaped = (c == '\\').then(|| rest.next_if(|next| matches!(next, '"' | '\\'))).flatten();
            text.push(escaped.unwrap_or(c));
        }
        text
    }

    fn is_without_case(&self, other: &ParameterValue<'_>) -> bool {
        self.chars().map(|c| c.to_ascii_lowercase()).eq(other.chars().map(|c| c.to_ascii_lowercase()))
    }
}

impl PartialEq<&str> for ParameterValue<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.chars().eq(other.chars())
    }
}

/// The parameters of a media type, in order.
#[derive(Clone, Debug)]
pub struct Parameters<'t> {
    pub(super) rest: &'t str,
}

impl<'t> Iterator for Parameters<'t> {
    type Item = Parameter<'t>;

    fn next(&mut self) -> Option<Parameter<'t>> {
        // The text was checked when the media type was parsed, so that an error cannot occur here.
        let (parameter, rest) = next_parameter(self.rest).ok().flatten()?;
        self.rest = rest;
        Some(parameter)
    }
}

/// `*( OWS ";" OWS [ parameter ] )` of RFC 9110 §5.6.6: the next parameter and what follows it.
pub(super) fn next_parameter(text: &str) -> Result<Option<(Parameter<'_>, &str)>, MediaTypeError> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut rest = text.trim_start_matches(is_space);
    let mut separated = false;
    while let Some(behind) = rest.strip_prefix(';') {
        separated = true;
        rest = behind.trim_start_matches(is_space);
    }
    if rest.is_empty() {
        return Ok(None);
    }
    let (name, behind_name) = split_token(rest);
    let behind_equals = behind_name.strip_prefix('=').ok_or(MediaTypeError::Parameter)?;
    if name.is_empty() || !separated {
        return Err(MediaTypeError::Parameter);
    }
    let (value, rest) = split_value(behind_equals)?;
    Ok(Some((Parameter { name, value }, rest)))
}

fn split_value(text: &str) -> Result<(ParameterValue<'_>, &str), MediaTypeError> {
    if let Some(quoted) = text.strip_prefix('"') {
        return split_quoted(quoted).ok_or(MediaTypeError::QuotedString);
    }
    let (token, rest) = split_token(text);
    if token.is_empty() {
        return Err(MediaTypeError::Parameter);
    }
    Ok((ParameterValue { raw: token, escaped: false }, rest))
}

/// A quoted string from behind its opening quote (RFC 9110 §5.6.4).
fn split_quoted(text: &str) -> Option<(ParameterValue<'_>, &str)> {
    let mut escaped = false;
    let mut after_backslash = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if c.is_ascii_control() && c != '\t' => return None,
            _ if after_backslash => after_backslash = false,
            '\\' => {
                escaped = true;
                after_backslash = true;
            }
            '"' => {
                let (raw, quote) = text.split_at_checked(at)?;
                return Some((ParameterValue { raw, escaped }, quote.strip_prefix('"')?));
            }
            _ => {}
        }
    }
    None
}

/// Splits behind the longest prefix of `tchar`s (RFC 9110 §5.6.2); it may be empty.
pub(super) fn split_token(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !is_tchar(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Optional white space of RFC 9110 §5.6.3.
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// The text without white space at its edges, where mostly there is none.
pub(super) fn trimmed(text: &str) -> &str {
    let is_space_octet = |octet: Option<&u8>| matches!(octet, Some(b' ' | b'\t'));
    let octets = text.as_bytes();
    if is_space_octet(octets.first()) || is_space_octet(octets.last()) {
        return text.trim_matches(is_space);
    }
    text
}

/// The elements of a comma-separated list (RFC 9110 §5.6.1); commas inside quoted strings do not count.
#[derive(Clone, Debug)]
pub(super) struct ListElements<'t> {
    rest: Option<&'t str>,
}

impl<'t> ListElements<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { rest: Some(text) }
    }
}

impl<'t> Iterator for ListElements<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        while let Some(rest) = self.rest {
            let end = element_end(rest);
            let element = trimmed(rest.get(..end).unwrap_or(rest));
            self.rest = rest.get(end.saturating_add(1)..);
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    }
}

fn element_end(text: &str) -> usize {
    let Some(first) = memchr::memchr2(b',', b'"', text.as_bytes()) else { return text.len() };
    if text.as_bytes().get(first) == Some(&b',') {
        return first;
    }
    let (mut quoted, mut after_backslash) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if after_backslash => after_backslash = false,
            b'\\' if quoted => after_backslash = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}
