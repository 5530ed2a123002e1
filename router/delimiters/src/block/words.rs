//! Sixteen octets as two words, for every other architecture; and the twin that the others are held against.

use super::Block;

const LOWS: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const SLASHES: u64 = 0x2F2F_2F2F_2F2F_2F2F;
const DOTS: u64 = 0x2E2E_2E2E_2E2E_2E2E;
const PERCENTS: u64 = 0x2525_2525_2525_2525;

#[derive(Clone, Copy)]
pub(crate) struct Words(u64, u64);

impl Block for Words {
    #[inline(always)]
    fn new(low: u64, high: u64) -> Self {
        Self(low, high)
    }

    #[inline(always)]
    fn slashes(self) -> u64 {
        gather(zero_octets(self.0 ^ SLASHES)) | gather(zero_octets(self.1 ^ SLASHES)) << 8
    }

    #[inline(always)]
    fn dots(self) -> u64 {
        gather(zero_octets(self.0 ^ DOTS)) | gather(zero_octets(self.1 ^ DOTS)) << 8
    }

    #[inline(always)]
    fn percents(self) -> Self {
        Self(zero_octets(self.0 ^ PERCENTS), zero_octets(self.1 ^ PERCENTS))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0, self.1 | other.1)
    }

    #[inline(always)]
    fn is_any(self) -> bool {
        self.0 | self.1 != 0
    }
}

/// The highest bit of every octet that is zero, and no other: no carry leaves its octet.
#[inline(always)]
const fn zero_octets(word: u64) -> u64 {
    !((word & !HIGHS).wrapping_add(!HIGHS) | word) & HIGHS
}

/// The highest bits of all octets side by side, that of the first octet lowest.
#[inline(always)]
const fn gather(highs: u64) -> u64 {
    // Each bit is multiplied to its place in the highest octet; no two meet.
    (highs >> 7 & LOWS).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
