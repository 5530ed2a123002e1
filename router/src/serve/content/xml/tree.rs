//! XML text -> elements, attributes and text with their namespaces, within bounds (XML 1.0, Namespaces in XML 1.0).
//!
//! Takes: octets. Gives: a tree in one arena, or the first fault. The tokens are quick-xml's; what it leaves to its callers
//! is checked here: one root, names, characters, namespaces, unique attributes. No document type declaration is accepted, so that there
//! is nothing to expand but the five predefined entities and character references. Comments and processing instructions are
//! passed over. Iterative: the stack does not grow with the text. Never panics.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::escape::{EscapeError, resolve_xml_entity};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::error::{Fault, XmlRule};
use super::name::{is_xml_char, split_name};
use super::namespace::{Declarations, NamespaceId, Namespaces};
use crate::limits::xml::{ATTRIBUTES_MAX, DECLARATION_BYTES_MAX};
use crate::schema::instance::JsonLimits;

/// What a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum NodeKind {
    #[default]
    Element,
    Attribute,
    /// Character data outside CDATA sections.
    Text,
    /// CDATA sections.
    CData,
}

/// A stretch of the tree's text, in bytes.
#[derive(Clone, Copy, Debug, Default)]
struct TextSpan {
    start: u32,
    length: u32,
}

/// One node. Attributes and content follow their element in document order; `end` skips them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) namespace: Option<NamespaceId>,
    /// The name without its prefix.
    name: TextSpan,
    /// The value of an attribute, the characters of text.
    text: TextSpan,
    /// One past the last node inside.
    end: u32,
    /// Where its element starts in the XML text, in bytes.
    pub(super) offset: u32,
}

/// A parsed XML text. The root element is node 0.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    text: String,
    namespaces: Namespaces,
}

impl Tree {
    /// Parses a complete XML text.
    pub(super) fn parse(octets: &[u8], limits: &JsonLimits) -> Result<Self, Fault> {
        let fault = |rule, offset| Fault { rule, offset: narrow(offset) };
        if narrow(octets.len()) > limits.bytes_max {
            return Err(fault(XmlRule::TooLong, 0));
        }
        let text =
            std::str::from_utf8(octets).map_err(|error| fault(XmlRule::Encoding, error.valid_up_to()))?;
        if let Some((offset, _)) = text.char_indices().find(|(_, character)| !is_xml_char(*character)) {
            return Err(fault(XmlRule::InvalidCharacter, offset));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut parser = Parser::new(limits);
        loop {
            let offset = reader.buffer_position();
            parser.offset = narrow64(offset);
            match reader.read_event() {
                Ok(Event::Eof) => return parser.finish(),
                Ok(event) => parser.event(&event).map_err(|rule| Fault { rule, offset: parser.offset })?,
                Err(error) => {
                    return Err(Fault { rule: rule_of(&error), offset: narrow64(reader.error_position()) });
                }
            }
        }
    }

    pub(super) fn node(&self, at: u32) -> Node {
        self.nodes.get(wide(at)).copied().unwrap_or_default()
    }

    /// The name of an element or attribute, without its prefix.
    pub(super) fn name(&self, node: Node) -> &str {
        self.span(node.name)
    }

    /// The value of an attribute, the characters of text.
    pub(super) fn text(&self, node: Node) -> &str {
        self.span(node.text)
    }

    pub(super) fn uri(&self, namespace: NamespaceId) -> &str {
        self.namespaces.uri(namespace)
    }

    fn span(&self, span: TextSpan) -> &str {
        let start = wide(span.start);
        self.text.get(start..start.saturating_add(wide(span.length))).unwrap_or_default()
    }

    /// The attributes, elements and runs of text directly inside an element, in document order.
    pub(super) fn children(&self, at: u32) -> impl Iterator<Item = (u32, Node)> {
        let end = self.node(at).end;
        let mut next = at.saturating_add(1);
        std::iter::from_fn(move || {
            let node = self.nodes.get(wide(next)).copied().filter(|_| next < end)?;
            let own = next;
            next = node.end.max(next.saturating_add(1));
            Some((own, node))
        })
    }

    fn add_text(&mut self, text: &str) -> TextSpan {
        let start = narrow(self.text.len());
        self.text.push_str(text);
        TextSpan { start, length: narrow(text.len()) }
    }
}

struct Parser<'l> {
    tree: Tree,
    declarations: Declarations,
    /// The elements that are open.
    open: Vec<u32>,
    /// The run of text that the next characters belong to.
    run: Option<u32>,
    /// Where the token being read starts.
    offset: u32,
    limits: &'l JsonLimits,
    started: bool,
}

