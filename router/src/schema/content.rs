//! Encoded content in strings, when it is to be judged (SCH-016).
//!
//! Takes: the values of `contentEncoding` and `contentMediaType`. Gives: whether a string decodes and parses. Encodings `base64` and
//! `base64url` (padding optional) and JSON media types are known; anything else is let pass. Never panics.

use super::instance::{InstanceNode, JsonLimits, parse_json};
use super::view::{ArenaJson, View};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jsonschema::{Keyword, ValidationError};
use serde_json::Value;
use std::borrow::Cow;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Judges a string's encoding and what it encodes.
struct Content {
    base64: Option<GeneralPurpose>,
    json: bool,
}

/// The keyword whose value is the two texts, each possibly `null`.
pub(super) fn compile(value: &Value) -> Box<dyn for<'i> Keyword<'i, ArenaJson>> {
    let text =
        |index: usize| value.get(index).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let base64 = match &*text(0) {
        "base64" => Some(BASE64),
        "base64url" => Some(BASE64_URL),
        _ => None,
    };
    let media_type = text(1);
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let json = essence == "application/json" || essence.ends_with("+json");
    Box::new(Content { base64, json })
}

impl Content {
    fn holds(&self, text: &str) -> bool {
        let decoded = match &self.base64 {
            None => Some(Cow::Borrowed(text.as_bytes())),
            Some(engine) => engine.decode(text).ok().map(Cow::Owned),
        };
        decoded.is_some_and(|bytes| !self.json || parse_json(&bytes, &JsonLimits::default()).is_ok())
    }
}

impl<'i> Keyword<'i, ArenaJson> for Content {
    fn validate(&self, view: View<'i>) -> Result<(), ValidationError<'i>> {
        if Keyword::<ArenaJson>::is_valid(self, view) { Ok(()) } else { Err(ValidationError::custom("")) }
    }

    fn is_valid(&self, view: View<'i>) -> bool {
        view.node().and_then(InstanceNode::as_str).is_none_or(|text| self.holds(text))
    }
}
