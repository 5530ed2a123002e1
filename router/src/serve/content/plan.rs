//! Content plans: one Request Body Object compiled to what reading its content needs (BOD-001 to BOD-006, ENC-001 to ENC-013).
//!
//! Takes: the `content` map with schemas and Encoding Objects. Gives: a [`ContentPlan`]. Build phase; never panics.

use std::sync::Arc;

use super::media_type::{MediaType, MediaTypeKey, most_specific};
use super::property::{FormPlan, ValuePlan};
use crate::schema::SchemaSlot;

/// A Request Body Object, compiled.
#[derive(Clone, Debug)]
pub struct ContentPlan {
    required: bool,
    media_types: Vec<MediaTypePlan>,
    accepted: Arc<str>,
}

/// One entry of a `content` map, compiled.
#[derive(Clone, Debug)]
pub struct MediaTypePlan {
    key: MediaTypeKey,
    pub(super) slot: Option<SchemaSlot>,
    /// How a text body is converted.
    pub(super) value: ValuePlan,
    /// How the fields of a form are read.
    pub(super) form: FormPlan,
    pub(super) octets_max: Option<u64>,
}

/// The plan of an operation without a request body: nothing is required and no media type accepted.
impl Default for ContentPlan {
    fn default() -> Self {
        Self::new(false, Vec::new())
    }
}

impl ContentPlan {
    /// A plan of these entries.
    pub(super) fn new(required: bool, media_types: Vec<MediaTypePlan>) -> Self {
        let keys: Vec<_> = media_types.iter().map(|plan| plan.key.text()).collect();
        Self { required, accepted: keys.join(", ").into(), media_types }
    }

    /// Whether a request without content is refused (BOD-002).
    #[must_use]
    pub const fn required(&self) -> bool {
        self.required
    }

    /// The entries in the order of the description.
    #[must_use]
    pub fn media_types(&self) -> &[MediaTypePlan] {
        &self.media_types
    }

    /// The keys as one list: the value of `Accept` in a 415 (RFC 9110 §15.5.16), or of `Accept-Post`, `Accept-Patch`.
    #[must_use]
    pub const fn accepted(&self) -> &Arc<str> {
        &self.accepted
    }

    /// The entry that applies to a media type: the most specific one (BOD-003).
    #[must_use]
    pub fn of(&self, media_type: &MediaType<'_>) -> Option<&MediaTypePlan> {
        let keys = self.media_types.iter().map(|plan| plan.key.media_type());
        self.media_types.get(most_specific(keys, media_type)?)
    }
}

impl MediaTypePlan {
    /// An entry without a schema: anything of its media type is accepted (BOD-007, BOD-008).
    #[must_use]
    pub fn new(key: MediaTypeKey) -> Self {
        let value = ValuePlan { untyped: true, ..ValuePlan::default() };
        Self { key, slot: None, value, form: FormPlan::default(), octets_max: None }
    }

    /// The key's text, as the description has it.
    #[must_use]
    pub const fn key(&self) -> &str {
        self.key.text()
    }

    /// The key.
    #[must_use]
    pub fn media_type(&self) -> MediaType<'_> {
        self.key.media_type()
    }

    /// The schema of the whole content (BOD-009).
    #[must_use]
    pub const fn slot(&self) -> Option<SchemaSlot> {
        self.slot
    }

    /// `maxLength` of a binary schema, in octets (BOD-015).
    #[must_use]
    pub const fn octets_max(&self) -> Option<u64> {
        self.octets_max
    }

    pub(super) const fn has_schema(&self) -> bool {
        self.slot.is_some()
    }

    pub(super) const fn value(&self) -> &ValuePlan {
        &self.value
    }

    pub(super) const fn form(&self) -> &FormPlan {
        &self.form
    }
}
