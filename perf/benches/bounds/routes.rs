//! Instructions of every single request to the public tables, held to a bound that follows its size: `[route]` of
//! `perf/budgets.toml`.
//!
//! One process runs all requests of a table; callgrind writes a count after each, so that a thousand routes take seconds.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use perf::budget::{Budgets, Measure};
use perf::scenario::{self, Prepared};
use serde_json::{Value, json};

use super::{Measured, scratch};

/// What a process is told that only runs, for callgrind to look at.
pub const RUN: &str = "--run-under-callgrind";
/// Where callgrind collects, and after which it writes.
const COUNTED: &str = "perf::scenario::Prepared::run_element";
/// The tables. Overlapping templates have a budget of their own.
const TABLES: [&str; 5] =
    ["match/github", "match/stripe", "match/kubernetes", "match/kubernetes-miss-last", "match/github-405"];

/// One request and its count.
struct Counted {
    label: String,
    bytes: u64,
    parameters: u64,
    instructions: u64,
}

/// Prepares a table and makes every request to it by itself.
pub fn run_each(table: &str) {
    let mut prepared = prepare(table);
    (0..prepared.elements()).for_each(|at| prepared.run_element(at));
}

fn prepare(table: &str) -> Prepared {
    scenario::named(table).expect("the table is a scenario").prepare()
}

/// What every request to every table costs.
pub fn of_tables(budgets: &Budgets) -> Result<Measured, String> {
    let (mut rows, mut breaches) = (Vec::new(), Vec::new());
    perf::say!("{:34} {:>12} {:>12}  the route nearest to its bound", "table", "instructions", "bound");
    for table in TABLES {
        let counted = count(table)?;
        let budget = if table.ends_with("-miss-last") { budgets.miss } else { budgets.route };
        let bound = |one: &Counted| budget.of(one.bytes, one.parameters);
        let share = |one: &&Counted| one.instructions as f64 / bound(one) as f64;
        let nearest = counted.iter().max_by(|one, other| share(one).total_cmp(&share(other)));
        let nearest = nearest.ok_or("a table without requests")?;
        perf::say!("{table:34} {:12} {:12}  {}", nearest.instructions, bound(nearest), nearest.label);
        let over = |one: &&Counted| {
            budgets.breach("", Measure::Instructions, one.instructions as f64, bound(one)).is_some()
        };
        // One message for each table: hundreds would hide what they say.
        let name = format!(
            "{table}, {} of {} routes, {}",
            counted.iter().filter(over).count(),
            counted.len(),
            nearest.label
        );
        let measured = nearest.instructions as f64;
        breaches.extend(budgets.breach(&name, Measure::Instructions, measured, bound(nearest)));
        rows.extend(counted.iter().map(|one| {
            json!({
                "table": table, "route": one.label, "bytes": one.bytes, "parameters": one.parameters,
                "instructions": one.instructions, "bound": bound(one),
            })
        }));
    }
    Ok((Value::Array(rows), breaches))
}

/// The counts of all requests of one table.
fn count(table: &str) -> Result<Vec<Counted>, String> {
    let folder = scratch("routes");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let this = env::current_exe().map_err(|fault| fault.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=yes"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-after={COUNTED}"))
        .arg(this)
        .args([RUN, table])
        .output()
        .map_err(|fault| format!("valgrind does not start, it has to be installed: {fault}"))?;
    if !output.status.success() {
        return Err(format!("{table}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let prepared = prepare(table);
    (0..prepared.elements())
        .map(|at| {
            let (bytes, parameters) = prepared.size(at);
            let instructions = total(&folder.join(format!("out.{}", at + 1)))?;
            Ok(Counted { label: prepared.label(at), bytes, parameters, instructions })
        })
        .collect()
}

/// The total of one of callgrind's files.
fn total(path: &Path) -> Result<u64, String> {
    let text = fs::read_to_string(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|count| count.trim().parse().ok()).ok_or_else(|| format!("{}: no total", path.display()))
}
