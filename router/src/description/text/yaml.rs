//! YAML 1.2 -> spanned tree, on the events of `saphyr-parser`.
//!
//! Takes: one document's text. Gives: its tree and every finding. Events are pulled one by one, so
//! nesting costs heap here and in the parser, and both are bounded (`input`). Never panics.

mod anchor;
mod core_schema;
mod fault;
mod input;
mod spans;

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::finding;
use super::source::{offset, position};
use super::{Outcome, Source, Stop, TextOptions, Writing};
use crate::description::{NodeId, Span};
use anchor::{Anchor, Anchors};
use core_schema::{Core, resolve};
use input::{BoundedInput, Lookahead};
use spans::Spans;

/// What `!!` stands for.
const YAML_TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// Reads YAML text.
pub(super) fn parse(source: &Source, options: &TextOptions) -> Outcome {
    // The reader takes it for the end of the text.
    if let Some(at) = memchr::memchr(0, source.text().as_bytes()) {
        let diagnostics =
            finding::null_character(finding::char_span(source.text(), at)).into_diagnostics(source);
        return Outcome { tree: None, diagnostics };
    }
    let mut reader = Reader {
        to: Writing::new(source, options),
        spans: Spans::new(source.text()),
        open: Vec::new(),
        anchors: Anchors::default(),
        documents: 0,
        skipping: 0,
        end: 0,
    };
    let read = reader.stream();
    reader.to.outcome(read.is_ok())
}

/// A collection whose end was not reached.
struct Open {
    id: NodeId,
    is_object: bool,
    /// Whether the next node of an object is a key.
    expects_key: bool,
    /// Whether the next value belongs to a key that could not be read.
    skips_value: bool,
    start: u32,
    /// The anchor's number; 0 for none.
    anchor: usize,
    /// Values and bytes of text in the tree before it.
    before: (usize, u64),
    /// How many levels of collections it holds.
    height: u32,
}

/// One scalar as it is written.
#[derive(Clone)]
struct Scalar<'e> {
    text: Cow<'e, str>,
    style: ScalarStyle,
    tag: Option<Cow<'e, Tag>>,
    span: Span,
}

struct Reader<'s> {
    to: Writing<'s>,
    spans: Spans<'s>,
    open: Vec<Open>,
    anchors: Anchors,
    documents: u32,
    /// How many collections are open inside a node that is not read.
    skipping: u32,
    /// Where the last node ended: a block collection ends where its last node does.
    end: u32,
}

