//! Requests put together: a path, parameters, content and credentials.
//!
//! Takes: values by parameter. Gives: a request, and a command line that sends the same. Never panics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Reason;
use super::bodies::Content;
use super::credentials::{Applied, Carrier};
use super::description::Node;
use super::operations::Parameter;
use super::parameters::{self, Text};
use crate::protocol::{Exchange, Request};

/// Parameters as they are written, by location.
#[derive(Debug, Clone, Default)]
pub struct WrittenParameters {
    /// Texts in place of the path's expressions, by name.
    pub path: Vec<(String, String)>,
    /// Pairs of the query.
    pub query: Vec<String>,
    /// Field lines.
    pub headers: Vec<(String, String)>,
    /// Pairs of the Cookie field.
    pub cookies: Vec<String>,
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Draft<'d> {
    /// The method token.
    pub method: String,
    /// The template with the base path.
    pub path: String,
    /// Where server variables are told.
    pub servers: Option<Node<'d>>,
    /// Values that are sent.
    pub parameters: Vec<(Parameter<'d>, Value)>,
    /// Content that is sent.
    pub content: Option<Content>,
    /// Credentials that are sent.
    pub sent: Vec<Applied>,
    /// Credentials that providers know.
    pub known: Vec<Applied>,
}

impl Draft<'_> {
    /// The question to the worker.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn exchange(&self) -> Result<Exchange, Reason> {
        Ok(Exchange {
            id: "generated".to_owned(),
            load: "document".to_owned(),
            request: self.request()?,
            response: None,
            credentials: Some(self.known.iter().map(|applied| applied.known.clone()).collect()),
        })
    }

    /// The parameters as they are written, by location.
    ///
    /// # Errors
    /// Why one cannot be written.
    pub fn written(&self) -> Result<WrittenParameters, Reason> {
        let mut written = WrittenParameters::default();
        for (parameter, value) in &self.parameters {
            match parameters::write(parameter, value)? {
                Text::Path(text) => written.path.push((parameter.name.to_owned(), text)),
                Text::Query(text) => written.query.push(text),
                Text::Header(text) => written.headers.push((parameter.name.to_owned(), text)),
                Text::Cookie(text) => written.cookies.push(text),
            }
        }
        Ok(written)
    }

    fn request(&self) -> Result<Request, Reason> {
        let WrittenParameters { path: paths, mut query, headers: own, mut cookies } = self.written()?;
        let mut headers = vec![("Host".to_owned(), "localhost".to_owned())];
        headers.extend(own);
        let mut carriers: Vec<&Carrier> = self.sent.iter().map(|applied| &applied.carrier).collect();
        carriers.dedup();
        for carrier in carriers {
            match carrier {
                Carrier::Header(name, text) => headers.push((name.clone(), text.clone())),
                Carrier::Query(name, text) => query.push(format!("{}={}", parameters::encoded(name), text)),
                Carrier::Cookie(name, text) => cookies.push(format!("{name}={text}")),
            }
        }
        if !cookies.is_empty() {
            headers.push(("Cookie".to_owned(), cookies.join("; ")));
        }
        let mut target = self.fill(&paths)?;
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        let mut request = Request { method: self.method.clone(), target, headers, ..Request::default() };
        if let Some(content) = &self.content {
            request.headers.push(("Content-Type".to_owned(), content.content_type.clone()));
            match String::from_utf8(content.octets.clone()) {
                Ok(text) => request.body = Some(text),
                Err(_) => request.body_base64 = Some(STANDARD.encode(&content.octets)),
            }
        }
        Ok(request)
    }

    /// The path: expressions replaced by parameters, else by defaults of server variables.
    fn fill(&self, paths: &[(String, String)]) -> Result<String, Reason> {
        if self.path.contains(['#', '?']) {
            return Err("path with a query or fragment, which no request can reach".to_owned());
        }
        let mut path = String::new();
        let mut rest = self.path.as_str();
        while let Some((literal, after)) = rest.split_once('{') {
            path.push_str(literal);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match paths.iter().find(|(known, _)| known == name) {
                Some((_, text)) => path.push_str(text),
                None => path.push_str(&self.variable(name)),
            }
            rest = after;
        }
        path.push_str(rest);
        Ok(path.replace(' ', "%20"))
    }

    fn variable(&self, name: &str) -> String {
        let servers = self.servers.as_ref().map(Node::items).unwrap_or_default();
        let variable = servers.iter().find_map(|server| server.child("variables")?.child(name));
        let told = variable.and_then(|variable| variable.text("default"));
        told.map_or_else(|| "zq7".to_owned(), parameters::encoded)
    }
}

/// A command line that sends `request`.
pub fn curl(request: &Request) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut line =
        format!("curl -X {} {}", request.method, quoted(&format!("http://localhost{}", request.target)));
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "Host") {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(body) = &request.body {
        line.push_str(&format!(" --data-raw {}", quoted(&body.replace("\r\n", "\\r\\n"))));
    }
    line
}
