//! How a run ends: by what it must not exceed.

use super::collect::Collected;
use super::options::LoadArguments;
use super::table::millis;
use super::work::Work;
use crate::fault::Fault;

/// What is broken, each with both figures.
pub fn broken(arguments: &LoadArguments, work: &Work, collected: &Collected) -> Result<Vec<String>, Fault> {
    let mut broken = Vec::new();
    let failed = collected.tally.failed();
    if failed > arguments.max_failures {
        broken.push(format!("{failed} failures, --max-failures is {}", arguments.max_failures));
    }
    let total = collected.tally.total()?;
    if total.requests() == 0 {
        broken.push("no request was measured; give it more --time".to_owned());
    }
    let p99 = total.latency.at(0.99);
    if let Some(most) = arguments.p99.filter(|most| p99 > *most) {
        broken.push(format!("p99 is {} ms, --p99 is {} ms", millis(p99), millis(most)));
    }
    let visited = &collected.tally.visited;
    let missed =
        work.jobs.iter().zip(visited).filter(|(_, visited)| !**visited).map(|(job, _)| job.name.as_str());
    let mut missed: Vec<&str> = missed.collect();
    missed.extend(
        work.left_out.iter().filter(|(_, why)| !why.contains("--skip")).map(|(name, _)| name.as_str()),
    );
    if arguments.all_visited && !missed.is_empty() {
        broken.push(format!("not visited: {}", missed.join(", ")));
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::judge::Verdict;
    use super::super::made;
    use super::super::tally::{Tally, sample};
    use super::*;

    #[test]
    fn thresholds_break_beyond_them_and_not_at_them() {
        let work = made::work(&[]);
        let check = |flags: &[&str], verdicts: &[(Verdict, u64)]| {
            let mut tally = Tally::new(work.jobs.len()).expect("a tally");
            verdicts.iter().for_each(|(verdict, millis)| tally.add(sample(0, *verdict, *millis)));
            let collected = Collected { tally, measured: Duration::from_secs(1), by_second: Vec::new() };
            broken(&made::arguments(flags), &work, &collected).expect("a verdict").join("; ")
        };
        let (served, failed) = ((Verdict::Served, 5), (Verdict::Failed, 5));
        assert_eq!(check(&[], &[served]), "");
        assert_eq!(check(&[], &[served, failed]), "1 failures, --max-failures is 0");
        assert_eq!(check(&["--max-failures", "1"], &[served, failed]), "");
        assert_eq!(check(&["--p99", "6ms"], &[served]), "");
        assert_eq!(check(&["--p99", "4ms"], &[served]), "p99 is 5.00 ms, --p99 is 4.00 ms");
        assert!(check(&["--all-visited"], &[served]).starts_with("not visited: bookAppointment, "));
        assert!(check(&[], &[]).starts_with("no request"));
    }
}
