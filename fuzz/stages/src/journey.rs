//! The whole journey: any request to a description with all kinds of parameters, content and credentials.

use crate::documents;
use crate::vocabulary::text_of_its_own;
use arbitrary::{Result, Unstructured};
use brrtrouter::schema::instance::{JsonLimits, parse_json};
use brrtrouter::{
    Api, ApiKeys, Description, Handlers, MissingProvider, Otherwise, Principal, SecurityProviders,
    TestResponse, echo,
};
use http::Method;
use std::sync::LazyLock;

static SHOP: LazyLock<Api> = LazyLock::new(|| {
    let description =
        Description::from_text("shop.yaml", documents::SHOP).unwrap_or_else(|found| panic!("{found}"));
    build(&description).unwrap_or_else(|found| panic!("{found}"))
});

/// An API that echoes what it gets.
pub(crate) fn build(description: &Description) -> std::result::Result<Api, brrtrouter::Diagnostics> {
    let keys = ApiKeys::new().with_key("s3cret", Principal::new("ada"));
    let providers = SecurityProviders::new().on("key", keys).with_missing(MissingProvider::RefuseRequests);
    let handlers = Handlers::new().otherwise(Otherwise::Handler(echo()));
    Api::builder(description).handlers(handlers).security(providers).build()
}

pub(crate) fn run(data: &[u8]) {
    let input = &mut Unstructured::new(data);
    if let Ok(request) = Request::from_input(input, PATHS) {
        let response = request.send(&SHOP);
        // The echo's answer is what the description says, so that nothing is our fault.
        assert!(
            !response.status().is_server_error() || response.status() == 501,
            "{request:?} {}",
            response.text()
        );
        assert_eq!(request.send(&SHOP).bytes(), response.bytes(), "{request:?}");
    }
}

const PATHS: &[&str] =
    &["/v1", "/pets", "/", "/mine", "/7", "/toys", "/.1.2", "/ball.;format=json", "/x.;format=xml", "/%2F"];

