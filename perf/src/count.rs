//! Counts: instructions and allocations of every scenario, which are the same tomorrow and on the next machine of the
//! same architecture. They gate; times only inform.

mod callgrind;
mod dhat;
mod qemu;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use perf::scenario::{self, Scenario};
use serde::{Deserialize, Serialize};

use crate::{built::PATHS, fault::Fault};
use callgrind::Callgrind;
use qemu::Qemu;

/// The version of the file's form.
const FORMAT: u32 = 1;
/// Passes that are counted together.
const PASSES: u32 = 10;
/// Beyond this many elements none is counted by itself.
const ELEMENTS_MAX: u64 = 2_000;
/// The name of what building a table costs, for --only.
const BUILT: &str = "built";
/// How far two counts of the same code may lie apart: C libraries choose their routines by the CPU.
pub const MARGIN: f64 = 0.03;

const INSTALL_VALGRIND: &str = "install it: apt-get install valgrind";

/// Something that counts instructions.
trait Tool {
    /// Of so many passes together.
    fn passes(&self, scenario: &str, times: u32) -> Result<Passes, Fault>;

    /// Of each element by itself.
    fn elements(&self, scenario: &str) -> Result<Vec<u64>, Fault>;

    /// Of building a route table of so many paths.
    fn building(&self, paths: u32) -> Result<u64, Fault>;
}

/// What a tool tells of some passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Passes {
    instructions: u64,
    /// Whether the allocator was entered; none where the tool cannot tell.
    allocates: Option<bool>,
}

/// An architecture to count for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Architecture {
    #[value(name = "x86-64")]
    X86_64,
    Aarch64,
}

impl Architecture {
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86-64",
            Self::Aarch64 => "aarch64",
        }
    }

    /// Whether this program was built for it.
    fn is_here(self) -> bool {
        self.name() == std::env::consts::ARCH.replace('_', "-")
    }
}

/// All counts, as `reports/performance/counts.json` keeps them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub format: u32,
    pub scenarios: Vec<Counted>,
    /// A large route table; none when only some scenarios were asked for.
    pub built: Option<Built>,
}

/// What building a route table takes, and what the table then holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Built {
    pub paths: u32,
    /// By the architecture's name.
    pub instructions_per_path: BTreeMap<String, f64>,
    /// Heap that stays.
    pub bytes_per_path: f64,
}

/// One scenario's counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    pub name: String,
    pub what: String,
    /// What one pass takes: elements, octets of input, parameters.
    pub elements: u64,
    pub bytes: u64,
    pub parameters: u64,
    /// By the architecture's name.
    pub instructions: BTreeMap<String, Instructions>,
    /// Of one element.
    pub allocations: f64,
    pub allocated_bytes: f64,
}

/// Instructions on one architecture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instructions {
    pub per_element: f64,
    /// The dearest element, where elements were counted one by one.
    pub worst: Option<Element>,
    /// The element that comes nearest to the bound on any single match, or is farthest beyond it.
    pub nearest_bound: Option<Element>,
}

/// One element, counted by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Element {
    pub label: String,
    pub instructions: u64,
    pub bytes: u64,
    pub parameters: u64,
}

impl Element {
    /// What one match may cost: `120 + 7 x bytes + 150 x parameters`.
    pub fn bound(&self) -> u64 {
        120_u64
            .saturating_add(self.bytes.saturating_mul(7))
            .saturating_add(self.parameters.saturating_mul(150))
    }

    /// How much of the bound it takes; more than 1 is beyond it.
    pub fn share(&self) -> f64 {
        float(self.instructions) / float(self.bound())
    }
}

impl Counted {
    pub fn per_element(&self, architecture: Architecture) -> Option<f64> {
        self.instructions.get(architecture.name()).map(|counted| counted.per_element)
    }
}

impl Counts {
    pub fn named(&self, name: &str) -> Option<&Counted> {
        self.scenarios.iter().find(|counted| counted.name == name)
    }

    pub fn read(path: &Path) -> Result<Self, Fault> {
        let text = fs::read_to_string(path).map_err(|error| Fault::at(path, &error))?;
        let counts: Self = serde_json::from_str(&text).map_err(|error| {
            Fault::new(format!("{}: no counts: {error}; write them anew: perf count --write", path.display()))
        })?;
        if counts.format == FORMAT {
            return Ok(counts);
        }
        Err(Fault::new(format!(
            "{}: format {}, this program reads {FORMAT}; write it anew: perf count --write",
            path.display(),
            counts.format
        )))
    }

    pub fn to_json(&self) -> Result<String, Fault> {
        serde_json::to_string_pretty(self)
            .map(|text| text + "\n")
            .map_err(|error| Fault::new(format!("the counts cannot be written: {error}")))
    }

    /// Where other counts of the same scenarios are not these.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let gone = self
            .scenarios
            .iter()
            .filter(|then| now.named(&then.name).is_none())
            .map(|then| format!("{}: is counted no more", then.name));
        let other = now.scenarios.iter().flat_map(|now| match self.named(&now.name) {
            None => vec![format!("{}: has not been counted before", now.name)],
            Some(then) => differences(then, now),
        });
        let built = self.built.iter().zip(&now.built).flat_map(|(then, now)| built_differences(then, now));
        gone.chain(other).chain(built).collect()
    }
}

