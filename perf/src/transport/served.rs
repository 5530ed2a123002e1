//! The servers that are compared, and the description that ours serve.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use brrtrouter::{
    Api, ApiKeys, Context, Description, Handlers, Principal, Problem, Response, RuntimeConfig,
    SecurityProviders, Server, StatusCode,
};
use clap::ValueEnum;
use may_minihttp::HttpServiceFactory as _;

use super::mounted::{Bare, Mounts};
use crate::fault::Fault;

/// The key that lets requests in.
pub const KEY: &str = "s3cret";

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ServerKind {
    /// `may_minihttp` with a constant answer.
    Bare,
    /// Our `Api` on `may_minihttp`.
    Mounted,
    /// Our own server.
    Ours,
}

impl ServerKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Mounted => "mounted",
            Self::Ours => "ours",
        }
    }
}

const DESCRIPTION: &str = r##"
openapi: 3.1.2
info: { title: Orders, version: "1" }
security: [{ key: [] }]
paths:
  /hello:
    get: { operationId: hello, security: [], responses: { "200": { description: Hello, content: { text/plain: {} } } } }
  /orders/{id}/items/{item}:
    get:
      operationId: item
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
        - { name: item, in: path, required: true, schema: { type: string, maxLength: 20 } }
      responses: { "200": { description: An item, content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } } } }
  /orders:
    post:
      operationId: order
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
      responses: { "201": { description: Ordered, content: { application/json: { schema: { type: object } } } } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  schemas:
    Item: { type: object, required: [id, item], properties: { id: { type: integer }, item: { type: string } } }
    Order:
      type: object
      required: [name, count]
      properties:
        name: { type: string, minLength: 1 }
        count: { type: integer, minimum: 1 }
        tags: { type: array, items: { type: string } }
"##;

fn item(cx: &Context<'_>) -> Result<Response, Problem> {
    let (id, item): (u64, &str) = (cx.path("id")?, cx.path("item")?);
    Ok(Response::bytes("application/json", format!(r#"{{"id":{id},"item":"{item}"}}"#).into_bytes()))
}

fn api() -> Result<Api, Fault> {
    let handlers = Handlers::new()
        .on("hello", |_| Ok(Response::text("Hello, World!")))
        .on("item", item)
        .on("order", |_| {
            Ok(Response::bytes("application/json", &b"{\"id\":1}"[..]).with_status(StatusCode::CREATED))
        });
    let keys = ApiKeys::new().with_key(KEY, Principal::new("perf"));
    let description =
        Description::from_text("orders.yaml", DESCRIPTION).map_err(|error| Fault::new(error.to_string()))?;
    Api::builder(&description)
        .handlers(handlers)
        .security(SecurityProviders::new().on("key", keys))
        .build()
        .map_err(|error| Fault::new(error.to_string()))
}

/// Serves until standard input ends, after telling the address.
pub fn serve(kind: ServerKind) -> Result<(), Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::new(format!("{kind:?} cannot serve: {error}"));
    match kind {
        ServerKind::Ours => {
            let api = api()?;
            let running = Server::bind("127.0.0.1:0").and_then(|server| server.serve(api));
            let running = running.map_err(|error| broken(&error))?;
            tell(running.local_addr())?;
            until_stdin_ends();
        }
        ServerKind::Bare | ServerKind::Mounted => {
            may::config().set_worker_pin(false);
            if kind == ServerKind::Mounted {
                // As our server's: `may`'s own 32 KiB are too few for an `Api` that is not optimised.
                may::config().set_stack_size(RuntimeConfig::default().stack_bytes() / size_of::<usize>());
            }
            let address = free_port().map_err(|error| broken(&error))?;
            let handle = if kind == ServerKind::Bare {
                may_minihttp::HttpServer(Bare).start(address)
            } else {
                Mounts(Arc::new(api()?)).start(address)
            };
            let handle = handle.map_err(|error| broken(&error))?;
            tell(Some(address))?;
            until_stdin_ends();
            drop(handle);
        }
    }
    Ok(())
}

/// A port that is free now: `may_minihttp` does not tell the one that it got.
pub fn free_port() -> io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn tell(address: Option<SocketAddr>) -> Result<(), Fault> {
    let address = address.ok_or_else(|| Fault::new("no address"))?;
    let mut out = io::stdout();
    writeln!(out, "{address}").and_then(|()| out.flush()).map_err(|error| Fault::new(error.to_string()))
}

fn until_stdin_ends() {
    let mut nothing = Vec::new();
    // Broken is ended as well.
    io::stdin().read_to_end(&mut nothing).unwrap_or_default();
}
