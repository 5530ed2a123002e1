//! Dialects: which keywords a schema may use and what they mean.
//!
//! Takes: a place in the description. Gives: the draft and the vocabularies that hold there (SCH-003..007), or
//! the URI of a dialect that is not supported (SCH-005). Never panics.

use crate::description::{Description, Location, NodeRef};
use crate::limits::schema::META_SCHEMA_CHAIN_MAX;

/// The drafts of JSON Schema that are understood, oldest first. Older ones are read as what they mean in 2020-12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    TwentyNineteen,
    TwentyTwenty,
}

/// The groups of keywords that a meta-schema may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    Core,
    Applicator,
    Unevaluated,
    Validation,
    MetaData,
    Format,
    FormatAssertion,
    Content,
}

impl Vocabulary {
    const fn bit(self) -> u8 {
        match self {
            Self::Core => 1,
            Self::Applicator => 2,
            Self::Unevaluated => 4,
            Self::Validation => 8,
            Self::MetaData => 16,
            Self::Format => 32,
            Self::FormatAssertion => 64,
            Self::Content => 128,
        }
    }

    /// What the last segment of a vocabulary's URI says.
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "core" => Self::Core,
            "applicator" => Self::Applicator,
            "unevaluated" => Self::Unevaluated,
            "validation" => Self::Validation,
            "meta-data" => Self::MetaData,
            "format" | "format-annotation" => Self::Format,
            "format-assertion" => Self::FormatAssertion,
            "content" => Self::Content,
            _ => return None,
        })
    }
}

/// A draft and its vocabularies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Dialect {
    pub(super) draft: Draft,
    vocabularies: u8,
}

/// The vocabularies of every standard meta-schema: all but the assertion of formats.
const STANDARD: u8 = !Vocabulary::FormatAssertion.bit();

impl Dialect {
    /// JSON Schema 2020-12 with OpenAPI's base vocabulary, which asserts nothing of its own.
    pub(super) const OAS: Self = Self { draft: Draft::TwentyTwenty, vocabularies: STANDARD };

    pub(super) const fn has(self, vocabulary: Vocabulary) -> bool {
        self.vocabularies & vocabulary.bit() != 0
    }

    /// The dialect that holds at `at`.
    ///
    /// # Errors
    /// The URI of a dialect that is not known and that no document of the description describes.
    pub(super) fn at(description: &Description, at: Location) -> Result<Self, String> {
        match description.dialect(at) {
            None => Ok(Self::OAS),
            Some(uri) => {
                let base = description.base_uri(at);
                Self::of_uri(description, &base, uri, META_SCHEMA_CHAIN_MAX).ok_or_else(|| uri.to_owned())
            }
        }
    }

    fn of_uri(description: &Description, base: &str, uri: &str, chain_left: u8) -> Option<Self> {
        let bare = uri.trim_end_matches('#');
        if let Some(draft) = standard(bare) {
            return Some(Self { draft, vocabularies: STANDARD });
        }
        let meta_schema = description.resolve_uri(base, bare).ok()?;
        let node = description.at(meta_schema);
        let parent = node.get("$schema").and_then(NodeRef::as_str).filter(|parent| *parent != uri)?;
        let parent = Self::of_uri(description, base, parent, chain_left.checked_sub(1)?)?;
        match node.get("$vocabulary") {
            None => Some(parent),
            Some(vocabularies) => parent.with_vocabularies(vocabularies),
        }
    }

    /// The draft with only the vocabularies that a meta-schema lists; `None` when it requires an unknown one.
    fn with_vocabularies(self, listed: NodeRef<'_>) -> Option<Self> {
        let mut vocabularies = Vocabulary::Core.bit();
        for (uri, required) in listed.members() {
            let standard = uri.contains("json-schema.org/draft/").then(|| uri.rsplit('/').next()).flatten();
            match standard.and_then(Vocabulary::from_name) {
                Some(vocabulary) => {
                    vocabularies |= self.meaning(vocabulary, required.as_bool() == Some(true))
                }
                None if uri.starts_with("https://spec.openapis.org/oas/3.") => {}
                None if required.as_bool() == Some(true) => return None,
                None => {}
            }
        }
        Some(Self { draft: self.draft, vocabularies })
    }

    fn meaning(self, vocabulary: Vocabulary, required: bool) -> u8 {
        match vocabulary {
            // 2019-09 requires the assertion of formats by requiring the one vocabulary there is.
            Vocabulary::Format if self.draft == Draft::TwentyNineteen && required => {
                Vocabulary::Format.bit() | Vocabulary::FormatAssertion.bit()
            }
            Vocabulary::FormatAssertion => Vocabulary::Format.bit() | Vocabulary::FormatAssertion.bit(),
            // 2019-09 has no vocabulary of its own for them.
            Vocabulary::Applicator if self.draft == Draft::TwentyNineteen => {
                Vocabulary::Applicator.bit() | Vocabulary::Unevaluated.bit()
            }
            Vocabulary::Core
            | Vocabulary::Applicator
            | Vocabulary::Unevaluated
            | Vocabulary::Validation
            | Vocabulary::MetaData
            | Vocabulary::Format
            | Vocabulary::Content => vocabulary.bit(),
        }
    }
}

/// The draft that a well-known dialect URI names.
fn standard(uri: &str) -> Option<Draft> {
    let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
    Some(match rest {
        "json-schema.org/draft-04/schema" => Draft::Four,
        "json-schema.org/draft-06/schema" => Draft::Six,
        "json-schema.org/draft-07/schema" => Draft::Seven,
        "json-schema.org/draft/2019-09/schema" => Draft::TwentyNineteen,
        "json-schema.org/draft/2020-12/schema" => Draft::TwentyTwenty,
        _ => {
            let version = rest
                .strip_prefix("spec.openapis.org/oas/3.1/dialect/")
                .or_else(|| rest.strip_prefix("spec.openapis.org/oas/3.2/dialect/"))?;
            if !is_edition(version) {
                return None;
            }
            Draft::TwentyTwenty
        }
    })
}

/// Whether a dialect's last segment names an edition: `base` or a date.
pub(super) fn is_edition(text: &str) -> bool {
    text == "base" || text == "WORK-IN-PROGRESS" || is_date(text)
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::{Draft, standard};

    #[test]
    fn well_known_uris_are_known() {
        let check = |uri: &str, draft: Option<Draft>| assert_eq!(standard(uri), draft, "{uri}");
        check("https://spec.openapis.org/oas/3.1/dialect/base", Some(Draft::TwentyTwenty));
        check("https://spec.openapis.org/oas/3.1/dialect/2024-11-10", Some(Draft::TwentyTwenty));
        check("https://spec.openapis.org/oas/3.2/dialect/2025-09-17", Some(Draft::TwentyTwenty));
        check("https://spec.openapis.org/oas/3.1/dialect/other", None);
        check("https://spec.openapis.org/oas/3.3/dialect/base", None);
        check("http://json-schema.org/draft-04/schema", Some(Draft::Four));
        check("http://json-schema.org/draft-03/schema", None);
        check("https://json-schema.org/draft/2020-12/schema", Some(Draft::TwentyTwenty));
    }
}
