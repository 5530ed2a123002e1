//! Pieces of raw text -> values of the request's instance: what every style shares.
//!
//! Takes: text that a style has split at its delimiters. Gives: scalars, arrays and objects, decoded
//! after splitting (SER-017) and converted by type. Bounded in items and members; whoever calls has
//! bounded the bytes. A fault leaves a value that nobody reads. Never panics.

use super::convert::ScalarTypes;
use super::error::{Fault, ParameterRule, Step};
use super::percent::{Coding, Scratch};
use super::structure::ObjectStructure;
use crate::limits;
use crate::schema::instance::{Instance, InstanceId};

/// A key and its value, both raw.
pub(crate) type RawPair<'r> = (&'r str, &'r str);

/// Writes the values of one parameter.
pub(crate) struct Reader<'a> {
    pub(super) instance: &'a mut Instance,
    pub(super) scratch: &'a mut Scratch,
    pub(super) coding: Coding,
}

impl Reader<'_> {
    /// One scalar.
    pub(crate) fn scalar(&mut self, raw: &str, types: ScalarTypes) -> Result<InstanceId, Fault> {
        let text = self.scratch.decode(raw, self.coding)?;
        let scalar = types.read(text).ok_or(ParameterRule::Type)?;
        Ok(scalar.add_to(self.instance))
    }

    /// An array of scalars.
    pub(crate) fn array<'r>(
        &mut self,
        raws: impl Iterator<Item = &'r str>,
        types: ScalarTypes,
    ) -> Result<InstanceId, Fault> {
        self.instance.open_array();
        let outcome = self.items(raws, types);
        let id = self.instance.close();
        outcome.map(|()| id)
    }

    fn items<'r>(&mut self, raws: impl Iterator<Item = &'r str>, types: ScalarTypes) -> Result<(), Fault> {
        for (position, raw) in raws.enumerate() {
            if position >= limits::parameter::ITEMS_MAX {
                return Err(ParameterRule::Limit.into());
            }
            self.scalar(raw, types).map_err(|fault| Fault { step: Step::Item(position), ..fault })?;
        }
        Ok(())
    }

    /// An object of scalars; a style gives a rule where its text has no pair.
    pub(crate) fn object<'r>(
        &mut self,
        pairs: impl Iterator<Item = Result<RawPair<'r>, ParameterRule>>,
        structure: &ObjectStructure,
    ) -> Result<InstanceId, Fault> {
        self.object_with(|reader| {
            for (position, pair) in pairs.enumerate() {
                let (name, value) = pair?;
                reader.count_member(position)?;
                reader.member(name, value, structure)?;
            }
            Ok(())
        })
    }

    /// An object whose members `fill` adds; refuses a name that comes twice (PAR-023).
    pub(crate) fn object_with(
        &mut self,
        fill: impl FnOnce(&mut Self) -> Result<(), Fault>,
    ) -> Result<InstanceId, Fault> {
        self.instance.open_object();
        let outcome = fill(self);
        let id = self.instance.close();
        outcome?;
        match self.instance.node(id).duplicate_member() {
            Some((name, _)) => Err(Fault { rule: ParameterRule::Repeated, step: Step::Member(name.into()) }),
            None => Ok(id),
        }
    }

    /// Refuses member number `position`, from 0, where there are too many.
    pub(crate) fn count_member(&self, position: usize) -> Result<(), Fault> {
        if position < limits::parameter::MEMBERS_MAX { Ok(()) } else { Err(ParameterRule::Limit.into()) }
    }

    fn member(&mut self, raw_name: &str, raw: &str, structure: &ObjectStructure) -> Result<(), Fault> {
        let name = self.scratch.decode(raw_name, self.coding)?;
        self.instance.member_name(name);
        let types = structure.types_of(name);
        match self.scalar(raw, types) {
            Ok(_) => Ok(()),
            Err(fault) => {
                let name = self.scratch.decode(raw_name, self.coding)?;
                Err(Fault { step: Step::Member(name.into()), ..fault })
            }
        }
    }
}

/// The pairs of an exploded object: `R=100,G=200` with `,` between them.
pub(crate) fn exploded_pairs(
    text: &str,
    delimiter: char,
) -> impl Iterator<Item = Result<RawPair<'_>, ParameterRule>> {
    parts(text, delimiter).map(|part| part.split_once('=').ok_or(ParameterRule::Style))
}

/// The pairs of an object that is not exploded: `R,100,G,200`.
pub(crate) fn alternating_pairs<'r>(
    mut parts: impl Iterator<Item = &'r str>,
) -> impl Iterator<Item = Result<RawPair<'r>, ParameterRule>> {
    std::iter::from_fn(move || {
        let name = parts.next()?;
        Some(parts.next().map(|value| (name, value)).ok_or(ParameterRule::Style))
    })
}

/// The parts between delimiters; the empty text has none: it is the empty array or object.
pub(crate) fn parts(text: &str, delimiter: char) -> impl Iterator<Item = &str> {
    (!text.is_empty()).then(|| text.split(delimiter)).into_iter().flatten()
}
