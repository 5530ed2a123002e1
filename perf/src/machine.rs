//! The machine that measures: what it is ([`Identity`]) and the state it is in ([`Readings`]).
//!
//! Everything is read below a [`Source`]: a root folder for `/proc` and `/sys`, and a way to run `vcgencmd` and the version
//! commands. Tests give it a made tree and made answers. A file that is not there is `None`, never a default: whether
//! that matters is for the gate's profile to say.

mod identity;
mod readings;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

pub use identity::Identity;
#[cfg(test)]
pub use readings::FirmwareFlags;
pub use readings::Readings;

/// Runs a command with arguments and gives its standard output, or nothing when it is absent or fails.
pub type Answer = fn(command: &str, arguments: &[&str]) -> Option<String>;

/// Where the machine's facts are read.
pub struct Source {
    root: PathBuf,
    answer: Answer,
}

impl Source {
    /// The machine this program runs on.
    pub fn here() -> Self {
        Self { root: PathBuf::from("/"), answer: run }
    }

    #[cfg(test)]
    pub fn made(root: &Path, answer: Answer) -> Self {
        Self { root: root.to_owned(), answer }
    }

    /// A file's text without the white space round it and without the NUL that ends device-tree texts.
    fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = std::fs::read(self.root.join(path)).ok()?;
        let text =
            String::from_utf8_lossy(&bytes).trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
        (!text.is_empty()).then_some(text)
    }

    fn number<N: std::str::FromStr>(&self, path: impl AsRef<Path>) -> Option<N> {
        self.text(path)?.parse().ok()
    }

    /// The names in a folder that begin with this prefix and go on with a number, by that number.
    fn numbered(&self, folder: &str, prefix: &str) -> Vec<(u32, PathBuf)> {
        let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
                Some((number, Path::new(folder).join(entry.file_name())))
            })
            .collect();
        found.sort();
        found
    }

    /// What a command says, without the white space round it; silence is no answer.
    pub fn ask(&self, command: &str, arguments: &[&str]) -> Option<String> {
        (self.answer)(command, arguments).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

fn run(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
pub mod made {
    //! A made machine: a tree of files and the answers of its commands.

    use super::*;

    pub struct Made(PathBuf);

    impl Made {
        /// A folder of its own for this test, with these files.
        pub fn with(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("perf-{}-{name}", std::process::id()));
            for (path, text) in files {
                let path = root.join(path);
                std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
                std::fs::write(path, text).expect("writable");
            }
            std::fs::create_dir_all(&root).expect("writable");
            Self(root)
        }

        pub fn path(&self) -> &Path {
            &self.0
        }

        pub fn source(&self, answer: Answer) -> Source {
            Source::made(&self.0, answer)
        }
    }

    impl Drop for Made {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }

    /// A Raspberry Pi 5 as its set-up in `docs/performance.md` leaves it.
    pub const PI5: &[(&str, &str)] = &[
        ("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0"),
        ("proc/sys/kernel/osrelease", "6.12.47+rpt-rpi-2712\n"),
        ("proc/loadavg", "0.08 0.11 0.09 1/212 4242\n"),
        ("proc/self/status", "Name:\tperf\nCpus_allowed_list:\t3\nVmRSS:\t1 kB\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"),
        ("sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "performance\n"),
        ("sys/devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "2400000\n"),
        ("sys/devices/system/cpu/cpu3/cpufreq/scaling_max_freq", "2400000\n"),
        ("sys/devices/system/cpu/cpu3/cpufreq/cpuinfo_max_freq", "2400000\n"),
        ("sys/devices/system/cpu/isolated", "3\n"),
        ("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n"),
        ("sys/class/thermal/thermal_zone0/temp", "48300\n"),
    ];

    /// What the firmware of a machine in good health says, and the tools' versions.
    pub fn healthy(command: &str, arguments: &[&str]) -> Option<String> {
        let text = match (command, arguments) {
            ("vcgencmd", ["get_throttled"]) => "throttled=0x0\n",
            ("vcgencmd", ["measure_temp"]) => "temp=48.3'C\n",
            ("rustc", _) => "rustc 1.95.0 (59807616e 2026-04-14)\n",
            ("valgrind", _) => "valgrind-3.19.0\n",
            _ => return None,
        };
        Some(text.to_owned())
    }
}
