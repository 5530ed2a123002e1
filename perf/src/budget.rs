//! What each scenario may cost: `perf/budgets.toml`, and what is said when it costs more.
//!
//! A budget is what was measured when it was set, per element. Above it lies a margin, since libraries choose other
//! code on other processors; what exceeds the margin is a failure and never noise, because counts do not vary.

use std::collections::BTreeMap;
use std::{fmt, fs};

use serde::Deserialize;

/// All budgets.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// How far, in percent, a count of instructions may lie above its budget.
    pub margin_percent: f64,
    /// How far, in percent, a count of instructions may grow between two runs on one machine.
    pub growth_percent: f64,
    /// What any single route of the public tables may cost.
    pub route: RouteBudget,
    /// What any single request to them may cost that leads nowhere.
    pub miss: RouteBudget,
    /// What tables and descriptions may cost in memory once they are built.
    pub built: BuiltBudget,
    /// The budgets by the names of the scenarios.
    pub scenario: BTreeMap<String, Budget>,
}

/// What one element of a scenario may cost.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Instructions on x86-64, as callgrind counts them.
    pub instructions: u64,
    /// Instructions on AArch64, where they are held to a figure of their own.
    pub instructions_aarch64: Option<u64>,
    /// Heap allocations.
    pub allocations: u64,
    /// The deepest that the stack gets below the call, in bytes; it is measured where this is given.
    pub stack_bytes: Option<u64>,
}

/// A bound that follows the request's size, in instructions.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RouteBudget {
    /// For any request.
    pub instructions: u64,
    /// For each octet of its path.
    pub per_byte: u64,
    /// For each parameter.
    pub per_parameter: u64,
}

/// Memory that stays after building.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct BuiltBudget {
    /// Heap bytes of a table of 10,000 paths, for each path.
    pub table_bytes_per_path: u64,
    /// Heap bytes of an `Api` of 1,000 operations, for each operation.
    pub api_bytes_per_operation: u64,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Instructions.
    Instructions,
    /// Heap allocations.
    Allocations,
    /// Stack depth in bytes.
    StackBytes,
    /// Heap bytes that stay.
    HeapBytes,
}

/// A budget that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// The scenario, or the route.
    pub name: String,
    /// What was counted.
    pub measure: Measure,
    /// What came out, per element.
    pub measured: f64,
    /// What it may be, per element.
    pub budget: u64,
    /// How far above that it may lie, in percent.
    pub margin_percent: f64,
}

impl Budgets {
    /// The budgets of the repository, read anew so that nothing has to be compiled when one changes.
    ///
    /// # Panics
    /// When there is no such file, or it is not one of budgets.
    #[must_use]
    pub fn committed() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/budgets.toml");
        let text = fs::read_to_string(path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        toml::from_str(&text).unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// The budget of a scenario; peers have none.
    #[must_use]
    pub fn of(&self, scenario: &str) -> Option<Budget> {
        self.scenario.get(scenario).copied()
    }

    /// The most instructions that a pass of `elements` may count, margin included.
    #[must_use]
    pub fn instructions_max(&self, budget: u64, elements: u64) -> u64 {
        let exact = budget as f64 * elements as f64 * (1.0 + self.margin_percent / 100.0);
        // Counts stay far below 2^53, where doubles are whole numbers.
        exact.ceil() as u64
    }

    /// Whether a count per element breaks its budget; only instructions have a margin.
    #[must_use]
    pub fn breach(&self, name: &str, measure: Measure, measured: f64, budget: u64) -> Option<Breach> {
        let margin_percent = if measure == Measure::Instructions { self.margin_percent } else { 0.0 };
        let most = budget as f64 * (1.0 + margin_percent / 100.0);
        let breach = || Breach { name: name.to_owned(), measure, measured, budget, margin_percent };
        (measured > most).then(breach)
    }
}

impl RouteBudget {
    /// The budget of a request with a path of so many octets and so many parameters.
    #[must_use]
    pub const fn of(self, bytes: u64, parameters: u64) -> u64 {
        self.instructions + self.per_byte * bytes + self.per_parameter * parameters
    }
}

impl Measure {
    const fn words(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Allocations => "heap allocations",
            Self::StackBytes => "bytes of stack",
            Self::HeapBytes => "bytes of heap",
        }
    }

    /// How to see where they come from.
    const fn hint(self) -> &'static str {
        match self {
            Self::Instructions => {
                "see which functions they are in (docs/performance.md, \"Where the instructions go\")"
            }
            Self::Allocations => "see who allocates with `valgrind --tool=dhat`",
            Self::StackBytes => "look for large values and deep recursion below this stage",
            Self::HeapBytes => "see who allocates with `valgrind --tool=massif`",
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, measure, measured, budget, margin_percent } = self;
        let over = if *budget == 0 {
            String::new()
        } else {
            format!(", {:.1} % over", (measured / *budget as f64 - 1.0) * 100.0)
        };
        let margin =
            if *margin_percent > 0.0 { format!(" (+{margin_percent} % margin)") } else { String::new() };
        write!(
            f,
            "{name}: {measured:.1} {} for each element{over}; the budget is {budget}{margin}. Either mend it ({}), or \
             raise the budget in perf/budgets.toml and say in the commit what the cost buys.",
            measure.words(),
            measure.hint(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    #[test]
    fn every_scenario_has_a_budget_and_no_other_name_has() {
        let budgets = Budgets::committed();
        let ours = |name: &String| !name.contains('@');
        let mut names: Vec<String> = scenario::names().into_iter().filter(ours).collect();
        names.sort();
        assert_eq!(budgets.scenario.keys().cloned().collect::<Vec<_>>(), names);
    }

    #[test]
    fn what_breaks_a_budget() {
        let budgets = Budgets { margin_percent: 3.0, ..Budgets::committed() };
        for (measure, measured, budget, broken) in [
            (Measure::Instructions, 100.0, 100, false),
            (Measure::Instructions, 102.9, 100, false),
            (Measure::Instructions, 103.1, 100, true),
            (Measure::Instructions, 50.0, 100, false),
            (Measure::Allocations, 0.0, 0, false),
            (Measure::Allocations, 0.1, 0, true),
            (Measure::StackBytes, 1025.0, 1024, true),
        ] {
            let breach = budgets.breach("a", measure, measured, budget);
            assert_eq!(breach.is_some(), broken, "{measure:?} {measured} {budget}");
        }
        assert_eq!(budgets.instructions_max(100, 10), 1030);
        assert_eq!(budgets.instructions_max(7, 1), 8);
    }

    #[test]
    fn a_breach_says_what_where_and_what_to_do() {
        let budgets = Budgets { margin_percent: 3.0, ..Budgets::committed() };
        let breach = budgets.breach("match/github", Measure::Instructions, 385.0, 350);
        let text = breach.map(|breach| breach.to_string()).unwrap_or_default();
        for part in ["match/github", "385.0 instructions", "10.0 % over", "350", "budgets.toml"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
