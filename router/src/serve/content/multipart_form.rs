//! Parts -> one object (ENC-004 to ENC-007, ENC-010 to ENC-013, ENC-020).
//!
//! Takes: multipart content, read through a source that keeps the octets. Gives: an object with a member per name,
//! and every part with its name, file name, media type and octets. A file stays octets: it becomes a
//! binary node, never a string (BOD-014). Never panics.
//!
//! | Question | Answer |
//! |---|---|
//! | a part without a name | refused (RFC 7578 §4.2 demands one) |
//! | a name that comes twice | one array where the schema allows arrays, else refused |
//! | a name that the schema does not declare | kept as a string or file; `additionalProperties` decides |
//! | `contentType` declared | the part's own type must match one of the list (415); a part without a type is read as the first |
//! | nothing declared | the type of the schema decides (ENC-005); the part's own type may say more precisely what it holds: JSON, text or a file |
//! | explicit `style`, `explode` or `allowReserved` | in `multipart/form-data` the text of the parts is read as that style says, nothing percent-decoded (ENC-010); elsewhere ignored (ENC-009) |
//! | declared headers of a part | decoded in style `simple`, for validation beside the object; a required one that is missing is refused |
//! | a file name | what is text by schema and by its own type becomes a string, everything else stays a file |
//! | `Content-Transfer-Encoding` | `7bit`, `8bit`, `binary` mean nothing; another one must be that of `contentEncoding` or be declared among the headers, and leaves the text as it is; a contradiction is refused |

use super::ContentError;
use super::error::FieldRule;
use super::limited::LimitedBody;
use super::media_type::MediaType;
use super::multipart::{Multipart, boundary_of};
use super::part_head::{PartField, PartHead};
use super::property::{FormPlan, Natural, Occurrence, PropertyPlan, write_members};
use super::read::ContentLimits;
use super::styled::push_verbatim;
use crate::schema::SchemaSlot;
use crate::schema::instance::{Instance, InstanceId};
use crate::serve::FieldLine;
use crate::serve::parameter::{ParameterInput, decode_unvalidated};

/// The parts of one body.
#[derive(Debug, Default)]
pub(super) struct Parts {
    list: Vec<PartRecord>,
    pub(super) headers: Vec<DecodedHeader>,
}

#[derive(Debug)]
pub(super) struct PartRecord {
    head: PartHead,
    start: usize,
    end: usize,
}

/// A declared header of a part.
#[derive(Debug)]
pub(super) struct DecodedHeader {
    pub(super) part: u32,
    pub(super) name: Box<str>,
    pub(super) slot: Option<SchemaSlot>,
    pub(super) value: InstanceId,
}

impl Parts {
    pub(super) fn iter<'c>(&'c self, raw: &'c [u8]) -> impl ExactSizeIterator<Item = Part<'c>> {
        self.list.iter().map(move |part| part.view(raw))
    }
}

impl PartRecord {
    fn view<'c>(&'c self, raw: &'c [u8]) -> Part<'c> {
        Part { head: &self.head, octets: raw.get(self.start..self.end).unwrap_or_default() }
    }
}

/// One part of multipart content.
#[derive(Clone, Copy, Debug)]
pub struct Part<'c> {
    head: &'c PartHead,
    octets: &'c [u8],
}

impl<'c> Part<'c> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> Option<&'c str> {
        self.head.name()
    }

    /// Its file name as sent: it may hold path separators and must not be used as a path (RFC 7578 §4.2).
    #[must_use]
    pub fn file_name(&self) -> Option<&'c str> {
        self.head.file_name()
    }

    /// Its own media type.
    #[must_use]
    pub fn content_type(&self) -> Option<MediaType<'c>> {
        self.head.content_type()
    }

    /// Its field lines.
    #[must_use]
    pub fn fields(&self) -> &'c [PartField] {
        self.head.fields()
    }

    /// Its octets.
    #[must_use]
    pub const fn octets(&self) -> &'c [u8] {
        self.octets
    }
}

