//! Primitive parameters take no heap.

use super::*;

#[test]
fn primitive_parameters_do_not_allocate() {
    let place = |location, name: &str, style, structure| ParameterPlan {
        name: name.into(),
        required: true,
        ..plan(location, style, false, structure)
    };
    let plans = ParameterPlans::new(
        vec![
            place(Path, "id", Simple, scalar(INTEGER)),
            place(Path, "name", Label, scalar(STRING)),
            place(Query, "q", Form, scalar(STRING)),
            place(Query, "limit", Form, scalar(ScalarTypes { null: true, ..INTEGER })),
            place(Query, "tags", Form, array(STRING)),
            place(Header, "X-Trace", Simple, scalar(STRING)),
            place(Cookie, "session", Form, scalar(STRING)),
        ],
        ParameterOptions::default(),
    );
    let fields =
        [FieldLine::new("x-trace", "0af7651916cd43dd"), FieldLine::new("Cookie", "a=b; session=x%20y")];
    let input = ParameterInput {
        captures: &[("id", "42"), ("name", ".r%C3%A9x")],
        query: Some("unknown=%20&limit=10&q=caf%C3%A9+au+lait&tags=a,b%2Cc"),
        fields: &fields,
    };
    let mut decoded = None;
    let counted = allocation_counter::measure(|| decoded = decode_unvalidated(&plans, &input).ok());
    assert_eq!(counted.count_total, 0);
    let values = decoded.unwrap();
    let seen: Vec<_> =
        (0..7).map(|position| values.at(position).map(|node| node.to_json().to_string())).collect();
    let expected = [
        "42",
        "\"r\u{e9}x\"",
        "\"caf\u{e9} au lait\"",
        "10",
        "[\"a\",\"b,c\"]",
        "\"0af7651916cd43dd\"",
        "\"x y\"",
    ];
    for (own, expected) in seen.iter().zip(expected) {
        assert_eq!(own.as_deref(), Some(expected));
    }
}
