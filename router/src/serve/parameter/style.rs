//! The styles of the Style Examples table, one file each, both directions.
//!
//! Takes: raw text of one parameter and what its schema tells. Gives: a value of the instance; and
//! back. Delimiters are found before anything is percent-decoded (SER-017), raw reserved characters
//! in data are accepted (SER-022). Never panics.

pub(super) mod cookie;
pub(super) mod deep_object;
pub(super) mod delimited;
pub(super) mod form;
pub(super) mod label;
pub(super) mod matrix;
pub(super) mod simple;

use super::structure::Form;

/// What every style needs to know of its parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Styled<'p> {
    pub(super) name: &'p str,
    pub(super) explode: bool,
    pub(super) form: Form<'p>,
}
