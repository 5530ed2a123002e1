//! A request head that owns its text, for a handler that runs on another thread than the connection's.

use http::Method;

use super::{FieldLine, RequestHead};

/// What a [`RequestHead`] borrows, owned.
pub(crate) struct OwnedHead {
    method: Method,
    target: Box<str>,
    path: Box<str>,
    query: Option<Box<str>>,
    fields: Box<[(Box<str>, Box<[u8]>)]>,
}

impl OwnedHead {
    /// Lends the head. It borrows field lines that are laid out for the call, hence the closure.
    pub(crate) fn lend<R>(&self, reader: impl FnOnce(&RequestHead<'_>) -> R) -> R {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| FieldLine { name, value }).collect();
        reader(&RequestHead {
            method: self.method.clone(),
            target: &self.target,
            path: &self.path,
            query: self.query.as_deref(),
            fields: &fields,
        })
    }
}

impl From<&RequestHead<'_>> for OwnedHead {
    fn from(head: &RequestHead<'_>) -> Self {
        Self {
            method: head.method.clone(),
            target: head.target.into(),
            path: head.path.into(),
            query: head.query.map(Into::into),
            fields: head.fields.iter().map(|line| (line.name.into(), line.value.into())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owned_head_reads_as_the_one_it_was_made_of() {
        let fields = [
            FieldLine::new("X-A", "1"),
            FieldLine { name: "x-a", value: &[0xff] },
            FieldLine::new("Empty", ""),
        ];
        for target in ["/a/b?c=d?e", "/a?", "http://host", "/", "https://host?q"] {
            let head = RequestHead::new(Method::PUT, target, &fields).unwrap();
            OwnedHead::from(&head).lend(|owned| {
                assert_eq!((owned.method(), owned.target()), (head.method(), target));
                assert_eq!((owned.path(), owned.query()), (head.path(), head.query()), "{target}");
                assert_eq!(owned.fields(), fields);
            });
        }
    }
}
