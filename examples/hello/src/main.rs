//! A description in, a request in, a response out.

use brrtrouter::{Api, Description, Diagnostics, Handlers, Response};

const DESCRIPTION: &str = r#"{
  "openapi": "3.1.2",
  "info": { "title": "Hello", "version": "1" },
  "paths": { "/hello/{name}": { "get": {
    "operationId": "hello",
    "parameters": [{ "name": "name", "in": "path", "required": true, "schema": { "type": "string", "maxLength": 20 } }],
    "responses": { "200": { "description": "A greeting",
      "content": { "text/plain": { "schema": { "type": "string" } } } } } } } }
}"#;

fn main() -> Result<(), Diagnostics> {
    let description = Description::from_text("hello.json", DESCRIPTION)?;
    let handlers =
        Handlers::new().on("hello", |cx| Ok(Response::text(format!("Hello, {}!", cx.path::<&str>("name")?))));
    let api = Api::builder(&description).handlers(handlers).build()?;
    for target in ["/hello/Ada", "/hello/somebody-with-a-very-long-name", "/goodbye"] {
        let response = api.test().get(target).send();
        println!("GET {target}: {} {}", response.status(), response.text());
    }
    Ok(())
}
