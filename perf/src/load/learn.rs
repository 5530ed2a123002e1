//! What answers tell of resources: which there are now, which are gone, and which cookies a user has.
//!
//! A new resource is known by the Location that a success tells, or by the member `id` of its content where the description has a path for it.

use serde_json::Value;

use super::bind::Concrete;
use super::ledger::{Ledger, Resource};
use super::work::{Job, Work};

/// An answer, as far as it is looked into.
#[derive(Debug)]
pub struct Heard<'h> {
    pub status: u16,
    pub location: Option<&'h str>,
    pub etag: Option<&'h str>,
    pub content: &'h [u8],
}

/// Notes in the ledger what an answer tells.
pub fn learn(work: &Work, ledger: &Ledger, job: &Job, concrete: &Concrete, heard: &Heard<'_>) {
    let served = (200..300).contains(&heard.status);
    let gone = matches!(heard.status, 404 | 410);
    let may_make = served && matches!(job.method.as_str(), "POST" | "PUT");
    if let Some(resource) = may_make.then(|| made(work, job, concrete, heard)).flatten() {
        ledger.add(resource);
    }
    let Some(resource) = &concrete.resource else { return };
    let itself = concrete.path == resource.path;
    match (concrete.taken, served || gone) {
        (true, true) => ledger.drop_taken(resource),
        (true, false) => ledger.give_back(resource.clone()),
        (false, _) if gone && itself => ledger.forget(resource),
        (false, _) => {
            if let Some(etag) = heard.etag.filter(|_| itself && heard.status < 400) {
                ledger.add(Resource { etag: Some(etag.to_owned()), ..resource.clone() });
            }
        }
    }
}

/// Nothing is known of what became of a request.
pub fn lost(ledger: &Ledger, concrete: &Concrete) {
    if let Some(resource) = concrete.resource.as_ref().filter(|_| concrete.taken) {
        ledger.drop_taken(resource);
    }
}

fn made(work: &Work, job: &Job, concrete: &Concrete, heard: &Heard<'_>) -> Option<Resource> {
    let told = heard.location.map(path_of).or_else(|| by_id(work, job, concrete, heard.content))?;
    let (kind, values) =
        work.kinds.iter().enumerate().find_map(|(at, kind)| Some((at, kind.values(&told)?)))?;
    Some(Resource { kind, path: told, values, etag: heard.etag.map(str::to_owned) })
}

/// The path of a Location.
fn path_of(location: &str) -> String {
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => location.trim_start_matches('/'),
    };
    format!("/{}", path.split(['?', '#']).next().unwrap_or_default())
}

fn by_id(work: &Work, job: &Job, concrete: &Concrete, content: &[u8]) -> Option<String> {
    work.kinds.get(job.makes?)?;
    let content: Value = serde_json::from_slice(content).ok()?;
    let id = match content.get("id")? {
        Value::String(text) => conformance::generate::encoded(text),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(format!("{}/{id}", concrete.path))
}

/// Takes over what `Set-Cookie` tells: a name with its value, which ends with an empty value or `Max-Age=0`.
pub fn cookie(cookies: &mut Vec<(String, String)>, field: &str) {
    let mut parts = field.split(';');
    let Some((name, value)) = parts.next().and_then(|pair| pair.trim().split_once('=')) else { return };
    cookies.retain(|(known, _)| known != name);
    let ended = parts.any(|attribute| attribute.trim().eq_ignore_ascii_case("max-age=0"));
    if !ended && !value.is_empty() {
        cookies.push((name.to_owned(), value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::bind::Binding;
    use super::super::made;
    use super::*;

    #[test]
    fn answers_tell_what_there_is_and_what_is_gone() {
        let work = made::work(&[]);
        let ledger = Ledger::new(9);
        let say = |name: &str, status: u16, location: Option<&str>, content: &[u8]| {
            let job = work.jobs.iter().find(|job| job.name == name).expect(name);
            let binding = Binding { work: &work, job, ledger: &ledger, common: &[], cookies: &[], random: 0 };
            let concrete = binding.concrete(job.requests.first().expect("a request"));
            learn(
                &work,
                &ledger,
                job,
                &concrete,
                &Heard { status, location, etag: Some("\"9-1\""), content },
            );
        };
        let pets = work.kinds.iter().position(|kind| kind.last_name() == Some("petId")).expect("pets");
        let path = || ledger.any(pets, 0).map(|pet| pet.path);
        say("createPet", 409, Some("/v1/pets/8"), b"");
        assert_eq!(path(), None);
        say("createPet", 201, Some("http://127.0.0.1/v1/pets/9"), b"");
        assert_eq!(path().as_deref(), Some("/v1/pets/9"));
        say("deletePet", 409, None, b"");
        assert_eq!(path().as_deref(), Some("/v1/pets/9"));
        say("listPhotos", 404, None, b"");
        assert!(path().is_some());
        say("getPet", 404, None, b"");
        assert_eq!(path(), None);
        say("createPet", 201, None, br#"{"id":12}"#);
        assert_eq!(path().as_deref(), Some("/v1/pets/12"));
        say("deletePet", 204, None, b"");
        assert_eq!(path(), None);
    }

    #[test]
    fn cookies_come_and_go() {
        let mut cookies = Vec::new();
        cookie(&mut cookies, "session=a1; Path=/; Max-Age=3600");
        cookie(&mut cookies, "session=a2; HttpOnly");
        assert_eq!(cookies, [("session".to_owned(), "a2".to_owned())]);
        cookie(&mut cookies, "session=; Max-Age=0");
        cookie(&mut cookies, "nonsense");
        assert!(cookies.is_empty());
    }
}
