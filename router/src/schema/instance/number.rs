//! Numbers by their text: exact comparison and division, whatever their size.
//!
//! Takes: number text in JSON form (RFC 8259 §6). Gives: order, equality, integrality, divisibility
//! without binary rounding and without allocation, in time linear in the text. Exponents saturate
//! at 64 bits. Never panics: text that is no number reads as what its digits say.

use super::narrow;
use std::cmp::Ordering;

/// A decimal number, read in place: `0.digits x 10^point`, without leading or trailing zeros.
///
/// ```
/// use brrtrouter::schema::instance::Decimal;
///
/// assert_eq!(Decimal::parse("1.50"), Decimal::parse("15e-1"));
/// assert!(Decimal::parse("9007199254740993") > Decimal::parse("9007199254740992"));
/// assert_eq!(Decimal::parse("1070468.13").is_multiple_of(&Decimal::parse("0.01")), Some(true));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'t> {
    negative: bool,
    /// Significant digits before the decimal point of the text.
    whole: &'t [u8],
    /// Significant digits after it.
    fraction: &'t [u8],
    point: i64,
}

impl<'t> Decimal<'t> {
    /// Reads a number's text.
    #[must_use]
    pub fn parse(text: &'t str) -> Self {
        let (mantissa, exponent) = split_once(text.as_bytes(), |byte| matches!(byte, b'e' | b'E'));
        let (negative, digits) = match mantissa {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let (whole, fraction) = split_once(digits, |byte| byte == b'.');
        Self::from_parts(negative, whole, fraction, parse_exponent(exponent))
    }

    fn from_parts(negative: bool, whole: &'t [u8], fraction: &'t [u8], exponent: i64) -> Self {
        let mut whole = trim_zeros_start(whole);
        let mut fraction = trim_zeros_end(fraction);
        let mut point = exponent.saturating_add(i64::from(narrow(whole.len())));
        if whole.is_empty() {
            let significant = trim_zeros_start(fraction);
            let zeros = fraction.len().saturating_sub(significant.len());
            point = point.saturating_sub(i64::from(narrow(zeros)));
            fraction = significant;
        }
        if fraction.is_empty() {
            whole = trim_zeros_end(whole);
        }
        let zero = whole.is_empty() && fraction.is_empty();
        Self { negative: negative && !zero, whole, fraction, point: if zero { 0 } else { point } }
    }

    fn digits(&self) -> impl Iterator<Item = u8> + 't {
        self.whole.iter().chain(self.fraction).map(|digit| digit.wrapping_sub(b'0').min(9))
    }

    fn digit_count(&self) -> i64 {
        i64::from(narrow(self.whole.len())).saturating_add(i64::from(narrow(self.fraction.len())))
    }

    /// Whether the number is zero, whatever its sign.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    /// Whether the number has no fraction (`1.0` and `1e3` are integers, SCH-011).
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.point >= self.digit_count()
    }

    fn magnitude(&self) -> Option<u128> {
        if self.is_zero() {
            return Some(0);
        }
        if !self.is_integer() || self.point > 39 {
            return None;
        }
        let mut value: u128 = 0;
        for digit in self.digits() {
            value = value.checked_mul(10)?.checked_add(u128::from(digit))?;
        }
        let zeros = u32::try_from(self.point.saturating_sub(self.digit_count())).ok()?;
        value.checked_mul(10_u128.checked_pow(zeros)?)
    }

    /// The value as an unsigned integer, when it is one exactly.
    #[must_use]
    pub fn to_u128(&self) -> Option<u128> {
        if self.negative { None } else { self.magnitude() }
    }

    /// The value as a signed integer, when it is one exactly.
    #[must_use]
    pub fn to_i128(&self) -> Option<i128> {
        let magnitude = self.magnitude()?;
        if self.negative { 0_i128.checked_sub_unsigned(magnitude) } else { i128::try_from(magnitude).ok() }
    }

    /// The value as an unsigned integer of 64 bits, when it is one exactly.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        u64::try_from(self.to_u128()?).ok()
    }

    /// The value as a signed integer of 64 bits, when it is one exactly.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(self.to_i128()?).ok()
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits().cmp(other.digits())),
        }
    }

    /// Whether division by `divisor` gives an integer (JSON Schema `multipleOf`). `None` when the
    /// divisor is zero or has more than 19 significant digits.
    #[must_use]
    pub fn is_multiple_of(&self, divisor: &Self) -> Option<bool> {
        let modulus = u128::from(divisor.coefficient()?);
        if modulus == 0 {
            return None;
        }
        if self.is_zero() {
            return Some(true);
        }
        // The coefficients have no trailing zero: a coarser divisor never divides.
        let Ok(shift) = u64::try_from(self.scale().saturating_sub(divisor.scale())) else {
            return Some(false);
        };
        let mut remainder: u128 = 0;
        for digit in self.digits() {
            // Below 2^64 * 10 + 9: no step overflows.
            remainder = remainder.wrapping_mul(10).wrapping_add(u128::from(digit)).checked_rem(modulus)?;
        }
        let power = power_of_ten(shift, modulus)?;
        Some(remainder.wrapping_mul(power).checked_rem(modulus)? == 0)
    }

    /// The digits as an integer, when they fit.
    fn coefficient(&self) -> Option<u64> {
        let mut value: u64 = 0;
        for digit in self.digits() {
            value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        }
        Some(value)
    }

    /// The power of ten of the last significant digit.
    fn scale(&self) -> i64 {
        self.point.saturating_sub(self.digit_count())
    }

    /// Feeds a hasher so that equal numbers hash alike.
    pub(super) fn hash_digits<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.negative));
        state.write_i64(self.point);
        for digit in self.digits() {
            state.write_u8(digit);
        }
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal<'_> {}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
        }
    }
}

