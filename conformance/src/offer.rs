//! What a worker can show, and what of a case is left to compare with it.
//!
//! Takes: a case's expectations. Gives: those that the worker's answers can tell of, and the names of those that they
//! cannot. Our words (codes of findings, members of problems) are asked of nobody who does not offer them; the rest of
//! a case is compared, and a case that was right as far as it could be seen counts as skipped. Never panics.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::case::{Expect, LoadExpectation};

/// One thing that a worker's answers may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observation {
    /// Whether a wrong description is refused.
    Refusal,
    /// Findings by catalogue row, severity and place.
    Diagnostics,
    /// All operations that are served.
    Operations,
    /// The operation that a request reached.
    Operation,
    /// Decoded parameters.
    Parameters,
    /// Decoded request content.
    Body,
    /// Problem details, with our members.
    Problem,
    /// The response's field lines.
    Headers,
    /// Whether the handler's response keeps to the description.
    Response,
    /// The response's content.
    ResponseBody,
}

/// What a worker offers; all where it says nothing.
#[derive(Debug, Clone, Default)]
pub struct Offers(Option<BTreeSet<Observation>>);

/// Names of what was expected and cannot be seen.
pub type Unseen = BTreeSet<&'static str>;

impl Offers {
    /// Of the greeting.
    #[must_use]
    pub fn of(listed: Option<Vec<Observation>>) -> Self {
        Self(listed.map(|listed| listed.into_iter().collect()))
    }

    fn lacks(&self, one: Observation) -> bool {
        self.0.as_ref().is_some_and(|offered| !offered.contains(&one))
    }

    /// What is left of a load's expectation, when the description was `accepted` or not.
    pub fn of_load(
        &self,
        expected: &LoadExpectation,
        accepted: bool,
        unseen: &mut Unseen,
    ) -> LoadExpectation {
        let mut left = expected.clone();
        if self.lacks(Observation::Refusal) && expected.ok == Some(false) && accepted {
            unseen.insert("whether a wrong description is refused");
            left.ok = Some(true);
        }
        if self.lacks(Observation::Diagnostics) {
            let must_be_accepted = expected.ok != Some(false);
            let found = !left.diagnostics.is_empty() || !left.absent.is_empty();
            // Of a refusal, the findings are how we name it; of an acceptance, they are the matter.
            if must_be_accepted && found {
                unseen.insert("findings");
            }
            left = LoadExpectation { ok: left.ok, operations: left.operations, ..LoadExpectation::default() };
        }
        if self.lacks(Observation::Operations) && left.operations.take().is_some() {
            unseen.insert("the list of operations");
        }
        left
    }

    /// What is left of an exchange's expectation.
    pub fn of_exchange(&self, expected: &Expect, unseen: &mut Unseen) -> Expect {
        let mut left = expected.clone();
        if self.lacks(Observation::Problem) {
            left.problem = None;
            left.response_errors.clear();
        }
        let mut drop = |one: Observation, there: bool, name: &'static str| {
            let gone = self.lacks(one) && there;
            if gone {
                unseen.insert(name);
            }
            gone
        };
        if drop(Observation::Operation, expected.operation.is_some(), "the operation") {
            left.operation = None;
        }
        let parameters = !(expected.parameters.is_empty() && expected.absent.is_empty());
        if drop(Observation::Parameters, parameters, "decoded parameters") {
            left.parameters.clear();
            left.absent.clear();
        }
        if drop(Observation::Body, expected.body.is_some() || expected.no_body, "decoded content") {
            (left.body, left.no_body) = (None, false);
        }
        if drop(Observation::Headers, !expected.headers.is_empty(), "response fields") {
            left.headers.clear();
        }
        let response = expected.response_ok.is_some() || !expected.response_errors.is_empty();
        if drop(Observation::Response, response, "the verdict on a response") {
            left.response_ok = None;
            left.response_errors.clear();
        }
        let content = expected.response_body.is_some() || expected.response_json.is_some();
        if drop(Observation::ResponseBody, content, "response content") {
            (left.response_body, left.response_json) = (None, None);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(json: &str) -> Expect {
        serde_json::from_str(json).expect("an expectation")
    }

    #[test]
    fn what_cannot_be_seen_is_named_and_not_compared() {
        let few = Offers::of(Some(vec![Observation::Operation]));
        let all = Offers::default();
        for (text, names) in [
            (r#"{"status": 200, "operation": "a"}"#, &[][..]),
            (r#"{"status": 400, "problem": {"type": "x"}}"#, &[]),
            (r#"{"parameters": {"path": {"a": 1}}}"#, &["decoded parameters"]),
            (r#"{"headers": {"Allow": "GET"}, "no_body": true}"#, &["decoded content", "response fields"]),
        ] {
            let mut unseen = Unseen::new();
            let left = few.of_exchange(&expect(text), &mut unseen);
            assert_eq!(unseen.into_iter().collect::<Vec<_>>(), names, "{text}");
            assert!(left.problem.is_none() && left.parameters.is_empty() && left.headers.is_empty());
            let mut unseen = Unseen::new();
            all.of_exchange(&expect(text), &mut unseen);
            assert!(unseen.is_empty(), "a worker that says nothing offers all");
        }
    }

    #[test]
    fn a_refusal_needs_no_finding_and_a_warning_does() {
        let few = Offers::of(Some(vec![Observation::Refusal]));
        for (text, names) in [
            (r#"{"ok": false, "diagnostics": [{"code": "DOC-001"}]}"#, &[][..]),
            (r#"{"diagnostics": [{"code": "DOC-003"}]}"#, &["findings"]),
            (r#"{"operations": ["a"]}"#, &["the list of operations"]),
        ] {
            let expected: LoadExpectation = serde_json::from_str(text).expect("an expectation");
            let mut unseen = Unseen::new();
            let left = few.of_load(&expected, false, &mut unseen);
            assert_eq!(unseen.into_iter().collect::<Vec<_>>(), names, "{text}");
            assert_eq!((left.ok, left.diagnostics.len()), (expected.ok, 0));
        }
        let refused = LoadExpectation { ok: Some(false), ..LoadExpectation::default() };
        let mut unseen = Unseen::new();
        let left = Offers::of(Some(Vec::new())).of_load(&refused, true, &mut unseen);
        assert_eq!(
            (left.ok, unseen.len()),
            (Some(true), 1),
            "who judges no description is not blamed for it"
        );
    }
}
