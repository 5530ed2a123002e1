//! What is said about references once every document is parsed.
//!
//! Takes: the description and what became of each reference. Gives: diagnostics at the place of each
//! reference. Never panics.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::Loading;
use super::settle::Settled;
use crate::description::reference::{Fault, Site, SiteKind};
use crate::description::uri::has_reference_form;
use crate::description::{
    Code, Description, Diagnostic, Diagnostics, DocumentId, Location, NodeId, ObjectKind, Place,
    ReferenceError, RetrieveError, Severity, Version,
};

/// A finding before its place and severity are known.
struct Finding {
    code: &'static str,
    severity: Severity,
    what: String,
    why: &'static str,
    mend: Cow<'static, str>,
    related: Vec<(Cow<'static, str>, Place)>,
}

impl Finding {
    fn at(self, place: Place) -> Diagnostic {
        Diagnostic {
            code: Code::new(self.code),
            severity: self.severity,
            what: self.what,
            why: self.why.into(),
            mend: self.mend,
            place,
            related: self.related,
        }
    }
}

impl Loading<'_> {
    /// Everything that is to be said about the references of the description.
    pub(super) fn check(&mut self, settled: &Settled) {
        let mut found = Diagnostics::new();
        for fault in &self.walked.faults {
            found.push(self.fault(fault));
        }
        for (site, error) in &settled.unresolved {
            if let Some(finding) = self.unresolved(site, error) {
                found.push(finding.at(self.place(site)));
            }
        }
        for (site, target) in &settled.resolved {
            let findings = [
                self.form(site),
                self.wrong_kind(site, *target),
                self.retrieval_uri(site, *target),
                self.crossing(site, *target),
            ];
            for finding in findings.into_iter().flatten() {
                found.push(finding.at(self.place(site)));
            }
        }
        self.cycles(settled, &mut found);
        self.diagnostics.extend(found);
    }

    fn place(&self, site: &Site) -> Place {
        match site.kind {
            SiteKind::Security => self.description.place_of_name(site.holder, &site.member),
            SiteKind::Reference
            | SiteKind::DynamicReference
            | SiteKind::Operation
            | SiteKind::Mapping
            | SiteKind::Dialect => {
                let at = self.description.child(site.holder, &site.member).unwrap_or(site.holder);
                self.description.place(at)
            }
        }
    }

    fn fault(&self, fault: &Fault) -> Diagnostic {
        let description = &self.description;
        let at =
            |holder, member: &str| description.place(description.child(holder, member).unwrap_or(holder));
        match fault {
            Fault::NotText { holder, member } => Finding {
                code: "REF-013",
                severity: Severity::Error,
                what: format!("`{member}` is not a string"),
                why: "it names its target by a URI reference",
                mend: "write a URI reference such as `#/components/schemas/Pet`".into(),
                related: Vec::new(),
            }
            .at(at(*holder, member)),
            Fault::Identifier { holder, member, reason } => Finding {
                code: "REF-005",
                severity: Severity::Error,
                what: format!("`{member}` cannot identify the schema: {reason}"),
                why: "it is resolved to an absolute URI, which then is the base of the references inside",
                mend: "write an absolute URI, or a relative reference without a fragment".into(),
                related: Vec::new(),
            }
            .at(at(*holder, member)),
            Fault::SameUri { holder, member, first, uri } => Finding {
                code: "REF-005",
                severity: Severity::Error,
                what: format!("two schemas have the URI `{uri}`"),
                why: "a URI identifies one schema, so that references to it mean one thing",
                mend: "give each schema an identifier of its own".into(),
                related: vec![("the other one".into(), description.place(*first))],
            }
            .at(at(*holder, member)),
            Fault::SameAnchor { holder, member, first, name } => Finding {
                code: "REF-012",
                severity: Severity::Error,
                what: format!("two schemas of one resource have the anchor `{name}`"),
                why: "an anchor names one schema, so that references to it mean one thing",
                mend: "rename one of them".into(),
                related: vec![("the other one".into(), description.place(*first))],
            }
            .at(at(*holder, member)),
        }
    }

