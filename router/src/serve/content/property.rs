//! Form properties: how the fields of a form become the members of one object (ENC-003 to ENC-005, ENC-021).
//!
//! Takes: the names of fields or parts in the order they came, and how each declared property is read.
//! Gives: one object; a name that comes several times is one array (ENC-004). A property that is absent is
//! absent from the object; an empty text is null where null is allowed and a string is not (ENC-021). A name that the
//! schema does not declare is kept, as a string or file, so that `additionalProperties` decides. Never panics.

use std::sync::Arc;

use super::ContentError;
use super::error::FieldRule;
use super::media_type::{MediaType, MediaTypeKey};
use super::styled::StyledPlan;
use super::xml::{self, XmlPlan};
use crate::schema::instance::{Instance, InstanceId, JsonLimits, parse_json};
use crate::serve::parameter::{ParameterPlans, ScalarTypes};

/// How a value is read: what its schema allows.
#[derive(Clone, Debug, Default)]
pub(super) struct ValuePlan {
    /// The scalar types; none where the schema allows no scalar but perhaps `null`.
    pub(super) scalars: ScalarTypes,
    /// Whether objects or arrays are allowed.
    pub(super) structured: bool,
    /// Whether no type can be found: OAS says `application/octet-stream` then.
    pub(super) untyped: bool,
    /// `contentEncoding`: the text is an encoding of octets and stays text.
    pub(super) content_encoding: Option<Box<str>>,
    /// How it is read when it comes as XML; `None` where XML is not what the schema describes.
    pub(super) xml: Option<Arc<XmlPlan>>,
}

/// What a value's text is taken for when nothing is declared (ENC-005).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Natural {
    /// Text, converted to the scalar types.
    Text,
    /// JSON text.
    Json,
    /// XML text; only ever declared.
    Xml,
    /// Octets.
    Octets,
}

impl ValuePlan {
    /// The default content type by type (ENC-005): a scalar goes before a structure, so nothing is guessed.
    pub(super) fn natural(&self) -> Natural {
        let only_null = ScalarTypes { null: false, ..self.scalars }.is_empty();
        if self.untyped {
            Natural::Octets
        } else if only_null && self.structured {
            Natural::Json
        } else {
            Natural::Text
        }
    }

    /// Adds text, converted (SER-028). Text of no allowed type stays a string, which the schema then refuses.
    pub(super) fn add_text(&self, instance: &mut Instance, text: &str) -> InstanceId {
        match self.scalars.read(text) {
            Some(scalar) => scalar.add_to(instance),
            None => instance.string(text),
        }
    }

    /// Adds the value of a JSON text; the empty text is null where null is allowed (ENC-021).
    pub(super) fn add_json(
        &self,
        instance: &mut Instance,
        text: &[u8],
        limits: &JsonLimits,
    ) -> Result<InstanceId, FieldRule> {
        if text.is_empty() && self.scalars.null {
            return Ok(instance.null());
        }
        let value = parse_json(text, limits).map_err(FieldRule::Json)?;
        Ok(instance.copy(value.root()))
    }

    /// Adds the value of an XML text.
    pub(super) fn add_xml(
        &self,
        instance: &mut Instance,
        text: &[u8],
        limits: &JsonLimits,
    ) -> Result<InstanceId, FieldRule> {
        let Some(plan) = &self.xml else { return Err(FieldRule::MediaType) };
        let value = xml::decode(plan, text, limits).map_err(|fault| FieldRule::Xml(fault.error))?;
        Ok(instance.copy(value.root()))
    }

    /// What content of a declared media type is read as.
    pub(super) fn declared(&self, media_type: &MediaType<'_>) -> Natural {
        if self.content_encoding.is_some() {
            Natural::Text
        } else if media_type.is_json() {
            Natural::Json
        } else if media_type.is_xml() && self.xml.is_some() {
            Natural::Xml
        } else if media_type.type_name().eq_ignore_ascii_case("text")
            || (media_type.is_xml() && self.scalars.string)
        {
            Natural::Text
        } else {
            Natural::Octets
        }
    }
}

