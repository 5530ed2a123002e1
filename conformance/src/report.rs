//! What a run says, in a form for each reader.
//!
//! Takes: a finished run. Gives: `report.json` and `events.ndjson` for programs, `gap-analysis.md` and `report.html` for people,
//! `junit.xml` and `diagnostics.sarif` for CI, a badge, a job summary, and what the terminal shows. No time, date or machine
//! enters them, so that a committed copy can be checked for staleness; only JUnit and the events say how long a case took.
//! Credentials are redacted before anything arrives here. Never panics.

mod badge;
mod comparison;
pub mod event;
mod external;
mod faults;
mod generated;
mod html;
mod job;
mod json;
mod junit;
mod markdown;
mod peers;
mod sarif;
mod stored;
mod terminal;

pub use badge::{json as badge_json, svg as badge_svg};
pub use comparison::Comparison;
pub use external::{json as external_json, page as external_page};
pub use faults::{line as fault_line, page as faults_page, summary as faults_summary};
pub use html::page as html;
pub use job::summary as job_summary;
pub use json::report as json;
pub use junit::report as junit;
pub use markdown::gap_analysis;
pub use peers::{page as peers_page, summary as peers_summary};
pub use sarif::log as sarif;
pub use stored::Stored;
pub use terminal::{reproductions, summary, verdicts};

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::accounting::{Account, RowAccount, RowState};
use crate::case::{Case, Level, Profile, profiles_of};
use crate::catalogue::{Catalogue, Row, Strength};
use crate::choices::Choices;
use crate::documents::DocumentResult;
use crate::expectations::Expectations;
use crate::external::External;
use crate::outcome::{Outcome, Tally, Verdict};
use crate::recording::Record;
use crate::reproduce::Reproduction;

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// The corpus's folder, as it was given.
    pub root: PathBuf,
    /// The catalogue.
    pub catalogue: Catalogue,
    /// Known gaps.
    pub expectations: Expectations,
    /// Cases that ran.
    pub cases: Vec<Case>,
    /// One per case.
    pub outcomes: Vec<Outcome>,
    /// What each case left besides.
    pub records: Vec<Record>,
    /// Seed of generated traffic.
    pub seed: u64,
    /// Documents that ran.
    pub documents: Vec<DocumentResult>,
    /// External suites, run or not.
    pub external: External,
    /// The account of all rows.
    pub account: Account,
    /// All cases of a corpus of cases ran, so that what is missing can be told.
    pub whole: bool,
    /// Only a part of the corpus was selected.
    pub part: bool,
    /// Known gaps are failures.
    pub strict: bool,
    /// `I/N` where only a shard ran.
    pub shard: Option<String>,
    /// Minimal reproductions of unexpected failures.
    pub reproductions: Vec<Reproduction>,
    /// What changed since an earlier report, where one was given.
    pub comparison: Option<Comparison>,
}

/// A row that the specification leaves to us.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'r> {
    /// The row.
    pub row: &'r Row,
    /// Whether its cases hold us to the choice.
    pub state: RowState,
    /// What was chosen.
    pub choice: &'static str,
}

/// The published schema of `report.json`.
pub const REPORT_SCHEMA: &str = include_str!("../schemas/report.schema.json");

impl Run {
    /// The tally of a level.
    #[must_use]
    pub fn level(&self, level: Level) -> Tally {
        self.tally(|case| case.level == level)
    }

    /// The tally of a profile.
    #[must_use]
    pub fn profile(&self, profile: Profile) -> Tally {
        self.tally(|case| case.profiles.contains(&profile))
    }

    /// A profile with a skipped case, or with a row that is a known gap without a case, is partial, never pass; one
    /// without any case is nothing yet.
    #[must_use]
    pub fn profile_verdict(&self, profile: Profile) -> &'static str {
        match self.profile(profile) {
            Tally { total: 0, .. } => "none",
            Tally { failed, .. } if failed > 0 => "fail",
            Tally { skipped, .. } if skipped > 0 || self.has_gap(profile) => "partial",
            Tally { .. } => "pass",
        }
    }

    /// Whether a row of the profile is a known gap that no case tells of.
    fn has_gap(&self, profile: Profile) -> bool {
        let untold = |account: &RowAccount| account.state == RowState::KnownGap && account.cases.is_empty();
        let gaps = self.account.rows.iter().filter(|(_, account)| untold(account));
        let rows = gaps.filter_map(|(id, _)| self.catalogue.row(id));
        rows.into_iter().any(|row| profiles_of(row).contains(&profile))
    }

    /// The tally of whole documents.
    #[must_use]
    pub fn documents_tally(&self) -> Tally {
        Tally::of(self.documents.iter().map(|document| document.outcome.verdict))
    }

    fn tally(&self, wanted: impl Fn(&Case) -> bool) -> Tally {
        Tally::of(self.pairs().filter(|(case, _)| wanted(case)).map(|(_, outcome)| outcome.verdict))
    }

    /// Cases with their outcomes.
    pub fn pairs(&self) -> impl Iterator<Item = (&Case, &Outcome)> {
        self.cases.iter().zip(&self.outcomes)
    }

    /// The word for a verdict, with known gaps told apart.
    #[must_use]
    pub fn word(&self, name: &str, outcome: &Outcome) -> &'static str {
        match (outcome.verdict, self.expectations.of_case(name)) {
            (Verdict::Failed, Some(_)) => "known gap",
            (Verdict::Skipped, Some(_)) => "not offered (known)",
            (verdict, _) => verdict.name(),
        }
    }

    /// The rows that the specification leaves to us.
    #[must_use]
    pub fn decisions(&self) -> Vec<Decision<'_>> {
        let choices = Choices::builtin();
        let rows = self.catalogue.rows().iter();
        rows.filter(|row| matches!(row.strength, Strength::Impl | Strength::Undef))
            .filter_map(|row| {
                let state = self.account.rows.get(&row.id)?.state;
                Some(Decision {
                    row,
                    state,
                    choice: choices.of(&row.id).unwrap_or("no choice is written down"),
                })
            })
            .collect()
    }

    /// The verdict of every case and document, by name.
    #[must_use]
    pub fn verdicts(&self) -> BTreeMap<String, Verdict> {
        let cases = self.pairs().map(|(case, outcome)| (case.id.clone(), outcome.verdict));
        let documents =
            self.documents.iter().map(|one| (one.path.to_string_lossy().into_owned(), one.outcome.verdict));
        cases.chain(documents).collect()
    }

    /// Everything that is a known gap, with the reason: cases, documents, and rows that no case tells of.
    #[must_use]
    pub fn known_gaps(&self) -> Vec<(String, String)> {
        let failing = self.verdicts().into_iter().filter(|(_, verdict)| *verdict != Verdict::Passed);
        let told = failing.filter_map(|(name, _)| {
            let reason = self.expectations.of_case(&name)?.reason.clone();
            Some((name, reason))
        });
        let untold = |account: &RowAccount| account.state == RowState::KnownGap && account.cases.is_empty();
        let rows = self.account.rows.iter().filter(|(_, account)| self.whole && untold(account));
        told.chain(rows.map(|(id, account)| (id.clone(), account.reason.clone()))).collect()
    }

    /// Whether anything is not as expected, so that the run fails.
    #[must_use]
    pub fn regressed(&self) -> bool {
        !self.account.regressions.is_empty()
            || !self.external.regressions().is_empty()
            || (self.strict && !self.known_gaps().is_empty())
            || self.comparison.as_ref().is_some_and(Comparison::is_worse)
    }
}
