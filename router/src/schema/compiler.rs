//! Schemas of a description -> one validator for all of them.
//!
//! Takes: the places of the schemas that operations use. Gives: a slot for each and, in the end, every validator in one
//! compiled document, or every reason why not. Belongs to the build phase: allocates, and recurses with the nesting of
//! the description, so it runs on an ordinary thread. Never panics.

use super::check::{SchemaCheck, cut};
use super::closure::{Chains, Closure};
use super::exact;
use super::lower::{self, Lowering, entry_name};
use super::options::SchemaOptions;
use super::plain::PlainSchemas;
use super::union::{Branch, Discriminator};
use super::validator::{EntryPlace, Schemas};
use super::view::ArenaJson;
use super::{content, pattern};
use crate::description::{Code, Description, Diagnostic, Diagnostics, Location, NodeRef, Severity};
use crate::limits::schema::{
    CIRCLE_PLACES_MAX, FINDINGS_MAX, JUDGEMENTS_MAX, REFERENCE_STEPS_MAX, SAME_VALUE_MAX,
};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// The handle of a compiled schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaSlot(pub(super) u32);

/// Collects the schemas of a description and compiles them together.
///
/// ```
/// use brrtrouter::description::Description;
/// use brrtrouter::schema::instance::{JsonLimits, parse_json};
/// use brrtrouter::schema::{SchemaCompiler, SchemaOptions};
///
/// let text = r#"{
///     "openapi": "3.1.2", "info": {"title": "Pets", "version": "1"},
///     "components": {"schemas": {"Age": {"type": "integer", "minimum": 0}}}
/// }"#;
/// let description = Description::from_text("pets.json", text)?;
/// let document = description.entry().document;
/// let age = description.at_pointer(document, "/components/schemas/Age").expect("it stands in the text above");
/// let options = SchemaOptions::default();
/// let mut compiler = SchemaCompiler::new(&description, &options);
/// let slot = compiler.slot(age);
/// let schemas = compiler.compile()?;
///
/// let instance = parse_json(b"-1", &JsonLimits::default()).expect("it is JSON");
/// assert!(!schemas.is_valid(slot, instance.root()));
/// let errors = schemas.errors(slot, instance.root(), 8);
/// assert_eq!(errors[0].keyword_pointer, "/components/schemas/Age/minimum");
/// # Ok::<(), brrtrouter::description::Diagnostics>(())
/// ```
#[derive(Debug)]
pub struct SchemaCompiler<'d> {
    description: &'d Description,
    options: SchemaOptions,
    places: Vec<Location>,
    slots: HashMap<Location, SchemaSlot>,
}

impl<'d> SchemaCompiler<'d> {
    /// A compiler without schemas.
    #[must_use]
    pub fn new(description: &'d Description, options: &SchemaOptions) -> Self {
        Self { description, options: options.clone(), places: Vec::new(), slots: HashMap::new() }
    }

