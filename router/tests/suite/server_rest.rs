//! Connections that wait for so long that they are parked, without a coroutine: they go on, and end, as any other.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use brrtrouter::{CloseCause, ServerOptions};

use crate::server::{connect, serve, served};
use crate::server_end::all_ended;

/// Longer than a connection waits before it is parked.
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
    all_ended(&running);
    let counts = running.connections();
    assert_eq!((counts.closed(CloseCause::LateHead), counts.closed(CloseCause::Idle)), (1, 1), "{counts:?}");
}

#[test]
fn a_client_that_leaves_during_the_rest_is_seen_to_leave() {
    let (running, address) = served();
    let mut leaving = connect(address);
    leaving.write_all(b"GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(leaving.read(&mut [0; 512]).unwrap() > 0);
    let silent = connect(address);
    std::thread::sleep(A_WHILE);
    assert_eq!(running.connections().open, 2);
    drop((leaving, silent));
    all_ended(&running);
    assert_eq!(running.connections().closed(CloseCause::Peer), 2, "{:?}", running.connections());
}

#[test]
fn pipelined_requests_are_answered_after_the_rest() {
    let (_running, address) = served();
    let mut stream = connect(address);
    std::thread::sleep(A_WHILE);
    let requests = b"GET /hello/Ada HTTP/1.1\r\nHost: a\r\n\r\n".repeat(200);
    stream.write_all(&requests).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("Hello, Ada! one").count(), 200);
}

/// Requests that come while connections are being parked: none may be overlooked.
#[test]
fn no_request_is_lost_between_waiting_and_rest() {
    let (_running, address) = served();
    let clients: Vec<_> = (0..100_u64)
        .map(|number| {
            std::thread::spawn(move || {
                let mut stream = connect(address);
                for _ in 0..3 {
                    // A connection is parked 200 to 300 ms after its last answer.
                    std::thread::sleep(Duration::from_millis(190 + number));
                    stream.write_all(b"GET /hello/Ada HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
                    let mut answer = [0; 512];
                    let count = stream.read(&mut answer).unwrap();
                    assert!(String::from_utf8_lossy(&answer[..count]).ends_with("Hello, Ada! one"));
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
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
    assert_eq!(running.connections().closed(CloseCause::Drained), 1, "{:?}", running.connections());
}
