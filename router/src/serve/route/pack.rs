//! Drafts of states -> the packed automaton.

use super::automaton::{
    Automaton, Header, NONE, ODD, PackedTest, Record, TEST, THREE_WORDS, TWO_WORDS, deep_hash_input,
    hash_input, index, slot,
};
use super::determinise::{Draft, Drafts, Next, StateId, Test};
use super::leaf::LeafDraft;
use super::trie::LeafId;
use super::words::{WORD, word, words};

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

/// First every state gets its place, then its words are written.
pub(super) fn pack(drafts: &Drafts<'_>, leaves: &[LeafDraft]) -> Result<Automaton, TooLarge> {
    let order = order(drafts)?;
    let mut planner = Planner { drafts, leaves, text: Vec::new() };
    let (mut places, mut end) = (vec![NONE; drafts.states.len()], 0_usize);
    let mut plans = Vec::with_capacity(order.len());
    for id in order {
        let plan = planner.plan(drafts.states.get(index(id)).ok_or(TooLarge)?)?;
        *places.get_mut(index(id)).ok_or(TooLarge)? = count(end)?;
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
    Plain { header: Header, otherwise: Next },
    Run { header: Header, literal: Literal },
    Table { header: Header, otherwise: Next, hash: [u64; 2], slots: Vec<Option<Literal>> },
}

/// A literal, and where it leads.
#[derive(Clone, Copy)]
struct Literal {
    words: [u64; 2],
    length: u32,
    /// What lies between the words: nothing, a word, or the place of its text.
    third: u64,
    next: StateId,
}

/// Where each state starts in the arena.
type Places = [u32];

impl Literal {
    fn record(self, places: &Places) -> Result<Record, TooLarge> {
        let [first, second] = self.words;
        let next = resolve(Next::State(self.next), places)?;
        Ok([first, second, u64::from(next) << 32 | u64::from(self.length), self.third])
    }
}

impl Plan {
    fn records(&self) -> usize {
        match self {
            Self::Plain { .. } => 1,
            Self::Run { .. } => 2,
            Self::Table { slots, .. } => slots.len(),
        }
    }

    fn write(self, places: &Places, arena: &mut Vec<Record>) -> Result<(), TooLarge> {
        match self {
            Self::Plain { header, otherwise } => {
                arena.push([header.0, others(otherwise, false, places)?, 0, 0]);
            }
            Self::Run { header, literal } => {
                arena.extend([[header.0, others(Next::Miss, false, places)?, 0, 0], literal.record(places)?]);
            }
            Self::Table { header, otherwise, hash: [multiplier, shift], slots } => {
                arena.push([header.0, others(otherwise, header.is_rare(), places)?, multiplier, shift]);
                for slot in slots.into_iter().skip(1) {
                    // No path has a segment of as many octets.
                    let free = [0, 0, u64::MAX, 0];
                    arena.push(slot.map_or(Ok(free), |literal| literal.record(places))?);
                }
            }
        }
        Ok(())
    }
}

/// What follows a segment that is no literal, and before it the same where that is known without a closer look.
fn others(next: Next, is_rare: bool, places: &Places) -> Result<u64, TooLarge> {
    let next = resolve(next, places)?;
    Ok(u64::from(next) << 32 | u64::from(if is_rare { ODD } else { next }))
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
        let header = Header::new(draft.leaf.and_then(number).unwrap_or(NONE), index(draft.depth));
        if let Some((text, next)) = draft.single() {
            return self.run(header.with_run(), text, next);
        }
        match (draft.literals.as_slice(), draft.otherwise) {
            ([], otherwise) => Ok(Plan::Plain { header, otherwise }),
            (literals, Next::Miss) => self.table(header, literals, Next::Miss),
            (literals, otherwise) => self.table(header.with_others(), literals, otherwise),
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
        Ok(Plan::Run { header, literal: self.literal(&text, next)? })
    }

    /// A literal; its text is kept where there is more between its words than a third one.
    fn literal(&mut self, text: &str, next: StateId) -> Result<Literal, TooLarge> {
        let length = count(text.len())?;
        let words = words(format!("/{text}").as_bytes(), 1, text.len().saturating_add(1)).ok_or(TooLarge)?;
        let third = match text.len() {
            length if length <= TWO_WORDS => 0,
            length if length <= THREE_WORDS => word(text.as_bytes(), WORD).ok_or(TooLarge)?,
            _ => {
                let at = count(self.text.len())?;
                self.text.extend_from_slice(text.as_bytes());
                u64::from(at)
            }
        };
        Ok(Literal { words, length, third, next })
    }

    fn table(
        &mut self,
        header: Header,
        texts: &[(&str, StateId)],
        otherwise: Next,
    ) -> Result<Plan, TooLarge> {
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
        let (header, hash) = (header.with_table(probes, is_deep), [multiplier, u64::from(shift)]);
        Ok(Plan::Table { header, otherwise, hash, slots })
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
struct Layout {
    multiplier: u64,
    shift: u8,
    probes: u8,
    /// How many literals are not in the slot that they would rather have.
    displaced: usize,
    places: Vec<usize>,
    /// How many slots there are, the first one and those included that only looking further reaches.
    size: usize,
}

/// Finds a size and a multiplier so that few literals are displaced: none in small tables. `None` where so many are that a
/// look-up would look at more than 255 slots.
fn lay_out(inputs: &[u64]) -> Option<Layout> {
    let least = inputs.len().saturating_add(1).max(2).checked_next_power_of_two()?.trailing_zeros();
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
    let shift = u64::BITS.checked_sub(bits)?;
    let wanted = 1_usize.checked_shl(bits)?;
    // A table does not go round: behind its end are as many slots as one may have to look at.
    let mut taken = vec![false; wanted.checked_add(usize::from(u8::MAX))?];
    *taken.first_mut()? = true;
    let mut places = Vec::with_capacity(inputs.len());
    let (mut probes, mut displaced, mut size) = (1_u8, 0_usize, wanted);
    for input in inputs {
        let (mut at, mut looked) = (slot(*input, multiplier, u64::from(shift)), 1_u8);
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
    Some(Layout { multiplier, shift: u8::try_from(shift).ok()?, probes, displaced, places, size })
}
