//! Mocks of whole descriptions, and of the deepest schemas, on a stack of the size that descriptions are built on.

use std::path::PathBuf;

use super::*;
use crate::description::OpenApi;
use crate::limits::{MOCK_LEVELS_MAX, MOCK_PATTERN_LEVELS_MAX};

/// What can be answered, and what not with the reason.
fn made(description: &Description) -> (usize, Vec<String>) {
    let openapi = OpenApi::new(description);
    let (mut count, mut faults) = (0, Vec::new());
    for declared in super::super::operation::declared(&openapi) {
        let options = SchemaOptions::default();
        let mut schemas = SchemaCompiler::new(description, &options);
        let responses = declared.view.responses();
        let to = (&mut schemas, &options);
        let plans = ResponsePlans::compile(description, &responses, to, &mut Diagnostics::new());
        let schemas = schemas.compile().unwrap();
        for answer in sample::answers(description, declared.view, (&plans, &schemas)) {
            let place = |what: &str| format!("{} {} {what}", declared.name, key_text(answer.key));
            faults.extend(answer.fault.as_deref().map(&place));
            if answer.contents.is_empty() {
                count += 1;
            }
            for content in &answer.contents {
                count += usize::from(!content.samples.is_empty());
                let without =
                    content.samples.is_empty().then(|| format!("{}: {}", content.key.text(), content.fault));
                faults.extend(without.as_deref().map(&place));
            }
        }
    }
    (count, faults)
}

/// Every answer that is counted passed the check of responses; what else there is must be listed here.
#[test]
fn realistic_descriptions_are_mocked() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../specs-corpus/documents/realistic");
    let mut found = Vec::new();
    for (name, _, _) in REALISTIC {
        let (count, faults) = made(&Description::from_path(folder.join(name)).unwrap());
        found.push((name, count, faults));
    }
    let listed = REALISTIC
        .map(|(name, count, faults)| (name, count, faults.iter().map(|&fault| fault.to_owned()).collect()));
    assert_eq!(found, Vec::from(listed));
}

/// How many answers there are, and what there is none for: media types that are told by examples only.
const REALISTIC: [(&str, usize, &[&str]); 4] = [
    ("back-office.yaml", 300, &[]),
    (
        "pet-store.yaml",
        44,
        &[
            "getPhoto 200 image/png: content of this media type is not made; give an example",
            "getPhoto 200 image/jpeg: content of this media type is not made; give an example",
        ],
    ),
    (
        "user-service.yaml",
        49,
        &["getAvatar 200 image/*: content of this media type is not made; give an example"],
    ),
    (
        "city/openapi.yaml",
        130,
        &[
            "findRoute 200 application/gpx+xml: content of this media type is not made; give an example",
            "getTicket 200 image/png: content of this media type is not made; give an example",
            "exportCollections 200 application/pdf: content of this media type is not made; give an example",
            "getTile 200 image/png: content of this media type is not made; give an example",
            "getTile 200 image/webp: content of this media type is not made; give an example",
            "getBill 200 application/pdf: content of this media type is not made; give an example",
            "traceWork 200 message/http: content of this media type is not made; give an example",
            "getFloorPlan 200 image/svg+xml: content of this media type is not made; give an example",
        ],
    ),
];

#[test]
fn the_deepest_mock_is_made() {
    let deepest = |levels: usize| {
        let groups = usize::try_from(MOCK_PATTERN_LEVELS_MAX).unwrap() - 2;
        let mut schema = format!(
            "{{\"type\":\"string\",\"pattern\":\"^{}a{}$\"}}",
            "(".repeat(groups),
            ")".repeat(groups)
        );
        for _ in 0..levels {
            schema =
                format!("{{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{{\"a\":{schema}}}}}");
        }
        let text = format!(
            "{{\"openapi\":\"3.1.2\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{\"/a\":{{\"get\":{{\"responses\":\
             {{\"200\":{{\"description\":\"a\",\"content\":{{\"application/json\":{{\"schema\":{schema}}}}}}}}}}}}}}}}}"
        );
        Description::from_text("deep.json", &text).unwrap()
    };
    let most = usize::try_from(MOCK_LEVELS_MAX).unwrap();
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
        assert_eq!(made(&deepest(most)), (1, Vec::new()));
        let (count, faults) = made(&deepest(most + 1));
        assert!(count == 0 && faults[0].contains("too deep"), "{faults:?}");
    });
    thread.unwrap().join().unwrap();
}
