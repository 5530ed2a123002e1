//! Proactive negotiation: `Accept` field lines and offered media types -> one of them (RFC 9110 §12.5.1, HTTP-008).
//!
//! Takes: the field values of one request. Gives: the index of the offered type to send, or `None`, from which
//! the caller makes a 406. Malformed elements of the list are passed over one by one; a list without a single
//! well-formed element counts as absent, so that everything is acceptable. Elements behind the first
//! [`limits::content::ACCEPT_RANGES_MAX`] are not read. Allocates nothing; never panics.

use arrayvec::ArrayVec;

use super::field_syntax::{ListElements, next_parameter};
use super::media_type::{MediaType, Specificity};
use crate::limits;
use crate::serve::RequestHead;

/// A quality value in thousandths: 1000 is `q=1`, 0 is `not acceptable` (RFC 9110 §12.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality(u16);

impl Quality {
    /// `q=1`, which is also meant where no weight is given.
    pub const FULL: Self = Self(1000);
    /// `q=0`: not acceptable.
    pub const NONE: Self = Self(0);

    /// Parses `0`, `1`, `0.5`, `1.000`: at most three digits behind the point.
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let scale = match fraction.len() {
            0 => 1000_u16,
            1 => 100,
            2 => 10,
            _ => 1,
        };
        let thousandths = fraction.parse::<u16>().unwrap_or(0).saturating_mul(scale);
        match (whole, thousandths) {
            ("0", _) => Some(Self(if fraction.is_empty() { 0 } else { thousandths })),
            ("1", 0) => Some(Self::FULL),
            _ => None,
        }
    }

    /// The value in thousandths.
    #[must_use]
    pub const fn thousandths(self) -> u16 {
        self.0
    }
}

/// One media range of an `Accept` list.
#[derive(Clone, Copy, Debug)]
struct Preference<'r> {
    range: MediaType<'r>,
    quality: Quality,
}

/// The media ranges that a client accepts.
///
/// ```
/// use brrtrouter::content::{Accept, MediaType};
///
/// let accept = Accept::parse(["text/html, application/json;q=0.9, image/*;q=0"]);
/// let offered = ["application/json", "image/png"].map(|text| MediaType::parse(text).unwrap());
/// assert_eq!(accept.choose(offered), Some(0));
/// assert_eq!(accept.choose([offered[1]]), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accept<'r> {
    preferences: ArrayVec<Preference<'r>, { limits::content::ACCEPT_RANGES_MAX }>,
}

impl<'r> Accept<'r> {
    /// The `Accept` field lines of a request.
    #[must_use]
    pub fn of(head: &RequestHead<'r>) -> Self {
        Self::parse(head.fields_named("accept").filter_map(|line| line.text()))
    }

    /// The lists of all `Accept` field lines, in order.
    pub fn parse<L: IntoIterator<Item = &'r str>>(lines: L) -> Self {
        let mut preferences = ArrayVec::new();
        let elements = lines.into_iter().flat_map(ListElements::new);
        let read = elements.take(limits::content::ACCEPT_RANGES_MAX);
        for preference in read.filter_map(Preference::parse) {
            // The iterator gives no more than fits.
            if preferences.try_push(preference).is_err() {
                break;
            }
        }
        Self { preferences }
    }

    /// Whether the client stated no preference that could be understood.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.preferences.is_empty()
    }

    /// How welcome `media_type` is: the weight of the most specific range that covers it.
    ///
    /// An offered range (`image/*`) is as welcome as the best type it may stand for.
    #[must_use]
    pub fn quality(&self, media_type: &MediaType<'_>) -> Quality {
        self.rank(media_type).quality
    }

    /// The offered type to send: the highest weight, then the closest range, then the range that the client
    /// names first, then the one offered first. `None` where nothing is acceptable.
    pub fn choose<'o, O: IntoIterator<Item = MediaType<'o>>>(&self, offered: O) -> Option<usize> {
        let mut best: Option<(usize, Rank)> = None;
        for (index, media_type) in offered.into_iter().enumerate() {
            let rank = self.rank(&media_type);
            if rank.quality > Quality::NONE && best.is_none_or(|(_, other)| rank > other) {
                best = Some((index, rank));
            }
        }
        best.map(|(index, _)| index)
    }

    fn rank(&self, media_type: &MediaType<'_>) -> Rank {
        if self.is_absent() {
            return Rank { quality: Quality::FULL, specificity: None, place: std::cmp::Reverse(0) };
        }
        let ranked = self.preferences.iter().enumerate().filter_map(|(place, preference)| {
            let specificity = preference
                .range
                .covers(media_type)
                .or_else(|| media_type.is_range().then(|| media_type.covers(&preference.range)).flatten())?;
            let place = std::cmp::Reverse(place);
            Some(Rank { quality: preference.quality, specificity: Some(specificity), place })
        });
        let best = if media_type.is_range() {
            ranked.max()
        } else {
            ranked.max_by_key(|rank| (rank.specificity, rank.place))
        };
        best.unwrap_or(Rank { quality: Quality::NONE, specificity: None, place: std::cmp::Reverse(0) })
    }
}

