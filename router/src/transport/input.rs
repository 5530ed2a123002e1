//! The octets of a connection that came and are not used yet.
//!
//! Takes: octets from a reader, up to a bound. Gives: what is there, in one piece. What is idle is small: a buffer that grew is
//! given back. Never panics.

use std::io::{self, Read};

use crate::limits::http::{BUFFER_BYTES_KEPT_MAX, INPUT_BYTES_IDLE};

/// A buffer of octets between `start` and `end`.
#[derive(Debug, Default)]
pub(super) struct Input {
    octets: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// What came and is not used.
    pub(super) fn filled(&self) -> &[u8] {
        self.octets.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The first `count` octets are used.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads once; 0 is the end. At most `bytes_max` octets are held.
    pub(super) fn fill(&mut self, reader: &mut impl Read, bytes_max: usize) -> io::Result<usize> {
        self.make_room(bytes_max);
        let count = reader.read(self.octets.get_mut(self.end..).unwrap_or_default())?;
        self.end = self.end.saturating_add(count).min(self.octets.len());
        Ok(count)
    }

    /// Moves what is filled into `other`, but for the first `count` octets, which stay. Both swap their memory, so that only what lies
    /// behind is copied.
    pub(super) fn split(&mut self, count: usize, other: &mut Self) {
        let rest = self.filled().get(count..).unwrap_or_default();
        other.octets.clear();
        other.octets.extend_from_slice(rest);
        (other.start, other.end) = (0, other.octets.len());
        self.end = self.start.saturating_add(count).min(self.end);
    }

    /// Gives back what a waiting connection needs not.
    pub(super) fn shrink(&mut self) {
        if self.is_empty() && self.octets.len() > BUFFER_BYTES_KEPT_MAX {
            self.octets = Vec::new();
        }
    }

    /// Gives all of it back.
    pub(super) fn release(&mut self) {
        if self.is_empty() {
            self.octets = Vec::new();
        }
    }

    fn make_room(&mut self, bytes_max: usize) {
        if self.end < self.octets.len() {
            return;
        }
        if self.start > 0 {
            self.octets.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        if self.end == self.octets.len() {
            let larger =
                self.octets.len().saturating_mul(2).clamp(INPUT_BYTES_IDLE, bytes_max.max(INPUT_BYTES_IDLE));
            self.octets.resize(larger.max(self.octets.len()), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_go_through_in_order_and_within_the_bound() {
        let sent: Vec<u8> = (0..20_000_u32).map(|number| (number % 251) as u8).collect();
        let mut reader = sent.as_slice();
        let (mut input, mut came) = (Input::default(), Vec::new());
        while input.fill(&mut reader, 4096).unwrap() > 0 {
            assert!(input.octets.len() <= 4096);
            let used = input.filled().len().min(700);
            came.extend_from_slice(&input.filled()[..used]);
            input.consume(used);
        }
        came.extend_from_slice(input.filled());
        assert_eq!(came, sent);
    }

    #[test]
    fn a_full_buffer_reads_nothing_more() {
        let mut input = Input::default();
        let mut endless = io::repeat(b'a');
        while input.fill(&mut endless, 2048).unwrap() > 0 {}
        assert_eq!(input.filled().len(), 2048);
    }

    #[test]
    fn a_head_is_split_from_what_follows() {
        let (mut head, mut rest) = (Input::default(), Input::default());
        head.fill(&mut &b"headbody"[..], 1024).unwrap();
        head.split(4, &mut rest);
        assert_eq!((head.filled(), rest.filled()), (&b"head"[..], &b"body"[..]));
    }
}
