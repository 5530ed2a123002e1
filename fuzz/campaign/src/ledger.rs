//! The ledger: how long each target has run, and what came of it (`fuzz/ledger.toml`).
//!
//! Takes: the ledger's text. Gives: the same with more in it. The performance report shows the file's tables as they are.

use serde::{Deserialize, Serialize};

/// What stands above the entries.
const PREAMBLE: &str = "\
# How long each fuzz target has run, all machines and runs together, and how many faults it found that are mended since.
# `cargo run -p fuzz-campaign -- --record` adds to it; `findings_fixed` is counted by hand.

";

/// What is known of one target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    name: String,
    /// Processor time.
    pub(crate) cpu_minutes: f64,
    /// Inputs that were run.
    pub(crate) executions: u64,
    /// Inputs per second of processor time in the last run.
    pub(crate) executions_per_second: u64,
    /// Faults that it found and that are mended.
    pub(crate) findings_fixed: u64,
}

/// All targets, in the order in which they were first recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    #[serde(default)]
    target: Vec<Entry>,
}

impl Ledger {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The entry of a target, a new one where there is none.
    pub(crate) fn entry(&mut self, name: &str) -> &mut Entry {
        let at = self.target.iter().position(|entry| entry.name == name).unwrap_or_else(|| {
            self.target.push(Entry { name: name.to_owned(), ..Entry::default() });
            self.target.len() - 1
        });
        &mut self.target[at]
    }

    /// The file's text; minutes have one digit behind the point.
    pub(crate) fn to_text(&self) -> Result<String, String> {
        let mut rounded = self.clone();
        for entry in &mut rounded.target {
            entry.cpu_minutes = (entry.cpu_minutes * 10.0).round() / 10.0;
        }
        let text = toml::to_string(&rounded).map_err(|error| error.to_string())?;
        Ok(format!("{PREAMBLE}{text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut ledger = Ledger::default();
        ledger.entry("json").cpu_minutes = 1.25;
        ledger.entry("json").executions += 7;
        ledger.entry("xml").findings_fixed = 1;
        let text = ledger.to_text().expect("a ledger");
        let mut again = Ledger::parse(&text).expect("a ledger");
        assert_eq!((again.entry("json").executions, again.entry("json").cpu_minutes), (7, 1.3));
        assert_eq!(again.to_text(), Ok(text));
    }
}
