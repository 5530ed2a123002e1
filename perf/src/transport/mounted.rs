//! An `Api` on `may_minihttp`: what its users get who keep that server, and the way to tell what routing costs from what the transport costs.
//!
//! That server writes field lines of constants only and no stream, so an answer's own field lines are left out but for its media type.

use std::io::{self, Read as _};
use std::sync::Arc;

use brrtrouter::{Api, BytesBody, Connection, FieldLine, Method, RequestHead};
use may_minihttp::{HttpService, HttpServiceFactory, Request, Response};

/// Answers hello, whatever is asked.
#[derive(Clone, Debug)]
pub struct Bare;

impl HttpService for Bare {
    fn call(&mut self, _request: Request<'_, '_, '_>, response: &mut Response<'_>) -> io::Result<()> {
        response.body("Hello, World!");
        Ok(())
    }
}

/// Gives each connection the same `Api`.
pub struct Mounts(pub Arc<Api>);

/// An `Api` for one connection.
pub struct Mounted {
    api: Arc<Api>,
    connection: Connection,
}

impl HttpServiceFactory for Mounts {
    type Service = Mounted;

    fn new_service(&self, _id: usize) -> Mounted {
        Mounted { api: Arc::clone(&self.0), connection: Connection::default() }
    }
}

impl HttpService for Mounted {
    fn call(&mut self, request: Request<'_, '_, '_>, response: &mut Response<'_>) -> io::Result<()> {
        let malformed = |_| io::Error::from(io::ErrorKind::InvalidData);
        let method = Method::from_bytes(request.method().as_bytes())
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let target = request.path().to_owned();
        let lines: Vec<(String, Vec<u8>)> =
            request.headers().iter().map(|line| (line.name.to_owned(), line.value.to_vec())).collect();
        // The body takes the request with it, so that what the head borrows has to be copied.
        let mut body = Vec::new();
        if method != Method::GET {
            request.body().read_to_end(&mut body)?;
        }
        let fields: Vec<_> = lines.iter().map(|(name, value)| FieldLine { name, value }).collect();
        let head = RequestHead::new(method, &target, &fields).map_err(malformed)?;
        let mut answer = self.api.answer(&head, &self.connection, &mut BytesBody::new(&body));
        response.status_code(usize::from(answer.status().as_u16()), "");
        if answer.field("Content-Type").is_some_and(|kind| kind == "application/json") {
            response.header("Content-Type: application/json");
        }
        let mut content = Vec::new();
        answer.body_mut().write_to(&mut content)?;
        response.body_vec(content);
        Ok(())
    }
}
