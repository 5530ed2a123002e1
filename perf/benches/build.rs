//! How long a description takes to be loaded and compiled, by its number of operations.

use brrtrouter::{Api, Description, Handlers, Otherwise, echo};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const OPERATIONS: [usize; 3] = [10, 100, 1_000];

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    for operations in OPERATIONS {
        let text = perf::description::of_operations(operations);
        assert!(
            Description::from_text("made.yaml", text.as_str()).is_ok(),
            "only a sound description is worth measuring"
        );
        group.throughput(Throughput::Elements(u64::try_from(operations).unwrap_or(u64::MAX)));
        group.bench_with_input(BenchmarkId::from_parameter(operations), &text, |bencher, text| {
            bencher.iter(|| Description::from_text("made.yaml", text.as_str()));
        });
    }
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    for operations in OPERATIONS {
        let Ok(description) =
            Description::from_text("made.yaml", perf::description::of_operations(operations).as_str())
        else {
            continue;
        };
        let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
        let built = Api::builder(&description).handlers(handlers.clone()).build();
        assert_eq!(built.map(|api| api.operations().len()).ok(), Some(operations));
        group.throughput(Throughput::Elements(u64::try_from(operations).unwrap_or(u64::MAX)));
        group.bench_function(BenchmarkId::from_parameter(operations), |bencher| {
            bencher.iter(|| Api::builder(&description).handlers(handlers.clone()).build());
        });
    }
    group.finish();
}

criterion_group!(benches, load, compile);
criterion_main!(benches);
