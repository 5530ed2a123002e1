//! Tags: put, counted, taken away.

use std::collections::{BTreeMap, BTreeSet};

use brrtrouter::{Context, Handlers, Problem, Response, StatusCode};

use crate::fields::conflict;
use crate::store::{Shared, Shop, with};

const TAGS_MAX: usize = 100;

/// The tags that the shop knows.
pub struct Tags(BTreeSet<String>);

impl Tags {
    pub fn new<const N: usize>(tags: [&str; N]) -> Self {
        Self(tags.into_iter().map(str::to_owned).collect())
    }

    pub fn knows(&self, tag: &str) -> bool {
        self.0.contains(tag)
    }
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("listTags", with(store, list))
        .on("putTag", with(store, put))
        .on("deleteTag", with(store, delete))
}

fn list(_cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let mut counts: BTreeMap<&str, u64> = shop.tags.0.iter().map(|tag| (tag.as_str(), 0)).collect();
    for tag in shop.pets.iter().flat_map(|pet| &pet.data.tags) {
        *counts.entry(tag).or_default() += 1;
    }
    Ok(Response::json(&counts))
}

fn put(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let tag: &str = cx.path("tag")?;
    if shop.tags.knows(tag) {
        return Ok(Response::no_content());
    }
    if shop.tags.0.len() >= TAGS_MAX {
        let full = format!("the demonstration has room for {TAGS_MAX} tags");
        return Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE).with_detail(full));
    }
    shop.tags.0.insert(tag.to_owned());
    Ok(Response::new(StatusCode::CREATED).with_field("Location", format!("/v1/tags/{tag}")))
}

fn delete(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let tag: &str = cx.path("tag")?;
    if shop.pets.iter().any(|pet| pet.data.tags.iter().any(|own| own == tag)) {
        return Err(conflict(format!("pets have the tag `{tag}`")));
    }
    match shop.tags.0.remove(tag) {
        true => Ok(Response::no_content()),
        false => Err(Problem::new(StatusCode::NOT_FOUND)),
    }
}