    /// The slot of the schema at `at`. Places that only refer to the same schema share a slot.
    pub fn slot(&mut self, at: Location) -> SchemaSlot {
        let at = self.behind_references(at);
        let next = SchemaSlot(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        let slot = *self.slots.entry(at).or_insert(next);
        if slot == next {
            self.places.push(at);
        }
        slot
    }

    /// Follows schemas that hold nothing but a `$ref` into the same resource.
    fn behind_references(&self, at: Location) -> Location {
        let mut here = at;
        for _ in 0..REFERENCE_STEPS_MAX {
            let node = self.description.at(here);
            let Some(reference) = node.get("$ref").and_then(NodeRef::as_str).filter(|_| node.len() == 1)
            else {
                break;
            };
            let Ok(target) = self.description.resolve(here, reference) else { break };
            if self.description.resource_id(target) != self.description.resource_id(here) {
                break;
            }
            here = target;
        }
        here
    }

    /// Compiles every schema that has a slot.
    ///
    /// # Errors
    /// Every finding about the schemas that are reached, when at least one of them is an error: what [`super::check_schema`] says,
    /// references that lead nowhere, schemas that judge an instance by judging it again (`REF-019`).
    pub fn compile(self) -> Result<Schemas, Diagnostics> {
        let closure = Closure::discover(self.description, &self.places);
        let chains = closure.chains();
        let found = self.check(&closure, &chains);
        if found.has_errors() {
            return Err(found);
        }
        let mut lowering = Lowering {
            description: self.description,
            closure: &closure,
            options: &self.options,
            unions: Vec::new(),
            renamed: Vec::new(),
            linear: HashMap::new(),
        };
        let entries: Vec<Value> = closure.entries.iter().map(|entry| lowering.entry(entry)).collect();
        let mut discriminators = HashMap::new();
        for union in &lowering.unions {
            if let Some(discriminator) = Discriminator::compile(self.description, &closure, union) {
                discriminators.insert(self.pointer(union.at).into_boxed_str(), discriminator);
            }
        }
        let branches: BTreeSet<usize> =
            discriminators.values().flat_map(Discriminator::slots).map(|Branch(position)| position).collect();
        let plain = PlainSchemas::compile(&entries);
        let validator = self.build(&closure, entries, &branches)?;
        let pointers = closure
            .entries
            .iter()
            .map(|entry| EntryPlace { pointer: self.pointer(entry.key.at).into() })
            .collect();
        let mut schemas =
            Schemas::new((validator, plain), self.entries(&closure), pointers, discriminators, found);
        schemas.set_hops_max(chains.longest.0);
        for (at, name, original) in &lowering.renamed {
            schemas.rename(format!("{}/{name}", self.pointer(*at)), original);
        }
        Ok(schemas)
    }

    /// The entry of each slot.
    fn entries(&self, closure: &Closure<'_>) -> impl Iterator<Item = usize> {
        self.places.iter().enumerate().map(|(slot, at)| {
            let key = closure.key(&super::scope::Scope::default(), *at);
            closure.position(&key).unwrap_or(slot)
        })
    }

    /// A JSON Pointer in the entry document; in other documents their URI comes first.
    fn pointer(&self, at: Location) -> String {
        let pointer = self.description.at(at).pointer();
        match self.description.document(at.document) {
            Some(document) if at.document != self.description.entry().document => {
                format!("{}#{pointer}", document.uri().as_str())
            }
            _ => pointer,
        }
    }

    fn check(&self, closure: &Closure<'_>, chains: &Chains) -> Diagnostics {
        let mut check = SchemaCheck::new(self.description);
        for entry in &closure.entries {
            check.run(entry.key.at);
        }
        let mut found = check.finish();
        for unresolved in closure.unresolved.iter().take(FINDINGS_MAX) {
            found.push(self.finding(
                (unresolved.error.code(), unresolved.at),
                format!("the reference leads nowhere: {}", unresolved.error),
                "a schema is compiled with everything that it refers to",
                unresolved.error.mend(),
            ));
        }
        for circle in &chains.circles {
            found.push(self.circle(circle));
        }
        if chains.longest.0 > SAME_VALUE_MAX {
            found.push(self.finding(
                (Code::new("REF-020"), chains.longest.1.unwrap_or(self.description.entry())),
                format!("{} schemas judge one value, each inside the other", chains.longest.0),
                "each takes its share of the stack that a request has",
                format!("let at most {SAME_VALUE_MAX} schemas refer to each other about one value").into(),
            ));
        }
        if chains.most.0 > JUDGEMENTS_MAX {
            found.push(
                self.finding(
                    (Code::new("REF-020"), chains.most.1.unwrap_or(self.description.entry())),
                    format!(
                        "one value can be judged {} times, since references fork and join again",
                        chains.most.0
                    ),
                    "a small request must not be able to cause unbounded work",
                    format!(
                        "let at most {JUDGEMENTS_MAX} ways lead from a schema to those about the same value"
                    )
                    .into(),
                ),
            );
        }
        if closure.overflow {
            let place = (Code::new("REF-019"), self.description.entry());
            found.push(self.finding(
                place,
                "dynamic references give more schemas than can be compiled".to_owned(),
                "every combination of dynamic anchors is a schema of its own",
                "use fewer dynamic anchors".into(),
            ));
        }
        found
    }

    fn finding(
        &self,
        place: (Code, Location),
        what: String,
        why: &'static str,
        mend: std::borrow::Cow<'static, str>,
    ) -> Diagnostic {
        let (code, at) = place;
        Diagnostic {
            code,
            severity: Severity::Error,
            what,
            why: why.into(),
            mend,
            place: self.description.place(at),
            related: Vec::new(),
        }
    }

    fn circle(&self, circle: &[Location]) -> Diagnostic {
        let first = circle.iter().min().copied().unwrap_or(self.description.entry());
        let mut diagnostic = self.finding(
            (Code::new("REF-019"), first),
            "the schema judges an instance by judging it again".to_owned(),
            "references through `$ref`, `allOf`, `anyOf`, `oneOf`, `not`, `if` and the like lead back without looking inside the instance",
            "take one of the references out, or put it under `properties` or `items`".into(),
        );
        let others = circle.iter().filter(|at| **at != first).take(CIRCLE_PLACES_MAX);
        diagnostic.related = others.map(|at| ("leads on to".into(), self.description.place(*at))).collect();
        diagnostic
    }

    fn build(
        &self,
        closure: &Closure<'_>,
        entries: Vec<Value>,
        branches: &BTreeSet<usize>,
    ) -> Result<Validator<ArenaJson>, Diagnostics> {
        let mut slots = Map::new();
        for (slot, position) in self.entries(closure).enumerate() {
            slots.insert(slot.to_string(), json!({ "$ref": format!("#/$defs/{}", entry_name(position)) }));
        }
        for position in branches {
            let name = entry_name(*position);
            slots.insert(name.clone(), json!({ "$ref": format!("#/$defs/{name}") }));
        }
        let definitions: Map<String, Value> = entries
            .into_iter()
            .enumerate()
            .map(|(position, schema)| (entry_name(position), schema))
            .collect();
        let root = json!({ "properties": slots, "$defs": definitions });
        build_validator(&root).map_err(|error| {
            let mut found = Diagnostics::new();
            let position = position_of(error.schema_path().as_str())
                .or_else(|| position_of(error.instance_path().as_str()));
            let at = position.and_then(|position| closure.entries.get(position)).map(|entry| entry.key.at);
            found.push(self.finding(
                (Code::new("SCH-001"), at.unwrap_or(self.description.entry())),
                format!("the schema cannot be compiled: {}", cut(&error.to_string())),
                "the validator refuses it",
                "write the keyword as its dialect has it".into(),
            ));
            found
        })
    }
}

/// The entry that a path in the compiled document leads into.
fn position_of(path: &str) -> Option<usize> {
    path.strip_prefix("/$defs/s")?.split('/').next()?.parse().ok()
}

fn build_validator(root: &Value) -> Result<Validator<ArenaJson>, jsonschema::ValidationError<'static>> {
    let mut options = jsonschema::options_for::<ArenaJson>()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_pattern_options(pattern::engine())
        .with_keyword(pattern::BACKTRACKING, |_, value, _| {
            let keyword = value.as_str().and_then(pattern::compile);
            keyword.ok_or_else(|| jsonschema::ValidationError::custom("not a pattern"))
        })
        .with_keyword(lower::CONTENT, |_, value, _| Ok(content::compile(value)));
    for name in exact::NAMES {
        options = options.with_keyword(format!("{}{name}", exact::PRIVATE), move |_, value, _| {
            let keyword = value.as_str().and_then(|text| exact::compile(name, text));
            keyword.ok_or_else(|| jsonschema::ValidationError::custom("not a number"))
        });
    }
    options.build(root)
}