    /// REF-001, REF-010 to REF-013, REF-027: the reference leads nowhere.
    fn unresolved(&self, site: &Site, error: &ReferenceError) -> Option<Finding> {
        let text = self.text(site);
        let document =
            if let ReferenceError::NoDocument { uri, near } = error { Some((uri, near)) } else { None };
        if document.is_some_and(|(uri, _)| self.broken.contains(uri)) {
            return None;
        }
        // Where only a network could have helped, its absence is the reason.
        let network = document.is_some_and(|(uri, _)| uri.scheme().starts_with("http"));
        let failure = document
            .and_then(|(uri, _)| self.failures.get(uri))
            .filter(|failure| network || **failure != RetrieveError::NotOffered);
        let what = match failure {
            Some(failure) => format!("`{text}` leads nowhere: {error}, and it was not retrieved: {failure}"),
            None => format!("`{text}` leads nowhere: {error}"),
        };
        let near = document.is_some_and(|(_, near)| !near.is_empty());
        Some(Finding {
            code: failure.map_or(error.code(), RetrieveError::code).as_str(),
            severity: severity_of(site.kind, failure)?,
            what,
            why: "a reference names a value that exists in one of the documents",
            mend: failure.filter(|_| !near).map_or_else(|| error.mend(), |failure| failure.mend().into()),
            related: Vec::new(),
        })
    }

    /// REF-013: the text should not need a lenient reading.
    fn form(&self, site: &Site) -> Option<Finding> {
        let text = self.text(site);
        let lenient = !has_reference_form(text) && site.kind != SiteKind::Mapping;
        lenient.then(|| Finding {
            code: "REF-013",
            severity: Severity::Warning,
            what: format!("`{text}` is not a URI reference as written"),
            why: "characters that RFC 3986 does not allow were read as if percent-encoded",
            mend: "percent-encode spaces, braces and characters beyond ASCII".into(),
            related: Vec::new(),
        })
    }

    /// REF-015: the target is the kind of Object that the reference stands for.
    fn wrong_kind(&self, site: &Site, target: Location) -> Option<Finding> {
        // Whether a link leads to an operation is told by the checks of the Link Object (CBK-009).
        let expected = site.expected.filter(|_| site.kind != SiteKind::Operation)?;
        let found = self.description.kind(target).filter(|found| *found != expected)?;
        Some(Finding {
            code: "REF-015",
            severity: Severity::Error,
            what: format!(
                "`{}` is a {}, but a {} is needed here",
                self.text(site),
                found.name(),
                expected.name()
            ),
            why: "a reference stands for an Object of the kind that its place calls for",
            mend: format!("point at a {}", expected.name()).into(),
            related: vec![("the target".into(), self.description.place(target))],
        })
    }

    /// REF-008: a document with `$self` is named by it.
    fn retrieval_uri(&self, site: &Site, target: Location) -> Option<Finding> {
        let document = self.description.document(target.document)?;
        let text = self.text(site);
        if document.uri() == document.retrieval_uri() || text.starts_with('#') {
            return None;
        }
        let base = self.description.base_uri(site.holder);
        let (uri, _) = crate::description::Uri::parse(&base).ok()?.join(text).ok()?;
        if uri != *document.retrieval_uri() {
            return None;
        }
        let openapi =
            self.description.kind(self.description.root(target.document)) == Some(ObjectKind::OpenApi);
        let (code, member) = if openapi { ("REF-008", "$self") } else { ("REF-026", "$id") };
        Some(Finding {
            code,
            severity: Severity::Warning,
            what: format!("`{text}` names the document by where it was retrieved, not by its `{member}`"),
            why: "only the URI that a document gives itself means the same everywhere",
            mend: format!("write `{}`", document.uri()).into(),
            related: Vec::new(),
        })
    }

