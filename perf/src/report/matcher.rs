//! The matcher's table: the cost of a match beside what we promise, what we aim at and what others take.

use crate::count::{Architecture, Counted, Counts};

/// A row of the table.
pub struct Promise {
    pub title: &'static str,
    pub scenario: &'static str,
    /// Its cost is given as a multiple of this one's.
    pub relative_to: Option<&'static str>,
    /// Instructions per match on x86-64, or the multiple.
    pub commit: f64,
    pub aim: f64,
}

const fn promise(title: &'static str, scenario: &'static str, commit: f64, aim: f64) -> Promise {
    Promise { title, scenario, relative_to: None, commit, aim }
}

/// What we commit to and aim at, in instructions per match on x86-64: method dispatch and reading of every parameter
/// included, averaged over the whole table.
pub const PROMISES: [Promise; 9] = [
    promise("GitHub, all operations", "match/github", 350.0, 270.0),
    promise("GitHub, static only", "match/github-static", 200.0, 120.0),
    promise("Stripe", "match/stripe", 350.0, 200.0),
    promise("Kubernetes", "match/kubernetes", 450.0, 300.0),
    promise("Kubernetes, miss at the last segment", "match/kubernetes-miss-last", 500.0, 300.0),
    promise("8 parameters", "match/parameters-8", 1_500.0, 940.0),
    promise("one static path of 200 bytes", "match/static-200-bytes", 288.0, 220.0),
    Promise {
        title: "10,000 routes over 10 routes",
        scenario: "match/routes-10000",
        relative_to: Some("match/routes-10"),
        commit: 1.15,
        aim: 1.05,
    },
    promise("2^10 overlapping templates, miss", "match/overlap-1024-miss", 2_000.0, 700.0),
];

/// What the GitHub table may take on aarch64.
pub const GITHUB_ON_AARCH64: f64 = 330.0;

impl Promise {
    /// The cost for ours, or for a peer by the suffix of its scenarios.
    pub fn cost(&self, counts: &Counts, architecture: Architecture, peer: &str) -> Option<f64> {
        let of = |scenario: &str| {
            counts.named(&format!("{scenario}{peer}")).and_then(|counted| counted.per_element(architecture))
        };
        let cost = of(self.scenario)?;
        match self.relative_to {
            None => Some(cost),
            Some(base) => Some(cost / of(base)?),
        }
    }

    /// How ours stands: `aim`, `commit` or `missed`.
    pub fn standing(&self, cost: f64) -> &'static str {
        if cost <= self.aim {
            "aim"
        } else if cost <= self.commit {
            "commit"
        } else {
            "missed"
        }
    }
}

/// The suffixes of peers that were counted, in order of appearance: `@matchit`.
pub fn peers(counts: &Counts) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for counted in &counts.scenarios {
        if let Some((_, peer)) = counted.name.split_once('@') {
            let suffix = format!("@{peer}");
            if !found.contains(&suffix) {
                found.push(suffix);
            }
        }
    }
    found
}

/// Scenarios whose names differ in one number.
pub struct Growth {
    pub title: &'static str,
    /// What the number counts.
    pub what: &'static str,
    /// What stands before and behind the number.
    pub prefix: &'static str,
    pub suffix: &'static str,
}

const fn growth(
    title: &'static str,
    what: &'static str,
    prefix: &'static str,
    suffix: &'static str,
) -> Growth {
    Growth { title, what, prefix, suffix }
}

/// How the cost of a match grows.
pub const GROWTH: [Growth; 3] = [
    growth("Growth by the number of routes", "routes", "match/routes-", ""),
    growth("Growth by the length of the path", "bytes of the path", "match/static-", "-bytes"),
    growth("Growth by the number of parameters", "parameters", "match/parameters-", ""),
];

impl Growth {
    /// The points of ours, or of a peer by its suffix, in order.
    pub fn points<'a>(&self, counts: &'a Counts, peer: &str) -> Vec<(f64, &'a Counted)> {
        let mut points: Vec<(f64, &Counted)> = counts
            .scenarios
            .iter()
            .filter_map(|counted| {
                let name = counted.name.strip_prefix(self.prefix)?.strip_suffix(peer)?;
                let number: u32 = name.strip_suffix(self.suffix)?.parse().ok()?;
                Some((f64::from(number), counted))
            })
            .collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_measured() {
        let names = perf::scenario::names();
        for promise in &PROMISES {
            assert!(names.iter().any(|name| name == promise.scenario), "{}", promise.scenario);
            assert!(promise.aim < promise.commit, "{}", promise.title);
            if let Some(base) = promise.relative_to {
                assert!(names.iter().any(|name| name == base), "{base}");
            }
        }
        for growth in &GROWTH {
            let of_it = |name: &&String| {
                name.strip_prefix(growth.prefix)
                    .and_then(|name| name.strip_suffix(growth.suffix))
                    .is_some_and(|number| number.parse::<u32>().is_ok())
            };
            assert!(names.iter().filter(of_it).count() >= 5, "{}", growth.title);
        }
    }

    #[test]
    fn costs_stand_beside_their_bounds() {
        let github = &PROMISES[0];
        assert_eq!(github.standing(270.0), "aim");
        assert_eq!(github.standing(270.1), "commit");
        assert_eq!(github.standing(350.1), "missed");
    }

    #[test]
    fn multiples_peers_and_growth() {
        let counts = crate::report::made::counts(&[
            ("match/routes-10", 200.0),
            ("match/routes-10000", 220.0),
            ("match/routes-10000@matchit", 500.0),
            ("match/routes-10@matchit", 400.0),
            ("match/routes-odd", 1.0),
        ]);
        let multiple = &PROMISES[7];
        assert_eq!(multiple.cost(&counts, Architecture::X86_64, ""), Some(1.1));
        assert_eq!(multiple.cost(&counts, Architecture::X86_64, "@matchit"), Some(1.25));
        assert_eq!(multiple.cost(&counts, Architecture::Aarch64, ""), None);
        assert_eq!(peers(&counts), ["@matchit"]);
        let points: Vec<f64> = GROWTH[0].points(&counts, "").iter().map(|point| point.0).collect();
        assert_eq!(points, [10.0, 10_000.0]);
    }
}
