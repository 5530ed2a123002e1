//! axum and actix-web as `perf compare` measures them: the same three operations that our server has, in each framework's own manner.
//!
//! `perf-peers axum` binds a free port of 127.0.0.1, tells its address as the first line, and serves until standard input ends. The number of
//! threads is the framework's own choice: one for each processor that the process may use.

mod actix;
mod axum;
mod order;

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

const USAGE: &str = "usage: perf-peers axum|actix-web";

fn main() -> ExitCode {
    let served = match std::env::args().nth(1).as_deref() {
        Some("axum") => serve(axum::serve),
        Some("actix-web") => serve(actix::serve),
        _ => Err(io::Error::other(USAGE)),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "perf-peers: {error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

/// Serves on a thread of its own; the process ends with this one, which waits for the end of standard input.
fn serve(server: fn(TcpListener) -> io::Result<()>) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        if let Err(error) = server(listener) {
            writeln!(io::stderr(), "perf-peers: {error}").unwrap_or_default();
        }
    });
    tell(address)?;
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

/// The socket listens already: who connects before the server accepts waits for it.
fn tell(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{address}").and_then(|()| out.flush())
}
