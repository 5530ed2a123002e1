//! Drafts of states -> the packed automaton.

use std::collections::HashMap;

use super::automaton::{
    Automaton, Header, Kind, NONE, PackedTest, Record, SEGMENTS_KEPT, TEST, deep_hash_input, hash_input,
    index, slot,
};
use super::determinise::{Draft, Drafts, Next, StateId, Test};
use super::words::{Rest, WORD};

/// Up to how many literals no two of a table may want the same slot.
const PERFECT_LITERALS_MAX: usize = 64;

/// How many multipliers are tried for each size of a table.
const MULTIPLIERS: u64 = 24;

/// How many slots are looked at in a large table without another multiplier being tried.
const PROBES_ENOUGH: u8 = 4;

/// More states, slots or bytes than 31 bits count, or a literal of more bytes than 16 bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// First every state gets its place, then its words are written.
pub(super) fn pack(drafts: &Drafts<'_>) -> Result<Automaton, TooLarge> {
    let order = order(drafts)?;
    let mut planner = Planner { drafts, text: Vec::new(), spans: Vec::new() };
    let (mut places, mut end) = (HashMap::with_capacity(order.len()), 0_usize);
    let mut plans = Vec::with_capacity(order.len());
    for id in order {
        let plan = planner.plan(drafts.states.get(index(id)).ok_or(TooLarge)?)?;
        places.insert(id, count(end)?);
        end = end.checked_add(plan.records()).ok_or(TooLarge)?;
        plans.push(plan);
    }
    let mut arena = Vec::with_capacity(end);
    for plan in plans {
        plan.write(&places, &mut arena)?;
    }
    let test = |test: &Test| {
        let (yes, no) = (resolve(test.yes, &places)?, resolve(test.no, &places)?);
        Ok(PackedTest { parts: test.parts.clone(), yes, no })
    };
    Ok(Automaton {
        arena: arena.into(),
        text: planner.text.into(),
        spans: planner.spans.into(),
        tests: drafts.tests.iter().map(test).collect::<Result<_, _>>()?,
    })
}

/// The states that have a place of their own, from the start on: those inside a run have none.
fn order(drafts: &Drafts<'_>) -> Result<Vec<StateId>, TooLarge> {
    let mut seen = vec![false; drafts.states.len()];
    let mut order = vec![0];
    *seen.first_mut().ok_or(TooLarge)? = true;
    let mut add = |order: &mut Vec<StateId>, id: StateId| {
        if let Some(seen @ false) = seen.get_mut(index(id)) {
            *seen = true;
            order.push(id);
        }
    };
    for test in &drafts.tests {
        [test.yes, test.no].into_iter().filter_map(Next::state).for_each(|id| add(&mut order, id));
    }
    let mut at = 0;
    while let Some(draft) = order.get(at).and_then(|id| drafts.states.get(index(*id))) {
        match draft.single() {
            Some((_, next)) => add(&mut order, drafts.end_of_run(next)),
            None => draft.literals.iter().for_each(|(_, id)| add(&mut order, *id)),
        }
        draft.otherwise.state().into_iter().for_each(|id| add(&mut order, id));
        at = at.saturating_add(1);
    }
    Ok(order)
}

impl Next {
    const fn state(self) -> Option<StateId> {
        match self {
            Self::State(id) => Some(id),
            Self::Miss | Self::Test(_) => None,
        }
    }
}

impl<'t> Draft<'t> {
    /// The only segment that may follow, and where it leads.
    fn single(&self) -> Option<(&'t str, StateId)> {
        match (self.literals.as_slice(), self.otherwise) {
            ([(text, next)], Next::Miss) => Some((text, *next)),
            _ => None,
        }
    }
}

impl Drafts<'_> {
    /// The first state from this one on that is more than a step between two literals.
    fn end_of_run(&self, mut id: StateId) -> StateId {
        while let Some((_, next)) = self.inside_run(id) {
            id = next;
        }
        id
    }

    fn inside_run(&self, id: StateId) -> Option<(&str, StateId)> {
        self.states.get(index(id)).filter(|draft| draft.leaf.is_none())?.single()
    }
}

/// A state whose words are known up to the places of other states.
enum Plan {
    End { header: Header },
    Run { header: Header, literal: Literal, masks: [u64; 2] },
    Any { header: Header, next: StateId },
    Table { header: Header, multiplier: u64, otherwise: Next, slots: Vec<Option<Literal>> },
}

