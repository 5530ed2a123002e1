//! From when to when a certificate is valid (RFC 5280 §4.1.2.5), which is all that is read of it here.
//!
//! Takes: a certificate in DER form. Gives: two moments as digits, year first, so that they compare as text. What is not understood is `None`:
//! nothing but a warning depends on it. Never panics.

use std::time::SystemTime;

/// Two moments as `YYYYMMDDHHMMSS`, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) not_before: String,
    pub(super) not_after: String,
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT Version`.
const VERSION: u8 = 0xa0;

impl Validity {
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let mut outer = Der(certificate);
        let mut to_be_signed = Der(Der(outer.take(SEQUENCE)?).take(SEQUENCE)?);
        if to_be_signed.0.first() == Some(&VERSION) {
            to_be_signed.take(VERSION)?;
        }
        to_be_signed.take(INTEGER)?;
        // The signature algorithm and the issuer stand between.
        to_be_signed.take(SEQUENCE)?;
        to_be_signed.take(SEQUENCE)?;
        let mut validity = Der(to_be_signed.take(SEQUENCE)?);
        Some(Self { not_before: validity.moment()?, not_after: validity.moment()? })
    }

    pub(super) fn has_ended(&self, now: SystemTime) -> bool {
        digits(now).is_some_and(|now| self.not_after < now)
    }

    pub(super) fn is_to_begin(&self, now: SystemTime) -> bool {
        digits(now).is_some_and(|now| now < self.not_before)
    }
}

/// What is left of a series of DER values.
struct Der<'d>(&'d [u8]);

impl<'d> Der<'d> {
    /// The content of the next value, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (first, rest) = self.0.split_first()?;
        if *first != tag {
            return None;
        }
        let (length, rest) = match rest.split_first()? {
            (short @ 0..=0x7f, rest) => (usize::from(*short), rest),
            (0x81, rest) => {
                let (length, rest) = rest.split_first()?;
                (usize::from(*length), rest)
            }
            (0x82, rest) => {
                let (length, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            (0x80.., _) => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    fn moment(&mut self) -> Option<String> {
        let is_short = self.0.first() == Some(&UTC_TIME);
        let text = self.take(if is_short { UTC_TIME } else { GENERALIZED_TIME })?;
        let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
        let century = match (is_short, text.get(..1)?) {
            (false, _) => "",
            (true, "5" | "6" | "7" | "8" | "9") => "19",
            (true, _) => "20",
        };
        let all = [century, text].concat();
        (all.len() == "YYYYMMDDHHMMSS".len() && all.bytes().all(|octet| octet.is_ascii_digit()))
            .then_some(all)
    }
}

/// A moment in the same form, by way of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn digits(moment: SystemTime) -> Option<String> {
    const MONTHS: [(&str, &str); 12] = [
        ("Jan", "01"),
        ("Feb", "02"),
        ("Mar", "03"),
        ("Apr", "04"),
        ("May", "05"),
        ("Jun", "06"),
        ("Jul", "07"),
        ("Aug", "08"),
        ("Sep", "09"),
        ("Oct", "10"),
        ("Nov", "11"),
        ("Dec", "12"),
    ];
    let text = httpdate::fmt_http_date(moment);
    let mut words = text.split(' ').skip(1);
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (_, month) = MONTHS.iter().find(|(name, _)| *name == month)?;
    Some([year, month, day, &time.replace(':', "")].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn value(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    }

    fn certificate(before: (u8, &str), after: (u8, &str)) -> Vec<u8> {
        let validity = [value(before.0, before.1.as_bytes()), value(after.0, after.1.as_bytes())].concat();
        let parts = [
            value(VERSION, &[2, 1, 2]),
            value(INTEGER, &[7]),
            value(SEQUENCE, &[]),
            value(SEQUENCE, &[]),
            value(SEQUENCE, &validity),
        ];
        value(SEQUENCE, &value(SEQUENCE, &parts.concat()))
    }

    #[test]
    fn moments_are_read_and_compared() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(digits(now).as_deref(), Some("19941106084937"));
        let cases = [
            ("930101000000Z", "941106084936Z", true, false),
            ("930101000000Z", "941106084937Z", false, false),
            ("941106084938Z", "490101000000Z", false, true),
        ];
        for (before, after, has_ended, is_to_begin) in cases {
            let validity = Validity::of(&certificate((UTC_TIME, before), (UTC_TIME, after))).unwrap();
            assert_eq!(
                (validity.has_ended(now), validity.is_to_begin(now)),
                (has_ended, is_to_begin),
                "{before}"
            );
        }
        let long = certificate((UTC_TIME, "930101000000Z"), (GENERALIZED_TIME, "20500101000000Z"));
        assert_eq!(Validity::of(&long).unwrap().not_after, "20500101000000");
    }

    #[test]
    fn what_is_cut_or_odd_has_no_validity() {
        let whole = certificate((UTC_TIME, "930101000000Z"), (UTC_TIME, "940101000000Z"));
        for cut in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..cut]), None, "{cut}");
        }
        for odd in ["930101000000", "9301010000Z", "93010100000xZ", "Z", ""] {
            assert_eq!(
                Validity::of(&certificate((UTC_TIME, odd), (UTC_TIME, "940101000000Z"))),
                None,
                "{odd}"
            );
        }
    }
}