impl<'l> Parser<'l> {
    fn new(limits: &'l JsonLimits) -> Self {
        Self {
            tree: Tree::default(),
            declarations: Declarations::default(),
            open: Vec::new(),
            run: None,
            offset: 0,
            limits,
            started: false,
        }
    }

    fn event(&mut self, event: &Event<'_>) -> Result<(), XmlRule> {
        let is_first = !std::mem::replace(&mut self.started, true);
        match event {
            Event::Start(tag) => self.open(tag),
            Event::Empty(tag) => {
                self.open(tag)?;
                self.close();
                Ok(())
            }
            Event::End(_) => {
                self.close();
                Ok(())
            }
            Event::Text(text) if text.contains("]]>") => Err(XmlRule::Malformed),
            Event::Text(text) => self.characters(&text.xml10_content(), NodeKind::Text),
            Event::CData(text) => self.characters(&text.xml10_content(), NodeKind::CData),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::Comment(_) | Event::Eof => Ok(()),
            Event::PI(instruction) if instruction.target().eq_ignore_ascii_case("xml") => {
                Err(XmlRule::Malformed)
            }
            Event::PI(_) => Ok(()),
            Event::Decl(declaration) if is_first => check_declaration(declaration),
            Event::Decl(_) => Err(XmlRule::Malformed),
            Event::DocType(_) => Err(XmlRule::DocumentType),
        }
    }

    fn finish(self) -> Result<Tree, Fault> {
        if self.open.is_empty() && !self.tree.nodes.is_empty() {
            return Ok(self.tree);
        }
        Err(Fault { rule: XmlRule::UnexpectedEnd, offset: self.offset })
    }

    fn add(&mut self, node: Node) -> Result<u32, XmlRule> {
        let at = narrow(self.tree.nodes.len());
        if at >= self.limits.values_max {
            return Err(XmlRule::TooManyValues);
        }
        self.tree.nodes.push(Node { end: at.saturating_add(1), offset: self.offset, ..node });
        Ok(at)
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), XmlRule> {
        self.run = None;
        if self.open.is_empty() && !self.tree.nodes.is_empty() {
            return Err(XmlRule::Malformed);
        }
        // Like a JSON scalar, an element without content adds no nesting.
        if narrow(self.open.len()) > self.limits.nesting_max {
            return Err(XmlRule::TooDeep);
        }
        let mut attributes = Vec::new();
        for attribute in tag.attributes().with_checks(false) {
            if attributes.len() >= ATTRIBUTES_MAX {
                return Err(XmlRule::TooManyAttributes);
            }
            let attribute = attribute.map_err(|_| XmlRule::Malformed)?;
            let value = attribute_value(&attribute)?;
            attributes.push((attribute.key.into_inner(), value));
        }
        let nesting = self.open.len().saturating_add(1);
        for (name, value) in &attributes {
            if let Some(prefix) = declared_prefix(name)? {
                self.declarations.declare(&mut self.tree.namespaces, nesting, (prefix, value))?;
            }
        }
        let (prefix, name) = split_name(tag.name().into_inner())?;
        let namespace = self.declarations.find(prefix)?;
        let name = self.tree.add_text(name);
        let element = self.add(Node { namespace, name, ..Node::default() })?;
        for (name, value) in &attributes {
            if declared_prefix(name)?.is_none() {
                self.attribute(element, name, value)?;
            }
        }
        self.open.push(element);
        Ok(())
    }

