//! What forms, multipart forms, text and JSON become; hand-made plans stand for compiled ones.

use http::Method;
use serde_json::{Value, json};

use super::error::FieldRule;
use super::media_type::MediaTypeKey;
use super::property::{FormPlan, Gather, PropertyPlan, ValuePlan};
use super::styled::StyledPlan;
use super::{Content, ContentError, ContentLimits, ContentPlan, FormRule, MediaTypePlan, Reading};
use super::{MultipartRule, read, select};
use crate::schema::instance::JsonRule;
use crate::serve::{BodyError, BodySource, BytesBody, FieldLine, RequestHead};

/// `integer`, `string|null`, `object`, `any`; of `[..]` the items.
fn value(types: &str) -> ValuePlan {
    let mut plan = ValuePlan::default();
    for word in types.split('|') {
        match word {
            "null" => plan.scalars.null = true,
            "boolean" => plan.scalars.boolean = true,
            "integer" => plan.scalars.integer = true,
            "number" => plan.scalars.number = true,
            "string" => plan.scalars.string = true,
            "base64" => {
                plan.scalars.string = true;
                plan.content_encoding = Some("base64".into());
            }
            "object" => plan.structured = true,
            "any" => plan.untyped = true,
            other => panic!("{other}"),
        }
    }
    plan
}

fn property(name: &str, types: &str) -> PropertyPlan {
    let (gather, item, value) = match types {
        "any" => (Gather::WhenRepeated, value("any"), value("any")),
        _ => match types.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Some(items) => (Gather::Always, value(items), ValuePlan::default()),
            None => (Gather::Never, ValuePlan::default(), value(types)),
        },
    };
    PropertyPlan { name: name.into(), gather, item, value, ..PropertyPlan::default() }
}

fn encoded(name: &str, types: &str, content_types: &[&str]) -> PropertyPlan {
    let content_types = content_types.iter().map(|text| MediaTypeKey::new(text).unwrap()).collect();
    PropertyPlan { content_types, ..property(name, types) }
}

pub(super) fn plan(key: &str, properties: Vec<PropertyPlan>) -> ContentPlan {
    let mut media_type = MediaTypePlan::new(MediaTypeKey::new(key).unwrap());
    media_type.form = FormPlan::new(properties, property("", "any"), StyledPlan::default());
    ContentPlan::new(false, vec![media_type])
}

pub(super) fn content(plan: &ContentPlan, content_type: &str, body: &[u8]) -> Result<Content, ContentError> {
    let length = body.len().to_string();
    let fields = [FieldLine::new("Content-Type", content_type), FieldLine::new("Content-Length", &length)];
    let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
    let limits = ContentLimits::default();
    let selected = select(plan, &head, &limits)?.expect("there is content");
    read(&selected, &mut BytesBody::new(body), &limits)
}

pub(super) fn decoded(plan: &ContentPlan, content_type: &str, body: &str) -> Result<Value, ContentError> {
    content(plan, content_type, body.as_bytes()).map(|content| {
        assert_eq!(content.raw(), Some(body.as_bytes()), "raw octets stay reachable");
        content.value().expect("a value").to_json()
    })
}

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn form_plan() -> ContentPlan {
    plan(
        FORM,
        vec![
            property("id", "integer"),
            property("name", "string"),
            property("tags", "[string]"),
            property("sizes", "[number]"),
            property("address", "object"),
            property("points", "[object]"),
            property("maybe", "integer|null"),
            property("text", "string|null"),
            property("data", "base64"),
            encoded("quoted", "string", &["application/json"]),
            encoded("xml", "object", &["application/xml"]),
        ],
    )
}

