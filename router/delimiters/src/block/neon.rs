//! Sixteen octets in a register of Advanced SIMD, which every aarch64 processor has.

use std::arch::aarch64::{
    uint8x16_t, vaddv_u8, vandq_u8, vceqq_u8, vcombine_u8, vcreate_u8, vdupq_n_u8, vget_high_u8, vget_low_u8,
    vmaxvq_u8, vorrq_u8,
};

use super::Block;

// What each `unsafe` below relies on.
const _: () = assert!(cfg!(target_feature = "neon"), "this is for processors that have Advanced SIMD");

#[derive(Clone, Copy)]
pub(crate) struct Neon(uint8x16_t);

impl Block for Neon {
    #[inline(always)]
    fn new(low: u64, high: u64) -> Self {
        // SAFETY: the processor has Advanced SIMD, see above.
        Self(unsafe { vcombine_u8(vcreate_u8(low), vcreate_u8(high)) })
    }

    #[inline(always)]
    fn slashes(self) -> u64 {
        self.places(0x2F)
    }

    #[inline(always)]
    fn dots(self) -> u64 {
        self.places(0x2E)
    }

    #[inline(always)]
    fn percents(self) -> Self {
        // SAFETY: the processor has Advanced SIMD, see above.
        Self(unsafe { vceqq_u8(self.0, vdupq_n_u8(0x25)) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: the processor has Advanced SIMD, see above.
        Self(unsafe { vorrq_u8(self.0, other.0) })
    }

    #[inline(always)]
    fn is_any(self) -> bool {
        // SAFETY: the processor has Advanced SIMD, see above.
        unsafe { vmaxvq_u8(self.0) != 0 }
    }
}

impl Neon {
    /// A bit for each octet, set where it is this one. There is no instruction that gathers a bit of every octet: each keeps
    /// another bit, and they are added up.
    #[inline(always)]
    fn places(self, octet: u8) -> u64 {
        // SAFETY: the processor has Advanced SIMD, see above.
        let (low, high) = unsafe {
            let bits = vcreate_u8(0x8040_2010_0804_0201);
            let found = vandq_u8(vceqq_u8(self.0, vdupq_n_u8(octet)), vcombine_u8(bits, bits));
            (vaddv_u8(vget_low_u8(found)), vaddv_u8(vget_high_u8(found)))
        };
        u64::from(low) | u64::from(high) << 8
    }
}
