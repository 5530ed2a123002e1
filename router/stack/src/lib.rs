//! Gives the unused pages of a stack back to the system.
//!
//! A part of [brrtrouter](https://docs.rs/brrtrouter), kept apart because it uses `unsafe` code: a coroutine that waits for hours keeps every page of its
//! stack that it ever touched. The system is told that those below the present frame hold nothing; it takes them, and gives empty ones when they are
//! touched again. Elsewhere than on Linux nothing is done.
//!
//! No allocation, and no panic.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]
#![deny(missing_docs)]

use std::hint::black_box;
use std::mem::MaybeUninit;

/// How much of the stack below its caller's frame [`give_back`] needs itself, with the octets that some processors let a function use below its frame.
#[cfg(all(target_os = "linux", not(miri)))]
const MARGIN: usize = if cfg!(debug_assertions) { 8192 } else { 1024 };

/// Gives back the pages of the next `BYTES` bytes of the stack that this runs on, which must have room for as many as for those of any
/// function. What lies deeper stays.
///
/// It touches each of those pages once: some 10 microseconds for 64 KiB.
///
/// ```
/// brrtrouter_stack::give_back::<{ 64 * 1024 }>();
/// ```
#[inline(never)]
pub fn give_back<const BYTES: usize>() {
    let lowest = lowest::<BYTES>();
    discard(lowest);
}

/// The address of the lowest octet of a frame of so many bytes: proof that the stack goes down to there.
#[inline(never)]
fn lowest<const BYTES: usize>() -> usize {
    let spare = [const { MaybeUninit::<u8>::uninit() }; BYTES];
    black_box(&spare).as_ptr().addr()
}

/// Discards the pages from that of `lowest` up to the present frame.
#[cfg(all(target_os = "linux", not(miri)))]
fn discard(lowest: usize) {
    use rustix::mm::{Advice, madvise};

    let frame = 0_u8;
    let within_page = rustix::param::page_size().wrapping_sub(1);
    let highest = black_box(&raw const frame).addr().saturating_sub(MARGIN) & !within_page;
    let lowest = lowest & !within_page;
    let Some(bytes) = highest.checked_sub(lowest) else { return };
    let pages = std::ptr::without_provenance_mut(lowest);
    // SAFETY: a frame of a function that has returned lay down to `lowest`, so that all of this is the stack of the present frame and below it; stacks
    // are mapped in whole pages. What lies below a frame belongs to nobody: whatever is there next is written before it is read.
    let told = unsafe { madvise(pages, bytes, Advice::LinuxDontNeed) };
    // Where the system keeps them nothing is lost.
    told.unwrap_or_default();
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn discard(lowest: usize) {
    black_box(lowest);
}

#[cfg(test)]
mod tests {
    use super::{black_box, give_back};

    const DEEP: usize = 48 * 1024;

    /// Touches the stack below, and tells where.
    #[inline(never)]
    fn dig() -> usize {
        let mut deep = [1_u8; DEEP];
        black_box(&mut deep);
        deep.as_ptr().addr()
    }

    /// How many of the pages from an address on are in memory.
    #[cfg(all(target_os = "linux", not(miri)))]
    fn resident_pages(from: usize, bytes: usize) -> usize {
        use std::io::{Read, Seek, SeekFrom};

        const PRESENT: u64 = 1 << 63;
        let page = rustix::param::page_size();
        let mut map = std::fs::File::open("/proc/self/pagemap").unwrap();
        let is_present = |page_number: usize| {
            let mut entry = [0; 8];
            map.seek(SeekFrom::Start(page_number as u64 * 8)).unwrap();
            map.read_exact(&mut entry).unwrap();
            u64::from_le_bytes(entry) & PRESENT != 0
        };
        let first = from.div_ceil(page);
        (first..(from + bytes) / page).map(is_present).filter(|present| *present).count()
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    #[test]
    fn pages_that_were_touched_are_gone() {
        let thread = std::thread::Builder::new().stack_size(1024 * 1024);
        let (before, after) = thread
            .spawn(|| {
                let kept = black_box([7_u8; 512]);
                let from = dig();
                let before = resident_pages(from, DEEP / 2);
                give_back::<{ 64 * 1024 }>();
                let after = resident_pages(from, DEEP / 2);
                assert_eq!(black_box(kept), [7; 512]);
                (before, after)
            })
            .unwrap()
            .join()
            .unwrap();
        assert_eq!((before >= 5, after), (true, 0), "{before} pages were touched, {after} are left");
    }

    #[test]
    fn what_lies_above_stays_and_the_stack_works_on() {
        for round in 0..3_u64 {
            let mine = black_box([round; 64]);
            give_back::<{ 16 * 1024 }>();
            assert_eq!(black_box(mine), [round; 64]);
            assert!(dig() > 0);
        }
    }
}