/// What one offered type is worth; greater is better, in the order of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    quality: Quality,
    specificity: Option<Specificity>,
    place: std::cmp::Reverse<usize>,
}

impl<'r> Preference<'r> {
    /// `media-range [ weight ]`: the parameters before `q` belong to the range, what follows it does not.
    fn parse(element: &'r str) -> Option<Self> {
        let whole = MediaType::parse(element).ok()?;
        let Some(weight) = whole.parameter("q") else {
            return Some(Self { range: whole, quality: Quality::FULL });
        };
        let quality = Quality::parse(&weight.text())?;
        let before = before_weight(element)?;
        Some(Self { range: MediaType::parse(before).ok()?, quality })
    }
}

/// The element up to the `;` of its parameter `q`.
fn before_weight(element: &str) -> Option<&str> {
    let mut rest = element.get(element.find(';')?..)?;
    loop {
        let end = element.len().checked_sub(rest.len())?;
        let (parameter, next) = next_parameter(rest).ok()??;
        if parameter.name.eq_ignore_ascii_case("q") {
            return element.get(..end);
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weights() {
        let cases = [
            ("0", Some(0)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.123", Some(123)),
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("1.1", None),
            ("0.1234", None),
            ("2", None),
            ("", None),
            ("-1", None),
            (".5", None),
            ("0.a", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Quality::parse(text).map(Quality::thousandths), expected, "{text:?}");
        }
    }

    fn check(accept: &[&str], offered: &[&str], expected: Option<usize>) {
        let parsed = Accept::parse(accept.iter().copied());
        let chosen = parsed.choose(offered.iter().map(|text| MediaType::parse(text).unwrap()));
        assert_eq!(chosen, expected, "Accept: {accept:?}, offered {offered:?}");
    }

    #[test]
    fn choices() {
        let json_xml = ["application/json", "application/xml"];
        // Absent, empty and wholly malformed lists accept everything.
        check(&[], &json_xml, Some(0));
        check(&[""], &json_xml, Some(0));
        check(&["nonsense, */json"], &json_xml, Some(0));
        // Weight, then specificity, then the client's order, then the server's.
        check(&["application/xml"], &json_xml, Some(1));
        check(&["application/json;q=0.1, application/xml;q=0.2"], &json_xml, Some(1));
        check(&["*/*, application/xml"], &json_xml, Some(1));
        check(&["application/xml, application/json"], &json_xml, Some(1));
        check(&["*/*"], &json_xml, Some(0));
        check(&["application/*;q=0.3"], &json_xml, Some(0));
        // Several field lines make one list.
        check(&["text/html", "application/xml"], &json_xml, Some(1));
        // The most specific range decides the weight, q=0 excludes.
        check(&["*/*, application/json;q=0"], &json_xml, Some(1));
        check(&["application/json;q=0, application/xml;q=0.000"], &json_xml, None);
        check(&["text/*, */*;q=0"], &json_xml, None);
        check(&["application/*;q=0.9, application/json;q=0.1, */*;q=0.5"], &json_xml, Some(1));
        check(&["text/html"], &json_xml, None);
        // A malformed element is passed over alone.
        check(&["application/json;q=high, application/xml;q=0.1"], &json_xml, Some(1));
        // Parameters distinguish; what follows the weight does not belong to the range.
        check(&["a/b;v=2, a/b;q=0.5"], &["a/b", "a/b;v=2"], Some(1));
        check(&["a/b;v=3"], &["a/b", "a/b;v=2"], None);
        check(&["a/b;q=1;v=3"], &["a/b"], Some(0));
        check(&["a/b;charset=utf-8"], &["a/b"], Some(0));
        check(&["a/b;v=\"1,2\", c/d;q=0.1"], &["c/d", "a/b;v=\"1,2\""], Some(1));
        // Ranges may be offered too.
        check(&["image/png"], &["image/*"], Some(0));
        check(&["image/png;q=0, image/gif"], &["image/*"], Some(0));
        check(&["text/plain"], &["image/*"], None);
        check(&["TEXT/HTML"], &["text/html"], Some(0));
    }

    #[test]
    fn a_flood_of_ranges_is_cut() {
        let many = "a/b, ".repeat(100_000);
        check(&[&many, "c/d"], &["c/d"], None);
        check(&["c/d", &many], &["c/d"], Some(0));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[ -~]{0,60}|([a-c*]/[a-c*](;q=[01](\\.[0-9]{0,4})?)?[,;]){0,8}") {
            let accept = Accept::parse([text.as_str()]);
            let offered = ["a/b", "b/c", "a/*"].map(|text| MediaType::parse(text).unwrap());
            if let Some(chosen) = accept.choose(offered) {
                prop_assert!(accept.quality(&offered[chosen]) > Quality::NONE);
                for other in &offered {
                    prop_assert!(accept.quality(other) <= accept.quality(&offered[chosen]));
                }
            }
        }
    }
}
