//! Content: the body of a request, selected by media type, read within bounds and decoded.
//!
//! Takes: a content plan that was compiled from a Request Body Object, the head and the body source.
//! Gives: [`Content`], or a [`ContentError`] that knows its status code. Never panics.

mod media_type;
mod negotiate;

pub use media_type::{
    MediaType, MediaTypeError, MediaTypeKey, Parameter, ParameterValue, Parameters, Specificity,
    most_specific,
};
pub use negotiate::{Accept, Quality};
