//! Certificates, a server and a client for the tests of TLS. Panics where one cannot be had: they are tests' own.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do the functions they share")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use brrtrouter::{
    Api, Context, Credential, Description, Handlers, Principal, Problem, Response, SecurityProviders,
    SecurityRequest, Server, ServerHandle, ServerOptions, TlsConfig, Verdict,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::client::ClientConnection;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, StreamOwned, SupportedProtocolVersion};

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Protected, version: '1' }
paths:
  /seen:
    get: { operationId: seen, responses: { '200': { description: What is known of the client, content: { text/plain: {} } } } }
  /mine:
    get: { operationId: mine, security: [{ certificate: [] }], responses: { '200': { description: Who asks, content: { text/plain: {} } } } }
  /echo:
    post:
      operationId: echo
      requestBody: { content: { application/octet-stream: {} } }
      responses: { '200': { description: The same, content: { application/octet-stream: {} } } }
  /waiting: { get: { operationId: waiting, responses: { '200': { description: Whether the client has left, content: { text/plain: {} } } } } }
  /slow: { get: { operationId: slow, responses: { '204': { description: Later } } } }
components: { securitySchemes: { certificate: { type: mutualTLS } } }
";

/// A certificate and its key, as PEM.
pub struct Identity {
    /// The certificate.
    pub chain: String,
    /// Its private key.
    pub key: String,
}

/// Somebody who issues certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The authority's own certificate, as PEM.
    pub pem: String,
}

impl Authority {
    /// An authority of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Issues a certificate for a name.
    #[must_use]
    pub fn issue(&self, name: &str) -> Identity {
        self.issue_of(&CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    /// Issues a certificate whose time is over.
    #[must_use]
    pub fn issue_expired(&self, name: &str) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
        self.issue_of(&params)
    }

    fn issue_of(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, &self.issuer).unwrap().pem();
        Identity { chain, key: key.serialize_pem() }
    }

    /// What a client needs that trusts this authority, and shows a certificate if it has one.
    #[must_use]
    pub fn client(
        &self,
        shown: Option<&Identity>,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<ClientConfig> {
        client(&self.pem, shown, version)
    }
}

/// What a client needs that trusts the authority with this certificate.
#[must_use]
pub fn client(
    authority: &str,
    shown: Option<&Identity>,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match shown {
        Some(identity) => {
            let chain = vec![CertificateDer::from_pem_slice(identity.chain.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
        None => builder.with_no_client_auth(),
    })
}

/// A client's side of a connection.
pub type Client = StreamOwned<ClientConnection, TcpStream>;

/// A plain connection that does not wait for ever.
#[must_use]
pub fn connect_plain(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Connects; the handshake comes with the first octets.
#[must_use]
pub fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Client {
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), connect_plain(address))
}

/// Sends, and gives all that comes until the server says that it ends; an end that is not said is an error.
pub fn told(client: &mut Client, sent: &[u8]) -> io::Result<String> {
    client.write_all(sent)?;
    let mut answer = Vec::new();
    client.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// One request and its answer, on a connection that goes on.
pub fn asked(client: &mut Client, path: &str) -> io::Result<String> {
    client.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    let mut octet = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut octet)?;
        answer.extend(octet);
    }
    let head = String::from_utf8_lossy(&answer).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut content = vec![0; length];
    client.read_exact(&mut content)?;
    Ok(head + &String::from_utf8_lossy(&content))
}

fn seen(cx: &Context<'_>) -> Result<Response, Problem> {
    let connection = cx.connection();
    let certificate = connection.client_certificate.as_ref().map(|der| der.len());
    Ok(Response::text(format!(
        "tls={} secure={} certificate={} peer={}",
        connection.tls,
        connection.is_secure(),
        certificate.is_some(),
        connection.peer.map_or_else(|| "nobody".to_owned(), |peer| peer.to_string()),
    )))
}

/// Waits for the client to leave, but not for long.
fn waiting(cx: &Context<'_>) -> Result<Response, Problem> {
    for _ in 0..50 {
        if cx.is_cancelled() {
            return Ok(Response::text("departed".to_owned()));
        }
        may::coroutine::sleep(Duration::from_millis(10));
    }
    Ok(Response::text("stayed".to_owned()))
}

fn api() -> Api {
    let description = Description::from_text("protected.yaml", DESCRIPTION).unwrap();
    let handlers = Handlers::new()
        .on("seen", seen)
        .on("mine", |cx| {
            Ok(Response::text(
                cx.security().grants().iter().map(|grant| grant.principal().name()).collect::<String>(),
            ))
        })
        .on("echo", |cx| {
            let mut octets = Vec::new();
            if let Some(stream) = cx.take_stream() {
                let mut buffer = vec![0; 16 * 1024];
                loop {
                    match stream.read(&mut buffer).map_err(Problem::from)? {
                        0 => break,
                        count => octets.extend_from_slice(&buffer[..count]),
                    }
                }
            }
            Ok(Response::bytes("application/octet-stream", brrtrouter::Body::Bytes(octets)))
        })
        .on("waiting", waiting)
        .on("slow", |_| {
            may::coroutine::sleep(Duration::from_millis(400));
            Ok(Response::no_content())
        });
    let providers = SecurityProviders::new().on("certificate", |request: &SecurityRequest<'_>| match request
        .credential
    {
        Credential::MutualTls { certificate } => {
            Verdict::Granted(Principal::new(certificate.len().to_string()))
        }
        Credential::ApiKey(_)
        | Credential::Basic { .. }
        | Credential::Bearer(_)
        | Credential::Http { .. } => Verdict::Denied,
    });
    Api::builder(&description).handlers(handlers).security(providers).build().unwrap()
}

/// Serves the tests' description with TLS.
pub fn serve(tls: TlsConfig, options: ServerOptions) -> (ServerHandle, SocketAddr) {
    let running = Server::bind("127.0.0.1:0").unwrap().tls(tls).options(options).serve(api()).unwrap();
    let address = running.local_addr().unwrap();
    (running, address)
}
