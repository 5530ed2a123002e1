//! What the kernel tells of a process: the CPU time of its threads and the memory that is resident. Linux alone tells it.

use std::fs;

use crate::fault::Fault;

/// What all threads of a process have run so far, in nanoseconds as the scheduler counts them.
///
/// # Errors
/// That there is no such process, or that nothing is told of it.
#[cfg(feature = "server")]
pub fn cpu_nanos(pid: u32) -> Result<u64, Fault> {
    let folder = format!("/proc/{pid}/task");
    let unread =
        |error: &dyn std::fmt::Display| Fault::new(format!("{folder}: {error}; CPU times are read on Linux"));
    let mut nanos = 0_u64;
    for thread in fs::read_dir(&folder).map_err(|error| unread(&error))? {
        let file = thread.map_err(|error| unread(&error))?.path().join("schedstat");
        let text = fs::read_to_string(file).map_err(|error| unread(&error))?;
        let ran = text.split(' ').next().and_then(|ran| ran.parse::<u64>().ok());
        nanos = nanos.saturating_add(ran.ok_or_else(|| unread(&"no number"))?);
    }
    Ok(nanos)
}

/// Octets of a process that are resident.
///
/// # Errors
/// That there is no such process, or that nothing is told of it.
pub fn resident(pid: u32) -> Result<u64, Fault> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let rolled = fs::read_to_string(&path).ok().filter(|text| text.contains("Rss:"));
    let text = match rolled {
        Some(text) => text,
        None => fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| {
            Fault::usage(format!(
                "--pid {pid}: {error}; memory is read from /proc, of a process of this machine"
            ))
        })?,
    };
    let line = text.lines().find_map(|line| line.strip_prefix("Rss:").or(line.strip_prefix("VmRSS:")));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    let kib = kib.ok_or_else(|| Fault::usage(format!("--pid {pid}: the process has ended")))?;
    Ok(kib.saturating_mul(1024))
}
