//! Instructions of every scenario, counted by callgrind through gungraun, the successor of iai-callgrind, and held to
//! `perf/budgets.toml`: `cargo bench -p perf --bench counts`. It needs valgrind and `gungraun-runner` of the library's version.
//!
//! The budgets become gungraun's hard limits: for a whole pass, with the margin. Its soft limits compare with the run
//! before on the same machine. What gungraun says of a broken limit is said again in the terms of the budgets.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use perf::budget::{Budgets, Measure};
use perf::scenario::{self, Scenario};
use serde_json::Value;

/// Set for the process that gungraun's own main runs in.
const INNER: &str = "PERF_COUNTS_INNER";

/// The benchmarks. A name here is that of a scenario with underscores for what no identifier may hold; none may be
/// missing, see [`complete`].
mod counted {
    use gungraun::prelude::*;
    use gungraun::{Callgrind, EventKind};

    macro_rules! counts {
        ($pass:ident, $ids:ident, $($id:ident)*) => {
            pub(super) const $ids: &[&str] = &[$(stringify!($id)),*];

            #[library_benchmark]
            $(#[bench::$id(args = (crate::prepare(stringify!($id))), config = crate::limits(stringify!($id)))])*
            fn $pass(mut prepared: perf::scenario::Prepared) -> perf::scenario::Prepared {
                prepared.run();
                prepared
            }
        };
    }

    counts! {
        pass, IDS,
        control
        match_github match_github_static match_stripe match_kubernetes match_kubernetes_miss_last
        match_parameters_8 match_static_200_bytes match_routes_10 match_routes_10000 match_overlap_1024_miss
        match_github_405 match_partial_segments match_encoded
        match_routes_30 match_routes_100 match_routes_300 match_routes_1000 match_routes_3000
        match_static_12_bytes match_static_50_bytes match_static_100_bytes match_static_400_bytes match_static_800_bytes
        match_parameters_0 match_parameters_1 match_parameters_2 match_parameters_4 match_parameters_6
        match_parameters_12 match_parameters_16
        stage_head stage_route stage_security_api_key stage_parameters stage_content_select
        stage_json_parse stage_json_parse_deepest stage_validate stage_validate_deepest stage_report_deepest
        stage_problem stage_response_check stage_response_encode
        journey_get journey_post_json journey_not_found journey_unauthorised
        to_handler_get to_handler_post_json deepest_valid deepest_invalid
    }

    library_benchmark_group!(name = scenarios, benchmarks = pass);

    #[cfg(feature = "peers")]
    counts! {
        peer, PEER_IDS,
        match_github_matchit match_github_static_matchit match_stripe_matchit match_kubernetes_matchit
        match_kubernetes_miss_last_matchit match_parameters_8_matchit match_static_200_bytes_matchit
        match_routes_10_matchit match_routes_10000_matchit match_overlap_1024_miss_matchit
        match_github_wayfind match_github_static_wayfind match_stripe_wayfind match_kubernetes_wayfind
        match_kubernetes_miss_last_wayfind match_parameters_8_wayfind match_static_200_bytes_wayfind
        match_routes_10_wayfind match_routes_10000_wayfind match_overlap_1024_miss_wayfind
        match_github_path_tree match_github_static_path_tree match_stripe_path_tree match_kubernetes_path_tree
        match_kubernetes_miss_last_path_tree match_parameters_8_path_tree match_static_200_bytes_path_tree
        match_routes_10_path_tree match_routes_10000_path_tree match_overlap_1024_miss_path_tree
        match_github_actix_router match_github_static_actix_router match_stripe_actix_router
        match_parameters_8_actix_router match_static_200_bytes_actix_router match_routes_10_actix_router
        match_github_regex_set match_github_static_regex_set match_stripe_regex_set
        match_parameters_8_regex_set match_static_200_bytes_regex_set match_routes_10_regex_set
    }

    #[cfg(feature = "peers")]
    library_benchmark_group!(name = peers, benchmarks = peer);

    #[cfg(not(feature = "peers"))]
    pub(super) const PEER_IDS: &[&str] = &[];

    #[cfg(not(feature = "peers"))]
    gungraun::main!(library_benchmark_groups = scenarios);

    #[cfg(feature = "peers")]
    gungraun::main!(library_benchmark_groups = scenarios, peers);

    pub(super) fn run() {
        main();
    }

    /// The limits of one benchmark: `instructions_max` absolute, `growth_percent` against the run before.
    pub(super) fn config(instructions_max: u64, growth_percent: f64) -> LibraryBenchmarkConfig {
        let mut callgrind = Callgrind::default();
        callgrind
            .hard_limits([(EventKind::Ir, instructions_max)])
            .soft_limits([(EventKind::Ir, growth_percent)]);
        let mut config = LibraryBenchmarkConfig::default();
        config.tool(callgrind);
        config
    }
}

fn main() -> ExitCode {
    let asked_by_runner = env::args().any(|argument| argument == "--gungraun-run");
    if asked_by_runner || env::var_os(INNER).is_some() {
        counted::run();
        return ExitCode::SUCCESS;
    }
    match count_and_explain() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            perf::warn!("the counts could not be taken: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Runs gungraun in a process of its own, since it ends the process where a limit is broken.
fn count_and_explain() -> Result<bool, String> {
    complete()?;
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counts");
    let began = SystemTime::now();
    let this = env::current_exe().map_err(|fault| fault.to_string())?;
    let status = Command::new(this)
        .args(env::args_os().skip(1))
        .env(INNER, "1")
        .env("GUNGRAUN_HOME", &home)
        .env("GUNGRAUN_SAVE_SUMMARY", "json")
        .status()
        .map_err(|fault| fault.to_string())?;
    let breaches = explain(&home, began)?;
    if breaches > 0 {
        perf::warn!("{breaches} of the budgets in perf/budgets.toml do not hold");
    }
    Ok(status.success() && breaches == 0)
}

/// Whether every scenario has its benchmark.
fn complete() -> Result<(), String> {
    let counted: Vec<&str> = counted::IDS.iter().chain(counted::PEER_IDS).copied().collect();
    let missing = scenario::names().into_iter().find(|name| !counted.contains(&identifier(name).as_str()));
    missing.map_or(Ok(()), |name| Err(format!("the scenario {name} is not listed in perf/benches/counts.rs")))
}

/// Says of every scenario counted since `began` whether it keeps to its budget; gives the number of those that do not.
fn explain(home: &Path, began: SystemTime) -> Result<usize, String> {
    let budgets = Budgets::committed();
    let mut breaches = 0;
    for summary in summaries(home, began)? {
        let scenario = scenario_of(&summary)?;
        let counted = instructions(&summary).ok_or("gungraun's summary holds no count of instructions")?;
        // Peers have none.
        let Some(budget) = budgets.of(&scenario.name) else { continue };
        let each = counted as f64 / scenario.elements as f64;
        if let Some(breach) = budgets.breach(&scenario.name, Measure::Instructions, each, budget.instructions)
        {
            perf::warn!("{breach}");
            breaches += 1;
        }
    }
    Ok(breaches)
}

/// The summaries that gungraun has written since `began`.
fn summaries(home: &Path, began: SystemTime) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if entry.file_name() == "summary.json"
                && entry.metadata().and_then(|data| data.modified()).is_ok_and(|time| time >= began)
            {
                let text = fs::read(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
                let summary = serde_json::from_slice(&text);
                found.push(summary.map_err(|fault| format!("{}: {fault}", path.display()))?);
            }
        }
    }
    Ok(found)
}

fn scenario_of(summary: &Value) -> Result<Scenario, String> {
    let id = summary["id"].as_str().ok_or("gungraun's summary names no benchmark")?;
    named(id).ok_or_else(|| format!("no scenario is called `{id}`"))
}

/// What the run counted; the run before is called `old` there.
fn instructions(summary: &Value) -> Option<u64> {
    let values = &summary["profiles"][0]["data"]["total"]["metrics"]["Ir"]["values"];
    values.get("new").or_else(|| values.get("New")).and_then(Value::as_u64)
}

/// The scenario whose name is this identifier, but for what no identifier may hold.
fn named(id: &str) -> Option<Scenario> {
    let is_it = |name: &String| identifier(name) == id;
    scenario::names().into_iter().find(is_it).and_then(|name| scenario::named(&name))
}

fn identifier(name: &str) -> String {
    name.replace(|character: char| !character.is_ascii_alphanumeric(), "_")
}

fn prepare(id: &str) -> scenario::Prepared {
    named(id).expect("the benchmark is named after a scenario").prepare()
}

/// The budget of a scenario as gungraun takes it; a peer's count is not limited.
fn limits(id: &str) -> gungraun::LibraryBenchmarkConfig {
    let budgets = Budgets::committed();
    let scenario = named(id).expect("the benchmark is named after a scenario");
    match budgets.of(&scenario.name) {
        Some(budget) => {
            let most = budgets.instructions_max(budget.instructions, scenario.elements);
            counted::config(most, budgets.growth_percent)
        }
        None => gungraun::LibraryBenchmarkConfig::default(),
    }
}
