//! What counts as the same, in part, different and not over a socket.

use super::*;
use crate::protocol::Exchange;

fn result(json: &str) -> Answer {
    Answer::Result(Box::new(serde_json::from_str(json).expect("a result")))
}

fn way(verdict: Verdict, why: &str, answers: &[Result<Answer, &str>]) -> Way {
    let exchange: Exchange =
        serde_json::from_str(r#"{"id": "a", "request": {"method": "GET", "target": "/"}}"#)
            .expect("an exchange");
    let spoken = answers.iter().map(|answer| Spoken {
        question: Question::Exchange(exchange.clone()),
        answer: answer.clone().map_err(str::to_owned),
    });
    let detail = if why.is_empty() { Vec::new() } else { vec![why.to_owned()] };
    Way { outcome: Outcome { verdict, detail, fault: None }, spoken: spoken.collect() }
}

#[track_caller]
fn differs(inside: &str, over: &str, mention: Option<&str>) {
    let process = way(Verdict::Passed, "", &[Ok(result(inside))]);
    let socket = way(Verdict::Passed, "", &[Ok(result(over))]);
    match (compare(&process, &socket), mention) {
        (Standing::Same, None) => {}
        (Standing::Different(found), Some(mention)) => {
            assert!(found[0].what.starts_with(mention), "{found:?}")
        }
        (found, _) => assert_eq!(format!("{found:?}"), format!("{mention:?}")),
    }
}

#[test]
fn answers_are_compared_whole() {
    differs(r#"{"status": 200}"#, r#"{"status": 200}"#, None);
    differs(r#"{"status": 200}"#, r#"{"status": 404}"#, Some("status"));
    differs(r#"{"operation": "a"}"#, r#"{"operation": null}"#, Some("operation"));
    differs(r#"{"parameters": {"path": {"a": 1}}}"#, r#"{"parameters": {"path": {"a": 1.0}}}"#, None);
    differs(r#"{"parameters": {"path": {"a": 1}}}"#, r#"{"parameters": {"path": {}}}"#, Some("parameters"));
    differs(r#"{"body": null}"#, "{}", Some("content"));
    differs(r#"{"response_body": "a"}"#, r#"{"response_body": ""}"#, Some("response content"));
    differs(r#"{"headers": [["A", "1"]]}"#, r#"{"headers": [["Date", "now"], ["a", "1"]]}"#, None);
    differs(r#"{"headers": [["Date", "then"]]}"#, r#"{"headers": [["Date", "now"]]}"#, Some("fields"));
    differs(
        r#"{"headers": [["A", "1"], ["A", "2"]]}"#,
        r#"{"headers": [["A", "2"], ["A", "1"]]}"#,
        Some("fields"),
    );
    differs("{}", r#"{"headers": [["Server", "x"]]}"#, Some("fields"));
}

#[test]
fn what_was_not_asked_is_never_the_same() {
    let passed = way(Verdict::Passed, "", &[Ok(result("{}"))]);
    let refused = way(Verdict::Skipped, "no octets", &[Err("not offered: no octets")]);
    assert_eq!(compare(&passed, &refused), Standing::NotOverSockets("no octets".to_owned()));
    let load_only = way(Verdict::Passed, "", &[]);
    assert_eq!(compare(&load_only, &load_only), Standing::NotOverSockets("it makes no request".to_owned()));
    let right = way(Verdict::Skipped, "right as far as it shows", &[Ok(result("{}"))]);
    assert_eq!(compare(&passed, &right), Standing::InPart("right as far as it shows".to_owned()));
    let failed = way(Verdict::Failed, "hang", &[Err("hang")]);
    assert!(matches!(compare(&passed, &failed), Standing::Different(_)), "a hang is a difference");
}