    /// REF-026: a JSON Pointer does not cross into a schema that has an `$id`.
    fn crossing(&self, site: &Site, target: Location) -> Option<Finding> {
        let text = self.text(site);
        let (uri, fragment) = text.split_once('#')?;
        if !fragment.starts_with('/') {
            return None;
        }
        let from = if uri.is_empty() {
            self.description.base_uri(site.holder).into_owned()
        } else {
            let base = crate::description::Uri::parse(&self.description.base_uri(site.holder)).ok()?;
            base.join(uri).ok()?.0.to_string()
        };
        let inner = self.description.base_uri(target);
        let document = self.description.document(target.document)?;
        if *inner == *from || *inner == *document.uri().as_str() {
            return None;
        }
        let later = self.description.version(site.holder.document) >= Version::V3_2;
        Some(Finding {
            code: "REF-026",
            severity: if later { Severity::Error } else { Severity::Warning },
            what: format!("`{text}` points into a schema that has the URI `{inner}` of its own"),
            why: "a schema with an `$id`, and all inside it, is named by that `$id`; pointers from outside are not \
                  read alike everywhere",
            mend: format!("begin the reference with `{inner}`").into(),
            related: vec![("the target".into(), self.description.place(target))],
        })
    }

    /// REF-019: Reference Objects that lead to each other in a circle stand for nothing. (Schemas may be
    /// recursive.)
    fn cycles(&self, settled: &Settled, found: &mut Diagnostics) {
        let next: HashMap<Location, (&Site, Location)> = settled
            .resolved
            .iter()
            .filter(|(site, _)| site.kind == SiteKind::Reference && site.expected != Some(ObjectKind::Schema))
            .map(|(site, target)| (site.holder, (site, *target)))
            .collect();
        let mut done: HashSet<Location> = HashSet::new();
        for (site, _) in &settled.resolved {
            let mut path: Vec<Location> = Vec::new();
            let mut here = site.holder;
            while let Some((_, target)) = next.get(&here).filter(|_| done.insert(here)) {
                path.push(here);
                here = *target;
            }
            // Only a circle that this very path closed is new.
            let Some(start) = path.iter().position(|at| *at == here) else { continue };
            let circle: Vec<&Site> =
                path.iter().skip(start).filter_map(|at| next.get(at).map(|(site, _)| *site)).collect();
            if let Some((first, others)) = circle.split_first() {
                found.push(self.circle(first, others).at(self.place(first)));
            }
        }
    }

    fn circle(&self, first: &Site, others: &[&Site]) -> Finding {
        Finding {
            code: "REF-019",
            severity: Severity::Error,
            what: format!("`{}` leads round in a circle", self.text(first)),
            why: "following the references never comes to an Object",
            mend: "let one of the references stand for an Object of its own".into(),
            related: others.iter().map(|site| ("by way of".into(), self.place(site))).collect(),
        }
    }
}

/// How much it matters that a reference leads nowhere; `None` when the checks of its Object say so by rules of
/// their own (CBK-009, DIS-006, SEC-002, SCH-005).
fn severity_of(kind: SiteKind, failure: Option<&RetrieveError>) -> Option<Severity> {
    match kind {
        SiteKind::Reference | SiteKind::DynamicReference => Some(Severity::Error),
        SiteKind::Operation | SiteKind::Mapping | SiteKind::Security | SiteKind::Dialect => match failure? {
            RetrieveError::NotOffered | RetrieveError::Failed { .. } => None,
            RetrieveError::SchemeRefused { .. }
            | RetrieveError::HostRefused { .. }
            | RetrieveError::OutsideRoot { .. }
            | RetrieveError::RedirectRefused { .. }
            | RetrieveError::TooLong { .. }
            | RetrieveError::TooMany { .. }
            | RetrieveError::TotalTooLong { .. }
            | RetrieveError::TooDeep { .. }
            | RetrieveError::TimedOut { .. } => Some(Severity::Warning),
        },
    }
}

/// REF-006: one URI identifies one document.
pub(super) fn same_uri(
    description: &Description,
    id: DocumentId,
    first: Location,
    diagnostics: &mut Diagnostics,
) {
    let at = Location { document: id, node: NodeId::ROOT };
    let finding = Finding {
        code: "REF-006",
        severity: Severity::Error,
        what: format!("two documents have the URI `{}`", description.base_uri(at)),
        why: "a URI identifies one document, so that references to it mean one thing",
        mend: "give each document a URI of its own".into(),
        related: vec![("the other document".into(), description.place(first))],
    };
    diagnostics.push(finding.at(description.place(at)));
}
