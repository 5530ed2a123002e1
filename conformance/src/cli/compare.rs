//! `--compare OLD.json`: what changed since an earlier report, and what does not stay the same. Never panics.

use std::collections::BTreeMap;
use std::path::Path;

use super::{End, perform};
use crate::case::Case;
use crate::outcome::Verdict;
use crate::pool::Pool;
use crate::report::{Comparison, Run, Stored};

/// How often a case that changed runs again before its change is believed.
const AGAIN: usize = 2;

/// Compares `run` with the report `old`; cases that changed run again, and those that do not repeat are flakes.
pub(super) fn compare(pool: &Pool, root: &Path, run: &Run, old: &Path) -> Result<Comparison, End> {
    let (mut comparison, changed) = against(run, old)?;
    let changed: Vec<(&Case, Verdict)> = run
        .pairs()
        .filter(|(case, _)| changed.contains(&case.id))
        .map(|(case, outcome)| (case, outcome.verdict))
        .collect();
    let again = pool.run(
        &changed,
        |session, (case, verdict)| {
            (0..AGAIN).try_fold(true, |same, _| {
                perform::of_case(session, root, case).map(|(outcome, _)| same && outcome.verdict == *verdict)
            })
        },
        || (),
    );
    for ((case, _), same) in changed.iter().zip(again) {
        if !same.map_err(End::Harness)? {
            comparison.flake(&case.id);
        }
    }
    Ok(comparison)
}

/// Compares without running anything again; also gives the names that changed.
pub(super) fn against(run: &Run, old: &Path) -> Result<(Comparison, Vec<String>), End> {
    let stored = Stored::read(old).map_err(|error| End::Usage(format!("--compare {error}")))?;
    let before: BTreeMap<String, Verdict> = stored.verdicts().map_err(End::Usage)?;
    let comparison = Comparison::of(&before, &run.verdicts(), run.whole);
    let changed = comparison.failures.iter().chain(&comparison.fixes).cloned().collect();
    Ok((comparison, changed))
}
