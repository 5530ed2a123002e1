//! The shop itself: whether it is open, its shelves and branches, and how to begin anew.

use brrtrouter::{Context, Handlers, Problem, Response};
use serde::{Deserialize, Serialize};

use crate::pets::{Page, Status};
use crate::store::{Shared, Shop, with};

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("getHealth", |_| Ok(Response::text("open\n").with_field("Cache-Control", "no-store")))
        .on("getShelf", with(store, shelf))
        .on("findBranch", branch)
        .on("resetShop", with(store, reset))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Shelf<'r> {
    #[serde(borrow)]
    Narrow((&'r str, Status)),
    Wide((&'r str,)),
}

fn shelf(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (kind, status) = match cx.path("shelf")? {
        Shelf::Narrow((kind, status)) => (kind, Some(status)),
        Shelf::Wide((kind,)) => (kind, None),
    };
    let fits = |status: Status, wanted: Option<Status>| wanted.is_none_or(|wanted| wanted == status);
    let found = shop.pets.iter().filter(|pet| pet.data.kind.name() == kind && fits(pet.status, status));
    Ok(Response::json(&Page::of(found)))
}

#[derive(Deserialize)]
struct Position {
    latitude: f64,
    longitude: f64,
}

#[derive(Serialize)]
struct Branch {
    name: &'static str,
    city: &'static str,
    #[serde(skip)]
    at: (f64, f64),
}

const BRANCHES: [Branch; 3] = [
    Branch { name: "By the river", city: "Dresden", at: (51.05, 13.74) },
    Branch { name: "At the harbour", city: "Bergen", at: (60.39, 5.32) },
    Branch { name: "Under the arches", city: "Porto", at: (41.15, -8.61) },
];

fn branch(cx: &Context<'_>) -> Result<Response, Problem> {
    let Position { latitude, longitude } = cx.path("position")?;
    let far = |branch: &Branch| (branch.at.0 - latitude).hypot(branch.at.1 - longitude);
    let nearest = BRANCHES.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
    Ok(Response::json(&nearest))
}

fn reset(_cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    *shop = Shop::default();
    Ok(Response::no_content())
}
