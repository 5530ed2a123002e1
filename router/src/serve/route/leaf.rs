//! What stands at the end of a template: its methods, the `Allow` values, and where its expressions are.

use std::collections::HashMap;
use std::sync::Arc;

use http::Method;

use super::automaton::{SEGMENTS_KEPT, index};
use super::pattern::{Part, Segment};

/// How a method meets a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MethodMatch {
    /// The operation declared for the method.
    Declared(u32),
    /// HEAD answered by the GET operation (RFC 9110 §9.3.2).
    AutomaticHead(u32),
    /// OPTIONS answered from the leaf itself (RFC 9110 §9.3.7).
    AutomaticOptions,
    /// No such method here: 405 with `Allow`.
    NotAllowed,
}

/// The number of methods that every server knows.
const METHODS: usize = 10;

/// How many expressions have a place of their own in a leaf.
pub(super) const DEPTHS: usize = 16;

const _: () = assert!(DEPTHS.is_power_of_two(), "places are told by their lowest bits");

/// How many segments stand before each expression.
pub(super) type Depths = [u8; DEPTHS];

/// The place of a method among the known ones.
pub(super) type Known = u32;

const OPTIONS: Known = 0;
const GET: Known = 1;
const HEAD: Known = 5;

/// The place of a method among those of RFC 9110 §9, PATCH (RFC 5789) and QUERY; `None` for any other.
#[inline]
pub(super) const fn known(method: &Method) -> Option<Known> {
    // In the order that `http` has them in, so that nothing has to be looked up.
    Some(match *method {
        Method::OPTIONS => OPTIONS,
        Method::GET => GET,
        Method::POST => 2,
        Method::PUT => 3,
        Method::DELETE => 4,
        Method::HEAD => HEAD,
        Method::TRACE => 6,
        Method::CONNECT => 7,
        Method::PATCH => 8,
        Method::QUERY => 9,
        _ => return None,
    })
}

/// The methods that have a place, in the order of their places.
const KNOWN: [Method; METHODS] = [
    Method::OPTIONS,
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::HEAD,
    Method::TRACE,
    Method::CONNECT,
    Method::PATCH,
    Method::QUERY,
];

/// A leaf as it is built.
#[derive(Clone, Debug)]
pub(super) struct LeafDraft {
    methods: Vec<(Method, u32)>,
    captured: Vec<Captured>,
}

/// A segment that holds expressions.
#[derive(Clone, Debug)]
pub(super) struct Captured {
    /// How many segments stand before it.
    pub(super) depth: usize,
    /// Its pieces, where it is not one expression.
    pub(super) mixed: Option<Box<[Part]>>,
}

impl LeafDraft {
    pub(super) fn new(segments: &[Segment]) -> Self {
        let captured = |(depth, segment): (usize, &Segment)| match segment {
            Segment::Literal(_) => None,
            Segment::Mixed(parts) => Some(Captured { depth, mixed: Some(parts.clone()) }),
            Segment::Expression => Some(Captured { depth, mixed: None }),
        };
        Self { methods: Vec::new(), captured: segments.iter().enumerate().filter_map(captured).collect() }
    }

    /// The number of this leaf as a walk finds it.
    pub(super) fn number(&self, id: u32) -> u32 {
        if self.depths().is_some() { id } else { id | LOCATED }
    }

    /// Declares a method; gives back what already stood there, unchanged.
    pub(super) fn declare(&mut self, method: &Method, operation: u32) -> Result<(), u32> {
        if let Some((_, existing)) = self.methods.iter().find(|(declared, _)| declared == method) {
            return Err(*existing);
        }
        self.methods.push((method.clone(), operation));
        Ok(())
    }

    /// How many segments stand before each expression; `None` where one is a part of a segment, or where a walk does not keep
    /// them all.
    fn depths(&self) -> Option<Depths> {
        let mut depths = [0; DEPTHS];
        if self.captured.len() > DEPTHS {
            return None;
        }
        for (captured, depth) in self.captured.iter().zip(&mut depths) {
            *depth = u8::try_from(captured.depth).ok()?;
        }
        let are_kept = self.captured.iter().all(|one| one.mixed.is_none() && one.depth < SEGMENTS_KEPT);
        are_kept.then_some(depths)
    }
}

/// Marks the number of a leaf whose expressions are found as [`Leaves::captured`] says, so that it names none at first sight.
const LOCATED: u32 = 1 << 31;

/// A leaf, packed.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Where the expressions stand; or, first, which of [`Leaves::captured`] says so.
    pub(super) depths: Depths,
    /// The operation of each known method that is declared.
    operations: [u32; METHODS],
    /// A bit for each known method, set where it is declared.
    declared: u16,
    /// The number of expressions whose places stand here.
    pub(super) count: u8,
    allow: u32,
}

