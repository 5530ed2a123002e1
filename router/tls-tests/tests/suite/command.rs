//! `brrtrouter serve` with TLS, as people run it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use brrtrouter_tls_tests::{Authority, asked, connect};
use rustls::version::TLS13;

use crate::configuration::Folder;
use crate::{shown, soon};

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Protected, version: '1' }
paths:
  /seen: { get: { responses: { '200': { description: anybody } } } }
  /mine: { get: { security: [{ certificate: [] }], responses: { '200': { description: who shows a certificate } } } }
components: { securitySchemes: { certificate: { type: mutualTLS } } }
";

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    folder.file("protected.yaml", DESCRIPTION);
    let mut command = Command::new(env!("CARGO_BIN_EXE_brrtrouter-tls"));
    command
        .args(["serve", "protected.yaml", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .current_dir(&folder.0);
    command
}

/// A command that serves until this is dropped.
struct Served(Child, SocketAddr);

impl Served {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| line.unwrap().strip_prefix("listening on https://").map(str::to_owned));
        Self(child, address.unwrap().parse().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait().map(drop)).unwrap_or_default();
    }
}

/// The exit code and what was told, by a command that does not serve.
fn ended(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap_or_default();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn certificates_are_shown_renewed_and_asked_for() {
    let folder = Folder::of("command");
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let own = servers.issue("localhost");
    folder.file("chain.pem", &own.chain);
    folder.file("key.pem", &own.key);
    folder.file("clients.pem", &clients.pem);
    // The file asks for what flags take back.
    folder
        .file("server.yaml", "tls: { certificate: absent.pem, key: key.pem, clientCertificates: required }");
    let mut command = command(
        &folder,
        &["--config", "server.yaml", "--tls-certificate", "chain.pem", "--tls-client-ca", "clients.pem"],
    );
    command.args(["--tls-client-certificates", "optional"]);
    let served = Served::start(command);
    let ada = clients.issue("ada");
    let get = |identity, path| {
        let mut client = connect(served.1, &servers.client(identity, &TLS13));
        let answer = asked(&mut client, path).unwrap();
        (answer, shown(&client))
    };
    let (answer, first) = get(None, "/seen");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(get(None, "/mine").0.starts_with("HTTP/1.1 401 "));
    assert!(get(Some(&ada), "/mine").0.starts_with("HTTP/1.1 200 OK"));

    let renewed = servers.issue("localhost");
    folder.file("chain.pem", &renewed.chain);
    folder.file("key.pem", &renewed.key);
    assert!(soon(|| get(None, "/seen").1 != first), "new files are shown");
}

#[test]
fn what_cannot_be_is_told_with_place_and_mend() {
    let folder = Folder::of("command-told");
    let own = Authority::new("servers").issue("localhost");
    folder.file("chain.pem", &own.chain);
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["--tls-certificate", "chain.pem"],
            &["`tls.certificate` is given without `tls.key`", "--> --tls-…", "= mend: say what is missing"],
        ),
        (
            &["--tls-certificate", "chain.pem", "--tls-key", "absent.pem"],
            &["`absent.pem` cannot be read", "--> --tls-…", "= mend: mend the file"],
        ),
        (&["--tls-client-certificates", "maybe"], &["write `required` or `optional`"]),
    ];
    for (arguments, parts) in cases {
        let (code, told) = ended(command(&folder, arguments));
        assert_eq!(code, Some(2), "{told}");
        for part in *parts {
            assert!(told.contains(part), "{arguments:?} does not tell `{part}`: {told}");
        }
    }
}
