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

const NOT_ALLOWED: u8 = 0xFF;
const AUTOMATIC_OPTIONS: u8 = 0xFE;
/// All that is answered by no declared operation has this bit; with any other, HEAD by that of GET.
const AUTOMATIC: u8 = 0x80;

/// The place of a method among those of RFC 9110 §9, PATCH (RFC 5789) and QUERY; `None` for any other.
#[inline]
pub(super) const fn known(method: &Method) -> Option<u8> {
    Some(match *method {
        Method::GET => 0,
        Method::POST => 1,
        Method::PUT => 2,
        Method::DELETE => 3,
        Method::PATCH => 4,
        Method::HEAD => 5,
        Method::OPTIONS => 6,
        Method::TRACE => 7,
        Method::CONNECT => 8,
        Method::QUERY => 9,
        _ => return None,
    })
}

/// A leaf as it is built.
#[derive(Clone, Debug)]
pub(super) struct LeafDraft {
    methods: Vec<(Method, u32)>,
    /// How many segments the template has.
    segments: usize,
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
        Self {
            methods: Vec::new(),
            segments: segments.len(),
            captured: segments.iter().enumerate().filter_map(captured).collect(),
        }
    }

    /// Declares a method; gives back what already stood there, unchanged.
    pub(super) fn declare(&mut self, method: &Method, operation: u32) -> Result<(), u32> {
        if let Some((_, existing)) = self.methods.iter().find(|(declared, _)| declared == method) {
            return Err(*existing);
        }
        self.methods.push((method.clone(), operation));
        Ok(())
    }

    /// How many segments stand before each expression, four bits for each, the first lowest; `None` where one is a part of
    /// a segment, or where the template has more segments than a walk keeps: places of later ones then stand where those of
    /// the first were.
    fn depths(&self) -> Option<u64> {
        if self.segments > SEGMENTS_KEPT || self.captured.iter().any(|captured| captured.mixed.is_some()) {
            return None;
        }
        let nibble =
            |depths: u64, captured: &Captured| Some(depths << 4 | u64::try_from(captured.depth).ok()?);
        self.captured.iter().rev().try_fold(0, nibble)
    }
}

/// Marks a leaf whose expressions are found as [`Leaves::captured`] says.
pub(super) const LOCATED: u8 = u8::MAX;

/// A leaf, packed.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// For each known method: the place among the leaf's operations, or one of the marks above.
    answers: [u8; METHODS],
    operations: u32,
    allow: u32,
    /// The number of expressions, or [`LOCATED`].
    pub(super) count: u8,
    /// Where the expressions stand, as four bits for each, or which of [`Leaves::captured`] says so.
    pub(super) depths: u64,
}

/// All leaves of a table.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    leaves: Box<[Leaf]>,
    /// The operations of known methods, leaf after leaf.
    operations: Box<[u32]>,
    /// The operations of other methods, in the order of their leaves.
    additional: Box<[(u32, Method, u32)]>,
    allows: Box<[Arc<str>]>,
    captured: Box<[Box<[Captured]>]>,
}

impl Leaves {
    /// `None` past what 32 bits count.
    pub(super) fn pack(drafts: Vec<LeafDraft>) -> Option<Self> {
        let mut packer = Packer::default();
        for draft in drafts {
            packer.leaf(draft)?;
        }
        Some(Self {
            leaves: packer.leaves.into(),
            operations: packer.operations.into(),
            additional: packer.additional.into(),
            allows: packer.allows.into(),
            captured: packer.captured.into(),
        })
    }

    pub(super) fn get(&self, leaf: u32) -> Option<&Leaf> {
        self.leaves.get(index(leaf))
    }

    /// The operation that is declared for the method at this place among the known ones.
    #[inline(always)]
    pub(super) fn declared(&self, leaf: &Leaf, known: u8) -> Option<u32> {
        let answer = leaf.answers.get(usize::from(known)).copied()?;
        if answer & AUTOMATIC == 0 { self.operation(leaf, answer) } else { None }
    }

    /// Finds what answers the method at this place among the known ones.
    pub(super) fn find(&self, leaf: &Leaf, known: u8) -> MethodMatch {
        let answer = leaf.answers.get(usize::from(known)).copied().unwrap_or(NOT_ALLOWED);
        let operation = self.operation(leaf, answer & !AUTOMATIC);
        match (answer, operation) {
            (AUTOMATIC_OPTIONS, _) => MethodMatch::AutomaticOptions,
            (NOT_ALLOWED, _) | (_, None) => MethodMatch::NotAllowed,
            (_, Some(get)) if answer & AUTOMATIC != 0 => MethodMatch::AutomaticHead(get),
            (_, Some(operation)) => MethodMatch::Declared(operation),
        }
    }

