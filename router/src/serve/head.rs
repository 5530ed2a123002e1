//! The request head: method, request target and field lines (RFC 9112 §3, RFC 9110 §5).
//!
//! Takes: text that the transport has framed. Gives: a [`RequestHead`] whose target is known to be
//! well formed and split into path and query. Allocates nothing; never panics.

use http::Method;

use crate::description::token::is_same_name;
use crate::limits;
use crate::octets::are_graphic;
use crate::serve::{Problem, ProblemKind};

mod owned;

pub(crate) use owned::OwnedHead;

/// One field line of the header section, as received: the name in the sender's case, the value
/// without surrounding white space and otherwise untouched (RFC 9110 §5.5).
///
/// ```
/// use brrtrouter::FieldLine;
///
/// let line = FieldLine::new("X-Trace", "a1");
/// assert!(line.is_named("x-trace"));
/// assert_eq!(line.text(), Some("a1"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldLine<'r> {
    /// The field name.
    pub name: &'r str,
    /// The field value: octets, since obs-text is allowed on the wire.
    pub value: &'r [u8],
}

impl<'r> FieldLine<'r> {
    /// A field line from text.
    #[must_use]
    pub const fn new(name: &'r str, value: &'r str) -> Self {
        Self { name, value: value.as_bytes() }
    }

    /// Whether this is the field called `name`; names compare without case (RFC 9110 §5.1).
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        is_same_name(self.name, name)
    }

    /// The value as text; `None` where it is not UTF-8.
    #[must_use]
    pub const fn text(&self) -> Option<&'r str> {
        match std::str::from_utf8(self.value) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }
}

/// Why a request head was refused before routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadError {
    /// The target is empty, or neither origin, absolute nor asterisk form (RFC 9112 §3.2).
    TargetForm,
    /// The target holds an octet that no URI may hold: a control, a space or one outside ASCII.
    TargetOctet,
    /// The target is longer than [`limits::TARGET_BYTES_MAX`]: 414.
    TargetTooLong,
}

impl From<HeadError> for Problem {
    fn from(fault: HeadError) -> Self {
        let (kind, detail) = match fault {
            HeadError::TargetForm | HeadError::TargetOctet => {
                (ProblemKind::InvalidTarget, "the request target has no form of RFC 9112 §3.2")
            }
            HeadError::TargetTooLong => (ProblemKind::TargetTooLong, "the request target passes its bound"),
        };
        Self::of(kind).with_detail(detail)
    }
}

/// The head of one request.
///
/// ```
/// use brrtrouter::{FieldLine, RequestHead};
///
/// let fields = [FieldLine::new("Accept", "application/json")];
/// let head = RequestHead::new(http::Method::GET, "/pets/7?verbose=true", &fields)?;
/// assert_eq!((head.path(), head.query()), ("/pets/7", Some("verbose=true")));
/// # Ok::<(), brrtrouter::HeadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RequestHead<'r> {
    method: Method,
    target: &'r str,
    path: &'r str,
    query: Option<&'r str>,
    fields: &'r [FieldLine<'r>],
}

impl<'r> RequestHead<'r> {
    /// Checks the target's form and splits it.
    ///
    /// # Errors
    /// A [`HeadError`] when the target is not one that RFC 9112 §3.2 allows for this method.
    pub fn new(method: Method, target: &'r str, fields: &'r [FieldLine<'r>]) -> Result<Self, HeadError> {
        if target.len() > limits::TARGET_BYTES_MAX {
            return Err(HeadError::TargetTooLong);
        }
        if !are_graphic(target.as_bytes()) {
            return Err(HeadError::TargetOctet);
        }
        let (path, query) = split_target(&method, target).ok_or(HeadError::TargetForm)?;
        Ok(Self { method, target, path, query, fields })
    }

    /// The method, whose name is case-sensitive (RFC 9110 §9.1).
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The request target as sent.
    #[must_use]
    pub const fn target(&self) -> &'r str {
        self.target
    }

