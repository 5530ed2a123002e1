//! One parameter of a query, found without decoding the others and without heap allocation.
//!
//! The query is read as `application/x-www-form-urlencoded`: pairs end at `&`, `+` is a space, and a
//! `%` that no two hexadecimal digits follow stands for itself.

/// The octets that `text` stands for.
fn decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (&first, behind) = rest.split_first()?;
        if first == b'%'
            && let [high, low, further @ ..] = behind
            && let Some(byte) = hexadecimal(*high, *low)
        {
            rest = further;
            return Some(byte);
        }
        rest = behind;
        Some(if first == b'+' { b' ' } else { first })
    })
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?).ok()
}

/// The raw values of every parameter called `name`, in order.
pub(super) fn values<'q>(query: &'q str, name: &str) -> impl Iterator<Item = &'q str> {
    query.split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        decoded(key.as_bytes()).eq(name.bytes()).then_some(value)
    })
}

/// The decoded text of `raw`: itself where nothing is encoded, else written into `scratch`; `None` where
/// it does not fit there or is not UTF-8.
pub(super) fn decode<'t>(raw: &'t str, scratch: &'t mut [u8]) -> Option<&'t str> {
    if !raw.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(raw);
    }
    let mut count = 0_usize;
    for byte in decoded(raw.as_bytes()) {
        *scratch.get_mut(count)? = byte;
        count = count.saturating_add(1);
    }
    std::str::from_utf8(scratch.get(..count)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_and_decoded() {
        let cases: &[(&str, &str, &[Option<&str>])] = &[
            ("k=a", "k", &[Some("a")]),
            ("x=1&k=a%20b+c&y", "k", &[Some("a b c")]),
            ("%6B=%2B", "k", &[Some("+")]),
            ("k=a&k=b", "k", &[Some("a"), Some("b")]),
            ("K=a&kk=a", "k", &[]),
            ("k", "k", &[Some("")]),
            ("k=%zz%4", "k", &[Some("%zz%4")]),
            ("k=%ff", "k", &[None]),
            ("a%5Bb%5D=1", "a[b]", &[Some("1")]),
            ("", "k", &[]),
        ];
        for (query, name, expected) in cases {
            let found: Vec<Option<String>> =
                values(query, name).map(|raw| decode(raw, &mut [0; 9]).map(str::to_owned)).collect();
            let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
            assert_eq!(found, *expected, "{query}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(decode("%41%41", &mut [0; 2]), Some("AA"));
        assert_eq!(decode("%41%41%41", &mut [0; 2]), None);
    }
}
