//! Request ids: what tells one request from all others, in answers, handlers and logs.
//!
//! Takes: a policy, and of a request the field that may carry an id. Gives: that id where it is welcome and well formed, else a
//! new one: ten hexadecimal digits of the service, twelve that count. Making one allocates nothing. Never panics.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ServiceError;
use crate::limits::REQUEST_ID_BYTES_MAX;
use crate::serve::response::{ResponseField, ShortText};
use crate::serve::{FieldText, RequestHead};

/// How requests get their ids.
///
/// ```
/// use brrtrouter::RequestIds;
///
/// let ids = RequestIds::new().field("X-Correlation-Id").accept_incoming();
/// ```
#[derive(Clone, Debug)]
pub struct RequestIds {
    field: String,
    accept: bool,
    prefix: Option<u64>,
}

impl RequestIds {
    /// Every request gets a new id, in `X-Request-Id`.
    #[must_use]
    pub fn new() -> Self {
        Self { field: "X-Request-Id".to_owned(), accept: false, prefix: None }
    }

    /// The field that carries the id, in requests and responses.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.field = name.into();
        self
    }

    /// Keeps the id that a request brings, as behind a proxy that gives them; a client can then choose its own. An id has 1 to 128
    /// letters, digits and `-._~:/+=@,`; any other is replaced.
    #[must_use]
    pub const fn accept_incoming(mut self) -> Self {
        self.accept = true;
        self
    }

    /// The service's own part of new ids, of which 40 bits count; random unless given.
    #[must_use]
    pub const fn prefix(mut self, prefix: u64) -> Self {
        self.prefix = Some(prefix);
        self
    }
}

impl Default for RequestIds {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives ids.
pub(super) struct Issuer {
    field: Arc<str>,
    accept: bool,
    prefix: u64,
    count: AtomicU64,
}

const PREFIX_DIGITS: u32 = 10;
const COUNT_DIGITS: u32 = 12;
const DIGITS: usize = 22;

const _: () = assert!(DIGITS == ShortText::LENGTH_MAX, "an id fills a short text");

impl Issuer {
    pub(super) fn new(ids: RequestIds) -> Result<Self, ServiceError> {
        let is_ours =
            |name: &str| name.eq_ignore_ascii_case("Vary") || name.eq_ignore_ascii_case("Content-Type");
        if is_ours(&ids.field) || ResponseField::new(ids.field.clone(), "").is_err() {
            return Err(ServiceError::RequestIdField(ids.field));
        }
        // The standard library seeds its hash tables from the system's randomness, which is enough to tell processes apart; an id is
        // no secret.
        let prefix = ids.prefix.unwrap_or_else(|| RandomState::new().hash_one(DIGITS));
        Ok(Self { field: ids.field.into(), accept: ids.accept, prefix, count: AtomicU64::new(0) })
    }

    pub(super) const fn field(&self) -> &Arc<str> {
        &self.field
    }

    pub(super) fn id_of<'r>(&self, head: &RequestHead<'r>) -> RequestId<'r> {
        let sent = if self.accept { head.field(&self.field) } else { None };
        match sent.and_then(|line| line.text()).filter(|id| is_id(id)) {
            Some(id) => RequestId::Sent(id),
            None => RequestId::Made(self.make()),
        }
    }

    fn make(&self) -> ShortText {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut digits = [b'0'; DIGITS];
        let nibbles = nibbles(self.prefix, PREFIX_DIGITS).chain(nibbles(count, COUNT_DIGITS));
        for (digit, nibble) in digits.iter_mut().zip(nibbles) {
            *digit = if nibble < 10 {
                nibble.wrapping_add(b'0')
            } else {
                nibble.wrapping_sub(10).wrapping_add(b'a')
            };
        }
        ShortText::from_ascii(digits)
    }
}

/// The lowest `count` hexadecimal digits, the highest of them first.
fn nibbles(value: u64, count: u32) -> impl Iterator<Item = u8> {
    (0..count).rev().map(move |at| {
        let [lowest, ..] = value.wrapping_shr(at.wrapping_mul(4)).to_le_bytes();
        lowest & 0xf
    })
}

/// Whether an id that came may be repeated, in a field and in a log: nothing that could be taken for something else there.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/+=@,".contains(&byte);
    (1..=REQUEST_ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// The id of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RequestId<'r> {
    /// As it came.
    Sent(&'r str),
    /// As it was made.
    Made(ShortText),
}

impl RequestId<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Sent(id) => id,
            Self::Made(id) => id.as_str(),
        }
    }

    pub(super) fn to_field(self) -> FieldText {
        match self {
            Self::Sent(id) => FieldText::Owned(id.into()),
            Self::Made(id) => FieldText::Short(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_prefix_and_count() {
        let issuer = Issuer::new(RequestIds::new().prefix(0xfedc_ba98_7654_3210)).unwrap();
        let ids: Vec<_> = (0..17).map(|_| issuer.make()).collect();
        assert_eq!(ids[0].as_str(), "9876543210000000000000");
        assert_eq!(ids[16].as_str(), "9876543210000000000010");
        assert_ne!(
            Issuer::new(RequestIds::new()).unwrap().prefix,
            Issuer::new(RequestIds::new()).unwrap().prefix
        );
    }

    #[test]
    fn ids_that_came_are_judged() {
        for (id, is_good) in [
            ("a", true),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", true),
            ("Root=1-67891233-abcdef012345678912345678", true),
            (&"a".repeat(128), true),
            (&"a".repeat(129), false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("<script>", false),
            ("a\u{e9}", false),
            ("a;b", false),
        ] {
            assert_eq!(is_id(id), is_good, "{id}");
        }
    }

    #[test]
    fn the_field_is_checked() {
        for name in ["", "X Id", "Content-Length", "vary", "Content-Type"] {
            let built = Issuer::new(RequestIds::new().field(name));
            assert_eq!(built.err(), Some(ServiceError::RequestIdField(name.to_owned())));
        }
    }
}
