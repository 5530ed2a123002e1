//! The command line of the measurements: `cargo run --release -p perf -- --help`.

use clap::{Parser, Subcommand};
use perf::scenario;

#[derive(Parser)]
#[command(name = "perf", about = "Measures what requests cost")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs one scenario, for a tool that counts: nothing but its passes differs between two counts.
    Run {
        /// The scenario's name.
        scenario: String,
        /// How many passes to run after preparing.
        #[arg(long, default_value_t = 1)]
        times: u64,
        /// Runs every element by itself instead: perf::scenario::Prepared::run_element once for each.
        #[arg(long, conflicts_with = "times")]
        each: bool,
    },
    /// Lists the scenarios.
    List,
}

fn main() -> Result<(), String> {
    match Arguments::parse().command {
        Command::Run { scenario, times, each } => run(&scenario, times, each),
        Command::List => {
            for scenario in scenario::all() {
                println!("{:32} {:6} {}", scenario.name, scenario.elements, scenario.what);
            }
            Ok(())
        }
    }
}

fn run(name: &str, times: u64, each: bool) -> Result<(), String> {
    let scenario = scenario::named(name)
        .ok_or_else(|| format!("no scenario is called `{name}`; `perf list` names them all"))?;
    let mut prepared = scenario.prepare();
    if each {
        (0..prepared.elements()).for_each(|at| prepared.run_element(at));
    } else {
        (0..times).for_each(|_| prepared.run());
    }
    Ok(())
}