/// A literal, and where it leads.
#[derive(Clone, Copy)]
struct Literal {
    words: [u64; 2],
    /// One more than the index of what it holds behind them, or 0.
    rest: u32,
    next: StateId,
}

type Places = HashMap<StateId, u32>;

impl Literal {
    fn record(self, places: &Places) -> Result<Record, TooLarge> {
        let [first, second] = self.words;
        let next = resolve(Next::State(self.next), places)?;
        Ok([first, second, u64::from(self.rest) << 32 | u64::from(next)])
    }
}

impl Plan {
    fn records(&self) -> usize {
        match self {
            Self::End { .. } | Self::Any { .. } => 1,
            Self::Run { .. } => 2,
            Self::Table { slots, .. } => slots.len().saturating_add(1),
        }
    }

    fn write(self, places: &Places, arena: &mut Vec<Record>) -> Result<(), TooLarge> {
        match self {
            Self::End { header } => arena.push([header.0, u64::from(NONE), 0]),
            Self::Run { header, literal, masks: [first_mask, second_mask] } => {
                let [first, second, link] = literal.record(places)?;
                arena.extend([[header.0, first, second], [first_mask, second_mask, link]]);
            }
            Self::Any { header, next } => {
                arena.push([header.0, u64::from(resolve(Next::State(next), places)?), 0]);
            }
            Self::Table { header, multiplier, otherwise, slots } => {
                arena.push([header.0, u64::from(resolve(otherwise, places)?), multiplier]);
                for slot in slots {
                    // No text has a byte of eight ones.
                    let free = [u64::MAX, 0, u64::from(NONE)];
                    arena.push(slot.map_or(Ok(free), |literal| literal.record(places))?);
                }
            }
        }
        Ok(())
    }
}

fn resolve(next: Next, places: &Places) -> Result<u32, TooLarge> {
    match next {
        Next::Miss => Ok(NONE),
        Next::State(id) => places.get(&id).copied().ok_or(TooLarge),
        Next::Test(test) => Ok(test | TEST),
    }
}

struct Planner<'d> {
    drafts: &'d Drafts<'d>,
    text: Vec<u8>,
    spans: Vec<(u32, u32)>,
}

impl Planner<'_> {
    fn plan(&mut self, draft: &Draft<'_>) -> Result<Plan, TooLarge> {
        let depth = u8::try_from(index(draft.depth) % SEGMENTS_KEPT).map_err(|_| TooLarge)?;
        let header = |kind| Header::new(draft.leaf.map_or(NONE, |leaf| leaf.0), kind).at_depth(depth);
        if let Some((text, next)) = draft.single() {
            return self.run(header(Kind::Run), text, next);
        }
        match (draft.literals.as_slice(), draft.otherwise) {
            ([], Next::Miss) => Ok(Plan::End { header: header(Kind::End) }),
            ([], Next::State(next)) => Ok(Plan::Any { header: header(Kind::Any), next }),
            (literals, otherwise) => self.table(header(Kind::Table), literals, otherwise),
        }
    }

    /// One literal, and all that follow it without an alternative.
    fn run(&mut self, header: Header, text: &str, mut next: StateId) -> Result<Plan, TooLarge> {
        let mut text = text.to_owned();
        while let Some((later, after)) = self.drafts.inside_run(next) {
            text.push('/');
            text.push_str(later);
            next = after;
        }
        let length = u16::try_from(text.len().saturating_add(1)).map_err(|_| TooLarge)?;
        let masks = [mask_of(length.into()), mask_of(usize::from(length).saturating_sub(WORD))];
        Ok(Plan::Run { header: header.with_length(length), literal: self.literal(&text, next)?, masks })
    }

    /// A literal; what it holds behind its first two words is kept.
    fn literal(&mut self, text: &str, next: StateId) -> Result<Literal, TooLarge> {
        let words = words_of(text);
        let Some(rest) = text.as_bytes().get(2 * WORD..) else { return Ok(Literal { words, rest: 0, next }) };
        let from = count(self.text.len())?;
        self.text.extend_from_slice(rest);
        self.spans.push((from, count(self.text.len())?));
        Ok(Literal { words, rest: count(self.spans.len())?, next })
    }

    fn table(
        &mut self,
        header: Header,
        texts: &[(&str, StateId)],
        otherwise: Next,
    ) -> Result<Plan, TooLarge> {
        let literals: Vec<Literal> =
            texts.iter().map(|(text, next)| self.literal(text, *next)).collect::<Result<_, _>>()?;
        let is_deep = share_words(&literals);
        let input = |((text, _), literal): (&(&str, StateId), &Literal)| input_of(text, literal, is_deep);
        let inputs: Vec<u64> = texts.iter().zip(&literals).map(input).collect();
        let Layout { multiplier, shift, probes, places, size } = lay_out(&inputs).ok_or(TooLarge)?;
        let mut slots = vec![None; size];
        for (literal, place) in literals.into_iter().zip(places) {
            *slots.get_mut(place).ok_or(TooLarge)? = Some(literal);
        }
        Ok(Plan::Table { header: header.with_hashing(shift, probes, is_deep), multiplier, otherwise, slots })
    }
}

