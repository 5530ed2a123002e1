//! A client of few lines: a connection, octets out, the status code of the answer back.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(30);
const READ_BYTES: usize = 16 * 1024;

/// A GET of this path.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes()
}

/// A POST of this content.
pub fn post(path: &str, kind: &str, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), content].concat()
}

/// As many descriptors as the system lets this process have.
pub fn raise_descriptors() {
    let most = getrlimit(Resource::Nofile).maximum;
    // What cannot be raised shows when connections fail.
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap_or_default();
}

/// A connection.
pub struct Client {
    pub stream: TcpStream,
    /// Whether the server has told that it ends the connection.
    pub has_ended: bool,
}

impl Client {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, has_ended: false })
    }

    pub fn ask(&mut self, octets: &[u8]) -> io::Result<u16> {
        let sent = self.stream.write_all(octets);
        // A refusal may come before all was sent.
        self.answer().map_err(|fault| sent.err().unwrap_or(fault))
    }

    /// The status code of one answer, whose content is read and dropped.
    pub fn answer(&mut self) -> io::Result<u16> {
        let mut came = Vec::new();
        let head = loop {
            if let Some(at) = came.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read(&mut came)?;
        };
        let text = String::from_utf8_lossy(&came[..head]).to_ascii_lowercase();
        self.has_ended = text.contains("\r\nconnection: close\r\n");
        let length = text.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let length: usize = length.and_then(|digits| digits.parse().ok()).unwrap_or_default();
        let mut left = (head + length).saturating_sub(came.len());
        let mut nowhere = [0; READ_BYTES];
        while left > 0 {
            let most = left.min(READ_BYTES);
            match self.stream.read(&mut nowhere[..most])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => left -= count,
            }
        }
        let status = text.get(9..12).and_then(|digits| digits.parse().ok());
        status.ok_or_else(|| io::Error::other(format!("no response: {text}")))
    }

    fn read(&mut self, came: &mut Vec<u8>) -> io::Result<()> {
        let mut buffer = [0; 1024];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                came.extend_from_slice(&buffer[..count]);
                Ok(())
            }
        }
    }
}
