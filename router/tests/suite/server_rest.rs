//! Connections that wait for so long that they rest: they go on, and end, as any other.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use brrtrouter::ServerOptions;

use crate::server::{connect, serve, served};

/// Longer than a connection waits before it rests.
const A_WHILE: Duration = Duration::from_millis(500);

#[test]
fn a_connection_goes_on_after_its_rest() {
    let (_running, address) = served();
    let mut stream = connect(address);
    for _ in 0..2 {
        // Before the first request, between two, and within a head, which is no rest.
        std::thread::sleep(A_WHILE);
        stream.write_all(b"GET /hello/Ada HTTP/1.1\r\nHo").unwrap();
        std::thread::sleep(A_WHILE);
        stream.write_all(b"st: a\r\n\r\n").unwrap();
        let mut answer = [0; 512];
        let count = stream.read(&mut answer).unwrap();
        assert!(String::from_utf8_lossy(&answer[..count]).ends_with("Hello, Ada! one"));
    }
    std::thread::sleep(A_WHILE);
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn rest_does_not_prolong_the_time_for_a_request() {
    let options = ServerOptions {
        head_time_max: Duration::from_millis(400),
        idle_time_max: Duration::from_millis(400),
        ..ServerOptions::default()
    };
    let running = serve(options);
    let mut silent = connect(running.local_addr().unwrap());
    let mut idle = connect(running.local_addr().unwrap());
    idle.write_all(b"GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(idle.read(&mut [0; 512]).unwrap() > 0);
    let began = std::time::Instant::now();
    assert_eq!((silent.read(&mut [0; 8]).unwrap(), idle.read(&mut [0; 8]).unwrap()), (0, 0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_server_that_stops_does_not_wait_for_those_that_rest() {
    let (running, address) = served();
    let mut resting = connect(address);
    resting.write_all(b"GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(resting.read(&mut [0; 512]).unwrap() > 0);
    std::thread::sleep(A_WHILE);
    let began = std::time::Instant::now();
    running.stop();
    running.wait();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(resting.read(&mut [0; 8]).unwrap(), 0);
}
