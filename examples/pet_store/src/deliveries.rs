//! Deliveries of suppliers, who speak XML or JSON: read alike, answered in what they prefer.

use brrtrouter::{Context, Handlers, Problem, Response};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Delivery<'r> {
    number: Option<&'r str>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    count: u64,
}

#[derive(Serialize)]
struct Receipt<'r> {
    number: &'r str,
    pieces: u64,
}

pub fn handlers(handlers: Handlers) -> Handlers {
    handlers.on("bookDelivery", book)
}

fn book(cx: &Context<'_>) -> Result<Response, Problem> {
    let delivery: Delivery<'_> = cx.body()?;
    let pieces = delivery.items.iter().map(|item| item.count).sum();
    let receipt = Receipt { number: delivery.number.unwrap_or_default(), pieces };
    Ok(match cx.accepted() {
        Some("application/json") => Response::json(&receipt),
        Some(_) | None => Response::bytes("application/xml", xml(&receipt).into_bytes()),
    })
}

fn xml(receipt: &Receipt<'_>) -> String {
    let number = receipt.number.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!("<receipt number=\"{number}\"><pieces>{}</pieces></receipt>", receipt.pieces)
}
