//! What happened in the shop, as server-sent events.

use std::collections::VecDeque;
use std::io;

use brrtrouter::{BodyStream, Context, Handlers, Problem, Response};

use crate::store::{Shared, Shop, with};

/// The oldest events are forgotten.
const EVENTS_MAX: usize = 200;

/// The newest events.
#[derive(Default)]
pub struct Events {
    last: u64,
    newest: VecDeque<Event>,
}

#[derive(Clone, Copy)]
struct Event {
    number: u64,
    name: &'static str,
    about: u64,
}

impl Events {
    /// Something happened to the thing with this ID.
    pub fn tell(&mut self, name: &'static str, about: u64) {
        self.last += 1;
        self.newest.push_back(Event { number: self.last, name, about });
        if self.newest.len() > EVENTS_MAX {
            self.newest.pop_front();
        }
    }
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers.on("getEvents", with(store, get))
}

fn get(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let seen = cx.header::<Option<u64>>("Last-Event-ID")?.unwrap_or(0);
    let events: Vec<Event> = shop.events.newest.iter().filter(|event| event.number > seen).copied().collect();
    let stream = EventStream(events.into_iter());
    Ok(Response::stream("text/event-stream", stream).with_field("Cache-Control", "no-store"))
}

/// Gives one event a call, so that each is sent on at once.
struct EventStream(std::vec::IntoIter<Event>);

impl BodyStream for EventStream {
    fn read(&mut self, mut buffer: &mut [u8]) -> io::Result<usize> {
        let Some(Event { number, name, about }) = self.0.next() else { return Ok(0) };
        let room = buffer.len();
        // An event takes less than a hundred octets; a buffer that is smaller is an error of the transport.
        io::Write::write_fmt(
            &mut buffer,
            format_args!("id: {number}\nevent: {name}\ndata: {{\"id\":{about}}}\n\n"),
        )?;
        Ok(room - buffer.len())
    }
}
