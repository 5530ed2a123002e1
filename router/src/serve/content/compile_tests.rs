//! From a Request Body Object to values: what is described is what is read.

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Content, ContentError, ContentLimits, ContentPlan, FieldRule, Reading, read, select};
use crate::description::{Description, Diagnostics, OpenApi};
use crate::schema::{SchemaCompiler, SchemaOptions, Schemas};
use crate::serve::{BytesBody, FieldLine, RequestHead};

struct Compiled {
    plan: ContentPlan,
    schemas: Schemas,
    codes: Vec<&'static str>,
}

/// Compiles the request body of the one operation of a description.
fn compile(body: &Value) -> Compiled {
    let text = json!({
        "openapi": "3.1.2",
        "info": {"title": "Forms", "version": "1"},
        "paths": {"/": {"post": {"requestBody": body}}},
        "components": {"schemas": {
            "Address": {"type": "object", "properties": {"zip": {"type": "string"}}, "required": ["zip"]},
            "Id": {"type": "integer", "minimum": 1},
        }},
    });
    let description = Description::from_text("forms.json", &text.to_string()).unwrap();
    let mut schemas = SchemaCompiler::new(&description, &SchemaOptions::default());
    let mut found = Diagnostics::new();
    let paths = OpenApi::new(&description).paths();
    let (_, operation) = paths[0].1.operations()[0];
    let body = operation.request_body().unwrap();
    let plan = ContentPlan::compile(&description, body, &mut schemas, &mut found);
    let codes = found.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    Compiled { plan, schemas: schemas.compile().unwrap(), codes }
}

impl Compiled {
    fn read(&self, content_type: &str, body: &[u8]) -> Result<Content, ContentError> {
        let length = body.len().to_string();
        let fields =
            [FieldLine::new("Content-Type", content_type), FieldLine::new("Content-Length", &length)];
        let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
        let limits = ContentLimits::default();
        let selected = select(&self.plan, &head, &limits)?.expect("there is content");
        read(&selected, &mut BytesBody::new(body), &limits)
    }

    /// The value, and whether the schema allows it.
    fn judged(&self, content_type: &str, body: &str) -> Result<(Value, bool), ContentError> {
        let content = self.read(content_type, body.as_bytes())?;
        let Content::Decoded(decoded) = content else { panic!("{content_type} is decoded") };
        let valid = self.schemas.is_valid(decoded.slot().unwrap(), decoded.value());
        Ok((decoded.value().to_json(), valid))
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=b";

fn multipart(parts: &[(&str, &str)]) -> String {
    let part = |(lines, content): &(&str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name={lines}\r\n\r\n{content}\r\n")
    };
    parts.iter().map(part).collect::<String>() + "--b--\r\n"
}

fn properties() -> Value {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "address": {"allOf": [{"$ref": "#/components/schemas/Address"}]},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
            "loose": {"type": ["string", "array"]},
            "maybe": {"type": ["integer", "null"]},
            "count": {"type": "integer"},
            "file": {},
            "photo": {"type": "array", "items": {"contentMediaType": "image/png"}},
            "data": {"type": "string", "contentEncoding": "base64"},
        },
        "additionalProperties": {"type": "boolean"},
    })
}

