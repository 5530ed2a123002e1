//! Texts: JSONTestSuite against both of our readers, yaml-test-suite against that of descriptions.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::{Context, Item, Work, files, item, relative};
use crate::check;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Format, Parse, Reader};
use crate::source::Source;

pub fn gather_json(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = run_json;
    files(folder, &["json"]).into_iter().map(|path| (path, work)).collect()
}

pub fn gather_yaml(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = run_yaml;
    files(&folder.join("src"), &["yaml"]).into_iter().map(|path| (path, work)).collect()
}

fn run_json(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let file = relative(&context.corpora.join("json-parsing"), path);
    let bytes = std::fs::read(path).map_err(|error| Stop::Harness(format!("{}: {error}", path.display())))?;
    let name = file.rsplit('/').next().unwrap_or_default();
    // What begins otherwise is free: it must only not crash.
    let must = match name.split_once('_') {
        Some(("y", _)) => Some(true),
        Some(("n", _)) => Some(false),
        _ => None,
    };
    let readers =
        [("description reader", Reader::Description, Some(true)), ("content reader", Reader::Content, None)];
    let mut items = Vec::new();
    for (part, reader, lenient) in readers {
        let ask = Parse {
            id: "text".to_owned(),
            text_base64: Some(STANDARD.encode(&bytes)),
            format: Some(Format::Json),
            lenient,
            reader: Some(reader),
            ..Parse::default()
        };
        let name = format!("{file} ({part})");
        items.push(item(part, name, session, |session| {
            let found = session.parse(ask)?;
            let first = found.diagnostics.first().map(check::one_line).unwrap_or_default();
            Ok(match must {
                Some(true) if !found.ok => vec![format!("refused: {first}")],
                Some(false) if found.ok => vec!["accepted".to_owned()],
                _ => Vec::new(),
            })
        })?);
    }
    Ok(items)
}

/// One entry of a file of yaml-test-suite. An entry without a tree means what the one before it means.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Entry {
    yaml: Option<String>,
    tree: Option<String>,
    json: Option<String>,
    fail: bool,
    skip: Option<Value>,
}

fn run_yaml(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let file = relative(&context.corpora.join("yaml-test-suite/src"), path);
    let fault = |error: String| Stop::Harness(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    let source = Source::parse(&text).map_err(|error| fault(error.message))?;
    let entries: Vec<Entry> = serde_json::from_str(&source.json).map_err(|error| fault(error.to_string()))?;
    let mut items = Vec::new();
    let mut before = Entry::default();
    for (index, mut entry) in entries.into_iter().enumerate() {
        if entry.tree.is_none() && !entry.fail {
            entry.tree.clone_from(&before.tree);
            entry.json = entry.json.or_else(|| before.json.clone());
        }
        if let Some(yaml) = &entry.yaml {
            let name = format!("{file} {index}");
            items.push(run_entry(session, name, &unmark(yaml), &entry)?);
        }
        before = entry;
    }
    Ok(items)
}

fn run_entry(session: &mut Session<'_>, name: String, yaml: &str, entry: &Entry) -> Result<Item, Stop> {
    let ask = Parse {
        id: "text".to_owned(),
        text: Some(yaml.to_owned()),
        format: Some(Format::Yaml),
        lenient: Some(true),
        ..Parse::default()
    };
    let value = entry.json.as_deref().and_then(|json| serde_json::from_str::<Value>(json).ok());
    let part = match (entry.fail, &value) {
        (true, _) => "must be refused",
        (false, Some(_)) => "one JSON value",
        (false, None) => "beyond JSON: must not crash",
    };
    item(part, name, session, |session| {
        let found = session.parse(ask)?;
        let first = found.diagnostics.first().map(check::one_line).unwrap_or_default();
        Ok(match (entry.fail, value) {
            (true, _) if found.ok => vec!["accepted".to_owned()],
            (false, Some(_)) if !found.ok => vec![format!("refused: {first}")],
            (false, Some(value)) if !found.value.as_ref().is_some_and(|found| check::same(found, &value)) => {
                let read = found.value.map_or_else(String::new, |value| value.to_string());
                vec![format!("reads as {read}, expected {value}")]
            }
            _ => Vec::new(),
        })
    })
}

/// The suite writes what cannot be seen in other characters.
fn unmark(text: &str) -> String {
    let text = text.replace('␣', " ").replace('←', "\r").replace('⇔', "\u{feff}").replace('↵', "");
    let mut out = String::with_capacity(text.len());
    let mut dashes = 0_usize;
    for char in text.chars() {
        match char {
            '—' => dashes += 1,
            '»' => {
                out.push('\t');
                dashes = 0;
            }
            other => {
                out.extend(std::iter::repeat_n('—', dashes));
                dashes = 0;
                out.push(other);
            }
        }
    }
    out.extend(std::iter::repeat_n('—', dashes));
    match out.strip_suffix("∎\n") {
        Some(cut) => cut.to_owned(),
        None => out,
    }
}

#[cfg(test)]
mod tests {
    use super::unmark;

    #[test]
    fn marks_become_what_they_stand_for() {
        for (marked, plain) in [
            ("a␣\n", "a \n"),
            ("———»x\n", "\tx\n"),
            ("»\n", "\t\n"),
            ("a∎\n", "a"),
            ("a\n↵\n", "a\n\n"),
            ("a — b", "a — b"),
        ] {
            assert_eq!(unmark(marked), plain);
        }
    }
}
