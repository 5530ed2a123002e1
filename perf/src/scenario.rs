//! Everything that is measured, by name.
//!
//! A [`Scenario`] is prepared once, which is never counted, and then run any number of times. One pass does the same
//! work every time, so that its instructions, allocations and stack bytes are numbers and not distributions.
//! The counts of `perf run`, the benches and the report all take their scenarios from here.
//!
//! | Names | What one pass does | Element |
//! |---|---|---|
//! | `control` | a fixed amount of arithmetic of our own; every other count may be divided by it | a byte hashed |
//! | `match/...` | finds operations in a route table: method, path, every parameter read as text | a request |
//! | `stage/...` | one stage of a request, see `stage.rs` | a request |
//! | `journey/...`, `to-handler/...`, `deepest/...` | a whole request, see `journey.rs` | a request |
//! | `match/...@peer` | the same by another router; built with `--features peers` | a request |
//!
//! To count one pass by callgrind, collect inside `perf::scenario::Prepared::run`; to count every element by
//! itself, inside `perf::scenario::Prepared::run_element`. Neither is ever inlined.

pub mod build;
mod control;
mod journey;
mod made;
mod matching;
#[cfg(feature = "peers")]
mod peers;
mod shop;
mod stage;
mod table;

use std::fmt;

/// One named thing to measure.
pub struct Scenario {
    /// Its name, a path of words: `match/github`.
    pub name: String,
    /// What is measured, in a sentence.
    pub what: String,
    /// How many elements (operations, requests) one pass takes; costs are given per element.
    pub elements: u64,
    /// The octets of input of one pass: of all paths, or of all requests.
    pub bytes: u64,
    /// The parameters that one pass reads.
    pub parameters: u64,
    make: Make,
}

/// Prepares the work; whatever it costs is not counted.
type Make = Box<dyn Fn() -> Box<dyn Work> + Send + Sync>;

/// What a scenario does.
trait Work {
    /// All elements once.
    fn pass(&mut self);

    /// One element alone; by itself it may cost other instructions than within a pass, a few more at most.
    fn element(&mut self, at: usize);

    /// What goes into one element: octets, parameters.
    fn size(&self, at: usize) -> (u64, u64);

    /// What one element is, in words.
    fn label(&self, at: usize) -> String;
}

/// A scenario that can run.
pub struct Prepared {
    work: Box<dyn Work>,
    elements: usize,
}

impl Scenario {
    /// Builds what the scenario needs and runs one pass, so that nothing is left to happen once: the first pass
    /// also finds out what the processor can do.
    ///
    /// # Panics
    /// When the scenario's own material is broken, or when its first pass does not give what it should.
    #[must_use]
    pub fn prepare(&self) -> Prepared {
        let mut work = (self.make)();
        work.pass();
        Prepared { work, elements: usize::try_from(self.elements).unwrap_or(usize::MAX) }
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Prepared {
    /// One pass.
    #[inline(never)]
    pub fn run(&mut self) {
        self.work.pass();
    }

    /// One element alone.
    #[inline(never)]
    pub fn run_element(&mut self, at: usize) {
        self.work.element(at);
    }

    /// How many elements there are.
    #[must_use]
    pub const fn elements(&self) -> usize {
        self.elements
    }

    /// The octets and parameters of one element.
    #[must_use]
    pub fn size(&self, at: usize) -> (u64, u64) {
        self.work.size(at)
    }

    /// What one element is: `GET /pets/{id}`.
    #[must_use]
    pub fn label(&self, at: usize) -> String {
        self.work.label(at)
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("elements", &self.elements).finish_non_exhaustive()
    }
}

/// A scenario that is built when it is asked for: the tables of all of them together take a while under valgrind.
struct Entry {
    name: String,
    build: Box<dyn Fn() -> Scenario>,
}

impl Entry {
    fn new(name: impl Into<String>, build: impl Fn() -> Scenario + 'static) -> Self {
        Self { name: name.into(), build: Box::new(build) }
    }
}

fn entries() -> Vec<Entry> {
    let mut entries = vec![Entry::new("control", control::scenario)];
    entries.extend(matching::entries());
    entries.extend(stage::entries());
    entries.extend(journey::entries());
    #[cfg(feature = "peers")]
    entries.extend(peers::entries());
    entries
}

/// The names of all scenarios, in the order of a report.
#[must_use]
pub fn names() -> Vec<String> {
    entries().into_iter().map(|entry| entry.name).collect()
}

/// Every scenario, in the order of a report.
#[must_use]
pub fn all() -> Vec<Scenario> {
    entries().iter().map(|entry| (entry.build)()).collect()
}

/// The scenario of this name.
#[must_use]
pub fn named(name: &str) -> Option<Scenario> {
    entries().iter().find(|entry| entry.name == name).map(|entry| (entry.build)())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let mut names = BTreeSet::new();
        for scenario in all() {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/-@".contains(&byte);
            assert!(scenario.name.bytes().all(plain), "{}", scenario.name);
            assert!(scenario.elements > 0, "{}", scenario.name);
            assert!(names.insert(scenario.name.clone()), "{} twice", scenario.name);
        }
    }

    #[test]
    fn every_scenario_runs() {
        for scenario in all() {
            let mut prepared = scenario.prepare();
            prepared.run();
            let last = prepared.elements() - 1;
            prepared.run_element(last);
            let sizes: Vec<_> = (0..prepared.elements()).map(|at| prepared.size(at)).collect();
            let bytes: u64 = sizes.iter().map(|size| size.0).sum();
            let parameters: u64 = sizes.iter().map(|size| size.1).sum();
            assert_eq!((bytes, parameters), (scenario.bytes, scenario.parameters), "{}", scenario.name);
        }
    }
}
