//! A cookie to set (RFC 6265bis §4.1): one Set-Cookie line, checked.
//!
//! Takes: name, value and attributes. Gives: the text of a Set-Cookie field, or why a browser would
//! not take it. Never panics.

use std::fmt;
use std::fmt::Write;
use std::time::{Duration, SystemTime};

use crate::description::token::is_token;
use crate::limits;

/// With which cross-site requests a cookie is sent (RFC 6265bis §4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// With none.
    Strict,
    /// With top-level navigation only.
    Lax,
    /// With all; the cookie has to be `Secure`.
    None,
}

impl SameSite {
    const fn name(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// Why a cookie cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieError {
    /// The name is not a token.
    Name,
    /// The value holds an octet that is none of the cookie octets.
    Value,
    /// The Domain or Path attribute holds a control, `;` or an octet outside ASCII.
    Attribute,
    /// Name, value or an attribute is longer than browsers keep.
    TooLong,
    /// `SameSite=None` or `Partitioned` without `Secure`.
    NotSecure,
    /// The name begins with `__Secure-` or `__Host-`, and the attributes are not those it promises.
    Prefix,
    /// The expiry lies behind the year 9999.
    Expires,
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "the cookie's name is not a token",
            Self::Value => "the cookie's value holds an octet that cookies cannot carry",
            Self::Attribute => "an attribute of the cookie holds an octet that it cannot carry",
            Self::TooLong => "the cookie is longer than browsers keep",
            Self::NotSecure => "the cookie has to be Secure",
            Self::Prefix => "the cookie's name promises attributes that it does not have",
            Self::Expires => "the cookie's expiry is out of range",
        })
    }
}

impl std::error::Error for CookieError {}

/// A cookie to set. It is sent to this host only, for the session only, unless an attribute says
/// otherwise.
///
/// ```
/// use brrtrouter::{Cookie, Response, SameSite};
///
/// let cookie = Cookie::new("__Host-session", "31d4d96e407aad42")
///     .with_path("/")
///     .with_same_site(SameSite::Lax)
///     .secure()
///     .http_only();
/// let response = Response::no_content().with_cookie(&cookie);
/// assert_eq!(
///     response.field("set-cookie"),
///     Some("__Host-session=31d4d96e407aad42; Path=/; Secure; HttpOnly; SameSite=Lax"),
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    value: String,
    domain: Option<String>,
    path: Option<String>,
    max_age_seconds: Option<u64>,
    expires: Option<SystemTime>,
    same_site: Option<SameSite>,
    secure: bool,
    http_only: bool,
    partitioned: bool,
}

impl Cookie {
    /// A cookie without attributes.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            domain: None,
            path: None,
            max_age_seconds: None,
            expires: None,
            same_site: None,
            secure: false,
            http_only: false,
            partitioned: false,
        }
    }

    /// A cookie that makes the browser forget the one of this name; Path and Domain have to be those
    /// that it was set with.
    #[must_use]
    pub fn removal(name: impl Into<String>) -> Self {
        Self::new(name, "").with_max_age(Duration::ZERO)
    }

    /// The same cookie, sent to this domain and all below it.
    #[must_use]
    pub fn with_domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The same cookie, sent for this path and all below it.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same cookie, kept this long; parts of a second do not count.
    #[must_use]
    pub const fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age_seconds = Some(age.as_secs());
        self
    }

    /// The same cookie, kept until this moment; [`with_max_age`](Self::with_max_age) wins over it.
    #[must_use]
    pub const fn with_expires(mut self, moment: SystemTime) -> Self {
        self.expires = Some(moment);
        self
    }

    /// The same cookie with a rule for cross-site requests.
    #[must_use]
    pub const fn with_same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// The same cookie, sent over secure connections only.
    #[must_use]
    pub const fn secure(mut self) -> Self {
        self.secure = true;
        self
    }

    /// The same cookie, hidden from scripts.
    #[must_use]
    pub const fn http_only(mut self) -> Self {
        self.http_only = true;
        self
    }

    /// The same cookie, kept apart for every top-level site.
    #[must_use]
    pub const fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// The value of the Set-Cookie field.
    ///
    /// # Errors
    /// A [`CookieError`] when a browser would refuse the cookie or read it in another way.
    pub fn to_field_value(&self) -> Result<String, CookieError> {
        self.check()?;
        let mut text = format!("{}={}", self.name, self.value);
        let attributes = [("Domain", self.domain.as_deref()), ("Path", self.path.as_deref())];
        let expires = self.expires.map(|moment| http_date(moment).ok_or(CookieError::Expires)).transpose()?;
        let age = self.max_age_seconds.map(|seconds| seconds.to_string());
        let computed = [("Max-Age", age.as_deref()), ("Expires", expires.as_deref())];
        for (name, value) in attributes.into_iter().chain(computed) {
            let written = value.map_or(Ok(()), |value| write!(text, "; {name}={value}"));
            debug_assert!(written.is_ok(), "a String takes everything");
        }
        for (set, flag) in
            [(self.secure, "; Secure"), (self.http_only, "; HttpOnly"), (self.partitioned, "; Partitioned")]
        {
            text.push_str(if set { flag } else { "" });
        }
        if let Some(same_site) = self.same_site {
            text.push_str("; SameSite=");
            text.push_str(same_site.name());
        }
        Ok(text)
    }

    fn check(&self) -> Result<(), CookieError> {
        if !is_token(&self.name) {
            return Err(CookieError::Name);
        }
        if !is_cookie_value(&self.value) {
            return Err(CookieError::Value);
        }
        if self.name.len().saturating_add(self.value.len()) > limits::COOKIE_BYTES_MAX {
            return Err(CookieError::TooLong);
        }
        for text in [&self.domain, &self.path].into_iter().flatten() {
            if text.len() > limits::COOKIE_ATTRIBUTE_BYTES_MAX {
                return Err(CookieError::TooLong);
            }
            if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b';') {
                return Err(CookieError::Attribute);
            }
        }
        if !self.secure && (self.partitioned || self.same_site == Some(SameSite::None)) {
            return Err(CookieError::NotSecure);
        }
        self.check_prefix()
    }

    /// The promises of name prefixes (RFC 6265bis §4.1.3); browsers compare them without case.
    fn check_prefix(&self) -> Result<(), CookieError> {
        let has = |prefix: &str| {
            self.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let host_only = self.domain.is_none() && self.path.as_deref() == Some("/");
        let broken = (has("__Secure-") && !self.secure) || (has("__Host-") && !(self.secure && host_only));
        if broken { Err(CookieError::Prefix) } else { Ok(()) }
    }
}

