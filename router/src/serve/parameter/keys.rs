//! Which parameter claims a key of the query string or of the Cookie header.
//!
//! Takes: the plans of an operation (build phase), decoded keys (serve phase). Gives: the position of
//! the plan that claims the key, found in one sorted table whatever the number of parameters. The
//! properties of an exploded object are keys themselves, its name is none (SER-024). Never panics.

use super::plan::{ParameterPlan, Source};
use super::structure::ObjectStructure;
use crate::description::{ParameterLocation, Style};

/// What a key is to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The plan at this position claims it.
    Plan(u16),
    /// Known, and no parameter's.
    Known,
    /// Declared nowhere.
    Unknown,
}

/// The keys of one location.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyTable {
    /// Names and properties, sorted.
    keys: Vec<(Box<str>, Claim)>,
    /// Names of `deepObject` parameters, the longest first, so that `a[b]` goes before `a`.
    deep: Vec<(Box<str>, u16)>,
    /// The exploded object that takes what nobody else claims.
    leftovers: Option<u16>,
}

impl KeyTable {
    pub(super) fn of(plans: &[ParameterPlan], location: ParameterLocation) -> Self {
        let mut table = Self::default();
        let ours = || (0_u16..).zip(plans).filter(|(_, plan)| plan.location == location);
        for (position, plan) in ours() {
            match (exploded_object(plan), is_deep(plan)) {
                (None, true) => table.deep.push((plan.name.clone(), position)),
                (None, false) => table.add(&plan.name, Claim::Plan(position)),
                (Some(_), true | false) => {}
            }
        }
        for (position, plan) in ours() {
            let Some(object) = exploded_object(plan) else { continue };
            for name in object.names() {
                table.add(name, Claim::Plan(position));
            }
            if object.takes_leftovers && table.leftovers.is_none() {
                table.leftovers = Some(position);
            }
        }
        table.deep.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        table
    }

    /// Adds a key unless it has a claim.
    fn add(&mut self, name: &str, claim: Claim) {
        if let Err(at) = self.keys.binary_search_by(|(own, _)| (**own).cmp(name)) {
            self.keys.insert(at, (name.into(), claim));
        }
    }

    pub(super) fn know(&mut self, name: &str) {
        self.add(name, Claim::Known);
    }

    /// Whether no key is claimed at all.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.deep.is_empty() && self.leftovers.is_none()
    }

    /// Who claims `key` by its very name.
    pub(super) fn claim_by_name(&self, key: &str) -> Option<Claim> {
        let found = self.keys.binary_search_by(|(own, _)| (**own).cmp(key)).ok()?;
        self.keys.get(found).map(|(_, claim)| *claim)
    }

    /// Who claims `key`: by its name, by brackets behind a name, or as a leftover.
    pub(super) fn claim(&self, key: &str) -> Claim {
        if let Some(claim) = self.claim_by_name(key) {
            return claim;
        }
        let has_bracket = |name: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('['));
        self.deep
            .iter()
            .find(|(name, _)| has_bracket(name))
            .map(|(_, position)| *position)
            .or(self.leftovers)
            .map_or(Claim::Unknown, Claim::Plan)
    }
}

/// The object whose properties are keys, where the parameter is one.
pub(super) fn exploded_object(plan: &ParameterPlan) -> Option<&ObjectStructure> {
    match plan.source {
        Source::Styled { style: Style::Form | Style::Cookie, explode: true } => plan.structure.object_only(),
        Source::Styled { .. } | Source::Content(_) => None,
    }
}

fn is_deep(plan: &ParameterPlan) -> bool {
    matches!(plan.source, Source::Styled { style: Style::DeepObject, .. })
}
