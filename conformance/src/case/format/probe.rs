//! Probes as types: questions without HTTP, each with its answer. Never panics.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Document, Text, normalise_base64};
use crate::protocol::{self, Format, present};

/// A question without HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// What it is about.
    #[serde(default)]
    pub title: Option<String>,
    /// Instances against a schema.
    #[serde(default)]
    pub validate: Option<ValidateProbe>,
    /// Decode a parameter.
    #[serde(default)]
    pub decode: Option<DecodeProbe>,
    /// Serialise a parameter.
    #[serde(default)]
    pub encode: Option<EncodeProbe>,
    /// Parse a text.
    #[serde(default)]
    pub parse: Option<ParseProbe>,
    /// Look references up.
    #[serde(default)]
    pub resolve: Option<ResolveProbe>,
}

/// Instances against a schema.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidateProbe {
    /// The Schema Object.
    pub schema: Box<RawValue>,
    /// The dialect where the schema names none.
    #[serde(default)]
    pub dialect: Option<String>,
    /// `format` is asserted.
    #[serde(default)]
    pub format_assertion: Option<bool>,
    /// Documents that the schema may refer to.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// Instances with their verdicts.
    pub instances: Vec<InstanceExpectation>,
}

/// An instance with its verdict.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceExpectation {
    /// The instance.
    pub data: Box<RawValue>,
    /// The verdict.
    pub valid: bool,
    /// Errors that must be among those reported.
    #[serde(default)]
    pub errors: Vec<SchemaErrorExpectation>,
    /// Texts that no error mentions.
    #[serde(default)]
    pub silent: Vec<String>,
}

/// An error that must be reported.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct SchemaErrorExpectation {
    /// Instance location.
    pub instance: Option<String>,
    /// The end of the keyword location.
    pub keyword: Option<String>,
    /// Texts in the message.
    pub mentions: Vec<String>,
}

/// A serialised parameter and its value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeProbe {
    /// The Parameter Object.
    pub parameter: Box<RawValue>,
    /// The serialised form.
    pub raw: String,
    /// The version.
    #[serde(default)]
    pub openapi: Option<String>,
    /// The value.
    #[serde(default, deserialize_with = "present")]
    pub value: Option<Value>,
    /// Absent.
    #[serde(default)]
    pub absent: bool,
    /// Refused.
    #[serde(default)]
    pub error: bool,
}

/// A value and its serialised form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodeProbe {
    /// The Parameter Object.
    pub parameter: Box<RawValue>,
    /// The value; missing: undefined.
    #[serde(default, deserialize_with = "present")]
    pub value: Option<Box<RawValue>>,
    /// The version.
    #[serde(default)]
    pub openapi: Option<String>,
    /// The serialised form.
    #[serde(default)]
    pub text: Option<String>,
    /// Refused.
    #[serde(default)]
    pub error: bool,
}

/// A text and what it says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParseProbe {
    #[serde(default)]
    text: Option<Text>,
    #[serde(default)]
    base64: Option<String>,
    #[serde(default)]
    format: Option<Format>,
    #[serde(default)]
    lenient: Option<bool>,
    #[serde(default, rename = "as")]
    reader: Option<protocol::Reader>,
    /// Whether it is read without an error.
    pub ok: bool,
    /// What it says.
    #[serde(default, deserialize_with = "present")]
    pub value: Option<Value>,
    /// The line of the first error.
    #[serde(default)]
    pub line: Option<u32>,
    /// Texts in the findings.
    #[serde(default)]
    pub mentions: Vec<String>,
}

impl ParseProbe {
    /// The protocol's question.
    #[must_use]
    pub fn question(&self, id: String) -> protocol::Parse {
        protocol::Parse {
            id,
            text: self.text.as_ref().map(Text::expand),
            text_base64: self.base64.as_deref().map(normalise_base64),
            format: self.format,
            lenient: self.lenient,
            reader: self.reader,
        }
    }
}

/// References and where they lead.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveProbe {
    /// What there is.
    pub documents: Vec<Document>,
    /// The base URI of the first step.
    #[serde(default)]
    pub base_uri: Option<String>,
    /// The references.
    pub steps: Vec<StepExpectation>,
}

/// A reference and where it leads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepExpectation {
    /// The reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The value found.
    #[serde(default, deserialize_with = "present")]
    pub target: Option<Value>,
    /// Nothing is found.
    #[serde(default)]
    pub error: bool,
}
