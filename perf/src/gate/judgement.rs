//! What figures mean beside a baseline: broken, inconclusive, or held.

use super::{
    Profile,
    profile::{INSTRUCTIONS_MORE_MAX, Matches},
};
use crate::baseline::{Baseline, Figures, Time};

/// Scenarios of the matcher; the goal is judged by the first of them.
const MATCHES: &str = "match/";
const GOAL: &str = "match/github";

/// One thing to say about a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Slower, or more instructions, than the baseline or the floor allows.
    Broken(String),
    /// Nothing can be said.
    Inconclusive(String),
    /// Good to know.
    Note(String),
}

/// Judges one scenario's figures, beside those of the baseline when it has them.
pub fn scenario(profile: &Profile, name: &str, now: &Figures, then: Option<&Figures>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(then) = then else {
        findings.push(Finding::Inconclusive(format!(
            "{name}: not in the baseline; save it anew with --save-baseline"
        )));
        findings.extend(matches(profile, name, now.time));
        return findings;
    };
    findings.extend(
        now.instructions.zip(then.instructions).and_then(|(now, then)| instructions(name, now, then)),
    );
    findings.extend(now.time.and_then(|now| spread(profile, name, now)));
    findings.extend(now.time.zip(then.time).and_then(|(now, then)| time(profile, name, now, then)));
    findings.extend(matches(profile, name, now.time));
    findings
}

/// What speaks against the measurement itself, when a baseline is to be saved.
pub fn steadiness(profile: &Profile, name: &str, now: &Figures) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        now.time.and_then(|now| spread(profile, name, now)).into_iter().collect();
    findings.extend(matches(profile, name, now.time));
    findings
}

/// The control's own time tells whether this is still the machine that the baseline was taken on.
pub fn control(profile: &Profile, now: f64, baseline: &Baseline) -> Option<Finding> {
    let then = baseline.control_ns?;
    let drift = now / then - 1.0;
    (drift.abs() > profile.control_drift_max).then(|| {
        Finding::Inconclusive(format!(
            "the control takes {now:.3} ns instead of {then:.3} ns ({:+.1} %): the machine is not as it was; look for its clock",
            drift * 100.0
        ))
    })
}

fn instructions(name: &str, now: f64, then: f64) -> Option<Finding> {
    let more = now / then - 1.0;
    let change = format!("{name}: {now:.1} instructions, {then:.1} in the baseline ({:+.1} %)", more * 100.0);
    if more > INSTRUCTIONS_MORE_MAX {
        Some(Finding::Broken(change))
    } else if more < -INSTRUCTIONS_MORE_MAX {
        Some(Finding::Note(format!("{change}: better; save it with --save-baseline")))
    } else {
        None
    }
}

fn spread(profile: &Profile, name: &str, now: Time) -> Option<Finding> {
    // A spread that is not a number is no spread that is small enough.
    let steady = now.spread <= profile.spread_max;
    (!steady).then(|| {
        Finding::Inconclusive(format!(
            "{name}: the rounds spread by {:.1} %, at most {:.1} %; something else is at work on this CPU",
            now.spread * 100.0,
            profile.spread_max * 100.0
        ))
    })
}

fn time(profile: &Profile, name: &str, now: Time, then: Time) -> Option<Finding> {
    let steady = now.spread <= profile.spread_max;
    if !steady {
        return None;
    }
    let slower = now.ratio / then.ratio - 1.0;
    let change = format!(
        "{name}: {:.3} times the control, {:.3} in the baseline ({:+.1} %)",
        now.ratio,
        then.ratio,
        slower * 100.0
    );
    if slower > profile.slowdown_max {
        Some(Finding::Broken(change))
    } else if slower < -profile.slowdown_max {
        Some(Finding::Note(format!("{change}: faster; save it with --save-baseline")))
    } else {
        None
    }
}

