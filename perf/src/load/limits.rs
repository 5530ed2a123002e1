//! What a process has of what it may have: descriptors, areas of memory, CPU time.
//!
//! Takes: a process of this machine. Gives: counts and bounds as the kernel tells them, on Linux.

use std::fs;

use crate::fault::Fault;

/// A process at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Held {
    pub descriptors: u64,
    pub descriptors_max: u64,
    /// Areas of memory (VMA); a coroutine's stack with its guard is two of them.
    pub areas: u64,
    pub areas_max: u64,
    /// CPU time so far, of all threads, in seconds.
    pub cpu_seconds: f64,
    pub resident: u64,
}

/// The kernel's clock ticks in a second: what `/proc` counts in on every architecture that Rust's Linux targets have.
const TICKS: f64 = 100.0;

impl Held {
    /// # Errors
    /// That there is no such process, or that another user's is not told of.
    pub fn read(pid: u32) -> Result<Self, Fault> {
        let unread = |path: &str, error: &dyn std::fmt::Display| {
            Fault::usage(format!(
                "--pid {pid}: {path}: {error}; it must be a process of this machine and user"
            ))
        };
        let text = |name: &str| {
            let path = format!("/proc/{pid}/{name}");
            fs::read_to_string(&path).map_err(|error| unread(&path, &error))
        };
        let folder = format!("/proc/{pid}/fd");
        let descriptors = fs::read_dir(&folder).map_err(|error| unread(&folder, &error))?.count();
        let areas_max = fs::read_to_string("/proc/sys/vm/max_map_count").ok();
        Ok(Self {
            descriptors: u64::try_from(descriptors).unwrap_or(u64::MAX),
            descriptors_max: descriptors_max(&text("limits")?).unwrap_or(u64::MAX),
            areas: u64::try_from(text("maps")?.lines().count()).unwrap_or(u64::MAX),
            areas_max: areas_max.and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX),
            cpu_seconds: cpu_seconds(&text("stat")?).unwrap_or(0.0),
            resident: super::memory::resident(pid)?,
        })
    }
}

impl Held {
    /// The most of both, with the bounds of the later one.
    pub fn or_more(&self, later: &Self) -> Self {
        Self {
            descriptors: self.descriptors.max(later.descriptors),
            areas: self.areas.max(later.areas),
            resident: self.resident.max(later.resident),
            ..*later
        }
    }
}

/// What all processors of this machine have done so far, in ticks: busy ones, and all.
pub fn machine() -> (f64, f64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    machine_of(text.lines().next().unwrap_or_default())
}

/// Of `cpu user nice system idle iowait …`; what guests do is in `user` already.
fn machine_of(line: &str) -> (f64, f64) {
    let ticks: Vec<f64> =
        line.split_whitespace().skip(1).take(8).filter_map(|tick| tick.parse().ok()).collect();
    let all: f64 = ticks.iter().sum();
    (all - ticks.iter().skip(3).take(2).sum::<f64>(), all)
}

fn descriptors_max(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    // The name stands in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something() {
        let held = Held::read(std::process::id()).expect("this process");
        assert!(held.descriptors > 2 && held.descriptors < held.descriptors_max, "{held:?}");
        assert!(held.areas > 10 && held.areas < held.areas_max && held.resident > 0, "{held:?}");
        assert!(Held::read(u32::MAX).is_err());
    }

    #[test]
    fn the_kernels_texts_are_read() {
        let limits =
            "Limit Soft Hard\nMax open files            1024                 4096                 files\n";
        assert_eq!(descriptors_max(limits), Some(1024));
        assert_eq!(machine_of("cpu  10 0 5 70 5 0 10 0 3 0"), (25.0, 100.0));
        assert_eq!(cpu_seconds("7 (a) b) c) S 1 1 1 0 -1 4 0 0 0 0 250 50 0 0"), Some(3.0));
    }
}
