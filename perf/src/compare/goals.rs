//! What our server is to reach beside others, and whether it does.

use serde::Serialize;

use super::figures::Figures;
use super::rounds::{ASKED, Measured};
use super::server::Compared;
use crate::transport::Asked;

/// CPU time of an authenticated GET with two path parameters, over that of the bare server's constant answer.
const GET_CPU_MAX: f64 = 1.3;
/// The same of a validated JSON POST.
const POST_CPU_MAX: f64 = 1.6;
/// What an idle connection may keep.
const IDLE_BYTES_MAX: f64 = 8192.0;

/// Whether a goal is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    NotMet,
    NotMeasured,
    /// The machine was busy with something else.
    Inconclusive,
}

impl Verdict {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::NotMeasured => "not measured",
            Self::Inconclusive => "inconclusive",
        }
    }

    fn of(measured: Option<f64>, holds: impl Fn(f64) -> bool) -> Self {
        match measured {
            Some(figure) if holds(figure) => Self::Met,
            Some(_) => Self::NotMet,
            None => Self::NotMeasured,
        }
    }
}

/// A goal, with what was measured: the median over all rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Goal {
    pub what: String,
    pub goal: String,
    pub measured: Option<String>,
    pub verdict: Verdict,
}

/// All goals, in the order in which they are told.
pub fn all(measured: &Measured) -> Vec<Goal> {
    let mut goals = vec![cpu(measured, Asked::Get, GET_CPU_MAX), cpu(measured, Asked::Post, POST_CPU_MAX)];
    for peer in [Compared::Axum, Compared::ActixWeb] {
        goals.extend(ASKED.iter().map(|(asked, name)| rate(measured, peer, *asked, name)));
    }
    goals.push(idle(measured));
    goals
}

fn cpu(measured: &Measured, asked: Asked, most: f64) -> Goal {
    let ratio = measured.cpu_over_bare(Compared::Ours, asked).map(|ratio| ratio.median);
    Goal {
        what: format!("CPU time over the bare server's constant, {}", name(asked)),
        goal: format!("at most {most:.1}x"),
        measured: ratio.map(|ratio| format!("{ratio:.2}x")),
        verdict: Verdict::of(ratio, |ratio| ratio <= most),
    }
}

fn rate(measured: &Measured, peer: Compared, asked: Asked, name: &str) -> Goal {
    let ratio = measured.rate_over(Compared::Ours, peer, asked).map(|ratio| ratio.median);
    let figures = [Compared::Ours, peer].map(|server| measured.figures(server, asked));
    let is_held_up = figures.iter().flatten().any(Figures::is_held_up);
    let verdict = Verdict::of(ratio, |ratio| ratio >= 1.0);
    Goal {
        what: format!("requests a second over {peer}'s, {name}"),
        goal: "at least 1.00x".to_owned(),
        measured: ratio.map(|ratio| format!("{ratio:.2}x")),
        verdict: if is_held_up && ratio.is_some() { Verdict::Inconclusive } else { verdict },
    }
}

fn idle(measured: &Measured) -> Goal {
    let bytes = measured.memory(Compared::Ours).and_then(|memory| memory.idle_connection);
    Goal {
        what: "memory of an idle connection".to_owned(),
        goal: "at most 8 KiB".to_owned(),
        measured: bytes.map(|bytes| format!("{:.1} KiB", bytes / 1024.0)),
        verdict: Verdict::of(bytes, |bytes| bytes <= IDLE_BYTES_MAX),
    }
}

fn name(asked: Asked) -> &'static str {
    ASKED.iter().find(|(one, _)| *one == asked).map_or("", |(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::super::figures::made;
    use super::*;

    #[test]
    fn a_rate_that_the_machine_held_up_is_neither_met_nor_not() {
        let mut measured = made::measured();
        measured.rounds.iter_mut().flatten().for_each(|taken| taken.slice.server_busy = 0.5);
        let goals = all(&measured);
        let verdict =
            |part: &str| goals.iter().find(|goal| goal.what.contains(part)).map(|goal| goal.verdict);
        assert_eq!(verdict("axum's, authenticated GET"), Some(Verdict::Inconclusive));
        assert_eq!(verdict("axum's, validated JSON POST"), Some(Verdict::NotMeasured));
        // CPU time does not depend on what else ran.
        assert_eq!(verdict("constant, authenticated GET"), Some(Verdict::Met));
    }

    #[test]
    fn goals_are_judged_by_medians() {
        let goals = all(&made::measured());
        let verdict = |part: &str| {
            let goal = goals.iter().find(|goal| goal.what.contains(part)).expect("such a goal");
            (goal.measured.clone().unwrap_or_default(), goal.verdict)
        };
        assert_eq!(verdict("constant, authenticated GET"), ("1.25x".to_owned(), Verdict::Met));
        assert_eq!(verdict("constant, validated JSON POST"), ("1.75x".to_owned(), Verdict::NotMet));
        assert_eq!(verdict("axum's, authenticated GET"), ("2.00x".to_owned(), Verdict::Met));
        assert_eq!(verdict("axum's, validated JSON POST"), (String::new(), Verdict::NotMeasured));
        assert_eq!(verdict("actix-web's, a constant").1, Verdict::NotMeasured);
        // The bound itself is within.
        assert_eq!(verdict("idle connection"), ("8.0 KiB".to_owned(), Verdict::Met));
    }
}