/// Reads every part; the octets stay with the source.
pub(super) fn read_parts(
    media_type: &MediaType<'_>,
    source: &mut LimitedBody<'_>,
    limits: &ContentLimits,
) -> Result<Vec<PartRecord>, ContentError> {
    source.keep();
    let boundary = boundary_of(media_type)?;
    let mut reader = Multipart::new(source, &boundary, limits.multipart)?;
    let mut parts = Vec::new();
    while let Some(head) = reader.next_part()? {
        let start = index(reader.offset());
        while reader.advance(usize::MAX)? > 0 {}
        parts.push(PartRecord { head, start, end: index(reader.offset()) });
    }
    reader.finish()?;
    Ok(parts)
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// Decodes the parts into one object.
pub(super) fn decode(
    plan: &FormPlan,
    media_type: &MediaType<'_>,
    (list, raw): (Vec<PartRecord>, &[u8]),
    limits: &ContentLimits,
) -> Result<(Instance, Parts), ContentError> {
    let has_styles = media_type.is("multipart", "form-data");
    let mut instance = Instance::new();
    instance.open_object();
    let mut styled = String::new();
    let mut names = Vec::with_capacity(list.len());
    for (number, part) in list.iter().enumerate() {
        let name = part.head.name().ok_or_else(|| ContentError::field("", FieldRule::Unnamed))?;
        if has_styles && plan.styled.claims(name) {
            let text = std::str::from_utf8(part.view(raw).octets);
            push_verbatim(&mut styled, name, text.map_err(|_| ContentError::field(name, FieldRule::Text))?);
        } else {
            names.push((name, number));
        }
    }
    write_members(&mut instance, plan, &names, |instance, field| {
        let Some(part) = list.get(field.index) else { return Ok(()) };
        let outcome = write_part(instance, field, &part.view(raw), limits);
        outcome.map_err(|rule| ContentError::field(part.head.name().unwrap_or_default(), rule))
    })?;
    plan.styled.write(&mut instance, &styled)?;
    instance.close();
    let headers = decode_headers(plan, &list, &mut instance)?;
    Ok((instance, Parts { list, headers }))
}

/// The declared headers of all parts, each a root of its own behind the object (ENC-011).
fn decode_headers(
    plan: &FormPlan,
    list: &[PartRecord],
    instance: &mut Instance,
) -> Result<Vec<DecodedHeader>, ContentError> {
    let mut headers = Vec::new();
    for (number, part) in (0_u32..).zip(list) {
        let name = part.head.name().unwrap_or_default();
        let plans = &plan.property(name).0.headers;
        if plans.as_slice().is_empty() {
            continue;
        }
        let lines: Vec<_> =
            part.head.fields().iter().map(|field| FieldLine::new(&field.name, &field.value)).collect();
        let input = ParameterInput { captures: &[("", ""); 0], query: None, fields: &lines };
        let values =
            decode_unvalidated(plans, &input).map_err(|_| ContentError::field(name, FieldRule::Header))?;
        for (position, header) in plans.as_slice().iter().enumerate() {
            let Some(value) = values.at(position) else { continue };
            let value = instance.copy(value);
            headers.push(DecodedHeader {
                part: number,
                name: header.name().into(),
                slot: header.slot(),
                value,
            });
        }
    }
    Ok(headers)
}

fn write_part(
    instance: &mut Instance,
    field: Occurrence<'_>,
    part: &Part<'_>,
    limits: &ContentLimits,
) -> Result<(), FieldRule> {
    check_transfer_encoding(field, part.head)?;
    match holds(field, part)? {
        Natural::Text => {
            let text = std::str::from_utf8(part.octets).map_err(|_| FieldRule::Text)?;
            field.value.add_text(instance, text);
        }
        Natural::Json => {
            field.value.add_json(instance, part.octets, &limits.json)?;
        }
        Natural::Xml => {
            field.value.add_xml(instance, part.octets, &limits.json)?;
        }
        Natural::Octets => {
            let mark = u32::try_from(field.index).unwrap_or(u32::MAX);
            instance.binary(mark, u32::try_from(part.octets.len()).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}

/// What the part is read as.
fn holds(field: Occurrence<'_>, part: &Part<'_>) -> Result<Natural, FieldRule> {
    let own = part.content_type();
    if let Some(first) = field.property.content_types.first() {
        return match own {
            Some(own) if !is_declared(field.property, &own) => Err(FieldRule::MediaType),
            Some(own) => Ok(field.value.declared(&own)),
            None => Ok(field.value.declared(&first.media_type())),
        };
    }
    let is_file = part.file_name().is_some();
    let natural = field.value.natural();
    let Some(own) = own else {
        return Ok(match natural {
            Natural::Octets if !is_file && !field.declared => Natural::Text,
            Natural::Text | Natural::Json | Natural::Xml | Natural::Octets => natural,
        });
    };
    let is_text = own.type_name().eq_ignore_ascii_case("text");
    match natural {
        _ if field.value.content_encoding.is_some() => Ok(Natural::Text),
        Natural::Json if own.is_json() || is_plain(&own) => Ok(Natural::Json),
        Natural::Json | Natural::Xml => Err(FieldRule::MediaType),
        Natural::Text if is_text && !own.is_json() => Ok(Natural::Text),
        Natural::Text if own.is_json() && !is_file => Ok(Natural::Json),
        Natural::Text if field.value.scalars.string => Ok(Natural::Octets),
        Natural::Text => Err(FieldRule::MediaType),
        Natural::Octets if is_file => Ok(Natural::Octets),
        Natural::Octets if own.is_json() => Ok(Natural::Json),
        Natural::Octets if is_text => Ok(Natural::Text),
        Natural::Octets => Ok(Natural::Octets),
    }
}

/// A sender that did not label its JSON: the type that every part has unless it says otherwise.
fn is_plain(media_type: &MediaType<'_>) -> bool {
    media_type.is("text", "plain") || media_type.is("application", "octet-stream")
}

fn is_declared(property: &PropertyPlan, own: &MediaType<'_>) -> bool {
    property.content_types.iter().any(|key| key.media_type().covers(own).is_some())
}

/// ENC-020.
fn check_transfer_encoding(field: Occurrence<'_>, head: &PartHead) -> Result<(), FieldRule> {
    let Some(sent) = head.field("content-transfer-encoding") else { return Ok(()) };
    let met = match &field.value.content_encoding {
        Some(encoding) => encoding.eq_ignore_ascii_case(sent),
        None => {
            let nothing = ["7bit", "8bit", "binary"].iter().any(|word| word.eq_ignore_ascii_case(sent));
            nothing || field.property.transfer_encoding
        }
    };
    if met { Ok(()) } else { Err(FieldRule::TransferEncoding) }
}
