//! Everything that a set of schemas reaches.
//!
//! Takes: the schemas that operations use. Gives: the schemas that references lead to, each once (for each dynamic scope that
//! matters to it), and the edges between them. Work is bounded by the description's size; an explicit
//! stack walks inside schemas, a work list walks between them. Never panics.

use super::dialect::{Dialect, Draft};
use super::keyword::{Form, Reach, rule};
use super::scope::{Key, Scope, Scopes, anchored, dynamic_target};
use crate::description::{Description, Kind, Location, NodeRef, ReferenceError};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// How many schemas may be compiled, counting one for each dynamic scope.
const ENTRIES_MAX: usize = 400_000;

/// A schema that is compiled on its own.
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) dialect: Dialect,
    edges: Vec<Edge>,
    /// Dynamic anchors that references inside ask for.
    names: BTreeSet<Box<str>>,
}

struct Edge {
    to: usize,
    /// Whether the target judges the same instance.
    same: bool,
}

/// A reference that leads nowhere.
pub(super) struct Unresolved {
    pub(super) at: Location,
    pub(super) error: ReferenceError,
}

/// The schemas reached.
pub(super) struct Closure<'d> {
    description: &'d Description,
    scopes: Option<Scopes<'d>>,
    pub(super) entries: Vec<Entry>,
    by_key: HashMap<Key, usize>,
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) overflow: bool,
}

#[derive(Clone)]
struct Visit<'d> {
    node: NodeRef<'d>,
    dialect: Dialect,
    scope: Scope,
    same: bool,
}

impl<'d> Closure<'d> {
    /// Walks from `starts`; a second time with scopes when a dynamic reference was met.
    pub(super) fn discover(description: &'d Description, starts: &[Location]) -> Self {
        let first = Self::walk(description, starts, None);
        if first.entries.iter().all(|entry| entry.names.is_empty()) {
            return first;
        }
        let scopes = Scopes::new(description, first.relevant_names());
        Self::walk(description, starts, Some(scopes))
    }

    fn walk(description: &'d Description, starts: &[Location], scopes: Option<Scopes<'d>>) -> Self {
        let mut closure = Self {
            description,
            scopes,
            entries: Vec::new(),
            by_key: HashMap::new(),
            unresolved: Vec::new(),
            overflow: false,
        };
        for start in starts {
            let key = closure.key(&Scope::default(), *start);
            closure.add(key);
        }
        let mut next = 0_usize;
        while next < closure.entries.len() {
            closure.walk_entry(next);
            next = next.saturating_add(1);
        }
        closure
    }

    /// The schema at `at`, reached from `scope`.
    pub(super) fn key(&self, scope: &Scope, at: Location) -> Key {
        match &self.scopes {
            Some(scopes) => scopes.key(scope, at),
            None => Key { at, scope: Scope::default() },
        }
    }

    /// The scope inside `node`, which may be the root of a resource of its own.
    pub(super) fn scope_at(&self, scope: &Scope, at: Location) -> Scope {
        match &self.scopes {
            Some(scopes) if scopes.is_root(at) => scopes.enter(scope, at),
            _ => Rc::clone(scope),
        }
    }

    /// The position of a schema that was reached.
    pub(super) fn position(&self, key: &Key) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    fn add(&mut self, key: Key) -> usize {
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        let position = self.entries.len();
        if position >= ENTRIES_MAX {
            self.overflow = true;
            return 0;
        }
        // An unknown dialect is reported by the check.
        let dialect = Dialect::at(self.description, key.at).unwrap_or(Dialect::OAS);
        self.by_key.insert(key.clone(), position);
        self.entries.push(Entry { key, dialect, edges: Vec::new(), names: BTreeSet::new() });
        position
    }

