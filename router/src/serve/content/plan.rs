//! Content plans: one Request Body Object compiled to what reading its content needs (BOD-001 to BOD-006, ENC-001 to ENC-013).
//!
//! Takes: the `content` map with schemas and Encoding Objects. Gives: a [`ContentPlan`]. Build phase; never panics.

use std::sync::Arc;

use super::media_type::{MediaType, MediaTypeKey, most_specific};
use super::property::{FormPlan, ValuePlan};
use super::select::{Reading, reading_of};
use crate::schema::SchemaSlot;

/// A Request Body Object, compiled.
#[derive(Clone, Debug)]
pub struct ContentPlan {
    required: bool,
    media_types: Vec<MediaTypePlan>,
    accepted: Arc<str>,
    /// For each entry, how content is read whose `Content-Type` has the very text of the key.
    known: Box<[Option<Known>]>,
}

/// What is decided of a media type before any request.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The position of the entry that applies; it need not be the one of that key (BOD-003).
    position: usize,
    reading: Reading,
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
    /// The operation's own bound in bytes, in place of that for all.
    bytes_max: Option<u64>,
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
        let mut plan =
            Self { required, accepted: keys.join(", ").into(), media_types, known: Box::default() };
        plan.known = plan.media_types.iter().map(|entry| plan.decide(&entry.key)).collect();
        plan
    }

    /// The same with the operation's own bound of content in bytes.
    pub(crate) fn limited(mut self, bytes_max: Option<u64>) -> Self {
        for plan in &mut self.media_types {
            plan.bytes_max = bytes_max;
        }
        self
    }

    /// `None` for a range, and for what would be refused.
    fn decide(&self, key: &MediaTypeKey) -> Option<Known> {
        let media_type = Some(key.media_type()).filter(|media_type| !media_type.is_range())?;
        let position = self.position(&media_type)?;
        let reading = reading_of(self.media_types.get(position)?, &media_type).ok()?;
        Some(Known { position, reading })
    }

    /// What applies to a `Content-Type` that has the very text of a key, as most have.
    pub(super) fn known<'t>(&self, text: &'t str) -> Option<(&MediaTypePlan, MediaType<'t>, Reading)> {
        let at = self.media_types.iter().position(|entry| entry.key.text() == text)?;
        let known = (*self.known.get(at)?)?;
        let media_type = self.media_types.get(at)?.key.split(text);
        Some((self.media_types.get(known.position)?, media_type, known.reading))
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
        self.media_types.get(self.position(media_type)?)
    }

    fn position(&self, media_type: &MediaType<'_>) -> Option<usize> {
        most_specific(self.media_types.iter().map(|plan| plan.key.media_type()), media_type)
    }
}

impl MediaTypePlan {
    /// An entry without a schema: anything of its media type is accepted (BOD-007, BOD-008).
    #[must_use]
    pub fn new(key: MediaTypeKey) -> Self {
        let value = ValuePlan { untyped: true, ..ValuePlan::default() };
        Self { key, slot: None, value, form: FormPlan::default(), octets_max: None, bytes_max: None }
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

    /// The operation's own bound of content in bytes, where it has one.
    pub(super) const fn bytes_max(&self) -> Option<u64> {
        self.bytes_max
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
