//! What an idle connection under TLS keeps of a server's memory: `cargo run --release -p brrtrouter-tls-tests --example idle`, with a number of
//! connections behind `--` if 500 are not enough. The server runs in a process of its own, whose resident memory is read before and after.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it measures, and tells what it has measured")]

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use brrtrouter::{ServerOptions, TlsConfig};
use brrtrouter_tls_tests::{Authority, Client, asked, client, connect, serve};
use rustls::ClientConfig;
use rustls::version::{TLS12, TLS13};

/// How long memory has to stay as it is before nothing more is taken to be given back.
const QUIET: Duration = Duration::from_secs(2);

fn main() {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("serve") {
        return serve_for_ever();
    }
    let count = argument.map_or(500, |count| count.parse().unwrap());
    for (name, version) in [("TLS 1.3", &TLS13), ("TLS 1.2", &TLS12)] {
        let served = Served::start();
        let config = client(&served.authority, None, version);
        // What is there once, whatever the number of connections, is not theirs.
        drop(open(served.address, &config, 100));
        let bare = served.rested_rss();
        let idle = open(served.address, &config, count);
        let with_all = served.rested_rss();
        drop(idle);
        println!(
            "{name}: {count} idle connections, {} bytes each",
            with_all.saturating_sub(bare) / u64::try_from(count).unwrap()
        );
    }
}

/// Says who is to be trusted and where it listens, and serves.
fn serve_for_ever() {
    let authority = Authority::new("servers");
    let identity = authority.issue("localhost");
    let tls = TlsConfig::from_pem(identity.chain.as_bytes(), identity.key.as_bytes()).unwrap();
    // To shake hands with all may take longer than the first ones may be idle.
    let idle_time_max = Duration::from_secs(3600);
    let options = ServerOptions { connections_max: 50_000, idle_time_max, ..ServerOptions::default() };
    let (running, address) = serve(tls, options);
    println!("{address}\n{}", authority.pem);
    running.wait();
}

struct Served {
    child: Child,
    /// What it would say further; it must not be told that nobody listens.
    _told: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
    /// The certificate of who issued the server's, as PEM.
    authority: String,
}

impl Served {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.next().unwrap().unwrap().parse().unwrap();
        let mut authority = String::new();
        while !authority.contains("END CERTIFICATE") {
            authority += &lines.next().unwrap().unwrap();
            authority += "\n";
        }
        Self { child, _told: lines, address, authority }
    }

    /// Resident memory in bytes once all connections rest, which they do few at a time.
    fn rested_rss(&self) -> u64 {
        let (mut least, mut since) = (u64::MAX, Instant::now());
        while since.elapsed() < QUIET {
            let present = self.rss();
            if present < least {
                (least, since) = (present, Instant::now());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        least
    }

    fn rss(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// Connections that have asked once.
fn open(address: SocketAddr, config: &Arc<ClientConfig>, count: usize) -> Vec<Client> {
    let opened = |_| {
        let mut client = connect(address, config);
        asked(&mut client, "/seen").unwrap();
        client
    };
    (0..count).map(opened).collect()
}
