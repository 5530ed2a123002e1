//! Which Object of the specification stands where: the map by which a document is walked.
//!
//! Takes: the kind of an Object and a member's name. Gives: the kind of Object that stands there. Holds
//! structure only, no rules about values. Never panics.

/// The Objects of the OpenAPI Specification that hold, or lead to, references and schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// OpenAPI Object.
    OpenApi,
    /// Components Object.
    Components,
    /// Paths Object.
    Paths,
    /// Path Item Object.
    PathItem,
    /// Operation Object.
    Operation,
    /// Parameter Object.
    Parameter,
    /// Request Body Object.
    RequestBody,
    /// Media Type Object.
    MediaType,
    /// Encoding Object.
    Encoding,
    /// Responses Object.
    Responses,
    /// Response Object.
    Response,
    /// Callback Object.
    Callback,
    /// Example Object.
    Example,
    /// Link Object.
    Link,
    /// Header Object.
    Header,
    /// Security Scheme Object.
    SecurityScheme,
    /// Schema Object.
    Schema,
}

/// How the Objects of one kind stand in a member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// The value is the Object.
    One(ObjectKind),
    /// The value is an array of them.
    List(ObjectKind),
    /// The value maps names to them.
    Map(ObjectKind),
}

impl ObjectKind {
    /// The specification's name of the Object.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenApi => "OpenAPI Object",
            Self::Components => "Components Object",
            Self::Paths => "Paths Object",
            Self::PathItem => "Path Item Object",
            Self::Operation => "Operation Object",
            Self::Parameter => "Parameter Object",
            Self::RequestBody => "Request Body Object",
            Self::MediaType => "Media Type Object",
            Self::Encoding => "Encoding Object",
            Self::Responses => "Responses Object",
            Self::Response => "Response Object",
            Self::Callback => "Callback Object",
            Self::Example => "Example Object",
            Self::Link => "Link Object",
            Self::Header => "Header Object",
            Self::SecurityScheme => "Security Scheme Object",
            Self::Schema => "Schema Object",
        }
    }

    /// Whether `$ref` may stand in place of, or (Path Item, Schema) inside, an Object of this kind. Media
    /// types joined with 3.2.
    #[must_use]
    pub const fn may_be_referenced(self, media_types: bool) -> bool {
        match self {
            Self::PathItem
            | Self::Parameter
            | Self::RequestBody
            | Self::Response
            | Self::Callback
            | Self::Example
            | Self::Link
            | Self::Header
            | Self::SecurityScheme
            | Self::Schema => true,
            Self::MediaType => media_types,
            Self::OpenApi
            | Self::Components
            | Self::Paths
            | Self::Operation
            | Self::Encoding
            | Self::Responses => false,
        }
    }

    /// What the member called `name` holds, apart from scalars, and from Objects that lead to nothing
    /// (Info, Tag, Server, ...). Schema Objects have keywords instead, which depend on the dialect.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Holding> {
        use Holding::{List, Map, One};
        match self {
            Self::OpenApi => match name {
                "paths" => Some(One(Self::Paths)),
                "webhooks" => Some(Map(Self::PathItem)),
                "components" => Some(One(Self::Components)),
                _ => None,
            },
            Self::Components => Self::component(name).map(Map),
            Self::Paths => name.starts_with('/').then_some(One(Self::PathItem)),
            Self::PathItem => match name {
                "parameters" => Some(List(Self::Parameter)),
                "additionalOperations" => Some(Map(Self::Operation)),
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query" => {
                    Some(One(Self::Operation))
                }
                _ => None,
            },
            Self::Operation => match name {
                "parameters" => Some(List(Self::Parameter)),
                "requestBody" => Some(One(Self::RequestBody)),
                "responses" => Some(One(Self::Responses)),
                "callbacks" => Some(Map(Self::Callback)),
                _ => None,
            },
            Self::Parameter | Self::Header => match name {
                "schema" => Some(One(Self::Schema)),
                "examples" => Some(Map(Self::Example)),
                "content" => Some(Map(Self::MediaType)),
                _ => None,
            },
            Self::RequestBody => (name == "content").then_some(Map(Self::MediaType)),
            Self::MediaType => match name {
                "schema" | "itemSchema" => Some(One(Self::Schema)),
                "examples" => Some(Map(Self::Example)),
                _ => Self::nested_encoding(name),
            },
            Self::Encoding => match name {
                "headers" => Some(Map(Self::Header)),
                _ => Self::nested_encoding(name),
            },
            Self::Responses => (!name.starts_with("x-")).then_some(One(Self::Response)),
            Self::Response => match name {
                "headers" => Some(Map(Self::Header)),
                "content" => Some(Map(Self::MediaType)),
                "links" => Some(Map(Self::Link)),
                _ => None,
            },
            Self::Callback => (!name.starts_with("x-")).then_some(One(Self::PathItem)),
            Self::Example | Self::Link | Self::SecurityScheme | Self::Schema => None,
        }
    }

    /// The kind that the member called `name` of the Components Object maps names to.
    #[must_use]
    pub fn component(name: &str) -> Option<Self> {
        match name {
            "schemas" => Some(Self::Schema),
            "responses" => Some(Self::Response),
            "parameters" => Some(Self::Parameter),
            "examples" => Some(Self::Example),
            "requestBodies" => Some(Self::RequestBody),
            "headers" => Some(Self::Header),
            "securitySchemes" => Some(Self::SecurityScheme),
            "links" => Some(Self::Link),
            "callbacks" => Some(Self::Callback),
            "pathItems" => Some(Self::PathItem),
            "mediaTypes" => Some(Self::MediaType),
            _ => None,
        }
    }

    fn nested_encoding(name: &str) -> Option<Holding> {
        match name {
            "encoding" => Some(Holding::Map(Self::Encoding)),
            "prefixEncoding" => Some(Holding::List(Self::Encoding)),
            "itemEncoding" => Some(Holding::One(Self::Encoding)),
            _ => None,
        }
    }
}