#[test]
fn forms() {
    let plan = form_plan();
    let cases: &[(&str, Value)] = &[
        ("", json!({})),
        ("&&", json!({})),
        ("id=7", json!({"id": 7})),
        ("id=x", json!({"id": "x"})),
        ("name=a+b%2Bc", json!({"name": "a b+c"})),
        ("name=%e2%9d%a4", json!({"name": "\u{2764}"})),
        ("name=7", json!({"name": "7"})),
        ("name", json!({"name": ""})),
        ("name=a=b", json!({"name": "a=b"})),
        ("=x", json!({"": "x"})),
        ("n%61me=x", json!({"name": "x"})),
        ("tags=a", json!({"tags": ["a"]})),
        ("tags=a&id=1&tags=b,c", json!({"tags": ["a", "b,c"], "id": 1})),
        ("sizes=1&sizes=2.5e0&sizes=x", json!({"sizes": [1, 2.5, "x"]})),
        ("address=%7B%22zip%22%3A%2299999%2B1234%22%7D", json!({"address": {"zip": "99999+1234"}})),
        ("points=%7B%7D&points=%5B1%5D", json!({"points": [{}, [1]]})),
        ("maybe=", json!({"maybe": null})),
        ("maybe=null", json!({"maybe": null})),
        ("text=", json!({"text": ""})),
        ("data=AA-_", json!({"data": "AA-_"})),
        ("quoted=%22a%22", json!({"quoted": "a"})),
        ("xml=%3Ca/%3E", json!({"xml": "<a/>"})),
        ("other=1", json!({"other": "1"})),
        ("other=1&other=2", json!({"other": ["1", "2"]})),
    ];
    for (body, expected) in cases {
        assert_eq!(decoded(&plan, FORM, body).as_ref(), Ok(expected), "{body}");
    }
}

fn json_rule(error: &ContentError) -> Option<JsonRule> {
    if let ContentError::Json(error) | ContentError::Field { rule: FieldRule::Json(error), .. } = error {
        return Some(error.rule);
    }
    None
}

#[test]
fn refused_forms() {
    let plan = form_plan();
    let percent = |offset| ContentError::Form { rule: FormRule::PercentEncoding, offset };
    let cases: &[(&str, ContentError)] = &[
        ("name=%", percent(0)),
        ("id=1&name=%zz", percent(5)),
        ("name=%ff", percent(0)),
        ("%c3=%28", percent(0)),
        ("id=1&id=2", ContentError::field("id", FieldRule::Repeated)),
    ];
    for (body, expected) in cases {
        assert_eq!(decoded(&plan, FORM, body).as_ref(), Err(expected), "{body}");
    }
    let broken = decoded(&plan, FORM, "address=%7B").unwrap_err();
    assert_eq!(
        (json_rule(&broken), broken.pointer()),
        (Some(JsonRule::UnexpectedEnd), "/address".to_owned())
    );
    assert_eq!(broken.status(), 400);
    let octets = content(&plan, FORM, b"name=\xFF").unwrap_err();
    assert_eq!(octets, ContentError::Form { rule: FormRule::NotText, offset: 5 });
    let flood = "a&".repeat(100_000);
    assert_eq!(
        decoded(&plan, FORM, &flood),
        Err(ContentError::Form { rule: FormRule::FieldsTooMany, offset: 8192 })
    );
    let percents = "%".repeat(1_000_000);
    assert_eq!(decoded(&plan, FORM, &percents), Err(percent(0)));
    let deep = format!("address={}", "[".repeat(100_000));
    assert_eq!(json_rule(&decoded(&plan, FORM, &deep).unwrap_err()), Some(JsonRule::TooDeep));
}

/// A body of parts: the field lines after `name`, and the content.
fn multipart(parts: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (lines, content) in parts {
        body.push_str(&format!("--b\r\nContent-Disposition: form-data; name={lines}\r\n\r\n{content}\r\n"));
    }
    body + "--b--\r\n"
}

const MULTIPART: &str = "multipart/form-data; boundary=b";

