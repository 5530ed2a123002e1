//! The gate: is this machine fit, and is what it measures no worse than before?
//!
//! Three answers, never mixed: held, broken, inconclusive. A measurement that is not to be trusted is not a pass.

mod fitness;
mod judgement;
mod profile;
mod timing;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use perf::scenario;

pub use fitness::Objection;
pub use judgement::Finding;
pub use profile::Profile;
pub use timing::{Paced, paired};

use crate::{
    Outcome,
    baseline::{self, Baseline, Found},
    count::{self, Plan},
    fault::Fault,
    machine::{Identity, Readings, Source},
};

/// The scenario that all times are divided by.
pub const CONTROL: &str = "control";

/// What to gate.
pub struct Gate {
    pub profile: Profile,
    pub cpu: u32,
    pub baselines: PathBuf,
    pub save: bool,
    /// Counts without times: then the machine's state does not matter.
    pub counts_only: bool,
    pub times_only: bool,
    /// How long to wait for a machine to become fit.
    pub settle: Duration,
    pub plan: Plan,
}

impl Gate {
    /// Measures and judges; says all on standard output.
    pub fn run(&self) -> Result<Outcome, Fault> {
        let source = Source::here();
        let identity = Identity::read(&source);
        perf::say!(
            "machine: {}, {}, Linux {}, rustc {}, valgrind {}",
            identity.cpu,
            identity.architecture,
            identity.kernel,
            identity.rustc,
            identity.valgrind
        );
        let mut now = Baseline::new(identity.clone());
        let mut findings = Vec::new();
        if !self.counts_only {
            // Where it fails, the machine's state says so among everything else that is amiss.
            pin(self.cpu).ok();
            let objections = self.time(&source, &identity, &mut now)?;
            if !objections.is_empty() {
                return Ok(refuse(&objections));
            }
        }
        if !self.times_only {
            self.count(&mut now)?;
        }
        if self.save {
            return self.keep(&now);
        }
        match baseline::find(&self.baselines, &identity)? {
            Found::Same(then) => findings.extend(self.compare(&now, &then)),
            missing @ (Found::Other(_) | Found::Nothing) => {
                findings.push(Finding::Inconclusive(no_baseline(&missing)));
                findings.extend(self.steadiness(&now));
            }
        }
        Ok(tell(&findings))
    }

    /// Takes all times, or says why they would be worth nothing.
    fn time(
        &self,
        source: &Source,
        identity: &Identity,
        now: &mut Baseline,
    ) -> Result<Vec<Objection>, Fault> {
        let (before, objections) = self.wait(source, identity);
        if !objections.is_empty() {
            return Ok(objections);
        }
        now.profile = Some(self.profile.name.to_owned());
        let control = named(CONTROL)?;
        let mut prepared_control = control.prepare();
        let mut control = Paced::new(&mut prepared_control, control.elements);
        let mut controls = Vec::new();
        for name in scenario::names().into_iter().filter(|name| name != CONTROL && self.plan.includes(name)) {
            let scenario = named(&name)?;
            let mut prepared = scenario.prepare();
            let mut paced = Paced::new(&mut prepared, scenario.elements);
            let (time, control_ns) = paired(&mut control, &mut paced);
            controls.push(control_ns);
            perf::say!(
                "{name:40} {:>12.1} ns {:>10.2} M/s {:>9.4} x control, spread {:.1} %",
                time.nanoseconds,
                1e3 / time.nanoseconds,
                time.ratio,
                time.spread * 100.0
            );
            now.scenarios.entry(name).or_default().time = Some(time);
        }
        controls.sort_by(f64::total_cmp);
        now.control_ns = controls.get(controls.len() / 2).copied();
        let after = Readings::read(source, self.cpu);
        Ok(fitness::after(&self.profile, &before, &after, self.cpu))
    }

