//! `text/*` -> a string, or a scalar of the schema's type (BOD-010, SER-028).
//!
//! Takes: the octets of a body in a charset that is read. Gives: an instance of one value. A byte order mark is part
//! of the text. Never panics.

use super::ContentError;
use super::property::ValuePlan;
use super::select::Charset;
use crate::schema::instance::Instance;

/// Decodes a text body.
pub(super) fn decode(plan: &ValuePlan, octets: &[u8], charset: Charset) -> Result<Instance, ContentError> {
    let mut instance = Instance::new();
    match charset {
        Charset::Utf8 => {
            let text = std::str::from_utf8(octets).map_err(|error| ContentError::Text {
                offset: u64::try_from(error.valid_up_to()).unwrap_or(u64::MAX),
            })?;
            plan.add_text(&mut instance, text);
        }
        Charset::Latin1 => {
            let text: String = octets.iter().copied().map(char::from).collect();
            plan.add_text(&mut instance, &text);
        }
    }
    Ok(instance)
}