    fn walk_entry(&mut self, position: usize) {
        let Some(entry) = self.entries.get(position) else { return };
        let document = entry.key.at.document;
        let node = self.description.at(entry.key.at);
        let mut stack =
            vec![Visit { node, dialect: entry.dialect, scope: Rc::clone(&entry.key.scope), same: true }];
        while let Some(mut visit) = stack.pop() {
            if visit.node.kind() != Kind::Object {
                continue;
            }
            let at = Location { document, node: visit.node.id() };
            if visit.node.get("$schema").is_some() {
                visit.dialect = Dialect::at(self.description, at).unwrap_or(visit.dialect);
            }
            visit.scope = self.scope_at(&visit.scope, at);
            self.walk_schema(position, at, &visit, &mut stack);
        }
    }

    fn walk_schema(&mut self, position: usize, at: Location, visit: &Visit<'d>, stack: &mut Vec<Visit<'d>>) {
        let reference_only = visit.dialect.draft <= Draft::Seven && visit.node.get("$ref").is_some();
        for (name, value) in visit.node.members() {
            if reference_only && name != "$ref" {
                continue;
            }
            let Some(rule) = rule(name, visit.dialect) else { continue };
            if rule.form == Form::Reference {
                self.reference(position, at, (name, value), visit);
            } else if rule.reach != Reach::Nothing {
                let same = visit.same && rule.reach == Reach::Same;
                let visits = subschemas(value, rule.form).map(|node| Visit { node, same, ..visit.clone() });
                stack.extend(visits);
            }
        }
    }

