//! Content, from outside: what a client sends and what a handler or a problem shows of it.

use brrtrouter::content::{ContentLimits, FormWriter, MultipartWriter};
use brrtrouter::{
    Api, ApiOptions, BodyError, BodySource, BytesBody, Computation, Connection, Description, FieldLine,
    Handlers,
};
use brrtrouter::{Problem, RequestHead, Response, TestResponse};
use http::Method;
use serde_json::{Value, json};

const DESCRIPTION: &str = "
openapi: 3.1.2
info: { title: Content, version: '1' }
paths:
  /forms:
    post:
      operationId: form
      requestBody:
        required: true
        content:
          application/json: { schema: { $ref: '#/components/schemas/Pet' } }
          application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Pet' } }
          multipart/form-data:
            schema: { $ref: '#/components/schemas/Pet' }
            encoding:
              photo:
                contentType: image/png
                headers: { X-Width: { schema: { type: integer, maximum: 640 } } }
      responses: { '200': { description: seen, content: { application/json: {} } } }
  /files:
    put:
      operationId: file
      requestBody: { content: { image/*: {} } }
      responses: { '200': { description: its length, content: { application/json: {} } } }
    delete:
      operationId: none
      responses: { '200': { description: gone, content: { application/json: {} } } }
components:
  schemas:
    Pet:
      type: object
      required: [id]
      properties:
        id: { type: integer, minimum: 1 }
        tags: { type: array, items: { type: string } }
        owner: { type: object, required: [name] }
        photo: {}
";

fn api() -> Api {
    api_up_to(10_000)
}

fn api_up_to(bytes_max: u64) -> Api {
    let handlers = Handlers::new()
        .on("form", |cx| {
            let photos: Vec<_> = cx.content().files("photo").map(|part| part.octets().len()).collect();
            let body = cx.content().value().map(|value| value.to_json());
            Ok(Response::json(&json!({"body": body, "photos": photos, "raw": cx.raw().len()})))
        })
        .on("file", |cx| {
            let Some(body) = cx.take_stream() else { return Ok(Response::json(&"no content")) };
            let mut bytes = 0_usize;
            let mut buffer = [0; 1000];
            loop {
                let count = body.read(&mut buffer).map_err(Problem::from)?;
                bytes += count;
                if count == 0 {
                    return Ok(Response::json(&bytes));
                }
            }
        })
        .on("none", |_| Ok(Response::json(&"done")));
    let description = Description::from_text("content.yaml", DESCRIPTION).expect("a valid description");
    let limits = ContentLimits { bytes_max, ..ContentLimits::default() };
    let options = ApiOptions { content: limits, ..ApiOptions::default() };
    Api::builder(&description)
        .handlers(handlers)
        .options(options)
        .build()
        .expect("every operation has a handler")
}

fn post(media_type: &str, body: impl Into<Vec<u8>>) -> TestResponse {
    api().test().post("/forms").content(media_type, body).send()
}

#[test]
fn one_schema_three_media_types() {
    let expected = json!({"id": 7, "tags": ["a"], "owner": {"name": "Ada"}});
    let owner = r#"{"name":"Ada"}"#;
    let form = FormWriter::new().field("id", "7").field("tags", "a").field("owner", owner).finish();
    let (media_type, multipart) =
        MultipartWriter::new().field("id", "7").field("tags", "a").field("owner", owner).finish();
    let bodies = [
        ("application/json; charset=utf-8", expected.to_string().into_bytes()),
        (FormWriter::MEDIA_TYPE, form.into_bytes()),
        (&media_type, multipart),
    ];
    for (media_type, body) in bodies {
        let length = body.len();
        let response = post(media_type, body);
        assert_eq!(response.status(), 200, "{media_type}: {}", response.text());
        let seen: Value = response.json().unwrap();
        assert_eq!(seen, json!({"body": expected, "photos": [], "raw": length}), "{media_type}");
    }
}

#[test]
fn files_and_their_headers() {
    let upload = |lines: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=id\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; \
             name=photo; filename=a.png\r\n{lines}\r\n\r\n12345\r\n--b--"
        );
        post("multipart/form-data; boundary=b", body)
    };
    let seen: Value = upload("Content-Type: image/png\r\nX-Width: 640").json().unwrap();
    assert_eq!(seen["photos"], json!([5]));
    let refused = upload("Content-Type: image/png\r\nX-Width: 641");
    assert_eq!(refused.status(), 400);
    let problem: Value = refused.json().unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "/photo", "{problem}");
    assert_eq!(upload("Content-Type: image/gif").status(), 415);
}

#[test]
fn refusals() {
    let json = "application/json";
    let form = FormWriter::MEDIA_TYPE;
    let long = format!("id=1&tags={}", "x".repeat(10_000));
    let deep = "[".repeat(5_000);
    let cases: &[(&str, &str, u16, &str)] = &[
        (json, "", 400, "content-malformed"),
        (json, "{\"id\":1", 400, "content-malformed"),
        (json, "{\"id\":1,\"id\":1}", 400, "content-malformed"),
        (json, &deep, 400, "content-limits"),
        (json, "{\"id\":0}", 400, "content-invalid"),
        (form, "id=x", 400, "content-invalid"),
        (form, "id=1&owner=%7B%7D", 400, "content-invalid"),
        (form, "id=%zz", 400, "content-malformed"),
        (form, "id=1&id=2", 400, "content-malformed"),
        (form, "id=1&owner=%7B", 400, "content-malformed"),
        (form, &long, 413, "content-too-large"),
        ("multipart/form-data; boundary=b", "--b\r\n", 400, "content-malformed"),
        ("multipart/form-data", "", 400, "content-malformed"),
        ("application/xml", "<id/>", 415, "content-type-unsupported"),
    ];
    for (media_type, body, status, kind) in cases {
        let response = post(media_type, *body);
        let problem: Value = response.json().unwrap();
        assert_eq!(response.status(), *status, "{media_type} {body:.40}: {problem}");
        assert_eq!(problem["type"], format!("urn:brrtrouter:problem:{kind}"), "{media_type} {body:.40}");
    }
}

#[derive(serde::Deserialize)]
struct Order<'b> {
    id: u64,
    note: Option<&'b str>,
    lines: Vec<f64>,
}

#[test]
fn handlers_read_xml_as_they_read_json() {
    let text = "
openapi: 3.1.2
info: { title: Orders, version: '1' }
paths:
  /orders:
    post:
      operationId: order
      requestBody:
        content:
          application/xml: { schema: { $ref: '#/components/schemas/Order' } }
          application/json: { schema: { $ref: '#/components/schemas/Order' } }
      responses: { '200': { description: its sum, content: { application/json: {} } } }
components:
  schemas:
    Order:
      type: object
      required: [id, lines]
      properties:
        id: { type: integer, xml: { attribute: true } }
        note: { type: [string, 'null'] }
        lines: { type: array, xml: { wrapped: true }, items: { type: number, xml: { name: line } } }
";
    let description = Description::from_text("orders.yaml", text).unwrap();
    let handlers = Handlers::new().on("order", |cx| {
        let order: Order<'_> = cx.body()?;
        Ok(Response::json(&json!([order.id, order.note, order.lines.iter().sum::<f64>()])))
    });
    let api = Api::builder(&description).handlers(handlers).build().unwrap();
    let post = |media_type: &str, body: &str| api.test().post("/orders").content(media_type, body).send();
    let xml = "<Order id='7'><note>a &lt; b</note><lines><line>1.5</line><line>2</line></lines></Order>";
    let seen: Value = post("application/xml", xml).json().unwrap();
    assert_eq!(seen, json!([7, "a < b", 3.5]));
    let seen: Value =
        post("application/json", r#"{"id": 7, "note": "a < b", "lines": [1.5, 2]}"#).json().unwrap();
    assert_eq!(seen, json!([7, "a < b", 3.5]));
    let cases = [
        ("<Order id='7'><lines><line>x</line></lines></Order>", "content-invalid", "/lines/0"),
        ("<Order id='7'><lines><x/></lines></Order>", "content-malformed", "/lines"),
        ("<Order><id>7</id><lines/></Order>", "content-malformed", "/id"),
    ];
    for (body, kind, pointer) in cases {
        let problem: Value = post("application/xml", body).json().unwrap();
        assert_eq!(problem["type"], format!("urn:brrtrouter:problem:{kind}"), "{body}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let malformed: Value = post("application/xml", "<Order>\n<a></Order>").json().unwrap();
    assert_eq!(malformed["detail"], "the text is not well-formed XML (line 2, column 4)");
}

#[test]
fn hints() {
    let accepted = "application/json, application/x-www-form-urlencoded, multipart/form-data";
    for response in [post("text/plain", "x"), api().test().post("/forms").bytes("x").send()] {
        assert_eq!(response.status(), 415);
        assert_eq!(
            (response.field("Accept"), response.field("Accept-Post")),
            (Some(accepted), Some(accepted))
        );
    }
    let coded = api().test().post("/forms").field("Content-Encoding", "gzip").json(&json!({"id": 1})).send();
    assert_eq!((coded.status().as_u16(), coded.field("Accept-Encoding")), (415, Some("identity")));
    assert_eq!(coded.field("Accept"), None);
    let missing = api().test().post("/forms").send();
    assert_eq!((missing.status().as_u16(), missing.field("Accept")), (400, None));
}

/// Octets without end, of a length that nobody announced.
struct Endless;

impl BodySource for Endless {
    fn length(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

#[test]
fn streams() {
    let api = api();
    let sent = api.test().put("/files").content("image/png", vec![b'x'; 5000]).send();
    assert_eq!((sent.status().as_u16(), &*sent.text()), (200, "5000"));
    assert_eq!(api.test().put("/files").send().text(), "\"no content\"");
    assert_eq!(api.test().put("/files").content("image/png", vec![b'x'; 10_001]).send().status(), 413);
    // The bound holds for whoever pulls, too.
    let fields =
        [FieldLine::new("Content-Type", "image/png"), FieldLine::new("Transfer-Encoding", "chunked")];
    let head = RequestHead::new(Method::PUT, "/files", &fields).unwrap();
    assert_eq!(api.answer(&head, &Connection::default(), &mut Endless).status(), 413);
}

#[test]
fn an_operation_without_a_request_body_takes_none() {
    let api = api();
    assert_eq!(api.test().delete("/files").send().status(), 200);
    assert_eq!(api.test().delete("/files").content("application/json", "").send().status(), 200);
    assert_eq!(api.test().delete("/files").content("application/json", "{}").send().status(), 415);
}

/// A body whose computations are counted and done on another thread, or lost.
struct Apart<'b> {
    octets: BytesBody<'b>,
    computations: u32,
    is_lost: bool,
}

impl BodySource for Apart<'_> {
    fn length(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        self.octets.read(buffer)
    }

    fn compute(&mut self, computation: Computation) {
        self.computations += 1;
        if !self.is_lost {
            std::thread::spawn(computation).join().expect("the computation does not panic");
        }
    }
}

/// Large content is decoded and judged where its source wants it; the answer is the same, and what is lost is a 500.
#[test]
fn large_content_is_computed_apart() {
    let api = api_up_to(100_000);
    let pet = |id: i32, size: usize| json!({ "id": id, "tags": ["x".repeat(size)] }).to_string();
    let form = format!("id=1&tags={}", "y".repeat(70_000));
    let parts = |id: &str| {
        let part = |name: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        part("id", id) + &part("tags", &"z".repeat(70_000)) + "--b--\r\n"
    };
    let cases = [
        ("application/json", pet(1, 10), false, 0, 200),
        ("application/json", pet(1, 70_000), false, 1, 200),
        ("application/json", pet(0, 70_000), false, 1, 400),
        ("application/x-www-form-urlencoded", form, false, 1, 200),
        ("multipart/form-data; boundary=b", parts("1"), false, 1, 200),
        ("multipart/form-data; boundary=b", parts("0"), false, 1, 400),
        ("application/json", pet(1, 70_000), true, 1, 500),
    ];
    for (media_type, body, is_lost, computations, status) in cases {
        let fields =
            [FieldLine::new("Content-Type", media_type), FieldLine::new("Transfer-Encoding", "chunked")];
        let head = RequestHead::new(Method::POST, "/forms", &fields).unwrap();
        let mut source = Apart { octets: BytesBody::new(body.as_bytes()), computations: 0, is_lost };
        let response = api.answer(&head, &Connection::default(), &mut source);
        let told = (source.computations, response.status().as_u16());
        assert_eq!(told, (computations, status), "{media_type}, {} octets", body.len());
    }
}

/// What a handler reads for itself comes as it was sent, within the bounds; nobody has applied the schema.
#[test]
fn handlers_read_parts_while_they_come() {
    let handlers = Handlers::new()
        .on_stream("form", |cx| {
            let Some(mut parts) = cx.take_parts()? else { return Ok(Response::json(&"taken")) };
            let mut sizes = Vec::new();
            while let Some(head) = parts.next_part()? {
                let before = parts.offset();
                while parts.advance(usize::MAX)? > 0 {}
                sizes.push(json!([head.name(), head.file_name(), parts.offset() - before]));
            }
            assert!(cx.take_parts()?.is_none(), "the content is taken once");
            Ok(Response::json(&sizes))
        })
        .on_stream("file", |_| Ok(Response::json(&"unread")))
        .on("none", |_| Ok(Response::no_content()));
    let description = Description::from_text("content.yaml", DESCRIPTION).expect("a valid description");
    let limits = ContentLimits { bytes_max: 100_000, ..ContentLimits::default() };
    let options = ApiOptions { content: limits, ..ApiOptions::default() };
    let api = Api::builder(&description).handlers(handlers).options(options).build().expect("it is served");
    let multipart = "multipart/form-data; boundary=b";
    let part = |size: usize| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"p\"\r\n\r\n{}\r\n",
            "x".repeat(size)
        )
    };
    let cases = [
        // No `id`, which the schema requires.
        (multipart, part(70_000) + &part(0) + "--b--\r\n", 200, r#"[["photo","p",70000],["photo","p",0]]"#),
        (multipart, part(7), 400, "closing boundary"),
        (multipart, part(100_000) + "--b--\r\n", 413, "large"),
        ("multipart/form-data", part(7) + "--b--\r\n", 400, "boundary"),
        ("application/json", "{}".to_owned(), 415, "media"),
        ("text/plain", "a".to_owned(), 415, "media"),
    ];
    for (media_type, body, status, told_of) in cases {
        let size = body.len();
        let answer = api.test().post("/forms").content(media_type, body).send();
        let text = answer.text();
        assert_eq!(
            (answer.status().as_u16(), text.contains(told_of)),
            (status, true),
            "{media_type}, {size}: {text}"
        );
    }
}