fn multipart_plan() -> ContentPlan {
    let mut declared_transfer = property("declared", "string");
    declared_transfer.transfer_encoding = true;
    plan(
        "multipart/form-data",
        vec![
            property("id", "integer"),
            property("name", "string"),
            property("tags", "[string]"),
            property("address", "object"),
            property("file", "any"),
            property("files", "[any]"),
            property("data", "base64"),
            encoded("image", "any", &["image/png", "image/jpeg"]),
            encoded("media", "any", &["image/*"]),
            encoded("meta", "object", &["application/json; v=1", "text/*"]),
            encoded("xml", "string", &["application/xml"]),
            declared_transfer,
        ],
    )
}

#[test]
fn multipart_forms() {
    let plan = multipart_plan();
    // Octets show as the empty string.
    let octets = "";
    let cases: &[(&[(&str, &str)], Value)] = &[
        (&[], json!({})),
        (&[("id", "7"), ("name", "a+b%20c")], json!({"id": 7, "name": "a+b%20c"})),
        (&[("tags", "a")], json!({"tags": ["a"]})),
        (&[("tags", "a"), ("id", "1"), ("tags", "")], json!({"tags": ["a", ""], "id": 1})),
        (&[("address", r#"{"a":1}"#)], json!({"address": {"a": 1}})),
        (&[("address\r\nContent-Type: application/json", "{}")], json!({"address": {}})),
        (&[("address\r\nContent-Type: text/plain", "{}")], json!({"address": {}})),
        (&[("name\r\nContent-Type: text/html", "<p>")], json!({"name": "<p>"})),
        (&[("name\r\nContent-Type: application/json", "\"x\"")], json!({"name": "x"})),
        (&[("name; filename=f\r\nContent-Type: image/png", "x")], json!({"name": octets})),
        (&[("name; filename=f\r\nContent-Type: text/plain", "x")], json!({"name": "x"})),
        (&[("file", "x")], json!({"file": octets})),
        (&[("file\r\nContent-Type: text/plain", "x")], json!({"file": "x"})),
        (&[("file\r\nContent-Type: application/json", "[1]")], json!({"file": [1]})),
        (&[("file; filename=f\r\nContent-Type: application/json", "[1]")], json!({"file": octets})),
        (&[("files; filename=f", "x"), ("files; filename=g", "y")], json!({"files": [octets, octets]})),
        (&[("data", "AA==")], json!({"data": "AA=="})),
        (&[("data\r\nContent-Transfer-Encoding: BASE64", "AA==")], json!({"data": "AA=="})),
        (&[("data\r\nContent-Type: application/octet-stream", "AA==")], json!({"data": "AA=="})),
        (&[("name\r\nContent-Transfer-Encoding: 8bit", "x")], json!({"name": "x"})),
        (&[("declared\r\nContent-Transfer-Encoding: quoted-printable", "=41")], json!({"declared": "=41"})),
        (&[("image\r\nContent-Type: image/jpeg", "x")], json!({"image": octets})),
        (&[("image", "x")], json!({"image": octets})),
        (&[("media\r\nContent-Type: image/gif", "x")], json!({"media": octets})),
        (&[("meta\r\nContent-Type: application/json; v=1", "{}")], json!({"meta": {}})),
        (&[("meta\r\nContent-Type: text/plain", "{}")], json!({"meta": "{}"})),
        (&[("meta", "{}")], json!({"meta": {}})),
        (&[("xml\r\nContent-Type: application/xml", "<a/>")], json!({"xml": "<a/>"})),
        (&[("other", "x")], json!({"other": "x"})),
        (&[("other; filename=f", "x")], json!({"other": octets})),
        (&[("other", "x"), ("other", "y")], json!({"other": ["x", "y"]})),
    ];
    for (parts, expected) in cases {
        assert_eq!(decoded(&plan, MULTIPART, &multipart(parts)).as_ref(), Ok(expected), "{parts:?}");
    }
}

#[test]
fn refused_multipart_forms() {
    let plan = multipart_plan();
    let cases: &[(&str, &str, FieldRule, u16)] = &[
        ("image\r\nContent-Type: image/gif", "image", FieldRule::MediaType, 415),
        ("media\r\nContent-Type: text/plain", "media", FieldRule::MediaType, 415),
        ("meta\r\nContent-Type: application/json", "meta", FieldRule::MediaType, 415),
        ("address\r\nContent-Type: image/png", "address", FieldRule::MediaType, 415),
        ("id\r\nContent-Type: image/png", "id", FieldRule::MediaType, 415),
        ("name\r\nContent-Transfer-Encoding: base64", "name", FieldRule::TransferEncoding, 400),
        ("data\r\nContent-Transfer-Encoding: quoted-printable", "data", FieldRule::TransferEncoding, 400),
        ("data\r\nContent-Transfer-Encoding: binary", "data", FieldRule::TransferEncoding, 400),
    ];
    for (lines, name, rule, status) in cases {
        let error = decoded(&plan, MULTIPART, &multipart(&[(lines, "x")])).unwrap_err();
        assert_eq!(error, ContentError::field(name, *rule), "{lines}");
        assert_eq!(error.status(), *status, "{lines}");
    }
    let twice = decoded(&plan, MULTIPART, &multipart(&[("id", "1"), ("id", "2")])).unwrap_err();
    assert_eq!(twice, ContentError::field("id", FieldRule::Repeated));
    let unnamed = decoded(&plan, MULTIPART, "--b\r\n\r\nx\r\n--b--").unwrap_err();
    assert_eq!(
        (unnamed.clone(), unnamed.pointer()),
        (ContentError::field("", FieldRule::Unnamed), String::new())
    );
    let cut = decoded(&plan, MULTIPART, "--b\r\n\r\nx").unwrap_err();
    assert_eq!(cut, ContentError::Multipart { rule: MultipartRule::FinalDelimiterMissing, offset: 8 });
    let text =
        content(&plan, MULTIPART, b"--b\r\nContent-Disposition: form-data; name=name\r\n\r\n\xFF\r\n--b--");
    assert_eq!(text.unwrap_err(), ContentError::field("name", FieldRule::Text));
}

#[test]
fn files_stay_files() {
    let plan = multipart_plan();
    let body = multipart(&[
        ("id", "1"),
        ("files; filename=\"a.png\"\r\nContent-Type: image/png", "\u{0}one"),
        ("files; filename=\"../b\"", "two"),
        ("name; filename=c.txt\r\nContent-Type: text/plain", "three"),
    ]);
    let Content::Decoded(decoded) = content(&plan, MULTIPART, body.as_bytes()).unwrap() else { panic!() };
    let found: Vec<_> = decoded
        .files("files")
        .map(|part| (part.file_name(), part.content_type().map(|own| own.to_string()), part.octets()))
        .collect();
    let png = Some("image/png".to_owned());
    assert_eq!(found, [(Some("a.png"), png, &b"\0one"[..]), (Some("../b"), None, &b"two"[..])]);
    let (mark, octets) = decoded.value().at_pointer("/files/1").unwrap().as_binary().unwrap();
    assert_eq!(octets, 3);
    assert_eq!(decoded.part(mark).unwrap().octets(), b"two");
    assert_eq!(decoded.value().get("name").unwrap().as_str(), Some("three"));
    assert_eq!(decoded.files("name").count(), 1);
    assert_eq!(decoded.parts().len(), 4);
}

#[test]
fn selection_by_the_head() {
    let keys = ["application/json", "application/json; v=2", "text/*", "image/png", FORM, "multipart/*"];
    let media_types = keys.map(|key| MediaTypePlan::new(MediaTypeKey::new(key).unwrap())).to_vec();
    let optional = ContentPlan::new(false, media_types.clone());
    let required = ContentPlan::new(true, media_types);
    type Outcome = Result<Option<(usize, Reading)>, u16>;
    let text = Reading::Text(super::Charset::Utf8);
    let latin = Reading::Text(super::Charset::Latin1);
    let cases: &[(&[(&str, &str)], Outcome, Outcome)] = &[
        (&[], Ok(None), Err(400)),
        (&[("Content-Type", "application/json")], Ok(None), Err(400)),
        (&[("Content-Length", "0")], Ok(None), Err(400)),
        (&[("Content-Length", "x")], Err(400), Err(400)),
        (
            &[("Content-Length", "0"), ("Content-Type", "application/json")],
            Ok(Some((0, Reading::Json))),
            Ok(Some((0, Reading::Json))),
        ),
        (&[("Content-Length", "1")], Err(415), Err(415)),
        (&[("Transfer-Encoding", "chunked")], Err(415), Err(415)),
        (
            &[("Content-Length", "1"), ("Content-Type", "Application/JSON; charset=UTF-8")],
            Ok(Some((0, Reading::Json))),
            Ok(Some((0, Reading::Json))),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "application/json;v=2")],
            Ok(Some((1, Reading::Json))),
            Ok(Some((1, Reading::Json))),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "text/csv; charset=\"US-ASCII\"")],
            Ok(Some((2, text))),
            Ok(Some((2, text))),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "text/csv; charset=iso-8859-1")],
            Ok(Some((2, latin))),
            Ok(Some((2, latin))),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "image/png")],
            Ok(Some((3, Reading::Stream))),
            Ok(Some((3, Reading::Stream))),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", FORM)],
            Ok(Some((4, Reading::Form))),
            Ok(Some((4, Reading::Form))),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "multipart/mixed; boundary=b")],
            Ok(Some((5, Reading::Multipart))),
            Ok(Some((5, Reading::Multipart))),
        ),
        (&[("Content-Length", "1"), ("Content-Type", "multipart/mixed")], Err(400), Err(400)),
        (
            &[("Content-Length", "1"), ("Content-Type", "multipart/mixed; boundary=\"b;\"")],
            Err(400),
            Err(400),
        ),
        (&[("Content-Length", "1"), ("Content-Type", "application/xml")], Err(415), Err(415)),
        (&[("Content-Length", "1"), ("Content-Type", "text/*")], Err(415), Err(415)),
        (&[("Content-Length", "1"), ("Content-Type", "json")], Err(415), Err(415)),
        (
            &[("Content-Length", "1"), ("Content-Type", "application/json, application/json")],
            Err(415),
            Err(415),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "application/json"), ("content-type", "text/plain")],
            Err(415),
            Err(415),
        ),
        (
            &[("Content-Length", "1"), ("Content-Type", "application/json; charset=utf-16")],
            Err(415),
            Err(415),
        ),
        (&[("Content-Length", "1"), ("Content-Type", "text/plain; charset=koi8-r")], Err(415), Err(415)),
        (
            &[("Content-Length", "1"), ("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
            Err(415),
            Err(415),
        ),
        (
            &[
                ("Content-Length", "1"),
                ("Content-Type", "application/json"),
                ("Content-Encoding", "Identity"),
            ],
            Ok(Some((0, Reading::Json))),
            Ok(Some((0, Reading::Json))),
        ),
        (&[("Content-Length", "1048577"), ("Content-Type", "application/json")], Err(413), Err(413)),
        (
            &[("Content-Length", "18446744073709551616"), ("Content-Type", "application/json")],
            Err(400),
            Err(400),
        ),
    ];
    for (lines, without, with) in cases {
        let fields: Vec<_> = lines.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
        let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
        for (plan, expected) in [(&optional, without), (&required, with)] {
            let place = |selected: super::Selected<'_, '_>| {
                let mut plans = plan.media_types().iter();
                (plans.position(|own| std::ptr::eq(own, selected.plan())).unwrap(), selected.reading())
            };
            let found = select(plan, &head, &ContentLimits::default()).map(|found| found.map(place));
            assert_eq!(found.map_err(|error| error.status().as_u16()), *expected, "{lines:?}");
        }
    }
    assert_eq!(
        &**optional.accepted(),
        "application/json, application/json; v=2, text/*, image/png, application/x-www-form-urlencoded, multipart/*"
    );
}

