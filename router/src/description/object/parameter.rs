//! Parameter Object: its grammar and its view. Its rules stand in `parameter_rules.rs`.

use std::borrow::Cow;

use super::example::{self, Example};
use super::grammar::{Field, Grammar, ObjectType, Shape};
use super::media_type::{self, MediaType};
use super::value::Value;
use crate::description::{Location, NodeRef};

/// The list that Path Items and Operations call `parameters`.
pub(super) const LIST: Shape = Shape::List(&Shape::OrReference(ObjectType::Parameter));

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Parameter Object",
    "PAR-004",
    &[
        Field::string("name").required("PAR-004"),
        Field::new("in", Shape::OneOf(&["query", "querystring", "header", "path", "cookie"]))
            .required("PAR-004"),
        Field::string("description"),
        Field::boolean("required"),
        Field::boolean("deprecated"),
        Field::boolean("allowEmptyValue"),
        Field::new(
            "style",
            Shape::OneOf(&[
                "matrix",
                "label",
                "simple",
                "form",
                "spaceDelimited",
                "pipeDelimited",
                "deepObject",
                "cookie",
            ]),
        ),
        Field::boolean("explode"),
        Field::boolean("allowReserved"),
        Field::new("schema", Shape::Object(ObjectType::Schema)),
        Field::new("example", Shape::Any),
        Field::new("examples", example::MAP),
        Field::new("content", media_type::MAP),
    ],
);

/// Where a parameter stands in a request (OpenAPI §Parameter Locations).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterLocation {
    /// A template expression of the path.
    Path,
    /// A pair, or several, of the query string.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
    /// The whole query string as one value, new in 3.2.
    QueryString,
}

impl ParameterLocation {
    /// The location called `name` in a description.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "path" => Some(Self::Path),
            "query" => Some(Self::Query),
            "header" => Some(Self::Header),
            "cookie" => Some(Self::Cookie),
            "querystring" => Some(Self::QueryString),
            _ => None,
        }
    }

    /// Its name in a description.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::QueryString => "querystring",
        }
    }

    /// The style of parameters that name none (`PAR-016`).
    #[must_use]
    pub const fn default_style(self) -> Style {
        match self {
            Self::Path | Self::Header => Style::Simple,
            Self::Query | Self::Cookie | Self::QueryString => Style::Form,
        }
    }
}

/// How a value is written as text (OpenAPI §Style Values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// `;name=value`.
    Matrix,
    /// `.value`.
    Label,
    /// `value`.
    Simple,
    /// `name=value`.
    Form,
    /// `name=a%20b`.
    SpaceDelimited,
    /// `name=a%7Cb`.
    PipeDelimited,
    /// `name%5Bkey%5D=value`.
    DeepObject,
    /// `name=value; name=value`, new in 3.2.
    Cookie,
}

impl Style {
    /// The style called `name` in a description.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "matrix" => Some(Self::Matrix),
            "label" => Some(Self::Label),
            "simple" => Some(Self::Simple),
            "form" => Some(Self::Form),
            "spaceDelimited" => Some(Self::SpaceDelimited),
            "pipeDelimited" => Some(Self::PipeDelimited),
            "deepObject" => Some(Self::DeepObject),
            "cookie" => Some(Self::Cookie),
            _ => None,
        }
    }

    /// Its name in a description.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Label => "label",
            Self::Simple => "simple",
            Self::Form => "form",
            Self::SpaceDelimited => "spaceDelimited",
            Self::PipeDelimited => "pipeDelimited",
            Self::DeepObject => "deepObject",
            Self::Cookie => "cookie",
        }
    }

    /// Whether the style stands in the column of that location (`PAR-015`).
    #[must_use]
    pub const fn is_allowed_in(self, location: ParameterLocation) -> bool {
        match self {
            Self::Matrix | Self::Label => matches!(location, ParameterLocation::Path),
            Self::Simple => matches!(location, ParameterLocation::Path | ParameterLocation::Header),
            Self::Form => matches!(location, ParameterLocation::Query | ParameterLocation::Cookie),
            Self::SpaceDelimited | Self::PipeDelimited | Self::DeepObject => {
                matches!(location, ParameterLocation::Query)
            }
            Self::Cookie => matches!(location, ParameterLocation::Cookie),
        }
    }

    /// `explode` of parameters that say nothing of it (`PAR-017`).
    #[must_use]
    pub const fn default_explode(self) -> bool {
        matches!(self, Self::Form | Self::Cookie)
    }
}

