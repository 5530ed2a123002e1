//! What came of the requests, by operation.
//!
//! Takes: one sample for each answer. Gives: counts, and latencies in microseconds as a histogram of three significant digits.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::judge::Verdict;
use crate::fault::Fault;

/// What became of one request.
#[derive(Debug)]
pub struct Sample {
    /// The job's number.
    pub job: usize,
    /// The answer's status; none where there was no answer.
    pub status: Option<u16>,
    pub verdict: Verdict,
    /// From the moment at which it was to begin.
    pub latency: Duration,
    /// From the moment at which it did begin.
    pub service: Duration,
    /// Of a failure: why, and a command line that sends the request.
    pub failure: Option<(String, String)>,
}

/// Latencies in microseconds.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

const SIGNIFICANT_DIGITS: u8 = 3;
/// A day in microseconds; nothing takes longer here.
const MICROS_MAX: u64 = 24 * 3600 * 1_000_000;

impl Latencies {
    /// # Errors
    /// None: three significant digits are always to be had.
    pub fn new() -> Result<Self, Fault> {
        let histogram = Histogram::new(SIGNIFICANT_DIGITS);
        let mut histogram = histogram.map_err(|error| Fault::new(format!("no histogram: {error:?}")))?;
        histogram.auto(true);
        Ok(Self(histogram))
    }

    pub fn add(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(MICROS_MAX).min(MICROS_MAX);
        // It grows with what it is given.
        self.0.record(micros).unwrap_or_default();
    }

    pub fn merge(&mut self, other: &Self) {
        // Both resize themselves.
        self.0.add(&other.0).unwrap_or_default();
    }

    /// At this quantile, from 0 to 1.
    pub fn at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(quantile))
    }

    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }
}

/// One operation, or all of them.
#[derive(Clone, Debug)]
pub struct Row {
    pub served: u64,
    pub declined: u64,
    pub failed: u64,
    /// By status.
    pub statuses: BTreeMap<u16, u64>,
    /// As users feel it.
    pub latency: Latencies,
    /// As the server sees it; the same in a closed model.
    pub service: Latencies,
}

impl Row {
    pub fn new() -> Result<Self, Fault> {
        let (latency, service) = (Latencies::new()?, Latencies::new()?);
        Ok(Self { served: 0, declined: 0, failed: 0, statuses: BTreeMap::new(), latency, service })
    }

    pub fn requests(&self) -> u64 {
        self.served.saturating_add(self.declined).saturating_add(self.failed)
    }

    fn add(&mut self, sample: &Sample) {
        let count = match sample.verdict {
            Verdict::Served => &mut self.served,
            Verdict::Declined => &mut self.declined,
            Verdict::Failed => &mut self.failed,
        };
        *count = count.saturating_add(1);
        if let Some(status) = sample.status {
            let count = self.statuses.entry(status).or_default();
            *count = count.saturating_add(1);
        }
        self.latency.add(sample.latency);
        self.service.add(sample.service);
    }

    fn merge(&mut self, other: &Self) {
        self.served = self.served.saturating_add(other.served);
        self.declined = self.declined.saturating_add(other.declined);
        self.failed = self.failed.saturating_add(other.failed);
        for (status, count) in &other.statuses {
            let own = self.statuses.entry(*status).or_default();
            *own = own.saturating_add(*count);
        }
        self.latency.merge(&other.latency);
        self.service.merge(&other.service);
    }
}

/// Failures of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub count: u64,
    /// The first request that failed so.
    pub curl: String,
}

/// Kinds of failures that are told apart.
const FAILURES_MAX: usize = 200;

/// What came of the whole run.
#[derive(Debug)]
pub struct Tally {
    /// By job.
    pub rows: Vec<Row>,
    /// By job and reason.
    pub failures: BTreeMap<(usize, String), Failure>,
    /// Jobs that were asked at any time, before a reset as well.
    pub visited: Vec<bool>,
    /// Failures before a reset.
    pub failed_before: u64,
}

impl Tally {
    pub fn new(jobs: usize) -> Result<Self, Fault> {
        let rows = (0..jobs).map(|_| Row::new()).collect::<Result<_, _>>()?;
        Ok(Self { rows, failures: BTreeMap::new(), visited: vec![false; jobs], failed_before: 0 })
    }

    pub fn add(&mut self, sample: Sample) {
        let Some(row) = self.rows.get_mut(sample.job) else { return };
        row.add(&sample);
        if let Some(visited) = self.visited.get_mut(sample.job) {
            *visited = true;
        }
        let Some((reason, curl)) = sample.failure else { return };
        let key = (sample.job, reason);
        if let Some(known) = self.failures.get_mut(&key) {
            known.count = known.count.saturating_add(1);
        } else if self.failures.len() < FAILURES_MAX {
            self.failures.insert(key, Failure { count: 1, curl });
        }
    }

    /// Forgets counts and latencies, as when every user has begun. Failures stay known.
    pub fn reset(&mut self) -> Result<(), Fault> {
        self.failed_before = self.failed();
        self.rows = (0..self.rows.len()).map(|_| Row::new()).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// All failures, those before a reset among them.
    pub fn failed(&self) -> u64 {
        self.rows.iter().fold(self.failed_before, |sum, row| sum.saturating_add(row.failed))
    }

    /// The sum of all rows.
    pub fn total(&self) -> Result<Row, Fault> {
        let mut total = Row::new()?;
        self.rows.iter().for_each(|row| total.merge(row));
        Ok(total)
    }
}

#[cfg(test)]
pub fn sample(job: usize, verdict: Verdict, millis: u64) -> Sample {
    let (latency, failure) = (
        Duration::from_millis(millis),
        (verdict == Verdict::Failed).then(|| ("why".to_owned(), "curl".to_owned())),
    );
    Sample { job, status: Some(200), verdict, latency, service: latency, failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_counted_and_a_reset_keeps_failures_and_visits() {
        let mut tally = Tally::new(2).expect("a tally");
        for millis in 1..=100 {
            tally.add(sample(0, Verdict::Served, millis));
        }
        tally.add(sample(1, Verdict::Failed, 1));
        tally.add(sample(1, Verdict::Failed, 1));
        let total = tally.total().expect("a row");
        assert_eq!((total.requests(), total.failed, tally.failed()), (102, 2, 2));
        let p50 = tally.rows[0].latency.at(0.5).as_secs_f64();
        assert!((p50 - 0.05).abs() < 0.001, "{p50}");
        assert_eq!(tally.failures.values().map(|failure| failure.count).collect::<Vec<_>>(), [2]);
        tally.reset().expect("a tally");
        tally.add(sample(0, Verdict::Declined, 1));
        let total = tally.total().expect("a row");
        assert_eq!((total.requests(), tally.failed()), (1, 2));
        assert_eq!(tally.visited, [true, true]);
    }
}
