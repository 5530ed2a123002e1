//! The second step of the journey: the content is read, the handler runs, its response is checked.
//!
//! Takes: a request that was let in on its head, and its body. Gives: the response. What is large, the decoded parameters and the response, is lent from
//! function to function and never copied. Never panics; a handler's panic becomes a 500.

use std::cell::Cell;
use std::sync::Arc;

use http::StatusCode;

use super::body::CountedBody;
use super::clock::has_passed;
use super::content::{Content, LimitedBody};
use super::cors::CorsAnswer;
use super::digest::Digest;
use super::handler::{Function, Handler, guard};
use super::head::OwnedHead;
use super::journey::{Decision, Routed};
use super::owned::OwnedRequest;
use super::parameter::ParameterValues;
use super::service::{RequestId, Visit};
use super::told::Told;
use super::{
    Api, BodySource, Connection, Context, ExecutorError, Job, Operation, Problem, ProblemKind, RequestHead,
    Response,
};

/// A request that was let in, without its parameters, which stay where they were decoded.
pub(crate) struct Entry<'r> {
    pub(super) api: &'r Api,
    pub(super) head: &'r RequestHead<'r>,
    pub(super) connection: &'r Connection,
    pub(super) decision: Decision<'r>,
    pub(super) cors: Option<CorsAnswer<'r>>,
}

/// The same while it runs, with what is lent to it.
struct Running<'r, 'l> {
    entry: &'l mut Entry<'r>,
    parameters: &'l mut ParameterValues,
    /// The way through the service that it came by.
    visit: Option<&'l Visit<'r>>,
    response: &'l mut Response,
}

/// The id that the service gave the request, where it came by one.
pub(super) fn id_of<'v>(visit: Option<&'v Visit<'_>>) -> Option<&'v str> {
    visit?.id.as_ref().map(RequestId::as_str)
}

impl<'r> Entry<'r> {
    /// The operation that will run.
    pub(super) const fn operation(&self) -> &'r Arc<Operation> {
        self.decision.operation
    }

    /// Reads and validates the content, runs the handler, checks its response.
    pub(crate) fn run(
        &mut self,
        parameters: &mut ParameterValues,
        visit: Option<&Visit<'r>>,
        body: &mut dyn BodySource,
    ) -> Response {
        let (api, head, operation) = (self.api, self.head, self.operation());
        let mut routed =
            Routed { operation: Some(operation), cors: self.cors, told: Told::default(), is_silent: false };
        let mut body = CountedBody { source: body, bytes: 0 };
        let mut response = Response::new(StatusCode::OK);
        let mut running = Running { entry: self, parameters, visit, response: &mut response };
        if let Err(problem) = running.serve(&mut body) {
            response = Response::from(problem);
        }
        // Problems are exempt from the check.
        api.check(&mut response, operation, head);
        routed.told.note(&response);
        routed.told.received = body.bytes;
        api.finish_for(operation, head, &mut response);
        match visit {
            Some(visit) => visit.leave(&mut routed, &mut response),
            None => routed.say_cors(&mut response),
        }
        response
    }
}

impl Running<'_, '_> {
    fn serve(&mut self, body: &mut dyn BodySource) -> Result<(), Problem> {
        let Entry { api, head, decision, .. } = &*self.entry;
        let limits = &api.options.content;
        let Some(selected) = &decision.selected else { return self.handle(Content::None, body) };
        // A stream that the handler pulls is bounded as well (HTTP-010).
        let mut body = LimitedBody::new(body, selected.bytes_max(limits))?;
        if matches!(decision.operation.handler, Some(Handler::Streaming(_))) {
            return self.handle(Content::Stream, &mut body);
        }
        let digest = Digest { operation: decision.operation, schemas: &api.schemas, limits };
        let content = digest.content(selected, head, &mut body)?;
        self.handle(content, &mut body)
    }

    fn handle(&mut self, content: Content, body: &mut dyn BodySource) -> Result<(), Problem> {
        match &self.entry.operation().handler {
            Some(Handler::Inline(handler) | Handler::Streaming(handler)) => {
                self.run_inline(handler, &content, body)
            }
            Some(Handler::Pooled(handler)) => {
                *self.response = self.run_on_pool(handler, content)?;
                Ok(())
            }
            None => Err(Problem::of(ProblemKind::NotImplemented)),
        }
    }

    fn run_inline(
        &mut self,
        handler: &Function,
        content: &Content,
        body: &mut dyn BodySource,
    ) -> Result<(), Problem> {
        let Entry { api, head, connection, decision, .. } = &*self.entry;
        let stream: Option<&mut dyn BodySource> =
            if matches!(content, Content::Stream) { Some(body) } else { None };
        let request_id = id_of(self.visit);
        let context = Context {
            operation: decision.operation,
            head,
            connection,
            security: &decision.security,
            parameters: self.parameters,
            content,
            accepted: decision.accepted,
            request_id,
            deadline: decision.deadline,
            clock: &*api.clock,
            stream: Cell::new(stream),
            multipart: api.options.content.multipart,
        };
        guard(decision.operation, request_id, || {
            *self.response = handler(&context)?;
            Ok(())
        })
    }

    /// Only here is the request copied: it leaves the thread that its connection's buffers belong to.
    fn run_on_pool(&mut self, handler: &Function, content: Content) -> Result<Response, Problem> {
        let request_id = id_of(self.visit);
        let Entry { api, head, connection, decision, .. } = &mut *self.entry;
        let (operation, deadline) = (decision.operation, decision.deadline);
        let request = OwnedRequest {
            operation: Arc::clone(operation),
            head: OwnedHead::from(*head),
            connection: connection.clone(),
            security: std::mem::take(&mut decision.security),
            parameters: std::mem::take(self.parameters),
            content,
            accepted: decision.accepted.map(Into::into),
            request_id: request_id.map(Into::into),
            deadline,
            clock: Arc::clone(&api.clock),
        };
        let job = Job::new(Arc::clone(handler), request);
        let result = guard(operation, request_id, || api.executor.run(job));
        if has_passed(deadline, &*api.clock) {
            tracing::warn!(
                operation = operation.name(),
                request_id,
                "the result came after the deadline and is dropped"
            );
            return Err(ExecutorError::DeadlineExceeded.into());
        }
        result
    }
}