fn built_differences(then: &Built, now: &Built) -> Vec<String> {
    let instructions = now.instructions_per_path.iter().map(|(architecture, now)| {
        (
            format!("instructions on {architecture}"),
            then.instructions_per_path.get(architecture).copied(),
            *now,
        )
    });
    let bytes = ("bytes".to_owned(), Some(then.bytes_per_path), now.bytes_per_path);
    instructions
        .chain([bytes])
        .filter(|(_, then, now)| then.is_none_or(|then| (now / then - 1.0).abs() > MARGIN))
        .map(|(what, then, now)| {
            let then = then.map_or_else(|| "no count".to_owned(), |then| then.to_string());
            format!("{BUILT}: {now} {what} a path instead of {then}")
        })
        .collect()
}

fn differences(then: &Counted, now: &Counted) -> Vec<String> {
    let mut found = Vec::new();
    for (architecture, now_counted) in &now.instructions {
        let Some(then_counted) = then.instructions.get(architecture) else {
            found.push(format!("{}: has not been counted on {architecture}", now.name));
            continue;
        };
        let change = now_counted.per_element / then_counted.per_element - 1.0;
        if change.abs() > MARGIN {
            found.push(format!(
                "{}: {:.1} instructions on {architecture} instead of {:.1} ({:+.1} %)",
                now.name,
                now_counted.per_element,
                then_counted.per_element,
                change * 100.0
            ));
        }
    }
    for (what, then, now_value) in [
        ("allocations", then.allocations, now.allocations),
        ("allocated bytes", then.allocated_bytes, now.allocated_bytes),
    ] {
        if then != now_value {
            found.push(format!("{}: {now_value} {what} instead of {then}", now.name));
        }
    }
    found
}

/// What to count.
pub struct Plan {
    pub workspace: PathBuf,
    pub architectures: Vec<Architecture>,
    /// Only scenarios whose name contains this.
    pub only: Option<String>,
}

impl Plan {
    pub fn includes(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|part| name.contains(part.as_str()))
    }
}

