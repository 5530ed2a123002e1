//! A client that asks the same over some connections, one request in flight on each.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::served::KEY;
use crate::fault::Fault;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A constant.
    Hello,
    /// `GET` with a key and two path parameters.
    Get,
    /// `POST` of a small JSON object with a key.
    Post,
}

const ORDER: &str = r#"{"name":"pen","count":3,"tags":["a","b","c"]}"#;

impl Asked {
    /// The request's octets.
    pub fn request(self) -> String {
        const FIELDS: &str = "Host: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: perf/1\r\n";
        match self {
            Self::Hello => format!("GET /hello HTTP/1.1\r\n{FIELDS}\r\n"),
            Self::Get => format!("GET /orders/17/items/pen HTTP/1.1\r\n{FIELDS}X-Key: {KEY}\r\n\r\n"),
            Self::Post => format!(
                "POST /orders HTTP/1.1\r\n{FIELDS}X-Key: {KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{ORDER}",
                ORDER.len()
            ),
        }
    }
}

/// Connections that are open.
pub struct Load {
    streams: Vec<TcpStream>,
    request: String,
}

impl Load {
    pub fn connect(address: SocketAddr, connections: usize, asked: Asked) -> Result<Self, Fault> {
        let connect = |_| {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let streams = (0..connections.max(1)).map(connect).collect::<std::io::Result<_>>();
        let streams = streams.map_err(|error| Fault::new(format!("{address}: {error}")))?;
        Ok(Self { streams, request: asked.request() })
    }

    /// Sends so many requests, all connections at once, and reads an answer to each.
    pub fn send(&mut self, requests: usize) -> Result<(), Fault> {
        let broken = |error: std::io::Error| Fault::new(format!("the server does not answer: {error}"));
        for _ in 0..requests.div_ceil(self.streams.len()) {
            for stream in &mut self.streams {
                stream.write_all(self.request.as_bytes()).map_err(broken)?;
            }
            for stream in &mut self.streams {
                read(stream)?;
            }
        }
        Ok(())
    }
}

/// Reads an answer; small ones come in one piece.
fn read(stream: &mut TcpStream) -> Result<(), Fault> {
    let mut answer = [0; 4096];
    let count = stream
        .read(&mut answer)
        .map_err(|error| Fault::new(format!("the server does not answer: {error}")))?;
    let answer = answer.get(..count).unwrap_or_default();
    if answer.starts_with(b"HTTP/1.1 2") {
        return Ok(());
    }
    Err(Fault::new(format!("an answer is no success: {}", answer.escape_ascii())))
}
