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
use crate::limits::load::{
    CIRCLE_SHOWN_MAX, FINDINGS_MAX, NEAR_NAMES_LOOKUPS_MAX, TEXT_SHOWN_CHARS_MAX as SHOWN,
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

/// The findings, up to a bound; what goes past it is counted, but costs no place.
#[derive(Default)]
struct Findings {
    list: Vec<Diagnostic>,
    omitted: usize,
    errors_omitted: bool,
}

impl Findings {
    fn push(&mut self, finding: Finding, place: impl FnOnce() -> Place) {
        if self.list.len() < FINDINGS_MAX {
            self.list.push(finding.at(place()));
        } else {
            self.omitted = self.omitted.saturating_add(1);
            self.errors_omitted |= finding.severity == Severity::Error;
        }
    }

    fn into_diagnostics(self, description: &Description) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if self.omitted > 0 {
            let rest = Finding {
                code: "REF-001",
                severity: if self.errors_omitted { Severity::Error } else { Severity::Warning },
                what: format!("{} more findings about references are not listed", self.omitted),
                why: "",
                mend: "mend those that are listed first".into(),
                related: Vec::new(),
            };
            diagnostics.push(rest.at(description.place(description.entry())));
        }
        for diagnostic in self.list {
            diagnostics.push(diagnostic);
        }
        diagnostics
    }
}

impl Loading<'_> {
    /// Everything that is to be said about the references of the description.
    pub(super) fn check(&mut self, settled: &Settled) {
        let mut found = Findings::default();
        let mut unretrieved = Vec::new();
        for fault in &self.walked.faults {
            let (finding, holder, member) = self.fault(fault);
            found.push(finding, || self.place_of_value(holder, member));
        }
        for (number, (site, error)) in settled.unresolved.iter().enumerate() {
            let near =
                if number < NEAR_NAMES_LOOKUPS_MAX { self.description.near(error) } else { Vec::new() };
            if let Some(finding) = self.unresolved(site, error, &near) {
                let waits = finding.severity == Severity::Warning;
                unretrieved.extend(waits.then_some(site.holder));
                found.push(finding, || self.place(site));
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
                found.push(finding, || self.place(site));
            }
        }
        self.cycles(settled, &mut found);
        self.diagnostics.extend(found.into_diagnostics(&self.description));
        self.description.unretrieved = unretrieved;
    }

    fn place_of_value(&self, holder: Location, member: &str) -> Place {
        self.description.place(self.description.child(holder, member).unwrap_or(holder))
    }

    fn place(&self, site: &Site) -> Place {
        match site.kind {
            SiteKind::Security => self.description.place_of_name(site.holder, &site.member),
            SiteKind::Reference
            | SiteKind::DynamicReference
            | SiteKind::Operation
            | SiteKind::Mapping
            | SiteKind::Dialect => self.place_of_value(site.holder, &site.member),
        }
    }

    fn fault(&self, fault: &Fault) -> (Finding, Location, &'static str) {
        let other = |first: &Location| vec![("the other one".into(), self.description.place(*first))];
        match fault {
            Fault::NotText { holder, member } => {
                let finding = Finding {
                    code: "REF-013",
                    severity: Severity::Error,
                    what: format!("`{member}` is not a string"),
                    why: "it names its target by a URI reference",
                    mend: "write a URI reference such as `#/components/schemas/Pet`".into(),
                    related: Vec::new(),
                };
                (finding, *holder, *member)
            }
            Fault::Identifier { holder, member, reason } => {
                let finding = Finding {
                    code: "REF-005",
                    severity: Severity::Error,
                    what: format!("`{member}` cannot identify the schema: {reason}"),
                    why: "it is resolved to an absolute URI, which then is the base of the references inside",
                    mend: "write an absolute URI, or a relative reference without a fragment".into(),
                    related: Vec::new(),
                };
                (finding, *holder, *member)
            }
            Fault::SameUri { holder, member, first, uri } => {
                let finding = Finding {
                    code: "REF-005",
                    severity: Severity::Error,
                    what: format!("two schemas have the URI `{uri:.SHOWN$}`"),
                    why: "a URI identifies one schema, so that references to it mean one thing",
                    mend: "give each schema an identifier of its own".into(),
                    related: other(first),
                };
                (finding, *holder, *member)
            }
            Fault::SameAnchor { holder, member, first, name } => {
                let finding = Finding {
                    code: "REF-012",
                    severity: Severity::Error,
                    what: format!("two schemas of one resource have the anchor `{name:.SHOWN$}`"),
                    why: "an anchor names one schema, so that references to it mean one thing",
                    mend: "rename one of them".into(),
                    related: other(first),
                };
                (finding, *holder, *member)
            }
        }
    }

    /// REF-001, REF-010 to REF-013, REF-027: the reference leads nowhere.
    fn unresolved(&self, site: &Site, error: &ReferenceError, near: &[String]) -> Option<Finding> {
        let text = self.text(site);
        let uri = if let ReferenceError::NoDocument { uri } = error { Some(uri) } else { None };
        if uri.is_some_and(|uri| self.broken.contains(uri)) {
            return None;
        }
        // Where only a network could have helped, its absence is the reason.
        let network = uri.is_some_and(|uri| uri.scheme().starts_with("http"));
        let failure = uri
            .and_then(|uri| self.failures.get(uri))
            .filter(|failure| network || **failure != RetrieveError::NotOffered);
        let what = match failure {
            Some(failure) => {
                format!("`{text:.SHOWN$}` leads nowhere: {error}, and it was not retrieved: {failure}")
            }
            None => format!("`{text:.SHOWN$}` leads nowhere: {error}"),
        };
        let near: Vec<String> = near.iter().map(|name| instead(text, error, name)).collect();
        let mend: Cow<'static, str> = match near.as_slice() {
            [] => failure.map_or_else(|| error.mend(), |failure| failure.mend().into()),
            [only] => format!("did you mean `{only}`?").into(),
            several => format!("did you mean one of `{}`?", several.join("`, `")).into(),
        };
        Some(Finding {
            code: failure.map_or(error.code(), RetrieveError::code).as_str(),
            severity: severity_of(site.kind, failure)?,
            what,
            why: "a reference names a value that exists in one of the documents",
            mend,
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
            what: format!("`{text:.SHOWN$}` is not a URI reference as written"),
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
            what: format!(
                "`{text:.SHOWN$}` names the document by where it was retrieved, not by its `{member}`"
            ),
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
        if self.wrong_kind(site, target).is_some() {
            return None;
        }
        let later = self.description.version(site.holder.document) >= Version::V3_2;
        Some(Finding {
            code: "REF-026",
            severity: if later { Severity::Error } else { Severity::Warning },
            what: format!(
                "`{text:.SHOWN$}` points into a schema that has the URI `{inner:.SHOWN$}` of its own"
            ),
            why: "a schema with an `$id`, and all inside it, is named by that `$id`; pointers from outside are not \
                  read alike everywhere",
            mend: format!("write `{inner}{}`", self.pointer_inside(target)).into(),
            related: vec![("the target".into(), self.description.place(target))],
        })
    }

    /// The JSON Pointer fragment of a value in its innermost schema resource; empty for the resource itself.
    fn pointer_inside(&self, at: Location) -> String {
        let pointer = self.description.at(at).pointer();
        let root = self.description.resource_id(at).and_then(|id| self.description.index.resource(id));
        let root = root.map(|root| self.description.at(root.at).pointer()).unwrap_or_default();
        let inside = pointer.strip_prefix(root.as_str()).unwrap_or(&pointer);
        if inside.is_empty() { String::new() } else { format!("#{inside}") }
    }

    /// REF-019: Reference Objects that lead to each other in a circle stand for nothing. (Schemas may be
    /// recursive.)
    fn cycles(&self, settled: &Settled, found: &mut Findings) {
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
                found.push(self.circle(first, others), || self.place(first));
            }
        }
        for (site, _) in next.values() {
            if let Err(error @ ReferenceError::TooLong { .. }) = self.description.follow(site.holder)
                && let Some(finding) = self.unresolved(site, &error, &[])
            {
                found.push(finding, || self.place(site));
            }
        }
    }

    fn circle(&self, first: &Site, others: &[&Site]) -> Finding {
        Finding {
            code: "REF-019",
            severity: Severity::Error,
            what: format!("`{:.SHOWN$}` leads round in a circle", self.text(first)),
            why: "following the references never comes to an Object",
            mend: "let one of the references stand for an Object of its own".into(),
            related: others
                .iter()
                .take(CIRCLE_SHOWN_MAX)
                .map(|site| ("by way of".into(), self.place(site)))
                .collect(),
        }
    }
}