/// Whether several occurrences of a name are one array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gather {
    /// The schema allows no array: a second occurrence is refused.
    Never,
    /// The schema allows a scalar or an array: one occurrence is the scalar.
    #[default]
    WhenRepeated,
    /// The schema allows only an array: one occurrence is an array of one item.
    Always,
}

/// How the fields of one name are read.
#[derive(Clone, Debug, Default)]
pub(super) struct PropertyPlan {
    pub(super) name: Box<str>,
    pub(super) gather: Gather,
    /// The value itself, where it is not gathered.
    pub(super) value: ValuePlan,
    /// Each item, where it is.
    pub(super) item: ValuePlan,
    /// The media types of the Encoding Object's `contentType`; empty where it says nothing.
    pub(super) content_types: Vec<MediaTypeKey>,
    /// Whether the Encoding Object declares the header `Content-Transfer-Encoding`.
    pub(super) transfer_encoding: bool,
    /// The declared headers of its parts (ENC-011).
    pub(super) headers: ParameterPlans,
}

/// How the fields of a form are read.
#[derive(Clone, Debug)]
pub(super) struct FormPlan {
    /// The declared properties, sorted by name.
    pub(super) properties: Vec<PropertyPlan>,
    /// Every other name.
    pub(super) others: PropertyPlan,
    /// The properties with explicit style fields (ENC-008); they are among `properties` too, for media types
    /// that have no styles (ENC-009).
    pub(super) styled: StyledPlan,
}

/// The form of which nothing is said: every name is a string or a file.
impl Default for FormPlan {
    fn default() -> Self {
        let any = ValuePlan { untyped: true, ..ValuePlan::default() };
        let others = PropertyPlan { value: any.clone(), item: any, ..PropertyPlan::default() };
        Self::new(Vec::new(), others, StyledPlan::default())
    }
}

impl FormPlan {
    pub(super) fn new(mut properties: Vec<PropertyPlan>, others: PropertyPlan, styled: StyledPlan) -> Self {
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        Self { properties, others, styled }
    }

    /// The plan for fields called `name`, and whether the schema declares it.
    pub(super) fn property(&self, name: &str) -> (&PropertyPlan, bool) {
        let found = self.properties.binary_search_by(|own| (*own.name).cmp(name)).ok();
        match found.and_then(|index| self.properties.get(index)) {
            Some(property) => (property, true),
            None => (&self.others, false),
        }
    }
}

/// One occurrence of a name, given to the writer of its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occurrence<'p> {
    /// Its position among the fields or parts.
    pub(super) index: usize,
    pub(super) property: &'p PropertyPlan,
    pub(super) value: &'p ValuePlan,
    pub(super) declared: bool,
}

/// Writes the members of the open object: fields of one name together, names in their order by bytes.
///
/// Sorting bounds the work whatever names a peer chooses, as no hash table would.
pub(super) fn write_members(
    instance: &mut Instance,
    plan: &FormPlan,
    fields: &[(&str, usize)],
    mut write: impl FnMut(&mut Instance, Occurrence<'_>) -> Result<(), ContentError>,
) -> Result<(), ContentError> {
    let mut order = fields.to_vec();
    order.sort();
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let Some((name, _)) = group.first() else { continue };
        let (property, declared) = plan.property(name);
        let gathered = match property.gather {
            Gather::Always => true,
            Gather::WhenRepeated => group.len() > 1,
            Gather::Never if group.len() > 1 => return Err(ContentError::field(name, FieldRule::Repeated)),
            Gather::Never => false,
        };
        instance.member_name(name);
        if gathered {
            instance.open_array();
        }
        let value = if gathered { &property.item } else { &property.value };
        for (_, index) in group {
            write(instance, Occurrence { index: *index, property, value, declared })?;
        }
        if gathered {
            instance.close();
        }
    }
    Ok(())
}
