//! Every operation succeeds and refuses, in the order of a day in the shop.

use std::collections::BTreeSet;

use brrtrouter::content::MultipartWriter;
use brrtrouter::{FieldLine, Method, RequestHead};

use crate::shop::{ADMIN, Content, KEY, READER, STAFF, json, open, send};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";
const CAT: &str =
    r#"{"kind":"cat","name":"Mina","bornIn":2023,"priceCents":12000,"indoor":true,"tags":["calm"]}"#;
const IDA: &str = r#"{"name":"Ida W.","email":"ida@example.com","phone":"+4935100000"}"#;
const JO: &str = r#"{"name":"Jo","email":"jo@example.com"}"#;
const ORDER: &str = r#"{"petId":1,"ownerId":1,"payment":{"by":"card","token":"tok-1234"}}"#;
const VISIT: &str = r#"{"petId":2,"vet":"amari","slot":"2030-05-02T09:15Z","reason":"limps"}"#;
const XML: &str =
    r#"<delivery number="D-1"><items><item article="hay"><count>3</count></item></items></delivery>"#;
const FORM: &str = "application/x-www-form-urlencoded";
const MERGE: &str = "application/merge-patch+json";
/// HMAC-SHA-256 of `{"orderId":1}` under the secret for demonstration.
const SIGNED: (&str, &str) =
    ("X-Signature", "8b22ce51dd828cad02a95acfe7ef18c4088e7ce39adbafbca8aa9487690c38c8");
const UNSIGNED: (&str, &str) =
    ("X-Signature", "0000000000000000000000000000000000000000000000000000000000000000");

type Row<'r> = (&'r str, &'r [(&'r str, &'r str)], Content<'r>, u16);

