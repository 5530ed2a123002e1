//! Every bound in one place, each with its unit and its reason.
//!
//! A `usize` bound limits memory that is indexed, a `u64` bound counts octets on the wire.

/// The longest request target in bytes; RFC 9110 §4.1 recommends at least 8000.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// The most bytes of a request body that are read into memory unless an operation says otherwise.
pub const BODY_BYTES_MAX: u64 = 1024 * 1024;

/// The longest path in bytes that a problem repeats as its `instance` member, which lies inline in the
/// response: a longer one is left out, since a part of it would name another resource.
pub const PROBLEM_INSTANCE_BYTES_MAX: usize = 192;

const _: () = assert!(TARGET_BYTES_MAX >= 8000, "RFC 9110 §4.1 recommends at least 8000 bytes");
const _: () = assert!(TARGET_BYTES_MAX <= 65_535, "captures are (u16, u16) spans of the path");

/// Bounds of request and response content.
pub mod content {
    /// The most parameters of one media type; the longest registered lists have fewer than ten.
    pub const MEDIA_TYPE_PARAMETERS_MAX: usize = 16;

    /// The most media ranges of `Accept` that are read; browsers send fewer than ten.
    pub const ACCEPT_RANGES_MAX: usize = 32;
}