    #[inline(always)]
    fn operation(&self, leaf: &Leaf, place: u8) -> Option<u32> {
        self.operations.get(index(leaf.operations.wrapping_add(u32::from(place)))).copied()
    }

    /// Finds what answers a method that is declared somewhere and is not a known one.
    pub(super) fn find_additional(&self, leaf: u32, method: &Method) -> MethodMatch {
        let from = self.additional.partition_point(|(of, _, _)| *of < leaf);
        let own = self.additional.get(from..).unwrap_or_default().iter().take_while(|(of, _, _)| *of == leaf);
        let found = own.into_iter().find(|(_, declared, _)| declared == method);
        found.map_or(MethodMatch::NotAllowed, |(_, _, operation)| MethodMatch::Declared(*operation))
    }

    pub(super) fn declares_additional(&self, method: &Method) -> bool {
        self.additional.iter().any(|(_, declared, _)| declared == method)
    }

    /// The value of the `Allow` field (HTTP-002): declared methods, then the automatic ones.
    pub(super) fn allow(&self, leaf: &Leaf) -> Option<&Arc<str>> {
        self.allows.get(index(leaf.allow))
    }

    pub(super) fn captured(&self, leaf: &Leaf) -> &[Captured] {
        let id = usize::try_from(leaf.depths).ok();
        id.and_then(|id| self.captured.get(id)).map(|captured| &**captured).unwrap_or_default()
    }
}

#[derive(Default)]
struct Packer {
    leaves: Vec<Leaf>,
    operations: Vec<u32>,
    additional: Vec<(u32, Method, u32)>,
    allows: Vec<Arc<str>>,
    allow_ids: HashMap<Arc<str>, u32>,
    captured: Vec<Box<[Captured]>>,
}

impl Packer {
    fn leaf(&mut self, draft: LeafDraft) -> Option<()> {
        let id = u32::try_from(self.leaves.len()).ok()?;
        let operations = u32::try_from(self.operations.len()).ok()?;
        let mut answers = [NOT_ALLOWED; METHODS];
        let mut own = 0_u8;
        for (method, operation) in &draft.methods {
            match known(method).and_then(|known| answers.get_mut(usize::from(known))) {
                Some(answer) => {
                    *answer = own;
                    own = own.checked_add(1)?;
                    self.operations.push(*operation);
                }
                None => self.additional.push((id, method.clone(), *operation)),
            }
        }
        answer_automatically(&mut answers);
        let (count, depths) = match draft.depths() {
            Some(depths) => (u8::try_from(draft.captured.len()).ok()?, depths),
            None => {
                let id = u64::try_from(self.captured.len()).ok()?;
                self.captured.push(draft.captured.into());
                (LOCATED, id)
            }
        };
        let allow = self.allow(allow_value(draft.methods.iter().map(|(method, _)| method)))?;
        self.leaves.push(Leaf { answers, operations, allow, count, depths });
        Some(())
    }

    fn allow(&mut self, value: Arc<str>) -> Option<u32> {
        if let Some(id) = self.allow_ids.get(&value) {
            return Some(*id);
        }
        let id = u32::try_from(self.allows.len()).ok()?;
        self.allow_ids.insert(Arc::clone(&value), id);
        self.allows.push(value);
        Some(id)
    }
}

/// OPTIONS where it is not declared, and HEAD where only GET is.
fn answer_automatically(answers: &mut [u8; METHODS]) {
    let [get, _, _, _, _, head, options, ..] = answers;
    if *options == NOT_ALLOWED {
        *options = AUTOMATIC_OPTIONS;
    }
    if *head == NOT_ALLOWED && *get != NOT_ALLOWED {
        *head = *get | AUTOMATIC;
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
            assert_eq!(leaves.find(leaves.get(leaf).unwrap(), known), expected, "{leaf} {method}");
        }
        assert_eq!(leaves.find_additional(2, &copy), MethodMatch::Declared(4));
        assert_eq!(leaves.find_additional(1, &copy), MethodMatch::NotAllowed);
        assert!(leaves.declares_additional(&copy));
        assert_eq!(known(&Method::from_bytes(b"get").unwrap()), None);
    }
}
