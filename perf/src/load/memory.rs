//! The memory of a process, and whether it grows: a line through it by least squares, with the interval that the line's slope lies in.
//!
//! Neighbouring samples depend on each other, since allocators take pages in lumps; so that the interval is no narrower than it should be, the
//! line goes through the means of a few blocks of them.

use std::fmt;

use serde::Serialize;

pub use crate::process::resident;

/// Blocks that the samples are put into.
const BLOCKS: usize = 12;
/// Student's t for 95 % at `BLOCKS - 2` degrees of freedom.
const STUDENT: f64 = 2.228;
/// The share of the run that is left out at its beginning, when caches and pools fill.
const WARM_UP: f64 = 1.0 / 3.0;

/// One look at a process.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sample {
    /// Since the run began.
    pub seconds: f64,
    /// Octets that are resident.
    pub bytes: f64,
}

/// Whether it leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Leak,
    NoLeak,
    Inconclusive,
}

/// How memory grew, once warm.
#[derive(Clone, Debug, Serialize)]
pub struct Growth {
    pub verdict: Verdict,
    /// Octets in a second.
    pub slope: f64,
    /// The slope's interval, at 95 %.
    pub slope_least: f64,
    pub slope_most: f64,
    /// How long it was looked at.
    pub seconds: f64,
    /// Octets that it may have grown by meanwhile.
    pub tolerance: f64,
    pub samples: Vec<Sample>,
}

impl Growth {
    /// Judges samples; it may have grown by `tolerance` octets while it was warm.
    pub fn of(samples: Vec<Sample>, tolerance: f64) -> Self {
        let last = samples.last().map_or(0.0, |sample| sample.seconds);
        let warm: Vec<Sample> =
            samples.iter().copied().filter(|sample| sample.seconds >= last * WARM_UP).collect();
        let seconds = last * (1.0 - WARM_UP);
        let mut growth = Self {
            verdict: Verdict::Inconclusive,
            slope: f64::NAN,
            slope_least: f64::NAN,
            slope_most: f64::NAN,
            seconds,
            tolerance,
            samples,
        };
        // Two samples to a block are the fewest whose mean says anything.
        if warm.len() < BLOCKS.saturating_mul(2) {
            return growth;
        }
        let (slope, margin) = line(&means(&warm));
        (growth.slope, growth.slope_least, growth.slope_most) = (slope, slope - margin, slope + margin);
        if growth.slope_least * seconds > tolerance {
            growth.verdict = Verdict::Leak;
        } else if growth.slope_most * seconds <= tolerance {
            growth.verdict = Verdict::NoLeak;
        }
        growth
    }
}

fn means(samples: &[Sample]) -> Vec<(f64, f64)> {
    let block = |at: usize| {
        let from = samples.len().saturating_mul(at) / BLOCKS;
        let to = samples.len().saturating_mul(at.saturating_add(1)) / BLOCKS;
        let block = samples.get(from..to).unwrap_or_default();
        let mean = |of: fn(&Sample) -> f64| block.iter().map(of).sum::<f64>() / block.len() as f64;
        (mean(|sample| sample.seconds), mean(|sample| sample.bytes))
    };
    (0..BLOCKS).map(block).collect()
}

/// The slope by least squares, and how far it may be off.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let slope = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
    let off: f64 = points.iter().map(|(x, y)| (y - mean_y - slope * (x - mean_x)).powi(2)).sum();
    (slope, STUDENT * (off / (count - 2.0) / spread).sqrt())
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Leak => "LEAK",
            Verdict::NoLeak => "no leak",
            Verdict::Inconclusive => "inconclusive",
        };
        let kib = |bytes: f64| bytes / 1024.0;
        let at = |sample: Option<&Sample>| sample.map_or(f64::NAN, |sample| kib(sample.bytes));
        write!(
            f,
            "{verdict}: {:.1} KiB a minute (95 %: {:.1} to {:.1}) over {:.0} s, of which {:.0} KiB in all are tolerated; resident {:.0} KiB at the beginning, {:.0} KiB at the end",
            kib(self.slope) * 60.0,
            kib(self.slope_least) * 60.0,
            kib(self.slope_most) * 60.0,
            self.seconds,
            kib(self.tolerance),
            at(self.samples.first()),
            at(self.samples.last()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 samples of a second each.
    fn judged(bytes: impl Fn(f64) -> f64) -> Verdict {
        let sample = |at: u32| Sample { seconds: f64::from(at), bytes: bytes(f64::from(at)) };
        Growth::of((0..=100).map(sample).collect(), 100_000.0).verdict
    }

    #[test]
    fn growth_is_a_leak_beyond_what_is_tolerated() {
        let noise = |x: f64| (x * 7.3).sin() * 20_000.0;
        assert_eq!(judged(|_| 1e7), Verdict::NoLeak);
        assert_eq!(judged(|x| 1e7 + noise(x)), Verdict::NoLeak);
        assert_eq!(judged(|x| 1e7 + noise(x) + x * 10_000.0), Verdict::Leak);
        // What fills at the beginning alone is no leak.
        assert_eq!(judged(|x| 1e7 + (x * 1e6).min(2e7) + noise(x)), Verdict::NoLeak);
        // A slope near the bound under noise as large tells nothing.
        assert_eq!(judged(|x| 1e7 + noise(x) * 20.0 + x * 1_500.0), Verdict::Inconclusive);
        let few = (0..10).map(|at| Sample { seconds: f64::from(at), bytes: 1e7 }).collect();
        assert_eq!(Growth::of(few, 1e6).verdict, Verdict::Inconclusive);
    }

    #[test]
    fn this_process_has_memory_and_no_process_has_none() {
        assert!(resident(std::process::id()).is_ok_and(|bytes| bytes > 100_000));
        let fault = resident(u32::MAX).expect_err("no such process").to_string();
        assert!(fault.contains("--pid 4294967295"), "{fault}");
    }
}
