//! The route table against the reference matcher, over small alphabets, so that templates overlap and paths nearly match.

use super::reference_matcher::{
    Outcome, Piece, ReferenceTable, Template, has_dot_segment, is_ambiguous, template_text,
};
use brrtrouter::{Captures, RouteTable, RouteTableError};
use http::Method;
use proptest::prelude::*;

const METHODS: [&str; 5] = ["GET", "POST", "HEAD", "OPTIONS", "COPY"];

/// Texts that are equal in normal form, texts that delimit, triplets that hold delimiters.
const TEXTS: [&str; 23] = [
    "a", "b", "ab", "-", ".", "%2F", "%2f", "%61", "2F", "F", "25", "\u{e9}", "%", " ", "aa", "a-b", LONG[0],
    LONG[1], LONG[2], LONG[3], LONG[4], LONG[5], LONG[6],
];

/// Texts of around one, two and three words, and of more, some of which begin and end alike.
const LONG: [&str; 7] = [
    "abcdefg",
    "abcdefgh",
    "abcdefghijklmnop",
    "abcdefghIjklmnop",
    "abcdefghijklmnopabcdefgh",
    "abcdefghijklmnop-abcdefghijklmnop",
    "abcdefghijklmnop_abcdefghijklmnop",
];

/// Pieces of paths: much of what templates hold, and what no template may match.
const PATH_TEXTS: [&str; 20] = [
    "a", "b", "ab", "-", ".", "%2F", "%2f", "%61", "2F", "F", "%25", "%C3%A9", "%c3%a9", "%20", "aa", "%2E",
    "%", "\"", LONG[2], LONG[6],
];

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(&METHODS[..]).prop_map(|name| name.parse().unwrap_or_default())
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        3 => prop::sample::select(&TEXTS[..]).prop_map(|text| Piece::Text(text.to_owned())),
        2 => Just(Piece::Expression),
    ]
}

fn literal() -> impl Strategy<Value = Vec<Piece>> {
    let texts = prop_oneof![3 => prop::sample::select(&TEXTS[..4]), 1 => prop::sample::select(&LONG[..])];
    texts.prop_map(|text| vec![Piece::Text(text.to_owned())])
}

fn segment() -> impl Strategy<Value = Vec<Piece>> {
    prop_oneof![
        4 => literal(),
        4 => Just(vec![Piece::Expression]),
        3 => prop::collection::vec(piece(), 0..5),
    ]
}

fn template() -> impl Strategy<Value = Template> {
    // A walk keeps the places of 63 segments, and sees 63, 127 or more octets of a path in different ways.
    let plain = || prop_oneof![3 => literal(), 1 => Just(vec![Piece::Expression])];
    let template = prop_oneof![
        8 => prop::collection::vec(segment(), 1..6),
        1 => prop::collection::vec(plain(), 15..20),
        1 => prop::collection::vec(plain(), 60..68),
    ];
    template.prop_filter("no path has a dot segment", |template| !has_dot_segment(template))
}

/// A path: that of a template with every expression filled in, or one of its own; perhaps with a segment added or taken.
fn path(templates: Vec<Template>) -> impl Strategy<Value = String> {
    let text = || prop::sample::select(&PATH_TEXTS[..]);
    let filling = prop::collection::vec(prop::collection::vec(text(), 1..3), 70);
    let free = prop::collection::vec(prop::collection::vec(text(), 0..3), 0..6).prop_map(|segments| {
        let segments: Vec<String> = segments.into_iter().map(|texts| texts.concat()).collect();
        format!("/{}", segments.join("/"))
    });
    let filled =
        (prop::sample::select(templates), filling, 0..8_usize).prop_map(|(template, filling, change)| {
            let mut fillings = filling.into_iter().map(|texts| texts.concat());
            let mut path = String::new();
            for segment in &template {
                path.push('/');
                for piece in segment {
                    match piece {
                        Piece::Text(text) => path.push_str(&sendable(text)),
                        Piece::Expression => path.push_str(&fillings.next().unwrap_or_default()),
                    }
                }
            }
            match change {
                0 => path + "/",
                1 => path + "/a",
                2 => path
                    .rsplit_once('/')
                    .filter(|(before, _)| !before.is_empty())
                    .map_or("/", |(before, _)| before)
                    .to_owned(),
                3 => path.replacen('a', "%61", 1),
                _ => path,
            }
        });
    prop_oneof![5 => filled, 1 => free, 1 => Just("*".to_owned())]
}

/// A literal as a client sends it.
fn sendable(text: &str) -> String {
    text.replace('\u{e9}', "%C3%A9").replace(' ', "%20")
}

#[derive(Debug)]
struct Case {
    templates: Vec<(Template, Method)>,
    requests: Vec<(Method, String)>,
}

fn cases() -> impl Strategy<Value = Case> {
    prop::collection::vec((template(), method()), 1..14).prop_flat_map(|templates| {
        let only: Vec<Template> = templates.iter().map(|(template, _)| template.clone()).collect();
        prop::collection::vec((method(), path(only)), 1..16)
            .prop_map(move |requests| Case { templates: templates.clone(), requests })
    })
}

fn check(case: &Case) {
    let mut builder = RouteTable::builder();
    let mut reference = ReferenceTable::default();
    for (operation, (template, method)) in (0_u32..).zip(&case.templates) {
        let text = template_text(template);
        let added = builder.add(method, &text, operation);
        if is_ambiguous(template) {
            assert_eq!(added, Err(RouteTableError::AdjacentExpressions), "{text}");
            continue;
        }
        assert_eq!(
            added,
            reference.add(method, template, operation).map_err(RouteTableError::Taken),
            "{text}"
        );
    }
    let table = builder.build().unwrap_or_else(|fault| panic!("{fault}"));
    let mut captures = Captures::new();
    for (method, path) in &case.requests {
        let found = table.find(method, path, &mut captures);
        let found = Outcome::of(found, &captures, path);
        assert_eq!(found, reference.find(method, path), "{method} {path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_table_matches_as_the_rules_say(case in cases()) {
        check(&case);
    }
}
