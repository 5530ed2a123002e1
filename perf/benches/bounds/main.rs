//! What may not be exceeded, besides the counts of whole scenarios: `cargo bench -p perf --bench bounds [-- --json FILE]`.
//!
//! [`memory`]: heap allocations and stack bytes of every scenario, and the memory that tables and descriptions keep.
//! [`routes`]: instructions of every single request to the public tables. Both are held to `perf/budgets.toml`.
//!
//! This binary is linked with an allocator that counts. Matching allocates nothing, so that it counts no instruction
//! more here than elsewhere.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use perf::budget::{Breach, Budgets};
use serde_json::{Value, json};

mod memory;
mod routes;

/// What is measured, for a file, and what breaks its budget.
type Measured = (Value, Vec<Breach>);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [memory::RUN, name] => memory::run_on_floor(name),
        [routes::RUN, name] => routes::run_each(name),
        words => {
            let json = words.iter().position(|word| *word == "--json").and_then(|at| words.get(at + 1));
            return measure(json.map(Path::new));
        }
    }
    ExitCode::SUCCESS
}

/// Measures everything, and writes it where asked.
fn measure(json: Option<&Path>) -> ExitCode {
    let breaches = match measure_all(json) {
        Ok(breaches) => breaches,
        Err(fault) => {
            perf::warn!("the bounds could not be measured: {fault}");
            return ExitCode::FAILURE;
        }
    };
    breaches.iter().for_each(|breach| perf::warn!("{breach}"));
    if breaches.is_empty() {
        return ExitCode::SUCCESS;
    }
    perf::warn!("{} of the bounds in perf/budgets.toml do not hold", breaches.len());
    ExitCode::FAILURE
}

fn measure_all(json: Option<&Path>) -> Result<Vec<Breach>, String> {
    let budgets = Budgets::committed();
    let (scenarios, mut breaches) = memory::of_scenarios(&budgets)?;
    let (built, broken) = memory::of_built(&budgets);
    breaches.extend(broken);
    let (routes, broken) = routes::of_tables(&budgets)?;
    breaches.extend(broken);
    if let Some(path) = json {
        let text = format!("{:#}\n", json!({ "scenarios": scenarios, "built": built, "routes": routes }));
        fs::write(path, text).map_err(|fault| format!("{}: {fault}", path.display()))?;
    }
    Ok(breaches)
}

/// Where valgrind writes what it finds.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}
