//! A server with a fault: it answers everything, a thread for each connection.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sound,
    FailsTwoInHundred,
    AnswersOtherwise,
    /// Everybody waits for a second, once.
    StallsOnce,
    /// A kibibyte of each request stays.
    Leaks,
}

/// When a server that stalls does, in requests.
const STALL_AT: u64 = 300;
const CLIENTS: u64 = 4;

pub struct Faulty(SocketAddr);

impl Faulty {
    pub fn start(kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let count = Arc::new(AtomicU64::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = Arc::clone(&count);
                // A client that goes ends its thread.
                std::thread::spawn(move || serve(&stream, kind, &count).unwrap_or_default());
            }
        });
        Self(address)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

fn serve(stream: &TcpStream, kind: Kind, count: &AtomicU64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while read(&mut reader)? {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let (status, content) = match kind {
            Kind::FailsTwoInHundred if number % 50 == 49 => ("500 Internal Server Error", "{}"),
            Kind::AnswersOtherwise => ("200 OK", "{\"id\":\"one\"}"),
            Kind::Sound | Kind::FailsTwoInHundred | Kind::StallsOnce | Kind::Leaks => {
                ("200 OK", "{\"id\":1}")
            }
        };
        if kind == Kind::StallsOnce && (STALL_AT..STALL_AT + CLIENTS).contains(&number) {
            std::thread::sleep(Duration::from_secs(1));
        }
        if kind == Kind::Leaks {
            std::mem::forget(vec![1_u8; 1024]);
        }
        let length = content.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{content}"
        );
        (&*stream).write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// Reads a request; false where there is none any more.
fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<bool> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(told) = line.strip_prefix("content-length:") {
            length = told.trim().parse().unwrap_or(0);
        }
        if line.is_empty() {
            break;
        }
    }
    let mut content = vec![0; length];
    reader.read_exact(&mut content)?;
    Ok(true)
}