impl Leaf {
    /// The operation that is declared for the method at this place among the known ones.
    #[inline(always)]
    pub(super) fn declared(&self, known: Known) -> Option<u32> {
        let operation = self.operations.get(index(known)).copied()?;
        (u32::from(self.declared).wrapping_shr(known) & 1 != 0).then_some(operation)
    }

    /// Finds what answers the method at this place among the known ones.
    pub(super) fn find(&self, known: Known) -> MethodMatch {
        match (self.declared(known), known) {
            (Some(operation), _) => MethodMatch::Declared(operation),
            (None, HEAD) => self.declared(GET).map_or(MethodMatch::NotAllowed, MethodMatch::AutomaticHead),
            (None, OPTIONS) => MethodMatch::AutomaticOptions,
            (None, _) => MethodMatch::NotAllowed,
        }
    }
}

/// All leaves of a table.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    leaves: Box<[Leaf]>,
    /// The operations of other methods, in the order of their leaves.
    additional: Box<[(u32, Method, u32)]>,
    allows: Box<[Arc<str>]>,
    captured: Box<[Box<[Captured]>]>,
}

impl Leaves {
    /// `None` past what 32 bits count.
    pub(super) fn pack(drafts: Vec<LeafDraft>) -> Option<Self> {
        let mut packer = Packer { leaves: Vec::with_capacity(drafts.len()), ..Packer::default() };
        for draft in drafts {
            packer.leaf(draft)?;
        }
        Some(Self {
            leaves: packer.leaves.into(),
            additional: packer.additional.into(),
            allows: packer.allows.into(),
            captured: packer.captured.into(),
        })
    }

    pub(super) fn get(&self, leaf: u32) -> Option<&Leaf> {
        self.leaves.get(index(leaf))
    }

    /// The leaf that this marked number names, with its plain number.
    pub(super) fn located(&self, leaf: u32) -> Option<(u32, &Leaf)> {
        let leaf = leaf.checked_sub(LOCATED)?;
        self.get(leaf).map(|found| (leaf, found))
    }

    /// Finds what answers a method that is declared somewhere and is not a known one.
    pub(super) fn find_additional(&self, leaf: u32, method: &Method) -> MethodMatch {
        let from = self.additional.partition_point(|(of, _, _)| *of < leaf);
        let own = self.additional.get(from..).unwrap_or_default().iter().take_while(|(of, _, _)| *of == leaf);
        let found = own.into_iter().find(|(_, declared, _)| declared == method);
        found.map_or(MethodMatch::NotAllowed, |(_, _, operation)| MethodMatch::Declared(*operation))
    }

    /// The declared methods of each leaf with their operations.
    pub(super) fn declared_methods(&self) -> impl Iterator<Item = Vec<(&Method, u32)>> {
        (0_u32..).zip(&self.leaves).map(|(id, leaf)| {
            let known = (0..).zip(&KNOWN);
            let known = known.filter_map(|(at, method)| Some((method, leaf.declared(at)?)));
            let own = self.additional.iter().filter(|(of, _, _)| *of == id);
            known.chain(own.map(|(_, method, operation)| (method, *operation))).collect()
        })
    }

    pub(super) fn declares_additional(&self, method: &Method) -> bool {
        self.additional.iter().any(|(_, declared, _)| declared == method)
    }

    /// The value of the `Allow` field (HTTP-002): declared methods, then the automatic ones.
    pub(super) fn allow(&self, leaf: &Leaf) -> Option<&Arc<str>> {
        self.allows.get(index(leaf.allow))
    }

    pub(super) fn captured(&self, leaf: &Leaf) -> &[Captured] {
        let [a, b, c, d, ..] = leaf.depths;
        let id = index(u32::from_le_bytes([a, b, c, d]));
        self.captured.get(id).map(|captured| &**captured).unwrap_or_default()
    }
}

#[derive(Default)]
struct Packer {
    leaves: Vec<Leaf>,
    additional: Vec<(u32, Method, u32)>,
    allows: Vec<Arc<str>>,
    /// The `Allow` value of methods declared in this order.
    allow_ids: HashMap<u64, u32>,
    captured: Vec<Box<[Captured]>>,
}

impl Packer {
    fn leaf(&mut self, draft: LeafDraft) -> Option<()> {
        let id = u32::try_from(self.leaves.len()).ok()?;
        let (mut operations, mut declared) = ([0; METHODS], 0);
        for (method, operation) in &draft.methods {
            match known(method).and_then(|known| Some((known, operations.get_mut(index(known))?))) {
                Some((known, place)) => {
                    *place = *operation;
                    declared |= 1_u16.wrapping_shl(known);
                }
                None => self.additional.push((id, method.clone(), *operation)),
            }
        }
        let allow = self.allow(&draft.methods)?;
        let (depths, count) = self.expressions(draft)?;
        self.leaves.push(Leaf { depths, operations, allow, declared, count });
        Some(())
    }

