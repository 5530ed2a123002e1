//! The end of a server: what has begun is finished, what does not end is cut off, and nothing stays behind.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use brrtrouter::{
    Api, CloseCause, Description, Handlers, Response, Server, ServerError, ServerHandle, ServerOptions,
};

use crate::server::{api, connect, serve, served, told};

/// Waits until no connection is left.
pub(crate) fn all_ended(running: &ServerHandle) {
    let began = Instant::now();
    while running.connections().open > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", running.connections());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_stopped_server_finishes_what_has_begun() {
    let (running, address) = served();
    let mut idle = connect(address);
    idle.write_all(b"GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(idle.read(&mut [0; 512]).unwrap() > 0);
    let finished = Arc::new(AtomicU32::new(0));
    let clients: Vec<_> = (0..20)
        .map(|_| {
            let finished = Arc::clone(&finished);
            std::thread::spawn(move || {
                let answer = told(address, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
                assert!(
                    answer.starts_with("HTTP/1.1 204 ") && answer.contains("Connection: close"),
                    "{answer}"
                );
                finished.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    while running.connections().open < 21 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(50));
    running.stop();
    running.wait();
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert_eq!(finished.load(Ordering::Relaxed), 20);
    assert_eq!(idle.read(&mut [0; 16]).unwrap(), 0, "an idle connection is closed");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn a_handler_that_never_ends_keeps_no_program_from_ending() {
    let running =
        serve(ServerOptions { drain_time_max: Duration::from_millis(100), ..ServerOptions::default() });
    let mut stream = connect(running.local_addr().unwrap());
    stream.write_all(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    while running.connections().open == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(50));
    running.stop();
    running.wait();
    assert_eq!(running.connections().open, 1, "it was cut off and still computes");
    assert_eq!(stream.read(&mut [0; 16]).unwrap_or_default(), 0);
}

/// Waits until one connection has ended, for this cause and no other.
fn assert_ends_by(running: &ServerHandle, cause: CloseCause) {
    let began = Instant::now();
    let ended = || CloseCause::ALL.map(|cause| (cause, running.connections().closed(cause)));
    while ended().iter().all(|(_, count)| *count == 0) && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(ended(), CloseCause::ALL.map(|other| (other, u64::from(other == cause))));
}

#[test]
fn a_peer_that_takes_no_answers_is_the_cause_of_its_end() {
    let running =
        serve(ServerOptions { write_time_max: Duration::from_millis(200), ..ServerOptions::default() });
    let mut stream = connect(running.local_addr().unwrap());
    // More than the system keeps for a peer that does not read.
    stream.write_all("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100).as_bytes()).unwrap();
    assert_ends_by(&running, CloseCause::LateWrite);
}

#[test]
fn a_server_that_waits_no_longer_is_the_cause_of_an_end() {
    let requests = [
        // The handler goes on for longer than the server waits.
        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
        // It waits for octets that do not come.
        "POST /count HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 9\r\n\r\nx",
        "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[",
        // The head does not come whole.
        "GET /slow HTTP/1.1\r\nHost",
    ];
    for request in requests {
        let running =
            serve(ServerOptions { drain_time_max: Duration::from_millis(100), ..ServerOptions::default() });
        let mut stream = connect(running.local_addr().unwrap());
        stream.write_all(request.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        running.stop();
        assert_ends_by(&running, CloseCause::CutOff);
    }
}

#[test]
fn a_unix_socket_serves_and_leaves_nothing_behind() {
    let path = std::env::temp_dir().join(format!("brrtrouter-{}.sock", std::process::id()));
    let address = format!("unix:{}", path.display());
    let running = Server::bind(address.as_str()).unwrap().serve(api("one")).unwrap();
    let taken = Server::bind(address.as_str()).unwrap_err();
    assert!(matches!(taken, ServerError::Taken { .. }), "{taken}");
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET /hello/Ada HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("Hello, Ada! one"), "{answer}");
    drop(running);
    assert!(!path.exists());
    // What a server that was killed left behind does not stand in the way.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    drop(Server::bind(address.as_str()).unwrap().serve(api("one")).unwrap());
    assert!(!path.exists());
}

/// The system may tell of a request and the end behind it at once.
#[test]
fn a_client_that_ends_behind_its_request_is_answered_and_seen_to_end() {
    const REQUEST: &[u8] = b"GET /hello/Ada HTTP/1.1\r\nHost: a\r\n\r\n";
    const CUT: &[u8] =
        b"POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n[1,";
    let (running, address) = served();
    let mut clients: Vec<_> = (0..20).map(|_| connect(address)).collect();
    for client in &mut clients {
        client.write_all(REQUEST).unwrap();
        assert!(client.read(&mut [0; 512]).unwrap() > 0);
    }
    for (number, client) in clients.iter_mut().enumerate() {
        client.write_all(if number % 2 == 0 { REQUEST } else { CUT }).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
    }
    for (number, client) in clients.iter_mut().enumerate() {
        let mut answer = String::new();
        // Nobody waits for the rest of a body behind the end.
        client.read_to_string(&mut answer).unwrap();
        assert!(number % 2 == 1 || answer.ends_with("Hello, Ada! one"), "{answer}");
    }
    all_ended(&running);
}

/// What tells on which thread it is dropped.
struct Told(std::sync::mpsc::Sender<Option<String>>);

impl Drop for Told {
    fn drop(&mut self) {
        // Nobody may wait for it any more.
        self.0.send(std::thread::current().name().map(str::to_owned)).unwrap_or_default();
    }
}

/// The last to serve may be a coroutine, which has less stack than the end of an `Api` takes.
#[test]
fn an_api_ends_on_a_thread_whoever_was_the_last_to_serve() {
    let (told, tells) = std::sync::mpsc::channel();
    let told = Told(told);
    let description = Description::from_text(
        "last.yaml",
        "
openapi: 3.1.2
info: { title: Last, version: '1' }
paths: { /last: { get: { operationId: last, responses: { '204': { description: Late } } } } }
",
    )
    .unwrap();
    let handlers = Handlers::new().on("last", move |_| {
        let _held = &told;
        may::coroutine::sleep(Duration::from_millis(300));
        Ok(Response::no_content())
    });
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    let running = Server::bind("127.0.0.1:0").unwrap().serve(api).unwrap();
    let mut client = connect(running.local_addr().unwrap());
    client.write_all(b"GET /last HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    drop(running);
    let thread = tells.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(thread.as_deref(), Some("brrtrouter-ticker"));
}
