//! Compares the answers to probes: questions without HTTP. Never panics.

use serde_json::Value;

use super::{equal, mentions, same, short, summary};
use crate::case::format::{InstanceExpectation, SchemaErrorExpectation};
use crate::case::{DecodeProbe, EncodeProbe, ParseProbe, ResolveProbe, ValidateProbe};
use crate::protocol::{Decoded, Encoded, Parsed, Resolved, Validated, Verdict};

/// Compares the answer to `validate`.
#[must_use]
pub fn validated(expected: &ValidateProbe, found: &Validated) -> Vec<String> {
    if !found.ok {
        return vec![format!("the schema did not compile: {}", found.error.as_deref().unwrap_or_default())];
    }
    if found.verdicts.len() != expected.instances.len() {
        return vec![format!("{} verdicts for {} instances", found.verdicts.len(), expected.instances.len())];
    }
    let mut wrong = Vec::new();
    for (instance, verdict) in expected.instances.iter().zip(&found.verdicts) {
        check_instance(instance, verdict, &mut wrong);
    }
    wrong
}

fn check_instance(expected: &InstanceExpectation, found: &Verdict, wrong: &mut Vec<String>) {
    let data: String = expected.data.get().chars().take(120).collect();
    if expected.valid != found.valid {
        let word = |valid| if valid { "valid" } else { "invalid" };
        wrong.push(format!("{data} is {}, expected {}", word(found.valid), word(expected.valid)));
    }
    for error in &expected.errors {
        let matches = |found: &crate::protocol::SchemaError| {
            let SchemaErrorExpectation { instance, keyword, mentions: texts } = error;
            equal(instance.as_ref(), &found.instance)
                && keyword.as_ref().is_none_or(|end| found.keyword.ends_with(end.as_str()))
                && texts.iter().all(|text| mentions(&found.message, text))
        };
        if !found.errors.iter().any(matches) {
            wrong.push(format!("{data}: no error is {error:?}; errors: {:?}", found.errors));
        }
    }
    for silent in &expected.silent {
        if found.errors.iter().any(|error| mentions(&error.message, silent)) {
            wrong.push(format!("{data}: an error mentions `{silent}`"));
        }
    }
}

/// Compares the answer to `decode`.
#[must_use]
pub fn decoded(expected: &DecodeProbe, found: &Decoded) -> Vec<String> {
    let raw = &expected.raw;
    let what = match (&found.value, found.absent, &found.error) {
        (Some(value), ..) => short(value),
        (None, true, _) => "absent".to_owned(),
        (None, false, error) => format!("refused ({})", error.as_deref().unwrap_or_default()),
    };
    let right = match &expected.value {
        Some(value) => found.value.as_ref().is_some_and(|found| same(found, value)),
        None if expected.absent => found.absent && found.value.is_none(),
        None => found.error.is_some(),
    };
    if right {
        return Vec::new();
    }
    let wanted = match &expected.value {
        Some(value) => short(value),
        None if expected.absent => "absent".to_owned(),
        None => "refused".to_owned(),
    };
    vec![format!("`{raw}` decodes to {what}, expected {wanted}")]
}

/// Compares the answer to `encode`.
#[must_use]
pub fn encoded(expected: &EncodeProbe, found: &Encoded) -> Vec<String> {
    if expected.text == found.text && (expected.text.is_some() || found.error.is_some()) {
        return Vec::new();
    }
    let value = expected.value.as_ref().map_or("undefined", |value| value.get());
    let what = |text: &Option<String>| text.as_ref().map_or("refused".to_owned(), |text| format!("`{text}`"));
    vec![format!("{value} encodes to {}, expected {}", what(&found.text), what(&expected.text))]
}

/// Compares the answer to `parse`.
#[must_use]
pub fn parsed(expected: &ParseProbe, found: &Parsed) -> Vec<String> {
    let mut wrong = Vec::new();
    if expected.ok != found.ok {
        let word = if found.ok { "accepted" } else { "refused" };
        wrong.push(format!("the text is {word}: {}", summary(&found.diagnostics)));
    }
    if let Some(value) = &expected.value
        && !found.value.as_ref().is_some_and(|found| same(found, value))
    {
        let what = found.value.as_ref().map_or("nothing".to_owned(), short);
        wrong.push(format!("the text reads as {what}, expected {}", short(value)));
    }
    if let Some(line) = expected.line
        && found.diagnostics.first().map(|found| found.line) != Some(line)
    {
        wrong.push(format!("the first finding is not in line {line}: {}", summary(&found.diagnostics)));
    }
    for text in &expected.mentions {
        if !found.diagnostics.iter().any(|found| mentions(&format!("{} {}", found.message, found.mend), text))
        {
            wrong.push(format!("no finding mentions `{text}`: {}", summary(&found.diagnostics)));
        }
    }
    wrong
}

