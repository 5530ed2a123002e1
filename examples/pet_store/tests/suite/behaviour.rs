//! What answers say, beyond their status codes.

use serde_json::{Value, json};

use crate::shop::{KEY, READER, json, open, send};

#[test]
fn pages_lead_to_the_next() {
    let api = open();
    let first = send(&api, "GET /v1/pets?limit=3", &[], None, 200);
    assert_eq!(first.field("Link"), Some("</v1/pets?limit=3&after=3>; rel=\"next\""));
    let second = send(&api, "GET /v1/pets?limit=3&after=3", &[("Cookie", "sort=price")], None, 200);
    assert_eq!(second.field("Link"), None);
    let names: Value = second.json().unwrap();
    assert_eq!(names["items"][0]["name"], "Tiger");
}

#[test]
fn a_pet_is_where_its_location_says() {
    let api = open();
    let fish = r#"{"kind":"fish","name":"Bubble","bornIn":2024,"priceCents":900,"water":"salt"}"#;
    let made = send(&api, "POST /v1/pets", &[KEY], json(fish), 201);
    let read = send(&api, &format!("GET {}", made.field("Location").unwrap()), &[], None, 200);
    assert_eq!(read.text(), made.text());
    assert_eq!(read.field("ETag"), made.field("ETag"));
    let expected = json!({ "id": 5, "kind": "fish", "name": "Bubble", "bornIn": 2024, "priceCents": 900,
        "tags": [], "water": "salt", "status": "available" });
    assert_eq!(read.json::<Value>().unwrap(), expected);
}

#[test]
fn the_discriminator_chooses_what_is_told() {
    let api = open();
    let dog = r#"{"kind":"dog","name":"Rex","bornIn":2023,"priceCents":1,"weightKg":0,"water":"salt"}"#;
    let refused = send(&api, "POST /v1/pets", &[KEY], json(dog), 400);
    assert_eq!(refused.field("Content-Type"), Some("application/problem+json"));
    assert!(refused.text().contains("/weightKg"), "{}", refused.text());
}

#[test]
fn streams_are_lines_and_events() {
    let api = open();
    let order = r#"{"petId":3,"ownerId":1,"payment":{"by":"invoice","days":14}}"#;
    send(&api, "POST /v1/orders", &[KEY], json(order), 201);
    let lines = send(&api, "GET /v1/orders", &[KEY], None, 200);
    assert_eq!(
        lines.text(),
        "{\"id\":1,\"petId\":3,\"ownerId\":1,\"priceCents\":1200,\"paidBy\":\"invoice\",\"state\":\"placed\"}\n"
    );
    let events = send(&api, "GET /v1/events", &[KEY], None, 200);
    assert_eq!(events.text(), "id: 1\nevent: order-placed\ndata: {\"id\":1}\n\n");
}

#[test]
fn suppliers_are_answered_in_what_they_prefer() {
    let api = open();
    let delivery =
        json(r#"{"number":"D<1","items":[{"article":"hay","count":2},{"article":"oats","count":3}]}"#);
    let xml = send(&api, "POST /v1/deliveries", &[KEY], delivery, 200);
    assert_eq!(xml.text(), "<receipt number=\"D&lt;1\"><pieces>5</pieces></receipt>");
    let accept = ("Accept", "application/json");
    let answer = send(&api, "POST /v1/deliveries", &[KEY, accept], delivery, 200);
    assert_eq!(answer.text(), r#"{"number":"D<1","pieces":5}"#);
}

#[test]
fn who_lacks_a_role_is_told_which_scheme_to_use() {
    let api = open();
    let refused = send(&api, "DELETE /v1/owners/1", &[READER], None, 403);
    assert!(refused.field("WWW-Authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
}

#[test]
fn a_demonstration_cannot_be_filled() {
    let api = open();
    let fish = r#"{"kind":"fish","name":"Bubble","bornIn":2024,"priceCents":900,"water":"salt"}"#;
    for _ in 0..496 {
        send(&api, "POST /v1/pets", &[KEY], json(fish), 201);
    }
    let full = send(&api, "POST /v1/pets", &[KEY], json(fish), 507);
    assert!(full.text().contains("room for 500"), "{}", full.text());
}
