//! The `Date` field (RFC 9110 §6.6.1), written once a second.

use std::time::SystemTime;

/// A moment in the form of RFC 9110 §5.6.7: 29 octets.
#[derive(Debug)]
pub(super) struct DateText(Box<str>);

impl DateText {
    /// The text of a moment.
    pub(super) fn of(moment: SystemTime) -> Self {
        Self(httpdate::fmt_http_date(moment).into())
    }

    pub(super) const fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_moment_has_the_preferred_form() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(DateText::of(moment).as_bytes(), b"Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
