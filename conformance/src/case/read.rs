//! Reads case files: text -> schema check -> groups written out -> cases.
//!
//! Takes: a file of the corpus. Gives: its cases, or every error in it with line and mend. Never panics.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use super::format::{CaseFile, Document, Text, normalise_base64};
use super::{Case, CaseError, CasePlace, Level, Origin, Profile, Written};
use crate::catalogue::{Basis, Catalogue};
use crate::source::Source;

/// Reads the case file `root`/`file`.
///
/// # Errors
/// Every fault of the file.
pub fn read_file(root: &Path, file: &Path, catalogue: &Catalogue) -> Result<Vec<Case>, Vec<CaseError>> {
    let text = std::fs::read_to_string(root.join(file)).map_err(|error| {
        vec![CaseError::new(file, 1, format!("cannot be read: {error}"), "case files are UTF-8 text")]
    })?;
    read_text(file, &text, catalogue)
}

/// Reads the text of a case file.
///
/// # Errors
/// Every fault of the text.
pub fn read_text(file: &Path, text: &str, catalogue: &Catalogue) -> Result<Vec<Case>, Vec<CaseError>> {
    let source = Source::parse(text).map_err(|error| {
        vec![CaseError::new(file, error.line, error.message, "see docs/cases.md for the case format")]
    })?;
    check_schema(file, &source)?;
    let form: CaseFile = serde_json::from_str(&source.json).map_err(|error| {
        vec![CaseError::new(file, 1, format!("not a case file: {error}"), "see docs/cases.md")]
    })?;
    let mut cases = Vec::new();
    let mut errors = Vec::new();
    for ((pointer, form), written) in written_out(form).into_iter().zip(members(&source.json)) {
        let place = CasePlace { file: file.to_owned(), line: source.line(&pointer) };
        let builder = Builder { place, form, catalogue, written };
        match builder.build() {
            Ok(case) => cases.push(case),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

/// The members of a group go to each of its cases that does not say otherwise.
fn written_out(mut form: CaseFile) -> Vec<(String, CaseFile)> {
    let Some(cases) = form.cases.take() else { return vec![(String::new(), form)] };
    let group = form;
    cases
        .into_iter()
        .enumerate()
        .map(|(index, case)| (format!("/cases/{index}"), inherit(case, &group)))
        .collect()
}

/// The members of each case as texts, with those of its group that it does not say otherwise.
fn members(json: &str) -> Vec<Written> {
    let Ok(mut group) = serde_json::from_str::<Written>(json) else { return Vec::new() };
    let Some(cases) = group.remove("cases") else { return vec![group] };
    let cases: Vec<Written> = serde_json::from_str(cases.get()).unwrap_or_default();
    cases.into_iter().map(|case| with_group(case, &group)).collect()
}

fn with_group(mut case: Written, group: &Written) -> Written {
    let described = ORIGINS.iter().any(|key| case.contains_key(*key));
    for (key, value) in group {
        let of_origin = key == "entry" || ORIGINS.contains(&key.as_str());
        if !(described && of_origin) {
            case.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    case
}

/// The members that give a case its description.
const ORIGINS: [&str; 5] = ["description", "text", "text_base64", "documents", "file"];

fn inherit(mut case: CaseFile, group: &CaseFile) -> CaseFile {
    if !has_origin(&case) {
        case.description.clone_from(&group.description);
        case.text.clone_from(&group.text);
        case.text_base64.clone_from(&group.text_base64);
        case.documents.clone_from(&group.documents);
        case.file.clone_from(&group.file);
        case.entry = case.entry.or_else(|| group.entry.clone());
    }
    case.ids = case.ids.or_else(|| group.ids.clone());
    case.level = case.level.or(group.level);
    case.profiles = case.profiles.or_else(|| group.profiles.clone());
    case.polarity = case.polarity.or(group.polarity);
    case.format = case.format.or(group.format);
    case.retrieval_uri = case.retrieval_uri.or_else(|| group.retrieval_uri.clone());
    case.options = case.options.or_else(|| group.options.clone());
    case.limits = case.limits.or(group.limits);
    case
}

const fn has_origin(form: &CaseFile) -> bool {
    form.description.is_some()
        || form.text.is_some()
        || form.text_base64.is_some()
        || form.documents.is_some()
        || form.file.is_some()
}

struct Builder<'a> {
    place: CasePlace,
    form: CaseFile,
    catalogue: &'a Catalogue,
    written: Written,
}

impl Builder<'_> {
    fn build(mut self) -> Result<Case, CaseError> {
        let id = self.form.id.take().ok_or_else(|| self.error("has no `id`", "add `id: area-row-words`"))?;
        let title = self.form.title.take().ok_or_else(|| self.error("has no `title`", "add a `title`"))?;
        let ids = self.form.ids.take().unwrap_or_default();
        let polarity = self
            .form
            .polarity
            .ok_or_else(|| self.error("has no `polarity`", "add `polarity: positive` or `negative`"))?;
        self.check_ids(&id, &ids)?;
        let origin = self.origin()?;
        self.check_parts(&origin)?;
        let level = self.form.level.unwrap_or_else(|| default_level(&ids));
        let profiles = self.form.profiles.take().unwrap_or_else(|| self.default_profiles(&ids));
        Ok(Case {
            id,
            title,
            level,
            profiles,
            polarity,
            origin,
            ids,
            retrieval_uri: self.form.retrieval_uri.take(),
            options: self.form.options.take().unwrap_or_default(),
            limits: self.form.limits.unwrap_or_default(),
            load: self.form.load.take().unwrap_or_default(),
            exchanges: std::mem::take(&mut self.form.exchanges),
            probes: std::mem::take(&mut self.form.probes),
            place: self.place,
            written: self.written,
        })
    }

    fn error(&self, message: &str, mend: &str) -> CaseError {
        let id = self.form.id.as_deref().unwrap_or("the case");
        CaseError::new(&self.place.file, self.place.line, format!("{id}: {message}"), mend)
    }

    fn check_ids(&self, id: &str, ids: &[String]) -> Result<(), CaseError> {
        for row in ids {
            if self.catalogue.row(row).is_none() {
                let message = format!("{id}: `{row}` is no row of the catalogue");
                let mend = "use an ID of conformance/data/catalogue.json";
                return Err(CaseError::new(&self.place.file, self.place.line, message, mend));
            }
        }
        if ids.is_empty() && self.form.level != Some(Level::L0) {
            let message = format!("{id}: names no catalogue row");
            let mend = "add `ids: [XXX-000]`; only robustness cases (`level: L0`) may go without";
            return Err(CaseError::new(&self.place.file, self.place.line, message, mend));
        }
        Ok(())
    }

    fn origin(&mut self) -> Result<Origin, CaseError> {
        let form = &mut self.form;
        let given = [
            form.description.is_some(),
            form.text.is_some(),
            form.text_base64.is_some(),
            form.documents.is_some(),
            form.file.is_some(),
        ];
        if given.iter().filter(|given| **given).count() > 1 {
            return Err(self.error(
                "has more than one description",
                "keep one of `description`, `text`, `text_base64`, `documents`, `file`",
            ));
        }
        let format = form.format;
        if let Some(value) = form.description.take() {
            return Ok(Origin::Value(value.get().to_owned()));
        }
        if let Some(text) = form.text.take() {
            return Ok(Origin::Text(Text::expand(&text), format));
        }
        if let Some(bytes) = form.text_base64.take() {
            return Ok(Origin::Base64(normalise_base64(&bytes), format));
        }
        if let Some(documents) = form.documents.take() {
            let documents = documents.iter().map(Document::to_protocol).collect();
            return Ok(Origin::Documents(documents, form.entry.take()));
        }
        Ok(form.file.take().map_or(Origin::None, Origin::File))
    }

    fn check_parts(&self, origin: &Origin) -> Result<(), CaseError> {
        let described = !matches!(origin, Origin::None);
        if !described && (self.form.load.is_some() || !self.form.exchanges.is_empty()) {
            return Err(self.error("has no description", "add `description`, `text`, `documents` or `file`"));
        }
        if !described && self.form.probes.is_empty() {
            return Err(self.error("asks nothing", "add `load`, `exchanges` or `probes`"));
        }
        if self.form.load.as_ref().is_some_and(|load| load.ok == Some(false))
            && !self.form.exchanges.is_empty()
        {
            return Err(
                self.error("has exchanges with a description that must not load", "split it in two cases")
            );
        }
        Ok(())
    }

    fn default_profiles(&self, ids: &[String]) -> Vec<Profile> {
        let mut profiles: Vec<Profile> =
            ids.iter().filter_map(|id| self.catalogue.row(id)).flat_map(profiles_of).collect();
        profiles.sort_unstable();
        profiles.dedup();
        profiles
    }
}

fn default_level(ids: &[String]) -> Level {
    let area = ids.first().and_then(|id| id.split_once('-')).map_or("", |(area, _)| area);
    Level::of_area(area)
}

/// The profiles that a row belongs to by its level, versions and area.
pub(crate) fn profiles_of(row: &crate::catalogue::Row) -> Vec<Profile> {
    let mut profiles = Vec::new();
    if row.basis == Basis::Companion {
        profiles.push(Profile::Http);
    } else if row.only_3_2() {
        profiles.push(Profile::Oas32);
    } else if row.is_must() {
        profiles.push(Profile::Oas31Core);
    } else {
        profiles.push(Profile::Oas31Extended);
    }
    match row.area() {
        "SCH" | "DIS" => profiles.push(Profile::JsonSchema),
        "SEC" => profiles.push(Profile::Security),
        _ => {}
    }
    if row.area() == "EXA" && row.kind == crate::catalogue::Kind::X {
        profiles.push(Profile::Mock);
    }
    profiles
}

/// The published schema of the case format.
pub const CASE_SCHEMA: &str = include_str!("../../schemas/case-file.schema.json");
/// The published schema of the worker protocol.
pub const PROTOCOL_SCHEMA: &str = include_str!("../../schemas/worker-protocol.schema.json");

fn check_schema(file: &Path, source: &Source) -> Result<(), Vec<CaseError>> {
    let internal = |message: String| vec![CaseError::new(file, 1, message, "report this as a fault")];
    let validator = validator().map_err(internal)?;
    schema_faults(file, source, validator, "see docs/cases.md and conformance/schemas/case-file.schema.json")
}

/// What `validator` says against a file, with lines and the mend.
///
/// # Errors
/// The first faults of the file.
pub(crate) fn schema_faults(
    file: &Path,
    source: &Source,
    validator: &jsonschema::Validator,
    mend: &str,
) -> Result<(), Vec<CaseError>> {
    let value: Value = serde_json::from_str(&source.json).map_err(|error| {
        let mend = "write what JSON values cannot hold as `text`";
        vec![CaseError::new(file, 1, format!("not a JSON value: {error}"), mend)]
    })?;
    let errors: Vec<CaseError> = validator
        .iter_errors(&value)
        .take(20)
        .map(|error| {
            let pointer = culprit(&error);
            let at = if pointer.is_empty() { String::new() } else { format!(" (at {pointer})") };
            let message: String = error.to_string().chars().take(400).collect();
            CaseError::new(file, source.line(&pointer), format!("{message}{at}"), mend)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The pointer of what is wrong: the unknown key itself where that is the fault.
fn culprit(error: &jsonschema::ValidationError<'_>) -> String {
    let around = error.instance_path().to_string();
    if let jsonschema::error::ValidationErrorKind::AdditionalProperties { unexpected } = error.kind()
        && let Some(name) = unexpected.first()
    {
        return format!("{around}/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    around
}

/// The case schema, compiled once per process.
fn validator() -> Result<&'static jsonschema::Validator, String> {
    static VALIDATOR: OnceLock<Result<jsonschema::Validator, String>> = OnceLock::new();
    VALIDATOR.get_or_init(compile).as_ref().map_err(Clone::clone)
}

fn compile() -> Result<jsonschema::Validator, String> {
    let case: Value = serde_json::from_str(CASE_SCHEMA).map_err(|error| error.to_string())?;
    let protocol: Value = serde_json::from_str(PROTOCOL_SCHEMA).map_err(|error| error.to_string())?;
    let id = "https://brrtrouter.dev/conformance/worker-protocol.schema.json";
    let registry = jsonschema::Registry::new()
        .add(id, &protocol)
        .and_then(|registry| registry.prepare())
        .map_err(|error| error.to_string())?;
    jsonschema::options().with_registry(&registry).build(&case).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Polarity;

    fn read(text: &str) -> Result<Vec<Case>, Vec<CaseError>> {
        read_text(Path::new("x.yaml"), text, &Catalogue::builtin().expect("catalogue"))
    }

    const HEAD: &str = "id: pth-001-x\ntitle: x\nids: [PTH-001]\npolarity: positive\ntext: '{}'\n";

    #[test]
    fn faults_name_line_and_mend() {
        for (text, line, mention) in [
            ("id: pth-001-x\ntitle: x\nsurprise: 1\n", 3, "surprise"),
            ("id: PTH\ntitle: x\n", 1, "PTH"),
            ("title: x\n", 1, "id"),
            ("id: pth-001-x\ntitle: x\nids: [PTH-999]\npolarity: positive\ntext: '{}'\n", 1, "PTH-999"),
            ("id: pth-001-x\ntitle: x\nids: [PTH-001]\ntext: '{}'\n", 1, "polarity"),
            ("id: pth-001-x\ntitle: x\nids: [PTH-001]\npolarity: positive\n", 1, "asks nothing"),
            (&format!("{HEAD}description: {{}}\n"), 1, "more than one description"),
            (
                &format!(
                    "{HEAD}exchanges:\n  - request: {{target: /, verb: GET}}\n    expect: {{status: 200}}\n"
                ),
                7,
                "verb",
            ),
            (
                &format!("{HEAD}exchanges:\n  - request: {{target: /}}\n    expect: {{state: 200}}\n"),
                8,
                "state",
            ),
            (&format!("{HEAD}options: {{speed: fast}}\n"), 6, "speed"),
            (
                &format!(
                    "{HEAD}load: {{ok: false}}\nexchanges: [{{request: {{target: /}}, expect: {{status: 2}}}}]\n"
                ),
                7,
                "",
            ),
        ] {
            let errors = read(text).expect_err(text);
            assert!(
                errors.iter().any(|error| error.message.contains(mention) && error.line == line),
                "{text}\n{errors:?}"
            );
            assert!(errors.iter().all(|error| !error.mend.is_empty()), "{errors:?}");
        }
    }

    #[test]
    fn a_group_shares_its_members() {
        let text = "ids: [HTTP-001]\npolarity: positive\ndescription: {openapi: 3.1.0, b: 1, a: 1.50}\ncases:\n\
                    - id: http-001-a\n  title: a\n- id: http-001-b\n  title: b\n  polarity: negative\n  text: x\n";
        let cases = read(text).expect("readable");
        assert_eq!(cases.len(), 2);
        let [first, second] = cases.as_slice() else { panic!("two") };
        assert!(
            matches!(&first.origin, Origin::Value(json) if json == r#"{"openapi":"3.1.0","b":1,"a":1.50}"#)
        );
        assert_eq!((first.level, first.profiles.as_slice()), (Level::L6, [Profile::Http].as_slice()));
        assert_eq!((first.place.line, second.place.line), (5, 7));
        assert!(matches!(&second.origin, Origin::Text(text, None) if text == "x"));
        assert_eq!(second.polarity, Polarity::Negative);
    }

    /// Every case of the repository's corpus is readable, and its ids are unique.
    #[test]
    fn the_corpus_is_readable() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs-corpus");
        let corpus = crate::corpus::read(&root, &Catalogue::builtin().expect("catalogue"));
        let errors: Vec<String> = corpus.errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert!(!corpus.cases.is_empty());
    }
}
