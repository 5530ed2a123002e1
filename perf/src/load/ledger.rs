//! What the load itself has made on the server and not yet taken away: the identifiers that later requests name.
//!
//! Takes: answers that tell of new resources. Gives: one of them to a request that needs one. A bound holds how many of a kind there are at
//! once, since servers have bounds as well. Shared by all users; the lock is held for a look alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A kind of resource: the number of its template.
pub type Kind = usize;

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub kind: Kind,
    /// Its path.
    pub path: String,
    /// The values of the expressions that lead to it.
    pub values: Vec<(String, String)>,
    /// The ETag that was told last.
    pub etag: Option<String>,
}

/// The resources that there are.
#[derive(Debug)]
pub struct Ledger {
    live_max: usize,
    shelves: Mutex<HashMap<Kind, Shelf>>,
}

#[derive(Debug, Default)]
struct Shelf {
    live: Vec<Resource>,
    /// Requests under way that may make another one.
    making: usize,
    /// Requests under way that take one away.
    taken: usize,
}

impl Ledger {
    /// At most `live_max` of each kind; 0 is without bound.
    pub fn new(live_max: usize) -> Self {
        Self { live_max, shelves: Mutex::default() }
    }

    fn shelves(&self) -> MutexGuard<'_, HashMap<Kind, Shelf>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether another one may be made; it then counts until [`Self::made`].
    pub fn reserve(&self, kind: Kind) -> bool {
        let mut shelves = self.shelves();
        let shelf = shelves.entry(kind).or_default();
        let count = shelf.live.len().saturating_add(shelf.making).saturating_add(shelf.taken);
        let room = self.live_max == 0 || count < self.live_max;
        shelf.making = shelf.making.saturating_add(usize::from(room));
        room
    }

    /// What was reserved has come to an end.
    pub fn settle(&self, kind: Kind) {
        let mut shelves = self.shelves();
        let shelf = shelves.entry(kind).or_default();
        shelf.making = shelf.making.saturating_sub(1);
    }

    /// A resource that there is now.
    pub fn add(&self, resource: Resource) {
        let mut shelves = self.shelves();
        let shelf = shelves.entry(resource.kind).or_default();
        match shelf.live.iter_mut().find(|known| known.path == resource.path) {
            Some(known) => known.etag = resource.etag.or(known.etag.take()),
            None => shelf.live.push(resource),
        }
    }

    /// One of a kind, chosen by a number that looks random.
    pub fn any(&self, kind: Kind, random: usize) -> Option<Resource> {
        let shelves = self.shelves();
        let live = &shelves.get(&kind)?.live;
        live.get(random.checked_rem(live.len())?).cloned()
    }

    /// One of a kind, which nobody else is given until [`Self::give_back`] or [`Self::drop_taken`].
    pub fn take(&self, kind: Kind, random: usize) -> Option<Resource> {
        let mut shelves = self.shelves();
        let shelf = shelves.get_mut(&kind)?;
        let at = random.checked_rem(shelf.live.len())?;
        shelf.taken = shelf.taken.saturating_add(1);
        Some(shelf.live.swap_remove(at))
    }

    /// It is still there.
    pub fn give_back(&self, resource: Resource) {
        self.settle_taken(resource.kind);
        self.add(resource);
    }

    /// What was taken is gone, and what it held with it.
    pub fn drop_taken(&self, resource: &Resource) {
        self.settle_taken(resource.kind);
        self.forget(resource);
    }

    fn settle_taken(&self, kind: Kind) {
        let mut shelves = self.shelves();
        let shelf = shelves.entry(kind).or_default();
        shelf.taken = shelf.taken.saturating_sub(1);
    }

    /// A resource is gone, and what it held with it.
    pub fn forget(&self, resource: &Resource) {
        let below = format!("{}/", resource.path);
        for shelf in self.shelves().values_mut() {
            shelf.live.retain(|known| known.path != resource.path && !known.path.starts_with(&below));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(kind: Kind, path: &str) -> Resource {
        Resource { kind, path: path.to_owned(), values: Vec::new(), etag: None }
    }

    #[test]
    fn a_kind_has_a_bound_that_counts_what_is_under_way() {
        let ledger = Ledger::new(2);
        assert!(ledger.reserve(0) && ledger.reserve(0) && !ledger.reserve(0) && ledger.reserve(1));
        ledger.add(resource(0, "/pets/1"));
        ledger.settle(0);
        assert!(!ledger.reserve(0));
        ledger.settle(0);
        assert!(ledger.reserve(0));
        assert!(Ledger::new(0).reserve(0));
    }

    #[test]
    fn what_is_taken_comes_back_or_goes_with_all_it_holds() {
        let ledger = Ledger::new(9);
        for (kind, path) in [(0, "/pets/1"), (0, "/pets/10"), (1, "/pets/1/photos/2")] {
            ledger.add(resource(kind, path));
            ledger.add(resource(kind, path));
        }
        let one = ledger.take(0, 0).expect("a pet");
        assert_eq!(one.path, "/pets/1");
        assert_eq!(ledger.any(0, 5).map(|pet| pet.path).as_deref(), Some("/pets/10"));
        ledger.give_back(one);
        let one = ledger.take(0, 1).expect("a pet");
        assert_eq!(one.path, "/pets/1");
        ledger.drop_taken(&one);
        assert_eq!(ledger.any(1, 0), None);
        assert!(ledger.any(0, 0).is_some() && ledger.take(2, 0).is_none());
    }
}
