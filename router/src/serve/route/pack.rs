//! Drafts of states -> the packed automaton.

use super::automaton::{
    Automaton, FOUR_WORDS, NONE, ODD, PackedTest, Record, TEST, THREE_WORDS, TWO_WORDS, deep_hash_input,
    hash_input, index, slot,
};
use super::determinise::{Draft, Drafts, Next, StateId, Test};
use super::leaf::LeafDraft;
use super::shorts::Shorts;
use super::trie::LeafId;
use super::words::{WORD, word, words_of_literal};

/// Up to how many literals none of a table should be displaced.
const PERFECT_LITERALS_MAX: usize = 192;

/// How many multipliers are tried for each size of a large table, and of any other.
const MULTIPLIERS: (u64, u64) = (24, 256);

/// How many literals of a table may have the same words before all of a text is hashed.
const SHARING_MAX: usize = 4;

/// One in how many literals of a large table may be displaced without another multiplier being tried.
const DISPLACED_ONE_IN: usize = 16;

/// More states, slots or bytes than 31 bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// First the literals of every state get their places, and then the states that something else leads to; then all is written.
pub(super) fn pack(
    drafts: &Drafts<'_>,
    leaves: &[LeafDraft],
    shorts: &[(Box<str>, u32)],
) -> Result<Automaton, TooLarge> {
    let order = order(drafts)?;
    let mut planner = Planner { drafts, leaves, text: Vec::new() };
    let mut plans = Vec::with_capacity(order.len());
    let mut end = 0;
    for id in order {
        let mut plan = planner.plan(drafts.states.get(index(id)).ok_or(TooLarge)?)?;
        plan.state.base = count(end)?;
        end = end.checked_add(plan.slots.len()).ok_or(TooLarge)?;
        plans.push((id, plan));
    }
    let alone = states_alone(drafts, &plans, end)?;
    let mut states = vec![Record::new(NONE, 0); drafts.states.len()];
    for (id, plan) in &plans {
        *states.get_mut(index(*id)).ok_or(TooLarge)? = plan.resolved(&alone)?;
    }
    let state = |id: StateId| states.get(index(id)).copied().ok_or(TooLarge);
    let mut arena = Vec::with_capacity(end.saturating_add(plans.len()));
    for slot in plans.iter().flat_map(|(_, plan)| &plan.slots) {
        let free = Record::new(NONE, 0);
        arena.push(slot.map_or(Ok(free), |literal| literal.record(state))?);
    }
    for (id, _) in &plans {
        if alone.get(index(*id)).is_some_and(|place| *place != NONE) {
            arena.push(state(*id)?);
        }
    }
    let test = |test: &Test| {
        let (yes, no) = (resolve(test.yes, &alone)?, resolve(test.no, &alone)?);
        Ok(PackedTest { parts: test.parts.clone(), yes, no })
    };
    Ok(Automaton {
        start: state(0)?,
        shorts: Shorts::pack(shorts)?,
        arena: arena.into(),
        text: planner.text.into(),
        tests: drafts.tests.iter().map(test).collect::<Result<_, _>>()?,
    })
}

