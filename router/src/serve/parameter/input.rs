//! What parameters are decoded from: borrowed parts of one request head.

use crate::serve::head::FieldLine;

/// The raw texts that a route has captured for the expressions of its path template.
pub trait Captures {
    /// The text captured for the expression called `name`, as sent: percent-encoded, and with the
    /// leading delimiter where the parameter's style has one.
    fn capture(&self, name: &str) -> Option<&str>;
}

impl<const N: usize> Captures for [(&str, &str); N] {
    fn capture(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
    }
}

impl Captures for Vec<(String, String)> {
    fn capture(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own == name).map(|(_, text)| text.as_str())
    }
}

/// The parts of a request that hold parameters.
#[derive(Clone, Copy)]
pub struct ParameterInput<'r> {
    /// The captures of the path.
    pub captures: &'r dyn Captures,
    /// The query as sent, without its `?`.
    pub query: Option<&'r str>,
    /// The field lines.
    pub fields: &'r [FieldLine<'r>],
}
