//! Instructions on this machine's own architecture, by valgrind's callgrind.
//!
//! It collects only inside the two functions of [`perf::scenario::Prepared`] that run a pass or an element, so that
//! building tables and descriptions costs time here but no counts.

use std::{fs, path::Path, process::Command};

use super::Tool;
use crate::fault::Fault;

const PASS: &str = "perf::scenario::Prepared::run";
const ELEMENT: &str = "perf::scenario::Prepared::run_element";
const BUILDING: &str = "perf::built::build_route_table";

/// valgrind, with the program that it runs.
pub struct Callgrind<'a> {
    /// This program, built for this machine.
    pub program: &'a Path,
    /// Where the tool leaves its files.
    pub folder: &'a Path,
}

impl Tool for Callgrind<'_> {
    fn passes(&self, scenario: &str, times: u32) -> Result<u64, Fault> {
        self.inside(PASS, &["run", scenario, "--times", &times.to_string()])
    }

    fn building(&self, paths: u32) -> Result<u64, Fault> {
        self.inside(BUILDING, &["build", &paths.to_string()])
    }

    fn elements(&self, scenario: &str) -> Result<Vec<u64>, Fault> {
        let toggle = format!("--toggle-collect={ELEMENT}");
        let dump = format!("--dump-after={ELEMENT}");
        let text = self.run(&[&toggle, &dump, "--combine-dumps=yes"], &["run", scenario, "--each"])?;
        let mut counts =
            summaries(&text).collect::<Option<Vec<u64>>>().ok_or_else(|| unreadable(scenario))?;
        // The last part is what ran after the last element: nothing.
        counts.pop();
        Ok(counts)
    }
}

impl Callgrind<'_> {
    /// Instructions inside this function; none at all means that it was not found.
    fn inside(&self, function: &str, arguments: &[&str]) -> Result<u64, Fault> {
        let text = self.run(&[&format!("--toggle-collect={function}")], arguments)?;
        let count = summaries(&text).sum::<Option<u64>>();
        count.filter(|count| *count > 0).ok_or_else(|| unreadable(&arguments.join(" ")))
    }

    fn run(&self, switches: &[&str], arguments: &[&str]) -> Result<String, Fault> {
        let out = self.folder.join("callgrind.out");
        fs::remove_file(&out).ok();
        let output = Command::new("valgrind")
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", out.display()))
            .args(switches)
            .arg(self.program)
            .args(arguments)
            .output()
            .map_err(|error| {
                Fault::new(format!("valgrind cannot be run: {error}; {}", super::INSTALL_VALGRIND))
            })?;
        if !output.status.success() {
            return Err(Fault::new(format!(
                "valgrind fails on `{}`: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            )));
        }
        fs::read_to_string(&out).map_err(|error| Fault::at(&out, &error))
    }
}

fn unreadable(scenario: &str) -> Fault {
    Fault::new(format!("{scenario}: callgrind counted nothing; was the program stripped of its symbols?"))
}

/// The `summary:` line of each part of callgrind's output.
fn summaries(text: &str) -> impl Iterator<Item = Option<u64>> {
    text.lines().filter_map(|line| line.strip_prefix("summary:")).map(|rest| rest.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_a_summary() {
        let text =
            "version: 1\npart: 1\nsummary: 18\nfn=(1)\n4 18\ntotals: 18\n\npart: 2\nsummary: 0\ntotals: 0\n";
        assert_eq!(summaries(text).collect::<Vec<_>>(), [Some(18), Some(0)]);
        assert_eq!(summaries("summary: x\n").collect::<Vec<_>>(), [None]);
    }
}
