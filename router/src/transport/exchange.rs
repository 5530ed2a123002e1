//! One request and its answer: a head that is complete goes through the journey, with the body where the journey asks for it.
//!
//! Takes: the place of a head in the input. Gives: what becomes of the connection. A body that has come whole is lent from the input; another one is pulled
//! from the connection, for which the head moves out of its way. Never panics, but for what a panicking `Api` passes on.

use super::body::{BodyProgress, IncomingBody};
use super::connection::Conversation;
use super::counts::CloseCause;
use super::fault::FramingFault;
use super::forwarded;
use super::framing::{BodyFraming, Framing};
use super::head::{FieldLines, RequestLine, Version, parse_fields};
use super::line::Line;
use super::options::ServerOptions;
use super::output::Ending;
use super::scan::HeadPlace;
use crate::serve::{BytesBody, RequestHead, Response};

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next request.
    Request,
    /// It ends behind the answer, as both know.
    Close,
    /// It ends, and the peer may still be sending.
    Linger,
    /// Nobody is there to answer to.
    Abandon,
}

/// A body that has not come whole.
struct ToBePulled;

/// The parts of a head, borrowed from the octets that hold it. Its field lines stay where they are read, so that they are not copied.
pub(super) struct Parts<'b, 'f> {
    pub(super) line: RequestLine<'b>,
    pub(super) fields: &'f FieldLines<'b>,
}

impl<'b, 'f> Parts<'b, 'f> {
    pub(super) fn read(
        octets: &'b [u8],
        place: &HeadPlace,
        options: &ServerOptions,
        fields: &'f mut FieldLines<'b>,
    ) -> Result<Self, FramingFault> {
        let line = octets.get(place.start..place.fields).unwrap_or_default();
        let line = RequestLine::parse(line, options)?;
        parse_fields(octets.get(place.fields..place.end).unwrap_or_default(), place, fields)?;
        Ok(Self { line, fields })
    }
}

impl<S: Line> Conversation<S> {
    /// Answers the request whose head is at `place`. Apart from the loop, so that a connection that waits does not keep room for it.
    #[inline(never)]
    pub(super) fn exchange(&mut self, place: HeadPlace) -> Next {
        match self.exchange_whole(&place) {
            Ok(Ok(next)) => next,
            Ok(Err(ToBePulled)) => self.exchange_pulling(&place).unwrap_or_else(|fault| self.refuse(fault)),
            Err(fault) => self.refuse(fault),
        }
    }

    /// A request whose body is in the input, or that has none.
    fn exchange_whole(&mut self, place: &HeadPlace) -> Result<Result<Next, ToBePulled>, FramingFault> {
        let octets = self.input.filled();
        let mut fields = FieldLines::new();
        let parts = Parts::read(octets, place, &self.channel.shared().options, &mut fields)?;
        let framing = Framing::of(&parts.line, parts.fields)?;
        let BodyFraming::Length(length) = framing.body else { return Ok(Err(ToBePulled)) };
        let end = usize::try_from(length).ok().and_then(|length| place.end.checked_add(length));
        let Some((end, body)) = end.and_then(|end| Some((end, octets.get(place.end..end)?))) else {
            return Ok(Err(ToBePulled));
        };
        let head = head(&parts)?;
        let service = self.channel.shared().service.load_full();
        let proxies = &self.channel.shared().options.trusted_proxies;
        let connection = forwarded::seen_through(proxies, parts.fields, &self.connection);
        let mut response = service.answer(&head, &connection, &mut BytesBody::new(body));
        drop(connection);
        drop((service, fields));
        self.input.consume(end);
        let persists = framing.persists && !self.channel.shared().is_draining();
        Ok(Ok(self.send(&mut response, Ending { version: framing.version, persists })))
    }

    /// A request whose body is still to come.
    fn exchange_pulling(&mut self, place: &HeadPlace) -> Result<Next, FramingFault> {
        self.input.split(place.end, &mut self.behind);
        if self.output.flush(&mut self.channel).is_err() {
            return Ok(Next::Abandon);
        }
        let mut fields = FieldLines::new();
        let parts = Parts::read(self.input.filled(), place, &self.channel.shared().options, &mut fields)?;
        let framing = Framing::of(&parts.line, parts.fields)?;
        let head = head(&parts)?;
        let mut progress = BodyProgress::new(&framing, self.channel.millis());
        let service = self.channel.shared().service.load_full();
        let proxies = &self.channel.shared().options.trusted_proxies;
        let connection = forwarded::seen_through(proxies, parts.fields, &self.connection);
        let mut body = IncomingBody::new(&mut self.channel, &mut self.behind, &mut progress);
        let mut response = service.answer(&head, &connection, &mut body);
        drop(connection);
        drop((service, fields));
        if progress.is_late() {
            self.cause = Some(CloseCause::LateBody);
        }
        if progress.is_abandoned() {
            return Ok(Next::Abandon);
        }
        let is_reusable = progress.is_drainable();
        let persists = framing.persists && is_reusable && !self.channel.shared().is_draining();
        let next = self.send(&mut response, Ending { version: framing.version, persists });
        Ok(self.after_body(next, progress))
    }

    /// Goes to where the next request starts, if there is to be one.
    fn after_body(&mut self, next: Next, mut progress: BodyProgress) -> Next {
        let next = match next {
            Next::Request if progress.is_over() => Next::Request,
            Next::Request => {
                // The answer must not wait for a body that nobody reads.
                if self.output.flush(&mut self.channel).is_err() {
                    return Next::Abandon;
                }
                let rest = IncomingBody::new(&mut self.channel, &mut self.behind, &mut progress);
                if rest.drain() { Next::Request } else { Next::Linger }
            }
            Next::Close if !progress.is_over() => Next::Linger,
            Next::Close | Next::Linger | Next::Abandon => next,
        };
        self.input.consume(usize::MAX);
        std::mem::swap(&mut self.input, &mut self.behind);
        next
    }

    /// Answers what is no request; the connection ends, since nobody knows where the next one would start.
    pub(super) fn refuse(&mut self, fault: FramingFault) -> Next {
        let is_late = fault == FramingFault::TimedOut;
        self.cause = Some(if is_late { CloseCause::LateHead } else { CloseCause::Fault });
        // The field lines are not trusted either, so that it gets an id of our own.
        let mut response = self.channel.shared().service.load().refuse(fault, &[]).finish(false);
        match self.send(&mut response, Ending { version: Version::Http11, persists: false }) {
            Next::Abandon => Next::Abandon,
            Next::Request | Next::Close | Next::Linger => Next::Linger,
        }
    }

    fn send(&mut self, response: &mut Response, mut ending: Ending) -> Next {
        ending.persists &= !response.ends_connection();
        match self.output.send(response, ending, &mut self.channel) {
            Ok(true) => Next::Request,
            Ok(false) => Next::Close,
            Err(_) => Next::Abandon,
        }
    }
}

pub(super) fn head<'p>(parts: &'p Parts<'_, '_>) -> Result<RequestHead<'p>, FramingFault> {
    RequestHead::new(parts.line.method.clone(), parts.line.target, parts.fields).map_err(Into::into)
}
