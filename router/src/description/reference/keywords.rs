//! The keywords of each JSON Schema draft under which schemas stand, and which name a resource.
//!
//! Takes: the URI of a dialect and a keyword. Gives: where to look for schemas with an identity, so that an
//! `$id` in an `example`, an `enum` or an unknown keyword is none. Never panics.

/// The drafts whose identifiers and subschemas differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Draft {
    /// draft-04 and everything that calls itself so.
    Four,
    /// draft-06.
    Six,
    /// draft-07.
    Seven,
    /// 2019-09.
    TwentyNineteen,
    /// 2020-12, and the OAS dialects.
    TwentyTwenty,
}

/// How schemas stand in a keyword's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subschemas {
    /// The value is a schema.
    One,
    /// The value is an array of schemas.
    List,
    /// The value maps names to schemas.
    Map,
    /// The value is a schema or an array of schemas (`items` before 2020-12).
    OneOrList,
}

impl Draft {
    /// The draft that a `$schema` value names; `None` for a dialect of its own, which then is read as 2020-12.
    pub(crate) fn of_dialect(uri: &str) -> Option<Self> {
        let uri = uri.trim_end_matches('#');
        let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
        match rest {
            "json-schema.org/draft-03/schema" | "json-schema.org/draft-04/schema" => Some(Self::Four),
            "json-schema.org/draft-06/schema" => Some(Self::Six),
            "json-schema.org/draft-07/schema" => Some(Self::Seven),
            "json-schema.org/draft/2019-09/schema" => Some(Self::TwentyNineteen),
            "json-schema.org/draft/2020-12/schema" => Some(Self::TwentyTwenty),
            _ if rest.starts_with("spec.openapis.org/oas/3.") => Some(Self::TwentyTwenty),
            _ => None,
        }
    }

    /// The keyword that gives a schema its URI.
    pub(crate) const fn id_keyword(self) -> &'static str {
        match self {
            Self::Four => "id",
            Self::Six | Self::Seven | Self::TwentyNineteen | Self::TwentyTwenty => "$id",
        }
    }

    /// Whether an identifier that is only a fragment is an anchor (until draft-07).
    pub(crate) const fn anchors_by_id(self) -> bool {
        match self {
            Self::Four | Self::Six | Self::Seven => true,
            Self::TwentyNineteen | Self::TwentyTwenty => false,
        }
    }

    /// Whether `$ref` hides every keyword beside it (until draft-07).
    pub(crate) const fn reference_hides_siblings(self) -> bool {
        self.anchors_by_id()
    }

    /// How schemas stand under `keyword`, if they do.
    pub(crate) fn subschemas(self, keyword: &str) -> Option<Subschemas> {
        use Subschemas::{List, Map, One, OneOrList};
        let (holding, since, until) = match keyword {
            "allOf" | "anyOf" | "oneOf" => (List, Self::Four, Self::TwentyTwenty),
            "not" | "additionalProperties" => (One, Self::Four, Self::TwentyTwenty),
            "properties" | "patternProperties" | "definitions" => (Map, Self::Four, Self::TwentyTwenty),
            // A value of `dependencies` is a schema or an array of strings; only objects are looked at.
            "dependencies" => (Map, Self::Four, Self::TwentyTwenty),
            "contains" | "propertyNames" => (One, Self::Six, Self::TwentyTwenty),
            "if" | "then" | "else" => (One, Self::Seven, Self::TwentyTwenty),
            "$defs" | "dependentSchemas" => (Map, Self::TwentyNineteen, Self::TwentyTwenty),
            "contentSchema" | "unevaluatedItems" | "unevaluatedProperties" => {
                (One, Self::TwentyNineteen, Self::TwentyTwenty)
            }
            "items" if self == Self::TwentyTwenty => (One, Self::TwentyTwenty, Self::TwentyTwenty),
            "items" => (OneOrList, Self::Four, Self::TwentyNineteen),
            "additionalItems" => (One, Self::Four, Self::TwentyNineteen),
            "prefixItems" => (List, Self::TwentyTwenty, Self::TwentyTwenty),
            _ => return None,
        };
        (since <= self && self <= until).then_some(holding)
    }
}
