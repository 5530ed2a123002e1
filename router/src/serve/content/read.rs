//! Reading: selected content and a body source -> octets and, where a schema can be applied, an instance.
//!
//! Takes: what [`select`](super::select) found, and the body. Gives: a [`Content`]. Never more is read than the limit
//! allows, whatever the head announced (HTTP-010). Raw octets stay reachable, since signatures of
//! webhooks are made over them. Never panics.

use super::ContentError;
use super::error::pointer_of;
use super::limited::LimitedBody;
use super::multipart::MultipartLimits;
use super::multipart_form::{self, Part, PartRecord, Parts};
use super::select::{Reading, Selected};
use super::{form, text, xml};
use crate::limits;
use crate::schema::instance::{Instance, InstanceNode, JsonLimits, parse_json_into};
use crate::schema::{SchemaError, SchemaSlot, Schemas};
use crate::serve::{BodySource, ProblemError};

/// The bounds of one request's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLimits {
    /// The most octets of the body.
    pub bytes_max: u64,
    /// The bounds of each JSON or XML text: the body itself, a field or a part. `x-limits` of an operation raises the longest text with its content.
    pub json: JsonLimits,
    /// The bounds of multipart content.
    pub multipart: MultipartLimits,
}

impl ContentLimits {
    /// The same with bodies of at most so many octets. A JSON or XML text may then be as long as a body: who allows larger bodies means those
    /// as well.
    #[must_use]
    pub fn with_bytes_max(mut self, bytes_max: u64) -> Self {
        let text_bytes = u32::try_from(bytes_max).unwrap_or(u32::MAX).min(limits::json::TEXT_BYTES_MAX);
        self.json.bytes_max = self.json.bytes_max.max(text_bytes);
        Self { bytes_max, ..self }
    }
}

impl Default for ContentLimits {
    fn default() -> Self {
        Self {
            bytes_max: limits::BODY_BYTES_MAX,
            json: JsonLimits::default(),
            multipart: MultipartLimits::default(),
        }
    }
}

/// The content of one request.
#[derive(Debug, Default)]
pub enum Content {
    /// There is none.
    #[default]
    None,
    /// A value that the schema is applied to, with the octets it was read from.
    Decoded(Box<DecodedContent>),
    /// Octets only: of a media type that is not decoded, such as an image (BOD-008).
    Octets(Vec<u8>),
    /// Not read yet: the handler pulls the body itself (BOD-008).
    Stream,
}

impl Content {
    /// The value, where the content was decoded.
    #[must_use]
    pub fn value(&self) -> Option<InstanceNode<'_>> {
        self.decoded().map(DecodedContent::value)
    }

    /// What was decoded, with its raw octets and parts.
    #[must_use]
    pub fn decoded(&self) -> Option<&DecodedContent> {
        match self {
            Self::Decoded(decoded) => Some(decoded),
            Self::None | Self::Octets(_) | Self::Stream => None,
        }
    }

    /// The files that came under `name` in multipart content, in order (ENC-013).
    pub fn files<'c>(&'c self, name: &'c str) -> impl Iterator<Item = Part<'c>> {
        self.decoded().into_iter().flat_map(move |decoded| decoded.files(name))
    }

    /// The octets as they came; `None` where there is no content or it was not read.
    #[must_use]
    pub fn raw(&self) -> Option<&[u8]> {
        match self {
            Self::Decoded(decoded) => Some(decoded.raw()),
            Self::Octets(octets) => Some(octets),
            Self::None | Self::Stream => None,
        }
    }
}

/// Decoded content: its value, and the octets and parts that the value was made of.
#[derive(Debug, Default)]
pub struct DecodedContent {
    instance: Instance,
    raw: Vec<u8>,
    slot: Option<SchemaSlot>,
    parts: Parts,
}

impl DecodedContent {
    /// The value. A part that is kept as octets is a binary node, whose mark is the part's number.
    #[must_use]
    pub fn value(&self) -> InstanceNode<'_> {
        self.instance.root()
    }

    /// Puts another value in place of the decoded one; the octets stay.
    pub(super) fn replace(&mut self, value: Instance) {
        self.instance = value;
    }

    /// The schema that the value has to be valid against.
    #[must_use]
    pub const fn slot(&self) -> Option<SchemaSlot> {
        self.slot
    }

    /// What of the value and of the headers of its parts is not valid, up to about `max` errors; nothing where
    /// all is valid, and only then.
    #[must_use]
    pub fn errors(&self, schemas: &Schemas, max: usize) -> Vec<ProblemError> {
        let mut found = Vec::new();
        if let Some(slot) = self.slot {
            judge(schemas, (slot, self.value()), max, |error| {
                found.push(ProblemError::content(error.instance_pointer, error.keyword, error.message));
            });
        }
        for header in self.part_headers() {
            let Some(slot) = header.slot.filter(|_| found.len() < max) else { continue };
            let part = self.part(header.part).and_then(|part| part.name()).unwrap_or_default();
            judge(schemas, (slot, header.value), max, |error| {
                let detail = format!("header {}{}: {}", header.name, error.instance_pointer, error.message);
                found.push(ProblemError::content(pointer_of(part), error.keyword, detail));
            });
        }
        found
    }

    /// The body as it came.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The parts of multipart content in order; nothing for other media types.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Part<'_>> {
        self.parts.iter(&self.raw)
    }

    /// One part by its number, from 0: the mark of its binary node.
    #[must_use]
    pub fn part(&self, number: u32) -> Option<Part<'_>> {
        self.parts().nth(usize::try_from(number).ok()?)
    }

    /// The files that came under `name`: parts with a file name, in order (ENC-013).
    pub fn files<'c>(&'c self, name: &'c str) -> impl Iterator<Item = Part<'c>> {
        self.parts().filter(move |part| part.name() == Some(name) && part.file_name().is_some())
    }

    /// The declared headers of parts with their values and schemas, for validation (ENC-011).
    pub fn part_headers(&self) -> impl Iterator<Item = PartHeader<'_>> {
        self.parts.headers.iter().map(|header| PartHeader {
            part: header.part,
            name: &header.name,
            slot: header.slot,
            value: self.instance.node(header.value),
        })
    }
}

