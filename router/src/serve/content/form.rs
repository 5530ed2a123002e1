//! `application/x-www-form-urlencoded` -> an object (ENC-001, ENC-004 to ENC-006; RFC 1866 §8.2.1, WHATWG URL §5.1).
//!
//! Takes: the octets of a body. Gives: the members of one object. `+` is a space, percent-encoding must be well
//! formed and of UTF-8: nothing is guessed and nothing replaced. A pair without `=` has the empty value, an empty
//! pair (`a&&b`) is passed over. Never panics.

use super::ContentError;
use super::plan::MediaTypePlan;
use super::property::{FormPlan, Natural, Occurrence, write_members};
use super::read::ContentLimits;
use super::styled::{StyledPlan, push_raw};
use crate::limits::content::FORM_FIELDS_MAX;
use crate::schema::instance::Instance;
use crate::serve::parameter::{Coding, Scratch};

/// The rule that a form body breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormRule {
    /// The body holds octets that are not UTF-8.
    NotText,
    /// A `%` is not followed by two hexadecimal digits, or what is encoded is not UTF-8.
    PercentEncoding,
    /// More fields than [`FORM_FIELDS_MAX`].
    FieldsTooMany,
}

impl FormRule {
    /// What is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotText => "the form is not UTF-8",
            Self::PercentEncoding => "a field is not valid percent-encoded UTF-8",
            Self::FieldsTooMany => "there are more fields than allowed",
        }
    }

    /// Whether a bound was broken rather than the grammar.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(self, Self::FieldsTooMany)
    }
}

/// The names and values of a form, decoded, in one piece of memory.
#[derive(Clone, Debug, Default)]
struct Fields {
    text: String,
    /// Where each name ends and each value ends in `text`.
    ends: Vec<(usize, usize)>,
    /// The pairs that styled properties claim, as they came (ENC-008).
    styled: String,
}

impl Fields {
    fn parse(octets: &[u8], plan: &StyledPlan) -> Result<Self, ContentError> {
        let body =
            std::str::from_utf8(octets).map_err(|error| fault(FormRule::NotText, error.valid_up_to()))?;
        let mut fields = Self { text: String::with_capacity(body.len()), ..Self::default() };
        let mut count = 0_usize;
        let mut scratch = Scratch::default();
        let mut offset = 0_usize;
        for pair in body.split('&') {
            let place = offset;
            offset = offset.saturating_add(pair.len()).saturating_add(1);
            if pair.is_empty() {
                continue;
            }
            count = count.saturating_add(1);
            if count > FORM_FIELDS_MAX {
                return Err(fault(FormRule::FieldsTooMany, place));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let malformed = |_| fault(FormRule::PercentEncoding, place);
            let name = scratch.decode(name, Coding::FormPercent).map_err(malformed)?;
            if plan.claims(name) {
                push_raw(&mut fields.styled, pair);
                continue;
            }
            fields.text.push_str(name);
            let name_end = fields.text.len();
            fields.text.push_str(scratch.decode(value, Coding::FormPercent).map_err(malformed)?);
            fields.ends.push((name_end, fields.text.len()));
        }
        Ok(fields)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0_usize;
        self.ends.iter().map(move |(name_end, value_end)| {
            let name = self.text.get(start..*name_end).unwrap_or_default();
            let value = self.text.get(*name_end..*value_end).unwrap_or_default();
            start = *value_end;
            (name, value)
        })
    }
}

fn fault(rule: FormRule, offset: usize) -> ContentError {
    ContentError::Form { rule, offset: u64::try_from(offset).unwrap_or(u64::MAX) }
}

/// Decodes a form that is a parameter (PAR-020).
pub(crate) fn decode_form(plan: &MediaTypePlan, text: &str) -> Result<Instance, ContentError> {
    decode(plan.form(), text.as_bytes(), &ContentLimits::default())
}

/// Decodes a form into one object.
pub(super) fn decode(
    plan: &FormPlan,
    octets: &[u8],
    limits: &ContentLimits,
) -> Result<Instance, ContentError> {
    let fields = Fields::parse(octets, &plan.styled)?;
    let (names, values): (Vec<_>, Vec<_>) =
        fields.iter().enumerate().map(|(index, (name, value))| ((name, index), value)).unzip();
    let mut instance = Instance::new();
    instance.open_object();
    write_members(&mut instance, plan, &names, |instance, field| {
        let text = values.get(field.index).copied().unwrap_or_default();
        let name = names.get(field.index).map_or("", |(name, _)| name);
        write_value(instance, field, text, limits).map_err(|rule| ContentError::field(name, rule))
    })?;
    plan.styled.write(&mut instance, &fields.styled)?;
    instance.close();
    Ok(instance)
}

/// A form holds text only, so that a value is JSON text, XML text or the text itself.
fn write_value(
    instance: &mut Instance,
    field: Occurrence<'_>,
    text: &str,
    limits: &ContentLimits,
) -> Result<(), super::error::FieldRule> {
    let declared = field.property.content_types.first();
    let holds = match declared {
        Some(key) if key.media_type().is_json() => Natural::Json,
        Some(key) => field.value.declared(&key.media_type()),
        None => field.value.natural(),
    };
    match holds {
        Natural::Json => field.value.add_json(instance, text.as_bytes(), &limits.json)?,
        Natural::Xml => field.value.add_xml(instance, text.as_bytes(), &limits.json)?,
        Natural::Text | Natural::Octets => field.value.add_text(instance, text),
    };
    Ok(())
}
