//! What came of a case: passed, failed or skipped, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The three verdicts. A known gap is a failure that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All that was expected was seen.
    Passed,
    /// Something was not.
    Failed,
    /// The worker does not offer what the case asks.
    Skipped,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The verdict of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::Skipped].into_iter().find(|verdict| verdict.name() == name)
    }
}

/// How a worker ended before it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// It panicked.
    Panic,
    /// It gave no answer in time.
    Hang,
    /// Its stack overflowed.
    Overflow,
    /// It ran out of the memory it was given.
    Memory,
    /// It ended in another way.
    Death,
    /// It answered something that is not the protocol.
    Garbage,
}

impl Fault {
    const ALL: [Self; 6] =
        [Self::Panic, Self::Hang, Self::Overflow, Self::Memory, Self::Death, Self::Garbage];

    /// The fault of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Hang => "hang",
            Self::Overflow => "stack overflow",
            Self::Memory => "out of memory",
            Self::Death => "death of the worker",
            Self::Garbage => "answer outside the protocol",
        }
    }
}

/// Why a case was stopped before its end.
#[derive(Debug, Clone)]
pub enum Stop {
    /// The worker does not offer it.
    Unsupported(String),
    /// The worker ended.
    Fault(Fault, String),
    /// The harness itself cannot go on (exit code 4).
    Harness(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported(reason) => write!(f, "not offered: {reason}"),
            Self::Fault(fault, detail) if detail.is_empty() => f.write_str(fault.name()),
            Self::Fault(fault, detail) => write!(f, "{}: {detail}", fault.name()),
            Self::Harness(message) => write!(f, "harness: {message}"),
        }
    }
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Why: one line per thing that was not as expected.
    pub detail: Vec<String>,
    /// How the worker ended, where it did.
    pub fault: Option<Fault>,
}

impl Outcome {
    /// Passed when there is nothing to complain about.
    #[must_use]
    pub fn of(mismatches: Vec<String>) -> Self {
        let verdict = if mismatches.is_empty() { Verdict::Passed } else { Verdict::Failed };
        Self { verdict, detail: mismatches, fault: None }
    }

    /// Of a check that may have been stopped. A harness fault is for the caller.
    ///
    /// # Errors
    /// The harness fault's message.
    pub fn of_check(check: Result<Vec<String>, Stop>) -> Result<Self, String> {
        match check {
            Ok(mismatches) => Ok(Self::of(mismatches)),
            Err(Stop::Unsupported(reason)) => {
                Ok(Self { verdict: Verdict::Skipped, detail: vec![reason], fault: None })
            }
            Err(Stop::Harness(message)) => Err(message),
            Err(stop @ Stop::Fault(fault, _)) => {
                Ok(Self { verdict: Verdict::Failed, detail: vec![stop.to_string()], fault: Some(fault) })
            }
        }
    }
}

/// `passed failed skipped applicable total`: a known gap counts as failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// As expected by the case.
    pub passed: usize,
    /// Not so, known gaps included.
    pub failed: usize,
    /// Not offered by the worker.
    pub skipped: usize,
    /// `passed + failed`.
    pub applicable: usize,
    /// `applicable + skipped`.
    pub total: usize,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        self.add_many(verdict, 1);
    }

    /// Counts `count` more.
    pub fn add_many(&mut self, verdict: Verdict, count: usize) {
        match verdict {
            Verdict::Passed => self.passed += count,
            Verdict::Failed => self.failed += count,
            Verdict::Skipped => self.skipped += count,
        }
        self.applicable = self.passed + self.failed;
        self.total = self.applicable + self.skipped;
    }

    /// The tally of `verdicts`.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            tally.add(verdict);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_keeps_its_sums() {
        let tally = Tally::of([Verdict::Passed, Verdict::Failed, Verdict::Failed, Verdict::Skipped]);
        assert_eq!(tally, Tally { passed: 1, failed: 2, skipped: 1, applicable: 3, total: 4 });
    }
}