#[test]
fn forms() {
    let compiled = compile(&json!({"content": {FORM: {"schema": properties()}}}));
    assert_eq!(compiled.codes, [""; 0]);
    let cases: &[(&str, Value, bool)] = &[
        ("id=7", json!({"id": 7}), true),
        ("id=0", json!({"id": 0}), false),
        ("id=x", json!({"id": "x"}), false),
        ("", json!({}), false),
        ("id=1&address=%7B%22zip%22:%221%22%7D", json!({"id": 1, "address": {"zip": "1"}}), true),
        ("id=1&address=%7B%7D", json!({"id": 1, "address": {}}), false),
        ("id=1&tags=a", json!({"id": 1, "tags": ["a"]}), true),
        ("id=1&tags=a&tags=b&tags=c", json!({"id": 1, "tags": ["a", "b", "c"]}), false),
        ("id=1&loose=a", json!({"id": 1, "loose": "a"}), true),
        ("id=1&loose=a&loose=b", json!({"id": 1, "loose": ["a", "b"]}), true),
        ("id=1&maybe=", json!({"id": 1, "maybe": null}), true),
        ("id=1&count=", json!({"id": 1, "count": ""}), false),
        ("id=1&data=AA-_", json!({"id": 1, "data": "AA-_"}), true),
        ("id=1&extra=true", json!({"id": 1, "extra": true}), true),
        ("id=1&extra=x", json!({"id": 1, "extra": "x"}), false),
    ];
    for (body, expected, valid) in cases {
        assert_eq!(compiled.judged(FORM, body).unwrap(), (expected.clone(), *valid), "{body}");
    }
    let twice = compiled.judged(FORM, "id=1&id=2").unwrap_err();
    assert_eq!(twice, ContentError::field("id", FieldRule::Repeated));
}

#[test]
fn styles_in_forms() {
    let schema = json!({
        "type": "object",
        "properties": {
            "plain": {"type": "string"},
            "list": {"type": "array", "items": {"type": "integer"}},
            "pipes": {"type": "array", "items": {"type": "string"}},
            "deep": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}},
            "spread": {"type": "object", "properties": {"r": {"type": "integer"}, "g": {"type": "integer"}}},
            "json": {"type": "object"},
        },
    });
    let encoding = json!({
        "list": {"style": "form", "explode": false, "contentType": "application/json"},
        "pipes": {"style": "pipeDelimited"},
        "deep": {"style": "deepObject", "explode": true},
        "spread": {"allowReserved": true},
    });
    let media_type = json!({"schema": schema, "encoding": encoding});
    let compiled = compile(
        &json!({"content": {FORM: media_type, "multipart/form-data": media_type, "multipart/mixed": media_type}}),
    );
    let cases: &[(&str, Value)] = &[
        ("list=1,2,3", json!({"list": [1, 2, 3]})),
        ("plain=1,2", json!({"plain": "1,2"})),
        ("pipes=a%7Cb+c&plain=x", json!({"plain": "x", "pipes": ["a", "b c"]})),
        ("deep%5Ba%5D=1&deep[b]=x", json!({"deep": {"a": 1, "b": "x"}})),
        ("r=1&plain=y&g=2", json!({"plain": "y", "spread": {"r": 1, "g": 2}})),
        ("json=%7B%7D", json!({"json": {}})),
    ];
    for (body, expected) in cases {
        assert_eq!(compiled.judged(FORM, body).unwrap(), (expected.clone(), true), "{body}");
    }
    let fault = compiled.judged(FORM, "list=a,b").unwrap_err();
    assert_eq!(fault, ContentError::field("list", FieldRule::Style));
    // ENC-010: nothing is percent-decoded in multipart/form-data.
    let body = multipart(&[("list", "1,2"), ("pipes", "a|b%2B+c&"), ("\"deep[b]\"", "100%=x"), ("r", "3")]);
    let expected =
        json!({"list": [1, 2], "pipes": ["a", "b%2B+c&"], "deep": {"b": "100%=x"}, "spread": {"r": 3}});
    assert_eq!(compiled.judged(MULTIPART, &body).unwrap(), (expected, true));
    // ENC-009: elsewhere style fields are ignored, so that `contentType` counts.
    let body = multipart(&[("list\r\nContent-Type: application/json", "1"), ("pipes", "a|b")]);
    let (value, _) = compiled.judged("multipart/mixed; boundary=b", &body).unwrap();
    assert_eq!(value, json!({"list": [1], "pipes": ["a|b"]}));
}

