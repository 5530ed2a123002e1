//! The bank's notice of a payment. Its signature is over the octets as they came, not over what they mean.

use brrtrouter::{Context, Handlers, Problem, Response, StatusCode, secrets_are_equal};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use crate::Config;
use crate::fields::conflict;
use crate::orders::State;
use crate::pets::Status;
use crate::store::{Shared, Shop, with};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notice {
    order_id: u64,
}

pub fn handlers(handlers: Handlers, config: &Config, store: &Shared) -> Handlers {
    let secret = config.payment_secret.clone();
    handlers.on("notifyPayment", with(store, move |cx, shop| notify(cx, shop, secret.as_bytes())))
}

/// The signature of a text under a secret, in hexadecimal.
pub fn signature(secret: &[u8], text: &[u8]) -> Result<String, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|fault| Problem::internal(&fault))?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().iter().map(|octet| format!("{octet:02x}")).collect())
}

fn notify(cx: &Context<'_>, shop: &mut Shop, secret: &[u8]) -> Result<Response, Problem> {
    let sent: &str = cx.header("X-Signature")?;
    if !secrets_are_equal(signature(secret, cx.raw())?.as_bytes(), sent.as_bytes()) {
        return Err(Problem::new(StatusCode::FORBIDDEN).with_detail("the signature is not the bank's"));
    }
    let notice: Notice = cx.body()?;
    let order = shop.orders.get_mut(notice.order_id).map_err(|_| conflict("there is no such order"))?;
    // Banks repeat themselves until they are heard: the second notice changes nothing.
    if order.state == State::Placed {
        order.state = State::Paid;
        if let Ok(pet) = shop.pets.get_mut(order.pet_id) {
            (pet.status, pet.version) = (Status::Sold, pet.version + 1);
        }
        shop.events.tell("order-paid", order.id);
    }
    Ok(Response::no_content())
}