/// Where the states lie that something else than a literal leads to, from this place on; [`NONE`] for all others.
fn states_alone(
    drafts: &Drafts<'_>,
    plans: &[(StateId, Plan)],
    mut end: usize,
) -> Result<Vec<u32>, TooLarge> {
    let mut places = vec![NONE; drafts.states.len()];
    let tests = drafts.tests.iter().flat_map(|test| [test.yes, test.no]);
    let others = plans.iter().map(|(_, plan)| plan.others);
    for id in tests.chain(others).filter_map(Next::state) {
        // Any place says that there is to be one.
        *places.get_mut(index(id)).ok_or(TooLarge)? = 0;
    }
    for (id, _) in plans {
        if let Some(place @ 0) = places.get_mut(index(*id)) {
            *place = count(end)?;
            end = end.checked_add(1).ok_or(TooLarge)?;
        }
    }
    Ok(places)
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

/// A state that is known up to the places of other states, and the records of its literals.
struct Plan {
    state: Record,
    others: Next,
    slots: Vec<Option<Literal>>,
}

/// A literal, and where it leads.
#[derive(Clone, Copy)]
struct Literal {
    words: [u64; 2],
    between: [u64; 2],
    length: u32,
    next: StateId,
}

/// Where each state lies in the arena that something else than a literal leads to.
type Places = [u32];

impl Literal {
    fn record(self, state: impl Fn(StateId) -> Result<Record, TooLarge>) -> Result<Record, TooLarge> {
        let Self { words, between, length, next } = self;
        Ok(Record { words, between, length, ..state(next)? })
    }
}

impl Plan {
    fn resolved(&self, places: &Places) -> Result<Record, TooLarge> {
        let others = resolve(self.others, places)?;
        // Whether a literal that is not in its slot may still be in the table.
        let is_rare = self.state.kind & (Record::DEEP | Record::PROBING) != 0;
        Ok(Record { others, otherwise: if is_rare { ODD } else { others }, ..self.state })
    }
}

fn resolve(next: Next, places: &Places) -> Result<u32, TooLarge> {
    match next {
        Next::Miss => Ok(NONE),
        Next::State(id) => places.get(index(id)).copied().filter(|place| *place != NONE).ok_or(TooLarge),
        Next::Test(test) => Ok(test | TEST),
    }
}

struct Planner<'d> {
    drafts: &'d Drafts<'d>,
    leaves: &'d [LeafDraft],
    text: Vec<u8>,
}

impl Planner<'_> {
    fn plan(&mut self, draft: &Draft<'_>) -> Result<Plan, TooLarge> {
        let number = |leaf: LeafId| self.leaves.get(leaf.index()).map(|draft| draft.number(leaf.0));
        let state = Record::new(draft.leaf.and_then(number).unwrap_or(NONE), index(draft.depth));
        if let Some((text, next)) = draft.single() {
            return self.run(state, text, next);
        }
        match (draft.literals.as_slice(), draft.otherwise) {
            ([], others) => Ok(Plan { state, others, slots: Vec::new() }),
            (literals, others) => self.table(state, literals, others),
        }
    }

    /// One literal, and all that follow it without an alternative.
    fn run(&mut self, state: Record, text: &str, mut next: StateId) -> Result<Plan, TooLarge> {
        let mut text = text.to_owned();
        while let Some((later, after)) = self.drafts.inside_run(next) {
            text.push('/');
            text.push_str(later);
            next = after;
        }
        let slots = vec![Some(self.literal(&text, next)?)];
        Ok(Plan { state: Record { kind: Record::RUN, ..state }, others: Next::Miss, slots })
    }

    /// A literal; its text is kept where there is more between its words than two others.
    fn literal(&mut self, text: &str, next: StateId) -> Result<Literal, TooLarge> {
        let length = count(text.len())?;
        let words = words_of_literal(text.as_bytes());
        let word = |at: usize| word(text.as_bytes(), at).ok_or(TooLarge);
        let between = match text.len() {
            length if length <= TWO_WORDS => [0, 0],
            length if length <= THREE_WORDS => [word(WORD)?, 0],
            length if length <= FOUR_WORDS => [word(WORD)?, word(length.saturating_sub(TWO_WORDS))?],
            _ => {
                let at = count(self.text.len())?;
                self.text.extend_from_slice(text.as_bytes());
                [u64::from(at), 0]
            }
        };
        Ok(Literal { words, between, length, next })
    }

    fn table(&mut self, state: Record, texts: &[(&str, StateId)], others: Next) -> Result<Plan, TooLarge> {
        let literals: Vec<Literal> =
            texts.iter().map(|(text, next)| self.literal(text, *next)).collect::<Result<_, _>>()?;
        let is_deep = share_words(&literals) > SHARING_MAX;
        let input = |((text, _), literal): (&(&str, StateId), &Literal)| input_of(text, literal, is_deep);
        let inputs: Vec<u64> = texts.iter().zip(&literals).map(input).collect();
        let Layout { multiplier, shift, probes, places, size, .. } = lay_out(&inputs).ok_or(TooLarge)?;
        let mut slots = vec![None; size];
        for (literal, place) in literals.into_iter().zip(places) {
            *slots.get_mut(place).ok_or(TooLarge)? = Some(literal);
        }
        let table = if is_deep { Record::DEEP } else { Record::TABLE };
        let kind = if probes > 1 { table | Record::PROBING } else { table };
        Ok(Plan { state: Record { multiplier, shift, kind, probes, ..state }, others, slots })
    }
}

