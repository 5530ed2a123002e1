//! The expressions of uritemplate-test that a Parameter Object can say (OAS Appendix C), encoded, and decoded
//! again unless reserved expansion has lost the delimiters.
//!
//! The suite is external data: without it the test says that it is skipped.

use super::corpora;
use super::parameters::{Compiled, compile};
use brrtrouter::parameter::{self, ParameterInput, ParameterOptions};
use brrtrouter::schema::instance::{Instance, InstanceNode};
use serde_json::{Value, json};

#[test]
fn single_expressions() {
    let mut checked = 0;
    for file in ["spec-examples.json", "spec-examples-by-section.json", "extended-tests.json"] {
        let Some(path) = corpora::corpus(&format!("uritemplate-test/{file}")) else { return };
        let suite: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for group in suite.as_object().unwrap().values() {
            for case in group["testcases"].as_array().unwrap() {
                checked += usize::from(check(&group["variables"], case[0].as_str().unwrap(), &case[1]));
            }
        }
    }
    assert_eq!(checked, 90);
}

/// Whether the template is one that a parameter can say; it is checked then.
fn check(variables: &Value, template: &str, expected: &Value) -> bool {
    let Some((prefix, expression)) = template.split_once('{').filter(|(prefix, _)| prefix.is_ascii()) else {
        return false;
    };
    let Some(expression) = expression.strip_suffix('}') else { return false };
    let name = expression.trim_start_matches(['+', '.', ';', '?']).trim_end_matches('*');
    let operator =
        &expression[..expression.len() - expression.trim_start_matches(['+', '.', ';', '?']).len()];
    let Some(value) = variables.get(name).filter(|value| !value.is_null()) else { return false };
    // A variable name is percent-encoded in a template, the parameter's name is not (SER-026).
    let name = &*percent_encoding::percent_decode_str(name).decode_utf8().expect("UTF-8");
    let explode = expression.ends_with('*');
    // The style table gives undefined values a text, and SER-023 encodes `.` where it delimits.
    let is_empty = value == &json!([]) || value == &json!({});
    if (is_empty && operator != "?") || (operator == "." && explode && value.is_object()) {
        return false;
    }
    let (location, style) = match operator {
        "." => ("path", "label"),
        ";" => ("path", "matrix"),
        "?" => ("query", "form"),
        _ => ("path", "simple"),
    };
    let parameter = json!({
        "name": name, "in": location, "style": style, "explode": explode, "required": location == "path",
        "allowReserved": operator == "+", "schema": schema_of(value)
    });
    let compiled = compile("3.2.0", &json!([parameter]), ParameterOptions::default());
    let instance = Instance::from(value);
    let text =
        parameter::encode(&compiled.plans.as_slice()[0], instance.root()).expect("it has a serialization");
    let lead = if operator == "?" && !text.is_empty() { "?" } else { "" };
    let whole = json!(format!("{prefix}{lead}{text}"));
    let fits = expected == &whole || expected.as_array().is_some_and(|all| all.contains(&whole));
    assert!(fits, "{template}: {whole} is not {expected}");
    if operator != "+" && !is_empty {
        assert_eq!(decode(&compiled, name, &text), Some(value.clone()), "{template} {text}");
    }
    true
}

fn schema_of(value: &Value) -> Value {
    let any = json!({"type": ["number", "string"]});
    match value {
        Value::Array(_) => json!({"type": "array", "items": {"type": "string"}}),
        Value::Object(_) => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Value::String(_) => json!({"type": "string"}),
        Value::Null | Value::Bool(_) | Value::Number(_) => any,
    }
}

fn decode(compiled: &Compiled, name: &str, text: &str) -> Option<Value> {
    let captures = [(name, text)];
    let input = ParameterInput { captures: &captures, query: Some(text), fields: &[] };
    let values = parameter::decode(&compiled.plans, &input, &compiled.schemas).expect("a valid value");
    values.at(0).map(InstanceNode::to_json)
}
