//! A fixed amount of work that no change to the router can touch.
//!
//! Its count tells how this compiler and this processor count; its time tells how fast this machine is now. It calls
//! nothing of the standard library's, so that its count is the same on every machine of one architecture.

use std::hint::black_box;

use super::{Scenario, Work};

/// Large enough to take about a millisecond under valgrind and to drown what surrounds it.
const BYTES: usize = 16 * 1024;

struct Control {
    buffer: Vec<u8>,
}

pub(super) fn scenario() -> Scenario {
    Scenario {
        name: "control".to_owned(),
        what: "FNV-1a over 16 KiB: fixed work of our own, to divide by".to_owned(),
        elements: 1,
        bytes: BYTES as u64,
        parameters: 0,
        make: Box::new(|| Box::new(Control { buffer: (0..BYTES).map(|at| at.to_le_bytes()[0]).collect() })),
    }
}

impl Work for Control {
    fn pass(&mut self) {
        black_box(fnv1a(black_box(&self.buffer)));
    }

    fn element(&mut self, _at: usize) {
        self.pass();
    }

    fn size(&self, _at: usize) -> (u64, u64) {
        (BYTES as u64, 0)
    }

    fn label(&self, _at: usize) -> String {
        "FNV-1a".to_owned()
    }
}

/// Every step needs the one before, so that no compiler can make it parallel.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