    fn attribute(&mut self, element: u32, name: &str, value: &str) -> Result<(), XmlRule> {
        let (prefix, name) = split_name(name)?;
        // An attribute without a prefix is of no namespace, whatever the default one.
        let namespace = if prefix.is_empty() { None } else { self.declarations.find(prefix)? };
        let own = self.tree.nodes.get(wide(element).saturating_add(1)..).unwrap_or_default();
        if own.iter().any(|other| other.namespace == namespace && self.tree.name(*other) == name) {
            return Err(XmlRule::DuplicateAttribute);
        }
        let name = self.tree.add_text(name);
        let text = self.tree.add_text(value);
        self.add(Node { kind: NodeKind::Attribute, namespace, name, text, ..Node::default() })?;
        Ok(())
    }

    fn close(&mut self) {
        self.run = None;
        let end = narrow(self.tree.nodes.len());
        self.declarations.leave(self.open.len());
        let element = self.open.pop().and_then(|at| self.tree.nodes.get_mut(wide(at)));
        if let Some(element) = element {
            element.end = end;
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlRule> {
        match reference.resolve_char_ref() {
            Ok(Some(character)) if is_xml_char(character) => {
                self.characters(character.encode_utf8(&mut [0; 4]), NodeKind::Text)
            }
            Ok(Some(_)) => Err(XmlRule::InvalidCharacter),
            Ok(None) => {
                let text = resolve_xml_entity(reference).ok_or(XmlRule::UnknownEntity)?;
                self.characters(text, NodeKind::Text)
            }
            Err(_) => Err(XmlRule::Malformed),
        }
    }

    fn characters(&mut self, text: &str, kind: NodeKind) -> Result<(), XmlRule> {
        if self.open.is_empty() {
            let is_space = kind == NodeKind::Text && is_blank(text);
            return if is_space { Ok(()) } else { Err(XmlRule::Malformed) };
        }
        let run = self.run.filter(|run| self.tree.node(*run).kind == kind);
        let run = match run {
            Some(run) => run,
            None => {
                let text = self.tree.add_text("");
                self.add(Node { kind, text, ..Node::default() })?
            }
        };
        self.run = Some(run);
        let more = self.tree.add_text(text).length;
        if let Some(node) = self.tree.nodes.get_mut(wide(run)) {
            node.text.length = node.text.length.saturating_add(more);
        }
        Ok(())
    }
}

/// Whether only white space stands there (XML 1.0 §2.3).
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The prefix that an attribute declares; empty for the default namespace.
fn declared_prefix(name: &str) -> Result<Option<&str>, XmlRule> {
    match split_name(name)? {
        ("", "xmlns") => Ok(Some("")),
        ("xmlns", prefix) => Ok(Some(prefix)),
        _ => Ok(None),
    }
}

fn attribute_value(attribute: &Attribute<'_>) -> Result<String, XmlRule> {
    if attribute.value.contains('<') {
        return Err(XmlRule::Malformed);
    }
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| rule_of(&error))?;
    if !value.chars().all(is_xml_char) {
        return Err(XmlRule::InvalidCharacter);
    }
    Ok(value.into_owned())
}

fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), XmlRule> {
    if declaration.len() > DECLARATION_BYTES_MAX {
        return Err(XmlRule::Malformed);
    }
    let version = declaration.version().map_err(|_| XmlRule::Malformed)?;
    if !version.starts_with("1.") {
        return Err(XmlRule::Malformed);
    }
    let Some(encoding) = declaration.encoding() else { return Ok(()) };
    let encoding = encoding.map_err(|_| XmlRule::Malformed)?;
    let known = ["UTF-8", "US-ASCII"].iter().any(|name| name.eq_ignore_ascii_case(&encoding));
    if known { Ok(()) } else { Err(XmlRule::Encoding) }
}

fn rule_of(error: &Error) -> XmlRule {
    if let Error::Syntax(
        SyntaxError::UnclosedTag | SyntaxError::UnclosedCData | SyntaxError::UnclosedComment,
    )
    | Error::IllFormed(IllFormedError::MissingEndTag(_)) = error
    {
        return XmlRule::UnexpectedEnd;
    }
    if let Error::Syntax(SyntaxError::UnclosedDoctype) = error {
        return XmlRule::DocumentType;
    }
    if let Error::Escape(EscapeError::UnrecognizedEntity(..)) = error {
        return XmlRule::UnknownEntity;
    }
    XmlRule::Malformed
}

fn wide(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn narrow64(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