fn pets<'r>(multipart: Content<'r>, empty: Content<'r>) -> Vec<Row<'r>> {
    vec![
        ("GET /v1/health", &[], None, 200),
        ("GET /v1/health", &[("Accept", "image/png")], None, 406),
        ("GET /v1/pets?kind=cat&kind=dog&status=available,sold&born=2021%202022&limit=1", &[], None, 200),
        (
            "GET /v1/pets?tags=small%7Cyoung&price[min]=100&price[max]=2000",
            &[("Cookie", "sort=name")],
            None,
            200,
        ),
        ("GET /v1/pets?price[least]=1", &[], None, 400),
        ("POST /v1/pets", &[KEY], json(CAT), 201),
        ("POST /v1/pets", &[KEY], json(r#"{"kind":"cat","name":"M","bornIn":2023,"priceCents":1}"#), 400),
        ("POST /v1/pets", &[], json(CAT), 401),
        ("POST /v1/pets/search", &[], json(r#"{"text":"mi","priceRange":[0,20000]}"#), 200),
        ("POST /v1/pets/search", &[], json("{}"), 400),
        ("GET /v1/pets/5", &[], None, 200),
        ("GET /v1/pets/5", &[("If-None-Match", "\"5-1\"")], None, 304),
        ("GET /v1/pets/99", &[], None, 404),
        ("PUT /v1/pets/5", &[KEY, ("If-Match", "\"5-1\"")], json(CAT), 200),
        ("PUT /v1/pets/5", &[KEY, ("If-Match", "\"5-1\"")], json(CAT), 412),
        ("PATCH /v1/pets/5", &[KEY], Some((MERGE, br#"{"chip":"276098102345678","tags":null}"#)), 200),
        ("PATCH /v1/pets/4", &[KEY], Some((MERGE, br#"{"chip":"276098102345678"}"#)), 409),
        ("PATCH /v1/pets/5", &[KEY], json("{}"), 415),
        ("POST /v1/pets/5/status", &[KEY], json(r#"{"to":"reserved"}"#), 200),
        ("POST /v1/pets/5/status", &[KEY], json(r#"{"to":"reserved"}"#), 409),
        ("DELETE /v1/pets/5", &[KEY], None, 409),
        ("POST /v1/pets/5/status", &[KEY], json(r#"{"to":"available"}"#), 200),
        ("POST /v1/pets/5/photos", &[KEY], multipart, 201),
        ("POST /v1/pets/5/photos", &[KEY], empty, 413),
        ("GET /v1/pets/5/photos", &[], None, 200),
        ("GET /v1/pets/99/photos", &[], None, 404),
        ("GET /v1/pets/5/photos/1", &[], None, 200),
        ("GET /v1/pets/4/photos/1", &[], None, 404),
        ("DELETE /v1/pets/5", &[KEY], None, 204),
        ("GET /v1/tags", &[], None, 200),
        ("GET /v1/tags", &[("Accept", "text/html")], None, 406),
        ("PUT /v1/tags/shy", &[KEY], None, 201),
        ("PUT /v1/tags/shy", &[KEY], None, 204),
        ("PUT /v1/tags/Shy", &[KEY], None, 400),
        ("DELETE /v1/tags/shy", &[KEY], None, 204),
        ("DELETE /v1/tags/calm", &[KEY], None, 409),
        ("GET /v1/shelves/.cat.available", &[], None, 200),
        ("GET /v1/shelves/.dog", &[], None, 200),
        ("GET /v1/shelves/.bird", &[], None, 400),
        ("GET /v1/branches/;latitude=52.5;longitude=13.4", &[], None, 200),
        ("GET /v1/branches/;latitude=152.5;longitude=13.4", &[], None, 400),
    ]
}

fn people<'r>() -> Vec<Row<'r>> {
    vec![
        ("GET /v1/owners?limit=5", &[READER], None, 200),
        ("GET /v1/owners", &[KEY], None, 401),
        ("POST /v1/owners", &[STAFF], json(JO), 201),
        ("POST /v1/owners", &[STAFF], json(JO), 409),
        ("POST /v1/owners", &[READER], json(JO), 403),
        ("GET /v1/owners/2", &[READER], None, 200),
        ("GET /v1/owners/99", &[READER], None, 404),
        ("PUT /v1/owners/1", &[STAFF], json(IDA), 200),
        ("PUT /v1/owners/2", &[STAFF], json(IDA), 409),
        ("DELETE /v1/owners/2", &[STAFF], None, 204),
        ("POST /v1/orders", &[KEY, ("Idempotency-Key", "first-order")], json(ORDER), 201),
        ("POST /v1/orders", &[KEY, ("Idempotency-Key", "first-order")], json(ORDER), 200),
        ("POST /v1/orders", &[KEY], json(ORDER), 409),
        ("DELETE /v1/owners/1", &[STAFF], None, 409),
        ("GET /v1/owners/1/pets", &[READER], None, 200),
        ("GET /v1/owners/x/pets", &[READER], None, 400),
        ("GET /v1/orders", &[KEY], None, 200),
        ("GET /v1/orders", &[], None, 401),
        ("GET /v1/orders/1", &[KEY], None, 200),
        ("GET /v1/orders/2", &[KEY], None, 404),
        ("GET /v1/inventory", &[], None, 200),
        ("GET /v1/inventory", &[("Accept", "text/csv")], None, 406),
        ("POST /v1/payments/notify", &[UNSIGNED], json(r#"{"orderId":1}"#), 403),
        ("POST /v1/payments/notify", &[SIGNED], json(r#"{"orderId":1}"#), 204),
        ("POST /v1/payments/notify", &[SIGNED], json(r#"{"orderId": 1}"#), 403),
        ("DELETE /v1/orders/1", &[KEY], None, 409),
        (
            "POST /v1/orders",
            &[KEY],
            json(r#"{"petId":2,"ownerId":1,"payment":{"by":"invoice","days":30}}"#),
            201,
        ),
        ("DELETE /v1/orders/2", &[KEY], None, 204),
        ("GET /v1/events", &[KEY, ("Last-Event-ID", "1")], None, 200),
        ("GET /v1/events", &[KEY, ("Last-Event-ID", "one")], None, 400),
        ("POST /v1/deliveries", &[KEY], Some(("application/xml", XML.as_bytes())), 200),
        ("POST /v1/deliveries", &[KEY], json(r#"{"number":"D-2","items":[]}"#), 400),
        ("POST /v1/appointments", &[KEY], json(VISIT), 201),
        ("POST /v1/appointments", &[KEY], json(VISIT), 409),
        ("GET /v1/appointments?from=2030-05-01T00:00Z&to=2030-05-31T00:00Z&vet=amari", &[KEY], None, 200),
        ("GET /v1/appointments?from=tomorrow", &[KEY], None, 400),
        ("GET /v1/appointments/1", &[KEY], None, 200),
        ("GET /v1/appointments/7", &[KEY], None, 404),
        ("DELETE /v1/appointments/1", &[KEY], None, 204),
        ("DELETE /v1/appointments/1", &[KEY], None, 404),
        ("POST /v1/session", &[], Some((FORM, b"user=ada&password=demo-password")), 200),
        ("POST /v1/session", &[], Some((FORM, b"user=ada&password=guessed")), 401),
        ("GET /v1/session", &[("Cookie", "session=guessed")], None, 401),
        ("DELETE /v1/session", &[], None, 401),
        ("POST /v1/reset", &[KEY], None, 401),
        ("POST /v1/reset", &[ADMIN], None, 204),
    ]
}

#[test]
fn every_operation_succeeds_and_refuses() {
    let (boundary, form) =
        MultipartWriter::new().file("photo", "p.png", "image/png", PNG).field("caption", "Asleep").finish();
    let (no_boundary, none) = MultipartWriter::new().file("photo", "p.png", "image/png", b"").finish();
    let mut rows = pets(Some((&boundary, &form)), Some((&no_boundary, &none)));
    rows.extend(people());
    let api = open();
    let (mut served, mut refused) = (BTreeSet::new(), BTreeSet::new());
    // The session's cookie is only known once there is one.
    served.extend(["getSession", "logOut"]);
    for (line, fields, content, status) in rows {
        send(&api, line, fields, content, status);
        let (method, target) = line.split_once(' ').unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let lines: Vec<_> = fields.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
        let head = RequestHead::new(method, target, &lines).unwrap();
        let name = api.operation_of(&head).unwrap().name();
        let name = api.operations().map(|operation| operation.name()).find(|own| *own == name).unwrap();
        if status < 400 { &mut served } else { &mut refused }.insert(name);
    }
    for operation in api.operations() {
        assert!(served.contains(operation.name()), "{} never succeeds here", operation.name());
        assert!(refused.contains(operation.name()), "{} never refuses here", operation.name());
    }
    assert!(api.operations().len() >= 25);
}

#[test]
fn a_session_begins_and_ends() {
    let api = open();
    let begun = send(&api, "POST /v1/session", &[], Some((FORM, b"user=ada&password=demo-password")), 200);
    let cookie = begun.field("Set-Cookie").unwrap();
    assert!(cookie.ends_with("; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict"), "{cookie}");
    let session = [("Cookie", cookie.split(';').next().unwrap())];
    assert_eq!(send(&api, "GET /v1/session", &session, None, 200).text(), r#"{"user":"ada"}"#);
    send(&api, "DELETE /v1/session", &session, None, 204);
    send(&api, "GET /v1/session", &session, None, 401);
}