impl Reader<'_> {
    fn stream(&mut self) -> Result<(), Stop> {
        let lookahead = Lookahead::default();
        self.version_directive()?;
        let mut parser = Parser::new(BoundedInput::new(self.to.source.text(), &lookahead));
        while let Some(event) = parser.next_event() {
            if lookahead.exceeded() {
                // What comes now was made of half a text.
                let finding = fault::too_much_lookahead(self.to.source.text(), self.end);
                return self.to.stop(finding);
            }
            lookahead.reset();
            match event {
                Ok((event, span)) => {
                    let span = self.spans.span(span);
                    self.event(event, span)?;
                }
                Err(error) => {
                    let at = self.spans.offset(error.marker().index());
                    return self.to.stop(fault::explain(self.to.source.text(), &error, at));
                }
            }
        }
        if self.to.builder.is_empty() { self.to.stop(finding::empty()) } else { Ok(()) }
    }

    /// A `%YAML 1.1` line asks for other rules than ours.
    fn version_directive(&mut self) -> Result<(), Stop> {
        let mut start: usize = 0;
        for line in self.to.source.text().split_inclusive('\n') {
            let content = line.trim_end();
            if content.starts_with("%YAML") {
                let end = start.saturating_add(content.len());
                return self.version(content, Span { start: offset(start), end: offset(end) });
            }
            if !content.is_empty() && !content.starts_with(['#', '%']) {
                return Ok(());
            }
            start = start.saturating_add(line.len());
        }
        Ok(())
    }

    fn version(&mut self, directive: &str, span: Span) -> Result<(), Stop> {
        let version = directive.split_ascii_whitespace().nth(1).unwrap_or_default();
        if version == "1.2" { Ok(()) } else { self.to.found(finding::old_yaml(span, version)) }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(_) => {
                self.documents = self.documents.saturating_add(1);
                if self.documents > 1 { self.to.stop(finding::many_documents(span)) } else { Ok(()) }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.spans.scalar(span, style, text.is_empty());
                self.scalar_event(&Scalar { text, style, tag, span }, anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::SequenceStart(anchor, tag) => {
                let span = self.spans.sequence(span);
                self.collection(false, anchor, tag.as_deref(), span)
            }
            Event::MappingStart(anchor, tag) => self.collection(true, anchor, tag.as_deref(), span),
            Event::SequenceEnd => self.collection_end(b']', span),
            Event::MappingEnd => self.collection_end(b'}', span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// Whether the next node is a key.
    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_object && open.expects_key)
    }

    /// Whether the next node is the value of an unreadable key.
    fn skips_value(&mut self) -> bool {
        self.open.last_mut().is_some_and(|open| !open.expects_key && std::mem::take(&mut open.skips_value))
    }

    /// A node ended: after a key comes a value, after a value a key.
    fn node_done(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.expects_key = !open.expects_key;
        }
    }

    fn scalar_event(&mut self, scalar: &Scalar<'_>, anchor: usize) -> Result<(), Stop> {
        if self.skipping > 0 {
            return Ok(());
        }
        self.end = scalar.span.end;
        let findings = self.to.diagnostics.len();
        if self.expects_key() {
            self.key(scalar)?;
        } else if !self.skips_value() {
            self.scalar(scalar)?;
        }
        // What was found once is not found again at each alias.
        let is_sound = self.to.diagnostics.len() == findings;
        self.anchors.set_scalar(anchor, scalar, is_sound);
        self.node_done();
        Ok(())
    }

    /// A key is a string, as it is written (`DOC-011`, YAML 1.2 §10.1 "Failsafe Schema").
    fn key(&mut self, scalar: &Scalar<'_>) -> Result<(), Stop> {
        if let Some(tag) = &scalar.tag {
            let full = full_tag(tag);
            if full != "!" && full.strip_prefix(YAML_TAG_PREFIX) != Some("str") {
                self.to.found(finding::key_tag(scalar.span, &shown_tag(&full)))?;
            }
        }
        if scalar.text == "<<" && scalar.style == ScalarStyle::Plain && scalar.tag.is_none() {
            self.to.found(finding::merge_key(scalar.span, self.to.options.lenient))?;
        }
        if scalar.text.is_empty() && scalar.style == ScalarStyle::Plain && scalar.tag.is_none() {
            self.to.found(finding::empty_key(scalar.span))?;
        }
        self.to.member_name(&scalar.text, scalar.span)
    }

    fn scalar(&mut self, scalar: &Scalar<'_>) -> Result<(), Stop> {
        let Scalar { text, style, tag, span } = scalar;
        self.to.room_for_value(*span)?;
        let plain = *style == ScalarStyle::Plain;
        let value = match tag {
            None if plain => resolve(text),
            None => Core::Text,
            Some(tag) => self.tagged(text, plain, &full_tag(tag), *span)?,
        };
        match value {
            Core::Null => self.to.builder.null(*span),
            Core::Boolean(value) => self.to.builder.boolean(value, *span),
            Core::Integer(number) | Core::Float(number) => self.to.builder.number(&number, *span),
            Core::Text => self.to.builder.string(text, *span),
            Core::NotFinite => {
                self.to.found(finding::not_finite(*span, text))?;
                self.to.builder.string(text, *span)
            }
        };
        Ok(())
    }

    /// A scalar as its tag says (`DOC-012`).
    fn tagged<'e>(&mut self, text: &'e str, plain: bool, tag: &str, span: Span) -> Result<Core<'e>, Stop> {
        let value = resolve(text);
        let fits = match (tag.strip_prefix(YAML_TAG_PREFIX), &value) {
            (Some("str"), _) => return Ok(Core::Text),
            _ if tag == "!" => return Ok(Core::Text),
            (Some("null"), Core::Null)
            | (Some("bool"), Core::Boolean(_))
            | (Some("int"), Core::Integer(_)) => true,
            (Some("float"), Core::Integer(_) | Core::Float(_) | Core::NotFinite) => true,
            (Some("null" | "bool" | "int" | "float" | "seq" | "map"), _) => false,
            _ => {
                self.to.found(finding::foreign_tag(span, &shown_tag(tag)))?;
                return Ok(if plain { value } else { Core::Text });
            }
        };
        if fits {
            return Ok(value);
        }
        self.to.found(finding::tag_mismatch(span, &shown_tag(tag), text))?;
        Ok(Core::Text)
    }

    fn collection(
        &mut self,
        is_object: bool,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Stop> {
        if self.skipping > 0 {
            self.skipping = self.skipping.saturating_add(1);
            let max = self.to.options.limits.depth_max;
            let is_deep = self.skipping > max;
            return if is_deep { self.to.stop(finding::too_deep(span, max)) } else { Ok(()) };
        }
        let is_key = self.expects_key();
        if is_key {
            self.to.found(finding::complex_key(self.spans.first_char(span)))?;
            if let Some(open) = self.open.last_mut() {
                open.skips_value = true;
            }
        }
        if is_key || self.skips_value() {
            self.skipping = 1;
            return Ok(());
        }
        self.collection_tag(is_object, tag, span)?;
        self.to.room_for_container(self.spans.first_char(span))?;
        let before = (self.to.builder.len(), self.to.builder.text_bytes());
        let id = match is_object {
            true => self.to.builder.open_object(span),
            false => self.to.builder.open_array(span),
        };
        self.anchors.set(anchor, Anchor::Open(span));
        self.end = span.end;
        let start = span.start;
        let (expects_key, skips_value, height) = (is_object, false, 0);
        self.open.push(Open { id, is_object, expects_key, skips_value, start, anchor, before, height });
        Ok(())
    }

    fn collection_tag(&mut self, is_object: bool, tag: Option<&Tag>, span: Span) -> Result<(), Stop> {
        let Some(tag) = tag.map(full_tag) else { return Ok(()) };
        let span = self.spans.first_char(span);
        let (own, kind) = if is_object { ("map", "a mapping") } else { ("seq", "a sequence") };
        match tag.strip_prefix(YAML_TAG_PREFIX) {
            Some(name) if name == own => Ok(()),
            Some("null" | "bool" | "int" | "float" | "str" | "seq" | "map") => {
                self.to.found(finding::tag_mismatch(span, &shown_tag(&tag), kind))
            }
            _ if tag == "!" => Ok(()),
            _ => self.to.found(finding::foreign_tag(span, &shown_tag(&tag))),
        }
    }

    fn collection_end(&mut self, bracket: u8, span: Span) -> Result<(), Stop> {
        if self.skipping > 0 {
            self.skipping = self.skipping.saturating_sub(1);
            if self.skipping == 0 {
                self.node_done();
            }
            return Ok(());
        }
        let Some(open) = self.open.pop() else { return Ok(()) };
        let closes = self.spans.byte(span.start) == Some(bracket) && self.spans.opens(open.start, bracket);
        if closes {
            self.end = span.start.saturating_add(1);
        }
        self.end = self.end.max(open.start);
        self.to.builder.close(open.id, self.end);
        let height = open.height.saturating_add(1);
        if open.anchor > 0 {
            let nodes = self.to.builder.len().saturating_sub(open.before.0);
            let bytes = self.to.builder.text_bytes().saturating_sub(open.before.1);
            self.anchors.set(open.anchor, Anchor::Collection { id: open.id, nodes, bytes, height });
        }
        self.grow(height);
        self.node_done();
        Ok(())
    }

    /// The innermost collection holds one of `height` levels.
    fn grow(&mut self, height: u32) {
        if let Some(open) = self.open.last_mut() {
            open.height = open.height.max(height);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        if self.skipping > 0 {
            return Ok(());
        }
        self.end = span.end;
        let target = self.anchors.get(anchor);
        if self.expects_key() {
            self.alias_key(target, span)?;
        } else if !self.skips_value() {
            self.alias_value(target, span)?;
        }
        self.node_done();
        Ok(())
    }

    fn alias_key(&mut self, target: Anchor, span: Span) -> Result<(), Stop> {
        if let Anchor::Scalar(mut scalar) = target {
            self.charge(0, scalar.text.len(), span)?;
            scalar.span = span;
            return self.key(&scalar);
        }
        self.to.found(finding::complex_key(span))?;
        if let Some(open) = self.open.last_mut() {
            open.skips_value = true;
        }
        Ok(())
    }

    fn alias_value(&mut self, target: Anchor, span: Span) -> Result<(), Stop> {
        match target {
            Anchor::Scalar(scalar) => {
                self.charge(1, scalar.text.len(), span)?;
                self.scalar(&scalar)
            }
            Anchor::Collection { id, nodes, bytes, height } => {
                let max = self.to.options.limits.depth_max;
                let levels = self.to.builder.depth().saturating_add(position(height));
                if levels > position(max) {
                    return self.to.stop(finding::too_deep(span, max));
                }
                self.charge(nodes, usize::try_from(bytes).unwrap_or(usize::MAX), span)?;
                self.to.builder.repeat(id);
                self.grow(height);
                Ok(())
            }
            Anchor::Open(start) => {
                self.to.stop(finding::alias_of_ancestor(span, self.spans.first_char(start)))
            }
            // Its anchor stands in a key that was refused.
            Anchor::Unread => {
                self.to.builder.null(span);
                Ok(())
            }
        }
    }

    /// Counts what an alias adds, before it is added.
    fn charge(&mut self, nodes: usize, bytes: usize, span: Span) -> Result<(), Stop> {
        let written = self.to.builder.len();
        match self.anchors.charge(&self.to.options.limits, written, (nodes, bytes)) {
            Ok(()) => Ok(()),
            Err(excess) => self.to.stop(excess.at(span)),
        }
    }
}

/// A tag with its handle resolved, such as `tag:yaml.org,2002:str`, `!local` or `!`.
fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

/// A tag as people write it.
fn shown_tag(full: &str) -> String {
    match full.strip_prefix(YAML_TAG_PREFIX) {
        Some(name) => format!("!!{name}"),
        None if full.starts_with('!') => full.to_owned(),
        None => format!("!<{full}>"),
    }
}
