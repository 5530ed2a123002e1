//! Trie -> deterministic automaton over segments.
//!
//! A state is the set of trie nodes that a path may have reached, best first: what a search with backtracking would
//! try one after the other, the automaton follows at once. So every segment of a path is read once, however much
//! templates overlap. Sets are shared, and what all of them hold together is bounded (PTH-005).

use std::collections::HashMap;
use std::sync::Arc;

use super::automaton::index;
use super::pattern::{Part, are_exclusive, matches, specificity};
use super::trie::{LeafId, NodeId, Trie};
use crate::limits;

/// Index of a state; the start is 0.
pub(super) type StateId = u32;

/// A state as it is found, before it is packed.
#[derive(Debug)]
pub(super) struct Draft<'t> {
    /// What a path that ends here has reached.
    pub(super) leaf: Option<LeafId>,
    /// How many segments lead here.
    pub(super) depth: u32,
    /// Where each segment that some template spells out leads.
    pub(super) literals: Vec<(&'t str, StateId)>,
    /// Where any other segment leads that is not empty.
    pub(super) otherwise: Next,
}

/// Where a segment that no literal names leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Miss,
    State(StateId),
    /// That depends on a test of the segment.
    Test(u32),
}

/// Whether a segment matches a mixture, and what follows.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) parts: Arc<[Part]>,
    pub(super) yes: Next,
    pub(super) no: Next,
}

/// The automaton, not yet packed.
#[derive(Debug)]
pub(super) struct Drafts<'t> {
    pub(super) states: Vec<Draft<'t>>,
    pub(super) tests: Vec<Test>,
}

/// The templates overlap so much that the automaton would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuchOverlap;

/// The bound counts nodes of all sets: time and memory of the build grow with it.
pub(super) fn determinise(trie: &Trie) -> Result<Drafts<'_>, TooMuchOverlap> {
    let allowed = trie.len().saturating_mul(limits::MATCH_ALTERNATIVES_PER_NODE_MAX);
    let mut builder = Determiniser {
        trie,
        sets: Vec::with_capacity(trie.len()),
        alone: vec![None; trie.len()],
        ids: HashMap::new(),
        drafts: Drafts { states: Vec::new(), tests: Vec::new() },
        depth: 0,
        left: limits::MATCH_ALTERNATIVES_MAX.saturating_add(allowed),
    };
    builder.state(&[0])?;
    let mut at = 0;
    while let Some((set, depth)) = builder.sets.get(at).cloned() {
        builder.depth = depth.saturating_add(1);
        let draft = builder.draft(set.nodes(), depth)?;
        builder.drafts.states.push(draft);
        at = at.saturating_add(1);
    }
    Ok(builder.drafts)
}

/// Nodes, best first. Most sets hold one, and need no room for more.
#[derive(Clone)]
enum Set {
    One(NodeId),
    Several(Arc<[NodeId]>),
}

impl Set {
    fn nodes(&self) -> &[NodeId] {
        match self {
            Self::One(node) => std::slice::from_ref(node),
            Self::Several(nodes) => nodes,
        }
    }
}

struct Determiniser<'t> {
    trie: &'t Trie,
    /// The set of every state and how many segments lead to it.
    sets: Vec<(Set, u32)>,
    /// The states of nodes that are alone in their set.
    alone: Vec<Option<StateId>>,
    /// Those of all other sets.
    ids: HashMap<Arc<[NodeId]>, StateId>,
    drafts: Drafts<'t>,
    /// How many segments lead to the states that are now found.
    depth: u32,
    /// How many more nodes sets may hold.
    left: usize,
}

impl<'t> Determiniser<'t> {
    /// The state of this set, queued if it is new. All nodes of a set lie equally deep.
    fn state(&mut self, nodes: &[NodeId]) -> Result<StateId, TooMuchOverlap> {
        if let Some(id) = self.known(nodes) {
            return Ok(id);
        }
        self.charge(nodes.len())?;
        let id = StateId::try_from(self.sets.len()).map_err(|_| TooMuchOverlap)?;
        let set = if let [node] = nodes {
            *self.alone.get_mut(index(*node)).ok_or(TooMuchOverlap)? = Some(id);
            Set::One(*node)
        } else {
            let nodes: Arc<[NodeId]> = nodes.into();
            self.ids.insert(Arc::clone(&nodes), id);
            Set::Several(nodes)
        };
        self.sets.push((set, self.depth));
        Ok(id)
    }

