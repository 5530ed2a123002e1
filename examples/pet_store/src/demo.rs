//! What to try first: requests as data, printed as lines for `curl`, and asked in the tests.

use std::fmt;

use brrtrouter::Method;

/// One request that works on a shop as it is at the start, after those before it.
#[derive(Debug)]
pub struct Try {
    /// What it shows.
    pub shows: &'static str,
    /// The method.
    pub method: Method,
    /// The request target.
    pub target: &'static str,
    /// Field lines, Content-Type among them.
    pub fields: &'static [(&'static str, &'static str)],
    /// The content.
    pub content: Option<&'static str>,
    /// The status code of the answer.
    pub status: u16,
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const KEY: (&str, &str) = ("X-API-Key", "demo-key");

/// The requests, with the credentials of `config/demo.yaml`.
pub const TRIES: [Try; 9] = [
    Try {
        shows: "filters in every style of array, and an object",
        method: Method::GET,
        target: "/v1/pets?kind=cat&kind=fish&tags=small%7Cyoung&price[max]=10000",
        fields: &[],
        content: None,
        status: 200,
    },
    Try {
        shows: "a refusal that names every fault",
        method: Method::GET,
        target: "/v1/pets?limit=0&kind=bird",
        fields: &[],
        content: None,
        status: 400,
    },
    Try {
        shows: "writing needs a key",
        method: Method::POST,
        target: "/v1/pets",
        fields: &[JSON],
        content: Some("{}"),
        status: 401,
    },
    Try {
        shows: "one of several forms, told apart by `kind`",
        method: Method::POST,
        target: "/v1/pets",
        fields: &[JSON, KEY],
        content: Some(r#"{"kind":"dog","name":"Rex","bornIn":2023,"priceCents":30000,"weightKg":12.5}"#),
        status: 201,
    },
    Try {
        shows: "an order reserves the pet",
        method: Method::POST,
        target: "/v1/orders",
        fields: &[JSON, KEY, ("Idempotency-Key", "order-0001")],
        content: Some(r#"{"petId":5,"ownerId":1,"payment":{"by":"invoice","days":14}}"#),
        status: 201,
    },
    Try {
        shows: "events, as a stream",
        method: Method::GET,
        target: "/v1/events",
        fields: &[KEY],
        content: None,
        status: 200,
    },
    Try {
        shows: "a token without the role",
        method: Method::POST,
        target: "/v1/owners",
        fields: &[JSON, ("Authorization", "Bearer demo-reader-token")],
        content: Some(r#"{"name":"Jo","email":"jo@example.com"}"#),
        status: 403,
    },
    Try {
        shows: "XML in, XML out",
        method: Method::POST,
        target: "/v1/deliveries",
        fields: &[("Content-Type", "application/xml"), KEY],
        content: Some(
            r#"<delivery number="D-1"><items><item article="hay"><count>3</count></item></items></delivery>"#,
        ),
        status: 200,
    },
    Try {
        shows: "an object in the path",
        method: Method::GET,
        target: "/v1/branches/;latitude=52.5;longitude=13.4",
        fields: &[],
        content: None,
        status: 200,
    },
];

impl Try {
    /// The line for a shop at this address, such as `127.0.0.1:8080`.
    #[must_use]
    pub fn at<'t>(&'t self, address: &'t str) -> CurlLine<'t> {
        CurlLine { request: self, address }
    }
}

/// A line for `curl`, ready for a shell.
#[derive(Clone, Copy, Debug)]
pub struct CurlLine<'t> {
    request: &'t Try,
    address: &'t str,
}

impl fmt::Display for CurlLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Try { method, target, fields, content, .. } = self.request;
        // `-g`: brackets in a URL are brackets.
        f.write_str("curl -sg")?;
        if *method != Method::GET && (content.is_none() || *method != Method::POST) {
            write!(f, " -X {method}")?;
        }
        for (name, value) in *fields {
            write!(f, " -H {}", Quoted(&format!("{name}: {value}")))?;
        }
        if let Some(content) = content {
            write!(f, " -d {}", Quoted(content))?;
        }
        write!(f, " {}", Quoted(&format!("http://{}{target}", self.address)))
    }
}

/// A text in the single quotes of a shell.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', r"'\''"))
    }
}
