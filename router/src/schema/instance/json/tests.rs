//! JSON text in, instances or faults out.

use super::{JsonLimits, JsonRule, parse_json};
use proptest::prelude::*;

fn parse(text: &str) -> Result<String, JsonRule> {
    let instance = parse_json(text.as_bytes(), &JsonLimits::default()).map_err(|error| error.rule)?;
    let mut again = String::new();
    instance.root().write_json(&mut again);
    Ok(again)
}

#[test]
fn values_come_back_as_they_were() {
    let check = |text: &str, expected: &str| assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
    check("null", "null");
    check(" [ ] ", "[]");
    check("{ }", "{}");
    check("[true, false,null]", "[true,false,null]");
    check("-0.0e+10", "-0.0e+10");
    check("123456789012345678901234567890.5", "123456789012345678901234567890.5");
    check(r#"{"a":{"b":[1,{"c":"d"}]},"e":[[],{}]}"#, r#"{"a":{"b":[1,{"c":"d"}]},"e":[[],{}]}"#);
    check(r#""\u0041\ud83e\udd80\n\/""#, "\"A🦀\\n/\"");
    check(r#"{"":0}"#, r#"{"":0}"#);
}

#[test]
fn faults_have_their_rule_and_place() {
    let check = |text: &[u8], rule: JsonRule, offset: u32, line: u32, column: u32| {
        let error = parse_json(text, &JsonLimits::default()).unwrap_err();
        let found = (error.rule, error.offset, error.line, error.column);
        assert_eq!(found, (rule, offset, line, column), "{}", String::from_utf8_lossy(text));
    };
    check(b"", JsonRule::UnexpectedEnd, 0, 1, 1);
    check(b"\xEF\xBB\xBF1", JsonRule::ByteOrderMark, 0, 1, 1);
    check(b"\"\xFF\"", JsonRule::InvalidUtf8, 1, 1, 2);
    check(b"1 2", JsonRule::TrailingCharacter, 2, 1, 3);
    check("{\"é\":1,\n \"é\":\n2}".as_bytes(), JsonRule::DuplicateMember, 10, 2, 2);
    check("[\"é\",x]".as_bytes(), JsonRule::UnexpectedCharacter, 6, 1, 6);
    check(b"[01]", JsonRule::InvalidNumber, 3, 1, 4);
    check(b"[1.]", JsonRule::InvalidNumber, 3, 1, 4);
    check(b"\"\t\"", JsonRule::ControlCharacter, 1, 1, 2);
    check(br#""\ud800""#, JsonRule::LoneSurrogate, 1, 1, 2);
    check(br#""\udc00""#, JsonRule::LoneSurrogate, 1, 1, 2);
    check(br#""\x""#, JsonRule::InvalidEscape, 1, 1, 2);
    check(br#"{"a" 1}"#, JsonRule::UnexpectedCharacter, 5, 1, 6);
    check(br#"{"a":1,}"#, JsonRule::UnexpectedCharacter, 7, 1, 8);
    check(b"[1,]", JsonRule::UnexpectedCharacter, 3, 1, 4);
    check(b"[1}", JsonRule::UnexpectedCharacter, 2, 1, 3);
    check(b"[\"a\",\n4\n,1,", JsonRule::UnexpectedEnd, 11, 3, 4);
}

#[test]
fn bounds_hold() {
    let limits = JsonLimits { bytes_max: 100, nesting_max: 3, values_max: 5, number_bytes_max: 4 };
    let check = |text: &str, expected: Option<JsonRule>| {
        assert_eq!(parse_json(text.as_bytes(), &limits).err().map(|error| error.rule), expected, "{text}");
    };
    check("[[[]]]", None);
    check("[[[[]]]]", Some(JsonRule::TooDeep));
    check("[1,2,3,4]", None);
    check("[1,2,3,4,5]", Some(JsonRule::TooManyValues));
    check("1234", None);
    check("12345", Some(JsonRule::NumberTooLong));
    check(&" ".repeat(101), Some(JsonRule::TooLong));
    let deep = "[".repeat(1_000_000);
    assert_eq!(parse(&deep), Err(JsonRule::TooDeep));
}

#[test]
fn a_huge_object_is_searched_and_its_duplicates_found() {
    let mut text = String::from("{");
    for number in 0..50_000 {
        text.push_str(&format!("\"name{number}\":{number},"));
    }
    let whole = format!("{text}\"last\":1}}");
    let instance = parse_json(whole.as_bytes(), &JsonLimits::default()).unwrap();
    assert_eq!(instance.root().len(), 50_001);
    assert_eq!(instance.root().get("name49999").and_then(|node| node.as_u64()), Some(49_999));
    assert!(instance.root().get("name50000").is_none());
    let twice = format!("{text}\"name7\":1}}");
    let error = parse_json(twice.as_bytes(), &JsonLimits::default()).unwrap_err();
    assert_eq!((error.rule, error.offset as usize), (JsonRule::DuplicateMember, text.len()));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 64, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(serde_json::Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..12)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn values_agree_with_serde_json(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let instance = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
        prop_assert_eq!(&instance.root().to_json(), &serde_json::from_str::<serde_json::Value>(&text).unwrap());
        let mut again = String::new();
        instance.root().write_json(&mut again);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&again).unwrap(), serde_json::from_str::<serde_json::Value>(&text).unwrap());
        let copied = super::Instance::from(&value);
        prop_assert_eq!(serde_json::to_value(copied.root()).unwrap(), instance.root().to_json());
    }

    #[test]
    fn verdicts_agree_with_serde_json(text in r#"[\[\]{},:"\\ 0-9eE.+tfnu-]{0,24}"#) {
        let ours = parse_json(text.as_bytes(), &JsonLimits::default());
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match (&ours, &theirs) {
            (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
            (Err(error), Ok(_)) => prop_assert_eq!(error.rule, JsonRule::DuplicateMember),
            // Numbers beyond f64 are no fault of the text.
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "{error}"),
        }
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let ours = parse_json(&bytes, &JsonLimits::default()).is_ok();
        if ours {
            prop_assert!(std::str::from_utf8(&bytes).is_ok());
        }
    }
}
