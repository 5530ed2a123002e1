//! What the trials show: how many faults are caught, and what is not as the data files say.
//!
//! A fault that does not build is no evidence, and neither is a survivor without a reason. A reason whose fault is caught is stale.
//! Never panics.

use super::trial::Catch;
use super::{Planted, Stage};

/// The least share of faults that must be caught, of a hundred.
pub const SHARE_MIN: usize = 95;

/// What came of one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A case was not met.
    Caught(Catch),
    /// All cases were.
    Survived,
    /// There was nothing to run; what the compiler says.
    NotBuilt(String),
}

/// All faults with what came of them.
#[derive(Debug)]
pub struct Judgement {
    /// In the order of the data files.
    pub findings: Vec<(Planted, Finding)>,
    /// Every fault ran, so that the share can be told.
    pub is_whole: bool,
}

/// Counts of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// All.
    pub faults: usize,
    /// Those that a case caught.
    pub caught: usize,
    /// Of those, the ones that a case of a row that the fault names caught.
    pub by_own_row: usize,
    /// Those that none caught.
    pub survived: usize,
}

impl Judgement {
    /// The count of one stage, or of all.
    #[must_use]
    pub fn count(&self, stage: Option<Stage>) -> Count {
        let mut count = Count::default();
        let of_stage = |fault: &Planted| stage.is_none_or(|stage| fault.stage == stage);
        for (fault, finding) in self.findings.iter().filter(|(fault, _)| of_stage(fault)) {
            count.faults += 1;
            match finding {
                Finding::Caught(catch) => {
                    count.caught += 1;
                    count.by_own_row += usize::from(catch.ids.iter().any(|id| fault.entry.ids.contains(id)));
                }
                Finding::Survived => count.survived += 1,
                Finding::NotBuilt(_) => {}
            }
        }
        count
    }

    /// What fails the run.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong: Vec<String> =
            self.findings.iter().filter_map(|(fault, finding)| wrong(fault, finding)).collect();
        let Count { faults, caught, .. } = self.count(None);
        if self.is_whole && caught * 100 < faults * SHARE_MIN {
            wrong.push(format!("{caught} of {faults} faults are caught, fewer than {SHARE_MIN} %"));
        }
        wrong
    }
}

fn wrong(fault: &Planted, finding: &Finding) -> Option<String> {
    let id = &fault.entry.id;
    match (finding, &fault.entry.survives) {
        (Finding::NotBuilt(why), _) => Some(format!("{id} does not build, so it shows nothing: {why}")),
        (Finding::Survived, None) => {
            Some(format!("{id} survives: write the case that catches it, or say in its entry why none can"))
        }
        (Finding::Caught(catch), Some(_)) => {
            Some(format!("{id} is caught by {}: its `survives` is stale", catch.case))
        }
        (Finding::Survived, Some(_)) | (Finding::Caught(_), None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::Entry;

    fn fault(survives: Option<&str>) -> Planted {
        let entry = Entry {
            id: "route-x".to_owned(),
            ids: vec!["PTH-002".to_owned()],
            file: "router/src/serve/route.rs".into(),
            find: "a".to_owned(),
            replace: "b".to_owned(),
            breaks: "something".to_owned(),
            survives: survives.map(str::to_owned),
        };
        Planted { stage: Stage::Route, entry }
    }

    fn caught(id: &str) -> Finding {
        let (case, detail) = ("pth-002-x".to_owned(), String::new());
        Finding::Caught(Catch { case, ids: vec![id.to_owned()], end: None, detail })
    }

    fn judged(findings: Vec<(Planted, Finding)>, is_whole: bool) -> Judgement {
        Judgement { findings, is_whole }
    }

    #[test]
    fn what_is_not_as_the_data_says_fails() {
        for (survives, finding, mention) in [
            (None, caught("PTH-002"), None),
            (Some("equivalent"), Finding::Survived, None),
            (None, Finding::Survived, Some("write the case")),
            (Some("equivalent"), caught("PTH-002"), Some("stale")),
            (None, Finding::NotBuilt("error: x".to_owned()), Some("shows nothing: error: x")),
            (Some("equivalent"), Finding::NotBuilt(String::new()), Some("shows nothing")),
        ] {
            let wrong = judged(vec![(fault(survives), finding)], false).wrong();
            assert_eq!(wrong.len(), usize::from(mention.is_some()), "{wrong:?}");
            assert!(
                wrong.iter().all(|line| mention.is_some_and(|mention| line.contains(mention))),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn the_share_counts_listed_survivors_as_survivors() {
        let survivor = || (fault(Some("equivalent")), Finding::Survived);
        let mut findings = vec![survivor()];
        findings.extend((0..19).map(|_| (fault(None), caught("PTH-003"))));
        let judgement = judged(findings, true);
        let count = Count { faults: 20, caught: 19, by_own_row: 0, survived: 1 };
        assert_eq!((judgement.count(None), judgement.wrong()), (count, Vec::new()));
        assert_eq!(judgement.count(Some(Stage::Head)), Count::default());
        let mut findings = judgement.findings;
        findings.push(survivor());
        assert!(judged(findings.clone(), true).wrong().iter().any(|line| line.contains("19 of 21")));
        assert!(judged(findings, false).wrong().is_empty(), "a part tells nothing of the share");
    }
}
