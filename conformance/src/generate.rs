//! Generated traffic: positive and negative requests that are made from a description itself.
//!
//! Takes: a session in which the description is loaded, and the description's file. Gives: for each operation what was sent and what came
//! back, findings with a command line each, and what could not be generated with the reason. The same seed gives the
//! same requests. In the order of the work: `description`, `dialect` and `operations` read, `random`, `pattern`, `text`,
//! `keywords` and `values` make candidates, `validity`, `telling` and `instances` judge them, `parameters`, `bodies`, `credentials` and
//! `requests` write, `plan` and `mutations` say what is sent, `verdict` compares, `missing` says what blocks. `prepared` gives the same requests to
//! those who send them by themselves, as load tests do. Never panics.

mod answers;
mod bodies;
mod credentials;
mod description;
mod dialect;
mod instances;
mod keywords;
mod missing;
mod mutations;
mod operations;
mod parameters;
mod pattern;
mod plan;
mod prepared;
mod random;
mod requests;
mod telling;
mod text;
mod validity;
mod values;
mod verdict;
mod xml;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use answers::{Answers, Declared};
pub use credentials::base64;
pub use missing::{Missing, refusals};
pub use parameters::encoded;
pub use prepared::{
    Need, NeedKind, Place as NeedPlace, Prepared, PreparedContent, PreparedOperation, PreparedRequest,
};
pub use random::Random;

use serde::{Deserialize, Serialize};

use crate::case::Limits;
use crate::documents;
use crate::outcome::{Stop, Tally, Verdict};
use crate::pool::Session;
use crate::protocol::{Exchange, Loaded};
use description::Description;
use instances::Instances;
use operations::Operation;
use plan::{Plan, Planner};
use requests::curl;
use validity::Validity;

/// The seed where none is given.
pub const SEED: u64 = 1;
/// Findings of one document that are kept; the others are counted.
const FINDINGS_KEPT: usize = 40;
/// Workers that one document may cost.
const FAULTS_MAX: usize = 3;

/// Why something is not generated.
type Reason = String;

/// A disagreement between what was sent and what came back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finding {
    /// Method and template.
    pub operation: String,
    /// `positive`, or the kind of mutation.
    pub label: String,
    /// What is wrong.
    pub why: String,
    /// A command line that sends the request.
    pub curl: String,
}

/// What came of one description.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Generated {
    /// Operations of the description.
    pub operations: usize,
    /// Operations that at least one positive request was made for.
    pub exercised: usize,
    /// Requests that must be served.
    pub positive: Tally,
    /// Requests that must be refused.
    pub negative: Tally,
    /// Of them, by the kind of mutation.
    pub mutations: BTreeMap<Cow<'static, str>, Tally>,
    /// Parameters and contents that came back as they were sent.
    pub round_trips: usize,
    /// Operations that something could not be generated for, by reason.
    pub not_generated: BTreeMap<String, usize>,
    /// Disagreements, at most [`FINDINGS_KEPT`].
    pub findings: Vec<Finding>,
    /// What is missing for its operations.
    pub missing: Vec<Missing>,
}

impl Generated {
    /// Both tallies.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = self.positive;
        add(&mut tally, self.negative);
        tally
    }

    /// The sum over `several` descriptions; findings and what is missing stay with each.
    #[must_use]
    pub fn sum<'g>(several: impl Iterator<Item = &'g Self>) -> Self {
        let mut sum = Self::default();
        for one in several {
            sum.operations = sum.operations.saturating_add(one.operations);
            sum.exercised = sum.exercised.saturating_add(one.exercised);
            sum.round_trips = sum.round_trips.saturating_add(one.round_trips);
            add(&mut sum.positive, one.positive);
            add(&mut sum.negative, one.negative);
            for (label, tally) in &one.mutations {
                add(sum.mutations.entry(label.clone()).or_default(), *tally);
            }
            for (reason, count) in &one.not_generated {
                let sum = sum.not_generated.entry(reason.clone()).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        sum
    }
}

fn add(tally: &mut Tally, more: Tally) {
    tally.add_many(Verdict::Passed, more.passed);
    tally.add_many(Verdict::Failed, more.failed);
    tally.add_many(Verdict::Skipped, more.skipped);
}

/// Generates traffic for the description at `path`, which `session` has loaded as `loaded`.
///
/// # Errors
/// A fault of the harness, or that the worker does not offer exchanges.
pub fn document(
    session: &mut Session<'_>,
    path: &Path,
    loaded: &Loaded,
    seed: u64,
) -> Result<Generated, Stop> {
    let mut generated = Generated::default();
    let description = match Description::read(path) {
        Ok(description) => description,
        Err(reason) => {
            generated.not_generated.insert(reason, loaded.operations.len());
            return Ok(generated);
        }
    };
    generated.missing = missing::of(&description, loaded);
    let operations = operations::operations(&description);
    generated.operations = operations.len();
    let random = Random::new(seed, "");
    let validity = Validity::new(&description);
    let instances = Instances { description: &description, validity, random };
    let planner = Planner { instances, skipped: BTreeSet::new() };
    let mut run = Traffic { session, planner, generated, faults: 0 };
    for operation in &operations {
        run.session.begin(Limits::default());
        run.planner.instances.random = Random::new(seed, &operation.line());
        run.planner.skipped.clear();
        let plan = run.planner.plan(operation, loaded);
        match run.send(plan, operation) {
            Ok(()) => {}
            Err(stop) => run.replace_worker(path, operation, stop)?,
        }
        for reason in std::mem::take(&mut run.planner.skipped) {
            let count = run.generated.not_generated.entry(reason).or_default();
            *count = count.saturating_add(1);
        }
        if run.faults >= FAULTS_MAX {
            break;
        }
    }
    Ok(run.generated)
}

/// The traffic of one description.
#[derive(Debug)]
struct Traffic<'s, 'p, 'd> {
    session: &'s mut Session<'p>,
    planner: Planner<'d>,
    generated: Generated,
    faults: usize,
}

