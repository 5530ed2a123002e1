//! The rules that an XML text may break.
//!
//! Takes: the place of a fault. Gives: rules and errors as values. Never panics.

use std::fmt;

use crate::schema::instance::line_and_column;

/// The rule that an XML text breaks, or the way in which it is not what the description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum XmlRule {
    /// Longer than `JsonLimits::bytes_max`.
    TooLong,
    /// Nested deeper than `JsonLimits::nesting_max`.
    TooDeep,
    /// More elements, attributes and runs of text than `JsonLimits::values_max`.
    TooManyValues,
    /// An element with more attributes than are read.
    TooManyAttributes,
    /// More namespaces than are read.
    TooManyNamespaces,
    /// Not UTF-8, or declared to be in another encoding.
    Encoding,
    /// A document type declaration: entities and their expansion are not taken from a peer.
    DocumentType,
    /// A reference to an entity other than the five predefined ones.
    UnknownEntity,
    /// A character that XML 1.0 does not allow (§2.2).
    InvalidCharacter,
    /// A name that is no qualified name (Namespaces in XML 1.0 §4).
    InvalidName,
    /// A prefix that no declaration binds, or that may not be bound so (Namespaces in XML 1.0 §3).
    InvalidPrefix,
    /// An element with two attributes of one name.
    DuplicateAttribute,
    /// Ends before the root element does; also an empty text.
    UnexpectedEnd,
    /// Not well-formed in another way.
    Malformed,
    /// The root element is not the described one.
    UnexpectedRoot,
    /// An element or attribute that is described in another form: as the other of the two, under another name or namespace.
    Misplaced,
    /// An element that is not repeatable comes twice.
    Repeated,
    /// Text beside elements or attributes, for which no property is described.
    UnexpectedText,
    /// An element that is said to be nil holds something.
    NilWithContent,
}

impl XmlRule {
    /// What is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::TooLong => "the text is longer than allowed",
            Self::TooDeep => "elements are nested deeper than allowed",
            Self::TooManyValues => "there are more elements, attributes and texts than allowed",
            Self::TooManyAttributes => "an element has more attributes than allowed",
            Self::TooManyNamespaces => "there are more namespaces than allowed",
            Self::Encoding => "the text is not UTF-8, or says that it is not",
            Self::DocumentType => "a document type declaration is not accepted",
            Self::UnknownEntity => "a reference names an entity that is not predefined",
            Self::InvalidCharacter => "XML does not allow a character of the text",
            Self::InvalidName => "a name is not a qualified name",
            Self::InvalidPrefix => "a namespace prefix is not declared, or wrongly declared",
            Self::DuplicateAttribute => "an element has an attribute twice",
            Self::UnexpectedEnd => "the text ends before the root element does",
            Self::Malformed => "the text is not well-formed XML",
            Self::UnexpectedRoot => "the root element is not the described one",
            Self::Misplaced => "an element or attribute is not sent in the described form",
            Self::Repeated => "an element that is described as one comes more than once",
            Self::UnexpectedText => "text stands where only elements or attributes are described",
            Self::NilWithContent => "an element that is nil holds something",
        }
    }

    /// Whether a bound was broken rather than the grammar or the description.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            Self::TooLong
                | Self::TooDeep
                | Self::TooManyValues
                | Self::TooManyAttributes
                | Self::TooManyNamespaces
        )
    }
}

/// Why an XML text was refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlError {
    /// The rule.
    pub rule: XmlRule,
    /// The byte where the fault shows, or where the element or attribute at fault starts; from 0.
    pub offset: u32,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl XmlError {
    pub(super) fn new(fault: Fault, text: &[u8]) -> Self {
        let (line, column) = line_and_column(text, usize::try_from(fault.offset).unwrap_or(usize::MAX));
        Self { rule: fault.rule, offset: fault.offset, line, column }
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.rule.message(), self.line, self.column)
    }
}

impl std::error::Error for XmlError {}

/// A broken rule and its offset, before anybody has counted lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) rule: XmlRule,
    pub(super) offset: u32,
}

/// An error with the JSON Pointer of the value it is about; empty for the text as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct XmlFault {
    pub(in super::super) error: XmlError,
    pub(in super::super) pointer: String,
}
