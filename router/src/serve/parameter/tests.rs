//! Every cell both ways, over plans made by hand.

use super::convert::ScalarTypes;
use super::plan::{ContentKind, Source};
use super::structure::{ObjectStructure, Structure};
use super::*;
use crate::description::{ParameterLocation, Style};
use crate::schema::instance::Instance;
use crate::serve::head::FieldLine;
use ParameterLocation::{Cookie, Header, Path, Query, QueryString};
use ParameterRule::{Encoding, Nested, Repeated, Style as NotTheStyle, Type};
use Style::{DeepObject, Form, Label, Matrix, PipeDelimited, Simple, SpaceDelimited};
use serde_json::{Value, json};

mod allocation;
mod round_trip;

const NONE: ScalarTypes =
    ScalarTypes { null: false, boolean: false, integer: false, number: false, string: false };
const STRING: ScalarTypes = ScalarTypes::STRING;
const INTEGER: ScalarTypes = ScalarTypes { integer: true, ..NONE };

fn scalar(types: ScalarTypes) -> Structure {
    Structure { scalar: types, ..Structure::default() }
}

fn array(items: ScalarTypes) -> Structure {
    Structure { array: Some(items), ..Structure::default() }
}

/// An object of integers `R` and `G`; others are strings.
fn colour() -> Structure {
    object(&["R", "G"], false)
}

fn object(properties: &[&str], takes_leftovers: bool) -> Structure {
    let properties = properties.iter().map(|name| ((*name).into(), INTEGER)).collect();
    Structure {
        object: Some(ObjectStructure::new(properties, STRING, takes_leftovers)),
        ..Structure::default()
    }
}

fn free_object() -> Structure {
    Structure { object: Some(ObjectStructure::new(Vec::new(), STRING, true)), ..Structure::default() }
}

fn plan(location: ParameterLocation, style: Style, explode: bool, structure: Structure) -> ParameterPlan {
    ParameterPlan {
        name: "color".into(),
        location,
        required: false,
        allow_empty: false,
        allow_reserved: false,
        source: Source::Styled { style, explode },
        structure,
        slot: None,
        default: None,
    }
}

fn query(name: &str, style: Style, explode: bool, structure: Structure) -> ParameterPlan {
    ParameterPlan { name: name.into(), ..plan(ParameterLocation::Query, style, explode, structure) }
}

/// What `text` at the plan's place decodes to; `Null` where the parameter is absent.
fn decode_at(plan: &ParameterPlan, text: &str) -> Result<Value, (ParameterRule, String)> {
    let captures = [(&*plan.name, text)];
    let name = if plan.location == ParameterLocation::Cookie { "Cookie" } else { &plan.name };
    let fields = [FieldLine::new(name, text)];
    let input = ParameterInput { captures: &captures, query: Some(text), fields: &fields };
    let plans = ParameterPlans::new(vec![plan.clone()], ParameterOptions::default());
    match decode_unvalidated(&plans, &input) {
        Ok(values) => Ok(values.at(0).map_or(Value::Null, |node| node.to_json())),
        Err(errors) => {
            let first = &errors.as_slice()[0];
            assert_eq!((first.location, &*first.name), (plan.location, &*plan.name));
            Err((first.rule, first.pointer.clone()))
        }
    }
}

fn decode_query(
    plans: Vec<ParameterPlan>,
    options: ParameterOptions,
    text: &str,
) -> Result<Value, Vec<(ParameterRule, String)>> {
    let plans = ParameterPlans::new(plans, options);
    let input = ParameterInput { captures: &[("", ""); 0], query: Some(text), fields: &[] };
    match decode_unvalidated(&plans, &input) {
        Ok(values) => {
            let known = plans.as_slice().iter().enumerate();
            let value = |position: usize| values.at(position).map(|node| node.to_json());
            Ok(known.filter_map(|(at, plan)| Some((plan.name().to_owned(), value(at)?))).collect())
        }
        Err(errors) => Err(errors.iter().map(|error| (error.rule, error.name.to_string())).collect()),
    }
}

