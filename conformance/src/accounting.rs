//! What the run says about each row of the catalogue, and what of it was not expected.
//!
//! Takes: cases with outcomes, documents, expectations, the catalogue. Gives: one state per row, and the
//! regressions (unexpected failure, unexpected pass, stale entry, row unaccounted for). Never panics.

use std::collections::{BTreeMap, HashMap};

use crate::case::{Case, Polarity};
use crate::catalogue::{Catalogue, Row};
use crate::documents::DocumentResult;
use crate::expectations::{Entry, Expectations, State};
use crate::outcome::{Outcome, Verdict};

/// What is said about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowState {
    /// Its cases pass, in both polarities where it is a MUST.
    Met,
    /// It is not met, and an entry says why.
    KnownGap,
    /// It is not met, and no entry says why.
    Failing,
    /// Other tests than the cases show it.
    Elsewhere,
    /// It has no cases, or not enough.
    NotYet,
}

impl RowState {
    /// All states, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Met, Self::KnownGap, Self::Failing, Self::Elsewhere, Self::NotYet];

    /// The words in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::KnownGap => "known gap",
            Self::Failing => "failing",
            Self::Elsewhere => "elsewhere",
            Self::NotYet => "not yet",
        }
    }

    /// How it counts: a known gap as failed, what is shown elsewhere or not yet as skipped.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Met => Verdict::Passed,
            Self::KnownGap | Self::Failing => Verdict::Failed,
            Self::Elsewhere | Self::NotYet => Verdict::Skipped,
        }
    }
}

/// The account of one row.
#[derive(Debug, Clone)]
pub struct RowAccount {
    /// Its state.
    pub state: RowState,
    /// Why, where it is not met.
    pub reason: String,
    /// Its cases, as indexes.
    pub cases: Vec<usize>,
    /// A MUST of 3.1 that nothing accounts for.
    pub unaccounted: bool,
}

/// Something that was not expected: each fails the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regression {
    /// A case or document failed without an entry.
    UnexpectedFailure(String, String),
    /// A case or document was skipped without an entry.
    UnexpectedSkip(String, String),
    /// A case or document passed in spite of an entry.
    UnexpectedPass(String),
    /// An entry that no longer fits.
    StaleEntry(usize, String),
    /// A MUST row with neither cases nor an entry.
    Unaccounted(String, String),
}

impl std::fmt::Display for Regression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnexpectedFailure(case, why) => write!(f, "unexpected failure: {case}: {why}"),
            Self::UnexpectedSkip(case, why) => write!(f, "unexpected skip: {case}: {why}"),
            Self::UnexpectedPass(case) => {
                write!(f, "unexpected pass: {case}: take its entry out of expectations.yaml")
            }
            Self::StaleEntry(line, why) => write!(f, "stale entry: expectations.yaml:{line}: {why}"),
            Self::Unaccounted(row, why) => write!(f, "unaccounted row: {row}: {why}"),
        }
    }
}

/// The whole account.
#[derive(Debug, Default)]
pub struct Account {
    /// By row ID.
    pub rows: BTreeMap<String, RowAccount>,
    /// What was not expected.
    pub regressions: Vec<Regression>,
}

/// What the account is made of.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The expectations.
    pub expectations: &'a Expectations,
    /// Cases that ran.
    pub cases: &'a [Case],
    /// One per case.
    pub outcomes: &'a [Outcome],
    /// Documents that ran.
    pub documents: &'a [DocumentResult],
}

impl Account {
    /// Makes the account. `whole`: all cases of a corpus of cases ran, so that what is missing can be told.
    #[must_use]
    pub fn make(evidence: Evidence<'_>, whole: bool) -> Self {
        let mut account = Self::default();
        let mut by_row: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, case) in evidence.cases.iter().enumerate() {
            for id in &case.ids {
                by_row.entry(id).or_default().push(index);
            }
        }
        for row in evidence.catalogue.rows() {
            let cases = by_row.remove(row.id.as_str()).unwrap_or_default();
            let row_account = account_of_row(row, cases, evidence);
            if row_account.unaccounted && whole {
                account.regressions.push(Regression::Unaccounted(row.id.clone(), row_account.reason.clone()));
            }
            account.rows.insert(row.id.clone(), row_account);
        }
        for (case, outcome) in evidence.cases.iter().zip(evidence.outcomes) {
            account.judge(&case.id, outcome, evidence.expectations);
        }
        for document in evidence.documents {
            account.judge(&document.path.to_string_lossy(), &document.outcome, evidence.expectations);
            let failed = document.generated.tally().failed;
            if failed > 0 {
                let name = format!("generated traffic of {}", document.path.display());
                let why = format!("{failed} answers are not as the description has them");
                account.regressions.push(Regression::UnexpectedFailure(name, why));
            }
        }
        if whole {
            let stale = evidence.expectations.entries().iter().filter_map(|entry| {
                staleness(entry, &account, evidence).map(|why| Regression::StaleEntry(entry.line, why))
            });
            let stale: Vec<Regression> = stale.collect();
            account.regressions.extend(stale);
        }
        account.regressions.sort();
        account
    }

    fn judge(&mut self, name: &str, outcome: &Outcome, expectations: &Expectations) {
        let detail = || outcome.detail.first().cloned().unwrap_or_default();
        let regression = match (outcome.verdict, expectations.of_case(name)) {
            (Verdict::Passed, Some(_)) => Regression::UnexpectedPass(name.to_owned()),
            (Verdict::Failed, None) => Regression::UnexpectedFailure(name.to_owned(), detail()),
            (Verdict::Skipped, None) => Regression::UnexpectedSkip(name.to_owned(), detail()),
            (Verdict::Passed, None) | (Verdict::Failed | Verdict::Skipped, Some(_)) => return,
        };
        self.regressions.push(regression);
    }

    /// The MUST rows of 3.1 that nothing accounts for.
    pub fn unaccounted(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|(_, account)| account.unaccounted).map(|(id, _)| id.as_str())
    }

    /// How many rows have `state`, of those that `wanted` picks.
    #[must_use]
    pub fn count(&self, catalogue: &Catalogue, state: RowState, wanted: impl Fn(&Row) -> bool) -> usize {
        catalogue
            .rows()
            .iter()
            .filter(|row| wanted(row) && self.rows.get(&row.id).is_some_and(|found| found.state == state))
            .count()
    }
}

