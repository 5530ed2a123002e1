//! What a schema asks of an instance, with references followed, `allOf` merged and one branch of each `oneOf` and `anyOf`
//! taken.
//!
//! Takes: schemas that all apply to one instance. Gives: the objects that hold their keywords, and questions over all of
//! them at once. Never panics.

use serde_json::Value;

use super::Reason;
use super::description::{Description, Node};
use super::random::Random;

/// Schema objects that apply to one instance.
const PARTS_MAX: usize = 200;

/// The schema objects that apply to one instance.
#[derive(Debug, Default)]
pub struct Keywords<'d> {
    /// Each with its place.
    pub parts: Vec<Node<'d>>,
    /// Values that a discriminator asks of members.
    pub discriminated: Vec<(String, String)>,
}

impl<'d> Keywords<'d> {
    /// Of `schemas`. With `random`, branches are taken at random; without, the first that is not only `null`.
    ///
    /// # Errors
    /// A reference that leads nowhere, a schema that allows nothing, or one that is too large.
    pub fn of(
        description: &'d Description,
        schemas: &[Node<'d>],
        random: Option<&mut Random>,
    ) -> Result<Self, Reason> {
        Self::gather(description, schemas, Some(random))
    }

    /// What `schemas` ask whichever branch is taken: references and `allOf` alone.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn common(description: &'d Description, schemas: &[Node<'d>]) -> Result<Self, Reason> {
        Self::gather(description, schemas, None)
    }

    fn gather(
        description: &'d Description,
        schemas: &[Node<'d>],
        mut chance: Option<Option<&mut Random>>,
    ) -> Result<Self, Reason> {
        let mut keywords = Self::default();
        let mut open: Vec<Node<'d>> = schemas.iter().rev().cloned().collect();
        let mut seen: Vec<(usize, String)> = Vec::new();
        while let Some(node) = open.pop() {
            // A schema that applies twice asks no more than once; a circle of `allOf` ends here.
            let place = (node.document, node.pointer.clone());
            if seen.contains(&place) {
                continue;
            }
            seen.push(place);
            if keywords.parts.len() > PARTS_MAX {
                return Err("schema of too many parts".to_owned());
            }
            if *node.value == Value::Bool(true) {
                continue;
            }
            if !node.value.is_object() {
                return Err("schema that allows nothing".to_owned());
            }
            if let Some(reference) = node.text("$ref") {
                open.push(description.target(&node, reference)?);
            }
            if node.value.get("$dynamicRef").is_some() {
                return Err("`$dynamicRef`".to_owned());
            }
            open.extend(node.child("allOf").map(|all| all.items()).unwrap_or_default().into_iter().rev());
            let taken = chance.as_mut().map(|random| branches(&node, random.as_deref_mut()));
            for branch in taken.unwrap_or_default() {
                keywords.discriminate(&node, &branch);
                open.push(branch);
            }
            keywords.parts.push(node);
        }
        Ok(keywords)
    }

    fn discriminate(&mut self, node: &Node<'d>, branch: &Node<'d>) {
        let Some(discriminator) = node.child("discriminator") else { return };
        let (Some(property), Some(target)) = (discriminator.text("propertyName"), branch.text("$ref")) else {
            return;
        };
        let mapping = discriminator.child("mapping").map(|mapping| mapping.members()).unwrap_or_default();
        let mapped = mapping.iter().find(|(_, to)| to.value.as_str() == Some(target)).map(|(name, _)| *name);
        let name = mapped.or_else(|| target.rsplit('/').next()).unwrap_or_default();
        self.discriminated.push((property.to_owned(), name.to_owned()));
    }

    /// The values of `keyword` in all parts.
    pub fn all(&self, keyword: &str) -> Vec<Node<'d>> {
        self.parts.iter().filter_map(|part| part.child(keyword)).collect()
    }

    /// The value of `keyword` in the first part that has it.
    pub fn first(&self, keyword: &str) -> Option<&'d Value> {
        self.parts.iter().find_map(|part| part.value.get(keyword))
    }

    /// The greatest of a keyword's numbers.
    pub fn greatest(&self, keyword: &str) -> Option<f64> {
        self.numbers(keyword).reduce(f64::max)
    }

    /// The least of a keyword's numbers.
    pub fn least(&self, keyword: &str) -> Option<f64> {
        self.numbers(keyword).reduce(f64::min)
    }

    fn numbers<'k>(&'k self, keyword: &'k str) -> impl Iterator<Item = f64> + 'k {
        self.parts.iter().filter_map(move |part| part.value.get(keyword).and_then(Value::as_f64))
    }

    /// The greatest of a keyword's counts; 0 where absent.
    pub fn at_least(&self, keyword: &str) -> usize {
        let counts = self.parts.iter().filter_map(|part| part.value.get(keyword).and_then(Value::as_u64));
        counts.max().map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The least of a keyword's counts.
    pub fn at_most(&self, keyword: &str) -> Option<usize> {
        let counts = self.parts.iter().filter_map(|part| part.value.get(keyword).and_then(Value::as_u64));
        counts.min().map(|count| usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The types that all parts allow, in the order of the first that names any; `None` where none does.
    pub fn types(&self) -> Option<Vec<&'d str>> {
        let mut allowed: Option<Vec<&str>> = None;
        for part in &self.parts {
            let named: Vec<&str> = match part.value.get("type") {
                Some(Value::String(one)) => vec![one],
                Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
                _ => continue,
            };
            let agree = |one: &str, other: &str| one == other || (one == "integer" && other == "number");
            allowed = Some(match allowed {
                None => named,
                Some(before) => {
                    let both = named.iter().copied().filter(|name| before.iter().any(|old| agree(name, old)));
                    let mut both: Vec<&str> = both.collect();
                    both.extend(before.iter().filter(|old| **old == "integer" && named.contains(&"number")));
                    both.dedup();
                    both
                }
            });
        }
        allowed
    }

    /// Names that any part requires.
    pub fn required(&self) -> Vec<&'d str> {
        let lists = self.parts.iter().filter_map(|part| part.value.get("required").and_then(Value::as_array));
        let mut names: Vec<&str> = Vec::new();
        for name in lists.flatten().filter_map(Value::as_str) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Declared names with the schemas that all parts give them.
    pub fn properties(&self) -> Vec<(&'d str, Vec<Node<'d>>)> {
        let mut list: Vec<(&str, Vec<Node<'d>>)> = Vec::new();
        for (name, schema) in self.all("properties").iter().flat_map(Node::members) {
            match list.iter_mut().find(|(known, _)| *known == name) {
                Some((_, schemas)) => schemas.push(schema),
                None => list.push((name, vec![schema])),
            }
        }
        list
    }
}

/// The branches to take: one of `oneOf`, one of `anyOf`.
fn branches<'d>(node: &Node<'d>, mut random: Option<&mut Random>) -> Vec<Node<'d>> {
    let lists = ["oneOf", "anyOf"].iter().filter_map(|keyword| node.child(keyword)).map(|list| list.items());
    lists.filter_map(|list| list.get(choose(&list, random.as_deref_mut())?).cloned()).collect()
}

/// The branch to take.
fn choose(branches: &[Node<'_>], random: Option<&mut Random>) -> Option<usize> {
    let is_null = |branch: &Node<'_>| branch.text("type") == Some("null");
    let workable: Vec<usize> =
        branches.iter().enumerate().filter(|(_, branch)| !is_null(branch)).map(|(index, _)| index).collect();
    match random {
        Some(random) => workable.get(random.below(workable.len())).copied(),
        None => workable.first().copied(),
    }
    .or(if branches.is_empty() { None } else { Some(0) })
}