fn count(length: usize) -> Result<u32, TooLarge> {
    // The highest bit marks tests.
    u32::try_from(length).ok().filter(|count| *count < TEST).ok_or(TooLarge)
}

/// How many literals at most have the same words and length.
fn share_words(literals: &[Literal]) -> usize {
    let mut words: Vec<_> = literals.iter().map(|literal| (literal.words, literal.length)).collect();
    words.sort_unstable();
    words.chunk_by(|a, b| a == b).map(<[_]>::len).max().unwrap_or(0)
}

fn input_of(text: &str, literal: &Literal, is_deep: bool) -> u64 {
    if is_deep {
        deep_hash_input(literal.words, text.as_bytes())
    } else {
        hash_input(literal.words, text.len())
    }
}

/// Where the literals of a table lie.
pub(super) struct Layout {
    pub(super) multiplier: u64,
    pub(super) shift: u8,
    probes: u8,
    /// How many literals are not in the slot that they would rather have.
    displaced: usize,
    pub(super) places: Vec<usize>,
    /// How many slots there are, those included that only looking further reaches.
    pub(super) size: usize,
}

/// Finds a size and a multiplier so that few literals are displaced: none in small tables. `None` where so many are that a
/// look-up would look at more than 255 slots.
pub(super) fn lay_out(inputs: &[u64]) -> Option<Layout> {
    let least = inputs.len().max(2).checked_next_power_of_two()?.trailing_zeros();
    let (enough, sizes, tries) = match inputs.len() {
        0..=PERFECT_LITERALS_MAX => (0, 5, MULTIPLIERS.1),
        literals => (literals / DISPLACED_ONE_IN, 3, MULTIPLIERS.0),
    };
    let mut best = None::<Layout>;
    for bits in least..least.saturating_add(sizes) {
        for multiplier in multipliers(tries) {
            let Some(layout) = place(inputs, bits, multiplier) else { continue };
            if layout.displaced <= enough {
                return Some(layout);
            }
            if best.as_ref().is_none_or(|best| layout.displaced < best.displaced) {
                best = Some(layout);
            }
        }
    }
    best
}

/// Odd numbers without a pattern (the steps of SplitMix64).
fn multipliers(tries: u64) -> impl Iterator<Item = u64> {
    (1..=tries).map(|at| {
        let mixed = at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) | 1
    })
}

/// Places each literal in the first free slot from the one on that it would rather have; `None` where one lies too far.
fn place(inputs: &[u64], bits: u32, multiplier: u64) -> Option<Layout> {
    let shift = u8::try_from(u64::BITS.checked_sub(bits)?).ok()?;
    let wanted = 1_usize.checked_shl(bits)?;
    // A table does not go round: behind its end are as many slots as one may have to look at.
    let mut taken = vec![false; wanted.checked_add(usize::from(u8::MAX))?];
    let mut places = Vec::with_capacity(inputs.len());
    let (mut probes, mut displaced, mut size) = (1_u8, 0_usize, wanted);
    for input in inputs {
        let (mut at, mut looked) = (slot(*input, multiplier, shift), 1_u8);
        while *taken.get(at)? {
            looked = looked.checked_add(1)?;
            at = at.checked_add(1)?;
        }
        *taken.get_mut(at)? = true;
        displaced = displaced.saturating_add(usize::from(looked > 1));
        probes = probes.max(looked);
        size = size.max(at.checked_add(1)?);
        places.push(at);
    }
    // What probing reads must lie inside the table.
    let size = size.max(wanted.checked_add(usize::from(probes))?.checked_sub(1)?);
    Some(Layout { multiplier, shift, probes, displaced, places, size })
}
