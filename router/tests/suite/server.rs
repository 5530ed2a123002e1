//! The server over real sockets: requests in, answers out, and the end of it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do the functions they share")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use brrtrouter::{
    Api, Body, BodyStream, Context, Description, Handlers, Method, Otherwise, PoolSize, Problem, Response,
    Server, ServerError, ServerHandle, ServerOptions, WorkerPool,
};

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Served, version: '1' }
paths:
  /hello/{name}:
    get:
      operationId: hello
      parameters: [{ name: name, in: path, required: true, schema: { type: string, maxLength: 20 } }]
      responses: { '200': { description: A greeting, content: { text/plain: {} } } }
  /sum:
    post:
      operationId: sum
      requestBody: { required: true, content: { application/json: { schema: { type: array, items: { type: integer } } } } }
      responses: { '200': { description: The sum, content: { application/json: {} } } }
  /count:
    post:
      operationId: count
      requestBody: { content: { application/octet-stream: {} } }
      responses: { '200': { description: How many octets came, content: { application/json: {} } } }
  /ticks: { get: { operationId: ticks, responses: { '200': { description: Some, content: { text/plain: {} } } } } }
  /large: { get: { operationId: large, responses: { '200': { description: Much, content: { text/plain: {} } } } } }
  /slow: { get: { operationId: slow, responses: { '204': { description: Later } } } }
  /until-departure: { get: { operationId: departure, responses: { '204': { description: Gone } } } }
  /peer: { get: { operationId: peer, responses: { '200': { description: Who, content: { text/plain: {} } } } } }
  /endless: { get: { operationId: endless, responses: { '204': { description: Never } } } }
  /panic: { get: { operationId: panic, responses: { '204': { description: Never } } } }
";

struct Ticks(u8);

impl BodyStream for Ticks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Ok(0);
        }
        self.0 -= 1;
        buffer[..5].copy_from_slice(b"tick\n");
        Ok(5)
    }
}

fn count(cx: &Context<'_>) -> Result<Response, Problem> {
    let mut total = 0;
    if let Some(stream) = cx.take_stream() {
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer).map_err(Problem::from)? {
                0 => break,
                count => total += count,
            }
        }
    }
    Ok(Response::json(&total))
}

pub(crate) fn api(version: &'static str) -> Api {
    let description = Description::from_text("served.yaml", DESCRIPTION).unwrap();
    let handlers = Handlers::new()
        .on("hello", move |cx| Ok(Response::text(format!("Hello, {}! {version}", cx.path::<&str>("name")?))))
        .on("sum", |cx| Ok(Response::json(&cx.body::<Vec<i64>>()?.iter().sum::<i64>())))
        .on("count", count)
        .on("ticks", |_| Ok(Response::stream("text/plain", Ticks(3))))
        .on("large", |_| Ok(Response::bytes("text/plain", Body::Bytes(vec![b'x'; 300_000]))))
        .on("slow", |_| {
            may::coroutine::sleep(Duration::from_millis(300));
            Ok(Response::no_content())
        })
        .on("departure", |cx| {
            let mut looks = 0;
            while !cx.is_cancelled() && looks < 1000 {
                looks += 1;
                may::coroutine::sleep(Duration::from_millis(10));
            }
            Ok(Response::no_content())
        })
        .on("peer", |cx| {
            Ok(Response::text(cx.connection().peer.map(|peer| peer.ip().to_string()).unwrap_or_default()))
        })
        .on("endless", |cx| {
            while cx.head().method() == Method::GET {
                may::coroutine::sleep(Duration::from_millis(20));
            }
            Ok(Response::no_content())
        })
        .on("panic", |_| panic!("as planned"));
    Api::builder(&description).handlers(handlers).build().unwrap()
}

pub(crate) fn serve(options: ServerOptions) -> ServerHandle {
    Server::bind("127.0.0.1:0").unwrap().options(options).serve(api("one")).unwrap()
}

