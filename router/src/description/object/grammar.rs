//! The grammar of the Objects: which fields each has, of which shape, since which version.
//!
//! Every Object's file holds its own table; this file gives the vocabulary of the tables. Tables
//! are constants, so there is nothing to fail.

use super::check::with_article;
use crate::description::Code;

/// The minor versions whose fields differ. Fields of 3.0 are told apart, since a 3.0 document is
/// checked by the rules of 3.0 before it is read as 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Edition {
    V3_0,
    V3_1,
    V3_2,
}

impl Edition {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
            Self::V3_2 => "3.2",
        }
    }
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any JSON value.
    Any,
    /// A string, rich text included.
    String,
    /// A string in the form of a URI or relative reference (RFC 3986 §4.1).
    UriReference,
    /// A string in the form of an e-mail address.
    Email,
    /// `true` or `false`.
    Boolean,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An Object of this type; no reference is allowed.
    Object(ObjectType),
    /// An Object of this type or a Reference Object to one.
    OrReference(ObjectType),
    /// An array.
    List(&'static Shape),
    /// An object whose members all have one shape.
    Map(&'static Shape, Names),
    /// Inside a Schema Object: a subschema or an array of them, as the dialect has it.
    Subschema,
    /// Inside a Schema Object: an array or object of subschemas.
    Subschemas,
}

impl Shape {
    /// The shape in words.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Any => "any value".to_owned(),
            Self::String => "a string".to_owned(),
            Self::UriReference => "a URI reference".to_owned(),
            Self::Email => "an e-mail address".to_owned(),
            Self::Boolean => "a boolean".to_owned(),
            Self::OneOf(names) => format!("one of `{}`", names.join("`, `")),
            Self::Object(object) => with_article(object.name()),
            Self::OrReference(object) => format!("{} or Reference Object", with_article(object.name())),
            Self::List(item) => format!("an array, each item {}", item.describe()),
            Self::Map(value, _) => format!("an object, each member {}", value.describe()),
            Self::Subschema | Self::Subschemas => "a schema".to_owned(),
        }
    }
}

/// What the names of a map must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Any string.
    Any,
    /// `^[a-zA-Z0-9._-]+$`, the form of component names.
    Component(Code),
    /// A header field name (RFC 9110 §5.1).
    FieldName(Code),
}

/// One fixed field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) since: Edition,
    pub(crate) until: Edition,
    /// The rule that a document without this field breaks, and the last edition with that rule.
    pub(crate) required: Option<(Code, Edition)>,
    /// The rule that a value of the wrong type breaks, when it is not the Object's.
    pub(crate) code: Option<Code>,
}

impl Field {
    pub(crate) const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, since: Edition::V3_0, until: Edition::V3_2, required: None, code: None }
    }

    pub(crate) const fn string(name: &'static str) -> Self {
        Self::new(name, Shape::String)
    }

    pub(crate) const fn boolean(name: &'static str) -> Self {
        Self::new(name, Shape::Boolean)
    }

    pub(crate) const fn uri(name: &'static str) -> Self {
        Self::new(name, Shape::UriReference)
    }

    pub(crate) const fn since(mut self, edition: Edition) -> Self {
        self.since = edition;
        self
    }

    pub(crate) const fn until(mut self, edition: Edition) -> Self {
        self.until = edition;
        self
    }

    pub(crate) const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(Code::new(code));
        self
    }

    pub(crate) const fn required(self, code: &'static str) -> Self {
        self.required_until(code, Edition::V3_2)
    }

    pub(crate) const fn required_until(mut self, code: &'static str, edition: Edition) -> Self {
        self.required = Some((Code::new(code), edition));
        self
    }
}

/// The members that are not fixed fields.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patterned {
    /// There are none.
    None,
    /// Names with a leading `/`.
    Paths,
    /// Status codes and ranges.
    StatusCodes,
    /// Every name; the shape of the values.
    Every(Shape),
    /// Names that the Object does not know are annotations (Schema Object).
    Annotations,
}

/// The table of one Object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grammar {
    /// The name in the specification's headings, such as `Parameter Object`.
    pub(crate) name: &'static str,
    /// The rule that a value of the wrong type breaks.
    pub(crate) code: Code,
    pub(crate) fields: &'static [Field],
    pub(crate) patterned: Patterned,
    /// Whether `x-` members are allowed (Specification Extensions).
    pub(crate) extensible: bool,
}

impl Grammar {
    pub(crate) const fn new(name: &'static str, code: &'static str, fields: &'static [Field]) -> Self {
        Self { name, code: Code::new(code), fields, patterned: Patterned::None, extensible: true }
    }

    pub(crate) const fn patterned(mut self, patterned: Patterned) -> Self {
        self.patterned = patterned;
        self
    }

    pub(crate) const fn closed(mut self) -> Self {
        self.extensible = false;
        self
    }

    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The Objects of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ObjectType {
    OpenApi,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Components,
    Paths,
    PathItem,
    Operation,
    ExternalDocumentation,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Reference,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    OAuthFlows,
    ImplicitFlow,
    PasswordFlow,
    ClientCredentialsFlow,
    AuthorizationCodeFlow,
    DeviceAuthorizationFlow,
    SecurityRequirement,
}

impl ObjectType {
    pub(crate) fn name(self) -> &'static str {
        self.grammar().name
    }

    /// The table of this Object.
    pub(crate) const fn grammar(self) -> &'static Grammar {
        match self {
            Self::OpenApi => &super::openapi::GRAMMAR,
            Self::Info => &super::info::GRAMMAR,
            Self::Contact => &super::contact::GRAMMAR,
            Self::License => &super::license::GRAMMAR,
            Self::Server => &super::server::GRAMMAR,
            Self::ServerVariable => &super::server_variable::GRAMMAR,
            Self::Components => &super::components::GRAMMAR,
            Self::Paths => &super::paths::GRAMMAR,
            Self::PathItem => &super::path_item::GRAMMAR,
            Self::Operation => &super::operation::GRAMMAR,
            Self::ExternalDocumentation => &super::external_documentation::GRAMMAR,
            Self::Parameter => &super::parameter::GRAMMAR,
            Self::RequestBody => &super::request_body::GRAMMAR,
            Self::MediaType => &super::media_type::GRAMMAR,
            Self::Encoding => &super::encoding::GRAMMAR,
            Self::Responses => &super::responses::GRAMMAR,
            Self::Response => &super::response::GRAMMAR,
            Self::Callback => &super::callback::GRAMMAR,
            Self::Example => &super::example::GRAMMAR,
            Self::Link => &super::link::GRAMMAR,
            Self::Header => &super::header::GRAMMAR,
            Self::Tag => &super::tag::GRAMMAR,
            Self::Reference => &super::reference::GRAMMAR,
            Self::Schema => &super::schema::GRAMMAR,
            Self::Discriminator => &super::discriminator::GRAMMAR,
            Self::Xml => &super::xml::GRAMMAR,
            Self::SecurityScheme => &super::security_scheme::GRAMMAR,
            Self::OAuthFlows => &super::oauth_flows::GRAMMAR,
            Self::ImplicitFlow => &super::oauth_flow::IMPLICIT,
            Self::PasswordFlow => &super::oauth_flow::PASSWORD,
            Self::ClientCredentialsFlow => &super::oauth_flow::CLIENT_CREDENTIALS,
            Self::AuthorizationCodeFlow => &super::oauth_flow::AUTHORIZATION_CODE,
            Self::DeviceAuthorizationFlow => &super::oauth_flow::DEVICE_AUTHORIZATION,
            Self::SecurityRequirement => &super::security_requirement::GRAMMAR,
        }
    }
}
