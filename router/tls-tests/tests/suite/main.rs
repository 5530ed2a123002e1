//! TLS over real sockets: handshakes and their failures, certificates that change, clients that show one, and the end of it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do the functions they share")]

mod command;
mod configuration;
mod departure;
mod renewal;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use brrtrouter::{
    ClientCertificates, CloseCause, ServerHandle, ServerOptions, TlsCertificates, TlsConfig, TlsError,
};
use brrtrouter_tls_tests::{Authority, Client, Identity, asked, connect, connect_plain, serve, told};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ProtocolVersion};

struct Served {
    running: ServerHandle,
    address: SocketAddr,
    authority: Authority,
    certificates: TlsCertificates,
}

fn tls(identity: &Identity) -> TlsConfig {
    TlsConfig::from_pem(identity.chain.as_bytes(), identity.key.as_bytes()).unwrap()
}

fn served(options: ServerOptions) -> Served {
    let authority = Authority::new("servers");
    let config = tls(&authority.issue("localhost"));
    let certificates = config.certificates();
    let (running, address) = serve(config, options);
    Served { running, address, authority, certificates }
}

impl Served {
    fn client(&self) -> Arc<ClientConfig> {
        self.authority.client(None, &TLS13)
    }
}

fn shown(client: &Client) -> Vec<u8> {
    client.conn.peer_certificates().unwrap()[0].as_ref().to_vec()
}

/// Waits until something holds that comes by itself.
fn soon(holds: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !holds() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    holds()
}

