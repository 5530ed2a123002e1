//! A description in, a server out: `cargo run -p hello`, then `curl http://127.0.0.1:8080/hello/Ada`.

use brrtrouter::{Api, Description, Handlers, Response, Server};

const DESCRIPTION: &str = r#"{
  "openapi": "3.1.2",
  "info": { "title": "Hello", "version": "1" },
  "paths": { "/hello/{name}": { "get": {
    "operationId": "hello",
    "parameters": [{ "name": "name", "in": "path", "required": true, "schema": { "type": "string", "maxLength": 20 } }],
    "responses": { "200": { "description": "A greeting",
      "content": { "text/plain": { "schema": { "type": "string" } } } } } } } }
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let description = Description::from_text("hello.json", DESCRIPTION)?;
    let handlers =
        Handlers::new().on("hello", |cx| Ok(Response::text(format!("Hello, {}!", cx.path::<&str>("name")?))));
    let api = Api::builder(&description).handlers(handlers).build()?;
    let running = Server::bind("127.0.0.1:8080")?.serve(api)?.stop_on_signals()?;
    println!("curl http://127.0.0.1:8080/hello/Ada");
    running.wait();
    Ok(())
}
