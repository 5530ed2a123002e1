//! Counts by status code: one place for each code of IANA's registry, one for each class that holds any other.
//!
//! So that a handler that makes up status codes makes no series without end. Never panics.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

/// The codes that are told apart: those registered, without those that are unused.
const KNOWN: [u16; 62] = [
    100, 101, 102, 103, 104, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305,
    307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418,
    421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 511,
];
/// What the others are called.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
const PLACES: usize = 68;

const _: () = assert!(PLACES == KNOWN.len() + CLASSES.len(), "a place each");

/// How often each status code was answered.
#[derive(Debug)]
pub(super) struct StatusCounts([AtomicU64; PLACES]);

impl Default for StatusCounts {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }
}

impl StatusCounts {
    pub(super) fn count(&self, status: StatusCode) {
        if let Some(place) = self.0.get(place_of(status.as_u16())) {
            place.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The codes that occurred, and 500 in any case, so that the first of them shows as an increase.
    pub(super) fn read(&self) -> impl Iterator<Item = (String, u64)> {
        let known = KNOWN.iter().map(|code| (code.to_string(), *code == 500));
        let classes = CLASSES.iter().map(|class| ((*class).to_owned(), false));
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        let all = known.chain(classes).zip(counts);
        all.filter(|((_, always), count)| *always || *count > 0).map(|((name, _), count)| (name, count))
    }
}

fn place_of(code: u16) -> usize {
    KNOWN.binary_search(&code).unwrap_or_else(|_| {
        let class = usize::from(code / 100).saturating_sub(1).min(CLASSES.len().saturating_sub(1));
        KNOWN.len().saturating_add(class)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_place() {
        assert!(KNOWN.is_sorted());
        for (code, expected) in [
            (100, "100"),
            (150, "1xx"),
            (200, "200"),
            (299, "2xx"),
            (306, "3xx"),
            (418, "418"),
            (499, "4xx"),
            (500, "500"),
            (520, "5xx"),
            (600, "other"),
            (999, "other"),
        ] {
            let counts = StatusCounts::default();
            counts.count(StatusCode::from_u16(code).unwrap());
            let seen: Vec<_> = counts.read().filter(|(_, count)| *count > 0).collect();
            assert_eq!(seen, [(expected.to_owned(), 1)], "{code}");
        }
    }
}