#[test]
fn multipart_forms() {
    let encoding = json!({
        "photo": {"contentType": "image/png, image/jpeg", "headers": {
            "X-Width": {"required": true, "schema": {"type": "integer", "minimum": 1}},
            "Content-Type": {"schema": {"type": "integer"}},
        }},
        "address": {"contentType": "application/json"},
    });
    let media_type = json!({"schema": properties(), "encoding": encoding});
    let compiled = compile(&json!({"content": {"multipart/form-data": media_type}}));
    let body = multipart(&[
        ("id", "7"),
        ("address\r\nContent-Type: application/json", r#"{"zip":"1"}"#),
        ("photo; filename=a.png\r\nContent-Type: image/png\r\nX-Width: 640", "\u{0}"),
        ("photo; filename=b.jpg\r\nContent-Type: image/jpeg\r\nx-width: 0", "22"),
        ("file; filename=c", "333"),
    ]);
    let Content::Decoded(decoded) = compiled.read(MULTIPART, body.as_bytes()).unwrap() else { panic!() };
    assert!(compiled.schemas.is_valid(decoded.slot().unwrap(), decoded.value()));
    let octets = |pointer: &str| decoded.value().at_pointer(pointer).and_then(|node| node.as_binary());
    assert_eq!(
        (octets("/photo/0"), octets("/photo/1"), octets("/file")),
        (Some((2, 1)), Some((3, 2)), Some((4, 3)))
    );
    let headers: Vec<_> = decoded
        .part_headers()
        .map(|header| {
            let valid = compiled.schemas.is_valid(header.slot.unwrap(), header.value);
            (header.part, header.name, header.value.to_json(), valid)
        })
        .collect();
    assert_eq!(headers, [(2, "X-Width", json!(640), true), (3, "X-Width", json!(0), false)]);

    let refused: &[(&str, FieldRule)] = &[
        ("photo; filename=a\r\nContent-Type: image/gif\r\nX-Width: 1", FieldRule::MediaType),
        ("photo; filename=a\r\nContent-Type: image/png", FieldRule::Header),
        ("photo; filename=a\r\nContent-Type: image/png\r\nX-Width: wide", FieldRule::Header),
    ];
    for (lines, rule) in refused {
        let error = compiled.read(MULTIPART, multipart(&[(lines, "x")]).as_bytes()).unwrap_err();
        assert_eq!(error, ContentError::field("photo", *rule), "{lines}");
    }
    let xml = multipart(&[("address\r\nContent-Type: application/xml", "<a/>")]);
    let error = compiled.read(MULTIPART, xml.as_bytes()).unwrap_err();
    assert_eq!(error, ContentError::field("address", FieldRule::MediaType));
}

#[test]
fn keys_and_readings() {
    let compiled = compile(&json!({"required": true, "content": {
        "*/*": {},
        "application/json": {"schema": {"type": "object"}},
        "application/json; version=2": {"schema": {"type": "array"}},
        "text/*": {"schema": {"type": "integer"}},
        "image/png": {"schema": {"maxLength": 3}},
        "image/gif": {},
    }}));
    assert!(compiled.plan.required());
    let reading = |content_type: &str| {
        let media_type = super::MediaType::parse(content_type).unwrap();
        let selected = super::select_media_type(&compiled.plan, media_type).unwrap();
        (selected.plan().media_type().to_string(), selected.reading())
    };
    assert_eq!(reading("application/json").0, "application/json");
    assert_eq!(reading("application/json;version=\"2\"").0, "application/json; version=2");
    assert_eq!(reading("application/problem+json"), ("*/*".to_owned(), Reading::Json));
    assert_eq!(reading("image/png"), ("image/png".to_owned(), Reading::Octets));
    assert_eq!(reading("image/gif"), ("image/gif".to_owned(), Reading::Stream));
    assert_eq!(reading("a/b"), ("*/*".to_owned(), Reading::Stream));
    assert_eq!(compiled.judged("text/csv", "7").unwrap(), (json!(7), true));
    assert_eq!(compiled.judged("text/csv", "x").unwrap(), (json!("x"), false));
    assert_eq!(compiled.judged("application/json; version=2", "[]").unwrap(), (json!([]), true));
    assert_eq!(compiled.judged("application/json", "[]").unwrap(), (json!([]), false));
    assert_eq!(compiled.read("image/png", b"123").unwrap().raw(), Some(&b"123"[..]));
    assert_eq!(compiled.read("image/png", b"1234").unwrap_err(), ContentError::TooLarge { bytes_max: 3 });
}

#[test]
fn what_is_not_applied_is_reported() {
    let encoding = json!({"a": {"contentType": "image/*, nonsense"}});
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let compiled =
        compile(&json!({"content": {"multipart/form-data": {"schema": schema, "encoding": encoding}}}));
    assert_eq!(compiled.codes, ["ENC-007"]);
}

#[test]
fn xml() {
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"$ref": "#/components/schemas/Id", "xml": {"attribute": true}},
        "address": {"$ref": "#/components/schemas/Address"},
    }});
    let compiled = compile(&json!({"content": {
        "application/xml": {"schema": schema}, "text/xml": {"schema": schema}, "application/*": {"schema": schema},
        "application/soap+xml": {"schema": {"type": "string"}}, "application/atom+xml": {}, "image/*": {"schema": {}},
    }}));
    assert_eq!(compiled.codes, [""; 0]);
    let cases: &[(&str, &str, Value, bool)] = &[
        ("application/xml", "<a id='7'/>", json!({"id": 7}), true),
        ("text/xml; charset=UTF-8", "<a id='0'/>", json!({"id": 0}), false),
        ("application/a+xml", "<a id='x'/>", json!({"id": "x"}), false),
        ("application/xml", "<a/>", json!({}), false),
        ("application/xml", "<a id='7'><address/></a>", json!({"id": 7, "address": {}}), false),
    ];
    for (media_type, body, expected, valid) in cases {
        assert_eq!(compiled.judged(media_type, body).unwrap(), (expected.clone(), *valid), "{body}");
    }
    let reading = |content_type: &str| {
        let media_type = super::MediaType::parse(content_type).unwrap();
        super::select_media_type(&compiled.plan, media_type).map(|selected| selected.reading())
    };
    assert_eq!(reading("application/xml"), Ok(Reading::Xml));
    assert_eq!(reading("text/xml; charset=latin1"), Err(ContentError::CharsetUnsupported));
    assert_eq!(reading("application/soap+xml"), Ok(Reading::Octets));
    assert_eq!(reading("application/atom+xml"), Ok(Reading::Stream));
    assert_eq!(reading("image/svg+xml"), Ok(Reading::Octets));
    let fault = compiled.read("application/xml", b"<a id='7'><address/><address/></a>").unwrap_err();
    let problem = crate::serve::Problem::from(fault.clone());
    assert_eq!((fault.pointer(), fault.status().as_u16()), ("/address".to_owned(), 400));
    assert_eq!(
        fault.to_string(),
        "an element that is described as one comes more than once (line 1, column 21)"
    );
    assert_eq!(problem.errors().len(), 1);
    let fault = compiled.read("application/xml", b"<a>").unwrap_err();
    assert_eq!((fault.pointer(), fault.offset()), (String::new(), Some(3)));
}

