//! What stands at the end of a template: its methods and the `Allow` value, ready to send.

use std::sync::Arc;

use http::Method;

/// How a method meets a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MethodMatch<T> {
    /// The operation declared for the method.
    Declared(T),
    /// HEAD answered by the GET operation (RFC 9110 §9.3.2).
    AutomaticHead(T),
    /// OPTIONS answered from the leaf itself (RFC 9110 §9.3.7).
    AutomaticOptions,
    /// No such method here: 405 with `Allow`.
    NotAllowed,
}

/// The methods of one template.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaf<T> {
    methods: Vec<(Method, T)>,
    allow: Arc<str>,
}

impl<T: Copy> Leaf<T> {
    /// Declares a method; gives back what already stood there, unchanged.
    pub(super) fn declare(&mut self, method: Method, operation: T) -> Result<(), T> {
        if let Some(existing) = self.declared(&method) {
            return Err(existing);
        }
        self.methods.push((method, operation));
        self.allow = allow_value(self.methods.iter().map(|(method, _)| method));
        Ok(())
    }

    fn declared(&self, method: &Method) -> Option<T> {
        self.methods.iter().find(|(declared, _)| declared == method).map(|(_, operation)| *operation)
    }

    /// Finds what answers `method`.
    pub(super) fn find(&self, method: &Method) -> MethodMatch<T> {
        if let Some(operation) = self.declared(method) {
            return MethodMatch::Declared(operation);
        }
        if *method == Method::OPTIONS {
            return MethodMatch::AutomaticOptions;
        }
        match self.declared(&Method::GET) {
            Some(operation) if *method == Method::HEAD => MethodMatch::AutomaticHead(operation),
            _ => MethodMatch::NotAllowed,
        }
    }

    /// The value of the `Allow` field (HTTP-002): declared methods, then the automatic ones.
    pub(super) const fn allow(&self) -> &Arc<str> {
        &self.allow
    }
}

/// The `Allow` value for these declared methods, with HEAD for GET and OPTIONS; empty for none (HTTP-003).
pub(super) fn allow_value<'m>(declared: impl Iterator<Item = &'m Method>) -> Arc<str> {
    let mut names: Vec<&str> = declared.map(Method::as_str).collect();
    if names.is_empty() {
        return "".into();
    }
    let automatic = [("HEAD", names.contains(&"GET")), ("OPTIONS", true)];
    for (name, present) in automatic {
        if present && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods() {
        let mut leaf = Leaf::default();
        assert_eq!(&**leaf.allow(), "");
        leaf.declare(Method::GET, 1).unwrap();
        leaf.declare(Method::DELETE, 2).unwrap();
        assert_eq!(leaf.declare(Method::GET, 3), Err(1));
        assert_eq!(&**leaf.allow(), "GET, DELETE, HEAD, OPTIONS");
        for (method, expected) in [
            (Method::GET, MethodMatch::Declared(1)),
            (Method::HEAD, MethodMatch::AutomaticHead(1)),
            (Method::OPTIONS, MethodMatch::AutomaticOptions),
            (Method::POST, MethodMatch::NotAllowed),
            (Method::from_bytes(b"get").unwrap(), MethodMatch::NotAllowed),
        ] {
            assert_eq!(leaf.find(&method), expected, "{method}");
        }
        leaf.declare(Method::HEAD, 4).unwrap();
        assert_eq!(leaf.find(&Method::HEAD), MethodMatch::Declared(4));
    }
}
