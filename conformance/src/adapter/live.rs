//! `exchange` over a socket: the same `Api`, served by the library's own server and asked by a client that forgives nothing.
//!
//! Takes: a request as a case states it. Gives: what came back over the wire, or why no octets could state it. One server serves all exchanges of a worker: its `Api` is replaced
//! before the request, and a connection is used again for as long as the server lets it. The client is that of the wire suite, which shares no code with the library.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use brrtrouter::{Api, FieldLine, RequestHead, RuntimeConfig, Server, ServerHandle, ServerOptions};
use http::Method;

use super::NotOffered;
use super::convert::bytes_of;
use super::exchange::{Answered, STACK_BYTES};
use crate::protocol::{Fields, Request};
use crate::wire::connection::{Connection, NoResponse};
use crate::wire::response::{Asked, Framing, Response};

/// How long the server may take for one answer; the runner's own patience may end before.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough that no connection ends between two cases.
const IDLE_TIME: Duration = Duration::from_secs(3600);
/// How many octets of content a chunk has, where a case asks for chunks: few, so that there are several.
const CHUNK_BYTES: usize = 7;

/// The server of a worker, and the connection to it.
#[derive(Debug)]
pub struct Live {
    server: ServerHandle,
    address: SocketAddr,
    connection: Option<Connection>,
    serves: Arc<Api>,
}

impl Live {
    /// Starts to serve.
    pub fn start(api: Arc<Api>) -> Result<Self, NotOffered> {
        let told = |why: &dyn std::fmt::Display| NotOffered::new(format!("the server cannot start: {why}"));
        // The stack is that of the exchanges without a socket, so that an overflow here is one there.
        let runtime = RuntimeConfig::default()
            .with_stack_bytes(STACK_BYTES)
            .map_err(|fault| told(&fault))?
            .with_workers(1);
        let options = ServerOptions { idle_time_max: IDLE_TIME, ..ServerOptions::default() };
        let server = Server::bind("127.0.0.1:0").map_err(|fault| told(&fault))?;
        let server = server.options(options).runtime(runtime).serve(Arc::clone(&api));
        let server = server.map_err(|fault| told(&fault))?;
        let address = server.local_addr().ok_or_else(|| told(&"no address"))?;
        Ok(Self { server, address, connection: None, serves: api })
    }

    /// Sends the request, and reads the answer.
    pub fn ask(&mut self, api: &Arc<Api>, request: &Request) -> Result<Answered, NotOffered> {
        let octets = octets(request)?;
        if !Arc::ptr_eq(&self.serves, api) {
            self.serves = Arc::clone(api);
            self.server.replace(Arc::clone(api));
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address, PATIENCE)
                .map_err(|error| NotOffered::new(format!("no connection to the server: {error}")))?,
        };
        connection.send(&octets, PATIENCE);
        let asked = Asked { head: request.method == "HEAD" };
        let answered = answer(&mut connection, asked);
        if let Ok(response) = &answered
            && persists(response)
        {
            self.connection = Some(connection);
        }
        let (status, fields, bytes) = match answered {
            Ok(response) => (response.status, response.fields, response.body),
            // No status code is 0: no expectation takes it for an answer.
            Err(why) => (0, Fields::new(), why.into_bytes()),
        };
        Ok(Answered { status, fields, bytes, routed: routed(api, request), violations: Vec::new() })
    }
}

/// The final response; what comes before it asks for more of the request, which was sent already.
fn answer(connection: &mut Connection, asked: Asked) -> Result<Response, String> {
    loop {
        let response = connection.response(asked, PATIENCE).map_err(|why| match why {
            NoResponse::Ended => "the server closed without an answer".to_owned(),
            NoResponse::Late { octets } => format!("no whole answer in {PATIENCE:?}, but {octets} octets"),
            NoResponse::Malformed(fault) => format!("what came is no response: {fault}"),
        })?;
        if response.is_interim() {
            continue;
        }
        if !connection.left().is_empty() {
            return Err("octets came behind the answer".to_owned());
        }
        return response.check_fields(true).map(|()| response).map_err(|fault| fault.to_string());
    }
}

fn persists(response: &Response) -> bool {
    let closes = response.values("connection").any(|value| value.eq_ignore_ascii_case("close"));
    !closes && response.framing != Framing::Close
}

