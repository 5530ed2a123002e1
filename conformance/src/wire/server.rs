//! The server under test, where none is named: our own, in a child process.
//!
//! The child is `conformance wire-server`. It binds a port that is free, tells the address on standard output, and ends when its
//! standard input does, so that it cannot outlive the runner. Never panics.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use brrtrouter::{
    Api, ApiKeys, ApiOptions, Description, Handlers, Otherwise, Principal, Response, SecurityProviders,
    Server, ServerOptions, StatusCode, echo,
};

/// The key that `GET /secured` takes.
const KEY: &str = "wire-key";
/// The word before the address on the child's standard output.
const LISTENING: &str = "listening ";

/// What the server is told, so that cases about its bounds need not wait long.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// After how long it gives up on a slow head or slow content.
    pub deadline: Duration,
    /// The largest content that it reads, in octets.
    pub body_bytes_max: u64,
}

/// The description with handlers that echo.
///
/// # Errors
/// A description that cannot be served, with every finding.
pub fn api(file: &Path, body_bytes_max: u64) -> Result<Api, String> {
    let description = Description::from_path(file).map_err(|error| error.to_string())?;
    let empty = |_: &brrtrouter::Context<'_>| Ok(Response::new(StatusCode::NO_CONTENT));
    let handlers =
        Handlers::new().on("getPlain", empty).on("deleteItem", empty).otherwise(Otherwise::Handler(echo()));
    let keys = ApiKeys::new().with_key(KEY, Principal::new("wire"));
    let mut options = ApiOptions::default();
    options.content.bytes_max = body_bytes_max;
    Api::builder(&description)
        .options(options)
        .handlers(handlers)
        .security(SecurityProviders::new().on("key", keys))
        .build()
        .map_err(|error| error.to_string())
}

/// Serves `api` on a free port until the process ends; `ready` is told the address when connections are taken.
///
/// This is the one place that knows the library's server.
///
/// # Errors
/// What keeps it from serving.
fn serve_echo(api: Api, bounds: Bounds, ready: impl FnOnce(SocketAddr)) -> Result<(), String> {
    let options = ServerOptions {
        head_time_max: bounds.deadline,
        body_grace_time: bounds.deadline,
        idle_time_max: bounds.deadline.saturating_mul(4),
        ..ServerOptions::default()
    };
    let server = Server::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let running = server.options(options).serve(api).map_err(|error| error.to_string())?;
    ready(running.local_addr().ok_or("no address")?);
    running.wait();
    Ok(())
}

/// What `conformance wire-server` does.
///
/// # Errors
/// What keeps it from serving.
pub fn child(description: &Path, bounds: Bounds) -> Result<(), String> {
    let api = api(description, bounds.body_bytes_max)?;
    std::thread::spawn(end_with_parent);
    serve_echo(api, bounds, tell)
}

fn tell(address: SocketAddr) {
    let mut out = std::io::stdout();
    if writeln!(out, "{LISTENING}{address}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// The runner holds the other end of standard input, and writes nothing.
fn end_with_parent() {
    let mut nothing = Vec::new();
    let ended = std::io::stdin().read_to_end(&mut nothing).is_ok();
    std::process::exit(i32::from(!ended));
}

/// Our own server; it ends when this is dropped.
#[derive(Debug)]
pub struct OwnServer {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl OwnServer {
    /// Starts it.
    ///
    /// # Errors
    /// Why it cannot serve, in its own words.
    pub fn start(description: &Path, bounds: Bounds) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new(program)
            .arg("wire-server")
            .arg(description)
            .args(["--deadline-ms", &bounds.deadline.as_millis().to_string()])
            .args(["--body-bytes-max", &bounds.body_bytes_max.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("our own server cannot be started: {error}"))?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        let address = line.trim().strip_prefix(LISTENING).and_then(|address| address.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address }),
            None => {
                end(&mut child);
                Err("our own server does not serve; use --url".to_owned())
            }
        }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // Both fail where the child has ended already, which is what is wanted.
    if child.kill().and_then(|()| child.wait()).is_err() {
        drop(child.stdin.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the cases take for granted of the description and the handlers, without a socket.
    #[test]
    fn the_description_is_served_as_the_cases_assume() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs-corpus/wire/description.yaml");
        let api = api(&file, 1024 * 1024).expect("served");
        let client = api.test();
        let check = |found: &brrtrouter::TestResponse, status: u16, wanted: &[(&str, serde_json::Value)]| {
            assert_eq!(found.status(), status, "{}", found.text());
            let value: serde_json::Value = found.json().unwrap_or_default();
            for (pointer, expected) in wanted {
                assert_eq!(value.pointer(pointer), Some(expected), "{pointer}: {}", found.text());
            }
        };
        let get =
            client.get("/items/1?tag=a&tag=b").field("X-Trace", "t").field("Cookie", "session=s").send();
        check(
            &get,
            200,
            &[
                ("/operation", "getItem".into()),
                ("/parameters/path/id", 1.into()),
                ("/parameters/query/tag", vec!["a", "b"].into()),
                ("/parameters/header/X-Trace", "t".into()),
                ("/parameters/cookie/session", "s".into()),
            ],
        );
        check(&client.get("/plain").send(), 204, &[]);
        check(&client.delete("/items/1").send(), 204, &[]);
        check(&client.get("/secured").send(), 401, &[]);
        check(&client.get("/secured").field("X-API-Key", KEY).send(), 200, &[("/security/0", "key".into())]);
        let post = |path: &str, kind: &str, content: &str| {
            client.post(path).content(kind, content.as_bytes()).send()
        };
        check(&post("/items", "application/json", "{\"name\":\"a\"}"), 200, &[("/body/name", "a".into())]);
        check(&post("/items", "application/json", "{}"), 400, &[]);
        check(
            &post("/forms", "application/x-www-form-urlencoded", "name=a&age=7"),
            200,
            &[("/body/age", 7.into())],
        );
        let parts = "--edge\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nhello\r\n--edge--\r\n";
        check(
            &post("/files", "multipart/form-data; boundary=edge", parts),
            200,
            &[("/body/title", "hello".into())],
        );
        check(&post("/text", "text/plain", "a\r\nb"), 200, &[("/body", "a\r\nb".into())]);
        check(&post("/raw", "application/octet-stream", "\u{0}"), 200, &[("/operation", "postRaw".into())]);
        check(&post("/small", "text/plain", "123456789"), 400, &[]);
    }
}
