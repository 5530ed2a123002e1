//! Compares a response with what a case expects of it. Never panics.

use serde_json::Value;

use super::format::Expect;
use super::octets::shown;
use super::response::Response;
use crate::case::HeaderExpectation;

/// What is wrong with `response`; empty where it is right.
#[must_use]
pub fn wrong(expect: &Expect, response: &Response) -> Vec<String> {
    if !expect.status.allow(response.status) {
        return vec![format!("the status code is {}, expected {}", response.status, expect.status.told())];
    }
    if !expect.demands_on.is_empty() && !expect.demands_on.allow(response.status) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for (name, expectation) in &expect.fields {
        wrong.extend(field(name, expectation, response));
    }
    wrong.extend(body(expect, response));
    wrong
}

fn field(name: &str, expectation: &HeaderExpectation, response: &Response) -> Option<String> {
    let lines: Vec<&str> = response.values(name).collect();
    let value = lines.join(", ");
    match expectation {
        HeaderExpectation::Absent => {
            (!lines.is_empty()).then(|| format!("{name} is `{value}`, expected none"))
        }
        HeaderExpectation::Equals(text) => {
            let right = !lines.is_empty() && value.eq_ignore_ascii_case(text);
            (!right).then(|| format!("{name} is `{value}`, expected `{text}`"))
        }
        HeaderExpectation::Matcher(matcher) => {
            let present = matcher.present.is_none_or(|present| present != lines.is_empty());
            let contains = matcher.contains.as_ref().is_none_or(|text| value.contains(text.as_str()));
            let members = matcher.members.as_ref().is_none_or(|members| same_members(members, &value));
            let same = matcher.lines.as_ref().is_none_or(|expected| *expected == lines);
            let right = present && contains && members && same;
            (!right).then(|| format!("{name} is `{value}`, expected {matcher:?}"))
        }
    }
}

fn same_members(expected: &[String], value: &str) -> bool {
    let mut found: Vec<&str> = value.split(',').map(str::trim).filter(|member| !member.is_empty()).collect();
    let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    found == expected
}

fn body(expect: &Expect, response: &Response) -> Vec<String> {
    let mut wrong = Vec::new();
    let text = String::from_utf8_lossy(&response.body);
    if expect.no_body && !response.body.is_empty() {
        wrong.push(format!("the content is `{}`, expected none", shown(&response.body)));
    }
    if let Some(expected) = &expect.body
        && *expected != text
    {
        wrong.push(format!("the content is `{}`, expected `{expected}`", shown(&response.body)));
    }
    let absent = expect.body_contains.iter().filter(|part| !text.contains(part.as_str()));
    wrong.extend(absent.map(|part| format!("the content has no `{part}`")));
    let told = expect.body_silent.iter().filter(|part| text.contains(part.as_str()));
    wrong.extend(told.map(|part| format!("the content tells `{part}`")));
    if !expect.json.is_empty() {
        wrong.extend(json(expect, &response.body));
    }
    wrong
}

fn json(expect: &Expect, body: &[u8]) -> Vec<String> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return vec![format!("the content is no JSON: `{}`", shown(body))];
    };
    let differs = |(pointer, expected): (&String, &Value)| {
        let found = value.pointer(pointer);
        let found_text =
            found.map_or_else(|| "absent".to_owned(), |found| shown(found.to_string().as_bytes()));
        (found != Some(expected)).then(|| format!("{pointer} is {found_text}, expected {expected}"))
    };
    expect.json.iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::response::{Asked, parse};

    #[test]
    fn what_is_wrong_is_told() {
        let text =
            b"HTTP/1.1 200 OK\r\nAllow: GET, HEAD\r\nContent-Length: 18\r\n\r\n{\"a\": {\"b\": \"c\"}}\n";
        let (response, _) = parse(text, Asked::default(), false).expect("read").expect("whole");
        let check = |yaml: &str, mentions: &[&str]| {
            let expect: Expect = serde_json::from_str(yaml).expect(yaml);
            let found = wrong(&expect, &response);
            assert_eq!(found.len(), mentions.len(), "{yaml}: {found:?}");
            assert!(found.iter().zip(mentions).all(|(found, mention)| found.contains(mention)), "{found:?}");
        };
        check(r#"{"status": 200}"#, &[]);
        check(r#"{"status": ["4xx", 200]}"#, &[]);
        check(r#"{"status": ["4xx", 201]}"#, &["is 200, expected 4xx or 201"]);
        check(r#"{"status": 200, "json": {"/a/b": "c"}}"#, &[]);
        check(r#"{"status": 200, "json": {"/a/b": "d", "/x": 1}}"#, &["/a/b is \"c\"", "/x is absent"]);
        check(r#"{"status": 200, "fields": {"allow": {"members": ["HEAD", "GET"]}, "x": null}}"#, &[]);
        check(r#"{"status": 200, "fields": {"allow": null}}"#, &["expected none"]);
        check(r#"{"status": 200, "fields": {"allow": {"members": ["GET"]}}}"#, &["GET, HEAD"]);
        check(r#"{"status": 200, "no_body": true}"#, &["expected none"]);
        check(
            r#"{"status": 200, "body_contains": ["b", "z"], "body_silent": ["c"]}"#,
            &["no `z`", "tells `c`"],
        );
        check(r#"{"status": [200, 204], "demands_on": 204, "no_body": true}"#, &[]);
    }
}
