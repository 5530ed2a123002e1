//! What a run says: `report.json` for machines, `gap-analysis.md` for people, a summary for the terminal.
//!
//! Takes: a finished run. Gives: texts that depend on the corpus and the library alone: no time, date or machine
//! enters them, so that a committed copy can be checked for staleness. Never panics.

mod external;
mod json;
mod markdown;
mod peers;
mod terminal;

pub use external::{json as external_json, page as external_page};
pub use json::report as json;
pub use markdown::gap_analysis;
pub use peers::{page as peers_page, summary as peers_summary};
pub use terminal::summary;

use crate::accounting::{Account, RowAccount, RowState};
use crate::case::{Case, Level, Profile, profiles_of};
use crate::catalogue::Catalogue;
use crate::documents::DocumentResult;
use crate::expectations::Expectations;
use crate::external::External;
use crate::outcome::{Outcome, Tally, Verdict};

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// The catalogue.
    pub catalogue: Catalogue,
    /// Known gaps.
    pub expectations: Expectations,
    /// Cases that ran.
    pub cases: Vec<Case>,
    /// One per case.
    pub outcomes: Vec<Outcome>,
    /// Documents that ran.
    pub documents: Vec<DocumentResult>,
    /// External suites, run or not.
    pub external: External,
    /// The account of all rows.
    pub account: Account,
    /// All cases of a corpus of cases ran, so that what is missing can be told.
    pub whole: bool,
}

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
}
