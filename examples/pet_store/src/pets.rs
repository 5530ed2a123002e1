//! Pets: listed, searched, made, changed, moved, taken away.

use brrtrouter::{Context, Handlers, Problem, Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::fields::{conflict, created};
use crate::store::{Shared, Shop, with};

/// A pet as the shop knows it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pet {
    pub id: u64,
    #[serde(flatten)]
    pub data: PetData,
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<u64>,
    /// Counts the changes, for the ETag.
    #[serde(skip)]
    pub version: u64,
}

/// What is told of a pet when it comes.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PetData {
    pub name: String,
    pub born_in: u16,
    pub price_cents: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chip: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(flatten)]
    pub kind: Kind,
}

/// The kind, and what only this kind has: the description's `oneOf`, told apart by its discriminator.
#[derive(Clone, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Kind {
    Cat { indoor: bool },
    Dog { weight_kg: f64 },
    Fish { water: String },
}

impl Kind {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cat { .. } => "cat",
            Self::Dog { .. } => "dog",
            Self::Fish { .. } => "fish",
        }
    }
}

/// Where a pet stands on its way out of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Available,
    Reserved,
    Sold,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::Sold => "sold",
        }
    }

    /// Whether a pet may go from here to there.
    const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Available, Self::Reserved) | (Self::Reserved, Self::Available | Self::Sold)
        )
    }
}

impl Pet {
    fn etag(&self) -> String {
        format!("\"{}-{}\"", self.id, self.version)
    }

    fn location(&self) -> String {
        format!("/v1/pets/{}", self.id)
    }

    fn answer(&self) -> Response {
        Response::json(self).with_field("ETag", self.etag())
    }
}

/// Some pets, and where the next page begins.
#[derive(Serialize)]
pub struct Page<'p> {
    pub items: Vec<&'p Pet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

impl<'p> Page<'p> {
    /// All of them at once.
    pub fn of(pets: impl Iterator<Item = &'p Pet>) -> Self {
        Self { items: pets.collect(), next: None }
    }
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("listPets", with(store, list))
        .on("createPet", with(store, create))
        .on("searchPets", with(store, search))
        .on("getPet", with(store, get))
        .on("replacePet", with(store, replace))
        .on("changePet", with(store, change))
        .on("deletePet", with(store, delete))
        .on("movePet", with(store, move_on))
}

#[derive(Default, Deserialize)]
struct PriceRange {
    min: Option<u64>,
    max: Option<u64>,
}

impl PriceRange {
    fn holds(&self, price: u64) -> bool {
        self.min.is_none_or(|min| price >= min) && self.max.is_none_or(|max| price <= max)
    }
}

fn list(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let kinds: Option<Vec<&str>> = cx.query("kind")?;
    let statuses: Option<Vec<Status>> = cx.query("status")?;
    let tags: Vec<&str> = cx.query::<Option<_>>("tags")?.unwrap_or_default();
    let born: Option<Vec<u16>> = cx.query("born")?;
    let price: PriceRange = cx.query::<Option<_>>("price")?.unwrap_or_default();
    let limit = cx.query::<Option<usize>>("limit")?.unwrap_or(20);
    let after = cx.query::<Option<u64>>("after")?.unwrap_or(0);
    let fits = |pet: &&Pet| {
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&pet.data.kind.name()))
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(&pet.status))
            && born.as_ref().is_none_or(|years| years.contains(&pet.data.born_in))
            && tags.iter().all(|tag| pet.data.tags.iter().any(|own| own == tag))
            && price.holds(pet.data.price_cents)
    };
    let mut found = shop.pets.after(after).filter(fits);
    let mut items: Vec<&Pet> = found.by_ref().take(limit).collect();
    let next = found.next().and(items.last()).map(|pet| pet.id);
    match cx.cookie::<Option<&str>>("sort")? {
        Some("name") => items.sort_by(|a, b| a.data.name.cmp(&b.data.name)),
        Some("price") => items.sort_by_key(|pet| pet.data.price_cents),
        Some(_) | None => {}
    }
    let response = Response::json(&Page { items, next });
    Ok(match next {
        Some(next) => {
            response.with_field("Link", format!("</v1/pets?limit={limit}&after={next}>; rel=\"next\""))
        }
        None => response,
    })
}