/// The reference with the name that may have been meant in the place of the wrong one.
fn instead(text: &str, error: &ReferenceError, name: &str) -> String {
    let (document, _) = text.split_once('#').unwrap_or((text, ""));
    match error {
        ReferenceError::NoMember { found, .. } => {
            let token = name.replace('~', "~0").replace('/', "~1");
            format!("{document}#{found}/{token}")
        }
        ReferenceError::NoAnchor { .. } => format!("{document}#{name}"),
        ReferenceError::NoDocument { .. }
        | ReferenceError::Form(_)
        | ReferenceError::Fragment { .. }
        | ReferenceError::Cycle { .. }
        | ReferenceError::TooLong { .. } => name.to_owned(),
    }
}

/// How much it matters that a reference leads nowhere; `None` when the checks of its Object say so by rules of
/// their own (CBK-009, DIS-006, SEC-002, SCH-005).
fn severity_of(kind: SiteKind, failure: Option<&RetrieveError>) -> Option<Severity> {
    match kind {
        // A document out on a network may be perfectly well; whoever builds from the description refuses it.
        SiteKind::Reference | SiteKind::DynamicReference if failure == Some(&RetrieveError::NotOffered) => {
            Some(Severity::Warning)
        }
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
        what: format!("two documents have the URI `{:.SHOWN$}`", description.base_uri(at)),
        why: "a URI identifies one document, so that references to it mean one thing",
        mend: "give each document a URI of its own".into(),
        related: vec![("the other document".into(), description.place(first))],
    };
    diagnostics.push(finding.at(description.place(at)));
}
