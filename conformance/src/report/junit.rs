//! `junit.xml`: a suite per level and one for whole documents.
//!
//! JUnit knows no known gap: one is a skipped test whose message says so, and a failure under `--strict`. What is not as expected is
//! a failure, an unexpected pass too. Never panics.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Run;
use crate::case::{Case, Level};
use crate::outcome::{Outcome, Verdict};

/// The report as XML.
#[must_use]
pub fn report(run: &Run) -> String {
    let mut report = Report::new("conformance");
    for level in Level::ALL {
        let mut suite = TestSuite::new(format!("{} {}", level.name(), level.title()));
        let of_level = run.pairs().zip(&run.records).filter(|((case, _), _)| case.level == level);
        for ((case, outcome), record) in of_level {
            suite.add_test_case(test_case(run, case, outcome, record.seconds));
        }
        add(&mut report, suite);
    }
    let mut suite = TestSuite::new("documents");
    for document in &run.documents {
        let name = document.path.to_string_lossy();
        let mut test = TestCase::new(&*name, status(run, &name, &document.outcome));
        test.set_classname("documents");
        suite.add_test_case(test);
    }
    add(&mut report, suite);
    report.to_string().unwrap_or_default()
}

fn add(report: &mut Report, suite: TestSuite) {
    if suite.tests > 0 {
        report.add_test_suite(suite);
    }
}

fn test_case(run: &Run, case: &Case, outcome: &Outcome, seconds: f64) -> TestCase {
    let mut test = TestCase::new(case.id.as_str(), status(run, &case.id, outcome));
    test.set_classname(case.place.file.with_extension("").to_string_lossy().replace('/', "."));
    if let Ok(time) = Duration::try_from_secs_f64(seconds) {
        test.set_time(time);
    }
    test.add_property(("rows", case.ids.join(" ").as_str()));
    test
}

fn status(run: &Run, name: &str, outcome: &Outcome) -> TestCaseStatus {
    let failure = |what: &str, message: &str| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(what).set_message(message).set_description(outcome.detail.join("\n"));
        status
    };
    let first = outcome.detail.first().map_or("", String::as_str);
    match (outcome.verdict, run.expectations.of_case(name)) {
        (Verdict::Passed, None) => TestCaseStatus::success(),
        (Verdict::Passed, Some(_)) => failure("unexpected pass", "take its entry out of expectations.yaml"),
        (Verdict::Failed, None) => failure("unexpected failure", first),
        (Verdict::Skipped, None) => failure("unexpected skip", first),
        (Verdict::Failed | Verdict::Skipped, Some(entry)) if run.strict => {
            failure("known gap", &entry.reason)
        }
        (Verdict::Failed | Verdict::Skipped, Some(entry)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known gap, counted as failed: {}", entry.reason));
            status
        }
    }
}
