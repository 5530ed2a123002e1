//! Sets the address-space limit and becomes the worker. Only returns when it cannot. Never panics.

use super::End;

/// Becomes `command` with an address-space limit; only returns when it cannot.
#[cfg(unix)]
pub(super) fn confine(memory_mib: u64, command: &[String]) -> End {
    use std::os::unix::process::CommandExt as _;
    let bytes = memory_mib.saturating_mul(1 << 20);
    let limit = rustix::process::Rlimit { current: Some(bytes), maximum: Some(bytes) };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::As, limit) {
        return End::Harness(format!("cannot limit the address space to {memory_mib} MiB: {error}"));
    }
    let Some((program, arguments)) = command.split_first() else {
        return End::Usage("no command to confine".to_owned());
    };
    // glibc reserves 64 MiB of address space for each thread that allocates, of which next to nothing is used: a small bound would be reached or not as threads come first.
    let error = std::process::Command::new(program).args(arguments).env("MALLOC_ARENA_MAX", "1").exec();
    End::Harness(format!("cannot start {program}: {error}"))
}

#[cfg(not(unix))]
pub(super) fn confine(_memory_mib: u64, _command: &[String]) -> End {
    End::Harness("an address-space limit needs Unix".to_owned())
}
