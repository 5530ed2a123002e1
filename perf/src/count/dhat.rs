//! Allocations, by valgrind's DHAT: the allocator that serves is the one that is counted, with nothing of ours round it.
//!
//! The difference of two runs leaves out what happens once. A reallocation counts as one more allocation of its new
//! size.

use std::{path::Path, process::Command};

use crate::fault::Fault;

/// Two numbers of passes with as many digits: an argument is an allocation as well.
const FEW: u32 = 10;
const MANY: u32 = 20;

/// Allocations and their bytes, of one pass.
pub fn allocations(program: &Path, scenario: &str) -> Result<(f64, f64), Fault> {
    let total = |times: u32| measured(program, &["run", scenario, "--times", &times.to_string()], "Total:");
    let (few, many) = (total(FEW)?, total(MANY)?);
    let passes = f64::from(MANY - FEW);
    let per_pass = |few: u64, many: u64| super::float(many.saturating_sub(few)) / passes;
    Ok((per_pass(few.blocks, many.blocks), per_pass(few.bytes, many.bytes)))
}

/// Heap that a route table of so many paths keeps, in bytes.
pub fn bytes_kept(program: &Path, paths: u32) -> Result<f64, Fault> {
    let kept = |paths: u32| measured(program, &["build", &paths.to_string()], "At t-end:");
    let (none, all) = (kept(0)?, kept(paths)?);
    Ok(super::float(all.bytes.saturating_sub(none.bytes)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heap {
    bytes: u64,
    blocks: u64,
}

/// One line of DHAT's summary: `Total:` of the whole run, or `At t-end:`.
fn measured(program: &Path, arguments: &[&str], line: &str) -> Result<Heap, Fault> {
    let output = Command::new("valgrind")
        .args(["--tool=dhat", "--dhat-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .output()
        .map_err(|error| {
            Fault::new(format!("valgrind cannot be run: {error}; {}", super::INSTALL_VALGRIND))
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    parse(&said, line).filter(|_| output.status.success()).ok_or_else(|| {
        Fault::new(format!("valgrind's DHAT fails on {}: {}", arguments.join(" "), said.trim()))
    })
}

/// Reads `==7== Total:     2,724 bytes in 13 blocks`.
fn parse(said: &str, line: &str) -> Option<Heap> {
    let rest = said.lines().find_map(|text| text.split_once(line).map(|(_, rest)| rest))?;
    let mut numbers = rest.split_whitespace().filter_map(|word| word.replace(',', "").parse().ok());
    Some(Heap { bytes: numbers.next()?, blocks: numbers.next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read() {
        let said = "==3370== DHAT, a dynamic heap analysis tool\n==3370== Total:     2,724 bytes in 13 blocks\n\
                    ==3370== At t-gmax: 1,024 bytes in 1 blocks\n==3370== At t-end:  32 bytes in 2 blocks\n";
        assert_eq!(parse(said, "Total:"), Some(Heap { bytes: 2_724, blocks: 13 }));
        assert_eq!(parse(said, "At t-end:"), Some(Heap { bytes: 32, blocks: 2 }));
        assert_eq!(parse("==1== Total: nothing", "Total:"), None);
        assert_eq!(parse("", "Total:"), None);
    }
}
