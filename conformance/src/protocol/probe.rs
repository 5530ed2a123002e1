//! Questions without HTTP and their answers: schemas, references, single parameters, texts. Never panics.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Diagnostic, Document, Format, present};

/// Instances against a schema.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Validate {
    /// Repeated by the answer.
    pub id: String,
    /// A Schema Object.
    pub schema: Box<RawValue>,
    /// The instances.
    pub instances: Vec<Box<RawValue>>,
    /// The dialect where the schema names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// `format` is asserted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format_assertion: Option<bool>,
    /// Where the schema is to be thought of as coming from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval_uri: Option<String>,
    /// Documents that it may refer to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

/// The answer to `validate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Validated {
    /// The question's id.
    pub id: String,
    /// Whether the schema compiled.
    pub ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// One per instance.
    pub verdicts: Vec<Verdict>,
}

/// What is said about one instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// Whether it is valid.
    pub valid: bool,
    /// Why not.
    pub errors: Vec<SchemaError>,
}

/// One error of an instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SchemaError {
    /// Instance location.
    pub instance: String,
    /// Keyword location.
    pub keyword: String,
    /// In words.
    pub message: String,
}

/// References to look up, each from where the one before led.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Resolve {
    /// Repeated by the answer.
    pub id: String,
    /// What there is.
    pub documents: Vec<Document>,
    /// The base URI of the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_uri: Option<String>,
    /// The references.
    pub steps: Vec<String>,
}

/// The answer to `resolve`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Resolved {
    /// The question's id.
    pub id: String,
    /// One per step, up to the first error.
    pub steps: Vec<Step>,
}

/// Where one reference led.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// The value found.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub target: Option<Value>,
    /// Or why none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A serialised parameter to decode.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decode {
    /// Repeated by the answer.
    pub id: String,
    /// A Parameter Object.
    pub parameter: Box<RawValue>,
    /// The serialised form.
    pub raw: String,
    /// The version to read the Parameter Object by; 3.1.2 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openapi: Option<String>,
}

/// The answer to `decode`: a value, or absent, or an error.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Decoded {
    /// The question's id.
    pub id: String,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub value: Option<Value>,
    /// The parameter is not there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// Why it cannot be decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A parameter's value to serialise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Encode {
    /// Repeated by the answer.
    pub id: String,
    /// A Parameter Object.
    pub parameter: Box<RawValue>,
    /// The value; missing: undefined.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub value: Option<Box<RawValue>>,
    /// The version to read the Parameter Object by; 3.1.2 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openapi: Option<String>,
}

/// The answer to `encode`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Encoded {
    /// The question's id.
    pub id: String,
    /// The serialised form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A text by itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parse {
    /// Repeated by the answer.
    pub id: String,
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Or bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_base64: Option<String>,
    /// How to read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Duplicate keys: the last wins with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lenient: Option<bool>,
    /// Which reader: that of descriptions where absent.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub reader: Option<Reader>,
}

/// The two readers of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reader {
    /// That of descriptions.
    Description,
    /// That of request content.
    Content,
}

/// The answer to `parse`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parsed {
    /// The question's id.
    pub id: String,
    /// Whether it was read without an error.
    pub ok: bool,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub value: Option<Value>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
}