/// Where the request goes, as the library says when it is asked: no wire tells it.
fn routed(api: &Api, request: &Request) -> Option<String> {
    let method = Method::from_bytes(request.method.as_bytes()).ok()?;
    let lines: Vec<FieldLine<'_>> =
        request.headers.iter().map(|(name, value)| FieldLine { name, value: value.as_bytes() }).collect();
    let head = RequestHead::new(method, &request.target, &lines).ok()?;
    api.operation_of(&head).map(|operation| operation.name().to_owned())
}

/// How the content is framed.
enum Content {
    None,
    Length(Vec<u8>),
    Chunks(Vec<u8>),
}

/// The request as octets; `Host` is added where the case leaves it out, since no request goes without it.
fn octets(request: &Request) -> Result<Vec<u8>, NotOffered> {
    let line_ends = |text: &str| text.contains(['\r', '\n', '\0']);
    if line_ends(&request.method) || line_ends(&request.target) {
        return Err(NotOffered::new("over a socket, a request line ends at its first line end"));
    }
    if request.headers.iter().any(|(name, value)| line_ends(name) || line_ends(value)) {
        return Err(NotOffered::new("over a socket, a field value ends at its first line end"));
    }
    let content = content(request)?;
    let mut octets = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
    let mut line =
        |name: &str, value: &str| octets.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    if values(&request.headers, "host").next().is_none() {
        line("Host", "localhost");
    }
    for (name, value) in &request.headers {
        line(name, value);
    }
    if let Content::Length(bytes) = &content
        && values(&request.headers, "content-length").next().is_none()
    {
        line("Content-Length", &bytes.len().to_string());
    }
    octets.extend_from_slice(b"\r\n");
    match content {
        Content::None => {}
        Content::Length(bytes) => octets.extend_from_slice(&bytes),
        Content::Chunks(bytes) => {
            for chunk in bytes.chunks(CHUNK_BYTES) {
                octets.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                octets.extend_from_slice(chunk);
                octets.extend_from_slice(b"\r\n");
            }
            octets.extend_from_slice(b"0\r\n\r\n");
        }
    }
    Ok(octets)
}

/// The content, where the fields that the case states frame it.
fn content(request: &Request) -> Result<Content, NotOffered> {
    let bytes = bytes_of(request.body.as_ref(), request.body_base64.as_ref());
    let has_body = request.body.is_some() || request.body_base64.is_some();
    let codings: Vec<&str> = values(&request.headers, "transfer-encoding").collect();
    let lengths: Vec<&str> = values(&request.headers, "content-length").collect();
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) if has_body => Ok(Content::Length(bytes)),
        ([], []) => Ok(Content::None),
        ([], [length]) if length.parse() == Ok(bytes.len()) => Ok(Content::Length(bytes)),
        ([], [_]) => Err(NotOffered::new(
            "over a socket, Content-Length says where the next request starts; here it is not that of the content",
        )),
        ([coding], []) if coding.eq_ignore_ascii_case("chunked") => Ok(Content::Chunks(bytes)),
        _ => Err(NotOffered::new(
            "over a socket, these fields frame no content: the wire suite asks what they do",
        )),
    }
}

fn values<'f>(fields: &'f Fields, wanted: &'f str) -> impl Iterator<Item = &'f str> {
    fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_become_octets_or_are_told_why_not() {
        let check = |headers: &[(&str, &str)], body: Option<&str>, expected: Result<&str, &str>| {
            let request = Request {
                method: "POST".to_owned(),
                target: "/a".to_owned(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                body: body.map(str::to_owned),
                body_base64: None,
            };
            let found = octets(&request).map(|octets| String::from_utf8_lossy(&octets).into_owned());
            match expected {
                Ok(expected) => assert_eq!(found.expect("octets"), expected),
                Err(mention) => {
                    let NotOffered(why) = found.expect_err("no octets");
                    assert!(why.contains(mention), "{why}");
                }
            }
        };
        check(&[], None, Ok("POST /a HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        check(&[("HOST", "b")], None, Ok("POST /a HTTP/1.1\r\nHOST: b\r\n\r\n"));
        check(&[("Host", "b")], Some("12"), Ok("POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n12"));
        check(
            &[("Host", "b"), ("Transfer-Encoding", "chunked")],
            Some("123456789"),
            Ok(
                "POST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n1234567\r\n2\r\n89\r\n0\r\n\r\n",
            ),
        );
        check(&[("Content-Length", "3")], Some("12"), Err("not that of the content"));
        check(&[("Transfer-Encoding", "gzip")], Some("12"), Err("frame no content"));
        check(&[("X", "a\r\nY: b")], None, Err("line end"));
    }
}
