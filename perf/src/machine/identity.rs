//! What a machine is: the key that figures are kept under, since a figure of another CPU, kernel or compiler says nothing.

use serde::{Deserialize, Serialize};

use super::Source;

/// The things that change figures without a change of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The board or CPU model, such as `Raspberry Pi 5 Model B Rev 1.0`.
    pub cpu: String,
    /// The architecture this program was built for.
    pub architecture: String,
    /// The kernel's release.
    pub kernel: String,
    /// The compiler's version, without its date.
    pub rustc: String,
    /// valgrind's version, `none` where it is not installed.
    pub valgrind: String,
}

impl Identity {
    /// Reads it; what the machine does not tell is `unknown`.
    pub fn read(source: &Source) -> Self {
        Self {
            cpu: cpu(source).unwrap_or_else(unknown),
            architecture: std::env::consts::ARCH.replace('_', "-"),
            kernel: source.text("proc/sys/kernel/osrelease").unwrap_or_else(unknown),
            rustc: source
                .ask("rustc", &["--version"])
                .and_then(|text| text.split(' ').nth(1).map(str::to_owned))
                .unwrap_or_else(unknown),
            valgrind: source
                .ask("valgrind", &["--version"])
                .and_then(|text| text.strip_prefix("valgrind-").map(str::to_owned))
                .unwrap_or_else(|| "none".to_owned()),
        }
    }

    /// A file name made of the key.
    pub fn slug(&self) -> String {
        let joined = format!(
            "{}_{}_linux-{}_rustc-{}_valgrind-{}",
            self.cpu, self.architecture, self.kernel, self.rustc, self.valgrind
        );
        let mut slug = String::new();
        for character in joined.chars() {
            match character {
                'a'..='z' | '0'..='9' | '.' | '_' => slug.push(character),
                'A'..='Z' => slug.push(character.to_ascii_lowercase()),
                _ if slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        slug
    }

    /// The parts in which another key differs, as `name: theirs instead of ours`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        [
            ("CPU", &self.cpu, &other.cpu),
            ("architecture", &self.architecture, &other.architecture),
            ("kernel", &self.kernel, &other.kernel),
            ("rustc", &self.rustc, &other.rustc),
            ("valgrind", &self.valgrind, &other.valgrind),
        ]
        .into_iter()
        .filter(|(_, ours, theirs)| ours != theirs)
        .map(|(name, ours, theirs)| format!("{name}: {theirs} instead of {ours}"))
        .collect()
    }
}

/// Boards name themselves in the device tree, PCs in `/proc/cpuinfo`.
fn cpu(source: &Source) -> Option<String> {
    source.text("proc/device-tree/model").or_else(|| {
        let text = source.text("proc/cpuinfo")?;
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        line.split_once(':').map(|(_, name)| name.split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

fn unknown() -> String {
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::made::{Made, PI5, healthy};

    fn check(name: &str, files: &[(&str, &str)], expected: [&str; 4]) {
        let made = Made::with(name, files);
        let identity = Identity::read(&made.source(healthy));
        assert_eq!(
            [&*identity.cpu, &identity.kernel, &identity.rustc, &identity.valgrind],
            expected,
            "{name}"
        );
    }

    #[test]
    fn boards_and_processors_are_named() {
        let pc = [
            (
                "proc/cpuinfo",
                "processor\t: 0\nmodel name\t: AMD EPYC  7B13\n\nprocessor\t: 1\nmodel name\t: AMD\n",
            ),
            ("proc/sys/kernel/osrelease", "6.1.0\n"),
        ];
        check("id-pi", PI5, ["Raspberry Pi 5 Model B Rev 1.0", "6.12.47+rpt-rpi-2712", "1.95.0", "3.19.0"]);
        check("id-pc", &pc, ["AMD EPYC 7B13", "6.1.0", "1.95.0", "3.19.0"]);
        check("id-bare", &[], ["unknown", "unknown", "1.95.0", "3.19.0"]);
    }

    #[test]
    fn keys_are_file_names_and_name_what_differs() {
        let made = Made::with("id-slug", PI5);
        let ours = Identity::read(&made.source(healthy));
        assert!(ours.slug().starts_with("raspberry-pi-5-model-b-rev-1.0_"), "{}", ours.slug());
        assert!(ours.slug().chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)));
        assert_eq!(ours.differences(&ours), Vec::<String>::new());
        let theirs = Identity { rustc: "1.94.0".to_owned(), ..ours.clone() };
        assert_eq!(ours.differences(&theirs), ["rustc: 1.94.0 instead of 1.95.0"]);
    }
}
