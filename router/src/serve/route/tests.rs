//! The rules of matching, as tables; the search that they are checked against at random is
//! `tests/suite/reference_matcher.rs`.

use super::*;

fn check(templates: &[&str], cases: &[(&str, Option<(&str, &[&str])>)]) {
    for reversed in [false, true] {
        let mut order = templates.to_vec();
        if reversed {
            order.reverse();
        }
        let mut builder = RouteTable::builder();
        for (operation, template) in (0..).zip(&order) {
            builder.add(&Method::GET, template, operation).unwrap();
        }
        let table = builder.build().unwrap();
        let mut captures = Captures::new();
        for (path, expected) in cases {
            let found = match table.find(&Method::GET, path, &mut captures) {
                RouteOutcome::Found(operation) => {
                    Some((order[usize::try_from(operation).unwrap()], captures.of(path).collect::<Vec<_>>()))
                }
                RouteOutcome::NotFound => None,
                other @ (RouteOutcome::AutomaticHead(_)
                | RouteOutcome::AutomaticOptions(_)
                | RouteOutcome::MethodNotAllowed(_)
                | RouteOutcome::UnknownMethod
                | RouteOutcome::Refused(_)) => panic!("{path}: {other:?}"),
            };
            let found = found.as_ref().map(|(template, texts)| (*template, texts.as_slice()));
            assert_eq!(found, *expected, "{path}, reversed: {reversed}");
        }
    }
}

#[test]
fn concrete_before_templated() {
    check(
        &["/pets/{id}", "/pets/mine", "/pets", "/pets/", "/", "/pets/{id}/toys/{toy}"],
        &[
            ("/pets/mine", Some(("/pets/mine", &[]))),
            ("/pets/7", Some(("/pets/{id}", &["7"]))),
            ("/pets", Some(("/pets", &[]))),
            ("/pets/", Some(("/pets/", &[]))),
            ("/", Some(("/", &[]))),
            ("/pets/a%2Fb", Some(("/pets/{id}", &["a%2Fb"]))),
            ("/pets/a%2fb", Some(("/pets/{id}", &["a%2fb"]))),
            ("/p%65ts/%6Dine", Some(("/pets/mine", &[]))),
            ("/p%65ts/%41%2f/toys/x", Some(("/pets/{id}/toys/{toy}", &["%41%2f", "x"]))),
            ("/pets/7/toys/8", Some(("/pets/{id}/toys/{toy}", &["7", "8"]))),
            ("/pets/7/toys", None),
            ("/pets//toys/8", None),
            ("//", None),
            ("/Pets", None),
            ("/pets/7/", None),
            ("", None),
            ("pets", None),
        ],
    );
}

#[test]
fn dead_ends_backtrack() {
    check(
        &["/a/b/c", "/a/{x}/d", "/{e}/me", "/books/{id}", "/{x}/{y}/{z}/w"],
        &[
            ("/a/b/c", Some(("/a/b/c", &[]))),
            ("/a/b/d", Some(("/a/{x}/d", &["b"]))),
            ("/a/b/c/w", Some(("/{x}/{y}/{z}/w", &["a", "b", "c"]))),
            ("/books/me", Some(("/books/{id}", &["me"]))),
            ("/films/me", Some(("/{e}/me", &["films"]))),
        ],
    );
}

#[test]
fn mixtures_before_expressions() {
    check(
        &["/x/{id}", "/x/{id}:activate", "/x/{a}-{b}", "/x/{a}-{b}.{c}", "/x/v{n}", "/x/{id}:stop/now"],
        &[
            ("/x/7", Some(("/x/{id}", &["7"]))),
            ("/x/7:activate", Some(("/x/{id}:activate", &["7"]))),
            ("/x/7:stop", Some(("/x/{id}", &["7:stop"]))),
            ("/x/7:stop/now", Some(("/x/{id}:stop/now", &["7"]))),
            ("/x/1-2", Some(("/x/{a}-{b}", &["1", "2"]))),
            ("/x/1-2.json", Some(("/x/{a}-{b}.{c}", &["1", "2", "json"]))),
            ("/x/%31-2.json", Some(("/x/{a}-{b}.{c}", &["%31", "2", "json"]))),
            ("/x/v3", Some(("/x/v{n}", &["3"]))),
            ("/x/v", Some(("/x/{id}", &["v"]))),
            ("/x/1-2/now", None),
        ],
    );
}

/// Literals that differ only where words of eight bytes begin, end or repeat.
#[test]
fn lengths_around_words() {
    let names: Vec<String> = (1..40)
        .flat_map(|length| {
            let name: String = ('a'..='z').cycle().take(length).collect();
            [format!("/x/{name}"), format!("/x/{name}!/y/{name}"), format!("/{name}/only")]
        })
        .collect();
    let templates: Vec<&str> = names.iter().map(String::as_str).chain(["/x/{any}", "/x/{any}/y/z"]).collect();
    let mut cases: Vec<(&str, Option<(&str, &[&str])>)> =
        names.iter().map(|name| (name.as_str(), Some((name.as_str(), &[][..])))).collect();
    let others: Vec<(String, String)> = (0..40)
        .map(|length| "b".repeat(length))
        .flat_map(|name| {
            [(format!("/x/a{name}"), format!("a{name}")), (format!("/x/{name}%21"), format!("{name}%21"))]
        })
        .filter(|(path, _)| !names.contains(path))
        .collect();
    let texts: Vec<[&str; 1]> = others.iter().map(|(_, text)| [text.as_str()]).collect();
    cases.extend(
        others.iter().zip(&texts).map(|((path, _), text)| (path.as_str(), Some(("/x/{any}", &text[..])))),
    );
    check(&templates, &cases);
}

