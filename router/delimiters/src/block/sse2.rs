//! Sixteen octets in a register of SSE2, which every x86-64 processor has.

use std::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
};

use super::Block;

// What each `unsafe` below relies on.
const _: () = assert!(cfg!(target_feature = "sse2"), "x86-64 without SSE2 is none");

#[derive(Clone, Copy)]
pub(crate) struct Sse2(__m128i);

impl Block for Sse2 {
    #[inline(always)]
    fn new(low: u64, high: u64) -> Self {
        // SAFETY: the processor has SSE2, see above.
        Self(unsafe { _mm_set_epi64x(high.cast_signed(), low.cast_signed()) })
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
        // SAFETY: the processor has SSE2, see above.
        Self(unsafe { _mm_cmpeq_epi8(self.0, _mm_set1_epi8(0x25)) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: the processor has SSE2, see above.
        Self(unsafe { _mm_or_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn is_any(self) -> bool {
        // SAFETY: the processor has SSE2, see above.
        unsafe { _mm_movemask_epi8(self.0) != 0 }
    }
}

impl Sse2 {
    /// A bit for each octet, set where it is this one.
    #[inline(always)]
    fn places(self, octet: i8) -> u64 {
        // SAFETY: the processor has SSE2, see above.
        let found = unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(self.0, _mm_set1_epi8(octet))) };
        u64::from(found.cast_unsigned())
    }
}