    /// Reads the machine's state until nothing speaks against it, as long as we may wait.
    fn wait(&self, source: &Source, identity: &Identity) -> (Readings, Vec<Objection>) {
        const PAUSE: Duration = Duration::from_secs(5);
        let start = Instant::now();
        loop {
            let readings = Readings::read(source, self.cpu);
            let objections = fitness::before(&self.profile, identity, &readings, self.cpu);
            let may_pass = objections.iter().all(|objection| objection.passes);
            if objections.is_empty() || !may_pass || start.elapsed() + PAUSE > self.settle {
                return (readings, objections);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn count(&self, now: &mut Baseline) -> Result<(), Fault> {
        for counted in count::count(&self.plan)?.scenarios {
            now.scenarios.entry(counted.name.clone()).or_default().instructions =
                self.plan.architectures.first().and_then(|here| counted.per_element(*here));
        }
        Ok(())
    }

    fn keep(&self, now: &Baseline) -> Result<Outcome, Fault> {
        let findings = self.steadiness(now);
        let outcome = tell(&findings);
        if outcome == Outcome::Held {
            perf::say!("saved {}", now.save(&self.baselines)?.display());
        } else {
            perf::say!("not saved");
        }
        Ok(outcome)
    }

    fn steadiness(&self, now: &Baseline) -> Vec<Finding> {
        now.scenarios
            .iter()
            .flat_map(|(name, figures)| judgement::steadiness(&self.profile, name, figures))
            .collect()
    }

    fn compare(&self, now: &Baseline, then: &Baseline) -> Vec<Finding> {
        let drift = now.control_ns.and_then(|control| judgement::control(&self.profile, control, then));
        let gone = then
            .scenarios
            .keys()
            .filter(|name| self.plan.includes(name) && !now.scenarios.contains_key(*name))
            .map(|name| {
                Finding::Inconclusive(format!("{name}: in the baseline, measured no more; save it anew"))
            });
        let each = now.scenarios.iter().flat_map(|(name, figures)| {
            judgement::scenario(&self.profile, name, figures, then.scenarios.get(name))
        });
        drift.into_iter().chain(gone).chain(each).collect()
    }
}

fn named(name: &str) -> Result<scenario::Scenario, Fault> {
    scenario::named(name).ok_or_else(|| Fault::new(format!("there is no scenario `{name}`; see perf list")))
}

/// Keeps this thread on one CPU.
pub fn pin(cpu: u32) -> Result<(), Fault> {
    let mut set = rustix::thread::CpuSet::new();
    let index = usize::try_from(cpu).unwrap_or(usize::MAX);
    if index >= rustix::thread::CpuSet::MAX_CPU {
        return Err(Fault::new(format!("there is no CPU {cpu}; choose another with --cpu")));
    }
    set.set(index);
    rustix::thread::sched_setaffinity(None, &set).map_err(|error| {
        Fault::new(format!("this process cannot be pinned to CPU {cpu}: {error}; choose another with --cpu"))
    })
}

fn no_baseline(found: &Found) -> String {
    let near = match found {
        Found::Other(differences) => format!(" (the nearest one differs: {})", differences.join("; ")),
        Found::Same(_) | Found::Nothing => String::new(),
    };
    format!(
        "there is no baseline for this machine{near}; measure a version you trust with gate --save-baseline"
    )
}

fn refuse(objections: &[Objection]) -> Outcome {
    perf::say!("inconclusive: this machine is not fit to measure times");
    for objection in objections {
        perf::say!("  {}\n    mend: {}", objection.reason, objection.mend);
    }
    Outcome::Inconclusive
}

/// Says everything, the worst last, and gives the sum.
fn tell(findings: &[Finding]) -> Outcome {
    let outcome = outcome(findings);
    for finding in findings {
        match finding {
            Finding::Note(text) => perf::say!("note: {text}"),
            Finding::Inconclusive(text) => perf::say!("inconclusive: {text}"),
            Finding::Broken(text) => perf::say!("BROKEN: {text}"),
        }
    }
    perf::say!("{outcome}");
    outcome
}

/// Broken beats inconclusive: what is known to be worse stays so whatever else is unknown.
fn outcome(findings: &[Finding]) -> Outcome {
    if findings.iter().any(|finding| matches!(finding, Finding::Broken(_))) {
        Outcome::Broken
    } else if findings.iter().any(|finding| matches!(finding, Finding::Inconclusive(_))) {
        Outcome::Inconclusive
    } else {
        Outcome::Held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_findings() {
        let note = || Finding::Note(String::new());
        let unknown = || Finding::Inconclusive(String::new());
        let broken = || Finding::Broken(String::new());
        assert_eq!(outcome(&[]), Outcome::Held);
        assert_eq!(outcome(&[note()]), Outcome::Held);
        assert_eq!(outcome(&[note(), unknown()]), Outcome::Inconclusive);
        assert_eq!(outcome(&[broken(), unknown()]), Outcome::Broken);
    }

    #[test]
    fn a_missing_baseline_says_what_is_near() {
        let near = Found::Other(vec!["rustc: 1.94.0 instead of 1.95.0".to_owned()]);
        assert!(no_baseline(&near).contains("rustc: 1.94.0 instead of 1.95.0"));
        assert!(no_baseline(&Found::Nothing).contains("--save-baseline"));
    }
}
