//! Runs the cases against a worker until one is not met.
//!
//! Takes: a pool of that worker, and cases in the order in which they are tried. Gives: the first of them that is not met, whatever
//! the number of workers: a case runs unless one before it has failed. Never panics.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::expectations::Expectations;
use crate::outcome::{Outcome, Verdict};
use crate::pool::Pool;

use super::Planted;

/// What caught a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catch {
    /// The case.
    pub case: String,
    /// The rows that the case shows.
    pub ids: Vec<String>,
    /// How the worker ended, where it did.
    pub end: Option<String>,
    /// The first thing that was not as the case expects.
    pub detail: String,
}

/// The cases that can catch something, in the order in which they are tried: those of the fault's own rows, then all others. Known
/// gaps fail anyway.
#[must_use]
pub fn order<'c>(fault: &Planted, cases: &'c [Case], expectations: &Expectations) -> Vec<&'c Case> {
    let is_own = |case: &&Case| case.ids.iter().any(|id| fault.entry.ids.contains(id));
    let usable = cases.iter().filter(|case| expectations.of_case(&case.id).is_none());
    let (mut own, others): (Vec<&Case>, Vec<&Case>) = usable.partition(is_own);
    own.extend(others);
    own
}

/// The first case that is not met.
///
/// # Errors
/// That the worker cannot be started.
pub fn first_unmet(pool: &Pool, root: &Path, cases: &[&Case]) -> Result<Option<Catch>, String> {
    let first = AtomicUsize::new(usize::MAX);
    let tasks: Vec<(usize, &Case)> = cases.iter().copied().enumerate().collect();
    let outcomes = pool.run(
        &tasks,
        |session, (index, case)| {
            if *index > first.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let outcome = Outcome::of_check(crate::run::case(session, root, case))?;
            if outcome.verdict == Verdict::Passed {
                return Ok(None);
            }
            first.fetch_min(*index, Ordering::Relaxed);
            Ok(Some(catch(case, &outcome)))
        },
        || (),
    );
    let outcomes: Result<Vec<Option<Catch>>, String> = outcomes.into_iter().collect();
    Ok(outcomes?.into_iter().flatten().next())
}

fn catch(case: &Case, outcome: &Outcome) -> Catch {
    Catch {
        case: case.id.clone(),
        ids: case.ids.clone(),
        end: outcome.fault.map(|fault| fault.name().to_owned()),
        detail: outcome.detail.first().cloned().unwrap_or_default(),
    }
}
