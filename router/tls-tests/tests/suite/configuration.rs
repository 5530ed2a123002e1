//! TLS as a configuration asks for it: from files, with clients that show certificates, and told where it cannot be.

use std::path::{Path, PathBuf};

use brrtrouter::{Api, Config, Description, Handlers, Otherwise};
use brrtrouter_tls_tests::{Authority, asked, connect, connect_plain};
use rustls::version::TLS13;
use std::io::{Read, Write};

/// A folder with the files of a configuration; gone when it is dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn of(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("brrtrouter-tls-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let file = self.0.join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

fn config(text: &str) -> Config {
    Config::from_text("server.yaml", text).unwrap()
}

/// What stands against it.
fn fault(text: &str) -> String {
    config(text).bind().unwrap_err().to_string()
}

fn api() -> Api {
    let text = "{openapi: 3.1.2, info: {title: T, version: '1'}, paths: {/seen: {get: {responses: {'200': {description: yes}}}}}}";
    let description = Description::from_text("t.yaml", text).unwrap();
    Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::Mock)).build().unwrap()
}

#[test]
fn internet_addresses_speak_tls_and_clients_are_asked() {
    let folder = Folder::of("configured");
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let (own, shown) = (servers.issue("localhost"), clients.issue("ada"));
    let (chain, key) = (folder.file("chain.pem", &own.chain), folder.file("key.pem", &own.key));
    let roots = folder.file("clients.pem", &clients.pem);
    let socket = folder.0.join("plain.sock");
    let text = format!(
        "listen: ['127.0.0.1:0', '127.0.0.1:0', 'unix:{}']\ntls: {{ certificate: {chain}, key: {key}, clientAuthorities: {roots} }}\n",
        socket.display()
    );
    // (what is said of clients, whether one without a certificate is let in)
    for (said, lets_in) in [(None, false), (Some("required"), false), (Some("optional"), true)] {
        let variables = said.map(|said| ("BRRTR_TLS_CLIENT_CERTIFICATES".to_owned(), said.to_owned()));
        let config = config(&text).with_environment(variables).unwrap();
        let running = config.bind().unwrap().serve(api()).unwrap().renew_certificates().unwrap();
        for address in running.addresses().to_vec() {
            let brrtrouter::ListenAddress::Tcp(address) = address else { continue };
            let seen = |shown| asked(&mut connect(address, &servers.client(shown, &TLS13)), "/seen");
            assert!(seen(Some(&shown)).unwrap().starts_with("HTTP/1.1 200 OK"), "{said:?}");
            assert_eq!(seen(None).is_ok(), lets_in, "{said:?}");
            let mut plain = connect_plain(address);
            plain.write_all(b"GET /seen HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            let mut answer = Vec::new();
            plain.read_to_end(&mut answer).unwrap_or_default();
            assert!(!answer.starts_with(b"HTTP/"), "no address speaks both");
        }
        let mut local = std::os::unix::net::UnixStream::connect(&socket).unwrap();
        local.write_all(b"GET /seen HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        local.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
}

/// Cause, place and mend of each.
#[test]
fn what_cannot_be_is_told() {
    let folder = Folder::of("told");
    let authority = Authority::new("servers");
    let (own, other) = (authority.issue("localhost"), authority.issue("localhost"));
    let (chain, key) = (folder.file("chain.pem", &own.chain), folder.file("key.pem", &own.key));
    let other = folder.file("other.pem", &other.key);
    let empty = folder.file("empty.pem", "");
    let half = folder.file("half.pem", &own.chain[..200]);
    let absent = folder.0.join("absent.pem").display().to_string();
    let directory = folder.0.display().to_string();
    let tcp = "listen: '127.0.0.1:0'\n";
    let cases: &[(String, &[&str])] = &[
        (format!("certificate: {chain}"), &["`tls.certificate` is given without `tls.key`", "give both"]),
        (format!("key: {key}"), &["`tls.key` is given without `tls.certificate`"]),
        (
            format!("clientAuthorities: {chain}"),
            &["`tls.clientAuthorities` is given without `tls.certificate`"],
        ),
        (
            format!("certificate: {chain}, key: {key}, clientCertificates: optional"),
            &["`tls.clientCertificates` is given without `tls.clientAuthorities`"],
        ),
        (format!("certificate: {absent}, key: {key}"), &[&absent, "cannot be read", "Check its path"]),
        (format!("certificate: {chain}, key: {absent}"), &[&absent, "cannot be read"]),
        (format!("certificate: {chain}, key: {directory}"), &[&directory, "cannot be read: Is a directory"]),
        (format!("certificate: {empty}, key: {key}"), &[&empty, "holds no certificate", "BEGIN CERTIFICATE"]),
        (format!("certificate: {chain}, key: {chain}"), &[&chain, "holds no private key"]),
        (format!("certificate: {half}, key: {key}"), &[&half, "is no PEM", "take a copy that is whole"]),
        (format!("certificate: {chain}, key: {other}"), &[&other, "does not belong to", "take the key"]),
        (
            format!("certificate: {chain}, key: {key}, clientAuthorities: {absent}"),
            &[&absent, "cannot be read"],
        ),
        (
            format!("certificate: {chain}, key: {key}, clientAuthorities: {empty}"),
            &[&empty, "holds no certificate"],
        ),
    ];
    for (keys, parts) in cases {
        let told = fault(&format!("{tcp}tls: {{ {keys} }}"));
        for part in *parts {
            assert!(told.contains(part), "{keys} does not tell `{part}`: {told}");
        }
    }
    let local =
        fault(&format!("listen: 'unix:{directory}/a.sock'\ntls: {{ certificate: {chain}, key: {key} }}"));
    assert!(local.contains("every address is a Unix socket"), "{local}");
    assert!(!Path::new(&directory).join("a.sock").exists(), "no address is taken in vain");
    let wrong = Config::from_text("server.yaml", "tls: { clientCertificates: maybe, key: '' }").unwrap_err();
    for part in ["`required` or `optional`", "--> server.yaml:1:8", "the path of a PEM file"] {
        assert!(wrong.to_string().contains(part), "`{part}` in {wrong}");
    }
}