/// Whether `text` holds only cookie octets, with quotes round the whole at most (RFC 6265 §4.1.1).
fn is_cookie_value(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    inner.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte))
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SECONDS_OF_DAY: u64 = 86_400;

/// The IMF-fixdate of RFC 9110 §5.6.7; `None` after 9999. A moment before 1970 is given as 1970: both
/// have expired.
fn http_date(moment: SystemTime) -> Option<String> {
    let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = seconds.checked_div(SECONDS_OF_DAY)?;
    let of_day = seconds.checked_rem(SECONDS_OF_DAY)?;
    let (year, month, day) = civil(days)?;
    let weekday = DAYS.get(usize::try_from(days.checked_rem(7)?).ok()?)?;
    let (hour, minute, second) =
        (of_day.checked_div(3600)?, of_day.checked_rem(3600)?.checked_div(60)?, of_day.checked_rem(60)?);
    Some(format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"))
}

/// Year, month and day of month of a number of days since 1970-01-01, counted year by year: at most
/// some 8000 steps, for an attribute that is rarely used.
fn civil(mut days: u64) -> Option<(u16, &'static str, u64)> {
    let mut year = 1970_u16;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days = days.checked_sub(length)?;
        year = year.checked_add(1).filter(|year| *year <= 9999)?;
    }
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (name, length) in MONTHS.iter().zip(lengths) {
        if days < length {
            return Some((year, name, days.checked_add(1)?));
        }
        days = days.checked_sub(length)?;
    }
    None
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_written_or_refused() {
        let plain = || Cookie::new("a", "b");
        let cases: Vec<(Cookie, Result<&str, CookieError>)> = vec![
            (plain(), Ok("a=b")),
            (Cookie::new("a", "\"b\""), Ok("a=\"b\"")),
            (Cookie::new("a", ""), Ok("a=")),
            (plain().with_domain("x.org").with_path("/p"), Ok("a=b; Domain=x.org; Path=/p")),
            (plain().with_max_age(Duration::from_millis(1500)), Ok("a=b; Max-Age=1")),
            (Cookie::removal("a"), Ok("a=; Max-Age=0")),
            (plain().secure().http_only().partitioned(), Ok("a=b; Secure; HttpOnly; Partitioned")),
            (plain().secure().with_same_site(SameSite::None), Ok("a=b; Secure; SameSite=None")),
            (Cookie::new("__Secure-a", "b").secure(), Ok("__Secure-a=b; Secure")),
            (Cookie::new("", "b"), Err(CookieError::Name)),
            (Cookie::new("a b", "b"), Err(CookieError::Name)),
            (Cookie::new("a", "b;c"), Err(CookieError::Value)),
            (Cookie::new("a", "b, c"), Err(CookieError::Value)),
            (Cookie::new("a", "b\r\nX: y"), Err(CookieError::Value)),
            (Cookie::new("a", "\u{e9}"), Err(CookieError::Value)),
            (Cookie::new("a", "b".repeat(4096)), Err(CookieError::TooLong)),
            (plain().with_path("/".repeat(1025)), Err(CookieError::TooLong)),
            (plain().with_path("/; Domain=x"), Err(CookieError::Attribute)),
            (plain().with_domain("x\n"), Err(CookieError::Attribute)),
            (plain().with_same_site(SameSite::None), Err(CookieError::NotSecure)),
            (plain().partitioned(), Err(CookieError::NotSecure)),
            (Cookie::new("__secure-a", "b"), Err(CookieError::Prefix)),
            (Cookie::new("__Host-a", "b").secure(), Err(CookieError::Prefix)),
            (Cookie::new("__Host-a", "b").secure().with_path("/").with_domain("x"), Err(CookieError::Prefix)),
        ];
        for (cookie, expected) in cases {
            assert_eq!(cookie.to_field_value().as_deref(), expected.as_deref(), "{cookie:?}");
        }
    }

    #[test]
    fn dates_have_the_preferred_form() {
        let cases: &[(u64, Option<&str>)] = &[
            (0, Some("Thu, 01 Jan 1970 00:00:00 GMT")),
            (784_111_777, Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            (951_782_400, Some("Tue, 29 Feb 2000 00:00:00 GMT")),
            (4_107_542_399, Some("Sun, 28 Feb 2100 23:59:59 GMT")),
            (4_107_542_400, Some("Mon, 01 Mar 2100 00:00:00 GMT")),
            (253_402_300_799, Some("Fri, 31 Dec 9999 23:59:59 GMT")),
            (253_402_300_800, None),
        ];
        for (seconds, expected) in cases {
            let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(*seconds);
            assert_eq!(http_date(moment).as_deref(), *expected, "{seconds}");
        }
    }
}
