//! References from Object to Object: the form of a Reference Object, and the second turn of the walk.
//!
//! Takes: the walk. Gives: findings about `$ref` (`DOC-016`, `REF-014`, `REF-015`), and further places for
//! the walk. Never panics.

use super::check::{Check, with_article};
use super::finding::Finding;
use super::grammar::{Edition, ObjectType, Shape};
use crate::description::{Kind, Location, NodeRef, ReferenceError, Severity};

/// A reference met in the first turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Referral {
    pub(super) from: Location,
    pub(super) object: ObjectType,
}

impl<'d> Check<'d> {
    /// A Reference Object where an Object of type `object` is expected (`REF-016`).
    pub(super) fn reference(&mut self, at: Location, reference: NodeRef<'d>, object: ObjectType) {
        if !self.claim(at, object) {
            return;
        }
        let node = self.node(at);
        for (name, child) in node.members() {
            match ObjectType::Reference.grammar().field(name) {
                Some(_) if name == "$ref" => {}
                Some(field) => {
                    self.push_child(at, child, field.shape);
                    self.overriding(at, name, object);
                }
                // `DOC-016`.
                None => self.report(
                    Finding::warning("DOC-016", at)
                        .named(name)
                        .what(format!("`{name}` beside `$ref` is ignored"))
                        .why("a Reference Object has `$ref`, `summary` and `description` only, and cannot be extended (§Reference Object)")
                        .mend("move it to the referenced Object, or repeat that Object here"),
                ),
            }
        }
        // Its form was judged when references were resolved (`REF-013`).
        if reference.as_str().is_some() {
            self.referrals.push_back(Referral { from: at, object });
        }
    }

    /// `REF-014`: the override has no effect where the target's type has no such field.
    fn overriding(&mut self, at: Location, name: &str, object: ObjectType) {
        let edition = self.edition(at.document);
        if edition == Edition::V3_0 {
            self.report(
                Finding::lint("REF-014", at)
                    .named(name)
                    .what(format!("`{name}` beside `$ref` is ignored"))
                    .why("a Reference Object of OpenAPI 3.0 has `$ref` only (§Reference Object)")
                    .mend("move it to the referenced Object"),
            );
        } else if object
            .grammar()
            .field(name)
            .is_none_or(|field| edition < field.since || field.until < edition)
        {
            self.report(
                Finding::lint("REF-014", at)
                    .named(name)
                    .what(format!("`{name}` beside `$ref` has no effect"))
                    .why(format!(
                        "{} has no `{name}` that it could override (§Reference Object)",
                        with_article(object.name())
                    ))
                    .mend("remove it"),
            );
        }
    }

    /// The target of a reference, in the second turn.
    pub(super) fn reached(&mut self, referral: Referral) {
        let Referral { from, object } = referral;
        let Some(text) = self.node(from).get("$ref").and_then(NodeRef::as_str) else { return };
        let target = match self.description.resolve(from, text) {
            Ok(target) => target,
            Err(error) => return self.unresolved(from, (text, &error)),
        };
        let node = self.node(target);
        let boolean_schema = object == ObjectType::Schema && node.kind() == Kind::Boolean;
        if object == ObjectType::Schema && self.is_listed_under_all_of(from) {
            self.parents.insert(target);
        }
        // Objects that can be referenced were compared when references were resolved (`REF-015`).
        if self.description.kind(target).is_some_and(|kind| kind.name() != object.name()) {
            return;
        }
        let known = self.types.get(&target).copied();
        if known == Some(object) {
            return;
        }
        if let Some(known) = known {
            self.other_type(referral, target, known.name());
        } else if node.kind() != Kind::Object && !boolean_schema {
            self.other_type(referral, target, node.kind().name());
        } else if object == ObjectType::Schema || object == ObjectType::PathItem {
            self.stack.push((target, Shape::Object(object)));
        } else {
            self.stack.push((target, Shape::OrReference(object)));
        }
    }

    /// What cannot be resolved was told when documents were loaded; some of it as a warning only.
    fn unresolved(&mut self, from: Location, (text, error): (&str, &ReferenceError)) {
        if self.connections() == Severity::Error {
            let reference = self.description.child(from, "$ref").unwrap_or(from);
            self.report(
                Finding::new(error.code(), Severity::Error, reference)
                    .what(format!("`{text}` leads nowhere: {error}"))
                    .why("a reference names a value that exists in one of the documents (§Reference Object)")
                    .mend(error.mend()),
            );
        }
    }

    fn is_listed_under_all_of(&self, at: Location) -> bool {
        let list = self.node(at).parent();
        list.is_some_and(|list| list.kind() == Kind::Array && list.key().is_some_and(|key| key == "allOf"))
    }

    /// `REF-015`: both places are named.
    fn other_type(&mut self, referral: Referral, target: Location, found: &str) {
        let reference = self.description.child(referral.from, "$ref").unwrap_or(referral.from);
        self.report(
            Finding::error("REF-015", reference)
                .what(format!(
                    "the reference leads to {}, not to a {}",
                    with_article(found),
                    referral.object.name()
                ))
                .why(
                    "a reference stands for an Object of the type that its place expects (§Reference Object)",
                )
                .mend(format!("refer to a {}", referral.object.name()))
                .related("the target", target),
        );
    }
}
