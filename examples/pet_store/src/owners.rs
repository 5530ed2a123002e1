//! Owners: people, so whoever asks needs a role.

use brrtrouter::{Context, Handlers, Problem, Response};
use serde::{Deserialize, Serialize};

use crate::fields::{conflict, created};
use crate::pets::Page;
use crate::store::{Shared, Shop, with};

/// An owner as the shop knows them.
#[derive(Serialize)]
pub struct Owner {
    pub id: u64,
    #[serde(flatten)]
    pub data: OwnerData,
}

/// What an owner tells.
#[derive(Deserialize, Serialize)]
pub struct OwnerData {
    pub name: String,
    pub email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("listOwners", with(store, list))
        .on("createOwner", with(store, create))
        .on("getOwner", with(store, get))
        .on("replaceOwner", with(store, replace))
        .on("deleteOwner", with(store, delete))
        .on("listPetsOfOwner", with(store, pets))
}

fn list(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let limit = cx.query::<Option<usize>>("limit")?.unwrap_or(20);
    let after = cx.query::<Option<u64>>("after")?.unwrap_or(0);
    let owners: Vec<&Owner> = shop.owners.after(after).take(limit).collect();
    Ok(Response::json(&owners))
}

fn is_new(shop: &Shop, email: &str, own: Option<u64>) -> Result<(), Problem> {
    let mut others = shop.owners.iter().filter(|owner| Some(owner.id) != own);
    if others.any(|owner| owner.data.email.eq_ignore_ascii_case(email)) {
        return Err(conflict("another owner has this address"));
    }
    Ok(())
}

fn create(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let data: OwnerData = cx.body()?;
    is_new(shop, &data.email, None)?;
    let owner = shop.owners.insert(|id| Owner { id, data })?;
    Ok(created(format!("/v1/owners/{}", owner.id), owner))
}

fn get(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    Ok(Response::json(shop.owners.get(cx.path("ownerId")?)?))
}

fn replace(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (id, data): (u64, OwnerData) = (cx.path("ownerId")?, cx.body()?);
    is_new(shop, &data.email, Some(id))?;
    let owner = shop.owners.get_mut(id)?;
    owner.data = data;
    Ok(Response::json(owner))
}

fn delete(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let id: u64 = cx.path("ownerId")?;
    shop.owners.get(id)?;
    if shop.pets.iter().any(|pet| pet.owner_id == Some(id)) {
        return Err(conflict("this owner has pets, or waits for one"));
    }
    shop.owners.remove(id)?;
    Ok(Response::no_content())
}

fn pets(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let id: u64 = cx.path("ownerId")?;
    shop.owners.get(id)?;
    Ok(Response::json(&Page::of(shop.pets.iter().filter(|pet| pet.owner_id == Some(id)))))
}