#[test]
fn xml_in_forms() {
    let schema = json!({"type": "object", "properties": {
        "address": {"$ref": "#/components/schemas/Address"},
        "list": {"type": "array", "items": {"$ref": "#/components/schemas/Address"}},
        "text": {"type": "string"},
        "file": {},
    }});
    let xml = json!({"contentType": "application/xml"});
    let encoding = json!({
        "address": {"contentType": "application/*"}, "list": xml, "text": xml, "file": xml,
    });
    let of_form = json!({"address": xml, "list": xml, "text": xml});
    let compiled = compile(&json!({"content": {
        "multipart/form-data": {"schema": schema, "encoding": encoding}, FORM: {"schema": schema, "encoding": of_form},
    }}));
    assert_eq!(compiled.codes, [""; 0]);
    let body = multipart(&[
        ("address\r\nContent-Type: application/xml", "<address><zip>1</zip></address>"),
        ("list", "<list><zip>2</zip></list>"),
        ("list\r\nContent-Type: application/xml", "<Address><zip>3</zip></Address>"),
        ("text", "<p>4</p>"),
        ("file\r\nContent-Type: application/xml", "<any/>"),
    ]);
    let (value, valid) = compiled.judged(MULTIPART, &body).unwrap();
    assert!(valid);
    let expected = json!({"address": {"zip": "1"}, "list": [{"zip": "2"}, {"zip": "3"}], "text": "<p>4</p>", "file": ""});
    assert_eq!(value, expected);
    let as_json = multipart(&[("address\r\nContent-Type: application/json", "{\"zip\": \"1\"}")]);
    assert_eq!(compiled.judged(MULTIPART, &as_json).unwrap(), (json!({"address": {"zip": "1"}}), true));
    let form = "address=%3CAddress%3E%3Czip%3E1%3C/zip%3E%3C/Address%3E&text=%3Cp/%3E";
    let expected = json!({"address": {"zip": "1"}, "text": "<p/>"});
    assert_eq!(compiled.judged(FORM, form).unwrap(), (expected, true));
    assert_eq!(compiled.judged(FORM, "address=%3Caddress/%3E").unwrap(), (json!({"address": {}}), false));
    for body in ["address=%3Caddress", "address=%3Cother/%3E", "address="] {
        let fault = compiled.read(FORM, body.as_bytes()).unwrap_err();
        assert!(matches!(fault, ContentError::Field { rule: FieldRule::Xml(_), .. }), "{fault}");
        assert_eq!((fault.pointer(), fault.status().as_u16()), ("/address".to_owned(), 400), "{body}");
    }
}

