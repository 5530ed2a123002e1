//! Heap allocations and stack bytes of every scenario, and the memory that tables and descriptions keep.
//!
//! Allocations are counted by an allocator that this binary alone is linked with, so that it slows no other measurement.
//! Stack bytes are the difference of two of massif's peaks, at the same depth: of a process that runs the
//! scenario, and of one that does not. They are exact to the byte, and need neither `unsafe` nor a painted stack. Where valgrind is
//! not to be had, they are left out, and said to be.

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;

use perf::budget::{Breach, Budgets, Measure};
use perf::scenario::{self, Prepared, Scenario, build};
use serde_json::{Value, json};

use super::{Measured, scratch};

/// What a process is told that only runs, for massif to look at.
pub const RUN: &str = "--run-under-massif";
/// Deeper than what preparing needs: the peak is then that of the pass.
const FLOOR_BYTES: usize = 1 << 20;

/// What every scenario allocates, and how deep its stack gets.
pub fn of_scenarios(budgets: &Budgets) -> Result<Measured, String> {
    let massif = Massif::new();
    let (mut rows, mut breaches) = (Vec::new(), Vec::new());
    perf::say!("{:34} {:>12} {:>12} {:>12}", "scenario", "allocations", "heap bytes", "stack bytes");
    for scenario in scenario::all() {
        let heap = allocations(&scenario);
        let limited = budgets.of(&scenario.name).is_some_and(|budget| budget.stack_bytes.is_some());
        let stack = match &massif {
            Some(massif) if limited => Some(massif.stack_bytes(&scenario.name)?),
            Some(_) | None => None,
        };
        let shown = stack.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
        perf::say!("{:34} {:12} {:12} {shown:>12}", scenario.name, heap.count_total, heap.bytes_max);
        breaches.extend(breaches_of(budgets, &scenario, heap.count_total, stack));
        rows.push(json!({
            "scenario": scenario.name, "elements": scenario.elements, "allocations": heap.count_total,
            "heap_bytes_max": heap.bytes_max, "stack_bytes": stack,
        }));
    }
    if massif.is_none() {
        perf::say!("stack bytes: not measured, valgrind is not installed");
    }
    Ok((Value::Array(rows), breaches))
}

/// What one pass allocates. The pass that preparing makes has already grown what grows once.
fn allocations(scenario: &Scenario) -> allocation_counter::AllocationInfo {
    let mut prepared = scenario.prepare();
    allocation_counter::measure(|| prepared.run())
}

fn breaches_of(budgets: &Budgets, scenario: &Scenario, allocations: u64, stack: Option<u64>) -> Vec<Breach> {
    let Some(budget) = budgets.of(&scenario.name) else { return Vec::new() };
    let each = allocations as f64 / scenario.elements as f64;
    let mut breaches = Vec::new();
    breaches.extend(budgets.breach(&scenario.name, Measure::Allocations, each, budget.allocations));
    if let (Some(stack), Some(most)) = (stack, budget.stack_bytes) {
        breaches.extend(budgets.breach(&scenario.name, Measure::StackBytes, stack as f64, most));
    }
    breaches
}

/// What tables and descriptions hold once they are built, and the most they hold while they are.
pub fn of_built(budgets: &Budgets) -> Measured {
    let (mut rows, mut breaches) = (Vec::new(), Vec::new());
    perf::say!("{:34} {:>12} {:>12} {:>12}", "built", "each", "kept bytes", "peak bytes");
    for built in build::all() {
        let mut kept = None;
        let heap = allocation_counter::measure(|| kept = Some((built.build)()));
        black_box(&kept);
        let bytes = u64::try_from(heap.bytes_current).unwrap_or_default();
        let each = bytes as f64 / built.elements as f64;
        perf::say!("{:34} {each:12.0} {bytes:12} {:12}", built.name, heap.bytes_max);
        if let Some(most) = (built.budget)(&budgets.built) {
            breaches.extend(budgets.breach(&built.name, Measure::HeapBytes, each, most));
        }
        rows.push(json!({
            "name": built.name, "elements": built.elements, "kept_bytes": bytes, "peak_bytes": heap.bytes_max,
            "allocations": heap.count_total,
        }));
    }
    (Value::Array(rows), breaches)
}

/// valgrind's massif, and the peak of a process that does nothing at the floor.
struct Massif {
    this: PathBuf,
    out: PathBuf,
    nothing: u64,
}

impl Massif {
    /// None where valgrind is not installed.
    fn new() -> Option<Self> {
        Command::new("valgrind").arg("--version").output().ok().filter(|output| output.status.success())?;
        let out = scratch("massif.out");
        let mut massif = Self { this: env::current_exe().ok()?, out, nothing: 0 };
        massif.nothing = massif.peak("").ok()?;
        Some(massif)
    }

    /// How deep the stack gets below a pass of the scenario.
    fn stack_bytes(&self, name: &str) -> Result<u64, String> {
        Ok(self.peak(name)?.saturating_sub(self.nothing))
    }

    /// The highest sum of all stacks in a process that runs the scenario on the floor.
    fn peak(&self, name: &str) -> Result<u64, String> {
        let output = Command::new("valgrind")
            .args(["--tool=massif", "--stacks=yes", "--heap=no", "--peak-inaccuracy=0.0"])
            .arg(format!("--massif-out-file={}", self.out.display()))
            .arg(&self.this)
            .args([RUN, name])
            .output()
            .map_err(|fault| format!("valgrind does not start: {fault}"))?;
        if !output.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let snapshots = fs::read_to_string(&self.out).map_err(|fault| fault.to_string())?;
        let stacks = snapshots.lines().filter_map(|line| line.strip_prefix("mem_stacks_B="));
        let peak = stacks.filter_map(|bytes| bytes.parse().ok()).max();
        peak.ok_or_else(|| format!("{name}: massif took no snapshot"))
    }
}

/// Prepares the scenario of this name and runs one pass on the floor.
pub fn run_on_floor(name: &str) {
    on_floor(scenario::named(name).map(|scenario| scenario.prepare()));
}

/// Not inlined: the floor must not lie below what preparing needs.
#[inline(never)]
fn on_floor(prepared: Option<Prepared>) {
    let floor = [0_u8; FLOOR_BYTES];
    black_box(&floor);
    if let Some(mut prepared) = prepared {
        prepared.run();
    }
    black_box(&floor);
}
