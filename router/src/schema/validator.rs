//! Compiled schemas: verdicts and error reports.
//!
//! Takes: a slot and an instance. Gives: a verdict without allocation for plain schemas, or a bounded list of errors. Immutable and
//! shared by all requests. Stack use grows with the instance's nesting alone, which its decoder bounds (REF-020). Never panics.

use super::SchemaSlot;
use super::instance::InstanceNode;
use super::plain::PlainSchemas;
use super::report::{Report, SchemaError};
use super::union::Discriminator;
use super::view::{ArenaJson, Budget, View};
use crate::description::Diagnostics;
use crate::limits::schema::REPORT_HOPS_MAX;
use jsonschema::Validator;
use std::collections::HashMap;
use std::fmt;

/// Keywords whose members or items are schemas: what follows them in a pointer is a name or an index.
const HOLDERS: [&str; 7] =
    ["properties", "patternProperties", "dependentSchemas", "allOf", "anyOf", "oneOf", "prefixItems"];

/// Where an entry of the compiled document stands in the description.
#[derive(Clone, Debug)]
pub(super) struct EntryPlace {
    pub(super) pointer: Box<str>,
}

/// How many arrays and objects lie inside one another, at least 1.
fn nesting(node: InstanceNode<'_>) -> u32 {
    let mut deepest = 1;
    let mut stack = vec![(node, 1_u32)];
    while let Some((node, level)) = stack.pop() {
        deepest = deepest.max(level);
        let inner = level.saturating_add(1);
        let children = node.items().chain(node.members().map(|(_, value)| value));
        stack.extend(children.filter(|child| !child.is_empty()).map(|child| (child, inner)));
    }
    deepest
}

/// A schema that operations use.
#[derive(Debug)]
pub(super) struct Slot {
    /// The name of the member that leads to it.
    name: Box<str>,
    /// The position of its entry.
    pub(super) entry: u32,
}

/// Every schema of a description, compiled. Immutable, `Send` and `Sync`.
pub struct Schemas {
    validator: Validator<ArenaJson>,
    slots: Box<[Slot]>,
    pub(super) plain: PlainSchemas,
    entries: Box<[EntryPlace]>,
    discriminators: HashMap<Box<str>, Discriminator>,
    warnings: Diagnostics,
    /// The most schemas that judge one value inside each other. A report needs about a quarter of a KiB of stack for each,
    /// at each level of the instance's nesting; a verdict half of that.
    hops_max: u32,
    /// Keywords of older drafts, by the pointer that they have in 2020-12.
    renamed: HashMap<Box<str>, &'static str>,
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas")
            .field("slots", &self.slots.len())
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Schemas {
    pub(super) fn new(
        (validator, plain): (Validator<ArenaJson>, PlainSchemas),
        slots: impl IntoIterator<Item = usize>,
        entries: Box<[EntryPlace]>,
        discriminators: HashMap<Box<str>, Discriminator>,
        warnings: Diagnostics,
    ) -> Self {
        let slots = slots.into_iter().enumerate().map(|(slot, entry)| Slot {
            name: slot.to_string().into(),
            entry: u32::try_from(entry).unwrap_or(u32::MAX),
        });
        Self {
            validator,
            slots: slots.collect(),
            plain,
            entries,
            discriminators,
            warnings,
            hops_max: 0,
            renamed: HashMap::new(),
        }
    }

    /// What was found while compiling: warnings, since errors prevent it.
    #[must_use]
    pub const fn diagnostics(&self) -> &Diagnostics {
        &self.warnings
    }

    pub(super) fn rename(&mut self, pointer: String, original: &'static str) {
        self.renamed.insert(pointer.into_boxed_str(), original);
    }

    /// The pointer of what `path` leads to from the schema at `entry`, with the names that the description has.
    pub(super) fn described(&self, entry: &str, path: &str) -> String {
        let mut pointer = entry.to_owned();
        let mut is_keyword = true;
        for token in path.split('/').filter(|_| !path.is_empty()) {
            pointer.push('/');
            let start = pointer.len();
            pointer.push_str(token);
            if !is_keyword {
                is_keyword = true;
                continue;
            }
            is_keyword = !HOLDERS.contains(&token);
            if let Some(original) = self.renamed.get(&*pointer) {
                pointer.truncate(start);
                pointer.push_str(original);
            }
        }
        pointer
    }

    pub(super) const fn set_hops_max(&mut self, hops_max: u32) {
        self.hops_max = hops_max;
    }

    pub(super) fn slot(&self, slot: SchemaSlot) -> Option<&Slot> {
        self.slots.get(usize::try_from(slot.0).ok()?)
    }

    /// Whether the instance is valid against the schema of the slot; false for a slot of other schemas.
    #[must_use]
    pub fn is_valid(&self, slot: SchemaSlot, node: InstanceNode<'_>) -> bool {
        let Some(own) = self.slot(slot) else { return false };
        self.plain.verdict(own.entry, node).unwrap_or_else(|| self.is_valid_in_general(own, node))
    }

    pub(super) fn is_valid_in_general(&self, slot: &Slot, node: InstanceNode<'_>) -> bool {
        self.validator.is_valid(View::slot(&slot.name, node, None))
    }

    /// Why the instance is not valid: at most `errors_max` errors (SCH-028); none when it is valid. Work and memory are
    /// bounded by `errors_max`, whatever the instance.
    #[must_use]
    pub fn errors(&self, slot: SchemaSlot, node: InstanceNode<'_>, errors_max: usize) -> Vec<SchemaError> {
        if errors_max == 0 || self.is_valid(slot, node) {
            return Vec::new();
        }
        let Some(own) = self.slot(slot) else { return Vec::new() };
        // A report needs stack for every schema at every level (REF-020): where that is too much, it says only that
        // the instance is not valid.
        if self.hops_max.saturating_mul(nesting(node)) > REPORT_HOPS_MAX {
            return vec![SchemaError::plain()];
        }
        Report::new(self, errors_max).run(&own.name, node)
    }

    pub(super) fn raw_errors<'v>(
        &'v self,
        slot_name: &'v str,
        node: InstanceNode<'v>,
        budget: &'v Budget,
    ) -> impl Iterator<Item = jsonschema::ValidationError<'v>> {
        self.validator.iter_errors(View::slot(slot_name, node, Some(budget)))
    }

    pub(super) fn entry_pointer(&self, position: usize) -> &str {
        self.entries.get(position).map_or("", |entry| &entry.pointer)
    }

    pub(super) fn discriminator(&self, pointer: &str) -> Option<&Discriminator> {
        self.discriminators.get(pointer)
    }
}
