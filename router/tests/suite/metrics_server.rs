//! What a server counts, over sockets: requests as without them, connections with the cause of their end, on an address of its own.
#![expect(clippy::unwrap_used, reason = "these are tests, functions that they share included")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use brrtrouter::{CloseCause, ConnectionCounts, Metrics, Server, ServerHandle, ServerOptions, Service};

use crate::metrics::{Case, MIXTURE, assert_counts, assert_well_told, has, samples, shop};

fn serve(metrics: &Metrics, options: ServerOptions) -> ServerHandle {
    let service = Service::builder(shop()).metrics(metrics).without_status().build().unwrap();
    let running = Server::bind("127.0.0.1:0").unwrap().options(options).serve(service).unwrap();
    running.report_to(metrics);
    running
}

fn connect(running: &ServerHandle) -> TcpStream {
    let stream = TcpStream::connect(running.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn text_of((method, target, fields, body, _): &Case, last: bool) -> String {
    let mut lines: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    if last {
        lines.push_str("Connection: close\r\n");
    }
    format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// All that a server sends until it closes.
fn told(mut stream: TcpStream, sent: &str) -> String {
    stream.write_all(sent.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // What came before a reset counts.
    stream.read_to_end(&mut answer).unwrap_or_default();
    String::from_utf8(answer).unwrap()
}

/// Asks again until it is so: a connection is counted out a moment after its peer sees the end.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends the whole mixture over one connection, and sees an answer to each of its requests.
fn send_mixture(running: &ServerHandle) {
    let last = MIXTURE.len() - 1;
    let sent: String = MIXTURE.iter().enumerate().map(|(at, case)| text_of(case, at == last)).collect();
    let answer = told(connect(running), &sent);
    assert_eq!(answer.matches("HTTP/1.1 ").count(), MIXTURE.len(), "{answer}");
}

#[test]
fn a_mixture_over_sockets_is_counted_exactly() {
    let metrics = Metrics::new().unwrap();
    let running = serve(&metrics, ServerOptions::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| send_mixture(&running)));
        }
    });
    until("all are closed", || running.connections().closed(CloseCause::Asked) == 20);
    let page = metrics.to_text().unwrap();
    assert_counts(&page, 20.0);
    let samples = samples(&page);
    for (name, expected) in [
        ("brrtrouter_connections_accepted_total", 20.0),
        (r#"brrtrouter_connections_closed_total{cause="asked"}"#, 20.0),
    ] {
        assert_eq!(samples.get(name).map(f64::to_string), Some(f64::to_string(&expected)), "{name}");
    }
    assert_well_told(&page);
}

/// Makes a connection end, and tells by what.
type End = (CloseCause, fn(&ServerHandle));

#[test]
fn connections_are_counted_by_the_cause_of_their_end() {
    const GET: &str = "GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n";
    let drop_it = |running: &ServerHandle| drop(connect(running));
    let ends: [End; 6] = [
        (CloseCause::Peer, drop_it),
        (CloseCause::Peer, |running| {
            let stream = connect(running);
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(told_nothing_more(stream), "");
        }),
        (CloseCause::Idle, |running| {
            assert!(told(connect(running), GET).starts_with("HTTP/1.1 200 "));
        }),
        (CloseCause::LateHead, |running| {
            assert!(told(connect(running), "GET /items/1 HT").starts_with("HTTP/1.1 408 "));
        }),
        (CloseCause::LateBody, |running| {
            let head = "POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[";
            assert!(told(connect(running), head).starts_with("HTTP/1.1 408 "));
        }),
        (CloseCause::Fault, |running| {
            assert!(told(connect(running), "no request at all\r\n\r\n").starts_with("HTTP/1.1 400 "));
        }),
    ];
    for (cause, end) in ends {
        let soon = Duration::from_millis(200);
        let options = ServerOptions {
            head_time_max: soon,
            body_grace_time: soon,
            idle_time_max: soon,
            ..ServerOptions::default()
        };
        let metrics = Metrics::new().unwrap();
        let running = serve(&metrics, options);
        end(&running);
        let is_counted = |counts: ConnectionCounts| counts.closed(cause) == 1;
        until(cause.as_str(), || is_counted(running.connections()));
        let told = metrics.to_text().unwrap();
        let line = format!("brrtrouter_connections_closed_total{{cause=\"{}\"}} 1\n", cause.as_str());
        assert!(told.contains(&line), "{told}");
    }
}

fn told_nothing_more(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_stop_is_a_cause_and_counts_outlive_the_server() {
    let metrics = Metrics::new().unwrap();
    let running = serve(&metrics, ServerOptions::default());
    let mut stream = connect(&running);
    stream.write_all(b"GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(stream.read(&mut [0; 512]).unwrap() > 0);
    running.replace(shop());
    metrics.count_failed_reload();
    running.stop();
    running.wait();
    let page = metrics.to_text().unwrap();
    for line in [
        "brrtrouter_connections_closed_total{cause=\"drained\"} 1\n",
        "brrtrouter_connections_open 0\n",
        "brrtrouter_reloads_total{result=\"ok\"} 1\n",
        "brrtrouter_reloads_total{result=\"failed\"} 1\n",
        "brrtrouter_certificate_renewals_total{result=\"ok\"} 0\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
}

/// A Prometheus that runs until this is dropped.
struct Scraper {
    child: Child,
    _gone_with_it: tempdir::Folder,
}

impl Drop for Scraper {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// A folder of one test, gone with it.
mod tempdir {
    use std::path::PathBuf;

    pub struct Folder(pub PathBuf);

    impl Folder {
        pub fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap_or_default();
        }
    }
}

impl Scraper {
    fn start(target: SocketAddr, own: SocketAddr) -> Self {
        let folder = tempdir::Folder::new("brrtrouter-scrape");
        let file = folder.0.join("prometheus.yml");
        let configuration = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\nscrape_configs:\n  - job_name: brrtrouter\n    static_configs: [{{ targets: ['{target}'] }}]\n"
        );
        std::fs::write(&file, configuration).unwrap();
        let argument = |name: &str, path: &Path| format!("--{name}={}", path.display());
        let child = Command::new("prometheus")
            .arg(argument("config.file", &file))
            .arg(argument("storage.tsdb.path", &folder.0.join("data")))
            .arg(format!("--web.listen-address={own}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, _gone_with_it: folder }
    }
}

/// What a server answers to a query of Prometheus's own API; nothing while it does not listen.
fn asked(address: SocketAddr, query: &str) -> String {
    let Ok(stream) = TcpStream::connect(address) else { return String::new() };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    told(stream, &format!("GET /api/v1/query?query={query} HTTP/1.0\r\nHost: a\r\n\r\n"))
}

#[test]
fn a_real_prometheus_scrapes_an_address_of_its_own() {
    if !has("prometheus") {
        return;
    }
    let metrics = Arc::new(Metrics::new().unwrap());
    let public = serve(&metrics, ServerOptions::default());
    let admin = Service::admin().unwrap().metrics_page(&metrics).build().unwrap();
    let admin = Server::bind("127.0.0.1:0").unwrap().serve(admin).unwrap();
    let hidden = told(connect(&public), "GET /metrics HTTP/1.0\r\n\r\n");
    assert!(hidden.starts_with("HTTP/1.1 404 "), "{hidden}");
    // The port is free at this moment; Prometheus cannot tell which one it would choose itself.
    let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let scraper = Scraper::start(admin.local_addr().unwrap(), own);
    let began = Instant::now();
    let mut answers = (String::new(), String::new());
    while began.elapsed() < Duration::from_secs(30) {
        answers = (asked(own, "up"), asked(own, "http_requests_total%7Bstatus%3D%22404%22%7D"));
        if answers.0.contains(r#","1"]"#) && answers.1.contains(r#","1"]"#) {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(scraper);
    assert!(answers.0.contains(r#""job":"brrtrouter""#) && answers.0.contains(r#","1"]"#), "{}", answers.0);
    assert!(answers.1.contains(r#""method":"GET""#) && answers.1.contains(r#","1"]"#), "{}", answers.1);
}