/// A request that may be anything, and mostly is one that leads somewhere.
#[derive(Debug)]
pub(crate) struct Request {
    method: Method,
    target: String,
    fields: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// A request whose path is made of these pieces.
    pub(crate) fn from_input(input: &mut Unstructured<'_>, paths: &[&str]) -> Result<Self> {
        const METHODS: &[&str] =
            &["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "QUERY", "PATCH", "TRACE", "COPY", "get"];
        let method = Method::from_bytes(input.choose(METHODS)?.as_bytes()).unwrap_or_default();
        let mut target = String::new();
        for _ in 0..input.int_in_range(1..=5)? {
            target.push_str(input.choose(paths)?);
        }
        if !input.ratio(7, 8)? {
            target = text_of_its_own(input)?;
        }
        if input.ratio(1, 2)? {
            target.push('?');
            target.push_str(&pieces(input, QUERY)?);
        }
        let mut fields = Vec::new();
        for _ in 0..input.int_in_range(0..=4)? {
            fields.push(((*input.choose(NAMES)?).to_owned(), pieces(input, VALUES)?.into_bytes()));
        }
        if !input.ratio(15, 16)? {
            fields.push(("X-Trace".to_owned(), input.arbitrary::<[u8; 6]>()?.to_vec()));
        }
        let body = if input.ratio(1, 2)? { Some(body(input, &mut fields)?) } else { None };
        Ok(Self { method, target, fields, body })
    }

    /// Sends it and looks at what holds for every answer.
    pub(crate) fn send(&self, api: &Api) -> TestResponse {
        let mut request = api.test().request(self.method.clone(), self.target.as_str());
        for (name, value) in &self.fields {
            request = request.field(name.as_str(), value);
        }
        if let Some(body) = &self.body {
            request = request.bytes(body.clone());
        }
        let response = request.send();
        let media_type = response.field("Content-Type").unwrap_or_default();
        if media_type.ends_with("json") && !response.bytes().is_empty() {
            let limits = JsonLimits { nesting_max: 128, ..JsonLimits::default() };
            let parsed = parse_json(response.bytes(), &limits);
            assert!(parsed.is_ok(), "{parsed:?} in {}", response.text());
        }
        if let Some(length) = response.response().content_length()
            && self.method != Method::HEAD
        {
            assert_eq!(length, response.bytes().len() as u64, "{response:?}");
        }
        assert!(self.method != Method::HEAD || response.bytes().is_empty(), "{response:?}");
        response
    }
}

const QUERY: &[&str] = &[
    "key=s3cret",
    "&",
    "limit=",
    "1",
    "101",
    "tags=",
    "a%7Cb",
    "filter%5Bage%5D=",
    "filter[age]=7",
    "where=",
    "%7B%7D",
    "=",
    "+",
    "%",
    "%zz",
    "q=a",
];
const NAMES: &[&str] = &[
    "Accept",
    "Cookie",
    "X-Trace",
    "Content-Type",
    "Authorization",
    "Content-Encoding",
    "Transfer-Encoding",
    "X-Key",
    "Prefer",
    "Content-Length",
];
const VALUES: &[&str] = &[
    "application/json",
    "text/plain",
    "application/problem+xml",
    "*/*",
    ";q=0",
    ", ",
    "session=",
    "a",
    "\"",
    "Basic ",
    "YTpi",
    "gzip",
    "chunked",
    "identity",
    "; charset=utf-8",
    "; boundary=b",
    "multipart/form-data",
    "image/png",
    "7",
    "\u{e9}",
];

fn pieces(input: &mut Unstructured<'_>, from: &[&str]) -> Result<String> {
    let mut text = String::new();
    for _ in 0..input.int_in_range(0..=5)? {
        if !input.ratio(9, 10)? {
            text.push_str(&text_of_its_own(input)?);
        } else {
            text.push_str(input.choose(from)?);
        }
    }
    Ok(text)
}

/// Content with its media type, most of the time one that fits.
fn body(input: &mut Unstructured<'_>, fields: &mut Vec<(String, Vec<u8>)>) -> Result<Vec<u8>> {
    const JSON: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"id\"",
        "\"name\"",
        "\"tags\"",
        "\"owner\"",
        "\"kind\"",
        "\"type\"",
        "\"Cat\"",
        "\"Dog\"",
        "\"lives\"",
        "1",
        "9",
        "-0.5",
        "1e400",
        "null",
        "true",
        "\"a\"",
        "{\"id\":1}",
        "\"\\u00e9\"",
        " ",
    ];
    const FORM: &[&str] =
        &["id=1", "&", "name=a", "tags=", "b", "owner=", "%7B%7D", "photo=", "+", "%", "=", "kind="];
    const PARTS: &[&str] = &[
        "--b\r\n",
        "--b--",
        "\r\n",
        "Content-Disposition: form-data; name=",
        "id",
        "\"photo\"",
        "; filename=x",
        "1",
        "Content-Type: image/png\r\n",
        "X-Width: 7\r\n",
        "name",
        "owner",
        "{}",
    ];
    let (media_type, from) = *input.choose(&[
        ("application/json", JSON),
        ("application/x-www-form-urlencoded", FORM),
        ("multipart/form-data; boundary=b", PARTS),
        ("text/plain", VALUES),
        ("image/png", VALUES),
        ("application/octet-stream", VALUES),
    ])?;
    if input.ratio(7, 8)? {
        fields.push(("Content-Type".to_owned(), media_type.as_bytes().to_vec()));
    }
    let mut content = String::new();
    for _ in 0..input.int_in_range(1..=4)? {
        content.push_str(&pieces(input, from)?);
    }
    Ok(content.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use brrtrouter::description::Loader;

    #[test]
    fn our_own_documents_can_be_served() {
        for number in 0..3 {
            let text = documents::value(number).to_string();
            let loaded = Loader::new().document("api.json", text).load("api.json");
            let built = loaded.and_then(|description| build(&description));
            assert!(built.is_ok(), "{}", built.err().map(|found| found.to_string()).unwrap_or_default());
        }
        assert!(SHOP.operations().len() > 6);
    }
}
