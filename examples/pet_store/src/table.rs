//! A table in memory that cannot be filled beyond its bound.

use std::collections::BTreeMap;

use brrtrouter::{Problem, StatusCode};

/// Rows by their ID, which is never given twice.
pub struct Table<T> {
    /// What one row is called, for the problem that none was found.
    what: &'static str,
    rows_max: usize,
    last: u64,
    rows: BTreeMap<u64, T>,
}

impl<T> Table<T> {
    pub const fn new(what: &'static str, rows_max: usize) -> Self {
        Self { what, rows_max, last: 0, rows: BTreeMap::new() }
    }

    /// Adds a row while the shop is set up, when nothing is full.
    pub fn stock(&mut self, make: impl FnOnce(u64) -> T) {
        self.last += 1;
        self.rows.insert(self.last, make(self.last));
    }

    /// Adds the row that `make` gives for a new ID; 507 where there is no room, so that nobody can fill the memory.
    pub fn insert(&mut self, make: impl FnOnce(u64) -> T) -> Result<&T, Problem> {
        if self.rows.len() >= self.rows_max {
            let full = format!("the demonstration has room for {} of kind {}", self.rows_max, self.what);
            return Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE).with_detail(full));
        }
        self.last += 1;
        Ok(self.rows.entry(self.last).or_insert(make(self.last)))
    }

    pub fn get(&self, id: u64) -> Result<&T, Problem> {
        self.rows.get(&id).ok_or_else(|| self.none(id))
    }

    pub fn get_mut(&mut self, id: u64) -> Result<&mut T, Problem> {
        if !self.rows.contains_key(&id) {
            return Err(self.none(id));
        }
        self.rows.get_mut(&id).ok_or_else(|| Problem::new(StatusCode::NOT_FOUND))
    }

    pub fn remove(&mut self, id: u64) -> Result<T, Problem> {
        self.rows.remove(&id).ok_or_else(|| self.none(id))
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.rows.retain(|_, row| keep(row));
    }

    /// The rows, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// The rows behind this ID.
    pub fn after(&self, id: u64) -> impl Iterator<Item = &T> {
        self.rows.range(id.saturating_add(1)..).map(|(_, row)| row)
    }

    fn none(&self, id: u64) -> Problem {
        Problem::new(StatusCode::NOT_FOUND).with_detail(format!("there is no {} {id}", self.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_takes_no_more_and_ids_are_new() {
        let mut table = Table::new("pet", 2);
        assert_eq!(table.insert(|id| id).copied().ok(), Some(1));
        assert_eq!(table.insert(|id| id).copied().ok(), Some(2));
        assert_eq!(table.insert(|id| id).unwrap_err().status(), 507);
        assert_eq!(table.remove(2).ok(), Some(2));
        assert_eq!(table.insert(|id| id).copied().ok(), Some(3));
        assert_eq!(table.get(2).unwrap_err().detail(), Some("there is no pet 2"));
    }
}
