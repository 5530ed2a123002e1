//! What the library adds to a finished response: fields of its own, and what a response varies on (RFC 9110 §12.5.5).

use super::{FieldText, Response, ResponseField};
use crate::description::token::is_same_name;

impl Response {
    /// Adds a field whose text is known to be well formed.
    pub(crate) fn push_field(&mut self, name: &'static str, value: FieldText) {
        self.fields.push(ResponseField::known(name, value));
    }

    /// Takes out the fields whose names are meant.
    pub(crate) fn remove_fields(&mut self, is_meant: impl Fn(&str) -> bool) {
        self.fields.retain(|line| !is_meant(line.name()));
    }

    /// Says in `Vary` that the response depends on these fields, a list with commas, each named once; what a handler said there stays. Only where it
    /// said something is there a new text to write.
    pub(crate) fn vary_on(&mut self, names: &'static str) {
        let Some(at) = self.fields.iter().rposition(|line| line.is_named("Vary")) else {
            return self.push_field("Vary", FieldText::Static(names));
        };
        let missing: Vec<&str> = names.split(", ").filter(|name| !self.varies_on(name)).collect();
        let Some(line) = self.fields.get_mut(at).filter(|_| !missing.is_empty()) else { return };
        let members = std::iter::once(line.value()).filter(|said| !said.is_empty()).chain(missing);
        let value = members.collect::<Vec<_>>().join(", ");
        *line = ResponseField::known("Vary", FieldText::from(value));
    }

    /// Whether `Vary` names the field, or everything by `*`.
    fn varies_on(&self, name: &str) -> bool {
        let lines = self.fields.iter().filter(|line| line.is_named("Vary"));
        let mut members = lines.flat_map(|line| line.value().split(',')).map(str::trim);
        members.any(|member| member == "*" || is_same_name(member, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vary_names_each_field_once() {
        let cases: &[(&[&'static str], &'static str, &[&str])] = &[
            (&[], "Origin", &["Origin"]),
            (&[], "Origin, Accept", &["Origin, Accept"]),
            (&[""], "Origin", &["Origin"]),
            (&["Accept"], "Origin", &["Accept, Origin"]),
            (&["accept, ORIGIN"], "Origin", &["accept, ORIGIN"]),
            (&["Origin", "Accept"], "Origin", &["Origin", "Accept"]),
            (&["Accept", "Cookie"], "Origin, Accept", &["Accept", "Cookie, Origin"]),
            (&["*"], "Origin", &["*"]),
        ];
        for (said, added, expected) in cases {
            let mut response = Response::no_content();
            for value in *said {
                response = response.with_added_field("vary", *value);
            }
            for _ in 0..2 {
                response.vary_on(added);
                let lines: Vec<_> = response.fields().iter().map(ResponseField::value).collect();
                assert_eq!(lines, *expected, "{said:?} {added:?}");
            }
        }
    }
}