    fn reference(&mut self, position: usize, at: Location, member: (&str, NodeRef<'d>), visit: &Visit<'d>) {
        let (name, value) = member;
        let Some(reference) = value.as_str() else { return };
        let place = Location { document: at.document, node: value.id() };
        if self.scopes.is_none() && name != "$ref" {
            self.any_dynamic(position, at, (name, reference), visit.same);
            return;
        }
        match self.target(at, name, reference, &visit.scope) {
            Ok(key) => {
                let to = self.add(key);
                self.connect(position, Edge { to, same: visit.same });
            }
            Err(error) => self.unresolved.push(Unresolved { at: place, error }),
        }
    }

    /// Before scopes are known: a dynamic reference may lead to any anchor of its name.
    fn any_dynamic(&mut self, position: usize, at: Location, member: (&str, &str), same: bool) {
        let (name, reference) = member;
        let target = match dynamic_target(self.description, at, name, reference) {
            Ok(target) => target,
            Err(error) => {
                self.unresolved.push(Unresolved { at, error });
                return;
            }
        };
        let mut targets = vec![target.initial];
        if let Some(anchor) = target.name {
            targets.extend(anchored(self.description, &anchor));
            self.ask_for(position, anchor);
        }
        for target in targets {
            let key = self.key(&Scope::default(), target);
            let to = self.add(key);
            self.connect(position, Edge { to, same });
        }
    }

    fn ask_for(&mut self, position: usize, anchor: Box<str>) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.names.insert(anchor);
        }
    }

    fn connect(&mut self, position: usize, edge: Edge) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.edges.push(edge);
        }
    }

    /// Where a referring keyword at `at` leads under `scope`.
    pub(super) fn target(
        &self,
        at: Location,
        keyword: &str,
        reference: &str,
        scope: &Scope,
    ) -> Result<Key, ReferenceError> {
        if keyword == "$ref" {
            return Ok(self.key(scope, self.description.resolve(at, reference)?));
        }
        let target = dynamic_target(self.description, at, keyword, reference)?;
        let outermost = target.name.and_then(|name| scope.get(&name).copied());
        Ok(self.key(scope, outermost.unwrap_or(target.initial)))
    }

    /// For each schema the dynamic anchors that it or what it reaches asks for.
    fn relevant_names(&self) -> HashMap<Location, BTreeSet<Box<str>>> {
        let mut names: Vec<BTreeSet<Box<str>>> =
            self.entries.iter().map(|entry| entry.names.clone()).collect();
        let referrers = self.referrers();
        let asks = |at: &usize| self.entries.get(*at).is_some_and(|entry| !entry.names.is_empty());
        let mut work: Vec<usize> = (0..names.len()).filter(asks).collect();
        while let Some(at) = work.pop() {
            let own = names.get(at).cloned().unwrap_or_default();
            let mut grows = |from: &usize| names.get_mut(*from).is_some_and(|theirs| grow(theirs, &own));
            work.extend(referrers.get(at).into_iter().flatten().copied().filter(|from| grows(from)));
        }
        self.entries.iter().map(|entry| entry.key.at).zip(names).collect()
    }

    /// For each entry, who refers to it.
    fn referrers(&self) -> Vec<Vec<usize>> {
        let mut referrers: Vec<Vec<usize>> = vec![Vec::new(); self.entries.len()];
        let edges = self
            .entries
            .iter()
            .enumerate()
            .flat_map(|(from, entry)| entry.edges.iter().map(move |edge| (from, edge.to)));
        for (from, to) in edges {
            if let Some(list) = referrers.get_mut(to) {
                list.push(from);
            }
        }
        referrers
    }

    /// REF-019: a schema that judges an instance by judging it again; the schemas of each such circle.
    pub(super) fn circles(&self) -> Vec<Vec<Location>> {
        let mut circles = Vec::new();
        let mut done = vec![false; self.entries.len()];
        for start in 0..self.entries.len() {
            self.circle_from(start, &mut done, &mut circles);
        }
        circles
    }

    fn circle_from(&self, start: usize, done: &mut [bool], circles: &mut Vec<Vec<Location>>) {
        // The path from `start`, each with the edges still to follow.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        let mut on_path = std::collections::HashSet::from([start]);
        while let Some((at, next)) = path.last_mut() {
            let entry = self.entries.get(*at).filter(|_| !done.get(*at).copied().unwrap_or(true));
            let edge = entry.and_then(|entry| entry.edges.get(*next));
            *next = next.saturating_add(1);
            match edge {
                Some(edge) if edge.same && on_path.contains(&edge.to) => {
                    let from = path.iter().position(|(at, _)| *at == edge.to).unwrap_or(0);
                    circles.push(self.places(path.iter().skip(from).map(|(at, _)| *at)));
                }
                Some(edge) if edge.same && !done.get(edge.to).copied().unwrap_or(true) => {
                    path.push((edge.to, 0));
                    on_path.insert(edge.to);
                }
                Some(_) => {}
                None => {
                    on_path.remove(at);
                    done.get_mut(*at).into_iter().for_each(|done| *done = true);
                    path.pop();
                }
            }
        }
    }

    fn places(&self, positions: impl Iterator<Item = usize>) -> Vec<Location> {
        positions.filter_map(|at| self.entries.get(at)).map(|entry| entry.key.at).collect()
    }
}

/// The schemas in a keyword's value.
pub(super) fn subschemas<'d>(value: NodeRef<'d>, form: Form) -> Box<dyn Iterator<Item = NodeRef<'d>> + 'd> {
    match form {
        Form::Schema => Box::new(std::iter::once(value)),
        Form::SchemaOrSchemas if value.kind() != Kind::Array => Box::new(std::iter::once(value)),
        Form::Schemas | Form::SchemaOrSchemas => Box::new(value.items()),
        Form::SchemaMap | Form::PatternMap | Form::Dependencies => {
            Box::new(value.members().map(|(_, node)| node))
        }
        Form::NameMap
        | Form::Names
        | Form::Count
        | Form::Number
        | Form::Positive
        | Form::Boolean
        | Form::Text
        | Form::Pattern
        | Form::Types
        | Form::Values
        | Form::Reference
        | Form::Any => Box::new(std::iter::empty()),
    }
}

/// Adds names; gives whether any was new.
fn grow(names: &mut BTreeSet<Box<str>>, more: &BTreeSet<Box<str>>) -> bool {
    let before = names.len();
    names.extend(more.iter().cloned());
    names.len() > before
}