/// Whether a number has neither fraction nor exponent.
pub(in crate::schema) fn is_written_as_integer(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// Whether a number has no fraction, however it is written (SCH-011).
pub(crate) fn is_integer(text: &str) -> bool {
    is_written_as_integer(text) || Decimal::parse(text).is_integer()
}

/// What stands before and behind the first separator; nothing behind where there is none.
fn split_once(text: &[u8], is_separator: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let at = text.iter().position(|byte| is_separator(*byte)).unwrap_or(text.len());
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, &[]));
    (before, rest.get(1..).unwrap_or_default())
}

fn trim_zeros_start(mut digits: &[u8]) -> &[u8] {
    while let [b'0', rest @ ..] = digits {
        digits = rest;
    }
    digits
}

fn trim_zeros_end(mut digits: &[u8]) -> &[u8] {
    while let [rest @ .., b'0'] = digits {
        digits = rest;
    }
    digits
}

fn parse_exponent(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let magnitude = digits.iter().fold(0_i64, |value, digit| {
        value.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0').min(9)))
    });
    if negative { 0_i64.saturating_sub(magnitude) } else { magnitude }
}

/// `10^exponent mod modulus` by squaring; `modulus` is below 2^64, so products stay below 2^128.
fn power_of_ten(mut exponent: u64, modulus: u128) -> Option<u128> {
    let mut result: u128 = 1_u128.checked_rem(modulus)?;
    let mut base: u128 = 10_u128.checked_rem(modulus)?;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base).checked_rem(modulus)?;
        }
        base = base.wrapping_mul(base).checked_rem(modulus)?;
        exponent >>= 1;
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::Decimal;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    #[test]
    fn order_is_exact() {
        let check = |a: &str, b: &str, order: Ordering| {
            assert_eq!(Decimal::parse(a).cmp(&Decimal::parse(b)), order, "{a} {b}");
            assert_eq!(Decimal::parse(b).cmp(&Decimal::parse(a)), order.reverse(), "{b} {a}");
        };
        check("0", "-0.0", Ordering::Equal);
        check("0e5", "0", Ordering::Equal);
        check("1", "1.000", Ordering::Equal);
        check("100", "1e2", Ordering::Equal);
        check("0.001", "1E-3", Ordering::Equal);
        check("12.5", "125e-1", Ordering::Equal);
        check("9007199254740993", "9007199254740992", Ordering::Greater);
        check("18446744073709551616", "18446744073709551615.9", Ordering::Greater);
        check("-2", "-1", Ordering::Less);
        check("0.1", "0.09", Ordering::Greater);
        check("1e999999999999999999999", "1e400", Ordering::Greater);
        check("1e-999999999999999999999", "0", Ordering::Greater);
        check("123", "1234", Ordering::Less);
        check("123", "122.9", Ordering::Greater);
    }

    #[test]
    fn division_is_exact() {
        let check = |value: &str, divisor: &str, expected: Option<bool>| {
            assert_eq!(
                Decimal::parse(value).is_multiple_of(&Decimal::parse(divisor)),
                expected,
                "{value} / {divisor}"
            );
        };
        check("0", "3", Some(true));
        check("1070468.13", "0.01", Some(true));
        check("1070468.135", "0.01", Some(false));
        check("4.02", "0.01", Some(true));
        check("0.3", "0.1", Some(true));
        check("135107988821114880000000000000", "3", Some(true));
        check("135107988821114880000000000001", "3", Some(false));
        check("1e308", "0.5", Some(true));
        check("1e1000000000", "7", Some(false));
        check("25", "50", Some(false));
        check("50", "50", Some(true));
        check("100", "50", Some(true));
        check("-15", "5", Some(true));
        check("1", "0", None);
        check("1", "12345678901234567890123", None);
    }

    proptest! {
        #[test]
        fn integers_agree_with_native(a: i64, b in 1_i64.., scale in 0_u32..4) {
            let (text, divisor) = (format!("{a}{}", "0".repeat(scale as usize)), b.to_string());
            let native = i128::from(a) * 10_i128.pow(scale);
            prop_assert_eq!(Decimal::parse(&text).to_i128(), Some(native));
            prop_assert_eq!(Decimal::parse(&text).is_multiple_of(&Decimal::parse(&divisor)), Some(native % i128::from(b) == 0));
            prop_assert_eq!(Decimal::parse(&a.to_string()).cmp(&Decimal::parse(&divisor)), a.cmp(&b));
        }

        #[test]
        fn floats_agree_with_native(a: f64, b: f64) {
            prop_assume!(a.is_finite() && b.is_finite());
            let (x, y) = (format!("{a:e}"), format!("{b:e}"));
            prop_assert_eq!(Some(Decimal::parse(&x).cmp(&Decimal::parse(&y))), a.partial_cmp(&b));
        }
    }
}
