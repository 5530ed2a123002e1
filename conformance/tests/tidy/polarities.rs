//! Every row of kind L, R or E, however strong, has cases of both polarities in the corpus, or stands in its list of known gaps as a row.
//!
//! A run fails only where a MUST row of 3.1 lacks one; that a MAY row is shown from one side alone would go unseen. Whether the cases
//! pass is for the run.

use std::collections::HashSet;
use std::path::Path;

use conformance::case::{Case, Polarity};
use conformance::catalogue::{Catalogue, Kind, Row};
use conformance::corpus;
use conformance::expectations::Expectations;

use crate::source::{Finding, none, told};

const CORPUS: &str = "specs-corpus";
const CATALOGUE: &str = "conformance/data/catalogue.json";

fn one_sided(
    rows: &[Row],
    shown: impl Fn(&str) -> HashSet<Polarity>,
    is_gap: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in rows.iter().filter(|row| row.kind != Kind::X && !is_gap(&row.id)) {
        let shown = shown(&row.id);
        for polarity in [Polarity::Positive, Polarity::Negative] {
            if !shown.contains(&polarity) {
                let says = format!("{} has no {} case", row.id, polarity.name());
                findings.push(Finding::new(CATALOGUE, 1, says, "write it below specs-corpus/cases/"));
            }
        }
    }
    findings
}

fn polarities(cases: &[Case], id: &str) -> HashSet<Polarity> {
    cases.iter().filter(|case| case.ids.iter().any(|own| own == id)).map(|case| case.polarity).collect()
}

#[test]
fn rows_are_shown_from_both_sides() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(CORPUS);
    let catalogue = Catalogue::builtin().expect("the catalogue");
    let corpus = corpus::read(&root, &catalogue);
    let gaps = Expectations::read(&root.join("expectations.yaml"), &catalogue).expect("known gaps");
    assert!(corpus.cases.len() > 800, "{} cases", corpus.cases.len());
    none(&one_sided(catalogue.rows(), |id| polarities(&corpus.cases, id), |id| gaps.of_row(id).is_some()));
}

#[test]
fn planted_rows_are_found() {
    let catalogue = Catalogue::builtin().expect("the catalogue");
    let rows = ["SEQ-006", "SEQ-007", "SEQ-008", "SEQ-009", "DOC-021"];
    let rows: Vec<Row> = rows.iter().filter_map(|id| catalogue.row(id).cloned()).collect();
    let shown = |id: &str| match id {
        "SEQ-006" => HashSet::from([Polarity::Positive]),
        "SEQ-007" => HashSet::from([Polarity::Positive, Polarity::Negative]),
        _ => HashSet::new(),
    };
    told(
        &one_sided(&rows, shown, |id| id == "SEQ-009"),
        &[
            ("conformance/data/catalogue.json:1", "SEQ-006 has no negative case"),
            ("conformance/data/catalogue.json:1", "SEQ-008 has no positive case"),
            ("conformance/data/catalogue.json:1", "SEQ-008 has no negative case"),
        ],
    );
}