pub(crate) fn served() -> (ServerHandle, SocketAddr) {
    let running = serve(ServerOptions::default());
    let address = running.local_addr().unwrap();
    (running, address)
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// All that the server sends until it closes.
pub(crate) fn told(address: SocketAddr, sent: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(sent).unwrap();
    let mut answer = Vec::new();
    // What came before a reset counts.
    stream.read_to_end(&mut answer).unwrap_or_default();
    String::from_utf8(answer).unwrap()
}

fn statuses(answer: &str) -> Vec<&str> {
    answer
        .match_indices("HTTP/1.1 ")
        .map(|(at, line)| &answer[at + line.len()..at + line.len() + 3])
        .collect()
}

#[test]
fn a_request_gets_an_answer() {
    let (_running, address) = served();
    let answer = told(address, b"GET /hello/Ada HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\nDate: "), "{answer}");
    assert!(
        answer.ends_with("\r\nContent-Length: 15\r\nConnection: close\r\n\r\nHello, Ada! one"),
        "{answer}"
    );
}

#[test]
fn requests_of_one_connection_are_answered_in_order() {
    let (_running, address) = served();
    let mut sent = String::new();
    for number in 0..100 {
        sent += &format!("GET /hello/{number} HTTP/1.1\r\nHost: a\r\n\r\n");
        sent += "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n[1,2]";
    }
    sent += "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /hello/late HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = told(address, sent.as_bytes());
    let greeted: Vec<&str> =
        answer.split("Hello, ").skip(1).map(|rest| rest.split('!').next().unwrap()).collect();
    let expected: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    assert_eq!(greeted, expected, "nothing is answered behind a close");
    assert_eq!(statuses(&answer).len(), 201);
    assert_eq!(statuses(&answer).last(), Some(&"404"));
}

#[test]
fn a_request_is_the_same_however_it_is_cut() {
    let (_running, address) = served();
    let sent: &[u8] =
        b"POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\
        Connection: close\r\n\r\n3;x=y\r\n[1,\r\n2\r\n2]\r\n0\r\nX-Sum: 3\r\n\r\n";
    for cut in 1..sent.len() {
        let mut stream = connect(address);
        stream.set_nodelay(true).unwrap();
        stream.write_all(&sent[..cut]).unwrap();
        std::thread::sleep(Duration::from_millis(1));
        stream.write_all(&sent[cut..]).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n3"),
            "{cut}: {answer}"
        );
    }
}

#[test]
fn what_frames_two_ways_is_refused_and_the_connection_ends() {
    let (_running, address) = served();
    let smuggled = "GET /hello/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let cases = [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("Content-Length: 4\r\nContent-Length: 5\r\n\r\n[1]  ", "400"),
        ("Content-Length: +4\r\n\r\n[1] ", "400"),
        ("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400"),
        ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
        ("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400"),
        ("Transfer-Encoding: chunked\r\n\r\n5\n[1,2]\r\n0\r\n\r\n", "400"),
        ("Content-Length: 4\n\r\n[1] ", "400"),
        ("Expect: miracles\r\nContent-Length: 3\r\n\r\n[1]", "417"),
    ];
    for (lines, status) in cases {
        let sent =
            format!("POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{lines}{smuggled}");
        let answer = told(address, sent.as_bytes());
        assert_eq!(statuses(&answer), [status], "{lines:?}: {answer}");
        assert!(answer.contains("\r\nConnection: close\r\n"), "{lines:?}");
    }
}

#[test]
fn connect_to_a_path_is_answered_by_the_description_and_ends_the_connection() {
    let (_running, address) = served();
    let behind = "GET /hello/tunnelled HTTP/1.1\r\nHost: a\r\n\r\n";
    let path = told(address, format!("CONNECT /sum HTTP/1.1\r\nHost: a\r\n\r\n{behind}").as_bytes());
    assert_eq!(statuses(&path), ["405"], "{path}");
    assert!(path.contains("\r\nAllow: ") && path.contains("\r\nConnection: close\r\n"), "{path}");
    let tunnel = told(address, format!("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n{behind}").as_bytes());
    assert_eq!(statuses(&tunnel), ["501"], "{tunnel}");
}

