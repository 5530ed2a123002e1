//! Our outcomes beside those of others, and who is right where they differ.
//!
//! Takes: the same cases' outcomes from several workers. Gives: counts by area and requirement, and the disagreements, each
//! with a ruling: one written for the case in `data/peer-rulings.json`, or what the text of its requirement says.
//! What a worker cannot be asked is skipped, and no disagreement. Never panics.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::case::Case;
use crate::catalogue::{Basis, Catalogue, Row, Strength};
use crate::outcome::{Outcome, Tally, Verdict};

/// One worker's column.
#[derive(Debug)]
pub struct Peer {
    /// The column's heading.
    pub label: String,
    /// Name and version, from its greeting.
    pub name: String,
    /// One per case.
    pub outcomes: Vec<Outcome>,
}

/// A ruling written for one case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ruling {
    case: String,
    reason: String,
}

/// All columns.
#[derive(Debug)]
pub struct Comparison {
    /// The requirements.
    pub catalogue: Catalogue,
    /// What was asked.
    pub cases: Vec<Case>,
    /// Our column.
    pub ours: Peer,
    /// The others.
    pub peers: Vec<Peer>,
    rulings: BTreeMap<String, String>,
}

/// A case on which we and others differ.
#[derive(Debug)]
pub struct Disagreement<'c> {
    /// The case.
    pub case: &'c Case,
    /// Whether it is we who pass.
    pub we_pass: bool,
    /// Who differs, and the first thing that is not as the case expects.
    pub others: Vec<(&'c str, &'c str)>,
    /// Who is right.
    pub ruling: String,
}

impl Comparison {
    /// Puts the columns side by side.
    ///
    /// # Errors
    /// A ruling for a case that is not there, or rulings that cannot be read.
    pub fn make(
        catalogue: Catalogue,
        cases: Vec<Case>,
        ours: Peer,
        peers: Vec<Peer>,
    ) -> Result<Self, String> {
        let fault = |why: String| format!("conformance/data/peer-rulings.json: {why}");
        let list: Vec<Ruling> = serde_json::from_str(include_str!("../data/peer-rulings.json"))
            .map_err(|error| fault(error.to_string()))?;
        let rulings = list.into_iter().map(|ruling| (ruling.case, ruling.reason)).collect();
        Ok(Self { catalogue, cases, ours, peers, rulings })
    }

    /// Rulings whose case no longer shows a disagreement.
    #[must_use]
    pub fn stale_rulings(&self) -> Vec<&str> {
        let open = self.disagreements();
        let known = |name: &&String| !open.iter().any(|one| one.case.id == **name);
        self.rulings.keys().filter(known).map(String::as_str).collect()
    }

    /// All columns, ours first.
    pub fn columns(&self) -> impl Iterator<Item = &Peer> {
        std::iter::once(&self.ours).chain(&self.peers)
    }

    /// The tally of one column over the cases that `wanted` picks.
    #[must_use]
    pub fn tally(&self, column: &Peer, wanted: impl Fn(&Case) -> bool) -> Tally {
        let pairs = self.cases.iter().zip(&column.outcomes).filter(|(case, _)| wanted(case));
        Tally::of(pairs.map(|(_, outcome)| outcome.verdict))
    }

    /// The areas of the cases' first rows, in the catalogue's order.
    #[must_use]
    pub fn areas(&self) -> Vec<&str> {
        let mut areas: Vec<&str> = Vec::new();
        for row in self.catalogue.rows() {
            let area = area(&row.id);
            if !areas.contains(&area) && self.cases.iter().any(|case| of_area(case, area)) {
                areas.push(area);
            }
        }
        areas.extend(self.cases.iter().any(|case| of_area(case, ROBUSTNESS)).then_some(ROBUSTNESS));
        areas
    }

    /// Cases on which a peer that could be asked comes to another verdict than we do.
    #[must_use]
    pub fn disagreements(&self) -> Vec<Disagreement<'_>> {
        let ours = self.cases.iter().zip(&self.ours.outcomes).enumerate();
        ours.filter_map(|(index, (case, outcome))| self.disagreement(index, case, outcome)).collect()
    }

    fn disagreement<'c>(&'c self, index: usize, case: &'c Case, ours: &Outcome) -> Option<Disagreement<'c>> {
        let others: Vec<(&str, &str)> = self
            .peers
            .iter()
            .filter_map(|peer| Some((peer, peer.outcomes.get(index)?)))
            .filter(|(_, theirs)| differ(ours.verdict, theirs.verdict))
            .map(|(peer, theirs)| (peer.label.as_str(), theirs.detail.first().map_or("", String::as_str)))
            .collect();
        if others.is_empty() {
            return None;
        }
        let we_pass = ours.verdict == Verdict::Passed;
        Some(Disagreement { case, we_pass, others, ruling: self.ruling(case) })
    }

    fn ruling(&self, case: &Case) -> String {
        if let Some(written) = self.rulings.get(&case.id) {
            return written.clone();
        }
        let row = case.ids.first().and_then(|id| self.catalogue.row(id));
        row.map_or_else(|| OF_NO_ROW.to_owned(), by_the_text)
    }
}

/// The area of cases that name no requirement.
const ROBUSTNESS: &str = "robustness";
const OF_NO_ROW: &str = "No text of the specification asks for it: a server outlives whatever it is sent, within bounds that it documents.";

/// Both were asked, and one passed where the other failed.
fn differ(ours: Verdict, theirs: Verdict) -> bool {
    matches!((ours, theirs), (Verdict::Passed, Verdict::Failed) | (Verdict::Failed, Verdict::Passed))
}

/// The letters of a requirement's ID.
#[must_use]
pub fn area(id: &str) -> &str {
    id.split_once('-').map_or(id, |(area, _)| area)
}

/// The area of the case's first requirement.
#[must_use]
pub fn area_of(case: &Case) -> &str {
    case.ids.first().map_or(ROBUSTNESS, |id| area(id))
}

/// Whether the case's first row is of `wanted`.
#[must_use]
pub fn of_area(case: &Case, wanted: &str) -> bool {
    area_of(case) == wanted
}

/// What the text of a requirement decides.
fn by_the_text(row: &Row) -> String {
    let who = match (row.strength, row.basis) {
        (Strength::Must, Basis::Literal) => "The specification says so",
        (Strength::Must, Basis::Derived) => "It follows from the specification",
        (Strength::Must, Basis::Companion) => "The standard that it builds on says so",
        (Strength::Should, _) => "Recommended, so that a server may have reasons to do otherwise",
        (Strength::May, _) => "Permitted, so that a server without it conforms too",
        (Strength::Impl, _) => {
            "Left to the implementation, so that neither is wrong; this is our documented choice"
        }
        (Strength::Undef, _) => "Undefined, so that neither is wrong; this is our documented choice",
    };
    format!("{who} ({}): {}", row.section, row.statement)
}
