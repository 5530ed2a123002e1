//! A request that owns all it consists of, so that it can leave the connection's thread.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use super::head::OwnedHead;
use crate::serve::content::{Content, MultipartLimits};
use crate::serve::parameter::ParameterValues;
use crate::serve::security::SecurityContext;
use crate::serve::{Clock, Connection, Context, Operation};

/// What a [`Context`] borrows, owned.
pub(crate) struct OwnedRequest {
    pub(crate) operation: Arc<Operation>,
    pub(crate) head: OwnedHead,
    pub(crate) connection: Connection,
    pub(crate) security: SecurityContext,
    pub(crate) parameters: ParameterValues,
    pub(crate) content: Content,
    pub(crate) accepted: Option<Box<str>>,
    pub(crate) request_id: Option<Box<str>>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl OwnedRequest {
    /// Lends the request as the context that every handler reads.
    pub(crate) fn lend<R>(&self, reader: impl FnOnce(&Context<'_>) -> R) -> R {
        self.head.lend(|head| {
            reader(&Context {
                operation: &self.operation,
                head,
                connection: &self.connection,
                security: &self.security,
                parameters: &self.parameters,
                content: &self.content,
                accepted: self.accepted.as_deref(),
                request_id: self.request_id.as_deref(),
                deadline: self.deadline,
                clock: &*self.clock,
                stream: Cell::new(None),
                multipart: MultipartLimits::default(),
            })
        })
    }
}