#[test]
fn many_segments_and_expressions() {
    for count in [1, 2, 7, 8, 15, 16, 17, 30, 64] {
        let template: String = (0..count).map(|at| format!("/{{p{at}}}/s")).collect();
        let values: Vec<String> = (0..count).map(|at| format!("v{at}")).collect();
        let path: String = values.iter().map(|value| format!("/{value}/s")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        check(&[&template], &[(&path, Some((&template, &values))), (&format!("{path}/s"), None)]);
    }
    let template: String = (0..65).map(|at| format!("/{{p{at}}}")).collect();
    let refused = RouteTable::builder().add(&Method::GET, &template, 0);
    assert_eq!(refused, Err(RouteTableError::TooManyExpressions));
}

/// A template with an expression at the 17th segment must not disturb the captures of one that has a literal there.
#[test]
fn long_templates_beside_each_other() {
    let (literals, path) = ("/s".repeat(19), format!("/first{}", "/s".repeat(19)));
    let one = format!("/{{a}}{literals}");
    let other = format!("/{{a}}{}/{{x}}{}", "/s".repeat(15), "/s".repeat(3));
    let mixed = format!("/first{}/other{}", "/s".repeat(15), "/s".repeat(3));
    check(
        &[&one, &other],
        &[(&path, Some((&one, &["first"]))), (&mixed, Some((&other, &["first", "other"])))],
    );
}

#[test]
fn a_miss_leaves_no_captures() {
    let mut builder = RouteTable::builder();
    builder.add(&Method::GET, "/pets/{id}", 7).unwrap();
    let table = builder.build().unwrap();
    let shout = Method::from_bytes(b"SHOUT").unwrap();
    for (method, path) in
        [(&Method::GET, "/toys/8"), (&Method::GET, "/pets/%4"), (&Method::GET, "*"), (&shout, "/pets/8")]
    {
        let mut captures = Captures::new();
        assert_eq!(table.find(&Method::GET, "/pets/7", &mut captures), RouteOutcome::Found(7));
        let _ = table.find(method, path, &mut captures);
        assert!(captures.is_empty(), "{method} {path}");
    }
}

#[test]
fn outcomes() {
    let copy = Method::from_bytes(b"COPY").unwrap();
    let shout = Method::from_bytes(b"SHOUT").unwrap();
    let mut builder = RouteTable::builder();
    builder.add(&Method::GET, "/pets/{id}", 7).unwrap();
    builder.add(&copy, "/pets/{id}", 8).unwrap();
    builder.add(&Method::POST, "/pets/{id}", 9).unwrap();
    builder.add_path("/empty").unwrap();
    assert_eq!(builder.add(&Method::GET, "/pets/{name}", 0), Err(RouteTableError::Taken(7)));
    assert_eq!(builder.add(&Method::GET, "/{a}{b}", 0), Err(RouteTableError::AdjacentExpressions));
    assert_eq!(builder.add(&Method::GET, "/a/%2e", 0), Err(RouteTableError::DotSegment));
    assert!(matches!(builder.add(&Method::GET, "a", 0), Err(RouteTableError::Template(_))));
    let table = builder.build().unwrap();
    let allow = Arc::from("GET, COPY, POST, HEAD, OPTIONS");
    let all = Arc::from("COPY, GET, POST, HEAD, OPTIONS");
    let (nothing, long) = (Arc::from(""), format!("/{}", "a".repeat(limits::TARGET_BYTES_MAX)));
    for (method, path, expected) in [
        (&Method::GET, "/pets/7", RouteOutcome::Found(7)),
        (&Method::HEAD, "/pets/7", RouteOutcome::AutomaticHead(7)),
        (&Method::POST, "/pets/7", RouteOutcome::Found(9)),
        (&copy, "/pets/7", RouteOutcome::Found(8)),
        (&copy, "/empty", RouteOutcome::MethodNotAllowed(&nothing)),
        (&copy, "/toys", RouteOutcome::NotFound),
        (&shout, "/pets/7", RouteOutcome::UnknownMethod),
        (&Method::OPTIONS, "/pets/7", RouteOutcome::AutomaticOptions(&allow)),
        (&Method::DELETE, "/pets/7", RouteOutcome::MethodNotAllowed(&allow)),
        (&Method::GET, "/empty", RouteOutcome::MethodNotAllowed(&nothing)),
        (&Method::OPTIONS, "*", RouteOutcome::AutomaticOptions(&all)),
        (&Method::GET, "/toys", RouteOutcome::NotFound),
        (&Method::GET, "/pets/%4", RouteOutcome::Refused(PathError::MalformedTriplet)),
        (&Method::GET, "/toys/%4", RouteOutcome::Refused(PathError::MalformedTriplet)),
        (&Method::GET, "/pets/..", RouteOutcome::Refused(PathError::DotSegment)),
        (&Method::GET, "/pets/%2e", RouteOutcome::Refused(PathError::DotSegment)),
        (&Method::GET, "/../toys", RouteOutcome::Refused(PathError::DotSegment)),
        (&Method::GET, &long, RouteOutcome::Refused(PathError::TooLong)),
    ] {
        assert_eq!(table.find(method, path, &mut Captures::new()), expected, "{method} {path}");
    }
}

/// 2^`segments` templates: each segment a literal or an expression.
fn overlapping(segments: u32) -> RouteTableBuilder {
    let mut builder = RouteTable::builder();
    for bits in 0_u32..1 << segments {
        let template: String =
            (0..segments).map(|at| if bits >> at & 1 == 1 { "/{x}" } else { "/a" }).collect();
        builder.add(&Method::GET, &template, bits).unwrap();
    }
    builder
}

#[test]
fn overlap_is_bounded() {
    let table = overlapping(10).build().unwrap();
    let mut captures = Captures::new();
    assert_eq!(table.find(&Method::GET, &"/a".repeat(10), &mut captures), RouteOutcome::Found(0));
    let path = format!("{}/b{}", "/a".repeat(3), "/a".repeat(6));
    assert_eq!(table.find(&Method::GET, &path, &mut captures), RouteOutcome::Found(1 << 3));
    assert_eq!(captures.of(&path).collect::<Vec<_>>(), ["b"]);
    assert_eq!(overlapping(13).build().unwrap_err(), RouteTableError::TooMuchOverlap);
}

/// Siblings whose first two words are the same, so that only the deep hash tells them apart.
#[test]
fn many_siblings_of_one_beginning() {
    let names: Vec<String> = (0..500).map(|at| format!("/a-very-long-common-prefix-of-all-{at}/x")).collect();
    let cases: Vec<_> = names.iter().map(|name| (name.as_str(), Some((name.as_str(), &[][..])))).collect();
    check(&names.iter().map(String::as_str).collect::<Vec<_>>(), &cases);
}

/// Paths of more than two windows are looked at window after window, and a triplet in any of them is odd.
#[test]
fn triplets_far_behind() {
    let (a, b) = ("a".repeat(100), "b".repeat(70));
    let far = format!("/{a}/{b}%2F/end");
    let unreserved = format!("/{a}/{b}%41/end");
    let (taken, plain) = (format!("{b}%2F"), format!("{b}%41"));
    check(
        &["/{a}/{b}/end", "/{a}/x"],
        &[
            (&far, Some(("/{a}/{b}/end", &[&a, &taken]))),
            (&unreserved, Some(("/{a}/{b}/end", &[&a, &plain]))),
            (&format!("/{a}/{b}%2F/ends"), None),
            (&format!("/{a}/%78/{b}"), None),
        ],
    );
    let mut builder = RouteTable::builder();
    builder.add(&Method::GET, "/{a}/{b}/end", 0).unwrap();
    let table = builder.build().unwrap();
    for path in [format!("/{a}/{b}%4/end"), format!("/{a}/{b}/end%"), format!("/{a}/{b}/x%zz")] {
        let found = table.find(&Method::GET, &path, &mut Captures::new());
        assert_eq!(found, RouteOutcome::Refused(PathError::MalformedTriplet), "{path}");
    }
}

#[test]
fn short_paths_as_a_whole() {
    let paths: Vec<String> =
        (1..30).map(|length| format!("/{}", "abcdefgh/".repeat(4).split_at(length).0)).collect();
    let mut templates: Vec<&str> = paths.iter().map(String::as_str).collect();
    templates.extend(["/{x}", "/{x}/{y}", "/abcdefgh/{y}/", "/b%2Fc", "/b.c", "/"]);
    let mut cases: Vec<(&str, Option<(&str, &[&str])>)> =
        paths.iter().map(|path| (path.as_str(), Some((path.as_str(), [].as_slice())))).collect();
    cases.extend([
        ("/", Some(("/", [].as_slice()))),
        ("/a\0", Some(("/{x}", ["a\0"].as_slice()))),
        ("/\0", Some(("/{x}", ["\0"].as_slice()))),
        ("/abcdefgh/abcdef\0", Some(("/{x}/{y}", ["abcdefgh", "abcdef\0"].as_slice()))),
        ("/abcdefgh/abcdeXgh", Some(("/{x}/{y}", ["abcdefgh", "abcdeXgh"].as_slice()))),
        ("/abcdefgh/bbcdefg/", Some(("/abcdefgh/{y}/", ["bbcdefg"].as_slice()))),
        ("/b%2fc", Some(("/b%2Fc", [].as_slice()))),
        ("/b%2Fc", Some(("/b%2Fc", [].as_slice()))),
        ("/b%2Ec", Some(("/b.c", [].as_slice()))),
        ("", None),
    ]);
    check(&templates, &cases);
}
