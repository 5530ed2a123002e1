//! Content on its way to the handler: read, decoded, validated, with defaults put in.
//!
//! Takes: what was selected for the content, and its body. Gives: a [`Content`], or the problem to answer with. Large content is decoded and judged apart, where its
//! [`BodySource`] has a place for that: on a coroutine nobody else would get a turn meanwhile. Never panics.

use std::sync::{Arc, mpsc};

use crate::limits;
use crate::schema::Schemas;
use crate::serve::content::{
    self, Content, ContentLimits, DecodedContent, LimitedBody, Reading, Received, Selected,
};
use crate::serve::{BodySource, Operation, Problem, ProblemError, ProblemKind, RequestHead};

/// What content is read by.
pub(super) struct Digest<'d> {
    pub(super) operation: &'d Arc<Operation>,
    pub(super) schemas: &'d Arc<Schemas>,
    pub(super) limits: &'d ContentLimits,
}

impl Digest<'_> {
    /// Reads the content and makes of it what the handler gets.
    pub(super) fn content(
        &self,
        selected: &Selected<'_, '_>,
        head: &RequestHead<'_>,
        body: &mut LimitedBody<'_>,
    ) -> Result<Content, Problem> {
        if selected.reading() == Reading::Stream {
            return Ok(Content::Stream);
        }
        let received = content::receive(selected, body, self.limits)?;
        // Octets that stay octets cost nothing more.
        if received.len() <= limits::APART_BYTES_MIN || selected.reading() == Reading::Octets {
            return self.digested(selected, received);
        }
        let content_type = head.field("content-type").and_then(|line| line.text()).unwrap_or_default();
        self.apart(content_type.into(), received, body)
    }

    /// Has it digested where the source has such things done. All that is borrowed is shared or copied, and selected once more. Its frame is kept out of the
    /// one that small content is judged in.
    #[inline(never)]
    fn apart(
        &self,
        content_type: Box<str>,
        received: Received,
        body: &mut dyn BodySource,
    ) -> Result<Content, Problem> {
        let (operation, schemas, limits) =
            (Arc::clone(self.operation), Arc::clone(self.schemas), *self.limits);
        let (digested, result) = mpsc::sync_channel(1);
        body.compute(Box::new(move || {
            let digest = Digest { operation: &operation, schemas: &schemas, limits: &limits };
            let content = content::select_text(&operation.content, &content_type)
                .map_err(Problem::from)
                .and_then(|selected| digest.digested(&selected, received));
            // Whoever asked may have stopped waiting.
            digested.send(content).unwrap_or_default();
        }));
        result.try_recv().unwrap_or_else(|_| Err(Problem::of(ProblemKind::Internal)))
    }

    /// Decodes, validates, then applies `readOnly` and defaults.
    fn digested(&self, selected: &Selected<'_, '_>, received: Received) -> Result<Content, Problem> {
        let mut content = content::decode(selected, received, self.limits)?;
        if let Content::Decoded(decoded) = &mut content {
            self.validate(decoded)?;
            self.apply_access(selected, decoded)?;
        }
        Ok(content)
    }

    /// Applies the content's schema; every error is named, up to a bound (SCH-028).
    fn validate(&self, decoded: &DecodedContent) -> Result<(), Problem> {
        let errors = decoded.errors(self.schemas, limits::SCHEMA_ERRORS_MAX);
        if errors.is_empty() {
            return Ok(());
        }
        Err(Problem::of(ProblemKind::ContentInvalid).with_errors(errors))
    }

    /// `readOnly` members and defaults, after validation (SCH-017, SCH-019).
    fn apply_access(
        &self,
        selected: &Selected<'_, '_>,
        decoded: &mut Box<DecodedContent>,
    ) -> Result<(), Problem> {
        self.operation.access.apply(selected.plan().key(), decoded).map_err(|pointers| {
            let refused = |pointer| ProblemError::content(pointer, "readOnly", "is for responses only");
            Problem::of(ProblemKind::ContentInvalid).with_errors(pointers.into_iter().map(refused))
        })
    }
}
