//! `--replay FILE|CASE-ID`: runs exactly what is named, and prints every question and answer in full. Never panics.

use std::path::Path;

use serde::Serialize;

use super::arguments::RunArguments;
use super::say::say;
use super::{End, Setting, perform, select};
use crate::case::{self, Case};
use crate::outcome::{Outcome, Verdict};
use crate::pool::{Session, Spoken};

/// Runs it; 1 when a case does not pass.
pub(super) fn replay(arguments: &RunArguments, setting: &Setting, what: &str) -> Result<u8, End> {
    let cases = named(setting, what)?;
    let mut pool = perform::pool(arguments.adapter.as_deref(), &arguments.bounds)?;
    pool.jobs = 1;
    let root = &arguments.corpus;
    let results = pool.run(&cases, |session, case| one(session, root, case), || ());
    let mut code = 0;
    for (case, result) in cases.iter().zip(results) {
        let (outcome, spoken) = result.map_err(End::Harness)?;
        print(case, &outcome, &spoken);
        code = code.max(u8::from(outcome.verdict != Verdict::Passed));
    }
    Ok(code)
}

/// The cases of a file, or the case of that id.
fn named(setting: &Setting, what: &str) -> Result<Vec<Case>, End> {
    let path = Path::new(what);
    if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(|error| End::Usage(format!("{what}: {error}")))?;
        return case::read_text(path, &text, &setting.catalogue).map_err(End::Unreadable);
    }
    let cases: Vec<Case> = setting.corpus.cases.iter().filter(|case| case.id == what).cloned().collect();
    if cases.is_empty() {
        let there = select::known_id(what, setting).err();
        let there =
            there.unwrap_or_else(|| format!("`{what}` is a row; `--explain {what}` prints its cases"));
        return Err(End::Usage(format!("--replay takes a case file or a case id: {there}")));
    }
    Ok(cases)
}

fn one(session: &mut Session<'_>, root: &Path, case: &Case) -> Result<(Outcome, Vec<Spoken>), String> {
    session.record();
    let outcome = Outcome::of_check(crate::run::case(session, root, case))?;
    Ok((outcome, session.take_spoken()))
}

fn print(case: &Case, outcome: &Outcome, spoken: &[Spoken]) {
    say!("{} ({}): {}", case.id, case.place, case.title);
    for spoken in spoken {
        say!("-> {}", pretty(&spoken.question));
        match &spoken.answer {
            Ok(answer) => say!("<- {}", pretty(answer)),
            Err(stop) => say!("<- {stop}"),
        }
    }
    say!("{}", outcome.verdict.name());
    outcome.detail.iter().for_each(|line| say!("    {line}"));
}

fn pretty<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string())
}
