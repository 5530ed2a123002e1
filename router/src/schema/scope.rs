//! References of schemas, static and dynamic.
//!
//! Takes: a referring keyword and the dynamic scope in which it is evaluated. Gives: the schema it leads to, with the
//! scope that holds there. A dynamic reference depends on the scope alone, and the scope on a finite set
//! of anchors: so each schema is compiled once for each scope that matters to it, and none is dynamic
//! any more (SCH-009). Never panics.

use crate::description::{Description, Location, NodeRef, ReferenceError};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// The name under which `$recursiveAnchor` (2019-09) takes part; no anchor can have it.
const RECURSIVE: &str = "$recursiveAnchor";

/// Which schema each dynamic anchor leads to: the outermost one met on the way.
pub(super) type Scope = Rc<BTreeMap<Box<str>, Location>>;

/// A schema under a scope: what is compiled once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) at: Location,
    pub(super) scope: Scope,
}

/// The anchors that can be asked for, when any can.
pub(super) struct Scopes<'d> {
    description: &'d Description,
    /// Roots of schema resources.
    roots: HashSet<Location>,
    /// For each schema the names of dynamic anchors that evaluation may still ask for.
    relevant: HashMap<Location, BTreeSet<Box<str>>>,
}

/// A dynamic reference: where it leads before the scope is looked at, and the anchor's name if the scope decides.
pub(super) struct DynamicTarget {
    pub(super) initial: Location,
    pub(super) name: Option<Box<str>>,
}

/// Reads a `$dynamicRef` or `$recursiveRef`.
pub(super) fn dynamic_target(
    description: &Description,
    at: Location,
    keyword: &str,
    reference: &str,
) -> Result<DynamicTarget, ReferenceError> {
    let initial = description.resolve(at, reference)?;
    let node = description.at(initial);
    let name = if keyword == "$recursiveRef" {
        recursive(node).then(|| RECURSIVE.into())
    } else {
        let fragment = reference.split_once('#').map_or("", |(_, fragment)| fragment);
        let anchor = node.get("$dynamicAnchor").and_then(NodeRef::as_str);
        anchor.filter(|anchor| *anchor == fragment).map(Into::into)
    };
    Ok(DynamicTarget { initial, name })
}

fn recursive(node: NodeRef<'_>) -> bool {
    node.get(RECURSIVE).and_then(NodeRef::as_bool) == Some(true)
}

/// The root of the schema resource around a value.
pub(super) fn resource_root(description: &Description, at: Location) -> Location {
    let resource = description.resource_id(at).and_then(|id| description.index.resource(id));
    resource.map_or(description.root(at.document), |resource| resource.at)
}

/// Every schema with the dynamic anchor `name`.
pub(super) fn anchored(description: &Description, name: &str) -> Vec<Location> {
    let roots = description.resources().map(|(_, root)| root);
    if name == RECURSIVE {
        return roots.filter(|root| recursive(description.at(*root))).collect();
    }
    roots
        .flat_map(|root| description.anchors(root).collect::<Vec<_>>())
        .filter(|(own, _, dynamic)| *dynamic && *own == name)
        .map(|(_, at, _)| at)
        .collect()
}

impl<'d> Scopes<'d> {
    pub(super) fn new(description: &'d Description, relevant: HashMap<Location, BTreeSet<Box<str>>>) -> Self {
        let roots = description.resources().map(|(_, root)| root).collect();
        Self { description, roots, relevant }
    }

    /// Whether evaluation enters another resource here.
    pub(super) fn is_root(&self, at: Location) -> bool {
        self.roots.contains(&at)
    }

    /// The scope after the resource rooted at `root` is entered: anchors met earlier stay.
    pub(super) fn enter(&self, scope: &Scope, root: Location) -> Scope {
        let mut entered = (**scope).clone();
        for (name, at, dynamic) in self.description.anchors(root) {
            if dynamic {
                entered.entry(name.into()).or_insert(at);
            }
        }
        if recursive(self.description.at(root)) {
            entered.entry(RECURSIVE.into()).or_insert(root);
        }
        if entered == **scope { Rc::clone(scope) } else { Rc::new(entered) }
    }

    /// The schema at `at`, reached from `scope`; anchors that nothing there can ask for are forgotten.
    pub(super) fn key(&self, scope: &Scope, at: Location) -> Key {
        let mut entered = (*self.enter(scope, resource_root(self.description, at))).clone();
        let relevant = self.relevant.get(&at);
        entered.retain(|name, _| relevant.is_some_and(|names| names.contains(name)));
        Key { at, scope: Rc::new(entered) }
    }
}
