//! Media types and `Accept`: what is parsed is written and parsed as the same, and a choice is the best there is.
//!
//! The text's lines: one `Accept` list, then the media types that are offered.

use brrtrouter::content::{Accept, MediaType, MediaTypeKey, Quality, most_specific};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (list, offered) = text.split_once('\n').unwrap_or((text, ""));
    let accept = Accept::parse([list]);
    let offered: Vec<MediaType<'_>> = offered.lines().take(16).filter_map(media_type).collect();
    for one in &offered {
        if let Some(found) = most_specific(offered.iter().copied(), one) {
            let closest = offered[found].covers(one);
            assert!(offered.iter().all(|other| other.covers(one) <= closest), "{one} is nearer to another");
        }
    }
    match accept.choose(offered.iter().copied()) {
        Some(chosen) => {
            let best = accept.quality(&offered[chosen]);
            assert!(best > Quality::NONE && best <= Quality::FULL);
            assert!(
                offered.iter().all(|other| accept.quality(other) <= best),
                "{list:?} likes another better"
            );
        }
        None => assert!(offered.iter().all(|other| accept.quality(other) == Quality::NONE), "{list:?}"),
    }
    if accept.is_absent() {
        assert!(offered.iter().all(|other| accept.quality(other) == Quality::FULL));
    }
}

fn media_type(text: &str) -> Option<MediaType<'_>> {
    let parsed = MediaType::parse(text);
    assert_eq!(MediaTypeKey::new(text).is_ok(), parsed.is_ok(), "{text:?}");
    let parsed = parsed.ok()?;
    let written = parsed.to_string();
    assert_eq!(MediaType::parse(&written), Ok(parsed), "{text:?}");
    assert_eq!(parsed.covers(&parsed), Some(parsed.specificity()), "{text:?}");
    assert_eq!(MediaType::parse_concrete(text).is_err(), parsed.is_range(), "{text:?}");
    for parameter in parsed.parameters() {
        assert_eq!(parsed.parameter(parameter.name).map(|value| value.text()), Some(parameter.value.text()));
    }
    Some(parsed)
}
