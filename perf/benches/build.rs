//! How long descriptions take to be loaded and compiled, by their number of operations, and route tables to be built, by
//! their number of paths. What they hold in memory is in the bench `memory`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use perf::description;
use perf::scenario::build::{self, OPERATIONS, PATHS};

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    for operations in OPERATIONS {
        let text = description::of_operations(operations);
        group.throughput(Throughput::Elements(operations as u64));
        group.bench_with_input(BenchmarkId::from_parameter(operations), &text, |bencher, text| {
            bencher.iter(|| build::load(text));
        });
    }
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    for operations in OPERATIONS {
        let description = build::load(&description::of_operations(operations));
        assert_eq!(build::compile(&description).operations().len(), operations);
        group.throughput(Throughput::Elements(operations as u64));
        group.bench_function(BenchmarkId::from_parameter(operations), |bencher| {
            bencher.iter(|| build::compile(&description));
        });
    }
    group.finish();
}

fn table(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("table");
    group.sample_size(20);
    for paths in PATHS {
        let templates = build::table_templates(paths);
        group.throughput(Throughput::Elements(paths as u64));
        group.bench_with_input(BenchmarkId::from_parameter(paths), &templates, |bencher, templates| {
            bencher.iter(|| build::table(templates));
        });
    }
    group.finish();
}

criterion_group!(benches, load, compile, table);
criterion_main!(benches);
