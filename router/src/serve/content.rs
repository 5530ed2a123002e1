//! Content: the body of a request, selected by media type, read within bounds and decoded.
//!
//! Takes: a content plan that was compiled from a Request Body Object, the head and the body source.
//! Gives: [`Content`], or a [`ContentError`] that knows its status code. Never panics.

mod media_type;
mod multipart;
#[cfg(test)]
mod multipart_tests;
mod negotiate;
mod part_head;

pub use media_type::{
    MediaType, MediaTypeError, MediaTypeKey, Parameter, ParameterValue, Parameters, Specificity,
    most_specific,
};
pub use multipart::{Multipart, MultipartError, MultipartLimits, MultipartRule, boundary_of};
pub use negotiate::{Accept, Quality};
pub use part_head::{PartField, PartHead};
