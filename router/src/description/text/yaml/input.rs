//! The text as the YAML scanner pulls it, with a bound on how far ahead of its events it reads.
//!
//! The scanner cannot say whether `[` begins a key before it has seen the matching `]`, so it holds
//! the whole collection as tokens of some 300 bytes: a few megabytes of `[,,,,` would cost gigabytes.
//! Past the bound the text seems to end, which the scanner refuses at once. Never panics.

use std::cell::Cell;

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, StrInput};

use crate::limits::text::YAML_LOOKAHEAD_STEPS_MAX;

/// What was read since the last event.
#[derive(Debug, Default)]
pub(super) struct Lookahead {
    steps: Cell<u32>,
    exceeded: Cell<bool>,
}

impl Lookahead {
    /// An event came.
    pub(super) fn reset(&self) {
        self.steps.set(0);
    }

    pub(super) fn exceeded(&self) -> bool {
        self.exceeded.get()
    }

    /// Counts a step; whether reading may go on.
    fn step(&self) -> bool {
        self.steps.set(self.steps.get().saturating_add(1));
        let within = self.steps.get() <= YAML_LOOKAHEAD_STEPS_MAX;
        if !within {
            self.exceeded.set(true);
        }
        within
    }
}

/// A text that ends when the scanner looks too far ahead.
pub(super) struct BoundedInput<'s, 'l> {
    text: StrInput<'s>,
    lookahead: &'l Lookahead,
}

impl<'s, 'l> BoundedInput<'s, 'l> {
    pub(super) fn new(text: &'s str, lookahead: &'l Lookahead) -> Self {
        Self { text: StrInput::new(text), lookahead }
    }
}

impl Input for BoundedInput<'_, '_> {
    #[inline]
    fn lookahead(&mut self, count: usize) {
        // The scanner asks for one character at each token, and at each word of quoted text.
        if count == 1 && !self.lookahead.step() {
            self.text = StrInput::new("");
        }
        self.text.lookahead(count);
    }

    #[inline]
    fn buflen(&self) -> usize {
        self.text.buflen()
    }

    #[inline]
    fn bufmaxlen(&self) -> usize {
        self.text.bufmaxlen()
    }

    #[inline]
    fn buf_is_empty(&self) -> bool {
        self.text.buf_is_empty()
    }

    #[inline]
    fn raw_read_ch(&mut self) -> char {
        self.text.raw_read_ch()
    }

    #[inline]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        self.text.raw_read_non_breakz_ch()
    }

    #[inline]
    fn skip(&mut self) {
        self.text.skip();
    }

    #[inline]
    fn skip_n(&mut self, count: usize) {
        self.text.skip_n(count);
    }

    #[inline]
    fn peek(&self) -> char {
        self.text.peek()
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        self.text.peek_nth(n)
    }

    #[inline]
    fn peek_opt(&self) -> Option<char> {
        self.text.peek_opt()
    }

    #[inline]
    fn look_ch(&mut self) -> char {
        self.text.look_ch()
    }

    #[inline]
    fn next_char_is(&self, c: char) -> bool {
        self.text.next_char_is(c)
    }

    #[inline]
    fn nth_char_is(&self, n: usize, c: char) -> bool {
        self.text.nth_char_is(n, c)
    }

    #[inline]
    fn next_2_are(&self, c1: char, c2: char) -> bool {
        self.text.next_2_are(c1, c2)
    }

    #[inline]
    fn next_3_are(&self, c1: char, c2: char, c3: char) -> bool {
        self.text.next_3_are(c1, c2, c3)
    }

    #[inline]
    fn next_is_document_indicator(&self) -> bool {
        self.text.next_is_document_indicator()
    }

    #[inline]
    fn next_is_document_start(&self) -> bool {
        self.text.next_is_document_start()
    }

    #[inline]
    fn next_is_document_end(&self) -> bool {
        self.text.next_is_document_end()
    }

    #[inline]
    fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        self.text.skip_ws_to_eol(skip_tabs)
    }

    #[inline]
    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        self.text.next_can_be_plain_scalar(in_flow)
    }

    #[inline]
    fn next_is_blank_or_break(&self) -> bool {
        self.text.next_is_blank_or_break()
    }

    #[inline]
    fn next_is_blank_or_breakz(&self) -> bool {
        self.text.next_is_blank_or_breakz()
    }

    #[inline]
    fn next_is_blank(&self) -> bool {
        self.text.next_is_blank()
    }

    #[inline]
    fn next_is_break(&self) -> bool {
        self.text.next_is_break()
    }

    #[inline]
    fn next_is_breakz(&self) -> bool {
        self.text.next_is_breakz()
    }

    #[inline]
    fn next_is_z(&self) -> bool {
        self.text.next_is_z()
    }

    #[inline]
    fn next_is_flow(&self) -> bool {
        self.text.next_is_flow()
    }

    #[inline]
    fn next_is_digit(&self) -> bool {
        self.text.next_is_digit()
    }

    #[inline]
    fn next_is_alpha(&self) -> bool {
        self.text.next_is_alpha()
    }

    #[inline]
    fn skip_while_non_breakz(&mut self) -> usize {
        self.text.skip_while_non_breakz()
    }

    #[inline]
    fn skip_while_blank(&mut self) -> usize {
        self.text.skip_while_blank()
    }

    #[inline]
    fn fetch_while_is_alpha(&mut self, out: &mut String) -> usize {
        self.text.fetch_while_is_alpha(out)
    }

    /// The scanner's own count is one of bytes, and every place after it would be too far on.
    fn fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize {
        let before = out.len();
        self.text.fetch_while_is_yaml_non_space(out);
        out.get(before..).unwrap_or_default().chars().count()
    }
}
