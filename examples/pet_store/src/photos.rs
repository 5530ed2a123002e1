//! Photos of pets: taken as a part of a form, given back as octets.

use brrtrouter::{Context, Handlers, Problem, Response, StatusCode};
use serde::Serialize;

use crate::fields::{conflict, created};
use crate::store::{Shared, Shop, with};

/// The largest photo; with the bound on their number it bounds the memory that all of them take.
const OCTETS_MAX: usize = 64 * 1024;
const PHOTOS_OF_A_PET_MAX: usize = 4;

/// A photo; only what is told of it is sent as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    id: u64,
    media_type: String,
    octets: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<String>,
    #[serde(skip)]
    pub pet_id: u64,
    #[serde(skip)]
    data: Vec<u8>,
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("listPhotos", with(store, list))
        .on("addPhoto", with(store, add))
        .on("getPhoto", with(store, get))
}

fn list(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let pet_id: u64 = cx.path("petId")?;
    shop.pets.get(pet_id)?;
    let own: Vec<&Photo> = shop.photos.iter().filter(|photo| photo.pet_id == pet_id).collect();
    Ok(Response::json(&own))
}

fn add(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let pet_id: u64 = cx.path("petId")?;
    shop.pets.get(pet_id)?;
    if shop.photos.iter().filter(|photo| photo.pet_id == pet_id).count() >= PHOTOS_OF_A_PET_MAX {
        return Err(conflict("this pet has photos enough"));
    }
    let file = cx.content().files("photo").next();
    let file = file.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST).with_detail("`photo` is no file"))?;
    let data = file.octets().to_vec();
    if data.is_empty() || data.len() > OCTETS_MAX {
        let detail = format!("a photo has 1 to {OCTETS_MAX} octets");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE).with_detail(detail));
    }
    let is_jpeg = file.content_type().is_some_and(|kind| kind.subtype().eq_ignore_ascii_case("jpeg"));
    let media_type = if is_jpeg { "image/jpeg" } else { "image/png" }.to_owned();
    let caption = cx.content().value().and_then(|form| form.get("caption")).and_then(|text| text.as_str());
    let caption = caption.map(str::to_owned);
    let octets = data.len();
    let photo = shop.photos.insert(|id| Photo { id, media_type, octets, caption, pet_id, data })?;
    Ok(created(format!("/v1/pets/{pet_id}/photos/{}", photo.id), photo))
}

/// The octets as they came, to be kept and not shown: who sent them is not known to those who look.
fn get(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (pet_id, photo_id): (u64, u64) = (cx.path("petId")?, cx.path("photoId")?);
    let photo = shop.photos.get(photo_id).ok().filter(|photo| photo.pet_id == pet_id);
    let photo = photo.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND))?;
    let ending = photo.media_type.trim_start_matches("image/");
    Ok(Response::bytes("application/octet-stream", photo.data.clone())
        .with_field("Content-Disposition", format!("attachment; filename=\"{photo_id}.{ending}\""))
        .with_field("X-Content-Type-Options", "nosniff"))
}