fn count(length: usize) -> Result<u32, TooLarge> {
    // The highest bit marks tests.
    u32::try_from(length).ok().filter(|count| *count < TEST).ok_or(TooLarge)
}

/// The first two words of a text with the slash behind it, zero behind that.
fn words_of(text: &str) -> [u64; 2] {
    let rest = Rest::new(text.as_bytes());
    let length = text.len().saturating_add(1);
    let second = rest.after(WORD).map_or(0, |rest| rest.word().0);
    [rest.word().0 & mask_of(length), second & mask_of(length.saturating_sub(WORD))]
}

/// As many bytes as there are, from the lowest on.
fn mask_of(bytes: usize) -> u64 {
    let unused = u32::try_from(WORD.saturating_sub(bytes).saturating_mul(8)).unwrap_or(64);
    u64::MAX.checked_shr(unused).unwrap_or(0)
}

/// Whether two long literals begin with the same words.
fn share_words(literals: &[Literal]) -> bool {
    let long = literals.iter().filter(|literal| literal.rest != 0);
    let mut words: Vec<_> = long.map(|literal| literal.words).collect();
    words.sort_unstable();
    words.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

fn input_of(text: &str, literal: &Literal, is_deep: bool) -> u64 {
    let input = hash_input(literal.words);
    if !is_deep || literal.rest == 0 {
        return input;
    }
    Rest::new(text.as_bytes()).after(2 * WORD).map_or(input, |rest| deep_hash_input(input, rest))
}

/// Where the literals of a table lie.
struct Layout {
    multiplier: u64,
    shift: u8,
    probes: u8,
    places: Vec<usize>,
    /// How many slots there are, those included that only looking further reaches.
    size: usize,
}

/// Finds a size and a multiplier so that few slots are looked at: one for small tables. `None` where it is always more
/// than 255.
fn lay_out(inputs: &[u64]) -> Option<Layout> {
    let least = inputs.len().max(2).checked_next_power_of_two()?.trailing_zeros();
    let (enough, sizes) = if inputs.len() <= PERFECT_LITERALS_MAX { (1, 4) } else { (PROBES_ENOUGH, 2) };
    let mut best = None::<Layout>;
    for bits in least..least.saturating_add(sizes) {
        for multiplier in multipliers() {
            let Some(layout) = place(inputs, bits, multiplier) else { continue };
            if layout.probes <= enough {
                return Some(layout);
            }
            if best.as_ref().is_none_or(|best| layout.probes < best.probes) {
                best = Some(layout);
            }
        }
    }
    best
}

/// Odd numbers without a pattern (the steps of SplitMix64).
fn multipliers() -> impl Iterator<Item = u64> {
    (1..=MULTIPLIERS).map(|at| {
        let mixed = at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) | 1
    })
}

/// Places each literal in the first free slot from the one on that it would rather have; `None` where one lies too far.
fn place(inputs: &[u64], bits: u32, multiplier: u64) -> Option<Layout> {
    let shift = u64::BITS.checked_sub(bits)?;
    let wanted = 1_usize.checked_shl(bits)?;
    // A table does not go round: behind its end are as many slots as one may have to look at.
    let mut taken = vec![false; wanted.checked_add(usize::from(u8::MAX))?];
    let mut places = Vec::with_capacity(inputs.len());
    let (mut probes, mut size) = (1_u8, wanted);
    for input in inputs {
        let (mut at, mut looked) = (slot(*input, multiplier, u64::from(shift)), 1_u8);
        while *taken.get(at)? {
            looked = looked.checked_add(1)?;
            at = at.checked_add(1)?;
        }
        *taken.get_mut(at)? = true;
        probes = probes.max(looked);
        size = size.max(at.checked_add(1)?);
        places.push(at);
    }
    // What probing reads must lie inside the table.
    let size = size.max(wanted.checked_add(usize::from(probes))?.checked_sub(1)?);
    Some(Layout { multiplier, shift: u8::try_from(shift).ok()?, probes, places, size })
}