type Expected = Result<Value, (ParameterRule, &'static str)>;

fn check(cases: Vec<(ParameterPlan, &str, Expected)>) {
    for (plan, text, expected) in cases {
        let expected = expected.map_err(|(rule, pointer)| (rule, pointer.to_owned()));
        assert_eq!(decode_at(&plan, text), expected, "{text} {:?} {:?}", plan.location, plan.source);
    }
}

#[test]
fn matrix() {
    check(vec![
        (plan(Path, Matrix, false, scalar(STRING)), ";color", Ok(json!(""))),
        (plan(Path, Matrix, false, scalar(STRING)), ";color=a%2Cb+c", Ok(json!("a,b+c"))),
        (plan(Path, Matrix, false, scalar(STRING)), ";colour=a", Err((NotTheStyle, ""))),
        (plan(Path, Matrix, false, scalar(STRING)), "color=a", Err((NotTheStyle, ""))),
        (plan(Path, Matrix, false, scalar(INTEGER)), ";color=7", Ok(json!(7))),
        (plan(Path, Matrix, false, array(STRING)), ";color", Ok(json!([]))),
        (plan(Path, Matrix, false, array(STRING)), ";color=", Ok(json!([""]))),
        (plan(Path, Matrix, false, array(STRING)), ";color=a,b%2Cc", Ok(json!(["a", "b,c"]))),
        (plan(Path, Matrix, true, array(INTEGER)), ";color=1;color=2", Ok(json!([1, 2]))),
        (plan(Path, Matrix, true, array(INTEGER)), ";color=1;color=x", Err((Type, "/1"))),
        (plan(Path, Matrix, true, array(STRING)), ";color=1;other=x", Err((NotTheStyle, ""))),
        (plan(Path, Matrix, true, array(STRING)), ";color", Ok(json!([]))),
        (plan(Path, Matrix, true, array(STRING)), ";color=", Ok(json!([""]))),
        (plan(Path, Matrix, false, colour()), ";color=R,100,x,y", Ok(json!({"R": 100, "x": "y"}))),
        (plan(Path, Matrix, false, colour()), ";color=R,100,x", Err((NotTheStyle, ""))),
        (plan(Path, Matrix, false, colour()), ";color", Ok(json!({}))),
        (plan(Path, Matrix, true, colour()), ";R=100;x=y;z", Ok(json!({"R": 100, "x": "y", "z": ""}))),
        (plan(Path, Matrix, true, colour()), ";R=100;R=2", Err((Repeated, "/R"))),
        (plan(Path, Matrix, true, colour()), ";R=red", Err((Type, "/R"))),
    ]);
}

#[test]
fn label() {
    check(vec![
        (plan(Path, Label, false, scalar(STRING)), ".a.b", Ok(json!("a.b"))),
        (plan(Path, Label, false, scalar(STRING)), "a", Err((NotTheStyle, ""))),
        (plan(Path, Label, false, array(STRING)), ".a,b.c", Ok(json!(["a", "b.c"]))),
        (plan(Path, Label, true, array(STRING)), ".a.b%2Ec.", Ok(json!(["a", "b.c", ""]))),
        (plan(Path, Label, true, array(STRING)), ".", Ok(json!([]))),
        (plan(Path, Label, false, colour()), ".R,1,G,2", Ok(json!({"R": 1, "G": 2}))),
        (plan(Path, Label, true, colour()), ".R=1.x=a=b", Ok(json!({"R": 1, "x": "a=b"}))),
        (plan(Path, Label, true, colour()), ".R", Err((NotTheStyle, ""))),
    ]);
}

#[test]
fn simple() {
    check(vec![
        (plan(Path, Simple, false, scalar(STRING)), "a%20b+c", Ok(json!("a b+c"))),
        (plan(Path, Simple, false, scalar(STRING)), "a%zz", Err((Encoding, ""))),
        (plan(Path, Simple, false, scalar(STRING)), "%ff", Err((Encoding, ""))),
        (plan(Path, Simple, false, scalar(INTEGER)), "%2D5", Ok(json!(-5))),
        (plan(Path, Simple, false, array(STRING)), "a%2Cb,c", Ok(json!(["a,b", "c"]))),
        (plan(Path, Simple, true, colour()), "R=100,G=200", Ok(json!({"R": 100, "G": 200}))),
        (plan(Path, Simple, true, colour()), "R=%ff", Err((Encoding, "/R"))),
        (plan(Path, Simple, false, colour()), "a%2Fb,%zz", Err((Encoding, "/a~1b"))),
        (plan(Header, Simple, false, scalar(STRING)), "a%20b+\"c\"", Ok(json!("a%20b+\"c\""))),
        (plan(Header, Simple, false, array(STRING)), "a, b ,\tc,,", Ok(json!(["a", "b", "c", "", ""]))),
        (plan(Header, Simple, false, array(INTEGER)), "1, 2, x", Err((Type, "/2"))),
        (plan(Header, Simple, false, array(STRING)), "", Ok(json!([]))),
        (plan(Header, Simple, true, colour()), "R=1, x=%20", Ok(json!({"R": 1, "x": "%20"}))),
    ]);
}

#[test]
fn form() {
    check(vec![
        (plan(Query, Form, true, scalar(STRING)), "color=a+b%2Bc=d", Ok(json!("a b+c=d"))),
        (plan(Query, Form, true, scalar(STRING)), "color", Ok(json!(""))),
        (plan(Query, Form, true, scalar(STRING)), "colour=x", Ok(Value::Null)),
        (plan(Query, Form, true, scalar(STRING)), "color=a&color=b", Err((Repeated, ""))),
        (plan(Query, Form, true, scalar(INTEGER)), "color=", Err((Type, ""))),
        (plan(Query, Form, true, scalar(ScalarTypes { null: true, ..INTEGER })), "color=", Ok(Value::Null)),
        (plan(Query, Form, true, array(STRING)), "color=a", Ok(json!(["a"]))),
        (plan(Query, Form, true, array(STRING)), "color=a,b", Ok(json!(["a,b"]))),
        (plan(Query, Form, true, array(INTEGER)), "color=1&x=2&color=3", Ok(json!([1, 3]))),
        (plan(Query, Form, true, array(STRING)), "color=", Ok(json!([""]))),
        (plan(Query, Form, false, array(STRING)), "color=a%2Cb,c", Ok(json!(["a,b", "c"]))),
        (plan(Query, Form, false, array(STRING)), "color=", Ok(json!([]))),
        (plan(Query, Form, false, array(STRING)), "color=a&color=b", Err((Repeated, ""))),
        (plan(Query, Form, false, colour()), "color=R,100,x,y", Ok(json!({"R": 100, "x": "y"}))),
        (plan(Query, Form, true, colour()), "x=y&G=2&R=1", Ok(json!({"G": 2, "R": 1}))),
        (plan(Query, Form, true, colour()), "color=1", Ok(Value::Null)),
        (plan(Query, Form, true, colour()), "R=1&R=2", Err((Repeated, "/R"))),
        (plan(Query, Form, true, free_object()), "a+b=1&%63=2", Ok(json!({"a b": "1", "c": "2"}))),
        (
            plan(Query, Form, true, Structure { array: Some(STRING), ..scalar(STRING) }),
            "color=a&color=b",
            Ok(json!(["a", "b"])),
        ),
        (
            plan(Query, Form, true, Structure { array: Some(STRING), ..scalar(STRING) }),
            "color=a",
            Ok(json!("a")),
        ),
    ]);
}

#[test]
fn space_and_pipe() {
    check(vec![
        (plan(Query, SpaceDelimited, false, array(INTEGER)), "color=1%202+3", Ok(json!([1, 2, 3]))),
        (plan(Query, SpaceDelimited, false, colour()), "color=R%201", Ok(json!({"R": 1}))),
        (plan(Query, PipeDelimited, false, array(STRING)), "color=a|b%7Cc%20d", Ok(json!(["a", "b", "c d"]))),
        (plan(Query, PipeDelimited, false, colour()), "color=R|1|G", Err((NotTheStyle, ""))),
    ]);
}

#[test]
fn deep_object() {
    check(vec![
        (plan(Query, DeepObject, true, colour()), "color%5BR%5D=1&color[x]=a", Ok(json!({"R": 1, "x": "a"}))),
        (plan(Query, DeepObject, true, colour()), "color[R]=red", Err((Type, "/R"))),
        (plan(Query, DeepObject, true, colour()), "color[R][a]=1", Err((Nested, ""))),
        (plan(Query, DeepObject, true, colour()), "color[R=1", Err((NotTheStyle, ""))),
        (plan(Query, DeepObject, true, colour()), "color[R]=1&color%5BR%5D=2", Err((Repeated, "/R"))),
        (plan(Query, DeepObject, true, colour()), "color=1&colorx[R]=2", Ok(Value::Null)),
    ]);
}

#[test]
fn cookies() {
    check(vec![
        (plan(Cookie, Form, true, scalar(STRING)), "a=1; color=a%20b+c; color=x", Ok(json!("a b+c"))),
        (plan(Cookie, Form, true, scalar(STRING)), "broken; color=x", Ok(json!("x"))),
        (plan(Cookie, Form, true, scalar(STRING)), "color=%zz", Err((Encoding, ""))),
        (plan(Cookie, Form, true, scalar(STRING)), "%zz=1; c%6Flor=x", Ok(json!("x"))),
        (plan(Cookie, Form, true, object(&["R"], true)), "%52=1; %zz=1; x=2", Ok(json!({"R": 1, "x": "2"}))),
        (plan(Cookie, Form, false, array(INTEGER)), "color=1,2", Ok(json!([1, 2]))),
        (plan(Cookie, Form, true, array(INTEGER)), "color=1; x=3; color=2", Ok(json!([1, 2]))),
        (plan(Cookie, Form, true, colour()), "R=1; G=2; R=3", Ok(json!({"R": 1, "G": 2}))),
        (plan(Cookie, Style::Cookie, true, scalar(STRING)), "color=a%20b", Ok(json!("a%20b"))),
        (plan(Cookie, Style::Cookie, true, array(STRING)), "color=%zz; color=b", Ok(json!(["%zz", "b"]))),
        (plan(Cookie, Style::Cookie, false, colour()), "color=R,1", Ok(json!({"R": 1}))),
        (plan(Cookie, Style::Cookie, true, colour()), "R=1; x=2", Ok(json!({"R": 1}))),
    ]);
}

#[test]
fn query_strings_of_several_parameters() {
    use ParameterRule::{Limit, Missing, Unknown};
    let plans = || {
        vec![
            query("id", Style::Form, true, scalar(INTEGER)),
            query("tag", Style::Form, true, array(STRING)),
            query("colour", Style::Form, true, colour()),
            query("filter", Style::DeepObject, true, free_object()),
            query("filter[x]", Style::Form, true, scalar(STRING)),
            query("\u{2764}", Style::Form, true, scalar(STRING)),
            query("rest", Style::Form, true, object(&["id", "r"], true)),
            query("filter[deep]", Style::DeepObject, true, free_object()),
        ]
    };
    let lenient = ParameterOptions::default();
    let strict = ParameterOptions { unknown_query_keys: UnknownKeys::Reject, ..lenient };
    let first = ParameterOptions { repeated_query_keys: RepeatedKeys::First, ..lenient };
    let last = ParameterOptions { repeated_query_keys: RepeatedKeys::Last, ..lenient };
    let closed = || plans().into_iter().take(6).collect::<Vec<_>>();
    let required =
        || vec![ParameterPlan { required: true, ..query("id", Style::Form, true, scalar(INTEGER)) }];
    type Expected = Result<Value, Vec<(ParameterRule, &'static str)>>;
    let cases: Vec<(Vec<ParameterPlan>, ParameterOptions, String, Expected)> = vec![
        (
            plans(),
            strict,
            "G=2&tag=a&filter[deep][z]=2&filter[y]=1&id=7&R=1&tag=b&%E2%9D%A4=l&filter%5Bx%5D=z&else=1&r=5"
                .into(),
            Ok(json!({
                "id": 7, "tag": ["a", "b"], "colour": {"G": 2, "R": 1}, "filter": {"y": "1"}, "filter[deep]": {"z": "2"},
                "filter[x]": "z", "\u{2764}": "l", "rest": {"else": "1", "r": 5}
            })),
        ),
        (closed(), lenient, "&&&=&else=1&colour=2&rest=1".into(), Ok(json!({}))),
        (closed(), strict, "else=1&id=1&e%6C=2".into(), Err(vec![(Unknown, "else"), (Unknown, "e%6C")])),
        (closed(), lenient, "%zz=1&id=1".into(), Err(vec![(Encoding, "%zz")])),
        (closed(), lenient, "else=%zz".into(), Ok(json!({}))),
        (Vec::new(), lenient, "%zz=%ff".into(), Ok(json!({}))),
        (Vec::new(), strict, "a".into(), Err(vec![(Unknown, "a")])),
        (closed(), lenient, "id=1&id=x".into(), Err(vec![(Repeated, "id")])),
        (closed(), first, "id=1&id=x&tag=a&tag=b".into(), Ok(json!({"id": 1, "tag": ["a", "b"]}))),
        (closed(), last, "id=x&id=2".into(), Ok(json!({"id": 2}))),
        (required(), lenient, String::new(), Err(vec![(Missing, "id")])),
        (required(), lenient, "Id=1".into(), Err(vec![(Missing, "id")])),
        (required(), lenient, "a&".repeat(2000), Err(vec![(Missing, "id"), (Limit, "")])),
        (required(), lenient, "a&".repeat(100_000), Err(vec![(Limit, ""), (Missing, "id")])),
        (closed(), lenient, "tag&".repeat(1024), Ok(json!({"tag": vec![""; 1024]}))),
        (
            vec![query("o", Style::Form, true, free_object())],
            lenient,
            members(256),
            Ok(json!({"o": json_members(256)})),
        ),
        (vec![query("o", Style::Form, true, free_object())], lenient, members(257), Err(vec![(Limit, "o")])),
        (
            vec![query("a", Style::Form, false, array(STRING))],
            lenient,
            format!("a={}", ",".repeat(1024)),
            Err(vec![(Limit, "a")]),
        ),
    ];
    for (plans, options, text, expected) in cases {
        let expected = expected.map_err(|errors| {
            errors.into_iter().map(|(rule, name)| (rule, name.to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(decode_query(plans, options, &text), expected, "{text:.100}");
    }
}

fn members(count: usize) -> String {
    (0..count).map(|number| format!("k{number}=&")).collect()
}

fn json_members(count: usize) -> Value {
    (0..count).map(|number| (format!("k{number}"), json!(""))).collect()
}

#[test]
fn hostile_query_strings_end() {
    let plans = || {
        vec![
            query("a", Style::DeepObject, true, free_object()),
            query("b", Style::PipeDelimited, false, array(INTEGER)),
            query("c", Style::Form, true, free_object()),
        ]
    };
    let texts = [
        "%",
        "%zz",
        "%ff",
        "&&&",
        "=",
        "a[b[c]=",
        "a[",
        "a[]",
        "a[][]",
        "a[b]]=",
        "[a]=1",
        "b=|",
        "b=%7",
        "b=%7C%7C",
        "\u{e9}",
        "\0",
        "a[\u{1F980}]=\u{1F980}",
        "c=%F0%9F%A6%80",
        "c=%F0%9F",
        "%00=%00",
        "a[b]=1&a[b]=2",
        "?",
        "#",
    ];
    let long = [
        "a[b]=".repeat(10_000),
        "%25".repeat(20_000),
        "a=1&".repeat(100_000),
        "[".repeat(60_000),
        "b=|".repeat(9_000),
    ];
    for text in texts.into_iter().map(str::to_owned).chain(long) {
        for policy in [UnknownKeys::Ignore, UnknownKeys::Reject] {
            let options = ParameterOptions { unknown_query_keys: policy, ..ParameterOptions::default() };
            if let Err(errors) = decode_query(plans(), options, &text) {
                assert!((1..=crate::limits::parameter::ERRORS_MAX).contains(&errors.len()), "{text:.50}");
                assert!(errors.iter().all(|(_, name)| name.len() <= 128));
            }
        }
    }
}

#[test]
fn empty_values_defaults_and_required() {
    let options = |fill_defaults| ParameterOptions { fill_defaults, ..ParameterOptions::default() };
    let base = || query("q", Style::Form, true, scalar(INTEGER));
    let empty = |style, structure| ParameterPlan { allow_empty: true, ..query("q", style, false, structure) };
    let with_default = |required| ParameterPlan { required, default: Some(json!(5)), ..base() };
    type Expected = Result<Value, Vec<(ParameterRule, String)>>;
    let missing = || vec![(ParameterRule::Missing, "q".to_owned())];
    let cases: Vec<(ParameterPlan, bool, &str, Expected)> = vec![
        (empty(Style::Form, scalar(INTEGER)), false, "q=", Ok(json!({}))),
        (empty(Style::Form, scalar(STRING)), false, "q", Ok(json!({}))),
        (empty(Style::Form, array(STRING)), false, "q=", Ok(json!({}))),
        (empty(Style::Form, scalar(INTEGER)), false, "q=7", Ok(json!({"q": 7}))),
        (
            ParameterPlan { required: true, ..empty(Style::Form, scalar(INTEGER)) },
            false,
            "q=",
            Err(missing()),
        ),
        (with_default(false), true, "", Ok(json!({"q": 5}))),
        (with_default(false), false, "", Ok(json!({}))),
        (with_default(false), true, "q=6", Ok(json!({"q": 6}))),
        (with_default(true), true, "", Err(missing())),
    ];
    for (plan, fill, text, expected) in cases {
        assert_eq!(decode_query(vec![plan], options(fill), text), expected, "{text} {fill}");
    }
}

#[test]
fn headers_and_cookies_of_several_lines() {
    let plans = ParameterPlans::new(
        vec![
            ParameterPlan {
                name: "X-List".into(),
                ..plan(ParameterLocation::Header, Style::Simple, false, array(INTEGER))
            },
            plan(ParameterLocation::Cookie, Style::Form, true, scalar(STRING)),
            ParameterPlan {
                name: "x-text".into(),
                ..plan(ParameterLocation::Header, Style::Simple, false, scalar(STRING))
            },
        ],
        ParameterOptions::default(),
    );
    let fields = [
        FieldLine::new("x-list", "1, 2"),
        FieldLine::new("cookie", "a=1"),
        FieldLine::new("X-LIST", "3"),
        FieldLine::new("Cookie", "color=x"),
    ];
    let decoded = |fields: &[FieldLine<'_>]| {
        decode_unvalidated(&plans, &ParameterInput { captures: &[("", ""); 0], query: None, fields })
    };
    let values = decoded(&fields).unwrap();
    let get = |location, name: &str| values.get(&plans, location, name).map(|node| node.to_json());
    assert_eq!(get(ParameterLocation::Header, "x-LIST"), Some(json!([1, 2, 3])));
    assert_eq!(get(ParameterLocation::Cookie, "color"), Some(json!("x")));
    assert_eq!(get(ParameterLocation::Cookie, "Color"), None);
    assert_eq!(get(ParameterLocation::Header, "x-text"), None);

    let raw =
        [FieldLine { name: "x-text", value: b"\xff" }, FieldLine { name: "cookie", value: b"color=\xff" }];
    let errors = decoded(&raw).unwrap_err();
    let rules: Vec<_> = errors.iter().map(|error| (error.location, error.rule)).collect();
    assert_eq!(
        rules,
        [
            (ParameterLocation::Cookie, ParameterRule::Encoding),
            (ParameterLocation::Header, ParameterRule::Encoding)
        ]
    );
    assert_eq!(
        errors.as_slice()[1].to_string(),
        "header parameter \"x-text\": the text is not valid percent-encoded UTF-8"
    );
}

fn content(location: ParameterLocation, kind: ContentKind, structure: Structure) -> ParameterPlan {
    ParameterPlan { source: Source::Content(kind), ..plan(location, Style::Form, true, structure) }
}

#[test]
fn content_parameters() {
    use ContentKind::{Json, Text};
    use ParameterRule::{Content, Limit};
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let cases: Vec<(ParameterPlan, &str, Result<Value, ParameterRule>)> = vec![
        (content(Query, Json, free_object()), "color=%7B%22a%22:[1,+2]%7D", Ok(json!({"a": [1, 2]}))),
        (content(Query, Json, free_object()), "color={", Err(Content)),
        (content(Query, Json, free_object()), "color=", Err(Content)),
        (content(Query, Json, free_object()), "color=%ff", Err(Encoding)),
        (content(Query, Json, free_object()), "color=1&color=2", Err(Repeated)),
        (content(Path, Json, free_object()), "%5B%22a+b%22%5D", Ok(json!(["a+b"]))),
        (content(Path, Json, free_object()), &deep, Err(Limit)),
        (content(Header, Json, free_object()), "{\"a\": \"%20\"}", Ok(json!({"a": "%20"}))),
        (content(Cookie, Json, free_object()), "color={\"a\": 1}", Ok(json!({"a": 1}))),
        (content(Cookie, Json, free_object()), "color=%7B%22a%22%3A1%7D", Ok(json!({"a": 1}))),
        (content(Query, Text, scalar(INTEGER)), "color=%37", Ok(json!(7))),
        (content(QueryString, Json, colour()), "%7B%22a%22:%22+%22%7D", Ok(json!({"a": "+"}))),
        (content(QueryString, Text, scalar(STRING)), "a=1&b=%20+", Ok(json!("a=1&b= +"))),
    ];
    for (plan, text, expected) in cases {
        assert_eq!(decode_at(&plan, text).map_err(|(rule, _)| rule), expected, "{text} {:?}", plan.location);
    }
}

#[test]
fn encoding() {
    let reserved = |plan: ParameterPlan| ParameterPlan { allow_reserved: true, ..plan };
    let cases: Vec<(ParameterPlan, Value, Result<&str, EncodeError>)> = vec![
        (
            reserved(plan(Query, Style::Form, true, scalar(STRING))),
            json!("a/b?c%2Cd%e ^"),
            Ok("color=a/b?c%2Cd%25e%20%5E"),
        ),
        (reserved(plan(Path, Style::Simple, true, array(STRING))), json!(["a/b", "c"]), Ok("a/b,c")),
        (plan(Query, Style::Form, true, scalar(STRING)), json!(null), Ok("")),
        (plan(Path, Style::Matrix, true, scalar(STRING)), json!(null), Ok(";color")),
        (plan(Query, Style::Form, false, array(STRING)), json!(["a", null, "b"]), Ok("color=a,b")),
        (plan(Query, Style::Form, false, array(STRING)), json!([null]), Ok("")),
        (
            plan(Query, Style::Form, true, free_object()),
            json!({"a b": 1.50, "n": null, "t": true}),
            Ok("a%20b=1.5&t=true"),
        ),
        (plan(Query, Style::Form, true, free_object()), json!({"a": [1]}), Err(EncodeError::Nested)),
        (plan(Query, Style::DeepObject, true, free_object()), json!([1]), Err(EncodeError::NotApplicable)),
        (
            plan(Header, Style::Simple, false, array(STRING)),
            json!(["a,b"]),
            Err(EncodeError::Unrepresentable),
        ),
        (
            plan(Header, Style::Simple, false, scalar(STRING)),
            json!("a\r\nb"),
            Err(EncodeError::Unrepresentable),
        ),
        (plan(Cookie, Style::Cookie, true, array(STRING)), json!(["a", "%20"]), Ok("color=a; color=%20")),
        (plan(Cookie, Style::Cookie, true, scalar(STRING)), json!("a;b"), Err(EncodeError::Unrepresentable)),
        (plan(Cookie, Style::Form, true, scalar(STRING)), json!("a;b"), Ok("color=a%3Bb")),
        (
            ParameterPlan { name: "\u{2764}".into(), ..plan(Query, Style::Form, true, scalar(STRING)) },
            json!("love!"),
            Ok("%E2%9D%A4=love%21"),
        ),
        (content(Query, ContentKind::Json, free_object()), json!({"a": 1}), Ok("color=%7B%22a%22%3A1%7D")),
    ];
    for (plan, value, expected) in cases {
        let instance = Instance::from(&value);
        assert_eq!(encode(&plan, instance.root()).as_deref(), expected.as_ref().map(|text| *text), "{value}");
    }
}
