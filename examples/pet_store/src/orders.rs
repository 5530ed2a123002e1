//! Orders: placed once, exported as a stream.

use std::collections::BTreeMap;
use std::io;

use brrtrouter::{BodyStream, Context, Handlers, Problem, Response};
use serde::{Deserialize, Serialize};

use crate::fields::{conflict, created};
use crate::pets::Status;
use crate::store::{Shared, Shop, with};

/// An order.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: u64,
    pub pet_id: u64,
    owner_id: u64,
    price_cents: u64,
    paid_by: &'static str,
    pub state: State,
    /// The key that its sender gave it.
    #[serde(skip)]
    key: Option<String>,
}

/// How far an order is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Placed,
    Paid,
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("getInventory", with(store, inventory))
        .on("exportOrders", with(store, export))
        .on("placeOrder", with(store, place))
        .on("getOrder", with(store, get))
        .on("cancelOrder", with(store, cancel))
}

fn inventory(_cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for pet in shop.pets.iter() {
        *counts.entry(pet.status.name()).or_default() += 1;
    }
    Ok(Response::json(&counts))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewOrder {
    pet_id: u64,
    owner_id: u64,
    payment: Payment,
}

#[derive(Deserialize)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Payment {
    Invoice {},
    Card {},
}

fn place(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let key: Option<String> = cx.header("Idempotency-Key")?;
    let placed = shop.orders.iter().find(|order| order.key.is_some() && order.key == key);
    if let Some(placed) = placed {
        return Ok(Response::json(placed));
    }
    let wanted: NewOrder = cx.body()?;
    shop.owners.get(wanted.owner_id).map_err(|_| conflict("there is no such owner"))?;
    let pet = shop.pets.get_mut(wanted.pet_id).map_err(|_| conflict("there is no such pet"))?;
    if pet.status != Status::Available {
        return Err(conflict(format!("the pet is {}", pet.status.name())));
    }
    let paid_by = match wanted.payment {
        Payment::Invoice {} => "invoice",
        Payment::Card {} => "card",
    };
    let (pet_id, owner_id, price_cents) = (wanted.pet_id, wanted.owner_id, pet.data.price_cents);
    let state = State::Placed;
    let order = shop.orders.insert(|id| Order { id, pet_id, owner_id, price_cents, paid_by, state, key })?;
    (pet.status, pet.owner_id, pet.version) = (Status::Reserved, Some(owner_id), pet.version + 1);
    shop.events.tell("order-placed", order.id);
    Ok(created(format!("/v1/orders/{}", order.id), order))
}

fn get(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    Ok(Response::json(shop.orders.get(cx.path("orderId")?)?))
}

fn cancel(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let id: u64 = cx.path("orderId")?;
    let order = shop.orders.get(id)?;
    if order.state == State::Paid {
        return Err(conflict("the order is paid"));
    }
    // The pet may have been taken away by hand; the order can still go.
    if let Ok(pet) = shop.pets.get_mut(order.pet_id) {
        (pet.status, pet.owner_id, pet.version) = (Status::Available, None, pet.version + 1);
    }
    shop.orders.remove(id)?;
    shop.events.tell("order-cancelled", id);
    Ok(Response::no_content())
}

fn export(_cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let orders: Vec<Order> = shop.orders.iter().cloned().collect();
    Ok(Response::stream(
        "application/x-ndjson",
        Lines { orders: orders.into_iter(), line: Vec::new(), sent: 0 },
    ))
}

/// Writes one order after another; the lock is long given back when the last one is sent.
struct Lines {
    orders: std::vec::IntoIter<Order>,
    line: Vec<u8>,
    sent: usize,
}

impl BodyStream for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.sent == self.line.len() {
            let Some(order) = self.orders.next() else { return Ok(0) };
            self.line = serde_json::to_vec(&order)?;
            self.line.push(b'\n');
            self.sent = 0;
        }
        let rest = &self.line[self.sent..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.sent += count;
        Ok(count)
    }
}
