//! Instructions on aarch64, on any machine: a static build of this program runs under qemu's user-mode emulation with the
//! plugin `perf/qemu/count.c`, which takes a count whenever the program writes to its standard error.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{Passes, Tool};
use crate::fault::Fault;

const TARGET: &str = "aarch64-unknown-linux-gnu";
const LINKER: &str = "aarch64-linux-gnu-gcc";
const EMULATOR: &str = "qemu-aarch64";
/// A Raspberry Pi 5's processor: the C library chooses its copying routines by it.
const PROCESSOR: &str = "cortex-a76";
/// The first version of qemu with the second version of its plugin interface.
const SECOND_INTERFACE_SINCE: u32 = 9;

/// qemu with its plugin, and the program for aarch64.
pub struct Qemu {
    program: PathBuf,
    plugin: PathBuf,
    folder: PathBuf,
}

impl Qemu {
    /// Builds the program and the plugin.
    pub fn prepare(workspace: &Path, folder: &Path) -> Result<Self, Fault> {
        let plugin = folder.join("count.so");
        build_plugin(&workspace.join("perf/qemu/count.c"), &plugin)?;
        Ok(Self { program: build_program(workspace)?, plugin, folder: folder.to_owned() })
    }

    fn marks(&self, arguments: &[&str]) -> Result<Vec<u64>, Fault> {
        let out = self.folder.join("marks.txt");
        fs::remove_file(&out).ok();
        let mut command = Command::new(EMULATOR);
        command
            .args(["-cpu", PROCESSOR, "-plugin"])
            .arg(format!("{},out={}", self.plugin.display(), out.display()))
            .arg(&self.program)
            .args(arguments);
        run(&mut command, "install it: apt-get install qemu-user")?;
        let text = fs::read_to_string(&out).map_err(|error| Fault::at(&out, &error))?;
        between(&text)
            .ok_or_else(|| Fault::new(format!("`{}` left no counts under {EMULATOR}", arguments.join(" "))))
    }
}

impl Tool for Qemu {
    fn passes(&self, scenario: &str, times: u32) -> Result<Passes, Fault> {
        let counts = self.marks(&["run", scenario, "--times", &times.to_string(), "--marks"])?;
        Ok(Passes { instructions: counts.iter().sum(), allocates: None })
    }

    fn building(&self, paths: u32) -> Result<u64, Fault> {
        Ok(self.marks(&["build", &paths.to_string(), "--marks"])?.iter().sum())
    }

    fn elements(&self, scenario: &str) -> Result<Vec<u64>, Fault> {
        self.marks(&["run", scenario, "--each", "--marks"])
    }
}

/// What ran between each two marks but the first two, which have nothing between them: theirs is the cost of a mark.
fn between(text: &str) -> Option<Vec<u64>> {
    let marks = text.lines().map(|line| line.parse().ok()).collect::<Option<Vec<u64>>>()?;
    let mut steps = marks.iter().zip(marks.iter().skip(1)).map(|(from, to)| to.saturating_sub(*from));
    let mark = steps.next()?;
    let counts: Vec<u64> = steps.map(|count| count.saturating_sub(mark)).collect();
    (!counts.is_empty()).then_some(counts)
}

fn build_program(workspace: &Path) -> Result<PathBuf, Fault> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target_directory = target_directory(workspace);
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace)
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "perf",
            "--bin",
            "perf",
            "--no-default-features",
            "--target",
            TARGET,
        ])
        .arg("--target-dir")
        .arg(&target_directory)
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER)
        // Without shared libraries, qemu needs no file system of the other architecture.
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-C target-feature=+crt-static");
    run(
        &mut command,
        "install what it needs: rustup target add aarch64-unknown-linux-gnu; apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    )?;
    Ok(target_directory.join(TARGET).join("release/perf"))
}

/// Beside this program: `target/release/perf` gives `target`.
fn target_directory(workspace: &Path) -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|program| program.ancestors().nth(2).map(Path::to_owned))
        .unwrap_or_else(|| workspace.join("target"))
}

fn build_plugin(source: &Path, plugin: &Path) -> Result<(), Fault> {
    let version = run(Command::new(EMULATOR).arg("--version"), "install it: apt-get install qemu-user")?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let interface = interface(&version).ok_or_else(|| {
        Fault::new(format!("{EMULATOR} --version says `{}`: no version in it", version.trim()))
    })?;
    let mut command = Command::new("cc");
    command
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror"])
        .arg(format!("-DPLUGIN_API={interface}"))
        .arg("-o")
        .args([plugin, source]);
    run(&mut command, "install a C compiler: apt-get install gcc").map(|_| ())
}

/// The version of the plugin interface, by `qemu-aarch64 version 7.2.22 (...)`.
fn interface(version: &str) -> Option<u8> {
    let number = version.split_once("version ")?.1;
    let major: u32 = number.split('.').next()?.parse().ok()?;
    Some(if major >= SECOND_INTERFACE_SINCE { 2 } else { 1 })
}

fn run(command: &mut Command, mend: &str) -> Result<Output, Fault> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().map_err(|error| Fault::new(format!("{name} cannot be run: {error}; {mend}")))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Fault::new(format!("{name} fails ({}): {said}\n{mend}", output.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_between_marks() {
        let check = |text: &str, expected: Option<&[u64]>| {
            assert_eq!(between(text).as_deref(), expected, "{text}");
        };
        check("1000\n1010\n1520\n", Some(&[500]));
        check("1000\n1010\n1520\n1530\n1640\n", Some(&[500, 0, 100]));
        check("1000\n1010\n", None);
        check("", None);
        check("1000\nx\n1200\n", None);
    }

    #[test]
    fn the_plugin_interface_follows_the_version() {
        assert_eq!(interface("qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7)"), Some(1));
        assert_eq!(interface("qemu-aarch64 version 8.2.2 (Debian)"), Some(1));
        assert_eq!(interface("qemu-aarch64 version 9.0.0"), Some(2));
        assert_eq!(interface("qemu-aarch64 version 10.0.2"), Some(2));
        assert_eq!(interface("something else"), None);
    }
}
