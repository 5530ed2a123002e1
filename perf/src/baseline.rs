//! Figures of an earlier run on the same kind of machine: one JSON file for each [`Identity`], named after it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{fault::Fault, machine::Identity};

/// The version of the file's form.
const FORMAT: u32 = 1;

/// What one machine measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub format: u32,
    pub identity: Identity,
    /// The profile the times were taken under; none when only instructions were counted.
    pub profile: Option<String>,
    /// Nanoseconds of one element of the control.
    pub control_ns: Option<f64>,
    pub scenarios: BTreeMap<String, Figures>,
}

/// One scenario's figures, each of one element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub instructions: Option<f64>,
    pub time: Option<Time>,
}

/// A time as it is compared: divided by the control's within one round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Time {
    /// The median of the rounds' ratios to the control.
    pub ratio: f64,
    /// Their interquartile range over their median.
    pub spread: f64,
    /// The median in nanoseconds, for people.
    pub nanoseconds: f64,
}

/// What a folder holds for a machine.
#[derive(Debug)]
pub enum Found {
    /// A baseline of the same key.
    Same(Baseline),
    /// None; the nearest other one, with what differs.
    Other(Vec<String>),
    /// None at all.
    Nothing,
}

impl Baseline {
    pub fn new(identity: Identity) -> Self {
        Self { format: FORMAT, identity, profile: None, control_ns: None, scenarios: BTreeMap::new() }
    }

    /// Writes it below this folder and gives its path.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, Fault> {
        let path = folder.join(format!("{}.json", self.identity.slug()));
        let text = serde_json::to_string_pretty(self).map_err(|error| form(&path, &error))?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text + "\n"))
            .map_err(|error| io_fault(&path, &error))?;
        Ok(path)
    }
}

/// Looks for this machine's baseline; a folder that does not exist holds nothing.
pub fn find(folder: &Path, identity: &Identity) -> Result<Found, Fault> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(io_fault(folder, &error)),
        Ok(entries) => entries,
    };
    let mut nearest: Option<Vec<String>> = None;
    for entry in entries.flatten().filter(|entry| entry.path().extension().is_some_and(|ext| ext == "json")) {
        let baseline = load(&entry.path())?;
        let differences = identity.differences(&baseline.identity);
        if differences.is_empty() {
            return Ok(Found::Same(baseline));
        }
        if nearest.as_ref().is_none_or(|nearest| differences.len() < nearest.len()) {
            nearest = Some(differences);
        }
    }
    Ok(nearest.map_or(Found::Nothing, Found::Other))
}

fn load(path: &Path) -> Result<Baseline, Fault> {
    let text = fs::read_to_string(path).map_err(|error| io_fault(path, &error))?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| form(path, &error))?;
    if baseline.format == FORMAT {
        return Ok(baseline);
    }
    Err(Fault::new(format!(
        "{}: format {}, this program reads {FORMAT}; write it anew with gate --save-baseline",
        path.display(),
        baseline.format
    )))
}

fn io_fault(path: &Path, error: &io::Error) -> Fault {
    Fault::new(format!(
        "{}: {error}; name a folder that can be read and written with --baselines",
        path.display()
    ))
}

fn form(path: &Path, error: &serde_json::Error) -> Fault {
    Fault::new(format!(
        "{}: not a baseline: {error}; remove the file, or write it anew with gate --save-baseline",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::made::Made;

    fn identity() -> Identity {
        Identity {
            cpu: "Some CPU".to_owned(),
            architecture: "x86-64".to_owned(),
            kernel: "6.1".to_owned(),
            rustc: "1.95.0".to_owned(),
            valgrind: "3.19.0".to_owned(),
        }
    }

    #[test]
    fn what_is_saved_is_found_under_the_same_key_alone() {
        let folder = Made::with("baselines", &[("readme.md", "no baseline")]);
        let ours = identity();
        assert!(matches!(find(folder.path(), &ours), Ok(Found::Nothing)));
        assert!(matches!(find(&folder.path().join("absent"), &ours), Ok(Found::Nothing)));

        let time = Time { ratio: 2.5, spread: 0.01, nanoseconds: 12.0 };
        let mut baseline = Baseline::new(ours.clone());
        baseline
            .scenarios
            .insert("match/github".to_owned(), Figures { instructions: Some(1.0), time: Some(time) });
        baseline.save(folder.path()).expect("writable");
        let Ok(Found::Same(found)) = find(folder.path(), &ours) else { panic!("not found") };
        assert_eq!(found, baseline);

        let newer = Identity { rustc: "1.96.0".to_owned(), ..ours };
        let Ok(Found::Other(differences)) = find(folder.path(), &newer) else { panic!("found") };
        assert_eq!(differences, ["rustc: 1.95.0 instead of 1.96.0"]);
    }

    #[test]
    fn broken_files_are_named() {
        let check = |name: &str, text: &str, part: &str| {
            let folder = Made::with(name, &[("a.json", text)]);
            let fault = find(folder.path(), &identity()).expect_err("broken").to_string();
            assert!(fault.contains("a.json") && fault.contains(part), "{fault}");
        };
        check("base-text", "{", "not a baseline");
        let mut baseline = Baseline::new(identity());
        baseline.format = 7;
        check("base-format", &serde_json::to_string(&baseline).expect("plain"), "format 7");
    }
}