/// The parameters of a Path Item or Operation, references followed, those to be ignored left out
/// (`PAR-008`).
pub(super) fn list<'d>(holder: Value<'d>) -> impl Iterator<Item = Parameter<'d>> {
    let parameters = holder.list("parameters").map(|value| Parameter { value: value.followed() });
    parameters.filter(|parameter| !parameter.is_ignored())
}

/// A parameter, its defaults applied (OpenAPI §Parameter Object).
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'d> {
    value: Value<'d>,
}

impl<'d> Parameter<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// Its name, as written.
    #[must_use]
    pub fn name(self) -> &'d str {
        self.value.text("name").unwrap_or_default()
    }

    /// Where it stands in a request.
    #[must_use]
    pub fn location(self) -> ParameterLocation {
        self.value.text("in").and_then(ParameterLocation::from_name).unwrap_or(ParameterLocation::Query)
    }

    /// Whether a request without it is refused (`PAR-007`); always so in a path.
    #[must_use]
    pub fn required(self) -> bool {
        self.location() == ParameterLocation::Path || self.value.flag("required").unwrap_or(false)
    }

    /// Whether it should no longer be used.
    #[must_use]
    pub fn deprecated(self) -> bool {
        self.value.flag("deprecated").unwrap_or(false)
    }

    /// Whether an empty query value means that it is unused (`PAR-011`).
    #[must_use]
    pub fn allow_empty_value(self) -> bool {
        self.location() == ParameterLocation::Query && self.value.flag("allowEmptyValue").unwrap_or(false)
    }

    /// Whether reserved characters pass unchanged when it is encoded (`SER-021`).
    #[must_use]
    pub fn allow_reserved(self) -> bool {
        self.value.flag("allowReserved").unwrap_or(false)
    }

    /// Its style, or the default of its location.
    #[must_use]
    pub fn style(self) -> Style {
        let explicit = self.value.text("style").and_then(Style::from_name);
        explicit.unwrap_or_else(|| self.location().default_style())
    }

    /// `explode`, or the default of its style. `deepObject` is always read as exploded (`SER-013`).
    #[must_use]
    pub fn explode(self) -> bool {
        let style = self.style();
        style == Style::DeepObject || self.value.flag("explode").unwrap_or_else(|| style.default_explode())
    }

    /// The schema of its value; absent when it has `content`.
    #[must_use]
    pub fn schema(self) -> Option<Location> {
        self.value.get("schema").map(|schema| schema.at)
    }

    /// The media type of its value; absent when it has a `schema`.
    #[must_use]
    pub fn content(self) -> Option<(&'d str, MediaType<'d>)> {
        media_type::list(self.value).into_iter().next()
    }

    /// The single example.
    #[must_use]
    pub fn example(self) -> Option<NodeRef<'d>> {
        self.value.node().get("example")
    }

    /// The named examples, references followed.
    #[must_use]
    pub fn examples(self) -> Vec<(&'d str, Example<'d>)> {
        example::list(self.value)
    }

    /// The extension called `name`.
    #[must_use]
    pub fn extension(self, name: &str) -> Option<NodeRef<'d>> {
        self.value.node().get(name)
    }

    /// What makes a parameter unique: location and name, that of a header field without regard to case (`PAR-009`).
    pub(super) fn identity(self) -> (ParameterLocation, Cow<'d, str>) {
        let (location, name) = (self.location(), self.name());
        let folds =
            location == ParameterLocation::Header && name.bytes().any(|byte| byte.is_ascii_uppercase());
        (location, if folds { name.to_ascii_lowercase().into() } else { name.into() })
    }

    /// `PAR-008`.
    pub(super) fn is_ignored(self) -> bool {
        let name = self.name();
        let ignored = ["Accept", "Content-Type", "Authorization"];
        self.location() == ParameterLocation::Header
            && ignored.iter().any(|ignored| name.eq_ignore_ascii_case(ignored))
    }
}
