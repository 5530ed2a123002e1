//! Value -> serialized parameter, the inverse of decoding (OAS Style Examples, RFC 6570).
//!
//! Takes: a value and the parameter's plan. Gives: the text with the leading delimiter of `matrix`
//! and `label` and the `name=` of `form`, never `?`, `&` or a field name (SER-033). Data is
//! percent-encoded, delimiters are not (SER-023). `null` and empty lists contribute nothing to a query
//! (SER-027), `null` inside a list or object is left out (RFC 6570 §3.2.1). What could not be read
//! back is refused, never changed; but with `allowReserved` reserved characters and triplets pass as they are, so that
//! it is for the caller to encode those that would delimit (SER-021, RFC 6570 §3.2.3). Never panics.

use super::percent::{Coding, Safe, push_encoded};
use super::plan::{ContentKind, ParameterPlan, Source};
use super::style::delimited::{self, Delimiter};
use super::style::{cookie, deep_object, form, label, matrix, simple};
use crate::description::{ParameterLocation, Style};
use crate::schema::instance::{InstanceKind, InstanceNode};
use std::fmt;

/// Why a value has no serialization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The style has no serialization for this type (`n/a` in the Style Examples table).
    NotApplicable,
    /// An array or object inside another one, or a binary value.
    Nested,
    /// Text holds a delimiter or an octet that its place cannot carry unencoded.
    Unrepresentable,
    /// An array of one empty string reads back as the empty array in this style.
    Ambiguous,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotApplicable => "the style has no serialization for a value of this type",
            Self::Nested => "the style has no serialization for nested values",
            Self::Unrepresentable => "the text holds a character that cannot be carried unencoded",
            Self::Ambiguous => "an array of one empty string cannot be told from the empty array",
        })
    }
}

impl std::error::Error for EncodeError {}

/// Whether RFC 6570 §2.3 calls the value undefined: `null`, or a list or object with nothing defined in it.
pub(super) fn is_undefined(value: InstanceNode<'_>) -> bool {
    match value.kind() {
        InstanceKind::Null => true,
        InstanceKind::Array => value.items().all(InstanceNode::is_null),
        InstanceKind::Object => value.members().all(|(_, member)| member.is_null()),
        InstanceKind::Boolean | InstanceKind::Number | InstanceKind::String | InstanceKind::Binary => false,
    }
}

/// How a piece of text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// Percent-encoded; delimiters in data are harmless.
    Encoded(Safe),
    /// Percent-encoded, where delimiters are percent-encoded too and data must not hold them.
    EncodedDelimiters(Safe),
    /// As it is; data must hold neither delimiters nor controls.
    Verbatim,
}

/// The text so far.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    text: String,
    spelling: Spelling,
}

impl Encoder {
    /// Percent-encodes.
    pub(super) const fn percent(safe: Safe) -> Self {
        Self { text: String::new(), spelling: Spelling::Encoded(safe) }
    }

    /// Passes text through (SER-019, SER-020).
    pub(super) const fn verbatim() -> Self {
        Self { text: String::new(), spelling: Spelling::Verbatim }
    }

    /// The same encoder with other safe characters, unless reserved ones pass by `allowReserved`.
    pub(super) fn with_safe(&mut self, safe: Safe) -> &mut Self {
        if self.spelling == Spelling::Encoded(Safe::Unreserved) {
            self.spelling = Spelling::Encoded(safe);
        }
        self
    }

    /// The same encoder for a style whose delimiters are percent-encoded on the wire.
    pub(super) fn refusing_delimiters(&mut self) -> &mut Self {
        if let Spelling::Encoded(safe) = self.spelling {
            self.spelling = Spelling::EncodedDelimiters(safe);
        }
        self
    }

    /// A delimiter, never encoded (SER-023).
    pub(super) fn raw(&mut self, delimiter: &str) {
        self.text.push_str(delimiter);
    }

    /// Data; `delimiters` are those that it must not hold where it is not encoded.
    fn piece(&mut self, text: &str, delimiters: &[char]) -> Result<(), EncodeError> {
        match self.spelling {
            Spelling::Encoded(safe) => push_encoded(&mut self.text, text, safe),
            Spelling::EncodedDelimiters(safe) => {
                if text.contains(delimiters) {
                    return Err(EncodeError::Unrepresentable);
                }
                push_encoded(&mut self.text, text, safe);
            }
            Spelling::Verbatim => {
                let carried =
                    |character: char| !character.is_ascii_control() && !delimiters.contains(&character);
                let outer_space = text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']);
                if outer_space || !text.chars().all(carried) {
                    return Err(EncodeError::Unrepresentable);
                }
                self.text.push_str(text);
            }
        }
        Ok(())
    }

    /// The parameter's own name, or a property's that stands for one; reserved characters in it are
    /// always encoded (SER-026).
    pub(super) fn name(&mut self, name: &str) -> Result<(), EncodeError> {
        match self.spelling {
            Spelling::Encoded(_) | Spelling::EncodedDelimiters(_) => {
                push_encoded(&mut self.text, name, Safe::Unreserved);
                Ok(())
            }
            Spelling::Verbatim => self.piece(name, &['=', ';', ',']),
        }
    }

    /// `name=`
    pub(super) fn name_is(&mut self, name: &str) -> Result<(), EncodeError> {
        self.name(name)?;
        self.raw("=");
        Ok(())
    }

