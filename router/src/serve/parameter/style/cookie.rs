//! Style `cookie` of OAS 3.2: like `form`, with `; ` between pairs and no encoding at all (SER-015,
//! SER-020): values pass through as they are.
//!
//! Decoding is that of [`super::form`] over the pairs of the Cookie header, verbatim. Never panics.

use super::super::encode::{EncodeError, Encoder};
use super::form;
use crate::schema::instance::InstanceNode;

/// What stands between two pairs of a Cookie header (RFC 6265 §4.2.1).
pub(in super::super) const BETWEEN: &str = "; ";

pub(in super::super) fn encode(
    to: &mut Encoder,
    name: &str,
    explode: bool,
    value: InstanceNode<'_>,
) -> Result<(), EncodeError> {
    form::encode(to, name, explode, BETWEEN, value)
}