    /// Where the expressions are and how many, or which of those that are told apart they are.
    fn expressions(&mut self, draft: LeafDraft) -> Option<(Depths, u8)> {
        if let Some(depths) = draft.depths() {
            return Some((depths, u8::try_from(draft.captured.len()).ok()?));
        }
        let mut depths = [0; DEPTHS];
        let id = u32::try_from(self.captured.len()).ok()?.to_le_bytes();
        depths.iter_mut().zip(id).for_each(|(place, octet)| *place = octet);
        self.captured.push(draft.captured.into());
        Some((depths, 0))
    }

    /// The value for these methods; leaves whose methods all are known share theirs.
    fn allow(&mut self, methods: &[(Method, u32)]) -> Option<u32> {
        // Four bits for each, behind one that tells how many there are: the known ones are fewer than sixteen.
        let key = methods.iter().try_fold(1, |key, (method, _)| Some(key << 4 | u64::from(known(method)?)));
        if let Some(id) = key.as_ref().and_then(|key| self.allow_ids.get(key)) {
            return Some(*id);
        }
        let id = u32::try_from(self.allows.len()).ok()?;
        self.allows.push(allow_value(methods.iter().map(|(method, _)| method)));
        if let Some(key) = key {
            self.allow_ids.insert(key, id);
        }
        Some(id)
    }
}

/// The `Allow` value for these declared methods, with HEAD for GET and OPTIONS; empty for none (HTTP-003).
pub(super) fn allow_value<'m>(declared: impl Iterator<Item = &'m Method>) -> Arc<str> {
    let mut names: Vec<&str> = declared.map(Method::as_str).collect();
    if names.is_empty() {
        return "".into();
    }
    let automatic = [("HEAD", names.contains(&"GET")), ("OPTIONS", true)];
    for (name, present) in automatic {
        if present && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods() {
        let copy = Method::from_bytes(b"COPY").unwrap();
        let mut drafts = vec![LeafDraft::new(&[]), LeafDraft::new(&[]), LeafDraft::new(&[])];
        drafts[1].declare(&Method::GET, 1).unwrap();
        drafts[1].declare(&Method::DELETE, 2).unwrap();
        assert_eq!(drafts[1].declare(&Method::GET, 3), Err(1));
        drafts[2].declare(&copy, 4).unwrap();
        drafts[2].declare(&Method::HEAD, 5).unwrap();
        drafts[2].declare(&Method::GET, 6).unwrap();
        let leaves = Leaves::pack(drafts).unwrap();
        let allow = |leaf| leaves.allow(leaves.get(leaf).unwrap()).unwrap().to_string();
        assert_eq!(
            [allow(0), allow(1), allow(2)],
            ["", "GET, DELETE, HEAD, OPTIONS", "COPY, HEAD, GET, OPTIONS"]
        );
        for (leaf, method, expected) in [
            (0, &Method::GET, MethodMatch::NotAllowed),
            (1, &Method::GET, MethodMatch::Declared(1)),
            (1, &Method::DELETE, MethodMatch::Declared(2)),
            (1, &Method::HEAD, MethodMatch::AutomaticHead(1)),
            (1, &Method::OPTIONS, MethodMatch::AutomaticOptions),
            (1, &Method::POST, MethodMatch::NotAllowed),
            (2, &Method::HEAD, MethodMatch::Declared(5)),
            (2, &Method::GET, MethodMatch::Declared(6)),
        ] {
            let known = known(method).unwrap();
            assert_eq!(leaves.get(leaf).unwrap().find(known), expected, "{leaf} {method}");
        }
        assert_eq!(leaves.find_additional(2, &copy), MethodMatch::Declared(4));
        assert_eq!(leaves.find_additional(1, &copy), MethodMatch::NotAllowed);
        assert!(leaves.declares_additional(&copy));
        assert_eq!(known(&Method::from_bytes(b"get").unwrap()), None);
        let declared: Vec<_> = leaves.declared_methods().collect();
        assert_eq!(declared[0], []);
        assert_eq!(declared[1], [(&Method::GET, 1), (&Method::DELETE, 2)]);
        assert_eq!(declared[2], [(&Method::GET, 6), (&Method::HEAD, 5), (&copy, 4)]);
        for (place, method) in (0..).zip(&KNOWN) {
            assert_eq!(known(method), Some(place), "{method}");
        }
    }
}
