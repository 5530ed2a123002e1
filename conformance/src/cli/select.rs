//! Which cases and documents run. What is unknown is refused with a list of what there is. Never panics.

use std::collections::BTreeSet;

use super::arguments::Selection;
use super::say::say;
use super::{End, Setting};
use crate::case::{Case, Level, Profile};
use crate::catalogue::Catalogue;
use crate::corpus::Corpus;

/// How many names a refusal lists at most.
const LISTED_MAX: usize = 60;

/// The folder of robustness cases, which need no catalogue row.
const ROBUSTNESS: &str = "ROBUSTNESS";

/// Keeps what is selected; says whether that may be less than all.
pub(super) fn select(selection: &Selection, setting: &mut Setting) -> Result<bool, End> {
    check(selection, setting).map_err(End::Usage)?;
    let corpus = &mut setting.corpus;
    let by_row = [&selection.level, &selection.area, &selection.id, &selection.profile];
    let of_cases = by_row.into_iter().any(|names| !names.is_empty());
    corpus.cases.retain(|case| wanted(selection, case));
    if of_cases {
        corpus.documents.clear();
    }
    if let Some(only) = &selection.only {
        corpus.cases.retain(|case| case.id.contains(only));
        corpus.documents.retain(|path| path.to_string_lossy().contains(only.as_str()));
    }
    let part = of_cases || selection.only.is_some();
    if part && corpus.cases.is_empty() && corpus.documents.is_empty() {
        return Err(End::Usage(nothing(selection)));
    }
    if let Some(shard) = selection.shard {
        let mut position = 0..;
        corpus.cases.retain(|_| position.next().is_some_and(|position| shard.takes(position)));
        let mut position = 0..;
        corpus.documents.retain(|_| position.next().is_some_and(|position| shard.takes(position)));
    }
    Ok(part || selection.shard.is_some())
}

fn nothing(selection: &Selection) -> String {
    match &selection.only {
        Some(only) => format!("nothing in the corpus is named `{only}`; `--list` prints what there is"),
        None => "no case fits all that is asked for; `--list` prints what there is".to_owned(),
    }
}

fn wanted(selection: &Selection, case: &Case) -> bool {
    let any =
        |names: &[String], is: &dyn Fn(&str) -> bool| names.is_empty() || names.iter().any(|name| is(name));
    any(&selection.level, &|name| case.level.name().eq_ignore_ascii_case(name))
        && any(&selection.area, &|name| in_area(case, name))
        && any(&selection.id, &|name| {
            case.id == name || case.ids.iter().any(|id| id.eq_ignore_ascii_case(name))
        })
        && any(&selection.profile, &|name| {
            case.profiles.iter().any(|profile| profile.name().eq_ignore_ascii_case(name))
        })
}

fn in_area(case: &Case, area: &str) -> bool {
    let folder =
        case.place.file.components().nth(1).map(|part| part.as_os_str().to_string_lossy().into_owned());
    case.ids.iter().any(|id| area_of(id).eq_ignore_ascii_case(area))
        || folder.is_some_and(|folder| folder.eq_ignore_ascii_case(area))
}

fn area_of(id: &str) -> &str {
    id.split_once('-').map_or(id, |(area, _)| area)
}

fn check(selection: &Selection, setting: &Setting) -> Result<(), String> {
    let levels: Vec<String> =
        Level::ALL.iter().map(|level| format!("{} ({})", level.name(), level.title())).collect();
    let is_level = |name: &str| Level::ALL.iter().any(|level| level.name().eq_ignore_ascii_case(name));
    known("level", &selection.level, &is_level, &levels)?;
    let areas = areas(&setting.catalogue);
    let is_area = |name: &str| areas.iter().any(|area| area.eq_ignore_ascii_case(name));
    known("area", &selection.area, &is_area, &areas)?;
    let profiles: Vec<String> = Profile::ALL.iter().map(|profile| profile.name().to_owned()).collect();
    let is_profile = |name: &str| profiles.iter().any(|profile| profile.eq_ignore_ascii_case(name));
    known("profile", &selection.profile, &is_profile, &profiles)?;
    selection.id.iter().try_for_each(|id| known_id(id, setting))
}

fn known(what: &str, names: &[String], is: &dyn Fn(&str) -> bool, all: &[String]) -> Result<(), String> {
    match names.iter().find(|name| !is(name)) {
        Some(name) => Err(format!("there is no {what} `{name}`; there are: {}", all.join(", "))),
        None => Ok(()),
    }
}

fn areas(catalogue: &Catalogue) -> Vec<String> {
    let mut areas: Vec<String> = Vec::new();
    for row in catalogue.rows() {
        if !areas.iter().any(|area| area == row.area()) {
            areas.push(row.area().to_owned());
        }
    }
    areas.push(ROBUSTNESS.to_owned());
    areas
}

/// Whether `id` is a row or a case; otherwise, which of either there are.
pub(super) fn known_id(id: &str, setting: &Setting) -> Result<(), String> {
    let upper = id.to_ascii_uppercase();
    if setting.catalogue.row(&upper).is_some() || setting.corpus.cases.iter().any(|case| case.id == id) {
        return Ok(());
    }
    let area = area_of(&upper);
    let rows = setting.catalogue.rows().iter().filter(|row| row.area() == area).map(|row| row.id.clone());
    let rows: Vec<String> = rows.collect();
    if rows.is_empty() {
        let areas = areas(&setting.catalogue).join(", ");
        return Err(format!("there is no row or case `{id}`; rows are AREA-NUMBER with an area of: {areas}"));
    }
    let near: BTreeSet<&str> =
        setting.corpus.cases.iter().map(|case| case.id.as_str()).filter(|case| near(id, case)).collect();
    let cases =
        if near.is_empty() { String::new() } else { format!("; cases: {}", listed(near.into_iter())) };
    Err(format!(
        "there is no row or case `{id}`; rows of {area}: {}{cases}",
        listed(rows.iter().map(String::as_str))
    ))
}

/// The same area and row.
fn near(id: &str, case: &str) -> bool {
    let start: String = id.to_ascii_lowercase().chars().take("abc-000".len()).collect();
    case.starts_with(&start)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.take(LISTED_MAX).collect::<Vec<_>>().join(", ")
}

/// Prints what is selected.
pub(super) fn list(corpus: &Corpus) -> u8 {
    for case in &corpus.cases {
        let (level, polarity) = (case.level.name(), case.polarity.name());
        say!("{level} {polarity} {} [{}] {}", case.id, case.ids.join(" "), case.title);
    }
    for path in &corpus.documents {
        say!("document {}", path.display());
    }
    say!("{} cases, {} documents", corpus.cases.len(), corpus.documents.len());
    0
}
