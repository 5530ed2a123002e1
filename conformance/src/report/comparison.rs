//! What changed between two reports. Never panics.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::outcome::Verdict;

/// Names of cases and documents by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// They passed before, and no longer do.
    pub failures: Vec<String>,
    /// They pass now, and did not.
    pub fixes: Vec<String>,
    /// They changed, and changed again when they ran once more.
    pub flakes: Vec<String>,
    /// They were not there before.
    pub added: Vec<String>,
    /// They are no longer there.
    pub removed: Vec<String>,
}

impl Comparison {
    /// Compares by name. `whole`: all that there is ran, so that what is gone can be told.
    #[must_use]
    pub fn of(before: &BTreeMap<String, Verdict>, now: &BTreeMap<String, Verdict>, whole: bool) -> Self {
        let mut comparison = Self::default();
        for (name, verdict) in now {
            match before.get(name) {
                None => comparison.added.push(name.clone()),
                Some(old) if old == verdict => {}
                Some(Verdict::Passed) => comparison.failures.push(name.clone()),
                Some(Verdict::Failed | Verdict::Skipped) if *verdict == Verdict::Passed => {
                    comparison.fixes.push(name.clone());
                }
                // From skipped to failed, or back: neither was a pass.
                Some(Verdict::Failed | Verdict::Skipped) => {}
            }
        }
        if whole {
            comparison.removed = before.keys().filter(|name| !now.contains_key(*name)).cloned().collect();
        }
        comparison
    }

    /// `name` changed, but not for good.
    pub fn flake(&mut self, name: &str) {
        self.failures.retain(|other| other != name);
        self.fixes.retain(|other| other != name);
        self.flakes.push(name.to_owned());
    }

    /// Whether it fails the run.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        !self.failures.is_empty() || !self.flakes.is_empty()
    }

    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let counted = [
            ("new failures", &self.failures),
            ("fixes", &self.fixes),
            ("flakes", &self.flakes),
            ("added", &self.added),
            ("removed", &self.removed),
        ];
        let some = |names: &[String]| match names {
            [] => String::new(),
            _ => format!(": {}", names.join(" ")),
        };
        counted.map(|(what, names)| format!("since then, {what}: {}{}", names.len(), some(names))).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_apart() {
        use Verdict::{Failed, Passed, Skipped};
        let map = |list: &[(&str, Verdict)]| -> BTreeMap<String, Verdict> {
            list.iter().map(|(name, verdict)| ((*name).to_owned(), *verdict)).collect()
        };
        let before =
            map(&[("a", Passed), ("b", Failed), ("c", Skipped), ("d", Passed), ("e", Passed), ("g", Failed)]);
        let now =
            map(&[("a", Failed), ("b", Passed), ("c", Failed), ("d", Passed), ("f", Failed), ("g", Passed)]);
        let mut comparison = Comparison::of(&before, &now, true);
        comparison.flake("g");
        let found = [
            &comparison.failures,
            &comparison.fixes,
            &comparison.flakes,
            &comparison.added,
            &comparison.removed,
        ]
        .map(|names| names.join(" "));
        assert_eq!(found, ["a", "b", "g", "f", "e"]);
        assert!(comparison.is_worse() && !Comparison::default().is_worse());
        assert!(Comparison::of(&before, &now, false).removed.is_empty());
    }
}