/// No other pet has this chip, and the shop knows all tags.
fn fits_in(shop: &Shop, data: &PetData, own: Option<u64>) -> Result<(), Problem> {
    let others = shop.pets.iter().filter(|pet| Some(pet.id) != own);
    if data.chip.is_some() && others.into_iter().any(|pet| pet.data.chip == data.chip) {
        return Err(conflict("another pet has this chip"));
    }
    match data.tags.iter().find(|tag| !shop.tags.knows(tag)) {
        Some(tag) => Err(conflict(format!("there is no tag `{tag}`; put it first"))),
        None => Ok(()),
    }
}

fn create(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let data: PetData = cx.body()?;
    fits_in(shop, &data, None)?;
    let made = |id| Pet { id, data, status: Status::Available, owner_id: None, version: 1 };
    let pet = shop.pets.insert(made)?;
    shop.events.tell("pet-came", pet.id);
    Ok(created(pet.location(), pet).with_field("ETag", pet.etag()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Search<'r> {
    text: Option<&'r str>,
    kind: Option<&'r str>,
    price_range: Option<(u64, u64)>,
}

fn search(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let wanted: Search<'_> = cx.body()?;
    let text = wanted.text.map(str::to_lowercase);
    let found = shop.pets.iter().filter(|pet| {
        text.as_ref().is_none_or(|text| pet.data.name.to_lowercase().contains(text))
            && wanted.kind.is_none_or(|kind| pet.data.kind.name() == kind)
            && wanted.price_range.is_none_or(|(from, to)| (from..=to).contains(&pet.data.price_cents))
    });
    Ok(Response::json(&Page::of(found)))
}

fn get(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let pet = shop.pets.get(cx.path("petId")?)?;
    let etag = pet.etag();
    match cx.header::<Option<&str>>("If-None-Match")? {
        Some(known) if known == "*" || known.split(',').any(|one| one.trim() == etag) => {
            Ok(Response::new(StatusCode::NOT_MODIFIED).with_field("ETag", etag))
        }
        Some(_) | None => Ok(pet.answer()),
    }
}

fn replace(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (id, known): (u64, &str) = (cx.path("petId")?, cx.header("If-Match")?);
    let pet = shop.pets.get(id)?;
    if known != pet.etag() && known != "*" {
        let changed = "the pet was changed in the meantime; read it again";
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED).with_detail(changed));
    }
    let data: PetData = cx.body()?;
    fits_in(shop, &data, Some(id))?;
    let pet = shop.pets.get_mut(id)?;
    (pet.data, pet.version) = (data, pet.version + 1);
    Ok(pet.answer())
}

/// A merge patch (RFC 7396): an absent member stays, null takes it away. The double `Option` tells the two apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patch {
    name: Option<String>,
    price_cents: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    chip: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    tags: Option<Option<Vec<String>>>,
}

fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn change(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (id, patch): (u64, Patch) = (cx.path("petId")?, cx.body()?);
    let mut data = shop.pets.get(id)?.data.clone();
    data.name = patch.name.unwrap_or(data.name);
    data.price_cents = patch.price_cents.unwrap_or(data.price_cents);
    data.chip = patch.chip.unwrap_or(data.chip);
    data.tags = patch.tags.map_or(data.tags, Option::unwrap_or_default);
    fits_in(shop, &data, Some(id))?;
    let pet = shop.pets.get_mut(id)?;
    (pet.data, pet.version) = (data, pet.version + 1);
    Ok(pet.answer())
}

fn delete(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let id: u64 = cx.path("petId")?;
    if shop.pets.get(id)?.status == Status::Reserved {
        return Err(conflict("somebody has reserved this pet"));
    }
    shop.pets.remove(id)?;
    shop.photos.retain(|photo| photo.pet_id != id);
    shop.appointments.retain(|appointment| appointment.data.pet_id != id);
    shop.events.tell("pet-went", id);
    Ok(Response::no_content())
}

#[derive(Deserialize)]
struct Move {
    to: Status,
}

fn move_on(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (id, Move { to }): (u64, Move) = (cx.path("petId")?, cx.body()?);
    let pet = shop.pets.get_mut(id)?;
    if !pet.status.may_become(to) {
        return Err(conflict(format!("a pet that is {} cannot become {}", pet.status.name(), to.name())));
    }
    (pet.status, pet.version) = (to, pet.version + 1);
    shop.events.tell(to.name(), id);
    Ok(pet.answer())
}
