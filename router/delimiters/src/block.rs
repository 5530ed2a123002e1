//! Sixteen octets at once, by the instructions that there are.

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sse2;
mod words;

#[cfg(target_arch = "aarch64")]
pub(crate) use neon::Neon;
#[cfg(target_arch = "x86_64")]
pub(crate) use sse2::Sse2;
pub(crate) use words::Words;

/// How many octets a block has.
pub(crate) const BLOCK: usize = 16;

/// Sixteen octets.
pub(crate) trait Block: Copy {
    /// The first eight octets and the last eight, the first of each lowest.
    fn new(low: u64, high: u64) -> Self;

    /// A bit for each octet, the first one lowest, set where it is a slash.
    fn slashes(self) -> u64;

    /// The same for dots.
    fn dots(self) -> u64;

    /// Something that [`Block::is_any`] exactly where an octet is a `%`.
    fn percents(self) -> Self;

    /// What either has.
    fn or(self, other: Self) -> Self;

    /// Whether this has anything.
    fn is_any(self) -> bool;
}
