//! Namespaces: prefixes -> URIs, by the declarations in force (Namespaces in XML 1.0 §3, §6).
//!
//! Takes: `xmlns` attributes and the nesting that they stand at. Gives: the namespace of a qualified name as a number, equal where
//! the URIs are. Bounded by [`xml`](crate::limits::xml). Never panics.

use super::error::XmlRule;
use crate::limits::xml::{DECLARATIONS_MAX, NAMESPACES_MAX};

const _: () = assert!(NAMESPACES_MAX <= 255, "a namespace is counted in a u8");

/// The namespace of `xsi:nil`.
const INSTANCE_URI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML_URI: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";

/// A namespace of one text; equal numbers are equal URIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamespaceId(u8);

impl NamespaceId {
    const XML: Self = Self(0);
    /// The namespace of `xsi:nil`.
    pub(super) const INSTANCE: Self = Self(1);

    /// Whether names of this namespace tell of the XML itself: they are never members.
    pub(super) fn is_about_xml(self) -> bool {
        self == Self::XML || self == Self::INSTANCE
    }
}

/// The URIs that a text declares.
#[derive(Clone, Debug)]
pub(super) struct Namespaces(Vec<String>);

impl Default for Namespaces {
    fn default() -> Self {
        Self(vec![XML_URI.to_owned(), INSTANCE_URI.to_owned()])
    }
}

impl Namespaces {
    /// The URI of a namespace.
    pub(super) fn uri(&self, id: NamespaceId) -> &str {
        self.0.get(usize::from(id.0)).map_or("", String::as_str)
    }

    fn id(&mut self, uri: &str) -> Result<NamespaceId, XmlRule> {
        let known = self.0.iter().position(|own| own == uri);
        let at = known.unwrap_or(self.0.len());
        if at >= NAMESPACES_MAX {
            return Err(XmlRule::TooManyNamespaces);
        }
        if known.is_none() {
            self.0.push(uri.to_owned());
        }
        u8::try_from(at).map(NamespaceId).map_err(|_| XmlRule::TooManyNamespaces)
    }
}

#[derive(Debug)]
struct Declaration {
    /// Empty for the default namespace.
    prefix: String,
    /// `None` takes the default namespace away.
    namespace: Option<NamespaceId>,
    nesting: usize,
}

/// The declarations in force. `xml` is bound from the start, and so is `xsi`: the text's own example of a null leaves its
/// declaration out.
#[derive(Debug)]
pub(super) struct Declarations(Vec<Declaration>);

impl Default for Declarations {
    fn default() -> Self {
        let bound = |prefix: &str, namespace| Declaration {
            prefix: prefix.to_owned(),
            namespace: Some(namespace),
            nesting: 0,
        };
        Self(vec![bound("xml", NamespaceId::XML), bound("xsi", NamespaceId::INSTANCE)])
    }
}

impl Declarations {
    /// Takes in one declaration of the element at `nesting`, counted from 1.
    pub(super) fn declare(
        &mut self,
        namespaces: &mut Namespaces,
        nesting: usize,
        (prefix, uri): (&str, &str),
    ) -> Result<(), XmlRule> {
        let is_xml = prefix == "xml" && uri == XML_URI;
        let reserved =
            prefix == "xmlns" || uri == XMLNS_URI || ((prefix == "xml" || uri == XML_URI) && !is_xml);
        if reserved || (uri.is_empty() && !prefix.is_empty()) {
            return Err(XmlRule::InvalidPrefix);
        }
        let mut own = self.0.iter().rev().take_while(|declaration| declaration.nesting == nesting);
        if own.any(|declaration| declaration.prefix == prefix) {
            return Err(XmlRule::DuplicateAttribute);
        }
        if self.0.len() >= DECLARATIONS_MAX {
            return Err(XmlRule::TooManyNamespaces);
        }
        let namespace = if uri.is_empty() { None } else { Some(namespaces.id(uri)?) };
        self.0.push(Declaration { prefix: prefix.to_owned(), namespace, nesting });
        Ok(())
    }

    /// Forgets what elements at `nesting` and deeper declared.
    pub(super) fn leave(&mut self, nesting: usize) {
        while self.0.last().is_some_and(|last| last.nesting >= nesting) {
            self.0.pop();
        }
    }

    /// The namespace of a prefix; the empty prefix stands for the default namespace.
    pub(super) fn find(&self, prefix: &str) -> Result<Option<NamespaceId>, XmlRule> {
        match self.0.iter().rev().find(|declaration| declaration.prefix == prefix) {
            Some(declaration) => Ok(declaration.namespace),
            None if prefix.is_empty() => Ok(None),
            None => Err(XmlRule::InvalidPrefix),
        }
    }
}
