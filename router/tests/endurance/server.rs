//! The server under test, in a process of its own: an operation for each thing that scenarios ask for.
//!
//! Tells its address on standard output, replaces its `Api` for each line on standard input, ends with it, and stops on SIGTERM.

use std::error::Error;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use brrtrouter::{Api, Body, BodyStream, Description, Handlers, Response, Server};

/// The word before the address.
pub const LISTENING: &str = "listening ";
/// How many octets `/large` and `/made` have.
pub const LARGE_BYTES: usize = 10_000_000;
/// How long `/slow` takes.
pub const SLOW: Duration = Duration::from_millis(500);

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Endurance, version: '1' }
paths:
  /small: { get: { operationId: small, responses: { '200': { description: A word, content: { text/plain: {} } } } } }
  /large: { get: { operationId: large, responses: { '200': { description: Much, content: { text/plain: {} } } } } }
  /made: { get: { operationId: made, responses: { '200': { description: Much, content: { text/plain: {} } } } } }
  /slow: { get: { operationId: slow, responses: { '200': { description: Later, content: { text/plain: {} } } } } }
  /panic: { get: { operationId: panic, responses: { '204': { description: Never } } } }
  /nodes:
    post:
      operationId: nodes
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Node' } } } }
      responses: { '200': { description: Taken, content: { text/plain: {} } } }
  /forms:
    post:
      operationId: forms
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Form' } }
          multipart/form-data: { schema: { $ref: '#/components/schemas/Form' } }
      responses: { '200': { description: Taken, content: { text/plain: {} } } }
components:
  schemas:
    Node:
      type: object
      required: [id]
      additionalProperties: false
      properties: { id: { type: integer }, next: { $ref: '#/components/schemas/Node' }, list: { type: array, items: { type: integer } } }
    Form: { type: object, additionalProperties: false, required: [a], properties: { a: { type: integer }, b: { type: string } } }
";

/// Octets that are made while they are sent.
struct Made(usize);

impl BodyStream for Made {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.min(buffer.len());
        buffer.iter_mut().take(count).for_each(|octet| *octet = b'x');
        self.0 -= count;
        Ok(count)
    }
}

fn api(large: &Arc<[u8]>) -> Result<Api, Box<dyn Error>> {
    let description = Description::from_text("endurance.yaml", DESCRIPTION)?;
    let large = Arc::clone(large);
    let taken = |_: &brrtrouter::Context<'_>| Ok(Response::text("taken"));
    let handlers = Handlers::new()
        .on("small", |_| Ok(Response::text("word")))
        .on("large", move |_| Ok(Response::bytes("text/plain", Body::Shared(Arc::clone(&large)))))
        .on("made", |_| Ok(Response::stream("text/plain", Made(LARGE_BYTES))))
        .on("slow", |_| {
            may::coroutine::sleep(SLOW);
            Ok(Response::text("late"))
        })
        .on("panic", |_| panic!("as planned"))
        .on("nodes", taken)
        .on("forms", taken);
    Ok(Api::builder(&description).handlers(handlers).build()?)
}

/// The process.
pub fn serve() -> ExitCode {
    // The panics are planned, and ten thousand of them would be printed.
    std::panic::set_hook(Box::new(|_| {}));
    crate::client::raise_descriptors();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("the server ends: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let large: Arc<[u8]> = vec![b'x'; LARGE_BYTES].into();
    let running = Arc::new(Server::bind("127.0.0.1:0")?.serve(api(&large)?)?.stop_on_signals()?);
    println!("{LISTENING}{}", running.local_addr().ok_or("no address")?);
    let replacing = Arc::downgrade(&running);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
            let (Some(running), Ok(api)) = (replacing.upgrade(), api(&large)) else { return };
            running.replace(api);
        }
        // Whoever started this is gone.
        std::process::exit(0);
    });
    running.wait();
    Ok(())
}
