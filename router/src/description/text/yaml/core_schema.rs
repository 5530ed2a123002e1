//! Plain scalars by the core schema (YAML 1.2 §10.3.2), numbers in JSON form. Never panics.

use std::borrow::Cow;

/// What a plain scalar is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Core<'e> {
    Null,
    Boolean(bool),
    /// A whole number as JSON writes it.
    Integer(Cow<'e, str>),
    /// A number with a fraction or an exponent as JSON writes it.
    Float(Cow<'e, str>),
    /// Infinity or NaN, which JSON cannot say.
    NotFinite,
    /// None of the above: a string.
    Text,
}

/// Resolves the text of a plain scalar. Hexadecimal and octal integers beyond 128 bits are strings.
pub(super) fn resolve(text: &str) -> Core<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Core::Null,
        "true" | "True" | "TRUE" => Core::Boolean(true),
        "false" | "False" | "FALSE" => Core::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => Core::NotFinite,
        _ => {
            // What a number can begin with; the first byte settles nearly all strings.
            if matches!(text.as_bytes().first(), Some(b'0'..=b'9' | b'-' | b'+' | b'.')) {
                number(text)
            } else {
                Core::Text
            }
        }
    }
}

fn number(text: &str) -> Core<'_> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let (minus, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Core::NotFinite;
    }
    let (integer, rest) = split_digits(unsigned);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (digits, rest) = split_digits(rest);
            (Some(digits), rest)
        }
        None => (None, rest),
    };
    if integer.is_empty() && fraction.is_none_or(str::is_empty) {
        return Core::Text;
    }
    if !rest.is_empty() && !is_exponent(rest) {
        return Core::Text;
    }
    let parts = Parts { minus, integer, fraction, exponent: rest };
    parts.in_json(text)
}

/// A decimal number, taken apart.
struct Parts<'e> {
    minus: bool,
    integer: &'e str,
    fraction: Option<&'e str>,
    exponent: &'e str,
}

impl<'e> Parts<'e> {
    /// RFC 8259 §6 knows no `+`, no leading zeros, and wants digits on both sides of the point.
    fn in_json(&self, text: &'e str) -> Core<'e> {
        let zeros = self.integer.trim_start_matches('0');
        let integer = if zeros.is_empty() { "0" } else { zeros };
        let as_written = integer == self.integer && !text.starts_with('+') && self.fraction != Some("");
        let json = if as_written {
            Cow::Borrowed(text)
        } else {
            let sign = if self.minus { "-" } else { "" };
            let fraction = match self.fraction {
                None => String::new(),
                Some("") => ".0".to_owned(),
                Some(digits) => format!(".{digits}"),
            };
            Cow::Owned(format!("{sign}{integer}{fraction}{}", self.exponent))
        };
        if self.fraction.is_none() && self.exponent.is_empty() {
            Core::Integer(json)
        } else {
            Core::Float(json)
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(length).unwrap_or((text, ""))
}

fn is_exponent(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return false };
    let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn radix(digits: &str, radix: u32) -> Core<'_> {
    let signless = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match u128::from_str_radix(digits, radix) {
        Ok(value) if signless => Core::Integer(Cow::Owned(value.to_string())),
        Ok(_) | Err(_) => Core::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars() {
        let integer = |text: &'static str| Core::Integer(Cow::Borrowed(text));
        let float = |text: &'static str| Core::Float(Cow::Borrowed(text));
        for (text, expected) in [
            ("", Core::Null),
            ("~", Core::Null),
            ("NULL", Core::Null),
            ("nUll", Core::Text),
            ("true", Core::Boolean(true)),
            ("False", Core::Boolean(false)),
            ("yes", Core::Text),
            ("no", Core::Text),
            ("on", Core::Text),
            ("off", Core::Text),
            ("n", Core::Text),
            ("0", integer("0")),
            ("-0", integer("-0")),
            ("+12", integer("12")),
            ("007", integer("7")),
            ("-007", integer("-7")),
            ("00", integer("0")),
            ("1_000", Core::Text),
            ("190:20:30", Core::Text),
            ("12e03", float("12e03")),
            ("0o14", integer("12")),
            ("0x1F", integer("31")),
            ("0x", Core::Text),
            ("0x+1", Core::Text),
            ("-0x1F", Core::Text),
            ("0b11", Core::Text),
            ("18446744073709551616", integer("18446744073709551616")),
            ("0xFFFFFFFFFFFFFFFFFFFFFFFF", integer("79228162514264337593543950335")),
            ("1.5", float("1.5")),
            ("1.", float("1.0")),
            (".5", float("0.5")),
            ("-.5e+3", float("-0.5e+3")),
            ("+1.e3", float("1.0e3")),
            ("01.50", float("1.50")),
            (".", Core::Text),
            ("-", Core::Text),
            ("+", Core::Text),
            ("1e", Core::Text),
            ("1e+", Core::Text),
            ("e3", Core::Text),
            (".e3", Core::Text),
            ("1.2.3", Core::Text),
            ("3.1.0", Core::Text),
            ("2020-01-01", Core::Text),
            (".inf", Core::NotFinite),
            ("-.INF", Core::NotFinite),
            ("+.Inf", Core::NotFinite),
            (".NaN", Core::NotFinite),
            ("-.nan", Core::Text),
            ("inf", Core::Text),
        ] {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
}
