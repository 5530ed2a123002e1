//! How a request went, for those who count and log: an answer may not show it any more when it leaves.
//!
//! Takes: a response before it is told in another form. Gives: the kind of its problem, and whether there was a panic. Never panics.

use super::{Problem, ProblemKind, Response};

/// What is kept of how a request went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// The kind of the problem that it was answered with, whatever form that was told in.
    pub(crate) kind: Option<ProblemKind>,
    /// Whether the user's code panicked.
    pub(crate) panicked: bool,
    /// The octets of content that were read.
    pub(crate) received: u64,
}

impl Told {
    /// Notes what the response is, while it still shows it.
    pub(crate) fn note(&mut self, response: &Response) {
        let problem = response.problem();
        self.kind = problem.map(Problem::kind).or_else(|| response.fault().map(|_| ProblemKind::Internal));
        self.panicked = problem.is_some_and(Problem::ends_connection);
    }
}