    fn known(&self, nodes: &[NodeId]) -> Option<StateId> {
        match nodes {
            [node] => self.alone.get(index(*node)).copied().flatten(),
            nodes => self.ids.get(nodes).copied(),
        }
    }

    fn charge(&mut self, nodes: usize) -> Result<(), TooMuchOverlap> {
        self.left = self.left.checked_sub(nodes).ok_or(TooMuchOverlap)?;
        Ok(())
    }

    fn draft(&mut self, set: &[NodeId], depth: u32) -> Result<Draft<'t>, TooMuchOverlap> {
        let trie = self.trie;
        let nodes = || set.iter().filter_map(|id| trie.node(*id));
        let mut texts: Vec<&'t str> =
            nodes().flat_map(|node| node.literals.keys()).map(|text| &**text).collect();
        // Those of one node are sorted.
        if set.len() > 1 {
            texts.sort_unstable();
            texts.dedup();
        }
        let mut literals = Vec::with_capacity(texts.len());
        let mut target = Vec::new();
        for text in texts {
            self.target_of_literal(set, text, &mut target);
            self.charge(target.len())?;
            literals.push((text, self.state(&target)?));
        }
        let mut patterns: Vec<&'t Arc<[Part]>> =
            nodes().flat_map(|node| &node.mixed).map(|(parts, _)| parts).collect();
        patterns.sort_by(|a, b| specificity(a).cmp(&specificity(b)));
        patterns.dedup();
        let otherwise = self.decide(set, &patterns, &mut Vec::with_capacity(patterns.len()))?;
        Ok(Draft { leaf: nodes().find_map(|node| node.leaf), depth, literals, otherwise })
    }

    /// What a segment with this text reaches: from each node its literal child, the mixtures that match, the expression.
    fn target_of_literal(&self, set: &[NodeId], text: &str, target: &mut Vec<NodeId>) {
        target.clear();
        for node in set.iter().filter_map(|id| self.trie.node(*id)) {
            target.extend(node.literals.get(text));
            let matching = node.mixed.iter().filter(|(parts, _)| matches(parts, text.as_bytes(), |_, _| {}));
            target.extend(matching.map(|(_, child)| child));
            target.extend(node.expression.filter(|_| !text.is_empty()));
        }
    }

    /// The tests that tell apart what a segment without a literal of its own can match; `known` holds the results for the
    /// first patterns. Recurses once for each pattern, and no deeper than the bound on them.
    fn decide(
        &mut self,
        set: &[NodeId],
        patterns: &[&'t Arc<[Part]>],
        known: &mut Vec<bool>,
    ) -> Result<Next, TooMuchOverlap> {
        let Some(pattern) = patterns.get(known.len()) else { return self.decided(set, patterns, known) };
        if patterns.len() > limits::MATCH_MIXTURES_MAX {
            return Err(TooMuchOverlap);
        }
        self.charge(1)?;
        let matched = patterns.iter().zip(known.iter()).filter(|(_, matched)| **matched);
        let excluded = matched.map(|(other, _)| other).any(|other| are_exclusive(other, pattern));
        known.push(false);
        let no = self.decide(set, patterns, known)?;
        known.pop();
        if excluded {
            return Ok(no);
        }
        known.push(true);
        let yes = self.decide(set, patterns, known)?;
        known.pop();
        if yes == no {
            return Ok(no);
        }
        let test = u32::try_from(self.drafts.tests.len()).map_err(|_| TooMuchOverlap)?;
        self.drafts.tests.push(Test { parts: Arc::clone(pattern), yes, no });
        Ok(Next::Test(test))
    }

    fn decided(
        &mut self,
        set: &[NodeId],
        patterns: &[&'t Arc<[Part]>],
        known: &[bool],
    ) -> Result<Next, TooMuchOverlap> {
        let matched: Vec<&Arc<[Part]>> =
            patterns.iter().zip(known).filter(|(_, matched)| **matched).map(|(parts, _)| *parts).collect();
        let mut target = Vec::new();
        for node in set.iter().filter_map(|id| self.trie.node(*id)) {
            let matching = node.mixed.iter().filter(|(parts, _)| matched.contains(&parts));
            target.extend(matching.map(|(_, child)| *child));
            target.extend(node.expression);
        }
        if target.is_empty() { Ok(Next::Miss) } else { self.state(&target).map(Next::State) }
    }
}
