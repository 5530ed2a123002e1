//! Cookies to set: what is written is one line that a browser reads as the same cookie.

use crate::vocabulary::text_of_its_own;
use arbitrary::{Result, Unstructured};
use brrtrouter::{Cookie, SameSite};
use std::time::{Duration, SystemTime};

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, check);
}

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let (name, value) = (text(input)?, text(input)?);
    let mut cookie = Cookie::new(name.as_str(), value.as_str());
    let mut expected = vec![format!("{name}={value}")];
    if input.arbitrary()? {
        let domain = text(input)?;
        cookie = cookie.with_domain(domain.as_str());
        expected.push(format!("Domain={domain}"));
    }
    if input.arbitrary()? {
        let path = text(input)?;
        cookie = cookie.with_path(path.as_str());
        expected.push(format!("Path={path}"));
    }
    if input.arbitrary()? {
        let age = Duration::from_millis(input.arbitrary()?);
        cookie = cookie.with_max_age(age);
        expected.push(format!("Max-Age={}", age.as_secs()));
    }
    if input.arbitrary()? {
        let seconds = u64::from(input.arbitrary::<u32>()?) * 64;
        cookie = cookie.with_expires(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        expected.push(format!("Expires={}", date(seconds)));
    }
    let secure = input.arbitrary()?;
    if secure {
        cookie = cookie.secure();
        expected.push("Secure".to_owned());
    }
    if input.arbitrary()? {
        cookie = cookie.http_only();
        expected.push("HttpOnly".to_owned());
    }
    if input.arbitrary()? {
        cookie = cookie.with_same_site(SameSite::Lax);
        expected.push("SameSite=Lax".to_owned());
    }
    if let Ok(line) = cookie.to_field_value() {
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line:?}");
        assert_eq!(line.split("; ").collect::<Vec<_>>(), expected);
        let promised = name.to_ascii_lowercase();
        assert!(secure || !promised.starts_with("__secure-") && !promised.starts_with("__host-"), "{line:?}");
    }
    Ok(())
}

fn text(input: &mut Unstructured<'_>) -> Result<String> {
    const TEXTS: &[&str] = &["a", "__Host-a", "__secure-a", "/", "example.test", "\"b\"", "a; b", "a, b", ""];
    if input.ratio(1, 3)? { text_of_its_own(input) } else { Ok((*input.choose(TEXTS)?).to_owned()) }
}

/// The date of RFC 9110 §5.6.7, by counting days in eras of 400 years.
fn date(seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"];
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March end with the leap day.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era + u64::from(month >= 10);
    let weekday = DAYS[usize::try_from(days % 7).unwrap_or_default()];
    let month = MONTHS[usize::try_from(month).unwrap_or_default()];
    format!(
        "{weekday}, {day:02} {month} {year:04} {:02}:{:02}:{:02} GMT",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}