    /// One scalar; `null` is the empty text.
    pub(super) fn scalar(&mut self, value: InstanceNode<'_>, delimiters: &[char]) -> Result<(), EncodeError> {
        match value.kind() {
            InstanceKind::Null => Ok(()),
            InstanceKind::Boolean => {
                self.piece(if value.as_bool() == Some(true) { "true" } else { "false" }, &[])
            }
            InstanceKind::Number => self.piece(value.number_text().unwrap_or_default(), delimiters),
            InstanceKind::String => self.piece(value.as_str().unwrap_or_default(), delimiters),
            InstanceKind::Binary | InstanceKind::Array | InstanceKind::Object => Err(EncodeError::Nested),
        }
    }

    /// Items with a delimiter between, where no text at all means no items.
    pub(super) fn items(
        &mut self,
        array: InstanceNode<'_>,
        delimiter: &str,
        delimiters: &[char],
    ) -> Result<(), EncodeError> {
        let mut defined = array.items().filter(|item| !item.is_null());
        if defined.next().and_then(InstanceNode::as_str) == Some("") && defined.next().is_none() {
            return Err(EncodeError::Ambiguous);
        }
        self.joined_items(array, delimiter, delimiters)
    }

    /// Items with a delimiter between.
    pub(super) fn joined_items(
        &mut self,
        array: InstanceNode<'_>,
        delimiter: &str,
        delimiters: &[char],
    ) -> Result<(), EncodeError> {
        for (position, item) in array.items().filter(|item| !item.is_null()).enumerate() {
            if position > 0 {
                self.raw(delimiter);
            }
            self.scalar(item, delimiters)?;
        }
        Ok(())
    }

    /// `name=` before every item, `between` between them.
    pub(super) fn repeated(
        &mut self,
        name: &str,
        array: InstanceNode<'_>,
        between: &str,
    ) -> Result<(), EncodeError> {
        for (position, item) in array.items().filter(|item| !item.is_null()).enumerate() {
            if position > 0 {
                self.raw(between);
            }
            self.name_is(name)?;
            self.scalar(item, &[';'])?;
        }
        Ok(())
    }

    /// Members: what stands between a name and its value, and between two members.
    pub(super) fn members(
        &mut self,
        object: InstanceNode<'_>,
        (after_name, between): (&str, &str),
        delimiters: &[char],
    ) -> Result<(), EncodeError> {
        for (position, (name, value)) in object.members().filter(|(_, value)| !value.is_null()).enumerate() {
            if position > 0 {
                self.raw(between);
            }
            self.piece(name, delimiters)?;
            self.raw(after_name);
            // Behind `=` another `=` is data.
            let value_delimiters = delimiters.strip_prefix(&['=']).unwrap_or(delimiters);
            self.scalar(value, value_delimiters)?;
        }
        Ok(())
    }
}

/// Serializes a value as the parameter that `plan` describes.
///
/// The text is what stands for this one parameter: for the path with the leading delimiter of its
/// style, for a query string and for cookies with names, for a header the field's value. Empty where the
/// value contributes nothing (SER-027).
///
/// # Errors
/// An [`EncodeError`] where no text would read back as this value.
pub fn encode(plan: &ParameterPlan, value: InstanceNode<'_>) -> Result<String, EncodeError> {
    let safe = if plan.allow_reserved { Safe::Reserved } else { Safe::Unreserved };
    let mut to = match plan.coding() {
        Coding::Verbatim => Encoder::verbatim(),
        Coding::Percent | Coding::FormPercent => Encoder::percent(safe),
    };
    match &plan.source {
        Source::Styled { style, explode } => encode_styled(&mut to, plan, (*style, *explode), value)?,
        Source::Content(kind) => encode_content(&mut to, plan, kind, value)?,
    }
    Ok(to.text)
}

fn encode_styled(
    to: &mut Encoder,
    plan: &ParameterPlan,
    (style, explode): (Style, bool),
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    let name = &plan.name;
    let between = if plan.location == ParameterLocation::Cookie { cookie::BETWEEN } else { "&" };
    match style {
        Style::Matrix => matrix::encode(to, name, explode, value),
        Style::Label => label::encode(to, explode, value),
        Style::Simple => simple::encode(to, explode, value),
        Style::Form => form::encode(to, name, explode, between, value),
        Style::SpaceDelimited => delimited::encode(to, name, Delimiter::Space, value),
        Style::PipeDelimited => delimited::encode(to, name, Delimiter::Pipe, value),
        Style::DeepObject => deep_object::encode(to, name, value),
        Style::Cookie => cookie::encode(to, name, explode, value),
    }
}

fn encode_content(
    to: &mut Encoder,
    plan: &ParameterPlan,
    kind: &ContentKind,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    if matches!(plan.location, ParameterLocation::Query | ParameterLocation::Cookie) {
        to.name_is(&plan.name)?;
    }
    match kind {
        ContentKind::Text | ContentKind::Opaque => to.scalar(value, &[';']),
        ContentKind::Json => {
            let mut text = String::new();
            value.write_json(&mut text);
            to.piece(&text, &[';'])
        }
        ContentKind::Form(_) => {
            let form = encode_form(value)?;
            if plan.location == ParameterLocation::QueryString {
                to.raw(&form);
                return Ok(());
            }
            to.piece(&form, &[';'])
        }
    }
}

/// The text of a form: the items of an array each under its name (ENC-004).
fn encode_form(value: InstanceNode<'_>) -> Result<String, EncodeError> {
    if value.kind() != InstanceKind::Object {
        return Err(EncodeError::NotApplicable);
    }
    let mut form = Encoder::percent(Safe::Unreserved);
    for (name, member) in value.members().filter(|(_, member)| !is_undefined(*member)) {
        if !form.text.is_empty() {
            form.raw("&");
        }
        if member.kind() == InstanceKind::Array {
            form.repeated(name, member, "&")?;
        } else {
            form.name_is(name)?;
            form.scalar(member, &[])?;
        }
    }
    Ok(form.text)
}
