//! Encoding and decoding are inverse for every cell of the Style Examples table (SER-034).

use super::*;
use proptest::prelude::*;

/// The cells of the Style Examples table, with every location that has them.
fn cells() -> Vec<(ParameterLocation, Style, bool)> {
    let pairs = [
        (Path, Style::Matrix),
        (Path, Style::Label),
        (Path, Style::Simple),
        (Header, Style::Simple),
        (Query, Style::Form),
        (Cookie, Style::Form),
        (Cookie, Style::Cookie),
    ];
    let both =
        pairs.into_iter().flat_map(|(location, style)| [(location, style, false), (location, style, true)]);
    both.chain([
        (Query, Style::SpaceDelimited, false),
        (Query, Style::PipeDelimited, false),
        (Query, Style::DeepObject, true),
    ])
    .collect()
}

/// Decodes what was encoded: the same value, or the text could not be written at all; what contributes
/// nothing reads back as absent. Percent-encoded cells refuse nothing but what the table lets them.
fn check_round_trip(structure: &Structure, value: &Value) {
    let instance = Instance::from(value);
    for (location, style, explode) in cells() {
        let plan = plan(location, style, explode, structure.clone());
        let text = match encode(&plan, instance.root()) {
            Ok(text) => text,
            Err(error) => {
                assert!(may_refuse(&plan, style, value, error), "{error:?} {location:?} {style:?} {value}");
                continue;
            }
        };
        let decoded = decode_at(&plan, &text);
        let nothing = matches!(location, ParameterLocation::Query | ParameterLocation::Cookie)
            && (value == &json!([]) || value == &json!({}));
        let expected = if nothing { &Value::Null } else { value };
        assert_eq!(decoded.as_ref(), Ok(expected), "{text:?} {location:?} {style:?} {explode}");
        assert!(!nothing || text.is_empty(), "{text}");
    }
}

fn may_refuse(plan: &ParameterPlan, style: Style, value: &Value, error: EncodeError) -> bool {
    let verbatim = plan.location == ParameterLocation::Header || style == Style::Cookie;
    let delimited = matches!(style, Style::SpaceDelimited | Style::PipeDelimited);
    match error {
        EncodeError::NotApplicable => {
            (delimited && !value.is_array() && !value.is_object())
                || (style == Style::DeepObject && !value.is_object())
        }
        EncodeError::Nested => false,
        EncodeError::Unrepresentable => {
            let text = value.to_string();
            match style {
                Style::SpaceDelimited => text.contains(' '),
                Style::PipeDelimited => text.contains('|'),
                Style::DeepObject => text.contains(['[', ']']),
                Style::Form => value.get("").is_some(),
                Style::Matrix | Style::Label | Style::Simple | Style::Cookie => verbatim,
            }
        }
        EncodeError::Ambiguous => value == &json!([""]),
    }
}

proptest! {
    #[test]
    fn strings_round_trip(text: String) {
        check_round_trip(&scalar(STRING), &json!(text));
    }

    #[test]
    fn arrays_round_trip(items in prop::collection::vec(any::<String>(), 0..5)) {
        check_round_trip(&array(STRING), &json!(items));
    }

    #[test]
    fn objects_round_trip(members in prop::collection::btree_map(any::<String>(), any::<String>(), 0..5)) {
        check_round_trip(&free_object(), &json!(members));
    }

    #[test]
    fn delimiters_round_trip(items in prop::collection::vec("[a,;.=&|+% \\[\\]/#?:@\"-]{0,4}", 0..5)) {
        check_round_trip(&array(STRING), &json!(items));
        let members: std::collections::BTreeMap<_, _> = items.iter().zip(items.iter().rev()).collect();
        check_round_trip(&free_object(), &json!(members));
        check_round_trip(&scalar(STRING), &json!(items.concat()));
    }

    #[test]
    fn integers_round_trip(items in prop::collection::vec(any::<i64>(), 0..5)) {
        check_round_trip(&array(INTEGER), &json!(items));
    }

    #[test]
    fn any_text_ends(text: String, bytes in "[a-c\\[\\]=&%0-9|,;.+]{0,40}") {
        for (location, style, explode) in cells() {
            for structure in [scalar(INTEGER), array(STRING), colour(), free_object()] {
                let plan = plan(location, style, explode, structure);
                for text in [&text, &bytes, &format!("color{bytes}"), &format!(";color={bytes}")] {
                    // Any outcome will do; the errors are counted in `decode_at`.
                    if let Ok(value) = decode_at_quietly(&plan, text) {
                        prop_assert!(value.is_null() || plan.name() == "color");
                    }
                }
            }
        }
    }
}

fn decode_at_quietly(plan: &ParameterPlan, text: &str) -> Result<Value, ParameterErrors> {
    let captures = [("color", text)];
    let name = if plan.location == ParameterLocation::Cookie { "Cookie" } else { "color" };
    let fields = [FieldLine::new(name, text)];
    let input = ParameterInput { captures: &captures, query: Some(text), fields: &fields };
    let plans = ParameterPlans::new(vec![plan.clone()], ParameterOptions::default());
    decode_unvalidated(&plans, &input).map(|values| values.at(0).map_or(Value::Null, |node| node.to_json()))
}