#[test]
fn a_form_without_a_schema() {
    let compiled = compile(&json!({"content": {"multipart/form-data": {}, FORM: {}}}));
    let body = multipart(&[("a; filename=f\r\nContent-Type: image/png", "x"), ("b", "1"), ("b", "2")]);
    let Content::Decoded(decoded) = compiled.read(MULTIPART, body.as_bytes()).unwrap() else { panic!() };
    assert_eq!(decoded.files("a").count(), 1);
    assert_eq!(decoded.value().get("b").unwrap().to_json(), json!(["1", "2"]));
    assert_eq!(compiled.read(FORM, b"a=1").unwrap().value().unwrap().to_json(), json!({"a": "1"}));
}

proptest! {
    /// Whatever comes is read or refused, and what is read can be judged.
    #[test]
    fn any_body_has_an_outcome(
        kind in 0_usize..5,
        octets in proptest::collection::vec(any::<u8>(), 0..40),
        text in "(id|tags|address|photo|x|=|&|%2|%41|\\+|\\[|\\{\\}|7|--b|\r\n|Content-Disposition: form-data; name=id){0,12}",
        is_text in any::<bool>(),
    ) {
        let compiled = compile_once();
        let media_type = ["application/json", FORM, MULTIPART, "text/plain", "image/png"][kind];
        let body = if is_text { text.as_bytes() } else { &octets };
        if let Ok(Content::Decoded(decoded)) = compiled.read(media_type, body) {
            let errors = decoded.errors(&compiled.schemas, 4);
            if let Some(slot) = decoded.slot() {
                prop_assert_eq!(errors.is_empty(), compiled.schemas.is_valid(slot, decoded.value()));
            }
        }
    }
}

fn compile_once() -> &'static Compiled {
    static COMPILED: std::sync::OnceLock<Compiled> = std::sync::OnceLock::new();
    COMPILED.get_or_init(|| {
        let styled = json!({"tags": {"style": "pipeDelimited"}, "address": {"style": "deepObject"}});
        let form = json!({"schema": properties(), "encoding": styled});
        compile(&json!({"content": {
            "application/json": {"schema": properties()}, FORM: form, "multipart/form-data": form,
            "text/plain": {"schema": {"type": "integer"}}, "image/*": {},
        }}))
    })
}