impl<'d> Traffic<'_, '_, 'd> {
    fn send(&mut self, plan: Plan<'d>, operation: &Operation<'d>) -> Result<(), Stop> {
        let mut exercised = false;
        for (draft, media) in &plan.positive {
            let Ok(exchange) = draft.exchange() else { continue };
            let command = curl(&exchange.request);
            let found = self.ask(exchange, &command, operation)?;
            let (wrong, right) =
                verdict::positive(&mut self.planner.instances, draft, media.as_ref(), &plan.name, &found);
            exercised = true;
            self.generated.round_trips = self.generated.round_trips.saturating_add(right);
            self.generated.positive.add(verdict_of(&wrong));
            self.note(operation, "positive", &wrong, &command);
        }
        self.generated.exercised = self.generated.exercised.saturating_add(usize::from(exercised));
        for negative in plan.negative {
            let Ok(exchange) = negative.draft.exchange() else { continue };
            let command = curl(&exchange.request);
            let found = self.ask(exchange, &command, operation)?;
            let routed = found.routed.as_deref();
            let elsewhere = if negative.label == "undeclared method" {
                routed.is_some()
            } else {
                routed != Some(plan.name.as_str())
            };
            if elsewhere {
                // Another operation took the path: nothing is said of this one.
                self.planner
                    .skipped
                    .insert(format!("negative ({}): the path leads to another operation", negative.label));
                continue;
            }
            let wrong = if negative.statuses.contains(&found.status) {
                Vec::new()
            } else {
                let (status, why) = (found.status, verdict::why(&found));
                vec![format!(
                    "status {status}{why}, expected one of {:?} ({})",
                    negative.statuses, negative.place
                )]
            };
            self.generated.negative.add(verdict_of(&wrong));
            self.generated.mutations.entry(negative.label.into()).or_default().add(verdict_of(&wrong));
            self.note(operation, negative.label, &wrong, &command);
        }
        Ok(())
    }

    fn ask(
        &mut self,
        exchange: Exchange,
        command: &str,
        operation: &Operation<'d>,
    ) -> Result<crate::protocol::ExchangeResult, Stop> {
        let result = self.session.exchange(exchange);
        if let Err(Stop::Fault(fault, detail)) = &result {
            self.generated.positive.add(Verdict::Failed);
            self.note(operation, "positive", &[format!("{}: {detail}", fault.name())], command);
        }
        result.map(|found| *found)
    }

    fn note(&mut self, operation: &Operation<'d>, label: &str, wrong: &[String], command: &str) {
        if wrong.is_empty() || self.generated.findings.len() >= FINDINGS_KEPT {
            return;
        }
        self.generated.findings.push(Finding {
            operation: operation.line(),
            label: label.to_owned(),
            why: wrong.join("; "),
            curl: command.chars().take(2000).collect(),
        });
    }

    /// After a fault: another worker, and the next operation.
    fn replace_worker(&mut self, path: &Path, operation: &Operation<'d>, stop: Stop) -> Result<(), Stop> {
        let Stop::Fault(..) = stop else { return Err(stop) };
        self.faults = self.faults.saturating_add(1);
        self.session.begin(Limits::default());
        if !documents::load(self.session, path)?.ok {
            self.faults = FAULTS_MAX;
            self.planner.skipped.insert(format!("after a fault at {}", operation.line()));
        }
        Ok(())
    }
}

fn verdict_of(wrong: &[String]) -> Verdict {
    if wrong.is_empty() { Verdict::Passed } else { Verdict::Failed }
}
