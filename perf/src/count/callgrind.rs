//! Instructions on this machine's own architecture, by valgrind's callgrind.
//!
//! It collects only inside the two functions of [`perf::scenario::Prepared`] that run a pass or an element, so that
//! building tables and descriptions costs time here but no counts.

use std::{fs, path::Path, process::Command};

use super::{Passes, Tool};
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
    fn passes(&self, scenario: &str, times: u32) -> Result<Passes, Fault> {
        self.inside(PASS, &["run", scenario, "--times", &times.to_string()])
    }

    fn building(&self, paths: u32) -> Result<u64, Fault> {
        self.inside(BUILDING, &["build", &paths.to_string()]).map(|passes| passes.instructions)
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
    /// What runs inside this function; no instructions at all mean that it was not found.
    fn inside(&self, function: &str, arguments: &[&str]) -> Result<Passes, Fault> {
        let text = self.run(&[&format!("--toggle-collect={function}")], arguments)?;
        let count = summaries(&text).sum::<Option<u64>>();
        let instructions =
            count.filter(|count| *count > 0).ok_or_else(|| unreadable(&arguments.join(" ")))?;
        Ok(Passes { instructions, allocates: Some(allocates(&text)) })
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

/// Whether one of the C library's ways to the heap is among the functions that ran: `cfn=(7) malloc` names it once.
fn allocates(text: &str) -> bool {
    const WAYS: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];
    text.lines()
        .filter(|line| line.starts_with("fn=") || line.starts_with("cfn="))
        .any(|line| line.split_once(") ").is_some_and(|(_, name)| WAYS.contains(&name)))
}

/// The `summary:` line of each part of callgrind's output.
fn summaries(text: &str) -> impl Iterator<Item = Option<u64>> {
    text.lines().filter_map(|line| line.strip_prefix("summary:")).map(|rest| rest.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heap_is_seen() {
        assert!(allocates("fn=(1) run\ncfn=(7) malloc\ncalls=1 0\n"));
        assert!(allocates("fn=(3) realloc\n"));
        assert!(!allocates("fn=(2404) <alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop\ncfn=(7)\n"));
        assert!(!allocates("summary: 18\n"));
    }

    #[test]
    fn each_part_has_a_summary() {
        let text =
            "version: 1\npart: 1\nsummary: 18\nfn=(1)\n4 18\ntotals: 18\n\npart: 2\nsummary: 0\ntotals: 0\n";
        assert_eq!(summaries(text).collect::<Vec<_>>(), [Some(18), Some(0)]);
        assert_eq!(summaries("summary: x\n").collect::<Vec<_>>(), [None]);
    }
}
