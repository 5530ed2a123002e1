//! One field line of a response (RFC 9110 §5): text that can never break the framing.
//!
//! Takes: a name and a value. Gives: a [`ResponseField`] whose octets are safe on the wire: no CR, LF,
//! NUL or other control passes. Static and shared text costs no heap allocation. Never panics.

use std::fmt;
use std::sync::Arc;

use crate::description::token::{is_same_name, is_token};

/// Text of a field: static, shared between responses, or owned by this one.
#[derive(Clone)]
pub enum FieldText {
    /// Text that lives as long as the program.
    Static(&'static str),
    /// Text computed once and shared by many responses.
    Shared(Arc<str>),
    /// Text of this response alone.
    Owned(Box<str>),
    /// Text that is short enough to lie here, such as a request id.
    Short(ShortText),
}

/// ASCII text of a few octets that lies where it is used, on no heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShortText([u8; SHORT_TEXT_BYTES]);

/// As many as fit beside the other forms of text without making them larger.
const SHORT_TEXT_BYTES: usize = 22;

const _: () = assert!(size_of::<FieldText>() == 3 * size_of::<u64>(), "a response holds its fields inline");

impl ShortText {
    /// How many octets it has.
    pub const LENGTH_MAX: usize = SHORT_TEXT_BYTES;

    /// The text of these octets; those that are not ASCII make it empty.
    pub(crate) const fn from_ascii(octets: [u8; SHORT_TEXT_BYTES]) -> Self {
        Self(octets)
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match std::str::from_utf8(&self.0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl FieldText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
            Self::Owned(text) => text,
            Self::Short(text) => text.as_str(),
        }
    }

    /// The text without white space at its edges, which a field value cannot carry (RFC 9110 §5.5).
    fn trimmed(self) -> Self {
        let is_space = |c: char| c == ' ' || c == '\t';
        if !self.as_str().starts_with(is_space) && !self.as_str().ends_with(is_space) {
            return self;
        }
        match self {
            Self::Static(text) => Self::Static(text.trim_matches(is_space)),
            Self::Shared(text) => Self::Owned(text.trim_matches(is_space).into()),
            Self::Owned(text) => Self::Owned(text.trim_matches(is_space).into()),
            Self::Short(text) => Self::Owned(text.as_str().trim_matches(is_space).into()),
        }
    }
}

impl fmt::Debug for FieldText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for FieldText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for FieldText {}

impl From<&'static str> for FieldText {
    fn from(text: &'static str) -> Self {
        Self::Static(text)
    }
}

impl From<Arc<str>> for FieldText {
    fn from(text: Arc<str>) -> Self {
        Self::Shared(text)
    }
}

impl From<&Arc<str>> for FieldText {
    fn from(text: &Arc<str>) -> Self {
        Self::Shared(Arc::clone(text))
    }
}

impl From<String> for FieldText {
    fn from(text: String) -> Self {
        Self::Owned(text.into_boxed_str())
    }
}

impl From<Box<str>> for FieldText {
    fn from(text: Box<str>) -> Self {
        Self::Owned(text)
    }
}

/// Why a response field was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// The name is not a token (RFC 9110 §5.1).
    Name,
    /// The value holds a control octet such as CR, LF or NUL (RFC 9110 §5.5).
    Value,
    /// The field frames the message (`Content-Length`, `Transfer-Encoding`, `Connection`, ...): the
    /// library alone writes it, so that it always agrees with the body (RFC 9112 §6).
    Framing,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "the field name is not a token",
            Self::Value => "the field value holds a control octet",
            Self::Framing => "the field frames the message and is written by the library alone",
        })
    }
}

impl std::error::Error for FieldError {}

/// A checked field line.
///
/// ```
/// use brrtrouter::{FieldError, ResponseField};
///
/// let field = ResponseField::new("ETag", "\"a1\"")?;
/// assert_eq!((field.name(), field.value()), ("ETag", "\"a1\""));
/// assert_eq!(ResponseField::new("X", "a\r\nSet-Cookie: b"), Err(FieldError::Value));
/// # Ok::<(), FieldError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseField {
    name: FieldText,
    value: FieldText,
}

impl ResponseField {
    /// Checks name and value; white space at the value's edges is dropped.
    ///
    /// # Errors
    /// A [`FieldError`] when the line could break the message's framing or is no field line at all.
    pub fn new(name: impl Into<FieldText>, value: impl Into<FieldText>) -> Result<Self, FieldError> {
        let name = name.into();
        let value = value.into();
        if !is_token(name.as_str()) {
            return Err(FieldError::Name);
        }
        if FRAMING.iter().any(|framing| name.as_str().eq_ignore_ascii_case(framing)) {
            return Err(FieldError::Framing);
        }
        if !is_field_value(value.as_str()) {
            return Err(FieldError::Value);
        }
        Ok(Self { name, value: value.trimmed() })
    }

    /// The field called `name`, which is a token and does not frame the message: only its value is checked.
    pub(super) fn of_name(name: &'static str, value: FieldText) -> Result<Self, FieldError> {
        if is_field_value(value.as_str()) {
            Ok(Self::known(name, value.trimmed()))
        } else {
            Err(FieldError::Value)
        }
    }

    /// The name, in the case it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        self.value.as_str()
    }

    /// Whether this is the field called `name`; names compare without case (RFC 9110 §5.1).
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        is_same_name(self.name(), name)
    }

    /// A field whose text is known to be well formed because this library wrote it.
    pub(crate) const fn known(name: &'static str, value: FieldText) -> Self {
        Self { name: FieldText::Static(name), value }
    }
}

/// The fields that only the library writes.
const FRAMING: [&str; 8] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// Whether `text` holds only what a field value may hold: visible characters, space, tab and obs-text.
pub(crate) fn is_field_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_checked() {
        let cases: &[(&'static str, &'static str, Result<&str, FieldError>)] = &[
            ("ETag", "\"a\"", Ok("\"a\"")),
            ("X-A", "", Ok("")),
            ("X-A", "  a b\t", Ok("a b")),
            ("X-A", "a\tb", Ok("a\tb")),
            ("X-A", "caf\u{e9}", Ok("caf\u{e9}")),
            ("", "a", Err(FieldError::Name)),
            ("X A", "a", Err(FieldError::Name)),
            ("X:A", "a", Err(FieldError::Name)),
            ("X\r\nA", "a", Err(FieldError::Name)),
            ("\u{e9}", "a", Err(FieldError::Name)),
            ("X-A", "a\r\nb", Err(FieldError::Value)),
            ("X-A", "a\n", Err(FieldError::Value)),
            ("X-A", "a\0", Err(FieldError::Value)),
            ("X-A", "\x7f", Err(FieldError::Value)),
            ("Content-Length", "1", Err(FieldError::Framing)),
            ("transfer-encoding", "chunked", Err(FieldError::Framing)),
        ];
        for (name, value, expected) in cases {
            let field = ResponseField::new(*name, *value);
            assert_eq!(
                field.as_ref().map(ResponseField::value).map_err(|fault| *fault),
                *expected,
                "{name:?}: {value:?}"
            );
            let owned = ResponseField::new((*name).to_owned(), Arc::<str>::from(*value));
            assert_eq!(field, owned, "{name:?}: {value:?}");
        }
    }
}
