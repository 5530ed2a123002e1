//! Resolves the references met, loads what they name, walks what they point at, until nothing new is found.
//!
//! Takes: the references that walking met. Gives: for each its target or the reason why there is none. A
//! reference is called unresolvable only when every document is parsed (REF-001). Never panics.

use std::collections::{HashMap, HashSet};

use super::{Loading, Origin, Wanted};
use crate::description::reference::{Site, SiteKind};
use crate::description::{
    DocumentId, Location, NodeId, NodeRef, ObjectKind, ReferenceError, RetrieveError, Uri, known,
};

/// What became of every reference.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) resolved: Vec<(Site, Location)>,
    pub(super) unresolved: Vec<(Site, ReferenceError)>,
}

/// References to what is not known yet.
#[derive(Default)]
struct Waiting {
    /// By the URI, with the anchor as fragment, that each one waits for.
    sites: HashMap<String, Vec<(Site, ReferenceError)>>,
    wanted: Vec<(Uri, Wanted)>,
    seen: HashSet<Uri>,
}

impl Loading<'_> {
    pub(super) fn settle(&mut self) -> Settled {
        let mut settled = Settled::default();
        let mut waiting = Waiting::default();
        loop {
            for site in std::mem::take(&mut self.walked.sites) {
                self.settle_one(site, &mut settled, &mut waiting);
            }
            if !self.walked.sites.is_empty() {
                continue;
            }
            for (uri, wanted) in std::mem::take(&mut waiting.wanted) {
                self.fetch(&uri, wanted);
            }
            // Each reference is tried again only when what it waits for is there.
            for name in self.description.index.take_news() {
                let sites = waiting.sites.remove(&name).unwrap_or_default();
                self.walked.sites.extend(sites.into_iter().map(|(site, _)| site));
            }
            if self.walked.sites.is_empty() && !self.read_undecided_roots() {
                break;
            }
        }
        settled.unresolved.extend(waiting.sites.into_values().flatten());
        settled
            .unresolved
            .sort_by(|(one, _), (other, _)| (one.holder, &one.member).cmp(&(other.holder, &other.member)));
        settled
    }

    fn settle_one(&mut self, site: Site, settled: &mut Settled, waiting: &mut Waiting) {
        let error = match self.target(&site) {
            Ok(target) => {
                if let Some(kind) = site.expected.filter(|_| self.description.index.kind(target).is_none()) {
                    self.walk(target, kind);
                }
                settled.resolved.push((site, target));
                return;
            }
            Err(error) => error,
        };
        let name = match &error {
            ReferenceError::NoDocument { uri } => {
                if waiting.seen.insert(uri.clone()) {
                    let whole = !self.text(&site).contains("#/");
                    let kind = site.expected.filter(|_| whole);
                    waiting.wanted.push((uri.clone(), Wanted { by: site.holder.document, kind }));
                }
                uri.to_string()
            }
            ReferenceError::NoAnchor { uri, anchor } => format!("{uri}#{anchor}"),
            ReferenceError::Form(_)
            | ReferenceError::Fragment { .. }
            | ReferenceError::NoMember { .. }
            | ReferenceError::Cycle { .. }
            | ReferenceError::TooLong { .. } => {
                settled.unresolved.push((site, error));
                return;
            }
        };
        waiting.sites.entry(name).or_default().push((site, error));
    }

    /// The reference as written: the member's value, or the name itself in a Security Requirement Object.
    pub(super) fn text<'s>(&'s self, site: &'s Site) -> &'s str {
        if site.kind == SiteKind::Security {
            return &site.member;
        }
        self.description.at(site.holder).get(&site.member).and_then(NodeRef::as_str).unwrap_or("")
    }

    /// DIS-005, SEC-003, REF-022: a name of the entry document's components comes before a URI.
    fn component(&self, site: &Site) -> Option<Location> {
        let components = match site.kind {
            SiteKind::Mapping => "schemas",
            SiteKind::Security => "securitySchemes",
            SiteKind::Reference | SiteKind::DynamicReference | SiteKind::Operation | SiteKind::Dialect => {
                return None;
            }
        };
        let entry = self.description.at(self.description.entry());
        let component = entry.get("components")?.get(components)?.get(self.text(site))?;
        Some(Location { document: DocumentId::new(0), node: component.id() })
    }

    fn target(&self, site: &Site) -> Result<Location, ReferenceError> {
        self.component(site).map_or_else(|| self.description.resolve(site.holder, self.text(site)), Ok)
    }

    /// Loads one document that a reference names, within the limits.
    fn fetch(&mut self, uri: &Uri, wanted: Wanted) {
        if self.description.index.by_uri(uri).is_some() {
            return;
        }
        if let Err(error) = self.try_fetch(uri, wanted) {
            self.failures.insert(uri.clone(), error);
        }
    }

    fn try_fetch(&mut self, uri: &Uri, wanted: Wanted) -> Result<(), RetrieveError> {
        if let Some(meta_schema) = known::meta_schema(uri) {
            let kind = Some(ObjectKind::Schema);
            self.add(meta_schema, Origin { name: uri.as_str(), depth: 0, by: None, kind });
            return Ok(());
        }
        let limits = self.loader.limits;
        let depth = self.depths.get(wanted.by.index()).map_or(0, |depth| depth.saturating_add(1));
        if depth > limits.depth_max {
            return Err(RetrieveError::TooDeep { depth_max: limits.depth_max });
        }
        if self.description.documents.len() >= limits.documents_max {
            return Err(RetrieveError::TooMany { documents_max: limits.documents_max });
        }
        let retrieved = self.retrieve(uri)?;
        if let Some(known) = self.description.index.by_uri(&retrieved.uri) {
            self.description.index.add_alias(uri.clone(), known);
            return Ok(());
        }
        let bytes = u64::try_from(retrieved.bytes.len()).unwrap_or(u64::MAX);
        let bytes_max = u64::from(limits.document_bytes_max);
        if bytes > bytes_max {
            return Err(RetrieveError::TooLong { bytes_max });
        }
        if self.bytes.saturating_add(bytes) > limits.total_bytes_max {
            return Err(RetrieveError::TotalTooLong { total_bytes_max: limits.total_bytes_max });
        }
        let name = self.name_of(&retrieved.uri);
        let from = Origin { name: &name, depth, by: Some(wanted.by), kind: wanted.kind };
        match self.add(retrieved, from) {
            Some(root) => self.description.index.add_alias(uri.clone(), root),
            None => {
                self.broken.insert(uri.clone());
            }
        }
        Ok(())
    }

    /// Documents that nobody points into, and that say nothing of themselves, have a schema at the root
    /// (REF-002, SCH-007). Gives whether there were any.
    fn read_undecided_roots(&mut self) -> bool {
        let undecided: Vec<Location> = self
            .description
            .documents()
            .map(|(id, _)| Location { document: id, node: NodeId::ROOT })
            .filter(|root| self.description.index.kind(*root).is_none())
            .filter(|root| !self.description.index.has_kinds(root.document))
            .collect();
        for root in &undecided {
            self.walk(*root, ObjectKind::Schema);
        }
        !undecided.is_empty()
    }
}
