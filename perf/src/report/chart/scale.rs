//! Axes: from values to places, with round numbers to mark.

/// A mapping of values to a stretch of the drawing.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Scale {
    /// From zero to a round number that holds this one.
    pub fn from_zero(max: f64, from: f64, to: f64) -> Self {
        let step = step(max);
        let high = if max > 0.0 { (max / step).ceil() * step } else { 1.0 };
        Self { low: 0.0, high, from, to, logarithmic: false }
    }

    /// Over exactly these values; logarithmic when they are positive and span at least a factor of 100.
    pub fn spanning(low: f64, high: f64, from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, from, to, logarithmic: low > 0.0 && high / low >= 100.0 }
    }

    pub fn place(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + share * (self.to - self.from)
    }

    /// Round numbers on the axis: about five, or the powers of ten.
    pub fn ticks(&self) -> Vec<f64> {
        let (mut at, step) = if self.logarithmic {
            (10_f64.powf(self.low.log10().ceil()), 10.0)
        } else {
            let step = step(self.high - self.low);
            ((self.low / step).ceil() * step, step)
        };
        let mut ticks = Vec::new();
        // A little beyond the end, since sums of steps are not exact.
        while at <= self.high * 1.000_001 && ticks.len() < 20 {
            ticks.push(at);
            at = if self.logarithmic { at * step } else { at + step };
        }
        ticks
    }
}

/// 1, 2 or 5 times a power of ten, so that four to nine of them make the span.
fn step(span: f64) -> f64 {
    if span <= 0.0 || !span.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf((span / 5.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| span / step <= 6.0)
        .unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_mark_an_axis() {
        let check = |max: f64, expected: &[f64]| {
            assert_eq!(Scale::from_zero(max, 0.0, 100.0).ticks(), expected, "{max}");
        };
        check(940.0, &[0.0, 200.0, 400.0, 600.0, 800.0, 1_000.0]);
        check(4_054.0, &[0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0]);
        check(3.0, &[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
        check(0.0, &[0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
    }

    #[test]
    fn wide_spans_are_logarithmic() {
        let scale = Scale::spanning(10.0, 10_000.0, 0.0, 300.0);
        assert_eq!(scale.ticks().len(), 4);
        assert!((scale.place(100.0) - 100.0).abs() < 1e-9);
        let narrow = Scale::spanning(1.0, 16.0, 0.0, 15.0);
        assert!((narrow.place(4.0) - 3.0).abs() < 1e-9);
    }
}
