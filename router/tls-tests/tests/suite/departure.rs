//! Whether a handler learns that its client has gone, though nobody decrypts what the client sent last.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use brrtrouter::ServerOptions;
use brrtrouter_tls_tests::{Client, connect};
use rustls::version::{TLS12, TLS13};

use crate::served;

/// What a client does while its request is handled.
type Conduct = (&'static str, fn(&mut Client), &'static str);

const CONDUCTS: [Conduct; 5] = [
    ("stays", |_| {}, "stayed"),
    (
        "sends the next request",
        |client| {
            client.write_all(b"GET /seen HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            client.flush().unwrap();
        },
        "stayed",
    ),
    (
        "says that it leaves, and does",
        |client| {
            client.conn.send_close_notify();
            client.flush().unwrap();
            client.sock.shutdown(Shutdown::Write).unwrap();
        },
        "departed",
    ),
    ("leaves without a word", |client| client.sock.shutdown(Shutdown::Write).unwrap(), "departed"),
    (
        "sends the next request and leaves",
        |client| {
            client.write_all(b"GET /seen HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            client.flush().unwrap();
            client.sock.shutdown(Shutdown::Write).unwrap();
        },
        "departed",
    ),
];

#[test]
fn handlers_learn_that_their_client_has_left_and_not_that_it_goes_on() {
    for version in [&TLS13, &TLS12] {
        for (what, conduct, expected) in CONDUCTS {
            let served = served(ServerOptions::default());
            let mut client = connect(served.address, &served.authority.client(None, version));
            client.write_all(b"GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            client.flush().unwrap();
            std::thread::sleep(Duration::from_millis(50));
            conduct(&mut client);
            let mut answer = [0; 4096];
            let count = client.read(&mut answer).unwrap();
            let answer = String::from_utf8_lossy(&answer[..count]).into_owned();
            // The answer to a next request may have come with it.
            assert!(answer.contains(&format!("\r\n\r\n{expected}")), "{version:?}, who {what}: {answer}");
        }
    }
}
