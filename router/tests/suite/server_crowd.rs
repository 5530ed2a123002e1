//! So many busy connections that none waits in a coroutine of its own: each is parked between its requests, and few coroutines serve them all.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do the functions they share")]

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use brrtrouter::{Api, CloseCause, Description, Handlers, Response, Server, ServerHandle};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::server::connect;
use crate::server_end::all_ended;

/// More than are needed for a crowd, which begins with 129.
const MANY: usize = 370;

/// So often does the server see whether there is a crowd, and a little more.
const A_LOOK: Duration = Duration::from_millis(120);

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: A crowd, version: '1' }
paths:
  /hello/{name}:
    get:
      operationId: hello
      parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: A greeting, content: { text/plain: {} } } }
  /sum:
    post:
      operationId: sum
      requestBody: { required: true, content: { application/json: { schema: { type: array, items: { type: integer } } } } }
      responses: { '200': { description: The sum, content: { application/json: {} } } }
  /turn: { get: { operationId: turn, responses: { '200': { description: How many, content: { text/plain: {} } } } } }
  /blink: { get: { operationId: blink, responses: { '204': { description: Soon } } } }
  /slow: { get: { operationId: slow, responses: { '204': { description: Later } } } }
  /vanish: { get: { operationId: vanish, responses: { '204': { description: Never } } } }
";

// How many requests this coroutine has served.
may::coroutine_local!(static SERVED: Cell<usize> = Cell::new(0));

fn serve() -> (ServerHandle, SocketAddr) {
    let most = getrlimit(Resource::Nofile).maximum;
    // What cannot be raised shows when connections fail.
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap_or_default();
    let description = Description::from_text("crowd.yaml", DESCRIPTION).unwrap();
    let handlers = Handlers::new()
        .on("hello", |cx| Ok(Response::text(format!("Hello, {}!", cx.path::<&str>("name")?))))
        .on("sum", |cx| Ok(Response::json(&cx.body::<Vec<i64>>()?.iter().sum::<i64>())))
        .on("turn", |_| {
            let count = SERVED.with(|served| served.replace(served.get() + 1));
            Ok(Response::text(format!("turn {count};")))
        })
        .on("blink", |_| {
            may::coroutine::sleep(Duration::ZERO);
            Ok(Response::no_content())
        })
        .on("slow", |_| {
            may::coroutine::sleep(Duration::from_millis(300));
            Ok(Response::no_content())
        })
        // As a coroutine is cancelled: that is passed on, and ends it.
        .on("vanish", |_| std::panic::resume_unwind(Box::new(())));
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    let running = Server::bind("127.0.0.1:0").unwrap().serve(api).unwrap();
    let address = running.local_addr().unwrap();
    (running, address)
}

/// A crowd that the server has seen.
fn crowd(address: SocketAddr) -> Vec<TcpStream> {
    let mut streams: Vec<_> = (0..MANY).map(|_| connect(address)).collect();
    let began = Instant::now();
    while began.elapsed() < A_LOOK {
        all_greeted(&mut streams, 0);
    }
    streams
}