#[test]
fn a_body_is_asked_for_only_if_the_request_is_let_in() {
    let (_running, address) = served();
    let head = |path: &str, length: u64| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut stream = connect(address);
    stream.write_all(head("/sum", 5).as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"[4,5]GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(statuses(&answer), ["200", "404"]);
    for (path, length, status) in [("/nowhere", 5, "404"), ("/sum", 10_000_000, "413")] {
        let answer = told(address, head(path, length).as_bytes());
        assert_eq!(statuses(&answer), [status], "{answer}");
    }
}

#[test]
fn streams_are_chunked_large_content_is_whole_and_head_has_none() {
    let (_running, address) = served();
    let of = |line: &str| told(address, format!("{line}\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
    let ticks = of("GET /ticks HTTP/1.1");
    assert!(ticks.ends_with("\r\n\r\n5\r\ntick\n\r\n5\r\ntick\n\r\n5\r\ntick\n\r\n0\r\n\r\n"), "{ticks}");
    let old = of("GET /ticks HTTP/1.0");
    assert!(!old.contains("chunked") && old.ends_with("\r\n\r\ntick\ntick\ntick\n"), "{old}");
    let head = of("HEAD /ticks HTTP/1.1");
    assert!(!head.contains("Content-Length") && head.ends_with("\r\n\r\n"), "{head}");
    let large = of("GET /large HTTP/1.1");
    assert!(large.contains("Content-Length: 300000\r\n") && large.ends_with(&"x".repeat(300_000)));
    let head = of("HEAD /large HTTP/1.1");
    assert!(head.contains("Content-Length: 300000\r\n") && head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn bodies_that_nobody_reads_do_not_become_requests() {
    let (_running, address) = served();
    for (size, keeps) in [(10, true), (60_000, true), (900_000, false)] {
        let mut sent =
            format!("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n").into_bytes();
        sent.extend(b"GET /hello/x HTTP/1.1\r\n\r\n".iter().cycle().take(size));
        sent.extend(b"GET /hello/next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = told(address, &sent);
        let expected: &[&str] = if keeps { &["404", "200"] } else { &["404"] };
        assert_eq!(statuses(&answer), expected, "{size}");
    }
}

#[test]
fn large_bodies_come_through_by_length_and_by_chunks() {
    let (_running, address) = served();
    let body = vec![b'y'; 700_000];
    let head =
        "POST /count HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n";
    let mut by_length = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    by_length.extend(&body);
    let mut by_chunks = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for piece in body.chunks(10_007) {
        by_chunks.extend(format!("{:X}\r\n", piece.len()).as_bytes());
        by_chunks.extend(piece);
        by_chunks.extend(b"\r\n");
    }
    by_chunks.extend(b"0\r\n\r\n");
    for sent in [by_length, by_chunks] {
        let answer = told(address, &sent);
        assert!(answer.ends_with("\r\n\r\n700000"), "{answer}");
    }
}

#[test]
fn large_json_is_read_as_small_json_is() {
    let (_running, address) = served();
    let numbers = |last: &str| format!("[{}{last}]", "1,".repeat(100_000));
    for (body, status, told_of) in [
        (numbers("1"), "200", "100001"),
        (numbers("true"), "400", "\"pointer\":\"/100000\""),
        (numbers(""), "400", "column 200002"),
    ] {
        let sent = format!(
            "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = told(address, sent.as_bytes());
        assert_eq!((statuses(&answer), answer.contains(told_of)), (vec![status], true), "{answer}");
    }
}

#[test]
fn slow_heads_and_bodies_end() {
    let short = Duration::from_millis(300);
    let options = ServerOptions {
        head_time_max: short,
        body_grace_time: short,
        idle_time_max: short,
        ..ServerOptions::default()
    };
    let running = serve(options);
    let address = running.local_addr().unwrap();
    let body =
        "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n[1";
    let cases: [(&str, &[&str]); 4] = [
        ("", &[]),
        ("GET /hello/Ada HTTP/1.1\r\nHo", &["408"]),
        (body, &["408"]),
        ("GET /hello/Ada HTTP/1.1\r\nHost: a\r\n\r\n", &["200"]),
    ];
    for (sent, expected) in cases {
        let began = Instant::now();
        assert_eq!(statuses(&told(address, sent.as_bytes())), expected, "{sent:?}");
        let took = began.elapsed();
        assert!((Duration::from_millis(250)..Duration::from_secs(5)).contains(&took), "{sent:?} {took:?}");
    }
}

#[test]
fn peers_that_close_half_or_whole_do_no_harm() {
    let (running, address) = served();
    let mut stream = connect(address);
    stream.write_all(b"GET /hello/half HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("Hello, half! one"), "{answer}");
    let mut stream = connect(address);
    stream.write_all(b"GET /hello/half HTT").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(statuses(&answer), ["400"]);
    for sent in [
        "",
        "GET ",
        "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n[",
        "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        connect(address).write_all(sent.as_bytes()).unwrap();
    }
    let until = Instant::now() + Duration::from_secs(10);
    while running.connections().open > 0 {
        assert!(Instant::now() < until, "{:?}", running.connections());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_panic_is_one_answer_and_the_last_of_its_connection() {
    let (_running, address) = served();
    for _ in 0..20 {
        let sent = "GET /panic HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2);
        assert_eq!(statuses(&told(address, sent.as_bytes())), ["500"]);
    }
    let sent = "GET /hello/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(statuses(&told(address, sent.as_bytes())), ["200"]);
}

#[test]
fn a_taken_port_is_told_when_it_is_bound() {
    let (_running, address) = served();
    let taken = Server::bind(address).unwrap_err();
    assert!(matches!(taken, ServerError::Taken { .. }), "{taken}");
    assert!(taken.to_string().contains("choose another address"), "{taken}");
}

#[test]
fn connections_beyond_the_bound_are_told_so() {
    let running = serve(ServerOptions { connections_max: 2, ..ServerOptions::default() });
    let address = running.local_addr().unwrap();
    let held: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = connect(address);
            stream.write_all(b"GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            assert!(stream.read(&mut [0; 256]).unwrap() > 0);
            stream
        })
        .collect();
    let refused = told(address, b"");
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("Retry-After: 1\r\n"), "{refused}");
    assert_eq!(running.connections().refused, 1);
    drop(held);
}

#[test]
fn another_api_takes_over_between_requests() {
    let (running, address) = served();
    let mut stream = connect(address);
    for version in ["one", "two"] {
        stream.write_all(b"GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let mut answer = [0; 512];
        let count = stream.read(&mut answer).unwrap();
        assert!(answer[..count].ends_with(version.as_bytes()), "{}", answer[..count].escape_ascii());
        running.replace(api("two"));
    }
}

#[test]
fn a_handler_learns_that_its_peer_is_gone() {
    let (_running, address) = served();
    // What was sent ahead does not hide that, where the system can tell.
    let ahead = if cfg!(target_os = "linux") { "GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n" } else { "" };
    for (sent, expected) in
        [("", &["204"][..]), (ahead, &["204", "200"][..usize::from(!ahead.is_empty()) + 1])]
    {
        let (asked, mut stream) = (Instant::now(), connect(address));
        stream.write_all(b"GET /until-departure HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(sent.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(statuses(&answer), expected);
        let time = asked.elapsed();
        assert!((Duration::from_millis(190)..Duration::from_secs(9)).contains(&time), "{time:?}");
    }
}

#[test]
fn pooled_handlers_keep_no_worker_from_its_connections() {
    let pool = WorkerPool::new(PoolSize { threads: 1, queue: 1 }).unwrap();
    let description = Description::from_text("served.yaml", DESCRIPTION).unwrap();
    let may_end = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&may_end);
    let handlers = Handlers::new()
        .on_pool("slow", move |_| {
            while !gate.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(Response::no_content())
        })
        .on("hello", |_| Ok(Response::text("hello")))
        .otherwise(Otherwise::NotImplemented);
    let api = Api::builder(&description).handlers(handlers).executor(pool).build().unwrap();
    let running = Server::bind("127.0.0.1:0").unwrap().serve(api).unwrap();
    let address = running.local_addr().unwrap();
    let slow = "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let clients: Vec<_> =
        (0..6).map(|_| std::thread::spawn(move || told(address, slow.as_bytes()))).collect();
    for _ in 0..10 {
        let hello = told(address, b"GET /hello/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert_eq!(statuses(&hello), ["200"]);
    }
    // All have come, and those that are refused have gone.
    while running.connections().accepted < 16 || running.connections().open > 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    may_end.store(true, Ordering::Relaxed);
    let answers: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    let done = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 204 ")).count();
    let full = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 503 ")).count();
    assert!((1..=2).contains(&done) && done + full == 6, "one runs, one waits: {answers:?}");
    assert!(answers.iter().all(|answer| answer.contains(" 204 ") || answer.contains("Retry-After: 1")));
}

#[test]
fn proxies_are_believed_where_they_are_trusted() {
    let asked = b"GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close\r\n\r\n";
    for (trusted, peer) in [(vec![], "127.0.0.1"), (vec!["127.0.0.0/8".parse().unwrap()], "203.0.113.7")] {
        let running = serve(ServerOptions { trusted_proxies: trusted, ..ServerOptions::default() });
        let answer = told(running.local_addr().unwrap(), asked);
        assert!(answer.ends_with(&format!("\r\n\r\n{peer}")), "{answer}");
    }
}