    /// The path as sent, percent-encoded; `*` for the asterisk form.
    #[must_use]
    pub const fn path(&self) -> &'r str {
        self.path
    }

    /// The query as sent, without its `?`; `None` where there is no `?`.
    #[must_use]
    pub const fn query(&self) -> Option<&'r str> {
        self.query
    }

    /// All field lines in the order received.
    #[must_use]
    pub const fn fields(&self) -> &'r [FieldLine<'r>] {
        self.fields
    }

    /// The first field line called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldLine<'r>> {
        self.fields.iter().copied().find(|line| line.is_named(name))
    }

    /// Every field line called `name`, in order.
    pub fn fields_named<'n>(&self, name: &'n str) -> impl Iterator<Item = FieldLine<'r>> + use<'r, 'n> {
        self.fields.iter().copied().filter(move |line| line.is_named(name))
    }
}

/// Path and query of the four forms of RFC 9112 §3.2; `None` for a form that does not fit.
fn split_target<'r>(method: &Method, target: &'r str) -> Option<(&'r str, Option<&'r str>)> {
    if target == "*" {
        return (method == Method::OPTIONS).then_some((target, None));
    }
    let origin = if target.starts_with('/') { target } else { after_authority(target)? };
    let end = memchr::memchr2(b'?', b'#', origin.as_bytes()).unwrap_or(origin.len());
    let (path, rest) = origin.split_at_checked(end)?;
    let query = rest.strip_prefix('?');
    // memchr, not `contains`: the standard search walks up to an aligned address first, so that its cost would hang on where the
    // target lies.
    let fragment = memchr::memchr(b'#', query.unwrap_or(rest).as_bytes());
    fragment.is_none().then_some((if path.is_empty() { "/" } else { path }, query))
}

/// The part of an absolute-form target behind its authority; only the http schemes are ours.
fn after_authority(target: &str) -> Option<&str> {
    let (scheme, rest) = target.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if end == 0 { None } else { rest.get(end..) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_their_status_and_say_why() {
        for (fault, status) in
            [(HeadError::TargetForm, 400), (HeadError::TargetOctet, 400), (HeadError::TargetTooLong, 414)]
        {
            let problem = Problem::from(fault);
            assert_eq!(
                (problem.status().as_u16(), problem.to_string().contains("request target")),
                (status, true)
            );
        }
    }

    #[test]
    fn targets() {
        let cases: &[(&str, &str, Result<(&str, Option<&str>), HeadError>)] = &[
            ("GET", "/", Ok(("/", None))),
            ("GET", "/a?b=c?d", Ok(("/a", Some("b=c?d")))),
            ("GET", "/a?", Ok(("/a", Some("")))),
            ("GET", "//a", Ok(("//a", None))),
            ("GET", "http://h/a?b", Ok(("/a", Some("b")))),
            ("GET", "HTTP://h", Ok(("/", None))),
            ("GET", "https://h?b", Ok(("/", Some("b")))),
            ("OPTIONS", "*", Ok(("*", None))),
            ("GET", "*", Err(HeadError::TargetForm)),
            ("GET", "", Err(HeadError::TargetForm)),
            ("GET", "a/b", Err(HeadError::TargetForm)),
            ("GET", "ftp://h/a", Err(HeadError::TargetForm)),
            ("GET", "http:///a", Err(HeadError::TargetForm)),
            ("GET", "/a#b", Err(HeadError::TargetForm)),
            ("GET", "/a b", Err(HeadError::TargetOctet)),
            ("GET", "/\u{e9}", Err(HeadError::TargetOctet)),
        ];
        for (method, target, expected) in cases {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let head = RequestHead::new(method, target, &[]);
            assert_eq!(head.map(|head| (head.path(), head.query())), *expected, "{target}");
        }
    }

    #[test]
    fn a_long_target_is_refused() {
        let target = format!("/{}", "a".repeat(limits::TARGET_BYTES_MAX));
        assert_eq!(RequestHead::new(Method::GET, &target, &[]).err(), Some(HeadError::TargetTooLong));
    }
}