fn all_greeted(streams: &mut [TcpStream], round: usize) {
    for (number, stream) in streams.iter_mut().enumerate() {
        let request = format!("GET /hello/{number}-{round} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        assert!(told(stream).ends_with(&format!("Hello, {number}-{round}!")), "{number} in {round}");
    }
}

/// One answer, which comes in one piece.
fn told(stream: &mut TcpStream) -> String {
    let mut answer = [0; 1024];
    let count = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

/// What one connection of the crowd asks in a round, in one of several ways; its neighbours ask in others.
fn ask(stream: &mut TcpStream, number: usize, way: usize) {
    match way % 4 {
        0 => write!(stream, "GET /hello/{number} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap(),
        1 => stream.write_all(b"GET /hello/").unwrap(),
        2 => {
            let head = "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9";
            write!(stream, "{head}\r\n\r\n[{number:3},").unwrap();
        }
        _ => {
            let request = format!("GET /hello/{number} HTTP/1.1\r\nHost: a\r\n\r\n");
            stream.write_all(request.repeat(20).as_bytes()).unwrap();
        }
    }
}

/// The rest of it.
fn ask_on(stream: &mut TcpStream, number: usize, way: usize) {
    match way % 4 {
        1 => write!(stream, "{number} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap(),
        2 => stream.write_all(b" 12]").unwrap(),
        _ => {}
    }
}

/// Whether all of it was answered.
fn expect(stream: &mut TcpStream, number: usize, way: usize) {
    let greeting = format!("Hello, {number}!");
    let (count, expected) = match way % 4 {
        2 => (1, (number + 12).to_string()),
        3 => (20, greeting.clone()),
        _ => (1, greeting.clone()),
    };
    let mut answers = String::new();
    while answers.matches("HTTP/1.1 200").count() < count || !answers.ends_with(&expected) {
        let answer = told(stream);
        assert!(!answer.is_empty(), "{number} by {way} after {answers}");
        answers.push_str(&answer);
    }
    assert!(count == 1 || answers.matches(&greeting).count() == count, "{answers}");
}

#[test]
fn each_of_a_crowd_is_answered_however_it_asks() {
    let (running, address) = serve();
    let mut streams = crowd(address);
    for round in 0..20 {
        streams.iter_mut().enumerate().for_each(|(at, stream)| ask(stream, at, at + round));
        streams.iter_mut().enumerate().for_each(|(at, stream)| ask_on(stream, at, at + round));
        streams.iter_mut().enumerate().for_each(|(at, stream)| expect(stream, at, at + round));
    }
    // Some leave with their last request, some without; all are seen to leave.
    for (number, stream) in streams.iter_mut().enumerate() {
        if number % 2 == 0 {
            stream.write_all(b"GET /hello/last HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        }
        stream.shutdown(Shutdown::Write).unwrap();
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer.matches("Hello, last!").count(), 1 - number % 2, "{number}");
    }
    all_ended(&running);
    assert_eq!(running.connections().closed(CloseCause::Peer), MANY as u64, "{:?}", running.connections());
}

#[test]
fn handlers_that_wait_or_vanish_hold_up_nobody_in_a_crowd() {
    let (running, address) = serve();
    let mut streams = crowd(address);
    let (waiting, rest) = streams.split_at_mut(270);
    let (vanishing, others) = rest.split_at_mut(40);
    let began = Instant::now();
    // They are a crowd by themselves. Each waits for 300 ms, which would be 81 seconds one after the other.
    waiting.iter_mut().for_each(|stream| stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap());
    vanishing
        .iter_mut()
        .for_each(|stream| stream.write_all(b"GET /vanish HTTP/1.1\r\nHost: a\r\n\r\n").unwrap());
    all_greeted(others, 1);
    // What comes while a connection is served must be seen when it comes to be parked.
    let ahead =
        |stream: &mut TcpStream| stream.write_all(b"GET /hello/ahead HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    waiting.iter_mut().for_each(ahead);
    for stream in waiting.iter_mut() {
        let mut answers = told(stream);
        assert!(answers.starts_with("HTTP/1.1 204"), "{answers}");
        while !answers.ends_with("Hello, ahead!") {
            answers.push_str(&told(stream));
        }
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let ends = |stream: &mut TcpStream| stream.read(&mut [0; 8]).unwrap_or_default();
    vanishing.iter_mut().for_each(|stream| assert_eq!(ends(stream), 0));
    all_greeted(others, 2);
    all_greeted(waiting, 3);
    assert_eq!(running.connections().closed(CloseCause::Fault), 40, "{:?}", running.connections());
}

#[test]
fn a_crowd_that_thins_out_and_comes_back_is_answered() {
    let (running, address) = serve();
    let mut streams = crowd(address);
    for round in 0..3 {
        // Few are busy for so long that the others rest, and these wait for themselves again.
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(450) {
            all_greeted(&mut streams[..8], round);
            std::thread::sleep(Duration::from_millis(5));
        }
        let began = Instant::now();
        while began.elapsed() < A_LOOK {
            all_greeted(&mut streams, round);
        }
    }
    let began = Instant::now();
    running.stop();
    running.wait();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    streams.iter_mut().for_each(|stream| assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0));
    assert_eq!(running.connections().closed(CloseCause::Drained), MANY as u64, "{:?}", running.connections());
}

/// A server may be stopped at the very moment at which a head comes in pieces.
#[test]
fn what_began_to_come_before_the_stop_is_answered() {
    for is_crowd in [false, true] {
        let (running, address) = serve();
        let mut streams = if is_crowd { crowd(address) } else { (0..40).map(|_| connect(address)).collect() };
        all_greeted(&mut streams, 0);
        streams.iter_mut().for_each(|stream| stream.write_all(b"GET /hello/").unwrap());
        running.stop();
        // Some ticks, each of which ends what is idle.
        std::thread::sleep(A_LOOK);
        for (number, stream) in streams.iter_mut().enumerate() {
            stream.write_all(format!("{number} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
        }
        for (number, stream) in streams.iter_mut().enumerate() {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.ends_with(&format!("Hello, {number}!")), "{number}: {answer}");
        }
        running.wait();
    }
}

/// `may` writes into a coroutine that sleeps, and may do so when that has long gone on and ended.
#[test]
fn a_coroutine_that_ends_right_behind_a_sleep_does_no_harm() {
    let (_running, address) = serve();
    let mut streams = crowd(address);
    for _ in 0..30 {
        let blink =
            |stream: &mut TcpStream| stream.write_all(b"GET /blink HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        streams.iter_mut().for_each(blink);
        streams.iter_mut().for_each(|stream| assert!(told(stream).starts_with("HTTP/1.1 204")));
    }
}

/// Sends requests without an end, each of which just fills what is read at once, and reads the answers, until it is told to stop.
fn flood(address: SocketAddr, is_over: &Arc<AtomicBool>) -> [JoinHandle<()>; 2] {
    let padding = "a".repeat(1024 - "GET /hello/flood HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".len());
    let many = format!("GET /hello/flood HTTP/1.1\r\nHost: a\r\nX: {padding}\r\n\r\n").repeat(64);
    let mut sends = connect(address);
    let mut reads = sends.try_clone().unwrap();
    let is_over = Arc::clone(is_over);
    let sending = std::thread::spawn(move || {
        while !is_over.load(Ordering::Relaxed) {
            sends.write_all(many.as_bytes()).unwrap();
        }
        sends.shutdown(Shutdown::Write).unwrap();
    });
    let reading = std::thread::spawn(move || {
        assert!(std::io::copy(&mut reads, &mut std::io::sink()).unwrap() > 0);
    });
    [sending, reading]
}

#[test]
fn those_that_never_wait_hold_up_nobody() {
    let (_running, address) = serve();
    for is_crowd in [false, true] {
        let mut others = if is_crowd { crowd(address) } else { (0..20).map(|_| connect(address)).collect() };
        let is_over = Arc::default();
        // One more than there are workers.
        let count = std::thread::available_parallelism().map_or(1, usize::from) + 1;
        let floods: Vec<_> = (0..count).flat_map(|_| flood(address, &is_over)).collect();
        let began = Instant::now();
        let mut rounds = 0;
        while began.elapsed() < Duration::from_secs(1) {
            all_greeted(&mut others, rounds);
            rounds += 1;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{:?} for {rounds} rounds", began.elapsed());
        is_over.store(true, Ordering::Relaxed);
        floods.into_iter().for_each(|flood| flood.join().unwrap());
    }
}

/// Whether the requests come in one read or each fills one.
#[cfg(target_os = "linux")]
#[test]
fn one_that_has_had_its_turn_goes_on_in_another_coroutine() {
    let (_running, address) = serve();
    for padding in [0, 1024 - "GET /turn HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".len()] {
        let padding = "a".repeat(padding);
        let request = format!("GET /turn HTTP/1.1\r\nHost: a\r\nX: {padding}\r\n\r\n");
        let mut stream = connect(address);
        stream.write_all(request.repeat(200).as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        let turns = answers.split("turn ").skip(1).filter_map(|turn| turn.split(';').next());
        let turns: Vec<usize> = turns.map(|turn| turn.parse().unwrap()).collect();
        assert_eq!(turns.len(), 200);
        // Six, unless it had to wait for the client now and then.
        assert!(turns.iter().filter(|turn| **turn == 0).count() > 2, "{turns:?}");
    }
}