/// Compares the answer to `resolve`.
#[must_use]
pub fn resolved(expected: &ResolveProbe, found: &Resolved) -> Vec<String> {
    let mut wrong = Vec::new();
    for (index, step) in expected.steps.iter().enumerate() {
        let reference = &step.reference;
        let Some(found) = found.steps.get(index) else {
            wrong.push(format!("`{reference}`: no answer"));
            break;
        };
        match (&step.target, &found.target) {
            (Some(wanted), Some(target)) if same(wanted, target) => {}
            (None, None) if found.error.is_some() => {}
            (wanted, target) => {
                let word = |value: &Option<Value>| value.as_ref().map_or("an error".to_owned(), short);
                wrong.push(format!("`{reference}` leads to {}, expected {}", word(target), word(wanted)));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::case;

    #[test]
    fn probes_are_compared() {
        let probe = |yaml: &str| case(&format!("probes: [{yaml}]")).probes.remove(0);
        let decode = |yaml: &str, found: serde_json::Value| {
            let expected = probe(yaml).decode.expect("decode");
            super::decoded(&expected, &serde_json::from_value(found).expect("an answer")).len()
        };
        let value = "{decode: {parameter: {}, raw: x, value: [1]}}";
        let absent = "{decode: {parameter: {}, raw: x, absent: true}}";
        let error = "{decode: {parameter: {}, raw: x, error: true}}";
        for (yaml, found, mismatches) in [
            (value, json!({"value": [1.0]}), 0),
            (value, json!({"value": ["1"]}), 1),
            (value, json!({"absent": true}), 1),
            (value, json!({"error": "e"}), 1),
            (absent, json!({"absent": true}), 0),
            (absent, json!({"value": null}), 1),
            (error, json!({"error": "e"}), 0),
            (error, json!({"value": null}), 1),
            (error, json!({"absent": true}), 1),
        ] {
            assert_eq!(decode(yaml, found.clone()), mismatches, "{yaml} {found}");
        }
        let encode = |yaml: &str, found: serde_json::Value| {
            let expected = probe(yaml).encode.expect("encode");
            super::encoded(&expected, &serde_json::from_value(found).expect("an answer")).len()
        };
        assert_eq!(encode("{encode: {parameter: {}, text: a}}", json!({"text": "a"})), 0);
        assert_eq!(encode("{encode: {parameter: {}, text: a}}", json!({"text": "b"})), 1);
        assert_eq!(encode("{encode: {parameter: {}, text: a}}", json!({"error": "b"})), 1);
        assert_eq!(encode("{encode: {parameter: {}, error: true}}", json!({"error": "b"})), 0);
        assert_eq!(encode("{encode: {parameter: {}, error: true}}", json!({"text": "b"})), 1);
        let validate = probe(
            "{validate: {schema: {}, instances: [{data: 1, valid: false, errors: [{instance: '', keyword: /type}], silent: [x]}]}}",
        );
        let validate = validate.validate.expect("validate");
        for (found, mismatches) in [
            (
                json!({"ok": true, "verdicts": [{"valid": false, "errors": [{"instance": "", "keyword": "#/type", "message": "m"}]}]}),
                0,
            ),
            (json!({"ok": true, "verdicts": [{"valid": true}]}), 2),
            (
                json!({"ok": true, "verdicts": [{"valid": false, "errors": [{"instance": "/a", "keyword": "/type", "message": "x"}]}]}),
                2,
            ),
            (json!({"ok": true, "verdicts": []}), 1),
            (json!({"ok": false, "error": "e"}), 1),
        ] {
            let answer = serde_json::from_value(found.clone()).expect("an answer");
            assert_eq!(super::validated(&validate, &answer).len(), mismatches, "{found}");
        }
    }
}
