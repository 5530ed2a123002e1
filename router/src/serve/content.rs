//! Content: the body of a request, selected by media type, read within bounds and decoded.
//!
//! Takes: a content plan that was compiled from a Request Body Object, the head and the body source.
//! Gives: [`Content`], or a [`ContentError`] that knows its status code. Never panics.

mod access;
mod compile;
#[cfg(test)]
mod compile_tests;
mod content_encoding;
#[cfg(test)]
mod decode_tests;
mod encode;
mod error;
mod field_syntax;
mod form;
mod limited;
mod media_type;
#[cfg(test)]
mod memory_tests;
mod multipart;
mod multipart_form;
#[cfg(test)]
mod multipart_tests;
mod negotiate;
mod part_head;
mod plan;
mod property;
mod read;
#[cfg(test)]
mod round_trip_tests;
mod select;
mod styled;
mod text;
mod xml;

pub(crate) use access::RequestAccess;
pub use content_encoding::{ContentEncoding, ContentEncodingError};
pub use encode::{FormWriter, MultipartWriter};
pub use error::{ContentError, FieldRule};
pub use field_syntax::{Parameter, ParameterValue, Parameters};
pub use form::FormRule;
pub(crate) use form::decode_form;
pub use limited::LimitedBody;
pub use media_type::{MediaType, MediaTypeError, MediaTypeKey, Specificity, most_specific};
pub use multipart::{Multipart, MultipartError, MultipartLimits, MultipartRule, boundary_of};
pub use multipart_form::Part;
pub use negotiate::{Accept, Quality};
pub use part_head::{PartField, PartHead};
pub use plan::{ContentPlan, MediaTypePlan};
pub use read::{Content, ContentLimits, DecodedContent, PartHeader, read};
pub(crate) use read::{Received, decode, receive};
pub use select::{Announced, Charset, Reading, Selected, select, select_media_type};
pub(crate) use select::{reads_stream, reads_text, select_text};
pub use xml::{XmlError, XmlRule};