#[test]
fn octet_streams_have_no_content_type() {
    let plan = plan("application/octet-stream", vec![]);
    let fields = [FieldLine::new("Content-Length", "1")];
    let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
    let selected = select(&plan, &head, &ContentLimits::default()).unwrap().unwrap();
    assert_eq!(selected.reading(), Reading::Stream);
    let read = read(&selected, &mut BytesBody::new(b"x"), &ContentLimits::default()).unwrap();
    assert!(matches!(read, Content::Stream));
}

#[test]
fn json_and_text() {
    let json = plan("*/*", vec![]);
    assert_eq!(decoded(&json, "application/problem+json", r#"{"a":[1e3]}"#), Ok(json!({"a": [1e3]})));
    let refused = [
        ("", JsonRule::UnexpectedEnd),
        ("{\"a\":1,\"a\":2}", JsonRule::DuplicateMember),
        ("\u{feff}1", JsonRule::ByteOrderMark),
        ("NaN", JsonRule::UnexpectedCharacter),
    ];
    for (body, rule) in refused {
        let error = decoded(&json, "application/json", body).unwrap_err();
        assert_eq!((json_rule(&error), error.status().as_u16()), (Some(rule), 400), "{body:?}");
    }
    let text = |types: &str, content_type: &str, octets: &[u8]| {
        let mut media_type = MediaTypePlan::new(MediaTypeKey::new("text/plain").unwrap());
        media_type.value = value(types);
        let plan = ContentPlan::new(false, vec![media_type]);
        content(&plan, content_type, octets).map(|content| content.value().unwrap().to_json())
    };
    assert_eq!(text("string", "text/plain", b"7"), Ok(json!("7")));
    assert_eq!(text("integer", "text/plain", b"7"), Ok(json!(7)));
    assert_eq!(text("integer", "text/plain", b"x"), Ok(json!("x")));
    assert_eq!(text("any", "text/plain", b""), Ok(json!("")));
    assert_eq!(text("string", "text/plain; charset=latin1", b"\xE9"), Ok(json!("\u{e9}")));
    assert_eq!(text("string", "text/plain", b"a\xE9"), Err(ContentError::Text { offset: 1 }));
}

/// A body whose length nobody announced, and that counts how much of it was read.
struct Endless {
    read: u64,
}

impl BodySource for Endless {
    fn length(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        buffer.fill(b' ');
        self.read += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_body_is_cut() {
    for (key, content_type) in
        [("*/*", "application/json"), ("*/*", FORM), ("*/*", MULTIPART), ("*/*", "text/plain")]
    {
        let plan = plan(key, vec![]);
        let fields =
            [FieldLine::new("Content-Type", content_type), FieldLine::new("Transfer-Encoding", "chunked")];
        let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
        let limits = ContentLimits { bytes_max: 100_000, ..ContentLimits::default() };
        let selected = select(&plan, &head, &limits).unwrap().unwrap();
        let mut body = Endless { read: 0 };
        let error = read(&selected, &mut body, &limits).unwrap_err();
        assert_eq!(error, ContentError::TooLarge { bytes_max: 100_000 }, "{content_type}");
        assert_eq!(error.status(), 413);
        assert!(body.read < 400_000, "{content_type}: {}", body.read);
    }
}

#[test]
fn an_announced_length_is_refused_before_reading() {
    let plan = plan("*/*", vec![]);
    let fields =
        [FieldLine::new("Content-Type", "application/json"), FieldLine::new("Transfer-Encoding", "chunked")];
    let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
    let limits = ContentLimits { bytes_max: 3, ..ContentLimits::default() };
    let selected = select(&plan, &head, &limits).unwrap().unwrap();
    let mut body = BytesBody::new(b"1234");
    assert_eq!(read(&selected, &mut body, &limits).unwrap_err(), ContentError::TooLarge { bytes_max: 3 });
    assert_eq!(body.length(), Some(4), "nothing was read");
    assert!(read(&selected, &mut BytesBody::new(b"123"), &limits).is_ok());
}