fn account_of_row(row: &Row, cases: Vec<usize>, evidence: Evidence<'_>) -> RowAccount {
    let entry = evidence.expectations.of_row(&row.id);
    let missing = missing_polarity(row, &cases, evidence, entry);
    let unmet = cases.iter().find(|index| {
        evidence.outcomes.get(**index).is_some_and(|outcome| outcome.verdict != Verdict::Passed)
    });
    let case_entry =
        |index: &usize| evidence.cases.get(*index).and_then(|case| evidence.expectations.of_case(&case.id));
    let unexpected = |verdict: Verdict| {
        cases.iter().find(|index| {
            evidence.outcomes.get(**index).is_some_and(|outcome| outcome.verdict == verdict)
                && case_entry(index).is_none()
        })
    };
    let (state, reason) = match (unmet, missing, entry) {
        (Some(first), ..) => match (unexpected(Verdict::Failed), unexpected(Verdict::Skipped)) {
            (Some(index), _) => (RowState::Failing, case_id(evidence, *index)),
            (None, Some(_)) => (RowState::NotYet, "a case is not offered by the worker".to_owned()),
            (None, None) => {
                (RowState::KnownGap, case_entry(first).map_or_else(String::new, |entry| entry.reason.clone()))
            }
        },
        (None, None, None) => (RowState::Met, String::new()),
        (None, _, Some(entry)) => match entry.state.unwrap_or_default() {
            State::OneSided => (RowState::Met, entry.reason.clone()),
            State::Gap => (RowState::KnownGap, entry.reason.clone()),
            State::NotYet => (RowState::NotYet, entry.reason.clone()),
            State::Elsewhere => (RowState::Elsewhere, elsewhere(entry)),
        },
        (None, Some(missing), None) => (RowState::NotYet, missing),
    };
    let unaccounted = state == RowState::NotYet && entry.is_none() && row.must_be_accounted_for();
    RowAccount { state, reason, cases, unaccounted }
}

/// The words for what shows a row that the cases do not.
fn elsewhere(entry: &Entry) -> String {
    format!("`{}`: {}", entry.by.as_deref().unwrap_or_default(), entry.reason)
}

fn case_id(evidence: Evidence<'_>, index: usize) -> String {
    evidence.cases.get(index).map_or_else(String::new, |case| case.id.clone())
}

/// What the row's cases do not cover.
fn missing_polarity(
    row: &Row,
    cases: &[usize],
    evidence: Evidence<'_>,
    entry: Option<&Entry>,
) -> Option<String> {
    let has = |polarity| {
        cases.iter().any(|index| evidence.cases.get(*index).is_some_and(|case| case.polarity == polarity))
    };
    let one_sided = entry.is_some_and(|entry| entry.state == Some(State::OneSided));
    match (has(Polarity::Positive), has(Polarity::Negative)) {
        (false, false) => Some("no case".to_owned()),
        (true, false) if row.is_must() && !one_sided => Some("no negative case".to_owned()),
        (false, true) if row.is_must() && !one_sided => Some("no positive case".to_owned()),
        _ => None,
    }
}

/// Why an entry no longer fits.
fn staleness(entry: &Entry, account: &Account, evidence: Evidence<'_>) -> Option<String> {
    if let Some(name) = &entry.case {
        return match evidence.cases.iter().find(|case| case.id == *name) {
            Some(case) => entry
                .id
                .as_ref()
                .filter(|id| !case.ids.contains(id))
                .map(|id| format!("the case {name} does not name the row {id}")),
            None if evidence.documents.iter().any(|document| document.path.to_string_lossy() == *name) => {
                None
            }
            None => Some(format!("there is no case {name}")),
        };
    }
    let id = entry.id.as_ref()?;
    let row = evidence.catalogue.row(id)?;
    let found = account.rows.get(id)?;
    let complete = missing_polarity(row, &found.cases, evidence, None).is_none();
    match entry.state.unwrap_or_default() {
        State::OneSided if found.cases.is_empty() => Some(format!("{id} has no case at all")),
        State::OneSided if complete && row.is_must() => Some(format!("{id} has cases of both polarities")),
        State::OneSided => None,
        State::Gap | State::NotYet | State::Elsewhere if complete => {
            Some(format!("{id} has its cases now; give the failing ones entries of their own"))
        }
        State::Gap | State::NotYet | State::Elsewhere => None,
    }
}
