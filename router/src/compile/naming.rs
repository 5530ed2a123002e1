//! The name of an operation: how handlers, metrics and reports call it (PTH-022, PTH-023).
//!
//! An `operationId` is taken as it stands. An operation without one is named after its method and
//! template: `GET /pets/{id}/toys` is `get_pets_by_id_toys`. A name that is already taken gets the
//! first free number, in document order: `get_pets_2`. Never panics.

use std::collections::HashSet;

/// Gives out names, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Reserves a declared name; derived ones will keep away from it.
    pub(super) fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// A free name for an operation without `operationId`.
    pub(super) fn derive(&mut self, method: &str, template: &str) -> String {
        let base = derived_name(method, template);
        let mut name = base.clone();
        let mut number = 2_u32;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}_{number}");
            number = number.saturating_add(1);
        }
        name
    }
}

fn derived_name(method: &str, template: &str) -> String {
    let mut name = method.to_ascii_lowercase();
    let mut word_open = false;
    for character in template.chars() {
        match character {
            '{' => {
                name.push_str("_by_");
                word_open = true;
            }
            letter if letter.is_alphanumeric() => {
                if !word_open {
                    name.push('_');
                }
                name.extend(letter.to_lowercase());
                word_open = true;
            }
            _ => word_open = false,
        }
    }
    if template == "/" {
        name.push_str("_root");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_names() {
        let mut names = Names::default();
        names.reserve("get_users");
        for (method, template, expected) in [
            ("GET", "/pets/{id}/toys", "get_pets_by_id_toys"),
            ("GET", "/", "get_root"),
            ("POST", "/pets", "post_pets"),
            ("GET", "/pets", "get_pets"),
            ("GET", "/pets/", "get_pets_2"),
            ("GET", "/pets.", "get_pets_3"),
            ("GET", "/users", "get_users_2"),
            ("M-SEARCH", "/a-b/{x}-{y}.{z}", "m-search_a_b_by_x_by_y_by_z"),
            ("GET", "/Ünits/{pet-id}", "get_ünits_by_pet_id"),
        ] {
            assert_eq!(names.derive(method, template), expected, "{method} {template}");
        }
    }
}
