//! Documents that come as JSON and as YAML: both texts must give the same value.

use std::path::{Path, PathBuf};

use super::{Context, Item, Work, files, item, openapi, relative};
use crate::check;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Format, Parse, Parsed};

pub fn gather(folder: &Path) -> Vec<(PathBuf, Work)> {
    let work: Work = compare;
    let mut all = openapi::gather_documents(folder);
    let twins = files(folder, &["json"]).into_iter().filter(|path| path.with_extension("yaml").is_file());
    all.extend(twins.map(|path| (path, work)));
    all
}

fn compare(session: &mut Session<'_>, context: &Context<'_>, path: &Path) -> Result<Vec<Item>, Stop> {
    let name = format!("{} (twins)", relative(context.corpora, path));
    let both = item("twins", name, session, |session| {
        let json = parse(session, path, Format::Json)?;
        let yaml = parse(session, &path.with_extension("yaml"), Format::Yaml)?;
        Ok(match (&json.value, &yaml.value) {
            (Some(json), Some(yaml)) if check::same(json, yaml) => Vec::new(),
            (Some(json), Some(yaml)) => vec![first_difference(json, yaml)],
            _ => vec!["one of the two is not read".to_owned()],
        })
    })?;
    Ok(vec![both])
}

/// Where the values part, member by member.
fn first_difference(json: &serde_json::Value, yaml: &serde_json::Value) -> String {
    let (mut json, mut yaml, mut place) = (json, yaml, String::new());
    while let (Some(left), Some(right)) = (json.as_object(), yaml.as_object()) {
        let Some((name, value)) =
            left.iter().find(|(name, value)| right.get(*name).is_none_or(|other| !check::same(value, other)))
        else {
            return format!("the YAML has members of its own at `{place}`");
        };
        place = format!("{place}/{name}");
        let Some(other) = right.get(name) else { return format!("the YAML lacks `{place}`") };
        (json, yaml) = (value, other);
    }
    let text: String =
        format!("at `{place}` the JSON says {json}, the YAML {yaml}").chars().take(300).collect();
    text
}

fn parse(session: &mut Session<'_>, path: &Path, format: Format) -> Result<Parsed, Stop> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::Harness(format!("{}: {error}", path.display())))?;
    session.parse(Parse { id: "twin".to_owned(), text: Some(text), format: Some(format), ..Parse::default() })
}
