//! The time that every scenario takes, per request, and what the matcher's times mean: how many matches one core makes in
//! a second, against 100 thousand, 1 million and 10 million. `cargo bench -p perf --bench matches`.
//!
//! With `--features peers` other routers stand beside ours. Times inform; what CI gates are counts.

use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use perf::scenario;

/// The marks that matches per second are held against.
const MARKS: [(&str, f64); 3] = [("100 k", 1e5), ("1 M", 1e6), ("10 M", 1e7)];

fn scenarios(criterion: &mut Criterion) {
    for scenario in scenario::all() {
        let (group, case) = scenario.name.split_once('/').unwrap_or(("other", &scenario.name));
        let mut prepared = scenario.prepare();
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(scenario.elements));
        group.bench_function(case, |bencher| bencher.iter(|| prepared.run()));
        group.finish();
    }
}

/// A line for each table, from a tenth of a second of matching: what criterion measured, in the words of the goal.
fn marks(_criterion: &mut Criterion) {
    perf::say!("{:34} {:>18}  reached", "scenario", "matches a second");
    for scenario in scenario::all().iter().filter(|scenario| scenario.name.starts_with("match/")) {
        let mut prepared = scenario.prepare();
        let (began, mut passes) = (Instant::now(), 0_u32);
        while began.elapsed().as_millis() < 100 {
            prepared.run();
            passes += 1;
        }
        let rate = f64::from(passes) * scenario.elements as f64 / began.elapsed().as_secs_f64();
        let reached: Vec<&str> =
            MARKS.iter().filter(|(_, mark)| rate >= *mark).map(|(name, _)| *name).collect();
        let reached =
            if reached.is_empty() { "none of 100 k, 1 M, 10 M".to_owned() } else { reached.join(", ") };
        perf::say!("{:34} {rate:18.0}  {reached}", scenario.name);
    }
}

criterion_group!(benches, scenarios, marks);
criterion_main!(benches);