/// Tells every error of one value, at least one where it is not valid: a report may run out of its own bounds.
fn judge(
    schemas: &Schemas,
    (slot, value): (SchemaSlot, InstanceNode<'_>),
    max: usize,
    mut tell: impl FnMut(SchemaError),
) {
    if schemas.is_valid(slot, value) {
        return;
    }
    let errors = schemas.errors(slot, value, max.max(1));
    if errors.is_empty() {
        tell(SchemaError {
            instance_pointer: String::new(),
            keyword_pointer: String::new(),
            keyword: "schema".into(),
            message: "the value is not valid".to_owned(),
        });
    }
    errors.into_iter().for_each(tell);
}

/// A declared header of one part, decoded.
#[derive(Clone, Copy, Debug)]
pub struct PartHeader<'c> {
    /// The number of its part.
    pub part: u32,
    /// The header's name.
    pub name: &'c str,
    /// The schema that the value has to be valid against.
    pub slot: Option<SchemaSlot>,
    /// The value.
    pub value: InstanceNode<'c>,
}

/// Reads and decodes the selected content.
///
/// # Errors
/// The first [`ContentError`]; the body is not read further then.
pub fn read(
    selected: &Selected<'_, '_>,
    body: &mut dyn BodySource,
    limits: &ContentLimits,
) -> Result<Content, ContentError> {
    if selected.reading() == Reading::Stream {
        return Ok(Content::Stream);
    }
    let mut source = LimitedBody::new(body, selected.bytes_max(limits))?;
    decode(selected, receive(selected, &mut source, limits)?, limits)
}

/// Content that has come and is not decoded.
#[derive(Debug)]
pub(crate) struct Received {
    raw: Vec<u8>,
    /// Where the parts of multipart content lie; they are found while it comes.
    parts: Vec<PartRecord>,
}

impl Received {
    /// How many octets came.
    pub(crate) const fn len(&self) -> usize {
        self.raw.len()
    }
}

/// Waits until the content has come.
///
/// # Errors
/// A fault of the body or of the parts of multipart content; the body is not read further then.
pub(crate) fn receive(
    selected: &Selected<'_, '_>,
    source: &mut LimitedBody<'_>,
    limits: &ContentLimits,
) -> Result<Received, ContentError> {
    if selected.reading() != Reading::Multipart {
        return Ok(Received { raw: source.read_all()?, parts: Vec::new() });
    }
    let parts = multipart_form::read_parts(&selected.media_type(), source, limits)?;
    Ok(Received { raw: source.take_kept(), parts })
}

/// Decodes content that has come.
///
/// # Errors
/// The first [`ContentError`].
pub(crate) fn decode(
    selected: &Selected<'_, '_>,
    received: Received,
    limits: &ContentLimits,
) -> Result<Content, ContentError> {
    let (plan, Received { raw, parts: found }) = (selected.plan(), received);
    // An operation that takes more than others means its texts as well.
    let own = plan.bytes_max().map(|bytes_max| limits.with_bytes_max(bytes_max));
    let limits = own.as_ref().unwrap_or(limits);
    let mut decoded = Box::new(DecodedContent { raw, slot: plan.slot(), ..DecodedContent::default() });
    let DecodedContent { instance, raw, parts, .. } = &mut *decoded;
    match selected.reading() {
        Reading::Json => parse_json_into(raw, &limits.json, instance)?,
        Reading::Xml => {
            let xml = plan.value().xml.as_deref().ok_or(ContentError::MediaTypeUndeclared)?;
            *instance = xml::decode(xml, raw, &limits.json)?;
        }
        Reading::Text(charset) => *instance = text::decode(plan.value(), raw, charset)?,
        Reading::Form => *instance = form::decode(plan.form(), raw, limits)?,
        Reading::Multipart => {
            (*instance, *parts) =
                multipart_form::decode(plan.form(), &selected.media_type(), (found, raw), limits)?;
        }
        Reading::Octets | Reading::Stream => return Ok(Content::Octets(std::mem::take(raw))),
    }
    Ok(Content::Decoded(decoded))
}
