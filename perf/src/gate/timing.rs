//! Times, taken in pairs: in every round the control runs first and the scenario right after it, and only their ratio
//! is kept, so that a clock that drifts or a neighbour that comes and goes moves both.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use perf::scenario::Prepared;

use crate::{baseline::Time, count::float};

/// How many pairs a figure rests on.
const ROUNDS: usize = 41;
/// How long each half of a pair takes: long beside the clock's resolution, short beside a change of the frequency.
const HALF: Duration = Duration::from_millis(2);

/// A scenario with the number of passes that fill half a pair.
pub struct Paced<'a> {
    prepared: &'a mut Prepared,
    passes: u32,
    elements: f64,
}

impl<'a> Paced<'a> {
    /// Runs it until its pace is known; this also warms caches and branch predictors.
    pub fn new(prepared: &'a mut Prepared, elements: u64) -> Self {
        let mut paced = Self { prepared, passes: 1, elements: float(elements) };
        while paced.half() < HALF && paced.passes < 1 << 24 {
            paced.passes = paced.passes.saturating_mul(2);
        }
        paced
    }

    fn half(&mut self) -> Duration {
        let start = Instant::now();
        for _ in 0..self.passes {
            black_box(&mut *self.prepared).run();
        }
        start.elapsed()
    }

    /// Nanoseconds of one element.
    fn nanoseconds(&mut self) -> f64 {
        self.half().as_secs_f64() * 1e9 / (f64::from(self.passes) * self.elements)
    }
}

/// Measures a scenario against the control; gives its time and the control's nanoseconds.
pub fn paired(control: &mut Paced<'_>, scenario: &mut Paced<'_>) -> (Time, f64) {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        rounds.push((control.nanoseconds(), scenario.nanoseconds()));
    }
    summary(&rounds)
}

/// Medians, and the spread of the ratios.
fn summary(rounds: &[(f64, f64)]) -> (Time, f64) {
    let [low, ratio, high] = quartiles(rounds.iter().map(|(control, own)| own / control));
    let [_, nanoseconds, _] = quartiles(rounds.iter().map(|(_, own)| *own));
    let [_, control, _] = quartiles(rounds.iter().map(|(control, _)| *control));
    (Time { ratio, spread: (high - low) / ratio, nanoseconds }, control)
}

/// The values at a quarter, a half and three quarters.
fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| {
        let last = sorted.len().saturating_sub(1);
        sorted.get((last * quarter + 2) / 4).copied().unwrap_or(f64::NAN)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_of_sorted_values() {
        let check = |values: &[f64], expected| assert_eq!(quartiles(values.iter().copied()), expected);
        check(&[5.0, 1.0, 4.0, 2.0, 3.0], [2.0, 3.0, 4.0]);
        check(&[7.0], [7.0, 7.0, 7.0]);
        assert!(quartiles(std::iter::empty()).iter().all(|value| value.is_nan()));
    }

    #[test]
    fn a_slow_phase_of_the_machine_leaves_the_ratio() {
        let rounds: Vec<(f64, f64)> =
            (0..40).map(|round| if round < 20 { (1.0, 3.0) } else { (2.0, 6.0) }).collect();
        let (time, _) = summary(&rounds);
        assert_eq!((time.ratio, time.spread), (3.0, 0.0));
    }

    #[test]
    fn noise_in_one_half_is_spread() {
        let rounds: Vec<(f64, f64)> = (0..40).map(|round| (1.0, 3.0 + f64::from(round % 4))).collect();
        assert!(summary(&rounds).0.spread > 0.1, "{:?}", summary(&rounds));
    }
}