fn matches(profile: &Profile, name: &str, time: Option<Time>) -> Option<Finding> {
    let Matches { floor_per_second, goal_per_second } = profile.matches?;
    let per_second = 1e9 / time.filter(|_| name.starts_with(MATCHES))?.nanoseconds;
    let said = format!("{name}: {:.2} M matches/s on one core", per_second / 1e6);
    if per_second < floor_per_second {
        return Some(Finding::Broken(format!("{said}, below the floor of {:.0} M", floor_per_second / 1e6)));
    }
    (name == GOAL).then(|| {
        let met = if per_second >= goal_per_second { "met" } else { "not met" };
        Finding::Note(format!("{said}: the goal of {:.0} M is {met}", goal_per_second / 1e6))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Identity, Source};

    fn figures(ratio: f64, spread: f64, instructions: f64) -> Figures {
        Figures { instructions: Some(instructions), time: Some(Time { ratio, spread, nanoseconds: 80.0 }) }
    }

    /// What is said of `now` beside a baseline of ratio 4 and 300 instructions: a letter for each finding.
    fn check(name: &str, now: Figures, expected: &str) {
        let said = letters(&scenario(&Profile::PI5, name, &now, Some(&figures(4.0, 0.01, 300.0))));
        assert_eq!(said, expected, "{name}: {now:?}");
    }

    fn letters(findings: &[Finding]) -> String {
        findings
            .iter()
            .map(|finding| match finding {
                Finding::Broken(_) => 'B',
                Finding::Inconclusive(_) => 'I',
                Finding::Note(_) => 'N',
            })
            .collect()
    }

    #[test]
    fn figures_beside_a_baseline() {
        check("journey/get", figures(4.0, 0.01, 300.0), "");
        check("journey/get", figures(4.19, 0.02, 308.0), "");
        check("journey/get", figures(4.21, 0.01, 300.0), "B");
        check("journey/get", figures(3.5, 0.01, 300.0), "N");
        check("journey/get", figures(4.0, 0.01, 310.0), "B");
        check("journey/get", figures(4.0, 0.01, 280.0), "N");
        check("journey/get", figures(5.0, 0.01, 400.0), "BB");
        // A wide spread says nothing, neither good nor bad; counts still speak.
        check("journey/get", figures(9.0, 0.05, 300.0), "I");
        check("journey/get", figures(9.0, f64::NAN, 300.0), "I");
        check("journey/get", figures(4.0, 0.05, 400.0), "BI");
        // The goal is told for the table it is set for.
        check("match/github", figures(4.0, 0.01, 300.0), "N");
        check("match/stripe", figures(4.0, 0.01, 300.0), "");
    }

    #[test]
    fn the_floor_holds_without_a_baseline() {
        let slow = Figures {
            time: Some(Time { ratio: 1.0, spread: 0.0, nanoseconds: 1_500.0 }),
            instructions: None,
        };
        assert_eq!(letters(&scenario(&Profile::PI5, "match/stripe", &slow, None)), "IB");
        assert_eq!(letters(&scenario(&Profile::HOST, "match/stripe", &slow, None)), "I");
        assert_eq!(letters(&steadiness(&Profile::PI5, "match/stripe", &slow)), "B");
        assert_eq!(letters(&steadiness(&Profile::PI5, "journey/get", &slow)), "");
    }

    #[test]
    fn the_goal_is_told() {
        let said = |nanoseconds| {
            let time = Some(Time { ratio: 1.0, spread: 0.0, nanoseconds });
            format!("{:?}", matches(&Profile::PI5, "match/github", time))
        };
        assert!(
            said(80.0).contains("12.50 M matches/s on one core: the goal of 10 M is met"),
            "{}",
            said(80.0)
        );
        assert!(said(125.0).contains("8.00 M matches/s on one core: the goal of 10 M is not met"));
        assert!(said(2_000.0).contains("0.50 M matches/s on one core, below the floor of 1 M"));
    }

    #[test]
    fn a_control_that_drifts_is_another_machine() {
        let mut baseline =
            Baseline::new(Identity::read(&Source::made(std::path::Path::new("/absent"), |_, _| None)));
        assert_eq!(control(&Profile::PI5, 1.0, &baseline), None);
        baseline.control_ns = Some(1.0);
        assert_eq!(control(&Profile::PI5, 1.09, &baseline), None);
        assert!(matches!(control(&Profile::PI5, 1.2, &baseline), Some(Finding::Inconclusive(_))));
        assert!(matches!(control(&Profile::PI5, 0.8, &baseline), Some(Finding::Inconclusive(_))));
    }
}