/// Counts; says on standard error what it is doing.
pub fn count(plan: &Plan) -> Result<Counts, Fault> {
    let program = std::env::current_exe()
        .map_err(|error| Fault::new(format!("this program's own file cannot be found: {error}")))?;
    let folder = Scratch::new()?;
    let mut tools: Vec<(Architecture, Box<dyn Tool + '_>)> = Vec::new();
    for architecture in &plan.architectures {
        tools.push((*architecture, tool(*architecture, plan, &program, &folder.0)?));
    }
    let mut scenarios = Vec::new();
    for name in scenario::names().into_iter().filter(|name| plan.includes(name)) {
        perf::warn!("counting {name}");
        if let Some(scenario) = scenario::named(&name) {
            scenarios.push(count_one(&program, &scenario, &tools)?);
        }
    }
    let built = if plan.includes(BUILT) { Some(count_built(&program, &tools)?) } else { None };
    Ok(Counts { format: FORMAT, scenarios, built })
}

fn count_built(program: &Path, tools: &[(Architecture, Box<dyn Tool + '_>)]) -> Result<Built, Fault> {
    perf::warn!("counting {BUILT}");
    let mut instructions_per_path = BTreeMap::new();
    for (architecture, tool) in tools {
        let per_path = float(tool.building(PATHS)?) / f64::from(PATHS);
        instructions_per_path.insert(architecture.name().to_owned(), hundredths(per_path));
    }
    let bytes_per_path = hundredths(dhat::bytes_kept(program, PATHS)? / f64::from(PATHS));
    Ok(Built { paths: PATHS, instructions_per_path, bytes_per_path })
}

fn tool<'a>(
    architecture: Architecture,
    plan: &Plan,
    program: &'a Path,
    folder: &'a Path,
) -> Result<Box<dyn Tool + 'a>, Fault> {
    if architecture.is_here() {
        return Ok(Box::new(Callgrind { program, folder }));
    }
    match architecture {
        Architecture::Aarch64 => {
            perf::warn!("building for aarch64");
            Ok(Box::new(Qemu::prepare(&plan.workspace, folder)?))
        }
        Architecture::X86_64 => Err(Fault::new("x86-64 is counted on x86-64 machines only")),
    }
}

fn count_one(
    program: &Path,
    scenario: &Scenario,
    tools: &[(Architecture, Box<dyn Tool + '_>)],
) -> Result<Counted, Fault> {
    let mut instructions = BTreeMap::new();
    let mut allocates = None;
    for (architecture, tool) in tools {
        // Neighbours are compared where we are; the program for another architecture is built without them.
        if architecture.is_here() || !is_peer(&scenario.name) {
            let passes = tool.passes(&scenario.name, PASSES)?;
            allocates = allocates.or(passes.allocates);
            let counted = count_on(&**tool, scenario, passes.instructions)?;
            instructions.insert(architecture.name().to_owned(), counted);
        }
    }
    // Most scenarios never enter the allocator, and DHAT takes long to find nothing.
    let (allocations, allocated_bytes) =
        if allocates == Some(false) { (0.0, 0.0) } else { dhat::allocations(program, &scenario.name)? };
    let elements = float(scenario.elements);
    Ok(Counted {
        name: scenario.name.clone(),
        what: scenario.what.clone(),
        elements: scenario.elements,
        bytes: scenario.bytes,
        parameters: scenario.parameters,
        instructions,
        allocations: hundredths(allocations / elements),
        allocated_bytes: hundredths(allocated_bytes / elements),
    })
}

fn count_on(tool: &dyn Tool, scenario: &Scenario, total: u64) -> Result<Instructions, Fault> {
    let per_element = hundredths(float(total) / f64::from(PASSES) / float(scenario.elements));
    let singly = (2..=ELEMENTS_MAX).contains(&scenario.elements) && !is_peer(&scenario.name);
    if !singly {
        return Ok(Instructions { per_element, worst: None, nearest_bound: None });
    }
    let prepared = scenario.prepare();
    let each: Vec<Element> = tool
        .elements(&scenario.name)?
        .into_iter()
        .enumerate()
        .map(|(at, instructions)| {
            let (bytes, parameters) = prepared.size(at);
            Element { label: prepared.label(at), instructions, bytes, parameters }
        })
        .collect();
    Ok(Instructions {
        per_element,
        worst: each.iter().max_by_key(|element| element.instructions).cloned(),
        nearest_bound: each.iter().max_by(|one, other| one.share().total_cmp(&other.share())).cloned(),
    })
}

/// Whether a scenario measures another router than ours.
pub fn is_peer(name: &str) -> bool {
    name.contains('@')
}

/// As a number to divide; counts stay far below what an `f64` holds exactly.
#[expect(clippy::cast_precision_loss, reason = "2^53 instructions would take months")]
pub fn float(count: u64) -> f64 {
    count as f64
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A folder of this process, gone when it is done.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Fault> {
        let folder = std::env::temp_dir().join(format!("perf-count-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| Fault::at(&folder, &error))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(name: &str, per_element: f64, allocations: f64) -> Counted {
        let instructions = Instructions { per_element, worst: None, nearest_bound: None };
        Counted {
            name: name.to_owned(),
            what: String::new(),
            elements: 1,
            bytes: 0,
            parameters: 0,
            instructions: BTreeMap::from([("x86-64".to_owned(), instructions)]),
            allocations,
            allocated_bytes: 0.0,
        }
    }

    fn counts(scenarios: &[Counted]) -> Counts {
        Counts { format: FORMAT, scenarios: scenarios.to_vec(), built: None }
    }

    #[test]
    fn what_differs_is_told() {
        let then = counts(&[counted("a", 100.0, 0.0)]);
        let check = |now: &[Counted], expected: &[&str]| {
            let differences = then.differences(&counts(now));
            assert_eq!(differences.len(), expected.len(), "{differences:?}");
            for (difference, part) in differences.iter().zip(expected) {
                assert!(difference.contains(part), "{difference}");
            }
        };
        check(&[counted("a", 100.0, 0.0)], &[]);
        check(&[counted("a", 102.9, 0.0)], &[]);
        check(&[counted("a", 104.0, 0.0)], &["104.0 instructions on x86-64 instead of 100.0 (+4.0 %)"]);
        check(&[counted("a", 90.0, 0.0)], &["(-10.0 %)"]);
        check(&[counted("a", 100.0, 1.0)], &["1 allocations instead of 0"]);
        check(&[], &["a: is counted no more"]);
        check(&[counted("a", 100.0, 0.0), counted("b", 1.0, 0.0)], &["b: has not been counted before"]);
    }

    #[test]
    fn what_building_takes_is_compared() {
        let built = |instructions: f64, bytes_per_path: f64| Counts {
            built: Some(Built {
                paths: 1,
                instructions_per_path: BTreeMap::from([("x86-64".to_owned(), instructions)]),
                bytes_per_path,
            }),
            ..counts(&[])
        };
        let check = |now: Counts, expected: &[&str]| {
            assert_eq!(built(1_000.0, 200.0).differences(&now), expected);
        };
        check(built(1_020.0, 201.0), &[]);
        check(built(1_100.0, 200.0), &["built: 1100 instructions on x86-64 a path instead of 1000"]);
        check(built(1_000.0, 300.0), &["built: 300 bytes a path instead of 200"]);
        check(counts(&[]), &[]);
    }

    #[test]
    fn a_match_has_a_bound() {
        let element = Element { label: String::new(), instructions: 682, bytes: 30, parameters: 2 };
        assert_eq!(element.bound(), 120 + 210 + 300);
        assert!(element.share() > 1.0);
    }

    #[test]
    fn counts_survive_their_file() {
        let counts = counts(&[counted("a", 0.25, 0.5)]);
        let text = counts.to_json().expect("plain values");
        assert_eq!(serde_json::from_str::<Counts>(&text).expect("its own form"), counts);
    }
}
