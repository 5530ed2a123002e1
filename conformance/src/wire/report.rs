//! What a run of the wire suite leaves: a table for people, a file for programs. Never panics.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::play::{Cut, Failure};
use super::read::WireCase;
use super::suite::{Outcome, Verdict};

/// Cases with their outcomes.
#[derive(Debug)]
pub struct Report<'a> {
    /// Where the server listened.
    pub url: &'a str,
    /// In the order of the files.
    pub cases: &'a [WireCase],
    /// In the same order.
    pub outcomes: &'a [Outcome],
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    const fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed { .. } => self.failed += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
    }

    const fn applicable(self) -> usize {
        self.passed + self.failed
    }

    fn line(self, name: &str) -> String {
        let Self { passed, failed, skipped } = self;
        let (applicable, total) = (self.applicable(), self.applicable() + skipped);
        format!("{name:<24} {passed:>7} {failed:>7} {skipped:>7} {applicable:>10} {total:>7}\n")
    }

    fn json(self) -> Value {
        let Self { passed, failed, skipped } = self;
        let (applicable, total) = (self.applicable(), self.applicable() + skipped);
        json!({ "passed": passed, "failed": failed, "skipped": skipped, "applicable": applicable, "total": total })
    }
}

impl Report<'_> {
    fn each(&self) -> impl Iterator<Item = (&WireCase, &Outcome)> {
        self.cases.iter().zip(self.outcomes)
    }

    fn groups(&self) -> BTreeMap<&str, Tally> {
        let mut groups: BTreeMap<&str, Tally> = BTreeMap::new();
        for (case, outcome) in self.each() {
            groups.entry(&case.group).or_default().add(&outcome.verdict);
        }
        groups
    }

    fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        self.outcomes.iter().for_each(|outcome| sum.add(&outcome.verdict));
        sum
    }

    /// Whether every case that ran passed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.sum().failed == 0
    }

    /// Failures, skipped cases by reason, and a table of the groups.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut out = String::new();
        for (case, outcome) in self.each() {
            if let Verdict::Failed { cut, failure } = &outcome.verdict {
                out.push_str(&told(case, *cut, failure));
            }
        }
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (case, outcome) in self.each() {
            if let Verdict::Skipped(reason) = &outcome.verdict {
                reasons.entry(reason).or_default().push(&case.id);
            }
        }
        for (reason, ids) in reasons {
            put(&mut out, format_args!("skipped, {reason}\n    {}\n", ids.join(" ")));
        }
        put(
            &mut out,
            format_args!(
                "{:<24} {:>7} {:>7} {:>7} {:>10} {:>7}\n",
                "", "passed", "failed", "skipped", "applicable", "total"
            ),
        );
        self.groups().into_iter().for_each(|(name, tally)| out.push_str(&tally.line(name)));
        out.push_str(&self.sum().line("all"));
        out
    }

    /// `wire.json`.
    #[must_use]
    pub fn json(&self) -> Value {
        let groups: BTreeMap<&str, Value> =
            self.groups().into_iter().map(|(name, tally)| (name, tally.json())).collect();
        let cases: Vec<Value> = self.each().map(|(case, outcome)| one(case, outcome)).collect();
        json!({ "url": self.url, "all": self.sum().json(), "groups": groups, "cases": cases })
    }
}

fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    if out.write_fmt(arguments).is_err() {
        out.push('\n');
    }
}

fn told_cut(cut: Cut) -> String {
    match cut {
        Cut::None => "in one piece".to_owned(),
        Cut::Everywhere => "one octet at a time".to_owned(),
        Cut::After(count) => format!("cut after {count} octets"),
    }
}

/// A failure for people.
fn told(case: &WireCase, cut: Cut, failure: &Failure) -> String {
    let mut out = String::new();
    let Failure { expected, found, sent, came } = failure;
    let requirement = case.requirement.name();
    put(&mut out, format_args!("FAILED {} ({}), {}\n", case.id, case.place, case.title));
    put(&mut out, format_args!("    sent     {sent}\n             {}\n", told_cut(cut)));
    put(&mut out, format_args!("    expected {expected} ({requirement}, {})\n", case.rfc));
    put(&mut out, format_args!("    found    {found}\n"));
    put(&mut out, format_args!("    came     {came}\n"));
    out
}

fn one(case: &WireCase, outcome: &Outcome) -> Value {
    let mut value = json!({
        "id": case.id, "group": case.group, "title": case.title, "rfc": case.rfc,
        "requirement": case.requirement, "ids": case.ids, "modes": case.modes,
        "milliseconds": u64::try_from(outcome.time.as_millis()).unwrap_or(u64::MAX),
    });
    let more = match &outcome.verdict {
        Verdict::Passed => json!({ "verdict": "passed" }),
        Verdict::Skipped(reason) => json!({ "verdict": "skipped", "reason": reason }),
        Verdict::Failed { cut, failure: Failure { expected, found, sent, came } } => json!({
            "verdict": "failed", "cut": told_cut(*cut),
            "expected": expected, "found": found, "sent": sent, "came": came,
        }),
    };
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}
