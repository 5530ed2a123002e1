//! Everything that a set of schemas reaches.
//!
//! Takes: the schemas that operations use. Gives: the schemas that references lead to, each once (for each dynamic scope that
//! matters to it), and the edges between them. Work is bounded by the description's size; an explicit
//! stack walks inside schemas, a work list walks between them. Never panics.

use super::dialect::{Dialect, Draft};
use super::keyword::{Form, Reach, rule};
use super::scope::{Key, Scope, Scopes, anchored, dynamic_target};
use crate::description::{Description, Kind, Location, NodeRef, ReferenceError};
use crate::limits::schema::{CIRCLES_MAX, ENTRIES_MAX};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// A schema that is compiled on its own.
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) dialect: Dialect,
    edges: Vec<Edge>,
    /// How many schemas inside it judge its instance, each inside the other.
    hops: u32,
    /// Dynamic anchors that references inside ask for.
    names: BTreeSet<Box<str>>,
}

#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    /// Whether the target judges the instance of the entry itself.
    same: bool,
    /// How many schemas judge the referrer's instance before the target does.
    hops: u32,
}

/// How schemas that judge one and the same instance hang together.
pub(super) struct Chains {
    /// REF-019: schemas that judge an instance by judging it again.
    pub(super) circles: Vec<Vec<Location>>,
    /// The most schemas that judge one instance inside each other, and where they begin.
    pub(super) longest: (u32, Option<Location>),
    /// The most judgements that one instance can cause, each schema counted once for each way to it, and where they begin.
    pub(super) most: (u64, Option<Location>),
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
    hops: u32,
}

impl<'d> Visit<'d> {
    /// The visit of a subschema.
    fn inside(&self, node: NodeRef<'d>, reach: Reach) -> Self {
        let same = reach == Reach::Same;
        let hops = if same { self.hops.saturating_add(1) } else { 0 };
        Self { node, same: self.same && same, hops, ..self.clone() }
    }
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
        self.entries.push(Entry { key, dialect, edges: Vec::new(), hops: 0, names: BTreeSet::new() });
        position
    }

    fn walk_entry(&mut self, position: usize) {
        let Some(entry) = self.entries.get(position) else { return };
        let document = entry.key.at.document;
        let node = self.description.at(entry.key.at);
        let mut stack = vec![Visit {
            node,
            dialect: entry.dialect,
            scope: Rc::clone(&entry.key.scope),
            same: true,
            hops: 0,
        }];
        while let Some(mut visit) = stack.pop() {
            self.deepen(position, visit.hops);
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
                stack.extend(subschemas(value, rule.form).map(|node| visit.inside(node, rule.reach)));
            }
        }
    }

    fn reference(&mut self, position: usize, at: Location, member: (&str, NodeRef<'d>), visit: &Visit<'d>) {
        let (name, value) = member;
        let Some(reference) = value.as_str() else { return };
        let place = Location { document: at.document, node: value.id() };
        if self.scopes.is_none() && name != "$ref" {
            self.any_dynamic(position, at, (name, reference), visit);
            return;
        }
        match self.target(at, name, reference, &visit.scope) {
            Ok(key) => {
                let to = self.add(key);
                self.connect(position, Edge { to, same: visit.same, hops: visit.hops });
            }
            Err(error) => self.unresolved.push(Unresolved { at: place, error }),
        }
    }

    /// Before scopes are known: a dynamic reference may lead to any anchor of its name.
    fn any_dynamic(&mut self, position: usize, at: Location, member: (&str, &str), visit: &Visit<'d>) {
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
            self.connect(position, Edge { to, same: visit.same, hops: visit.hops });
        }
    }

    fn ask_for(&mut self, position: usize, anchor: Box<str>) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.names.insert(anchor);
        }
    }

    fn deepen(&mut self, position: usize, hops: u32) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.hops = entry.hops.max(hops);
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

    /// Circles and chains of schemas about one instance.
    pub(super) fn chains(&self) -> Chains {
        let mut walk = ChainWalk {
            closure: self,
            lengths: vec![None; self.entries.len()],
            judgements: vec![0; self.entries.len()],
            chains: Chains { circles: Vec::new(), longest: (0, None), most: (0, None) },
        };
        for start in 0..self.entries.len() {
            walk.from(start);
        }
        walk.chains
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

/// Follows references about one instance, each once, without recursion.
struct ChainWalk<'c, 'd> {
    closure: &'c Closure<'d>,
    /// For each entry that is done, how many schemas judge its instance inside each other.
    lengths: Vec<Option<u32>>,
    /// For each entry that is done, how many judgements of its instance it causes.
    judgements: Vec<u64>,
    chains: Chains,
}

impl ChainWalk<'_, '_> {
    fn edge(&self, at: usize, next: usize) -> Option<Edge> {
        let entry = self.closure.entries.get(at).filter(|_| !self.is_done(at))?;
        entry.edges.get(next).copied()
    }

    fn is_done(&self, at: usize) -> bool {
        self.lengths.get(at).is_none_or(Option::is_some)
    }

    fn from(&mut self, start: usize) {
        // The path from `start`, each with the edges still to follow.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        let mut on_path = HashSet::from([start]);
        while let Some((at, next)) = path.last_mut() {
            let (here, edge) = (*at, self.edge(*at, *next));
            *next = next.saturating_add(1);
            match edge {
                Some(edge) if edge.same && on_path.contains(&edge.to) => {
                    self.circle(&path, edge.to);
                }
                Some(edge) if edge.same && !self.is_done(edge.to) => {
                    path.push((edge.to, 0));
                    on_path.insert(edge.to);
                }
                Some(_) => {}
                None => {
                    self.finish(here);
                    on_path.remove(&here);
                    path.pop();
                }
            }
        }
    }

    fn circle(&mut self, path: &[(usize, usize)], back_to: usize) {
        if self.chains.circles.len() < CIRCLES_MAX {
            let first = path.iter().position(|(at, _)| *at == back_to).unwrap_or(0);
            let circle = self.closure.places(path.iter().skip(first).map(|(at, _)| *at));
            self.chains.circles.push(circle);
        }
    }

    /// Everything that `at` refers to about its instance is done.
    fn finish(&mut self, at: usize) {
        let Some(entry) = self.closure.entries.get(at).filter(|_| !self.is_done(at)) else { return };
        let through = |edge: &Edge| {
            let behind = self.lengths.get(edge.to).copied().flatten().unwrap_or_default();
            edge.hops.saturating_add(behind).saturating_add(1)
        };
        let length = entry.edges.iter().filter(|edge| edge.same).map(through).fold(entry.hops, u32::max);
        let longest = entry.edges.iter().map(through).fold(length, u32::max);
        if longest > self.chains.longest.0 {
            self.chains.longest = (longest, Some(entry.key.at));
        }
        let behind = |edge: &Edge| self.judgements.get(edge.to).copied().unwrap_or_default();
        let same = entry.edges.iter().filter(|edge| edge.same);
        let judgements = same.map(behind).fold(1, u64::saturating_add);
        if judgements > self.chains.most.0 {
            self.chains.most = (judgements, Some(entry.key.at));
        }
        if let Some(slot) = self.judgements.get_mut(at) {
            *slot = judgements;
        }
        if let Some(slot) = self.lengths.get_mut(at) {
            *slot = Some(length);
        }
    }
}