#[test]
fn requests_are_answered_over_both_versions_and_the_end_is_said() {
    let served = served(ServerOptions::default());
    for (version, spoken) in [(&TLS13, ProtocolVersion::TLSv1_3), (&TLS12, ProtocolVersion::TLSv1_2)] {
        let mut config = ClientConfig::clone(&served.authority.client(None, version));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut client = connect(served.address, &Arc::new(config));
        let answer =
            told(&mut client, b"GET /seen HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("tls=true secure=true certificate=false peer=127.0.0.1:"), "{answer}");
        assert_eq!(client.conn.protocol_version(), Some(spoken));
        assert_eq!(client.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
    let mut config = ClientConfig::clone(&served.client());
    config.alpn_protocols = vec![b"h2".to_vec()];
    let fault = asked(&mut connect(served.address, &Arc::new(config)), "/seen").unwrap_err();
    assert!(fault.to_string().contains("NoApplicationProtocol"), "{fault}");
}

#[test]
fn the_end_is_said_when_the_client_or_nobody_has_more_to_say() {
    let served =
        served(ServerOptions { idle_time_max: Duration::from_millis(100), ..ServerOptions::default() });
    let mut idle = connect(served.address, &served.client());
    asked(&mut idle, "/seen").unwrap();
    assert_eq!(idle.read_to_end(&mut Vec::new()).unwrap(), 0, "an idle connection ends with close_notify");
    let mut leaving = connect(served.address, &served.client());
    asked(&mut leaving, "/seen").unwrap();
    leaving.conn.send_close_notify();
    leaving.flush().unwrap();
    assert_eq!(leaving.read_to_end(&mut Vec::new()).unwrap(), 0, "so does one whose client leaves");
    assert!(soon(|| served.running.connections().open == 0));
}

#[test]
fn a_connection_goes_on_after_its_rest() {
    let served = served(ServerOptions::default());
    let mut client = connect(served.address, &served.client());
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(500));
        assert!(asked(&mut client, "/seen").unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

/// A new key is no request: it wakes the connection for nothing, and prolongs nothing.
#[test]
fn new_keys_wake_a_connection_for_nothing() {
    let options = ServerOptions { idle_time_max: Duration::from_millis(1200), ..ServerOptions::default() };
    let served = served(options);
    let mut client = connect(served.address, &served.client());
    assert!(asked(&mut client, "/seen").unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    // Few enough for `rustls`, which takes too many for an attack.
    let renew = |client: &mut Client| {
        std::thread::sleep(Duration::from_millis(100));
        // Whether it arrives at a connection that ends is nobody's affair.
        client.conn.refresh_traffic_keys().unwrap();
        client.flush().unwrap_or_default();
    };
    (0..9).for_each(|_| renew(&mut client));
    assert_eq!(served.running.connections().open, 1);
    assert!(asked(&mut client, "/seen").unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    (0..20).for_each(|_| renew(&mut client));
    assert!(soon(|| served.running.connections().open == 0));
    assert_eq!(
        served.running.connections().closed(CloseCause::Idle),
        1,
        "{:?}",
        served.running.connections()
    );
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let served = served(ServerOptions::default());
    let mut sent = "GET /seen HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\nok".repeat(100);
    sent += "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = told(&mut connect(served.address, &served.client()), sent.as_bytes()).unwrap();
    let statuses: Vec<_> = answer.split("HTTP/1.1 ").skip(1).map(|rest| &rest[..3]).collect();
    assert_eq!(statuses.len(), 201);
    assert_eq!((&statuses[..200], statuses[200]), (&["200"; 200][..], "404"));
}

#[test]
fn a_mebibyte_goes_both_ways() {
    let served = served(ServerOptions::default());
    let sent: String = ('a'..='z').cycle().take(1 << 20).collect();
    for version in [&TLS13, &TLS12] {
        let mut client = connect(served.address, &served.authority.client(None, version));
        let head = format!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            sent.len()
        );
        let answer = told(&mut client, (head + &sent).as_bytes()).unwrap();
        let (head, content) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(content == sent, "{} octets came back", content.len());
    }
}

#[test]
fn new_certificates_count_from_the_next_handshake_on() {
    let served = served(ServerOptions::default());
    let (mut open, mut other) =
        (connect(served.address, &served.client()), connect(served.address, &served.client()));
    asked(&mut open, "/seen").unwrap();
    let renewed = served.authority.issue("localhost");
    served.certificates.replace(renewed.chain.as_bytes(), renewed.key.as_bytes()).unwrap();
    asked(&mut open, "/seen").unwrap();
    asked(&mut other, "/seen").unwrap();
    assert_ne!(shown(&open), shown(&other));
    let fault = served
        .certificates
        .replace(renewed.chain.as_bytes(), served.authority.issue("localhost").key.as_bytes());
    assert!(matches!(fault, Err(TlsError::KeyMismatch { .. })), "{fault:?}");
    assert!(matches!(served.certificates.reload(), Err(TlsError::NoFiles)));
    let mut third = connect(served.address, &served.client());
    asked(&mut third, "/seen").unwrap();
    assert_eq!(shown(&third), shown(&other), "what cannot be used changes nothing");
}

#[test]
fn files_are_read_again_and_errors_tell_which_and_why() {
    let folder = std::env::temp_dir().join(format!("brrtrouter-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    let authority = Authority::new("servers");
    let write = |identity: &Identity| {
        std::fs::write(&chain, &identity.chain).unwrap();
        std::fs::write(&key, &identity.key).unwrap();
    };
    write(&authority.issue("localhost"));
    let config = TlsConfig::from_pem_files(&chain, &key).unwrap();
    let certificates = config.certificates();
    let (_running, address) = serve(config, ServerOptions::default());
    let ask = || {
        let mut client = connect(address, &authority.client(None, &TLS13));
        asked(&mut client, "/seen").map(|_| shown(&client))
    };
    let first = ask().unwrap();
    let second = authority.issue("localhost");
    write(&second);
    assert_eq!(ask().unwrap(), first, "nothing is read before it is asked for");
    certificates.reload().unwrap();
    assert_ne!(ask().unwrap(), first);

    let cases: [(&str, &str, &[&str]); 6] = [
        ("", &second.key, &["chain.pem`", "no certificate", "BEGIN CERTIFICATE"]),
        (&second.chain, "", &["key.pem`", "no private key", "BEGIN PRIVATE KEY"]),
        (&second.chain[..200], &second.key, &["chain.pem`", "no PEM"]),
        (&second.chain, &authority.issue("localhost").key, &["key.pem`", "chain.pem`", "does not belong"]),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            &second.key,
            &["chain.pem`", "cannot be used"],
        ),
        (
            &second.chain,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            &["key.pem`", "cannot be used"],
        ),
    ];
    for (chain_text, key_text, expected) in cases {
        std::fs::write(&chain, chain_text).unwrap();
        std::fs::write(&key, key_text).unwrap();
        let told = certificates.reload().unwrap_err().to_string();
        assert!(expected.iter().all(|part| told.contains(part)), "{expected:?}: {told}");
    }
    std::fs::remove_file(&chain).unwrap();
    let told = certificates.reload().unwrap_err().to_string();
    assert!(told.contains("chain.pem` cannot be read"), "{told}");
    assert_ne!(ask().unwrap(), first, "the last good ones stay");
    // What has expired is shown none the less; it is for clients to refuse.
    write(&authority.issue_expired("localhost"));
    certificates.reload().unwrap();
    let fault = ask().unwrap_err();
    assert!(fault.to_string().contains("xpired"), "{fault}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// SEC-011: a certificate that was verified on the connection lets in, and nothing else does.
#[test]
fn clients_are_known_by_their_certificates() {
    let (servers, clients, others) =
        (Authority::new("servers"), Authority::new("clients"), Authority::new("others"));
    let (known, foreign, expired) =
        (clients.issue("ada"), others.issue("mallory"), clients.issue_expired("ada"));
    for asks in [ClientCertificates::Optional, ClientCertificates::Required] {
        let config =
            tls(&servers.issue("localhost")).client_certificates(clients.pem.as_bytes(), asks).unwrap();
        let (running, address) = serve(config, ServerOptions::default());
        let mut failed = 0;
        for version in [&TLS13, &TLS12] {
            let ask = |shown| asked(&mut connect(address, &servers.client(shown, version)), "/mine");
            // The provider of the tests names who asks by the length of the certificate.
            let answer = ask(Some(&known)).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
            assert!(answer.lines().last().unwrap().parse::<usize>().unwrap() > 100, "{answer}");
            assert!(ask(Some(&foreign)).is_err(), "of another authority");
            assert!(ask(Some(&expired)).is_err(), "of another time");
            failed += 2;
            match asks {
                ClientCertificates::Optional => assert!(ask(None).unwrap().starts_with("HTTP/1.1 401 ")),
                ClientCertificates::Required => {
                    let fault = ask(None).unwrap_err().to_string();
                    assert!(fault.contains("ertificate") || fault.contains("HandshakeFailure"), "{fault}");
                    failed += 1;
                }
            }
        }
        assert!(soon(|| running.connections().handshakes_failed == failed), "{:?}", running.connections());
    }
    let fault = tls(&servers.issue("localhost")).client_certificates(b"", ClientCertificates::Required);
    assert!(matches!(fault, Err(TlsError::NoCertificate { .. })));
}

#[test]
fn what_is_no_handshake_ends_its_connection_alone() {
    let served = served(ServerOptions::default());
    let cases: [(&[u8], bool); 4] = [
        (b"GET /seen HTTP/1.1\r\nHost: localhost\r\n\r\n", true),
        (&[0xff; 3000], true),
        (&[22, 3, 1, 0, 5, 1, 0, 0, 1, 0], true),
        (b"", false),
    ];
    for (sent, has_alert) in cases {
        let mut stream = connect_plain(served.address);
        stream.write_all(sent).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert_eq!(answer.first() == Some(&21), has_alert, "{sent:?}: {answer:?}");
        assert!(!answer.starts_with(b"HTTP"));
    }
    assert!(
        soon(|| served.running.connections().handshakes_failed == 4),
        "{:?}",
        served.running.connections()
    );
    assert!(soon(|| served.running.connections().open == 0));
    let ended = CloseCause::ALL.map(|cause| (cause, served.running.connections().closed(cause)));
    let expected = |cause| if cause == CloseCause::Handshake { 4 } else { 0 };
    assert_eq!(ended, CloseCause::ALL.map(|cause| (cause, expected(cause))));
    asked(&mut connect(served.address, &served.client()), "/seen").unwrap();
}

#[test]
fn a_client_that_cuts_the_connection_gets_no_answer_to_half_a_request() {
    let served = served(ServerOptions::default());
    let mut client = connect(served.address, &served.client());
    asked(&mut client, "/seen").unwrap();
    client.write_all(b"GET /seen HTTP/1.1\r\nHost: a\r\n").unwrap();
    client.flush().unwrap();
    client.sock.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.read_to_end(&mut Vec::new()).unwrap(), 0);
    // Garbage in the midst of a connection is answered with an alert.
    let mut client = connect(served.address, &served.client());
    asked(&mut client, "/seen").unwrap();
    client
        .sock
        .write_all(&[23, 3, 3, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        .unwrap();
    let fault = client.read_to_end(&mut Vec::new()).unwrap_err();
    assert!(
        fault.to_string().contains("BadRecordMac") || fault.kind() == ErrorKind::ConnectionReset,
        "{fault}"
    );
    assert!(soon(|| served.running.connections().open == 0));
}

#[test]
fn deadlines_hold_within_handshakes_and_heads() {
    let head_time_max = Duration::from_millis(200);
    let served = served(ServerOptions { head_time_max, ..ServerOptions::default() });
    for sent in [&b""[..], &[22, 3, 1, 2, 0, 1, 0]] {
        let began = Instant::now();
        let mut stream = connect_plain(served.address);
        stream.write_all(sent).unwrap();
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
        assert!(
            began.elapsed() >= head_time_max && began.elapsed() < Duration::from_secs(10),
            "{:?}",
            began.elapsed()
        );
    }
    assert!(soon(|| served.running.connections().handshakes_failed == 2));
    let mut client = connect(served.address, &served.client());
    let answer = told(&mut client, b"GET /seen HTTP/1.1\r\nHost: a\r\n").unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[test]
fn a_server_that_stops_answers_what_has_begun() {
    let served = served(ServerOptions::default());
    let (mut idle, mut busy) =
        (connect(served.address, &served.client()), connect(served.address, &served.client()));
    let mut stalled = connect_plain(served.address);
    asked(&mut idle, "/seen").unwrap();
    asked(&mut busy, "/seen").unwrap();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    busy.flush().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    served.running.stop();
    assert_eq!(idle.read_to_end(&mut Vec::new()).unwrap(), 0, "idle connections end at once");
    assert_eq!(stalled.read_to_end(&mut Vec::new()).unwrap(), 0, "so do those that shake hands");
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 ") && answer.contains("Connection: close"), "{answer}");
    served.running.wait();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}
