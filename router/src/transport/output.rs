//! A response becomes octets (RFC 9112 §4, §6): status line, field lines, and content framed in exactly one way.
//!
//! Takes: a response that the journey has finished, and what is to become of the connection. Gives: octets in a buffer, gathered over pipelined requests; large
//! content and streams are written past it. Names and values were checked when the response was built, so nothing here can split a message. Never panics.

use std::io::Write;

use super::channel::{Channel, Unwritten};
use super::head::Version;
use super::line::Line;
use crate::limits::http::{BUFFER_BYTES_KEPT_MAX, OUTPUT_BYTES_MAX, STREAM_STEP_BYTES};
use crate::serve::{Body, BodyStream, Response};

/// What the peer speaks, and whether it may send another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) version: Version,
    pub(super) persists: bool,
}

/// How the content of a response ends (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContentFraming {
    Length(u64),
    Chunked,
    /// With the connection: for HTTP/1.0, which knows no chunks.
    Close,
    /// There is none, and no field may tell a length.
    None,
}

/// Octets that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Output {
    octets: Vec<u8>,
}

impl Output {
    /// Writes what was gathered.
    pub(super) fn flush<S: Line>(&mut self, channel: &mut Channel<S>) -> Result<(), Unwritten> {
        if self.octets.is_empty() {
            return Ok(());
        }
        let written = channel.write_all(&self.octets);
        self.octets.clear();
        if self.octets.capacity() > BUFFER_BYTES_KEPT_MAX {
            self.octets = Vec::new();
        }
        written
    }

    /// Gives the memory back, where nothing is gathered.
    pub(super) fn release(&mut self) {
        if self.octets.is_empty() {
            self.octets = Vec::new();
        }
    }

    /// Sends a response, or gathers it where it is small. Tells whether the connection can be used again.
    pub(super) fn send<S: Line>(
        &mut self,
        response: &mut Response,
        ending: Ending,
        channel: &mut Channel<S>,
    ) -> Result<bool, Unwritten> {
        let framing = framing(response, ending.version);
        let persists = ending.persists && framing != ContentFraming::Close;
        self.head(response, framing, Ending { persists, ..ending }, channel);
        match response.body_mut() {
            Body::Empty => {}
            Body::Static(octets) => self.content(octets, channel)?,
            Body::Shared(octets) => self.content(octets, channel)?,
            Body::Bytes(octets) => self.content(octets, channel)?,
            Body::Problem(problem) => {
                // A vector takes all it is given.
                problem.write_to(&mut self.octets).unwrap_or_default();
            }
            Body::Stream(stream) => self.stream(stream.as_mut(), framing, channel)?,
        }
        if self.octets.len() > OUTPUT_BYTES_MAX {
            self.flush(channel)?;
        }
        Ok(persists)
    }

    fn content<S: Line>(&mut self, content: &[u8], channel: &mut Channel<S>) -> Result<(), Unwritten> {
        if content.len() <= OUTPUT_BYTES_MAX {
            self.octets.extend_from_slice(content);
            return Ok(());
        }
        self.flush(channel)?;
        channel.write_all(content)
    }

    fn head<S: Line>(
        &mut self,
        response: &Response,
        framing: ContentFraming,
        ending: Ending,
        channel: &Channel<S>,
    ) {
        let octets = &mut self.octets;
        let status = response.status();
        octets.extend_from_slice(b"HTTP/1.1 ");
        octets.extend_from_slice(status.as_str().as_bytes());
        octets.push(b' ');
        octets.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
        octets.extend_from_slice(b"\r\n");
        if response.field("Date").is_none() {
            octets.extend_from_slice(b"Date: ");
            channel.shared().ticker.with_date(|date| octets.extend_from_slice(date));
            octets.extend_from_slice(b"\r\n");
        }
        for field in response.fields() {
            octets.extend_from_slice(field.name().as_bytes());
            octets.extend_from_slice(b": ");
            octets.extend_from_slice(field.value().as_bytes());
            octets.extend_from_slice(b"\r\n");
        }
        match framing {
            ContentFraming::Length(length) => {
                octets.extend_from_slice(b"Content-Length: ");
                push_number(octets, length);
                octets.extend_from_slice(b"\r\n");
            }
            ContentFraming::Chunked => octets.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
            ContentFraming::Close | ContentFraming::None => {}
        }
        match (ending.persists, ending.version) {
            (false, _) => octets.extend_from_slice(b"Connection: close\r\n"),
            (true, Version::Http10) => octets.extend_from_slice(b"Connection: keep-alive\r\n"),
            (true, Version::Http11) => {}
        }
        octets.extend_from_slice(b"\r\n");
    }

    /// Sends what a stream gives, each piece at once. A stream that breaks its word breaks the connection: the status line is gone.
    fn stream<S: Line>(
        &mut self,
        stream: &mut dyn BodyStream,
        framing: ContentFraming,
        channel: &mut Channel<S>,
    ) -> Result<(), Unwritten> {
        self.flush(channel)?;
        let mut left = match framing {
            ContentFraming::Length(length) => Some(length),
            ContentFraming::Chunked | ContentFraming::Close | ContentFraming::None => None,
        };
        let mut step = vec![0; STREAM_STEP_BYTES];
        loop {
            let count = stream.read(&mut step).map_err(|fault| {
                tracing::error!(%fault, "a response's stream failed");
                Unwritten
            })?;
            let Some(piece) = step.get(..count).filter(|piece| !piece.is_empty()) else { break };
            if let Some(left) = &mut left {
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                *left = left.checked_sub(length).ok_or_else(broken_word)?;
            }
            if framing == ContentFraming::Chunked {
                push_hexadecimal(&mut self.octets, piece.len());
                self.octets.extend_from_slice(b"\r\n");
            }
            self.octets.extend_from_slice(piece);
            if framing == ContentFraming::Chunked {
                self.octets.extend_from_slice(b"\r\n");
            }
            self.flush(channel)?;
        }
        if left.is_some_and(|left| left > 0) {
            return Err(broken_word());
        }
        if framing == ContentFraming::Chunked {
            self.octets.extend_from_slice(b"0\r\n\r\n");
        }
        Ok(())
    }
}

fn broken_word() -> Unwritten {
    tracing::error!("a response's stream gave another length than it announced");
    Unwritten
}

fn framing(response: &Response, version: Version) -> ContentFraming {
    match (response.content_length(), response.body(), version) {
        (Some(length), _, _) => ContentFraming::Length(length),
        (None, Body::Stream(_), Version::Http11) => ContentFraming::Chunked,
        (None, Body::Stream(_), Version::Http10) => ContentFraming::Close,
        (None, Body::Empty | Body::Static(_) | Body::Shared(_) | Body::Bytes(_) | Body::Problem(_), _) => {
            ContentFraming::None
        }
    }
}

fn push_number(octets: &mut Vec<u8>, number: u64) {
    // A vector takes all it is given.
    write!(octets, "{number}").unwrap_or_default();
}

fn push_hexadecimal(octets: &mut Vec<u8>, number: usize) {
    write!(octets, "{number:x}").unwrap_or_default();
}
