//! The cases of level L6, HTTP, asked over a socket as well: what they are about is what goes over one.
//!
//! Takes: the cases of a run of our own library. Gives: what came of those that octets can state, to be joined with what came of them in process: a case passes if
//! it does both ways. Never panics.

use std::collections::BTreeMap;
use std::path::Path;

use super::End;
use super::perform::of_case;
use crate::case::{Case, Level};
use crate::live::unlike;
use crate::outcome::{Outcome, Verdict};
use crate::pool::Pool;
use crate::recording::Record;

/// What came of cases over a socket, by id.
pub(super) type OverSockets = BTreeMap<String, (Outcome, Record)>;

/// Asks them of workers that serve each description at an address of loopback.
pub(super) fn ask(pool: &Pool, root: &Path, cases: &[Case]) -> Result<OverSockets, End> {
    let of_http = |case: &&Case| case.level == Level::L6 && !case.exchanges.is_empty();
    let asked: Vec<&Case> = cases.iter().filter(of_http).collect();
    if asked.is_empty() {
        return Ok(OverSockets::new());
    }
    let mut pool = pool.clone();
    pool.launch.command.push("--live".to_owned());
    let ran = pool.run(&asked, |session, case| of_case(session, root, case), || ());
    let named = asked.into_iter().zip(ran).map(|(case, result)| Ok((case.id.clone(), result?)));
    named.collect::<Result<_, String>>().map_err(End::Harness)
}

/// Both ways as one. What a socket cannot show, or where nothing was asked behind the description, counts as it did in process.
pub(super) fn join(inside: (Outcome, Record), over: Option<&(Outcome, Record)>) -> (Outcome, Record) {
    let Some((outcome, record)) =
        over.filter(|(outcome, record)| outcome.verdict != Verdict::Skipped && record.exchanges.len() > 1)
    else {
        return inside;
    };
    let record = Record { over_socket: true, ..record.clone() };
    if outcome.verdict == inside.0.verdict {
        return (inside.0, record);
    }
    let mut detail = vec![unlike(&inside.0, outcome)];
    detail.extend(inside.0.detail.iter().chain(&outcome.detail).cloned());
    (Outcome { verdict: Verdict::Failed, detail, fault: inside.0.fault.or(outcome.fault) }, record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Recorded;

    #[test]
    fn a_case_passes_if_it_does_both_ways() {
        use Verdict::{Failed, Passed, Skipped};
        let way = |verdict, count| {
            let said = Recorded { question: String::new(), answer: String::new() };
            let record = Record { exchanges: vec![said; count], ..Record::default() };
            (Outcome { verdict, detail: vec![format!("why it {}", verdict.name())], fault: None }, record)
        };
        // (in process, over a socket, questions there, verdict, whether it was asked there)
        let cases = [
            (Passed, Passed, 2, Passed, true),
            (Failed, Failed, 2, Failed, true),
            (Passed, Failed, 2, Failed, true),
            (Failed, Passed, 2, Failed, true),
            (Passed, Skipped, 2, Passed, false),
            (Passed, Passed, 1, Passed, false),
        ];
        for (inside, over, count, verdict, asked) in cases {
            let (outcome, record) = join(way(inside, 2), Some(&way(over, count)));
            assert_eq!(
                (outcome.verdict, record.over_socket),
                (verdict, asked),
                "{inside:?} {over:?} {count}"
            );
            if asked && inside != over {
                assert!(
                    outcome.detail[0].ends_with(&format!(
                        "{} (why it {}) over a socket",
                        over.name(),
                        over.name()
                    )),
                    "{outcome:?}"
                );
            }
        }
        assert_eq!(join(way(Passed, 2), None), way(Passed, 2));
    }
}
