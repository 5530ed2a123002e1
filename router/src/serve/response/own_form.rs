//! Problems in a form of the description's own: an operation's declared 4XX, 5XX or `default` content in place of
//! `application/problem+json` (HTTP-014).
//!
//! Takes: the response that carries a problem, and the operation that it is about. Gives: what the user's function makes
//! of the problem, checked as a handler's response is, or the problem as it was. The status code and the field lines stay
//! the problem's, so that no 401 loses its challenge. The function's panic becomes a 500; nothing else here panics.

use http::Method;

use super::Response;
use crate::serve::handler::guard;
use crate::serve::{Api, Operation, Problem, RequestHead};

/// The user's function: how a problem is told to the client of an operation; `None` for the library's form.
pub(crate) type OwnForm = dyn Fn(&Problem, &Operation, &RequestHead<'_>) -> Option<Response> + Send + Sync;

impl Api {
    /// The same response, unless it carries a problem that the operation declares content for and the user's
    /// function tells. What breaks the description in turn is not told by that function again.
    #[inline(never)]
    pub(crate) fn in_own_form(&self, response: &mut Response, operation: &Operation, head: &RequestHead<'_>) {
        let (Some(form), Some(problem)) = (&self.own_form, response.problem()) else { return };
        if !operation.responses.declares_content(problem.status()) {
            return;
        }
        match guard(operation, None, || Ok(form(problem, operation, head))) {
            Ok(Some(own)) => {
                let mut own = own.in_place_of(response);
                self.check(&mut own, operation, head);
                *response = own.after(std::mem::take(&mut response.violations));
            }
            Ok(None) => {}
            Err(panicked) => *response = Response::from(panicked),
        }
    }

    /// Holds a response against the operation's description, by the policy of the options.
    pub(crate) fn check(&self, response: &mut Response, operation: &Operation, head: &RequestHead<'_>) {
        let (policy, head_request) = (self.options.response_policy, *head.method() == Method::HEAD);
        operation.responses.check_in_place(response, &self.schemas, policy, head_request);
    }
}

impl Response {
    /// This content under the status code and the field lines of another response; lines of its own that the other
    /// does not have stay.
    fn in_place_of(mut self, other: &Self) -> Self {
        self.status = other.status;
        self.ends_connection |= other.ends_connection;
        let kept = || other.fields.iter().filter(|line| !line.is_named("Content-Type"));
        self.fields.retain(|line| !kept().any(|other| line.is_named(other.name())));
        self.fields.extend(kept().cloned());
        self
    }

    /// The same response, remembering what was broken before it came to be.
    fn after(mut self, mut earlier: Vec<super::ResponseViolation>) -> Self {
        earlier.append(&mut self.violations);
        self.violations = earlier;
        self
    }
}
